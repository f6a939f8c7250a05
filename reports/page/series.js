/* series.js: what was sampled, as arrays, and what can be said of one sample. */
'use strict';

/* A server is due as many connections as its weight is of all; it can be judged from ten on. */
const LEAST_DUE = 10;
const TOO_MANY = 1.1;
const TOO_FEW = 0.9;
const TOPS = [2, 3, 5, 10];

/* What C wrote beside the page: counts are differences, weights are said where they change. */
class Series {
    constructor(data) {
        this.balancers = data.balancers;
        this.servers = data.servers;
        this.time = Float64Array.from(data.time, Number);
        this.samples = this.time.length;
        this.events = data.events.map(([at, name, story]) => ({ at: Number(at), name, story }));
        this.live = data.live.map((servers) => this.summed(servers));
        this.weight = data.weight.map((servers) => this.filled(servers));
        this.due = this.live.map(() => new Float64Array(this.servers.length));
        this.ratio = this.live.map((_, b) => this.ratiosOf(b));
        this.top = this.topOf(this.ratio);
        const greater = (one, other) => (other > one ? other : one);
        this.most = this.live.reduce((most, live) => live.reduce(greater, most), 1);
    }

    /* [sample * servers + server] */
    summed(servers) {
        const counts = new Float64Array(this.samples * this.servers.length);
        servers.forEach((differences, s) => {
            let count = 0;
            for (let i = 0; i < this.samples; i++) {
                count += differences[i];
                counts[i * this.servers.length + s] = count;
            }
        });
        return counts;
    }

    filled(servers) {
        const weights = new Float64Array(this.samples * this.servers.length);
        servers.forEach((changes, s) => {
            for (let c = 0; c < changes.length; c += 2) {
                const end = c + 2 < changes.length ? changes[c + 2] : this.samples;
                for (let i = changes[c]; i < end; i++) {
                    weights[i * this.servers.length + s] = changes[c + 1];
                }
            }
        });
        return weights;
    }

    count(balancer, sample, server) {
        return this.live[balancer][sample * this.servers.length + server];
    }

    weightAt(balancer, sample, server) {
        return this.weight[balancer][sample * this.servers.length + server];
    }

    /* Whether anything is ever open on a server that is not in the list. */
    someAway() {
        return this.live.some((live, b) =>
            live.some((count, i) => count > 0 && this.weight[b][i] === 0));
    }

    /* How full the fullest is, over what it is due; who that is, and who is emptiest; how many
     * would have to move. ratio 0: too few are open to judge. Leaves what each is due in due[]. */
    judge(balancer, sample) {
        const due = this.due[balancer];
        const at = sample * this.servers.length;
        const live = this.live[balancer];
        const weight = this.weight[balancer];
        let open = 0, weights = 0, all = 0;
        for (let s = 0; s < due.length; s++) {
            all += live[at + s];
            if (weight[at + s] > 0) {
                open += live[at + s];
                weights += weight[at + s];
            }
        }
        const said = { ratio: 0, low: 0, misplaced: 0, fullest: -1, emptiest: -1, all };
        let least = Infinity, away = 0;
        for (let s = 0; s < due.length; s++) {
            due[s] = weight[at + s] > 0 ? (open * weight[at + s]) / weights : 0;
            if (due[s] === 0) {
                continue;
            }
            const ratio = live[at + s] / due[s];
            least = Math.min(least, due[s]);
            away += Math.abs(live[at + s] - due[s]) / 2;
            if (said.fullest < 0 || ratio > said.ratio) {
                said.ratio = ratio;
                said.fullest = s;
            }
            if (said.emptiest < 0 || ratio < said.low) {
                said.low = ratio;
                said.emptiest = s;
            }
        }
        said.judged = least >= LEAST_DUE && least < Infinity;
        said.misplaced = open > 0 ? away / open : 0;
        return said;
    }

    ratiosOf(balancer) {
        const ratios = new Float64Array(this.samples);
        for (let i = 0; i < this.samples; i++) {
            const said = this.judge(balancer, i);
            ratios[i] = said.judged ? said.ratio : NaN;
        }
        return ratios;
    }

    /* How far a history of ratios must reach; what is higher yet is cut off. */
    topOf(ratios) {
        let most = 1;
        for (const ratio of ratios) {
            for (const one of ratio) {
                most = one > most ? one : most;
            }
        }
        return TOPS.find((top) => most <= top) ?? TOPS[TOPS.length - 1];
    }

    /* When, once anything happened, the balancers differ most, or one alone is least even: what is
     * shown first. */
    mostTelling() {
        let telling = this.samples - 1, most = 0;
        const first = this.events.length > 0 ? this.sampleOf(this.events[0]) : 0;
        for (let i = first; i < this.samples; i++) {
            let low = this.ratio.length > 1 ? Infinity : 1, high = 0;
            for (const ratio of this.ratio) {
                low = Math.min(low, ratio[i]);
                high = Math.max(high, ratio[i]);
            }
            if (high - low > most) {
                most = high - low;
                telling = i;
            }
        }
        return telling;
    }

    /* The last sample that is not after the time. */
    sampleAt(time) {
        let low = 0, high = this.samples - 1;
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if (this.time[middle] <= time) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /* The first that shows what the event did. */
    sampleOf(event) {
        const at = this.sampleAt(event.at);
        return this.time[at] < event.at && at + 1 < this.samples ? at + 1 : at;
    }
}

/* ---- Words ---- */

const counted = new Intl.NumberFormat('en-US');

/* 1h 40m 0s; as exact as milliseconds. */
function timeText(seconds) {
    let rest = Math.round(seconds * 1000);
    const parts = [];
    for (const [unit, size] of [['d', 86400000], ['h', 3600000], ['m', 60000]]) {
        const whole = Math.floor(rest / size);
        if (whole > 0 || parts.length > 0) {
            parts.push(whole + unit);
        }
        rest -= whole * size;
    }
    parts.push(rest / 1000 + 's');
    return parts.join(' ');
}
