/* play.js: the clock of a playback, its controls, and what is told to those who do not see it. */
'use strict';

const WHOLE_MS = 30000; /* a run plays in so long, at speed 1 */
const MANY_CELLS = 300; /* so many numbers are not rewritten in every frame */
const STEPS = 40; /* where motion is not wanted, a run is played in so many still pictures */
const MARKS = 24; /* so many events have a button each */
const ROWS = 3; /* of their names, one below the other */

const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

class Playback {
    constructor(box, data) {
        this.series = new Series(data);
        this.box = box;
        this.playing = false;
        this.sample = -1;
        this.deck = html('div', { class: 'deck' }, box); /* stays in sight */
        this.addControls();
        this.addTime();
        this.addKeys();
        this.addLegend();
        const stage = html('div', { class: 'stage' }, box);
        stage.classList.toggle('crowded', this.series.servers.length > NAMED);
        stage.classList.add(['alone', 'pair', 'by-three', 'by-four', 'by-three', 'by-three', 'by-four',
            'by-four', 'by-three'][this.series.balancers.length - 1] ?? 'by-four');
        this.columns = this.series.balancers.map((_, b) => new Columns(this.series, b, stage));
        this.summary = html('p', { class: 'soft', 'aria-live': 'polite', role: 'status' }, box);
        this.addTable();
        this.fresh = true;
        this.show(this.series.mostTelling());
        this.tell();
    }

    /* ---- What there is to press ---- */

    addControls() {
        const row = html('div', { class: 'controls', role: 'group', 'aria-label': 'Playback' },
            this.deck);
        this.go = html('button', { type: 'button', class: 'go' }, row, '\u25b6 Play');
        this.go.addEventListener('click', () => this.toggle());
        const label = html('label', {}, row, 'Speed ');
        this.speed = html('select', {}, label);
        for (const speed of ['0.25', '0.5', '1', '2', '4']) {
            const option = html('option', { value: speed }, this.speed, speed + '\u00d7');
            option.selected = speed === '1';
        }
        this.clock = html('span', { class: 'clock' }, row);
        this.nowOn = html('span', { class: 'now-on' }, row);
    }

    addTime() {
        const { time, samples } = this.series;
        const row = html('div', { class: 'time' }, this.deck);
        this.slider = html('input', { type: 'range', step: 'any', min: time[0],
            max: time[samples - 1], 'aria-label': 'Simulated time' }, row);
        this.slider.addEventListener('input', () => this.seek(Number(this.slider.value)));
        this.slider.addEventListener('keydown', (event) => this.press(event));
        this.addMarks();
    }

    addKeys() {
        const keys = html('p', { class: 'soft keys' }, this.box, 'On the slider: ');
        const jumps = [['Page Up', ' '], ['Page Down', ' an event; ']];
        for (const [key, does] of [['Space', ' plays; '], ['\u2190', ' '], ['\u2192', ' a sample; '],
            ...(this.series.events.length > 0 ? jumps : []), ['Home', ' the start; '],
            ['End', ' the end']]) {
            html('kbd', {}, keys, key);
            keys.append(does);
        }
    }

    /* Every event on the time line. */
    addMarks() {
        const { time, samples, events } = this.series;
        const span = time[samples - 1] - time[0] || 1;
        const marks = html('div', { class: 'marks', role: 'group', 'aria-label': 'Events' },
            this.deck);
        events.forEach((event, e) => {
            const at = (100 * (event.at - time[0])) / span;
            if (at < 0 || e >= MARKS) {
                return;
            }
            const where = `Go to ${event.name}, at ${timeText(event.at)}: ${event.story}`;
            const mark = html('button', { type: 'button', title: event.story, 'aria-label': where },
                marks);
            html('span', {}, mark, event.name);
            mark.style.left = at + '%';
            mark.addEventListener('click', () => this.jump(this.series.sampleOf(event)));
        });
        new ResizeObserver(() => this.placeMarks(marks)).observe(marks);
    }

