// Asking Till for a payment, so that whatever happens on the way leads to one payment and not to two.
import { Problem, startPayment } from './api.js';
import { gatewayNames } from './gateways.js';
import { forgetKey, keyFor, session } from './store.js';

const ended = ['failed', 'canceled', 'expired'];
export const moving = ['processing', 'authorized', 'captured'];
const tries = 3;
const pause = 2000; // Milliseconds; what the API's Retry-After says as well.

/** shopReturn is the page of the shop where the payment of an order ends. */
export const shopReturn = (id) => new URL(`/shop/order.html#order=${encodeURIComponent(id)}`, window.location.origin).href;

/** payPage is the page of the shop on which an order is paid with a gateway's form or button. */
export const payPage = (id, gateway) =>
  new URL(`/shop/pay.html#${new URLSearchParams({ order: id, gateway })}`, window.location.origin).href;

const keyName = (gateway, mode, id) => `pay.${gateway}.${mode}.${id}`;

/**
 * begin asks for a payment of an order with a gateway, in a mode: hosted or embedded. In this tab it is always the same one, also after an
 * answer that never came; one that has ended meanwhile is followed by a new one. Throws Problem, with the code
 * payment_in_progress if money is on its way already.
 */
export async function begin(id, token, gateway, mode, again = true) {
  // PayPal's button is on the page to which its own page leads back.
  const back = gateway === 'paypal' && mode === 'embedded' ? `${payPage(id, gateway)}&back=1` : shopReturn(id);
  const body = { gateway, mode, return_url: back };
  const name = keyName(gateway, mode, id);
  const { payment } = await patiently(() => startPayment(id, token, keyFor(name, body), body));
  if (ended.includes(payment?.status) && again) {
    forgetKey(name);
    return begin(id, token, gateway, mode, false);
  }
  if (moving.includes(payment?.status)) throw new Problem(409, { code: 'payment_in_progress' });
  return payment;
}

/** patiently asks again where the API says that nothing has happened yet and the same request may come back. */
export async function patiently(run) {
  for (let n = 1; ; n++) {
    try {
      return await run();
    } catch (problem) {
      const passing = problem.status === 503 || problem.has?.('idempotency_in_progress');
      if (!passing || n === tries) throw problem;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** forgetPayments ends what this tab remembers of the payments of an order. */
export function forgetPayments(id) {
  for (const gateway of gatewayNames) for (const mode of ['hosted', 'embedded']) forgetKey(keyName(gateway, mode, id));
  session.write(`refused.${id}`, null);
}

/** refuseGateway remembers that a gateway does not take an order. */
export const refuseGateway = (id, gateway) => session.write(`refused.${id}`, [...new Set([...refusedGateways(id), gateway])]);

/** refusedGateways are those that do not take an order, as far as this tab has learnt. */
export const refusedGateways = (id) => session.read(`refused.${id}`) ?? [];

/** unfit tells whether a problem means that another gateway might take the order. */
export const unfit = (problem) => ['gateway_unavailable', 'currency_invalid', 'amount_too_small', 'amount_too_large', 'amount_too_fine'].some((code) => problem.has?.(code));

/** leaveNews has the order's page tell something when it opens next in this tab: placed or asking. */
export const leaveNews = (id, kind) => session.write(`news.${id}`, kind);

/** takeNews gives what was left for an order's page, once. */
export function takeNews(id) {
  const kind = session.read(`news.${id}`);
  session.write(`news.${id}`, null);
  return kind;
}
