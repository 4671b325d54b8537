// Stock: what is counted, in which bins, of what little is left, and whether the counters are what the records of their changes say.
import { byId, el, words } from '../dom.js';
import { clock, entries, list, redraw, table } from './board.js';
import { ask, asStaff } from './staff.js';
import { uuid } from '../store.js';

/** drawStock shows the stock. act runs what a button asks for. */
export function drawStock(state, act) {
  const rows = entries(state.stock).flatMap(([sku, s]) => [{ sku, ...s }, ...list(s.bins).map((b) => ({ ...b, of: sku, name: b.bin || 'main', free: b.open, on_hand: b.open + b.reserved }))]);
  redraw(byId('stock'), rows, () => table('Stock', [
    { head: 'SKU', cell: (r) => (r.of ? el('span', { class: 'mono' }, el('span', { 'aria-hidden': 'true' }, '↳ '), el('span', { class: 'hidden-text' }, `${r.of} in bin `), r.name) : r.sku) },
    { head: 'On hand', kind: 'number', cell: (r) => r.on_hand },
    { head: 'Free', kind: 'number', cell: (r) => r.free },
    { head: 'Reserved', kind: 'number', cell: (r) => r.reserved },
    { head: 'Sold', kind: 'number', cell: (r) => r.sold },
    { head: 'Told below', kind: 'number', cell: (r) => r.low_below ?? '' },
    { head: 'Staff', cell: (r) => (r.of ? '' : el('span', { class: 'tools' }, actions(r).map((a) => button(r, a, act)))) },
  ], rows, { bad: (r) => r.free + r.reserved !== r.on_hand || r.reserved < 0 || (!r.of && r.free < 0) }));
  drawLow(state);
  drawDrift(state);
}

const button = (row, action, act) => el('button', {
  type: 'button', class: 'button small quiet', 'data-focus': `${row.sku} ${action.name}`, 'aria-label': `${action.title}: ${row.sku}`, onclick: () => act(action),
}, action.title);

const at = (sku) => `/staff/stock/${encodeURIComponent(sku)}`;
const place = (name, label, value) => ({ name, label, value });
const units = (name, label, value, min) => ({ name, label, value, type: 'number', min });

// actions are what staff do with a product's stock, through the real API.
const actions = ({ sku, on_hand: there, low_below: low, bins }) => [
  { name: 'count', title: 'Count', run: async () => {
    const typed = await ask('Count', [place('location', 'Location', 'main'), units('on_hand', 'Units there, those that are promised too', mainOf(there, bins), 0), units('low_below', 'Tell staff when less is free (0: never)', low ?? 0, 0)]);
    if (typed) await asStaff('PUT', at(sku), { location: typed.location, on_hand: Number(typed.on_hand), low_below: Number(typed.low_below) });
    return typed;
  } },
  { name: 'bring', title: 'Bring', run: async () => {
    const typed = await ask('Bring', [place('location', 'From', 'main'), place('to', 'To', 'north'), units('quantity', 'Units', 1)]);
    if (typed) await asStaff('POST', `${at(sku)}/entries`, { location: typed.location, to: typed.to, quantity: Number(typed.quantity), reason: 'moved' }, uuid());
    return typed;
  } },
];

// mainOf is what is on hand at the main location.
const mainOf = (there, bins) => (list(bins).length ? bins.filter((b) => b.location === 'main').reduce((sum, b) => sum + b.open + b.reserved, 0) : there);

const pagesMost = 10;

let asked = '';
let low = null; // What GET /staff/stock?low=true answered last; null until then.

// drawLow asks the staff API what is low when stock has changed, and each quarter of an hour, when staff are told.
async function drawLow(state) {
  const print = JSON.stringify([state.stock, Math.floor(Date.parse(state.now) / 900_000)]);
  if (print === asked) return;
  asked = print;
  try {
    const found = [];
    let next = '';
    for (let page = 0; page < pagesMost; page++) {
      const answer = await asStaff('GET', `/staff/stock?low=true${next && `&next=${encodeURIComponent(next)}`}`);
      found.push(...list(answer.products));
      next = answer.next ?? '';
      if (!next) break;
    }
    low = found;
  } catch (problem) {
    asked = ''; // The next look asks again.
    if (low) return;
    redraw(byId('low'), problem.code, () => el('p', { class: 'soft' }, problem.text?.() ?? String(problem)));
    return;
  }
  redraw(byId('low'), low, () => table('Little is left', [
    { head: 'SKU', cell: (p) => p.sku },
    { head: 'Free', kind: 'number', cell: (p) => p.free },
    { head: 'Told below', kind: 'number', cell: (p) => p.low_below },
    { head: 'Told at', kind: 'time', cell: (p) => (p.since ? clock(p.since) : 'not yet') },
  ], low, { none: 'Enough of everything that staff want to be told of.' }));
}

// drawDrift shows what the last comparison found. It is made each day.
function drawDrift(state) {
  const checked = state.checked ?? {};
  const found = list(checked.differences);
  const ever = Date.parse(checked.at) > 0;
  const wrong = found.length + (checked.left ?? 0);
  redraw(byId('drift'), checked, () => [
    el('p', { class: ever ? 'verdict' : 'soft', 'data-fine': ever && String(!found.length) }, ever
      ? [el('span', { 'aria-hidden': 'true' }, found.length ? '✗' : '✓'), `${clock(checked.at)}: ${found.length ? `${wrong} ${wrong === 1 ? 'counter is' : 'counters are'} not what the records say` : `all of ${checked.products} products as recorded`}`]
      : 'Not yet: it is done once a day. The clock can be moved on.'),
    found.length > 0 && table('Differences', [
      { head: 'SKU', cell: (d) => d.sku },
      { head: 'Bin', kind: 'mono', cell: (d) => d.bin || d.location },
      { head: 'Counter', cell: (d) => words(d.counter) },
      { head: 'Counted', kind: 'number', cell: (d) => d.counted },
      { head: 'Recorded', kind: 'number', cell: (d) => d.recorded },
    ], found, { bad: () => true }),
  ].filter(Boolean));
}
