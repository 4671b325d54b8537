// The checkout: collects, has the server price it, places the order once, and hands over to the gateway.
import './header.js';
import { Problem, placeOrder } from './api.js';
import { prepareAddress, readAddress } from './address-form.js';
import { basket, currency, onChange } from './basket.js';
import { inWords } from './fault-words.js';
import { clearErrors, fieldFor, markErrors, missing, showErrors } from './form-errors.js';
import { current, drawQuote, refresh, startQuotes } from './checkout-quote.js';
import { offerFewer, offerNewPrice, offerWithout } from './checkout-offers.js';
import { announce, byId, note, show } from './dom.js';
import { minor } from './money.js';
import { payHosted } from './hosted.js';
import { limitWay, prepareWay, way } from './pay-way.js';
import { leaveNews, payPage, refuseGateway, unfit } from './payment-start.js';
import { lineOf } from './shapes.js';
import { forgetKey, keepOrder, keyFor, session } from './store.js';

const form = byId('checkout');
const button = byId('place');
let busy = false;
let codes = session.read('codes') ?? [];

const chosen = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value;

function remember() {
  session.write('draft', { email: byId('email').value, phone: byId('phone').value, address: readAddress(), method: chosen('method') });
}

function wish() {
  const { country, region } = readAddress();
  return { currency: currency(), lines: basket().lines, country, region, method: chosen('method') ?? session.read('draft')?.method, codes };
}

function request() {
  const phone = byId('phone').value.trim();
  const method = chosen('method');
  return {
    currency: currency(),
    lines: basket().lines.map(({ sku, quantity }) => ({ sku, quantity })),
    email: byId('email').value.trim(),
    ...(phone && { phone }),
    shipping_address: readAddress(),
    ...(method && { shipping_method: method }),
    ...(codes.length && { discount_codes: codes }),
    ...(current() && { expected_total: minor(current().total) }),
  };
}

function setBusy(on) {
  busy = on;
  button.setAttribute('aria-disabled', String(on));
  button.textContent = on ? 'One moment…' : 'Place the order and pay';
  if (on) announce('Your order is being placed.');
}

async function submit(event) {
  event?.preventDefault();
  if (busy) return;
  clearErrors();
  show(byId('problem'), []);
  const faults = missing(form);
  if (faults.length) return showErrors(faults);
  remember();
  setBusy(true);
  try {
    await order(request());
  } catch (problem) {
    setBusy(false);
    refused(problem);
  }
}

async function order(body) {
  const { order: placed, token } = await placeOrder(body, keyFor('order', body));
  keepOrder(placed.id, token);
  session.write('placed', placed.id);
  const done = minor(placed.total) === 0 || !['created', 'awaiting_payment'].includes(placed.status);
  if (done) return window.location.assign(`/shop/order.html#order=${placed.id}`);
  const { gateway, mode } = way();
  if (mode === 'embedded') return window.location.assign(payPage(placed.id, gateway));
  await payHosted(placed.id, token, gateway).catch((problem) => {
    const already = problem.has?.('payment_in_progress');
    if (unfit(problem)) refuseGateway(placed.id, gateway);
    leaveNews(placed.id, already ? 'asking' : unfit(problem) ? 'refused' : 'unreached');
    window.location.assign(`/shop/order.html#order=${placed.id}`);
  });
}

const told = (e) => ({ pointer: e.pointer, detail: inWords(e) });

function refused(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.has('out_of_stock')) return offerFewer(byId('problem'), problem);
  if (problem.code === 'price_changed') {
    return offerNewPrice(byId('problem'), problem, current(), (quote) => {
      drawQuote(quote);
      submit();
    }, refresh);
  }
  if (problem.has('idempotency_key_reused')) forgetKey('order');
  if (problem.status === 422 && problem.errors.length) {
    const own = problem.errors.filter((e) => lineOf(e.pointer) < 0).map(told);
    if (own.length) showErrors(own);
    offerWithout(byId('problem'), problem);
    return;
  }
  show(byId('problem'), note('bad', 'The order was not placed', problem.text()), true);
}

function applyCode(event) {
  event.preventDefault();
  clearErrors();
  const text = byId('code').value.trim();
  codes = text ? [text] : [];
  session.write('codes', codes.length ? codes : null);
  refresh();
}

// A code that does not work is dropped, so that it cannot stand in the way of the order.
function quoteRefused(problem) {
  if (problem.has('out_of_stock')) return offerFewer(byId('problem'), problem, false);
  const own = problem.errors.filter((e) => fieldFor(e.pointer) && !String(e.pointer).includes('/shipping_address')).map(told);
  if (own.some((e) => String(e.pointer).includes('/discount_codes'))) {
    codes = [];
    session.write('codes', null);
    clearErrors();
    markErrors(own);
    byId('code').focus();
    return refresh();
  }
  if (own.length) return showErrors(own);
  if (offerWithout(byId('problem'), problem, false)) return;
  show(byId('problem'), note('bad', 'The total cannot be shown now', problem.text()));
}

function open() {
  const filled = basket().lines.length > 0;
  byId('empty').hidden = filled;
  byId('open').hidden = !filled;
  if (filled) refresh();
}

const draft = session.read('draft') ?? {};
byId('email').value = draft.email ?? '';
byId('phone').value = draft.phone ?? '';
byId('code').value = codes[0] ?? '';
prepareWay();
limitWay(currency());
startQuotes(wish, quoteRefused);
prepareAddress(draft.address, refresh);
form.addEventListener('submit', submit);
form.addEventListener('change', remember);
byId('codes').addEventListener('submit', applyCode);
window.addEventListener('pageshow', (event) => event.persisted && setBusy(false)); // Back from the gateway's page.
onChange(open);
open();
