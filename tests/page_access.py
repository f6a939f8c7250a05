"""page_access.py: what a page must have for those who do not see it, or see it badly: one function a
thing, each returning what is wrong, in words. For check_page."""

# The colour behind an element: the first that is not transparent, from it outwards; a drawing's words
# stand on what its figure stands on. What is in the page's own style only: no picture lies behind a text.
CONTRASTS = '''
    const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
    const part = (p) => (p /= 255, p <= .04045 ? p / 12.92 : ((p + .055) / 1.055) ** 2.4);
    const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
    const behind = (e) => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor, [, , , alpha] = rgb(colour);
            if (alpha === undefined || alpha > 0) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const seen = new Map();
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '');
        if (!own || !e.checkVisibility({opacityProperty: true}) || e.closest('script, style, option, title')) {
            continue;
        }
        const style = getComputedStyle(e);
        const ink = e instanceof SVGElement ? style.fill : style.color, paper = behind(e);
        const [one, two] = [light(rgb(ink)), light(rgb(paper))].sort((a, b) => b - a);
        const ratio = (one + .05) / (two + .05);
        if (ratio < 4.5) seen.set(ink + paper, `${e.tagName}.${e.className.baseVal ?? e.className} `
            + `"${e.textContent.slice(0, 20)}": ${ink} on ${paper}: ${ratio.toFixed(2)}`);
    }
    return [...seen.values()];'''

HEADINGS = '''
    const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((h) => +h.tagName[1]);
    const wrong = levels.filter((level, i) => level > (i ? levels[i - 1] : 0) + 1);
    return levels.filter((l) => l === 1).length === 1 && wrong.length === 0 ? [] : [levels.join(' ')];'''

TABLES = '''
    return [...document.querySelectorAll('table')].flatMap((table) => {
        const heads = table.tHead ? [...table.tHead.querySelectorAll('th')] : [];
        const rows = [...table.tBodies[0].rows];
        const fine = heads.every((h) => h.scope === 'col') && (heads.length > 0 || table.caption)
            && rows.every((r) => r.cells.length > 0 && (table.matches('.events')
                || [...r.cells].filter((c) => c.tagName === 'TH' && c.scope === 'row').length === 1));
        return fine ? [] : [table.className + ': ' + table.outerHTML.slice(0, 200)];
    });'''

IDS = '''
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    const links = [...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute('href').slice(1));
    return [...ids.filter((id, i) => ids.indexOf(id) !== i), ...links.filter((id) => !ids.includes(id))];'''

# What is pressed must be 24 pixels wide and high, or as much must be free around it (WCAG 2.2, 2.5.8);
# an event's button may be as narrow as the time between two is short.
TARGETS = '''
    return [...document.querySelectorAll('button, select, input')].filter((e) => {
        const box = e.getBoundingClientRect();
        return box.height < 24 || (box.width < 24 && !e.closest('.marks'));
    }).map((e) => e.outerHTML.slice(0, 80));'''

# No 'group': <details> is one, and its summary says what it is.
NAMED = {'button', 'slider', 'combobox', 'link', 'image', 'heading', 'navigation', 'DisclosureTriangle'}


def unnamed(browser):
    """Of the tree that a screen reader gets: what has a role that needs a name, and has none."""
    nodes = browser.devtools('Accessibility.getFullAXTree')['nodes']
    wrong = [node['role']['value'] for node in nodes if not node.get('ignored')
             and node.get('role', {}).get('value') in NAMED
             and not node.get('name', {}).get('value')]
    roles = [node.get('role', {}).get('value') for node in nodes if not node.get('ignored')]
    return wrong + [f'no {role}' for role in ('main', 'banner', 'slider', 'status', 'table')
                    if role not in roles]


def complaints(browser):
    """All of it, by what was looked at."""
    found = {'names': unnamed(browser)}
    for what, script in (('headings', HEADINGS), ('tables', TABLES), ('ids', IDS), ('targets', TARGETS)):
        found[what] = browser.run(script)
    for scheme in ('light', 'dark'):
        browser.media(color_scheme=scheme)
        found[f'contrast, {scheme}'] = browser.run(CONTRASTS)
    browser.media()
    return found
