// The shop's own payment page. Till is asked for a payment; a card goes from this form to its gateway, PayPal has its own page.
import './header.js';
import { Problem, confirmPayment, publishableKey, returnAddress, viewOrder } from './api.js';
import { forgetCode, listTestCards, openCard, typedCard } from './card-form.js';
import { reasonOf } from './decline-words.js';
import { byId, el, note, show } from './dom.js';
import { baseOf, formOf, hostOf, isGateway, titleOf } from './gateways.js';
import { isAddress } from './hosted.js';
import { format } from './money.js';
import { begin, leaveNews, moving, patiently, payPage, refuseGateway, unfit } from './payment-start.js';
import { keepWay, keptWay, waysToPay } from './pay-way.js';
import { tokenFor } from './square.js';
import { tokenOf } from './store.js';
import { confirm, intentOf } from './stripe.js';
import { totals } from './totals.js';

const hash = new URLSearchParams(window.location.hash.slice(1));
const id = hash.get('order') ?? '';
const gateway = isGateway(hash.get('gateway')) ? hash.get('gateway') : keptWay().gateway;
const isBack = hash.has('back');
const brought = new URLSearchParams(window.location.search).get('token'); // From the bank's page, through Square.
const orderPage = `/shop/order.html#order=${encodeURIComponent(id)}`;
const button = byId(formOf(gateway) === 'card' ? 'pay' : 'paypal-pay');

let payment;
let label = 'Pay';
let busy = false;

function setBusy(on) {
  busy = on;
  button.setAttribute('aria-disabled', String(on));
  button.textContent = on ? 'One moment…' : label;
}

function refused(text, title = 'The payment did not go through') {
  setBusy(false);
  forgetCode();
  show(byId('declined'), [el('h2', {}, title), el('p', {}, text)]);
  byId('declined').hidden = false;
  byId('declined').focus();
}

// ask leaves for the order's page, which follows what nobody knows yet.
function ask(to = orderPage) {
  leaveNews(id, 'asking');
  window.location.assign(to);
}

const again = (text) => `${text} Nothing was charged. You can try again or use another ${formOf(gateway) === 'card' ? 'card' : 'way to pay'}.`;

/**
 * take has Till take the money, with a card's token or with what PayPal remembers. It gives null once it has led away. Otherwise
 * nothing is paid: it gives why, "" if nobody was asked to pay.
 */
async function take(token) {
  let unsure = false; // Whether the money may be on its way, as far as any of the answers says.
  try {
    const { payment: now } = await patiently(() => confirmPayment(id, tokenOf(id), payment.id, token ? { token } : {}).catch((problem) => {
      unsure ||= problem.code !== 'dependency_unavailable';
      throw problem;
    }));
    if (now?.status === 'requires_action') return '';
    if (moving.includes(now?.status)) window.location.replace(orderPage);
    else ask();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 422 || problem.status === 429) return again(reasonOf(problem.code));
    if (!unsure) return again(`${titleOf(gateway)} did not answer.`);
    if (problem.status === 0 || problem.status >= 500 || problem.has('payment_in_progress')) ask();
    else window.location.replace(orderPage); // Paid, expired or cancelled meanwhile.
  }
  return null;
}

async function payByCard(event) {
  event.preventDefault();
  if (busy) return;
  byId('declined').hidden = true;
  const card = typedCard();
  if (!card) return;
  setBusy(true);
  const result = gateway === 'square' ? await tokenFor(payment, card, payPage(id, gateway))
    : await confirm(payment.client_secret, card, returnAddress(id, payment.id), payment.public_key ?? publishableKey);
  if (result.kind === 'leave') return window.location.assign(result.url);
  if (result.kind === 'declined') return refused(again(result.text));
  if (result.kind === 'token') {
    const text = await take(result.token);
    if (text !== null) refused(text || again('Square did not take this card.'));
    return;
  }
  // Of a card's token nobody is charged. With Stripe it is paid, or nobody knows: then Till asks before anything is said.
  if (gateway === 'square') return refused(again('Square did not answer.'));
  ask(returnAddress(id, payment.id));
}

