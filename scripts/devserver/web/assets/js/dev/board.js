// Parts that are drawn again and again while somebody reads, types and clicks in them.
import { el } from '../dom.js';
import { exact, minor } from '../money.js';

const drawn = new WeakMap();

/**
 * redraw fills a place if its data differ from what was drawn last. What was open stays open (by data-key), and the
 * focus stays on what has the same data-focus.
 */
export function redraw(place, data, make) {
  const print = JSON.stringify(data ?? null);
  if (drawn.get(place) === print) return;
  drawn.set(place, print);
  const open = new Set([...place.querySelectorAll('details[open]')].map((d) => d.dataset.key));
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const top = place.scrollTop;
  const within = place.firstElementChild?.scrollTop ?? 0;
  place.replaceChildren(...[make()].flat());
  for (const details of place.querySelectorAll('details')) if (open.has(details.dataset.key)) details.open = true;
  if (focused) place.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  place.scrollTop = top;
  if (place.firstElementChild) place.firstElementChild.scrollTop = within;
}

/**
 * table draws rows. Columns: {head, cell: (row) => text or node, kind?: number, mono or time}. Wide ones scroll within their
 * own box, which the keyboard can reach.
 */
export function table(name, columns, rows, { bad = () => false, none = 'Nothing here.' } = {}) {
  if (!rows.length) return el('p', { class: 'soft' }, none);
  return el('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': name }, el('table', {},
    el('caption', { class: 'hidden-text' }, name),
    el('thead', {}, el('tr', {}, columns.map((c) => el('th', { scope: 'col', class: c.kind === 'number' && 'number' }, c.head)))),
    el('tbody', {}, rows.map((row) => el('tr', { 'data-bad': bad(row) && 'true' },
      columns.map((c) => el('td', { class: c.kind }, text(c.cell(row)))))))));
}

const text = (value) => (value instanceof Node ? value : String(value ?? ''));

const tones = {
  good: ['paid', 'confirmed', 'shipped', 'delivered', 'completed', 'succeeded', 'applied', 'done', 'captured', 'won'],
  warn: ['awaiting_payment', 'processing', 'payment_processing', 'parked', 'authorized', 'partially_refunded', 'refunded', 'running', 'pending', 'received', 'requested', 'initiating', 'requires_action', 'unknown', 'approved', 'payer_action_required', 'needs_response', 'evidence_required'],
  bad: ['failed', 'disputed', 'cancelled', 'expired', 'dead', 'timed_out', 'aborted', 'lost', 'declined'],
};

/** tag shows a state with a colour that fits; the word is always there as well. */
export function tag(state) {
  const name = String(state ?? '');
  const tone = Object.keys(tones).find((t) => tones[t].includes(name.toLowerCase()));
  return el('span', { class: 'tag', 'data-tone': tone }, name.toLowerCase().replaceAll('_', ' '));
}

/** sum writes an amount, {amount, currency} or minor units and a currency, digit by digit: what developers compare. */
export function sum(value, currency = value?.currency) {
  const amount = minor(value);
  return amount !== null && /^[A-Z]{3}$/.test(currency ?? '') ? `${exact(amount, currency)} ${currency}` : String(amount ?? '');
}

/** list takes what should be a list as one. */
export const list = (value) => (Array.isArray(value) ? value : []);

/** entries takes what should be an object as its entries. */
export const entries = (value) => Object.entries(value && typeof value === 'object' ? value : {});

/** clock shortens an RFC 3339 time to what a developer compares: date and seconds, UTC. */
export const clock = (text_) => String(text_ ?? '').replace('T', ' ').replace(/(\.\d+)?Z$/, '');