    /* A name that would lie on the next stands a row lower, where no line crosses it; where all
     * rows are taken, there is only the line. At the right end it stands left of its line. */
    placeMarks(marks) {
        const wide = marks.clientWidth, begins = new Array(ROWS).fill(Infinity);
        const place = [...marks.children].reverse().map((mark) => {
            const at = mark.offsetLeft, name = mark.firstChild.offsetWidth + 8;
            const left = at + name > wide && at >= name;
            const from = left ? at - name : at;
            const row = begins.findIndex((begin) => from + name <= begin);
            if (row >= 0) {
                begins[row] = from;
            }
            return { mark, row, left };
        });
        for (const { mark, row, left } of place) {
            mark.classList.toggle('bare', row < 0);
            mark.classList.toggle('left', left);
            mark.dataset.row = Math.max(row, 0);
        }
        marks.dataset.rows = begins.filter((begin) => begin < Infinity).length;
    }

    addLegend() {
        const list = html('ul', { class: 'legend' }, this.box);
        const gone = ['on a server that has left, or is down', [['c-gone', 'M4 16V6h16V16z']]];
        const entries = [
            ['live connections, up to the fair share', [['c-even', 'M4 16V4h16V16z']]],
            ['\u25b2 more than 10% above it', [['c-over', 'M4 16V2h16V16z'],
                ['c-hatch', 'M4 12h16M4 7h16']]],
            ['\u25bc more than 10% are missing', [['c-lack', 'M4 16V3h16V16']]],
            ['the fair share', [['c-fair', 'M2 8h20']]],
            ...(this.series.someAway() ? [gone] : []),
            [`below: the fullest over its fair share, all along (from 1\u00d7 to ${this.series.top}\u00d7)`,
                [['c-history', 'M1 14H8L10 5L22 12']]],
        ];
        for (const [words, paths] of entries) {
            const item = html('li', {}, list);
            const sample = svg('svg', { viewBox: '0 0 24 16', 'aria-hidden': 'true' }, item);
            paths.forEach(([kind, d]) => svg('path', { class: kind, d }, sample));
            item.append(words);
        }
    }

    /* ---- The counts of now, as a table ---- */

    addTable() {
        const { servers, balancers } = this.series;
        const details = html('details', { class: 'counts-box' }, this.box);
        html('summary', {}, details, 'The live connections at this time, as a table');
        const table = html('table', {}, html('div', { class: 'counts wide' }, details));
        const head = html('tr', {}, html('thead', {}, table));
        const body = html('tbody', {}, table);
        html('th', { scope: 'col' }, head, 'server');
        balancers.forEach((name) => html('th', { scope: 'col' }, head, name));
        this.cell = balancers.map(() => []);
        servers.forEach((name, s) => {
            const row = html('tr', {}, body);
            html('th', { scope: 'row' }, row, name);
            balancers.forEach((_, b) => {
                this.cell[b][s] = html('data', {}, html('td', {}, row));
            });
        });
        this.details = details;
        this.many = servers.length * balancers.length > MANY_CELLS;
        details.open = !this.many;
        details.addEventListener('toggle', () => this.fillTable());
    }

    fillTable() {
        if (!this.details.open) {
            return;
        }
        this.cell.forEach((cells, b) => cells.forEach((cell, s) => {
            const count = this.series.count(b, this.sample, s);
            if (cell.value !== String(count)) {
                cell.value = count;
                cell.textContent = counted.format(count);
            }
        }));
    }

    /* ---- A moment ---- */

    show(sample) {
        if (sample === this.sample) {
            return;
        }
        const time = this.series.time[sample];
        this.sample = sample;
        this.columns.forEach((columns) => columns.draw(sample));
        this.clock.textContent = timeText(time);
        const event = this.lastEvent(time);
        this.nowOn.textContent = event ? `after ${event.name}: ${event.story}`
            : this.series.events.length > 0 ? 'before any event' : '';
        this.slider.value = time;
        this.slider.setAttribute('aria-valuetext', timeText(time)
            + (event ? `, after ${event.name}` : ''));
        if (!this.playing || !this.many) {
            this.fillTable();
        }
    }

