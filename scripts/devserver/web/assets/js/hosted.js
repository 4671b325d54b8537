// Payment on the gateway's own page.
import { Problem } from './api.js';
import { begin } from './payment-start.js';

/** payHosted starts a payment and sends the browser to the gateway. Throws Problem. */
export async function payHosted(id, token, gateway) {
  const payment = await begin(id, token, gateway, 'hosted');
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
