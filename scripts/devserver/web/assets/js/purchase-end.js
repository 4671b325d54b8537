// The end of a purchase in this tab: what the checkout kept for it is forgotten.
import { empty } from './basket.js';
import { settled } from './order-words.js';
import { forgetPayments } from './payment-start.js';
import { forgetKey, session } from './store.js';

/** tidy ends the purchase in this tab once its order is paid or over. */
export function tidy(order) {
  if (session.read('placed') !== order.id) return;
  const over = ['expired', 'cancelled'].includes(order.status);
  if (!settled(order) && !over) return;
  if (settled(order)) {
    empty();
    session.write('draft', null);
    session.write('codes', null);
  }
  session.write('placed', null);
  forgetKey('order');
  forgetPayments(order.id);
}
