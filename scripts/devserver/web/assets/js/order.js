// The page of one order: follows it, lets the shopper pay, change, cancel and print. Without an order it lists those of this browser.
import './header.js';
import { Problem, cancelOrder, tagOf, viewOrder } from './api.js';
import { announce, byId, note, show } from './dom.js';
import { format } from './money.js';
import { hideLink } from './new-link.js';
import { editing, endEdit, startEdit, watchEdit } from './order-edit.js';
import { readLink } from './order-link.js';
import { endReturn, returnable, returning, startReturn } from './order-return.js';
import { said } from './order-news.js';
import { listMine, tellLost, tellNews } from './order-tells.js';
import { drawOrder } from './order-view.js';
import { cancellable, describe, payable, restless, settled } from './order-words.js';
import { drawWays, payAsChosen, watchWays, way } from './pay-way.js';
import { forgetPayments, takeNews, unfit } from './payment-start.js';
import { tidy } from './purchase-end.js';
import { keepOrder, tokenOf } from './store.js';

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
let latest; // The order as it was read last.
let turn = 0; // The latest reading; what an earlier one brings is old.
let given = ''; // The token of a link, until the API has taken it: one that it does not take must not replace one that it does.

async function follow() {
  clearTimeout(timer);
  if (busy) return;
  const mine = ++turn;
  try {
    const answer = await viewOrder(id, token);
    const { order, timeline } = answer;
    if (mine !== turn) return;
    latest = answer;
    if (given) keepOrder(id, given);
    given = '';
    display(order, timeline ?? order.timeline ?? []);
    const print = JSON.stringify([order.status, order.payment_status, order.refunds, order.returns, order.shipments]);
    wait = print === shown ? Math.min(wait * 1.5, editing() ? 5 * soon : restless(order) ? late / 2 : late) : soon;
    shown = print;
    if (unreachable) show(byId('problem'), []);
    unreachable = false;
    tellNews(order, news);
    watchEdit(answer);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (mine !== turn) return;
    if (problem.status === 404 || problem.status === 401) {
      if (!given || !tokenOf(id)) return tellLost(id);
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

// offer shows the ways to pay, asked for once, and again when one of them turned out to be none.
function offer(order) {
  byId('pay-panel').hidden = !payable(order) || editing(); // What is paid is what stands there.
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
  byId('cancel').hidden = !cancellable(order) || editing();
  byId('change').hidden = !payable(order) || editing();
  byId('send-back').hidden = !returnable(order).length || returning();
  byId('sure-text').textContent = settled(order) ? 'The things go back on the shelf and you get your money back.' : 'The things go back on the shelf. Nothing is charged.';
  tidy(order);
  const now = describe(order);
  if (first) byId('status-title').focus({ preventScroll: true });
  else announce(`${now.title}. ${now.extra}`);
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

function start() {
  clearTimeout(timer);
  turn += 1;
  ({ id, given } = readLink());
  token = given || (tokenOf(id) ?? '');
  shown = '';
  asked = '';
  wait = soon;
  news = takeNews(id);
  show(byId('news'), []);
  for (const part of ['mine', 'order', 'lost']) byId(part).hidden = true;
  hideLink();
  if (editing()) endEdit();
  if (returning()) endReturn();
  show(byId('problem'), []);
  if (!id) listMine();
  else if (!token) tellLost(id);
  else follow();
}

// change opens the form of another edition of the order; what can be done with the order besides waits until it is closed.
function change() {
  news = null;
  show(byId('news'), []);
  show(byId('problem'), []);
  startEdit({ id, token, tag: tagOf(latest), order: latest.order }, {
    done: async () => {
      forgetPayments(id);
      [asked, news, wait] = ['', 'changed', soon];
      await follow();
      if (document.activeElement === document.body) byId('status-title').focus({ preventScroll: true });
    },
    over: async (...words) => {
      await follow();
      if (!byId('order').hidden) show(byId('problem'), note('warn', ...words), true);
    },
    left: () => {
      display(latest.order, latest.timeline ?? []);
      byId('change').focus();
    },
  });
  display(latest.order, latest.timeline ?? []);
}

// sendBack opens the form of a return.
function sendBack() {
  show(byId('problem'), []);
  startReturn({ id, token, order: latest.order }, {
    done: async () => {
      wait = soon;
      await follow();
      byId('status-title').focus({ preventScroll: true });
      show(byId('problem'), note('good', 'Your return is noted', 'We look at it and write to you. Where it stands, this page says.'), true);
    },
    left: () => {
      display(latest.order, latest.timeline ?? []);
      byId('send-back').focus();
    },
  });
  display(latest.order, latest.timeline ?? []);
}

watchWays();
byId('pay-panel').addEventListener('submit', (event) => {
  event.preventDefault();
  if (way()) act(byId('pay-now'), () => payAsChosen(id, token));
});
byId('change').addEventListener('click', change);
byId('send-back').addEventListener('click', sendBack);
byId('cancel').addEventListener('click', () => byId('sure').showModal());
byId('sure').addEventListener('close', () => {
  if (byId('sure').returnValue === 'yes') act(byId('cancel'), () => cancelOrder(id, token));
  byId('sure').returnValue = '';
});
byId('print').addEventListener('click', () => window.print());
document.addEventListener('visibilitychange', () => !document.hidden && id && token && follow());
window.addEventListener('hashchange', start);
start();
