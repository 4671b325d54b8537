// The page of an account: who is signed in sees every order of theirs, and opens it with a token of its own.
import './header.js';
import { Problem, call, listMyOrders, openMyOrder } from './api.js';
import { announce, byId, dateTime, el, note, show, words } from './dom.js';
import { format } from './money.js';
import { describe } from './order-words.js';
import { keepOrder, session } from './store.js';

let next = '';

// The account is kept for this tab alone: {email, token}. The token lives for an hour.
const account = () => session.read('account');

function draw() {
  const mine = account();
  byId('sign-in').hidden = Boolean(mine);
  byId('account').hidden = !mine;
  byId('who').textContent = mine?.email ?? '';
}

function signOut(said) {
  session.write('account', null);
  next = '';
  byId('mine-list').replaceChildren();
  draw();
  if (said) show(byId('problem'), note('warn', 'Please sign in again', said), true);
  else byId('heading').focus();
}

function trouble(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 401) return signOut('Your sign-in has ended.');
  return show(byId('problem'), note('bad', 'That did not work', problem.text()), true);
}

const item = (order) => el('li', { class: 'panel known', 'data-order': order.id },
  el('div', {},
    el('strong', {}, `Order of ${dateTime(order.created_at)}`),
    el('p', { class: 'known-things' }, order.lines.map((l) => `${l.quantity} × ${l.name}`).join(', ')),
    el('p', { class: 'hint mono', id: `number-${order.id}` }, order.id),
    el('button', { class: 'button quiet', type: 'button', 'aria-describedby': `number-${order.id}`, onclick: () => open(order) }, 'Open the order')),
  el('div', { class: 'known-sum' }, el('span', { class: 'price' }, format(order.total, order.currency)),
    el('span', { class: 'badge', 'data-tone': describe(order).tone }, words(order.status))));

async function open(order) {
  try {
    const opened = await openMyOrder(order.id, account()?.token);
    keepOrder(order.id, opened.token, order.created_at);
    window.location.assign(`/shop/order.html#order=${encodeURIComponent(order.id)}`);
  } catch (problem) {
    trouble(problem);
  }
}

/** list asks for the next page and puts it behind what is there. The focus goes to the first that is new if asked. */
async function list(focus) {
  const more = byId('more');
  more.disabled = true;
  try {
    const page = await listMyOrders(account()?.token, next);
    const items = page.orders.map(item);
    byId('mine-list').append(...items);
    next = page.next ?? '';
    byId('mine-none').hidden = byId('mine-list').children.length > 0 || Boolean(next);
    more.hidden = !next;
    announce(items.length === 1 ? 'One order' : `${items.length} orders`);
    if (focus) (items[0]?.querySelector('button') ?? byId('mine-heading')).focus();
  } catch (problem) {
    trouble(problem);
  } finally {
    more.disabled = false;
  }
}

byId('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const email = byId('email').value.trim();
  byId('go').disabled = true;
  show(byId('problem'), []);
  try {
    const { token } = await call('/_dev/customer', { method: 'POST', body: { email } });
    session.write('account', { email, token });
    draw();
    byId('mine-heading').focus();
    await list(false);
  } catch (problem) {
    trouble(problem);
  } finally {
    byId('go').disabled = false;
  }
});
byId('sign-out').addEventListener('click', () => signOut(''));
byId('more').addEventListener('click', () => list(true));

draw();
if (account()) list(false);
