// The form in which an order is changed: what it shall be, beside what it is.
import { prepareAddress, readAddress } from './address-form.js';
import { quantityMax } from './basket.js';
import { clearFound, prepareFind } from './edit-find.js';
import { announce, byId, el, picture, show } from './dom.js';
import { clearErrors, markErrors, missing } from './form-errors.js';
import { drawMethods } from './methods.js';
import { format } from './money.js';
import { session } from './store.js';
import { stepper } from './stepper.js';
import { totals } from './totals.js';

const codesMost = 5; // As the API takes.

let bought = ''; // The order's currency.
let wish = { lines: [], codes: [], method: '' };
let changed;
let typed = ''; // The code that was put in last, until the shop has answered.
let prepared = false;

// The parts that stay as they were unless their box is ticked: what an order does not show, as it is the shopper's own.
const parts = { 'edit-elsewhere': 'edit-address', 'edit-call': 'edit-phone', 'edit-bill': 'edit-billing', 'edit-business': 'edit-vat' };
const ticked = (box) => byId(box).checked;

/** elsewhere tells whether another address is wanted. */
export const elsewhere = () => ticked('edit-elsewhere');

const lackingIn = (box) => (ticked(box) ? missing(byId(parts[box])) : []);

/** lacking are what the other addresses still lack, as far as a browser can tell. */
export const lacking = () => [...lackingIn('edit-elsewhere'), ...lackingIn('edit-bill')];

/** wanted is the change as the API takes it. An address that is not complete is left out. */
export function wanted() {
  const complete = (box) => ticked(box) && !lackingIn(box).length;
  return {
    lines: wish.lines.map(({ sku, quantity }) => ({ sku, quantity })),
    discount_codes: wish.codes,
    ...(wish.method && { shipping_method: wish.method }),
    ...(complete('edit-elsewhere') && { shipping_address: readAddress() }),
    ...(complete('edit-bill') && { billing_address: readAddress('billing-') }),
    ...(ticked('edit-call') && { phone: byId('phone').value.trim() }),
    ...(ticked('edit-business') && { vat_number: byId('vat').value.trim() }),
  };
}

/** isAs tells whether an order is what is wanted, as far as it shows: then the change was made already. */
export const isAs = (order) => !Object.keys(parts).some(ticked) && JSON.stringify(of(order)) === JSON.stringify(wish);

const of = (order) => ({
  lines: (order.lines ?? []).map(({ sku, name, quantity }) => ({ sku, name, quantity })),
  codes: (order.discounts ?? []).map((d) => d.code).filter(Boolean),
  method: order.shipping_method ?? '',
});

/** fill has the form show an order as it is. What was typed as another address stays. */
export function fill(order) {
  wish = of(order);
  bought = order.currency;
  typed = '';
  byId('edit-code').value = '';
  show(byId('edit-totals'), []);
  drawLines();
  drawCodes();
}

/** prepare makes the form ready. Calls back when something else is wanted. */
export function prepare(id, onChange) {
  changed = onChange;
  const draft = session.read('placed') === id ? session.read('draft') : null;
  clearFound();
  for (const [box, part] of Object.entries(parts)) {
    byId(box).checked = false;
    byId(part).hidden = true;
  }
  if (prepared) return;
  prepared = true;
  prepareAddress(draft?.address, () => {}); // Its changes are heard below, with all others of the part.
  prepareAddress({ country: draft?.address?.country }, () => {}, 'billing-');
  byId('phone').value = draft?.phone ?? '';
  byId('vat').value = draft?.vat ?? '';
  for (const [box, part] of Object.entries(parts)) {
    byId(box).addEventListener('change', () => {
      byId(part).hidden = !ticked(box);
      changed();
    });
    byId(part).addEventListener('change', () => changed());
  }
  prepareFind(() => bought, add);
  byId('edit-codes').addEventListener('submit', putIn);
}

