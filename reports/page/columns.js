/* columns.js: one balancer's servers as columns, and below them how even they were all along.
 *
 * A drawing is a handful of paths however many servers there are, so that a frame costs as little
 * for a thousand of them. */
'use strict';

const SVG = 'http://www.w3.org/2000/svg';
const WIDE = 240, CROWDED = 400;
const TOP = 20, TALL = 110, FOOT = 24, CROWDED_FOOT = 4; /* px of the drawing: above, of the columns, below */
const LONGEST = 44; /* letters of a name in the foot of a crowd */
const WIDE_DOTS = 2; /* letters that an ellipsis is as wide as */
const NAMED = 12; /* so many columns have room for names and numbers */

function svg(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) {
        element.setAttribute(key, attributes[key]);
    }
    if (parent) {
        parent.append(element);
    }
    return element;
}

function html(name, attributes, parent, text) {
    const element = document.createElement(name);
    for (const key in attributes) {
        element.setAttribute(key, attributes[key]);
    }
    if (text !== undefined) {
        element.textContent = text;
    }
    if (parent) {
        parent.append(element);
    }
    return element;
}

/* As much of each name as there is room for, and no two of them alike, if that can be: what tells
 * names apart is often at their ends, or behind a beginning that all have. */
function shortened(names, room) {
    const letters = names.map((name) => [...name]);
    if (letters.every((name) => name.length <= room)) {
        return names;
    }
    const [first] = letters;
    let common = 0;
    while (common < first.length && letters.every((name) => name[common] === first[common])) {
        common++;
    }
    const cut = (name, from, head) => {
        const before = from > 0 ? '\u2026' : '';
        const tail = room - head - WIDE_DOTS * (1 + before.length);
        return name.length <= room ? name.join('') : before + name.slice(from, from + head).join('')
            + '\u2026' + name.slice(name.length - tail).join('');
    };
    const half = Math.max(0, Math.floor((room - WIDE_DOTS) / 2));
    const most = room - 2 * WIDE_DOTS;
    for (const [from, head] of [[0, half], [0, 0], [common, 1], [common, 2], [common, most]]) {
        const short = letters.map((name) => cut(name, from, head));
        if (head <= Math.max(half, most) && new Set(short).size === names.length) {
            return short;
        }
    }
    return letters.map((name) => cut(name, 0, half));
}

class Columns {
    constructor(series, balancer, stage) {
        this.series = series;
        this.balancer = balancer;
        this.named = series.servers.length <= NAMED;
        this.width = this.named ? WIDE : CROWDED;
        const figure = html('figure', {}, stage);
        const caption = html('figcaption', {}, figure);
        html('b', {}, caption, series.balancers[balancer]);
        this.said = html('span', { class: 'said' }, caption);
        const foot = this.named ? FOOT : CROWDED_FOOT;
        this.drawing = svg('svg', { viewBox: `0 0 ${this.width} ${TOP + TALL + foot}`,
            'aria-hidden': 'true' }, figure);
        svg('path', { class: 'c-floor', d: `M0 ${TOP + TALL + 0.5}H${this.width}` }, this.drawing);
        this.path = {};
        for (const kind of ['gone', 'even', 'over', 'hatch', 'lack', 'fair']) {
            this.path[kind] = svg('path', { class: 'c-' + kind }, this.drawing);
        }
        this.addTexts();
        if (!this.named) {
            this.addExtremes(figure);
        }
        this.addHistory(figure);
    }

    addTexts() {
        const { servers } = this.series;
        const slot = this.width / servers.length;
        const short = shortened(servers, Math.max(4, Math.floor(slot / 6.2)));
        this.number = [];
        this.name = [];
        for (let s = 0; this.named && s < servers.length; s++) {
            const x = (s + 0.5) * slot;
            this.number.push(svg('text', { x, y: 0 }, this.drawing));
            this.name.push(svg('text', { x, y: TOP + TALL + 16 }, this.drawing));
            this.name[s].textContent = short[s];
            svg('title', {}, this.name[s]).textContent = short[s] === servers[s] ? '' : servers[s];
        }
    }

    /* Of a crowd two are named: in letters of the page's size, however narrow the drawing is. */
    addExtremes(figure) {
        const line = html('div', { class: 'extremes', 'aria-hidden': 'true' }, figure);
        this.extremes = [html('span', {}, line), html('span', {}, line)];
        this.short = shortened(this.series.servers, LONGEST);
    }

