// Asking Till for a payment, so that whatever happens on the way leads to one payment and not to two.
import { Problem, startPayment } from './api.js';
import { forgetKey, keyFor, session } from './store.js';

const ended = ['failed', 'canceled', 'expired'];
const moving = ['processing', 'authorized', 'captured'];
const tries = 3;
const pause = 2000; // Milliseconds; what the API's Retry-After says as well.

/** shopReturn is the page of the shop where the payment of an order ends. */
export const shopReturn = (id) => new URL(`/shop/order.html#order=${encodeURIComponent(id)}`, window.location.origin).href;

const keyName = (mode, id) => `${mode === 'hosted' ? 'pay' : 'card'}.${id}`;

/**
 * begin asks for a payment of an order in a mode: hosted or embedded. In this tab it is always the same one, also after an
 * answer that never came; one that has ended meanwhile is followed by a new one. Throws Problem, with the code
 * payment_in_progress if money is on its way already.
 */
export async function begin(id, token, mode, again = true) {
  const body = { gateway: 'stripe', mode, return_url: shopReturn(id) };
  const name = keyName(mode, id);
  const { payment } = await patiently(() => startPayment(id, token, keyFor(name, body), body));
  if (ended.includes(payment?.status) && again) {
    forgetKey(name);
    return begin(id, token, mode, false);
  }
  if (moving.includes(payment?.status)) throw new Problem(409, { code: 'payment_in_progress' });
  return payment;
}

// patiently asks again where the API says that nothing has happened yet and the same request may come back.
async function patiently(run) {
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
  forgetKey(keyName('hosted', id));
  forgetKey(keyName('embedded', id));
}

/** leaveNews has the order's page tell something when it opens next in this tab: unreached or asking. */
export const leaveNews = (id, kind) => session.write(`news.${id}`, kind);

/** takeNews gives what was left for an order's page, once. */
export function takeNews(id) {
  const kind = session.read(`news.${id}`);
  session.write(`news.${id}`, null);
  return kind;
}