function payWithPayPal() {
  if (busy) return;
  setBusy(true);
  window.location.assign(payment.redirect_url);
}

// trouble says why this payment cannot begin here, and offers what can be done instead.
async function trouble(problem, order) {
  if (!(problem instanceof Problem)) throw problem;
  const asking = problem.has('payment_in_progress');
  if (asking) leaveNews(id, 'asking');
  if (asking || problem.has('order_state_conflict')) return window.location.replace(orderPage); // Paid, expired or cancelled meanwhile.
  const cannot = unfit(problem);
  if (cannot) refuseGateway(id, gateway);
  const ways = cannot ? await waysToPay(id, tokenOf(id)).catch(() => []) : [];
  const others = ways.filter((w) => w.mode === 'embedded' && w.gateway !== gateway).map((w) => w.gateway);
  const other = (name) => el('button', { type: 'button', class: 'button', onclick: () => {
    keepWay({ gateway: name, mode: 'embedded' });
    window.history.replaceState(null, '', payPage(id, name));
    window.location.reload();
  } }, `Pay with ${titleOf(name)}`);
  const retry = el('button', { type: 'button', class: 'button', onclick: () => window.location.reload() }, 'Try again');
  show(byId('problem'), note('bad', cannot ? `${titleOf(gateway)} cannot take this payment` : 'You cannot pay here now',
    cannot ? `It does not take ${order?.currency ?? 'this currency'} or this sum. Your order is kept for you: please choose another way to pay.` : problem.text(),
    el('div', { class: 'actions' }, cannot ? others.map(other) : retry, el('a', { class: 'button quiet', href: orderPage }, 'Back to the order'))), true);
}

const complete = () => (formOf(gateway) === 'paypal' ? isAddress(payment?.redirect_url)
  : gateway === 'square' ? Boolean(payment?.public_key) : Boolean(intentOf(payment?.client_secret ?? '')));

function open(order) {
  byId('pay-heading').textContent = formOf(gateway) === 'card' ? 'Pay by card' : 'Pay with PayPal';
  label = formOf(gateway) === 'card' ? `Pay ${format(order.total, order.currency)}` : `Pay ${format(order.total, order.currency)} with PayPal`;
  show(byId('totals'), totals(order, { away: false }));
  if (formOf(gateway) === 'card') {
    byId('gateway-name').textContent = titleOf(gateway);
    byId('gateway-host').textContent = hostOf(baseOf(gateway));
    openCard();
  } else {
    byId('paypal-host').textContent = hostOf(payment.redirect_url);
    byId('paypal').hidden = false;
  }
  listTestCards(formOf(gateway) === 'card');
  button.disabled = false;
  setBusy(false);
  byId('open').hidden = false;
  if (formOf(gateway) === 'card') byId('number').focus();
  else button.focus();
}

async function load() {
  const token = tokenOf(id);
  if (!token) return window.location.replace('/shop/order.html');
  byId('later').href = orderPage;
  // What a gateway's page has brought is used once; it does not stay on show.
  window.history.replaceState(null, '', payPage(id, gateway));
  let order;
  try {
    ({ order } = await viewOrder(id, token));
    payment = await begin(id, token, gateway, 'embedded');
    if (!complete()) throw new Problem(500);
    const text = brought || isBack ? await take(brought) : '';
    if (text === null) return;
    open(order);
    if (text) refused(text);
    else if (isBack) refused(order.payment_status === 'failed' ? again(reasonOf('instrument_declined')) : 'You came back before you agreed. Nothing was charged.',
      order.payment_status === 'failed' ? undefined : 'Not paid yet');
  } catch (problem) {
    trouble(problem, order);
  }
}

byId('card').addEventListener('submit', payByCard);
byId('paypal-pay').addEventListener('click', payWithPayPal);
window.addEventListener('pageshow', (event) => event.persisted && window.location.reload());
load();
