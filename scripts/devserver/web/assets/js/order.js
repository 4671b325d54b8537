// The page of one order: follows it, lets the shopper pay, cancel and print. Without an order it lists those of this browser.
import './header.js';
import { Problem, cancelOrder, viewOrder } from './api.js';
import { empty } from './basket.js';
import { announce, byId, el, note, show } from './dom.js';
import { format } from './money.js';
import { payHosted } from './hosted.js';
import { drawOrders } from './order-list.js';
import { drawOrder } from './order-view.js';
import { cancellable, describe, payable, restless, settled } from './order-words.js';
import { said } from './order-news.js';
import { drawWays, keepWay, watchWays, way } from './pay-way.js';
import { forgetPayments, payPage, refuseGateway, takeNews, unfit } from './payment-start.js';
import { forgetKey, keepOrder, orders, session, tokenOf } from './store.js';

const soon = 1000;
const late = 30_000;

let id = '';
let token = '';
let shown = '';
let wait = soon;
let timer;
let busy = false;
let unreachable = false;
let news = null;
let given = ''; // The token of a link, until the API has taken it: one that it does not take must not replace one that it does.

// wellMade are the signs that ids and tokens consist of. Anything else was never ours, and could not even be asked for.
const wellMade = /^[A-Za-z0-9._~-]{1,1024}$/;

function read() {
  const hash = new URLSearchParams(window.location.hash.slice(1));
  id = hash.get('order') ?? '';
  given = '';
  if (wellMade.test(id) && wellMade.test(hash.get('token') ?? '')) {
    given = hash.get('token');
    window.history.replaceState(null, '', `#order=${encodeURIComponent(id)}`); // The token is a key; it does not stay on show.
  }
  token = given || (tokenOf(id) ?? '');
}

// tidy ends the purchase in this tab once its order is paid or over.
function tidy(order) {
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

async function follow() {
  clearTimeout(timer);
  if (busy) return;
  const asked = id;
  try {
    const { order, timeline } = await viewOrder(id, token);
    if (asked !== id) return;
    if (given) keepOrder(id, given);
    given = '';
    display(order, timeline ?? order.timeline ?? []);
    const print = JSON.stringify([order.status, order.payment_status, order.refunds, order.shipments]);
    wait = print === shown ? Math.min(wait * 1.5, restless(order) ? late / 2 : late) : soon;
    shown = print;
    if (unreachable) show(byId('problem'), []);
    unreachable = false;
    tell(order);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 404 || problem.status === 401) {
      if (!given || !tokenOf(id)) return unknown();
      [token, given] = [tokenOf(id), ''];
      return follow();
    }
    wait = Math.min(wait * 2, late);
    unreachable = true;
    show(byId('problem'), note('bad', 'The order cannot be shown now', `${problem.text()} We keep trying.`));
  }
  if (!document.hidden) timer = setTimeout(follow, wait);
}

let asked = ''; // The order whose ways to pay are on show.

// tell says what happened on the way here, for as long as the order waits for money.
function tell(order) {
  const waits = payable(order) && order.payment_status !== 'failed';
  const place = byId('news');
  if (!news || !said[news] || !waits) show(place, []);
  else if (!place.firstChild) show(place, note(news === 'placed' ? 'good' : 'warn', ...said[news]), true);
}

// offer shows the ways to pay, asked for once, and again when one of them turned out to be none.
function offer(order) {
  byId('pay-panel').hidden = !payable(order);
  byId('pay-now').textContent = `Pay ${format(order.total, order.currency)}`;
  if (!payable(order) || asked === order.id) return;
  asked = order.id;
  drawWays(id, token);
}

function display(order, timeline) {
  const first = byId('order').hidden;
  drawOrder(order, timeline);
  byId('order').hidden = false;
  offer(order);
  byId('cancel').hidden = !cancellable(order);
  byId('sure-text').textContent = settled(order) ? 'The things go back on the shelf and you get your money back.' : 'The things go back on the shelf. Nothing is charged.';
  tidy(order);
  const now = describe(order);
  if (first) byId('status-title').focus({ preventScroll: true });
  else announce(`${now.title}. ${now.extra}`);
}

function unknown() {
  byId('order').hidden = true;
  show(byId('problem'), note('bad', 'This order cannot be opened here',
    'The link is incomplete or no longer valid, or the order was placed in another browser. Please open the link in the mail that we sent you.',
    el('p', {}, el('a', { href: '/shop/order.html' }, 'Orders of this browser'))), true);
}

async function act(button, what) {
  if (busy) return;
  busy = true;
  button.setAttribute('aria-disabled', 'true');
  try {
    await what();
    show(byId('problem'), []);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const lost = button === byId('pay-now') && (problem.status === 0 || problem.status >= 500);
    const words = problem.has('payment_in_progress') ? said.asking : unfit(problem) ? said.refused : lost ? said.unreached : ['That was not possible', problem.text()];
    news = null;
    show(byId('news'), []);
    show(byId('problem'), note('warn', ...words));
  } finally {
    busy = false;
    button.removeAttribute('aria-disabled');
    wait = soon;
    const shownNow = [...byId('problem').childNodes];
    if (!shownNow.length) byId('status-title').focus({ preventScroll: true });
    await follow();
    if (shownNow.length) show(byId('problem'), shownNow, true);
  }
}

function list() {
  byId('mine').hidden = false;
  drawOrders(orders());
}

function start() {
  clearTimeout(timer);
  read();
  shown = '';
  asked = '';
  wait = soon;
  news = takeNews(id);
  show(byId('news'), []);
  byId('mine').hidden = true;
  byId('order').hidden = true;
  show(byId('problem'), []);
  if (!id) list();
  else if (!token) unknown();
  else follow();
}

async function pay() {
  const { gateway, mode } = way();
  keepWay({ gateway, mode });
  if (mode === 'embedded') return window.location.assign(payPage(id, gateway));
  await payHosted(id, token, gateway).catch(async (problem) => {
    if (unfit(problem)) {
      refuseGateway(id, gateway);
      await drawWays(id, token);
    }
    throw problem;
  });
}

watchWays();
byId('pay-panel').addEventListener('submit', (event) => {
  event.preventDefault();
  if (way()) act(byId('pay-now'), pay);
});
byId('cancel').addEventListener('click', () => byId('sure').showModal());
byId('sure').addEventListener('close', () => {
  if (byId('sure').returnValue === 'yes') act(byId('cancel'), () => cancelOrder(id, token));
  byId('sure').returnValue = '';
});
byId('print').addEventListener('click', () => window.print());
document.addEventListener('visibilitychange', () => !document.hidden && id && token && follow());
window.addEventListener('hashchange', start);
start();