    /* The fullest over its share, a line over all of the time; of what falls on one place the
     * greatest. */
    addHistory(figure) {
        const { series, balancer, width } = this;
        const tall = 44, most = series.top;
        const place = (ratio) => tall - 2 - ((Math.min(ratio, most) - 1) / (most - 1)) * (tall - 6);
        const from = series.time[0], span = series.time[series.samples - 1] - from || 1;
        const xOf = (sample) => Math.floor(((series.time[sample] - from) / span) * width);
        const drawing = svg('svg', { viewBox: `0 0 ${width} ${tall}`, 'aria-hidden': 'true' },
            figure);
        svg('path', { class: 'c-floor', d: `M0 ${tall - 2}H${width}` }, drawing);
        svg('path', { class: 'c-line', d: `M0 ${place(TOO_MANY)}H${width}` }, drawing);
        for (const event of series.events.slice(0, 100)) {
            const x = ((event.at - from) / span) * width;
            svg('path', { class: 'c-line', d: `M${x.toFixed(1)} 0V${tall}` }, drawing);
        }
        let line = '', pen = 'M';
        for (let i = 0; i < series.samples;) {
            const x = xOf(i);
            let ratio = NaN;
            for (; i < series.samples && xOf(i) === x; i++) {
                const other = series.ratio[balancer][i];
                ratio = ratio >= other || Number.isNaN(other) ? ratio : other;
            }
            if (!Number.isNaN(ratio)) {
                line += `${pen}${x} ${place(ratio).toFixed(1)}`;
            }
            pen = Number.isNaN(ratio) ? 'M' : 'L';
        }
        svg('path', { class: 'c-history', d: line }, drawing);
        svg('text', { class: 'faint', x: 1, y: 9 }, drawing).textContent = most + '\u00d7';
        this.head = svg('path', { class: 'c-head', d: `M0 0V${tall}` }, drawing);
        this.headOf = (time) => ((time - from) / span) * width;
    }

    /* ---- A sample ---- */

    draw(sample) {
        const { series, balancer, width } = this;
        const said = series.judge(balancer, sample);
        const due = series.due[balancer];
        const slot = width / series.servers.length, bar = slot * (slot > 8 ? 0.7 : 0.9);
        const scale = TALL / series.most, floor = TOP + TALL;
        const d = { gone: '', even: '', over: '', hatch: '', lack: '', fair: '' };
        for (let s = 0; s < series.servers.length; s++) {
            const count = series.count(balancer, sample, s);
            const x = (s * slot + (slot - bar) / 2).toFixed(1), wide = bar.toFixed(1);
            const listed = series.weightAt(balancer, sample, s) > 0;
            const over = said.judged && count > TOO_MANY * due[s] && listed;
            const body = over ? due[s] : count;
            const y = floor - body * scale, top = floor - count * scale;
            if (body > 0) {
                d[listed ? 'even' : 'gone'] += `M${x} ${floor}V${y.toFixed(1)}h${wide}V${floor}z`;
            }
            if (over) {
                d.over += `M${x} ${y.toFixed(1)}V${top.toFixed(1)}h${wide}V${y.toFixed(1)}z`;
                d.hatch += this.hatch(s * slot + (slot - bar) / 2, bar, top, y);
            }
            const lacks = listed && said.judged && count < TOO_FEW * due[s];
            if (lacks && bar >= 1) {
                d.lack += `M${x} ${top.toFixed(1)}V${(floor - due[s] * scale).toFixed(1)}h${wide}`
                    + `V${top.toFixed(1)}`;
            }
            if (listed) {
                const mark = (slot * 0.92).toFixed(1);
                d.fair += `M${(s * slot + slot * 0.04).toFixed(1)} `
                    + `${(floor - due[s] * scale).toFixed(1)}h${mark}`;
            }
            if (this.named) {
                const mark = listed ? floor - due[s] * scale : floor;
                this.label(s, count, listed, Math.min(top, mark),
                    over ? '\u25b2' : lacks ? '\u25bc' : '');
            }
        }
        for (const kind in d) {
            this.path[kind].setAttribute('d', d[kind]);
        }
        this.say(said, sample);
        const x = this.headOf(series.time[sample]).toFixed(1);
        this.head.setAttribute('transform', `translate(${x} 0)`);
    }

    /* What is too much is striped as well as coloured. */
    hatch(x, bar, top, bottom) {
        let d = '';
        if (bar < 4) {
            return d;
        }
        for (let y = bottom - 3; y > top; y -= 5) {
            d += `M${x.toFixed(1)} ${y.toFixed(1)}h${bar.toFixed(1)}`;
        }
        return d;
    }

    label(server, count, listed, top, shape) {
        const number = this.number[server];
        number.textContent = listed || count > 0 ? shape + counted.format(count) : '\u2013';
        number.setAttribute('y', (top - 5).toFixed(1));
        this.name[server].setAttribute('class', listed ? '' : 'left');
    }

    say(said, sample) {
        const { series, balancer } = this;
        const overfull = said.judged && said.ratio > TOO_MANY;
        const lacks = said.judged && said.low < TOO_FEW;
        const bad = overfull || lacks;
        this.text = !said.judged ? 'too few are open to be judged'
            : lacks && !overfull ? `the emptiest has ${said.low.toFixed(2)}\u00d7 its fair share`
            : `the fullest has ${said.ratio.toFixed(2)}\u00d7 its fair share`;
        this.ratioText = said.judged ? said.ratio.toFixed(2) : 'not judged';
        this.said.textContent = this.text;
        this.said.className = bad ? 'said bad' : 'said';
        if (!this.named) {
            const open = (s) => counted.format(series.count(balancer, sample, s));
            const one = (s, ratio) => `${this.short[s]}: ${open(s)} (${ratio.toFixed(2)}\u00d7)`;
            const none = said.fullest < 0;
            this.extremes[0].textContent = none ? '' : `fullest ${one(said.fullest, said.ratio)}`;
            this.extremes[1].textContent = none ? '' : `emptiest ${one(said.emptiest, said.low)}`;
        }
    }
}
