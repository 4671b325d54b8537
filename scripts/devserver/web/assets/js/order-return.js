// Sending something back, on the page of its order: what was delivered, how many of it and why. The order decides whether that may be.
import { Problem, askReturn } from './api.js';
import { byId, dateTime, el, note, show } from './dom.js';
import { uuid } from './store.js';

const reasons = {
  changed_mind: 'I no longer want it', does_not_fit: 'It does not fit', not_as_described: 'It is not as described', damaged: 'It is damaged',
  wrong_item: 'It is not what I ordered', too_late: 'It came too late', other: 'Another reason',
};

const stages = {
  requested: 'We are looking at it. Please keep it until we write to you.',
  accepted: 'Please send it to the sender of the parcel, with the order’s number inside.',
  refused: 'We cannot take it back.',
  received: 'It has arrived.',
};

const refused = {
  order_state_conflict: 'Nothing of it has been delivered yet.',
  return_window_over: 'The time in which this could be sent back is over. Please write to us.',
  too_many_returns: 'This order has had too many returns. Please write to us.',
  card_data_rejected: 'This looks like the number of a card. Please leave it out.',
  comment_invalid: 'Please write this a little shorter, in letters, digits and common signs.',
  quantity_invalid: 'That many cannot be sent back. Look at what you have sent back already.',
};

let open = null; // What is sent back of: {id, token, done}.
let key = ''; // Of what was sent last, as long as its answer is not known: sent again, it is the same return.
let sent = '';
let busy = false;

/** returnable lists what can be sent back of an order: [{sku, name, left}]. */
export function returnable(order) {
  const units = (lists) => lists.flatMap((lines) => lines ?? []).reduce((sum, { sku, quantity }) => sum.set(sku, (sum.get(sku) ?? 0) + quantity), new Map());
  const arrived = units((order.shipments ?? []).filter((s) => s.status === 'delivered' && s.carrier).map((s) => s.lines));
  const claimed = units((order.returns ?? []).filter((r) => r.status !== 'refused').map((r) => r.lines
    .map((l) => ({ sku: l.sku, quantity: r.status === 'received' ? (l.restocked ?? 0) + (l.damaged ?? 0) : l.quantity }))));
  return (order.lines ?? []).map((l) => ({ sku: l.sku, name: l.name, left: (arrived.get(l.sku) ?? 0) - (claimed.get(l.sku) ?? 0) })).filter((l) => l.left > 0);
}

/** returning tells whether the form is open. */
export const returning = () => open !== null;

/** returnRows are what was sent back of an order, and where it stands. */
export function returnRows(order) {
  const name = (sku) => (order.lines ?? []).find((l) => l.sku === sku)?.name ?? sku;
  return (order.returns ?? []).map((r) => el('li', {}, el('strong', {}, r.lines.map((l) => `${l.quantity} × ${name(l.sku)}`).join(', ')), ` ${stages[r.status] ?? r.status}`,
    el('p', { class: 'hint' }, dateTime(r.received_at ?? r.decided_at ?? r.created_at))));
}

/** startReturn opens the form; done is called when something was asked for, left when not. */
export function startReturn({ id, token, order }, after) {
  open = { id, token, ...after };
  [key, sent] = ['', ''];
  show(byId('return-problem'), []);
  byId('return-lines').replaceChildren(...returnable(order).map((l, i) => el('li', {}, el('div', { class: 'field' },
    el('label', { for: `return-${i}` }, `${l.name}, of ${l.left}`),
    el('select', { id: `return-${i}`, 'data-sku': l.sku }, ...Array.from({ length: l.left + 1 }, (_, n) => el('option', { value: n }, n === 0 ? 'None' : String(n))))))));
  byId('return-reason').replaceChildren(...Object.entries(reasons).map(([value, text]) => el('option', { value }, text)));
  byId('return-comment').value = '';
  byId('return').hidden = false;
  byId('return-heading').focus();
}

/** endReturn closes the form. Nothing is sent by it. */
export function endReturn() {
  open = null;
  byId('return').hidden = true;
}

async function send(event) {
  event.preventDefault();
  if (busy || !open) return;
  const lines = [...byId('return-lines').querySelectorAll('select')].map((s) => ({ sku: s.dataset.sku, quantity: Number(s.value) })).filter((l) => l.quantity > 0);
  if (!lines.length) {
    show(byId('return-problem'), note('bad', 'What do you want to send back?', 'Please choose how many of at least one thing.'), true);
    return;
  }
  const comment = byId('return-comment').value.trim();
  const body = { lines, reason: byId('return-reason').value, ...(comment && { comment }) };
  if (JSON.stringify(body) !== sent) [key, sent] = [uuid(), JSON.stringify(body)];
  busy = true;
  byId('return-send').setAttribute('aria-disabled', 'true');
  try {
    await askReturn(open.id, open.token, key, body);
    const { done } = open;
    endReturn();
    await done();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const code = Object.keys(refused).find((c) => problem.has(c));
    show(byId('return-problem'), note('bad', 'That could not be noted', refused[code] ?? problem.text()), true);
  } finally {
    busy = false;
    byId('return-send').removeAttribute('aria-disabled');
  }
}

byId('return-form').addEventListener('submit', send);
byId('return-leave').addEventListener('click', () => {
  const { left } = open;
  endReturn();
  left();
});
