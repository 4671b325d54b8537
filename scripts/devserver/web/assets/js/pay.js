// The shop's own card page. Till is asked for a payment; the card goes from this form to the gateway.
import './header.js';
import { Problem, publishableKey, returnAddress, viewOrder } from './api.js';
import { readCard, spaced } from './card.js';
import { byId, el, note, show } from './dom.js';
import { format } from './money.js';
import { begin, leaveNews } from './payment-start.js';
import { tokenOf } from './store.js';
import { confirm, host, intentOf } from './stripe.js';
import { totals } from './totals.js';

const id = new URLSearchParams(window.location.hash.slice(1)).get('order') ?? '';
const inputs = ['number', 'expiry', 'cvc'].map(byId);
const button = byId('pay');
const orderPage = `/shop/order.html#order=${encodeURIComponent(id)}`;

let payment;
let label = 'Pay';
let busy = false;

const testCards = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0025 0000 3155', 'asks for authentication'],
  ['4000 0000 0000 0259', 'is disputed after payment'],
];

function setBusy(on) {
  busy = on;
  button.setAttribute('aria-disabled', String(on));
  button.textContent = on ? 'One moment…' : label;
}

function mark(faults) {
  for (const input of inputs) {
    byId(`${input.id}-error`)?.remove();
    input.removeAttribute('aria-invalid');
    const hint = byId(`${input.id}-hint`) ? `${input.id}-hint` : '';
    const text = faults[input.id];
    if (text) {
      input.setAttribute('aria-invalid', 'true');
      input.closest('.field').append(el('p', { class: 'error', id: `${input.id}-error` }, text));
    }
    const described = `${hint} ${text ? `${input.id}-error` : ''}`.trim();
    if (described) input.setAttribute('aria-describedby', described);
    else input.removeAttribute('aria-describedby');
  }
  inputs.find((input) => faults[input.id])?.focus();
}

async function submit(event) {
  event.preventDefault();
  if (busy) return;
  byId('declined').hidden = true;
  const { card, faults } = readCard(Object.fromEntries(inputs.map((input) => [input.id, input.value])));
  mark(faults ?? {});
  if (faults) return;
  setBusy(true);
  const result = await confirm(payment.client_secret, card, returnAddress(id, payment.id), payment.public_key ?? publishableKey);
  if (result.kind === 'leave') return window.location.assign(result.url);
  // Paid, or nobody knows: either way Till asks the gateway before anything is said.
  if (result.kind !== 'declined') {
    leaveNews(id, 'asking');
    return window.location.assign(returnAddress(id, payment.id));
  }
  setBusy(false);
  byId('cvc').value = '';
  show(byId('declined'), [el('h2', {}, 'The payment did not go through'), el('p', {}, `${result.text} Nothing was charged. You can try again or use another card.`)]);
  byId('declined').hidden = false;
  byId('declined').focus();
}

function trouble(problem) {
  if (!(problem instanceof Problem)) throw problem;
  const asking = problem.has('payment_in_progress');
  if (asking) leaveNews(id, 'asking');
  if (asking || problem.has('order_state_conflict')) return window.location.replace(orderPage); // Paid, expired or cancelled meanwhile.
  show(byId('problem'), note('bad', 'You cannot pay here now', problem.text(),
    el('div', { class: 'actions' },
      el('button', { type: 'button', class: 'button', onclick: () => window.location.reload() }, 'Try again'),
      el('a', { class: 'button quiet', href: orderPage }, 'Back to the order'))), true);
}

async function load() {
  const token = tokenOf(id);
  if (!token) return window.location.replace('/shop/order.html');
  byId('later').href = orderPage;
  byId('gateway-host').textContent = host();
  byId('cards').replaceChildren(...testCards.map(([number, what]) => el('button', { type: 'button', class: 'button quiet small', onclick: () => {
    [byId('number').value, byId('expiry').value, byId('cvc').value] = [number, '12 / 34', '123'];
    byId('number').focus();
  } }, el('span', { class: 'mono' }, number), el('span', {}, what))));
  try {
    const { order } = await viewOrder(id, token);
    payment = await begin(id, token, 'embedded');
    if (!intentOf(payment?.client_secret ?? '')) throw new Problem(500);
    label = `Pay ${format(order.total, order.currency)}`;
    show(byId('totals'), totals(order));
    for (const input of inputs) input.disabled = false;
    button.disabled = false;
    setBusy(false);
    byId('open').hidden = false;
    byId('number').focus();
  } catch (problem) {
    trouble(problem);
  }
}

byId('card').addEventListener('submit', submit);
byId('number').addEventListener('blur', (event) => {
  event.target.value = spaced(event.target.value);
});
window.addEventListener('pageshow', (event) => event.persisted && window.location.reload());
load();