    lastEvent(time) {
        let last = null;
        for (const event of this.series.events) {
            if (event.at > time) {
                break;
            }
            last = event;
        }
        return last;
    }

    /* What a screen reader says: once things stand still, and at events. */
    tell() {
        const said = this.columns.map((columns) =>
            `${this.series.balancers[columns.balancer]} ${columns.ratioText}`);
        this.summary.textContent = `At ${timeText(this.series.time[this.sample])}, `
            + `the fullest server over its fair share: ${said.join(', ')}.`;
    }

    tellSoon() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.tell(), 300);
    }

    jump(sample) {
        this.fresh = false;
        this.stop();
        this.show(sample);
        this.tellSoon();
    }

    seek(time) {
        this.jump(this.series.sampleAt(time));
    }

    /* ---- Keys, on the slider ---- */

    press(event) {
        const last = this.series.samples - 1;
        const to = {
            ArrowRight: () => Math.min(this.sample + 1, last),
            ArrowUp: () => Math.min(this.sample + 1, last),
            ArrowLeft: () => Math.max(this.sample - 1, 0),
            ArrowDown: () => Math.max(this.sample - 1, 0),
            PageUp: () => this.eventBefore(),
            PageDown: () => this.eventAfter(),
            Home: () => 0,
            End: () => last,
        }[event.key];
        if (event.key !== ' ' && !to || event.ctrlKey || event.altKey || event.metaKey) {
            return;
        }
        event.preventDefault();
        if (event.key === ' ') {
            this.toggle();
        } else {
            this.jump(to());
        }
    }

    eventAfter() {
        const at = this.series.events.map((event) => this.series.sampleOf(event));
        return at.find((sample) => sample > this.sample) ?? this.series.samples - 1;
    }

    eventBefore() {
        const at = this.series.events.map((event) => this.series.sampleOf(event));
        return at.reverse().find((sample) => sample < this.sample) ?? 0;
    }

    /* ---- Playing ---- */

    toggle() {
        if (this.playing) {
            this.stop();
            this.tell();
        } else {
            this.start();
        }
    }

    start() {
        const { time, samples } = this.series;
        if (this.fresh || this.sample === samples - 1) {
            this.show(0);
        }
        this.fresh = false;
        this.playing = true;
        this.go.textContent = '\u275a\u275a Pause';
        this.at = time[this.sample];
        this.before = performance.now();
        this.frame = requestAnimationFrame((now) => this.advance(now));
    }

    stop() {
        this.playing = false;
        this.go.textContent = '\u25b6 Play';
        cancelAnimationFrame(this.frame);
        this.fillTable();
    }

    advance(now) {
        const { time, samples } = this.series;
        const span = time[samples - 1] - time[0];
        const passed = Math.max(0, now - this.before);
        const step = calm.matches ? WHOLE_MS / STEPS : 0;
        const speed = Number(this.speed.value);
        if (passed * speed >= step) {
            const event = this.lastEvent(this.at);
            this.at += (span * passed * speed) / WHOLE_MS;
            this.before = now;
            this.show(this.series.sampleAt(this.at));
            if (this.lastEvent(this.at) !== event) {
                this.tell();
            }
        }
        if (this.sample === samples - 1) {
            this.stop();
            this.tell();
        } else {
            this.frame = requestAnimationFrame((next) => this.advance(next));
        }
    }
}

/* On paper it is always light. */
window.addEventListener('beforeprint', () => document.documentElement.classList.add('printed'));
window.addEventListener('afterprint', () => document.documentElement.classList.remove('printed'));

for (const box of document.querySelectorAll('.play')) {
    const data = document.getElementById(box.id.replace('play', 'data'));
    box.playback = new Playback(box, JSON.parse(data.textContent));
}
