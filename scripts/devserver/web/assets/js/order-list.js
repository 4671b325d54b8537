// The orders that this browser knows, newest first: what was in them, what they came to, how they stand.
import { viewOrder } from './api.js';
import { byId, dateTime, el, words } from './dom.js';
import { format } from './money.js';
import { describe } from './order-words.js';

let drawing = 0;

const short = { awaiting_payment: 'Waiting for payment', payment_processing: 'Payment in progress', fulfilling: 'Being packed', shipped: 'On its way' };

/** drawOrders lists orders ({id, token, placed_at}). Each is asked for in turn; one that cannot be had keeps its number and date. */
export async function drawOrders(known) {
  const mine = ++drawing;
  byId('mine-none').hidden = known.length > 0;
  byId('mine-list').replaceChildren(...known.map(row));
  for (const o of known) {
    const answer = await viewOrder(o.id, o.token).catch(() => null);
    if (mine !== drawing) return; // Another page of this tab's history is shown by now.
    if (answer?.order) fill(answer.order);
  }
}

const row = (o) => el('li', { class: 'panel known', 'data-order': o.id },
  el('div', {}, el('a', { href: `/shop/order.html#order=${encodeURIComponent(o.id)}` }, `Order of ${dateTime(o.placed_at)}`), el('p', { class: 'hint mono' }, o.id)),
  el('div', { class: 'known-sum' }));

function fill(order) {
  const item = document.querySelector(`[data-order="${CSS.escape(order.id)}"]`);
  const things = (order.lines ?? []).map((l) => `${l.quantity} × ${l.name}`).join(', ');
  item.firstElementChild.insertBefore(el('p', { class: 'known-things' }, things), item.querySelector('.hint'));
  item.lastElementChild.replaceChildren(el('span', { class: 'price' }, format(order.total, order.currency)),
    el('span', { class: 'badge', 'data-tone': describe(order).tone }, short[order.status] ?? words(order.status)));
}