function drawLines() {
  const focused = document.activeElement?.dataset?.focus;
  byId('edit-lines').replaceChildren(...wish.lines.map((line, i) => el('li', { class: 'line', 'data-sku': line.sku }, picture(line.sku, true),
    el('p', { class: 'line-name' }, line.name),
    el('div', { class: 'field' }, el('div', { class: 'line-tools' },
      stepper(line, { id: `edit-quantity-${i}`, min: 1, max: quantityMax, 'data-pointer': `/lines/${i}`, change: (quantity) => have(line, quantity) }),
      wish.lines.length > 1 && el('button', { type: 'button', class: 'button quiet small', onclick: () => without(line) }, 'Take out', el('span', { class: 'hidden-text' }, `: ${line.name}`)))))));
  if (!focused) return;
  const same = byId('edit-lines').querySelector(`[data-focus="${CSS.escape(focused)}"]`);
  const beside = same?.disabled ? same.closest('.stepper').querySelector('input') : same; // A button at its end gives the focus on.
  beside?.focus();
}

// add puts a product in, or more of it if it is there: by as many as are sold at once.
function add({ sku, name, quantities }) {
  const step = quantities?.step || 1;
  const line = wish.lines.find((l) => l.sku === sku);
  if (line) line.quantity = Math.min(quantityMax, line.quantity + step);
  else wish.lines = [...wish.lines, { sku, name, quantity: Math.ceil(Math.max(quantities?.min ?? 1, step) / step) * step }];
  announce(`${line?.quantity ?? wish.lines.at(-1).quantity} × ${name}`);
  drawLines();
  changed();
}

function have(line, quantity) {
  line.quantity = quantity;
  announce(`${quantity} × ${line.name}`);
  drawLines();
  changed();
}

function without(line) {
  wish.lines = wish.lines.filter((l) => l !== line);
  announce(`${line.name} was taken out.`);
  drawLines();
  byId('edit-heading').focus();
  changed();
}

function drawCodes() {
  const list = byId('edit-code-list');
  list.hidden = wish.codes.length === 0;
  list.replaceChildren(...wish.codes.map((code) => el('li', {}, el('span', { class: 'mono' }, code),
    el('button', { type: 'button', class: 'button quiet small', onclick: () => takeOff(code) }, 'Take off', el('span', { class: 'hidden-text' }, ` ${code}`)))));
}

function takeOff(code) {
  wish.codes = wish.codes.filter((c) => c !== code);
  drawCodes();
  byId('edit-code').focus();
  changed();
}

function putIn(event) {
  event.preventDefault();
  const code = byId('edit-code').value.trim().toUpperCase();
  if (!code) return;
  clearErrors();
  if (wish.codes.length === codesMost) return markErrors([{ pointer: '/discount_codes', detail: `At most ${codesMost} codes can be used together.` }]);
  typed = code;
  if (!wish.codes.includes(code)) wish.codes = [...wish.codes, code];
  drawCodes();
  changed();
}

/** dropCodes takes off the codes at some places of the list, with a fault for each in words, and gives the one fault to tell; null if there are none. */
export function dropCodes(faults) {
  const bad = faults.filter(({ at }) => wish.codes[at]);
  if (!bad.length) return null;
  const detail = bad.map(({ at, text }) => (wish.codes[at] === typed ? text : `${wish.codes[at]} was taken off: ${text}`)).join(' ');
  wish.codes = wish.codes.filter((_, i) => !bad.some(({ at }) => at === i));
  typed = '';
  drawCodes();
  return { pointer: '/discount_codes', detail };
}

/** takeMethod has another way to deliver chosen, as the one that was does not go there. */
export function takeMethod(methods, currency) {
  wish.method = methods[0].id;
  offer(methods, currency);
}

function offer(methods, currency) {
  if (!methods.length) return;
  drawMethods(byId('edit-methods'), methods, { name: 'edit-method', currency, chosen: wish.method, change: (event) => {
    wish.method = event.target.value;
    changed();
  } });
}

/** drawPrice shows what the changed order comes to, and the ways to deliver it. */
export function drawPrice(quote, before) {
  if (typed && wish.codes.includes(typed)) byId('edit-code').value = '';
  typed = '';
  wish.method = quote.shipping_method ?? wish.method;
  offer(quote.methods, quote.currency);
  show(byId('edit-totals'), totals(quote, { away: !quote.methods.find((m) => m.id === quote.shipping_method)?.pickup }));
  const partly = lackingIn('edit-elsewhere').length > 0;
  byId('edit-before').textContent = partly ? 'Delivery and tax are those of the address of before, until the new one is filled in.' : `As it stands, it comes to ${format(before.total, before.currency)}.`;
  byId('edit-save').textContent = `Change the order: ${format(quote.total, quote.currency)}`;
  announce(`Total: ${format(quote.total, quote.currency)}`);
}
