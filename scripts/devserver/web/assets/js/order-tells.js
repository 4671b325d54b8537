// What the order's page tells beside the order: news of the way here, that it cannot be opened, or the orders of this browser.
import { byId, el, note, show } from './dom.js';
import { offerLink } from './new-link.js';
import { drawOrders } from './order-list.js';
import { said } from './order-news.js';
import { payable } from './order-words.js';
import { orders } from './store.js';

// tellNews says what happened on the way here, for as long as the order waits for money.
export function tellNews(order, news) {
  const waits = payable(order) && order.payment_status !== 'failed';
  const place = byId('news');
  if (!news || !said[news] || !waits) show(place, []);
  else if (!place.firstChild) show(place, note(['placed', 'changed'].includes(news) ? 'good' : 'warn', ...said[news]), true);
}

// tellLost says that an order cannot be opened, and offers a new link to it.
export function tellLost(id) {
  byId('order').hidden = true;
  show(byId('problem'), note('bad', 'This order cannot be opened here',
    'The link is incomplete or no longer valid, or the order was placed in another browser. Please open the link in the mail that we sent you, or have a new one sent.',
    el('p', {}, el('a', { href: '/shop/order.html' }, 'Orders of this browser'))), true);
  byId('lost').hidden = false;
  offerLink(id);
}

// listMine lists the orders of this browser.
export function listMine() {
  byId('mine').hidden = false;
  drawOrders(orders());
  offerLink();
  if (window.location.hash === '#find') byId('new-link-heading').focus();
}
