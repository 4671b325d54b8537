// Draws an order. Parts are redrawn only when what they show has changed, so that the focus and a reader's place stay.
import { byId, dateTime, el, picture, words } from './dom.js';
import { describe, refundWords, steps } from './order-words.js';
import { format } from './money.js';
import { returnRows } from './order-return.js';
import { lineSum, totals } from './totals.js';

const drawn = new Map();

function draw(id, data, make) {
  const print = JSON.stringify(data);
  if (drawn.get(id) === print) return;
  drawn.set(id, print);
  byId(id).replaceChildren(...make().flat());
}

const happened = {
  placed: 'Order placed', edited: 'Order changed', link_asked: 'New link asked for', links_revoked: 'Links of before ended', confirmed: 'Payment received, order confirmed', expired: 'Order expired', cancelled: 'Order cancelled',
  payment_started: 'Payment begun', payment_requires_action: 'Payment waits for you', payment_processing: 'Payment is being processed',
  payment_authorized: 'Amount reserved', payment_captured: 'Payment received', payment_declined: 'Payment was declined',
  payment_refused: 'Payment could not begin', payment_failed: 'Payment did not go through', payment_canceled: 'Payment given up',
  payment_expired: 'Payment ran out', payment_unknown: 'Asking the gateway how the payment went',
  late_payment_accepted: 'Late payment received, order confirmed', late_payment_refunded: 'Late payment received, money goes back',
  duplicate_payment: 'Paid twice, the second goes back', fulfillment_prepared: 'Packing has begun', partly_shipped: 'A part handed to the carrier',
  shipped: 'Handed to the carrier', parcel_delivered: 'A parcel was delivered', delivered: 'Delivered', completed: 'Order complete',
  refund_requested: 'Refund begun', refund_pending: 'Refund is on its way', refund_unknown: 'Asking the gateway how the refund went',
  refund_succeeded: 'Money given back', refund_failed: 'A refund did not arrive', refund_canceled: 'A refund was withdrawn',
  return_requested: 'Return asked for', return_accepted: 'Return accepted', return_refused: 'Return refused', return_received: 'Return arrived',
};

const when = (at, fallback = '') => (dateTime(at) ? el('time', { datetime: at }, dateTime(at)) : fallback);

/** drawOrder shows an order with its timeline: [{at, kind}]. */
export function drawOrder(order, timeline) {
  drawStatus(order);
  draw('steps', steps(order), () => steps(order).map((s) => el('li', { 'data-done': String(s.done), 'aria-current': s.now && 'step' }, s.name, s.done && !s.now && el('span', { class: 'hidden-text' }, ' (done)'))));
  byId('steps').hidden = steps(order).length === 0;
  draw('lines', order.lines, () => (order.lines ?? []).map((line) => el('li', {}, picture(line.sku, true),
    el('span', {}, line.name, el('small', {}, `${line.quantity} × ${format(line.unit_price, order.currency)}`)),
    el('span', { class: 'price' }, format(lineSum(line), order.currency)))));
  draw('totals', [order.subtotal, order.discount, order.shipping, order.tax, order.total, order.tax_lines, order.discounts], () => totals(order, { away: false }));
  byId('order-id').textContent = order.id;
  byId('order-date').textContent = dateTime(order.created_at);
  drawParcels(order);
  byId('returns-panel').hidden = !(order.returns ?? []).length;
  draw('returns', order.returns ?? [], () => returnRows(order));
  drawRefunds(order);
  draw('timeline', timeline, () => (timeline ?? []).map((c) => el('li', {}, happened[c.kind] ?? words(c.kind), when(c.at))));
}

function drawStatus(order) {
  const now = describe(order);
  const kept = ['created', 'awaiting_payment'].includes(order.status) && dateTime(order.expires_at);
  byId('status').dataset.tone = now.tone;
  byId('status-icon').setAttribute('href', `/assets/img/icons.svg#${now.icon}`);
  byId('status-title').textContent = now.title;
  byId('status-text').textContent = kept ? `${now.text} The order is open until ${kept}.` : now.text;
  byId('status-extra').textContent = now.extra;
  document.title = `${now.title} – Till demo shop`;
}

function drawParcels(order) {
  const parcels = order.shipments ?? [];
  const name = (sku) => (order.lines ?? []).find((l) => l.sku === sku)?.name ?? sku;
  byId('shipments-panel').hidden = parcels.length === 0;
  draw('shipments', parcels, () => parcels.map((p) => el('li', {},
    el('strong', {}, (p.state ?? p.status) === 'delivered' ? 'Delivered' : 'On its way'), ` with ${p.carrier ?? 'the carrier'}, tracking number `, el('span', { class: 'mono' }, p.tracking_number ?? '–'),
    (p.lines ?? []).length > 0 && el('p', { class: 'hint' }, p.lines.map((l) => `${l.quantity} × ${name(l.sku)}`).join(', ')),
    el('p', { class: 'hint' }, when(p.delivered_at ?? p.shipped_at)))));
}

function drawRefunds(order) {
  const refunds = order.refunds ?? [];
  byId('refunds-panel').hidden = refunds.length === 0;
  draw('refunds', refunds, () => refunds.map((r) => el('li', {}, el('strong', {}, format(r.amount, order.currency)), ` ${refundWords(r)}`)));
}
