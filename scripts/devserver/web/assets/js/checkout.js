// The checkout: collects, has the server price it, places the order once, and hands over to its page, where it is paid.
import './header.js';
import { Problem, placeOrder } from './api.js';
import { prepareAddress, readAddress } from './address-form.js';
import { basket, currency, onChange } from './basket.js';
import { codesTaken, dropCodes, heldCodes, prepareCodes } from './codes.js';
import { inWords } from './fault-words.js';
import { clearErrors, fieldFor, markErrors, missing, showErrors } from './form-errors.js';
import { current, drawQuote, refresh, sayFirst, startQuotes } from './checkout-quote.js';
import { offerFewer, offerNewPrice, offerWithout } from './checkout-offers.js';
import { announce, byId, note, show } from './dom.js';
import { minor } from './money.js';
import { leaveNews } from './payment-start.js';
import { codeOf, lineOf } from './shapes.js';
import { forgetKey, keepOrder, keyFor, session } from './store.js';

const form = byId('checkout');
const button = byId('place');
let busy = false;
let noVAT = ''; // A VAT number that the shop did not take: sums are shown without it.

const chosen = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value;

function remember() {
  session.write('draft', { email: byId('email').value, phone: byId('phone').value, address: readAddress(), method: chosen('method'), vat: vat() });
}

const vat = () => byId('vat').value.trim();

function wish() {
  const { country, region } = readAddress();
  return { currency: currency(), lines: basket().lines, country, region, method: chosen('method') ?? session.read('draft')?.method, codes: heldCodes(), vat: vat() === noVAT ? '' : vat() };
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
    ...(heldCodes().length && { discount_codes: heldCodes() }),
    ...(vat() && { vat_number: vat() }),
    ...(current() && { expected_total: minor(current().total) }),
  };
}

function setBusy(on) {
  busy = on;
  button.setAttribute('aria-disabled', String(on));
  button.textContent = on ? 'One moment…' : 'Place the order';
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
  leaveNews(placed.id, 'placed');
  window.location.assign(`/shop/order.html#order=${placed.id}`);
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
  if (problem.has('order_declined')) return show(byId('problem'), note('bad', 'The order was not placed', inWords({ code: 'order_declined' })), true);
  if (problem.has('idempotency_key_reused')) forgetKey('order');
  if (problem.status === 422 && problem.errors.length) {
    if (dropCodes(problem)) refresh();
    const own = problem.errors.filter((e) => lineOf(e.pointer) < 0 && codeOf(e.pointer) < 0).map(told);
    if (own.length) showErrors(own);
    offerWithout(byId('problem'), problem);
    return;
  }
  show(byId('problem'), note('bad', 'The order was not placed', problem.text()), true);
}

// dropMethod takes back a choice that does not go where the parcel goes: the first that does is taken. It tells whether there was one.
function dropMethod() {
  const input = form.querySelector('input[name="method"]:checked');
  const kept = session.read('draft');
  if (!input && !kept?.method) return false;
  if (input) input.checked = false;
  session.write('draft', { ...kept, method: undefined });
  sayFirst('The delivery that you chose does not go there. Another one is chosen.');
  return true;
}

// What does not work is left out of the sum, so that it cannot stand in the way of it.
function quoteRefused(problem) {
  if (problem.has('out_of_stock')) return offerFewer(byId('problem'), problem, false);
  if (dropCodes(problem)) return refresh();
  if (problem.has('shipping_method_unknown') && dropMethod()) return refresh();
  const own = problem.errors.filter((e) => fieldFor(e.pointer) && !String(e.pointer).includes('/shipping_address')).map(told);
  if (own.some((e) => String(e.pointer).includes('/vat_number')) && vat() !== noVAT) {
    noVAT = vat();
    clearErrors();
    markErrors(own);
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
byId('vat').value = draft.vat ?? '';
byId('business').open = Boolean(draft.vat || draft.address?.company);
startQuotes(wish, quoteRefused, codesTaken);
prepareCodes(refresh);
prepareAddress(draft.address, refresh);
byId('vat').addEventListener('change', () => {
  clearErrors();
  refresh();
});
form.addEventListener('submit', submit);
form.addEventListener('change', remember);
window.addEventListener('pageshow', (event) => event.persisted && setBusy(false)); // Back from the gateway's page.
onChange(open);
open();
