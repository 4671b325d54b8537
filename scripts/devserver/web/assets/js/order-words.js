// An order's state in plain words. Every status and payment status of the API has its own.
import { words } from './dom.js';

const places = ['Ordered', 'Paid', 'Packing', 'Shipped', 'Delivered'];
const reached = { created: 0, awaiting_payment: 0, payment_processing: 0, confirmed: 1, fulfilling: 2, shipped: 3, delivered: 4, completed: 4 };

/** steps are the stations of an order: [{name, done, now}]; none for one that has ended early. */
export function steps(order) {
  if (!(order.status in reached)) return [];
  const at = reached[order.status];
  return places.map((name, i) => ({ name, done: i <= at, now: i === at }));
}

const before = ['created', 'awaiting_payment', 'payment_processing'];
const moneyIn = ['authorized', 'paid', 'partially_refunded', 'refunded', 'disputed'];

/** payable tells whether to offer paying: the order waits for money and no payment is under way. */
export const payable = (order) => ['created', 'awaiting_payment'].includes(order.status) && ['unpaid', 'failed'].includes(order.payment_status);

/** cancellable tells whether to offer cancelling: nothing has left the house yet. */
export const cancellable = (order) => [...before, 'confirmed', 'fulfilling'].includes(order.status) && !(order.shipments ?? []).length;

/** settled tells whether a purchase is over for the basket: paid, or on its way to be. */
export const settled = (order) => !['created', 'awaiting_payment', 'expired', 'cancelled'].includes(order.status) || moneyIn.includes(order.payment_status);

/** restless tells whether the order is likely to change while one looks on. */
export const restless = (order) => [...before, 'confirmed', 'fulfilling'].includes(order.status) || (order.refunds ?? []).some((r) => !['succeeded', 'failed', 'canceled'].includes(refundState(r)));

const refundState = (refund) => refund.status ?? refund.state ?? '';

function waiting({ payment_status: paid }) {
  if (paid === 'failed') return ['bad', 'alert', 'The payment did not go through', 'Nothing was charged. You can try again, with the same card or another.'];
  if (paid === 'processing') return ['calm', 'clock', 'We are checking your payment', 'The gateway is at work, or your bank still wants to hear from you. If a page of your bank is open, please finish there. You need not pay again.'];
  if (moneyIn.includes(paid)) return ['calm', 'clock', 'Your payment has arrived', 'We are confirming your order. This takes a moment.'];
  return ['warn', 'clock', 'Waiting for your payment', 'Everything is kept for you meanwhile.'];
}

function processing({ payment_status: paid }) {
  if (paid === 'failed') return ['bad', 'alert', 'The payment did not go through', 'Nothing was charged. In a moment you can try again.'];
  return ['calm', 'clock', 'Your payment is being processed', 'With cards this takes seconds, with some ways to pay a few days. If your bank asked you to confirm it, please do so there. We write to you as soon as it is through; you need not pay again.'];
}

function expired({ payment_status: paid }) {
  if (paid === 'refunded') return ['calm', 'cross', 'This order has expired', 'Your payment came too late. We have given all of it back.'];
  if (moneyIn.includes(paid) || paid === 'processing') return ['warn', 'clock', 'This order has expired', 'Your payment came after the end. Either we can still send your things, or you get all of your money back. We write to you in any case.'];
  return ['calm', 'cross', 'This order has expired', 'It was not paid in time, so the things are back on the shelf. Nothing was charged. You are welcome to order again.'];
}

function cancelled({ payment_status: paid }) {
  if (paid === 'refunded') return ['calm', 'cross', 'This order was cancelled', 'We have given all of your money back. Banks may take some days to show it.'];
  if (moneyIn.includes(paid) || paid === 'processing') return ['calm', 'cross', 'This order was cancelled', 'Your money is on its way back to you. Banks may take some days to show it.'];
  return ['calm', 'cross', 'This order was cancelled', 'Nothing was charged.'];
}

const said = {
  created: waiting,
  awaiting_payment: waiting,
  payment_processing: processing,
  confirmed: () => ['good', 'tick', 'Thank you! Your order is confirmed', 'We have your payment and begin to pack. A mail with the link to this page is on its way to you.'],
  fulfilling: () => ['good', 'parcel', 'Thank you! We are packing your order', 'We have your payment. A mail with the link to this page is on its way to you, and another follows when the parcel is with the carrier.'],
  shipped: () => ['good', 'parcel', 'Your parcel is on its way', 'You find the carrier and the tracking number below.'],
  delivered: () => ['good', 'tick', 'Your parcel was delivered', 'We hope that everything is as you wished.'],
  completed: () => ['good', 'tick', 'This order is complete', 'Thank you for shopping with us.'],
  expired,
  cancelled,
};

/** describe gives the page's heading: {tone, icon, title, text, extra}. An unknown status is shown as it is. */
export function describe(order) {
  const say = said[order.status] ?? (() => ['calm', 'clock', words(order.status), '']);
  const [tone, icon, title, text] = say(order);
  return { tone, icon, title, text, extra: remarks(order).join(' ') };
}

function remarks(order) {
  const all = [];
  if ((order.holds ?? []).length || order.on_hold === true) all.push('Your order is on hold: we are having a closer look before we send it. You need not do anything.');
  const open = !['cancelled', 'expired'].includes(order.status);
  if (open && order.payment_status === 'partially_refunded') all.push('A part of your money was given back.');
  if (open && order.payment_status === 'refunded') all.push('All of your money was given back.');
  if (order.payment_status === 'disputed') all.push('Your bank has asked us about this payment; we are in touch with it.');
  if (order.payment_status === 'authorized' && open) all.push('The amount is reserved on your card and taken when we ship.');
  return all;
}

/** refundWords is what a refund's state means to the shopper. */
export function refundWords(refund) {
  const known = { succeeded: 'given back', pending: 'on its way', requested: 'on its way', unknown: 'on its way', failed: 'did not arrive; we are looking into it', canceled: 'withdrawn' };
  return known[refundState(refund)] ?? words(refundState(refund)).toLowerCase();
}
