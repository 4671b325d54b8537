// Payment on the gateway's own page.
import { Problem, startPayment } from './api.js';
import { keyFor } from './store.js';

/** shopReturn is the page of the shop where the payment of an order ends. */
export const shopReturn = (id) => new URL(`/shop/order.html#order=${encodeURIComponent(id)}`, window.location.origin).href;

/**
 * payHosted starts a payment and sends the browser to the gateway. A second call for the same order in this tab gives
 * the same payment, unless forgetKey(`pay.${id}`) came in between. Throws Problem.
 */
export async function payHosted(id, token) {
  const body = { gateway: 'stripe', mode: 'hosted', return_url: shopReturn(id) };
  const { payment } = await startPayment(id, token, keyFor(`pay.${id}`, body), body);
  if (!isAddress(payment?.redirect_url)) throw new Problem(500);
  window.location.assign(payment.redirect_url);
}

/** isAddress allows web addresses only: javascript: and the like would run in the shop's name. */
export function isAddress(text) {
  try {
    return ['https:', 'http:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
