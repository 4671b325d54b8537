// Changing an order before it is paid, on its page. What the change comes to, the order itself is asked, with a total that no order has:
// the answer is the right one, and nothing is changed. A quote would not know what only the order does: its region, its VAT number, and
// that a code which may be used once is used by this very order.
import { Problem, askQuote, editOrder, tagOf, viewOrder } from './api.js';
import { readAddress } from './address-form.js';
import { byId, el, note, show } from './dom.js';
import { drawPrice, dropCodes, elsewhere, fill, isAs, lacking, prepare, takeMethod, wanted } from './edit-form.js';
import { inWords } from './fault-words.js';
import { clearErrors, fieldFor, markErrors, showErrors } from './form-errors.js';
import { format, minor } from './money.js';
import { payable } from './order-words.js';
import { codeOf, quoteOf, quoteRequest } from './shapes.js';

const none = -1; // What no order comes to.
const pause = 300; // Milliseconds after a change until it is priced, so that several are priced once.

let open = null; // What is changed: {id, token, tag, order}.
let quote = null; // What it comes to; null until that is known.
let hear; // {done, over, left}: what the page does afterwards.
let busy = false;
let fresh = false; // What was told last is about what was taken back since: it stays until the next change.
let lost = false; // A change was sent, and whether it was made nobody told.
let running, timer; // The question that is asked, and when the next one is.

/** editing tells whether the form is open. */
export const editing = () => open !== null;

/**
 * startEdit opens the form for an order as it was read just now: {id, token, tag, order}. One of three is called when it has closed: done,
 * the order was changed; over, it can be no more, with words; left, it stays as it was.
 */
export function startEdit(read, after) {
  open = read;
  hear = after;
  [lost, fresh] = [false, false];
  prepare(read.id, () => {
    fresh = false;
    refresh();
  });
  fill(read.order);
  byId('edit').hidden = false;
  byId('edit-heading').focus();
  refresh();
}

/** endEdit closes the form. Nothing is changed by it. */
export function endEdit() {
  clearTimeout(timer);
  running?.abort();
  open = null;
  clearErrors();
  show(byId('edit-problem'), []);
  byId('edit').hidden = true;
}

/** watchEdit is told the order each time it was read while the form is open. */
export function watchEdit(answer) {
  if (!open || busy) return;
  if (!payable(answer.order)) return over('The order can no longer be changed', 'What became of it stands above. Your change was not made.');
  if (tagOf(answer) !== open.tag) overtaken(answer, false);
}

function over(title, text) {
  endEdit();
  hear.over(title, text);
}

function refresh() {
  quote = null;
  clearTimeout(timer);
  byId('edit-totals').setAttribute('aria-busy', 'true');
  byId('edit-save').textContent = 'Change the order';
  timer = setTimeout(price, pause);
}

async function price() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  try {
    await editOrder(open.id, open.token, open.tag, { ...wanted(), expected_total: none }, signal);
  } catch (problem) {
    if (signal.aborted || !open) return;
    await refused(problem, false);
  }
}

async function save(event) {
  event?.preventDefault();
  if (busy || !open) return;
  clearErrors();
  show(byId('edit-problem'), []);
  const faults = lacking();
  if (faults.length) return showErrors(faults);
  clearTimeout(timer);
  running?.abort();
  setBusy(true);
  try {
    await editOrder(open.id, open.token, open.tag, { ...wanted(), expected_total: quote ? minor(quote.total) : none });
    finish();
  } catch (problem) {
    lost ||= problem.status === 0 || problem.status >= 500;
    await refused(problem, true);
  } finally {
    setBusy(false);
  }
}

function setBusy(on) {
  busy = on;
  byId('edit-save').setAttribute('aria-disabled', String(on));
}

function finish() {
  endEdit();
  hear.done();
}

const say = (asked, title, text, ...more) => show(byId('edit-problem'), note('warn', title, text, ...more), asked);

// What ends a change, each in words.
const ends = {
  order_state_conflict: ['The order can no longer be changed', 'It was paid, cancelled, or its time is over. Your change was not made.'],
  order_declined: ['We cannot take this change', 'The order stays as it is. If you think that this is a mistake, please write to us.'],
  edits_exhausted: ['The order was changed too often', 'It stays as it is. You can pay it so, or cancel it and order anew.'],
  unauthorized: ['The order cannot be changed here', 'The link by which you came is no longer valid. Your change was not made.'],
  not_found: ['The order cannot be changed here', 'The link by which you came is no longer valid. Your change was not made.'],
};

// refused tells why a change was not made; asked: the shopper wanted it made, not only priced.
async function refused(problem, asked) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.code === 'price_changed' && problem.quote) return priced({ currency: open.order.currency, ...quoteOf(problem.quote) }, asked);
  byId('edit-totals').setAttribute('aria-busy', 'false');
  if (problem.status === 412) return overtaken(await viewOrder(open.id, open.token).catch(() => null), asked);
  const end = Object.keys(ends).find((code) => problem.code === code);
  if (end) return over(...ends[end]);
  if (problem.has('payment_in_progress')) return say(asked, 'A payment is under way', 'We are asking the gateway how it went. Until it is known, the order cannot be changed; your change was not made.');
  const away = problem.has('shipping_method_unknown') && await anotherMethod();
  return beside(problem, asked, away);
}

function priced(answer, asked) {
  const before = quote;
  quote = answer;
  byId('edit-totals').setAttribute('aria-busy', 'false');
  if (!asked && !fresh) show(byId('edit-problem'), []);
  if (!asked && !fresh && !lacking().length) clearErrors(); // Only now: a page that moves as one field is left has the next press miss.
  fresh = false;
  drawPrice(quote, open.order);
  if (!asked) return;
  const is = format(quote.total, quote.currency);
  say(true, before ? 'The total has changed' : 'Please look at the total', before ? `It was ${format(before.total, quote.currency)} and is now ${is}. Nothing was changed or charged yet.` : `It is now ${is}. Nothing was changed yet.`,
    el('div', { class: 'actions' }, el('button', { type: 'button', class: 'button small', onclick: save }, `Change it for ${is}`)));
}

// overtaken begins anew from the order as it is now. Where an answer was lost, that may be what was wanted.
function overtaken(answer, asked) {
  if (!answer) return say(asked, 'Your change was not made', 'The shop could not be reached. Please try again.');
  if (lost && isAs(answer.order)) return finish();
  if (!payable(answer.order)) return over(...ends.order_state_conflict);
  open = { ...open, tag: tagOf(answer), order: answer.order };
  [lost, fresh] = [false, true];
  fill(answer.order);
  say(asked, 'The order was changed somewhere else', 'In another tab, or on another device. Here it is as it stands now; your change was not made. Please make it again if you still want it.');
  return refresh();
}

// anotherMethod takes a way to deliver that goes where the parcel is to go now. It tells whether there is one.
async function anotherMethod() {
  const { country, region } = elsewhere() ? readAddress() : open.order;
  const { currency } = open.order;
  const answer = await askQuote(quoteRequest({ currency, lines: wanted().lines, country, region })).catch(() => null);
  const { methods } = quoteOf(answer);
  if (!methods.length) return false;
  takeMethod(methods, currency);
  return true;
}

// beside tells each fault beside its field; those that have none, at the end of the form.
function beside(problem, asked, away) {
  const dropped = dropCodes(problem.errors.map((e) => ({ at: codeOf(e.pointer), text: inWords(e) })));
  const detail = (e) => (away && e.code === 'shipping_method_unknown' ? 'The delivery that you had does not go there. Another one is chosen.' : inWords(e));
  const own = problem.errors.filter((e) => codeOf(e.pointer) < 0 && fieldFor(e.pointer)).map((e) => ({ pointer: e.pointer, detail: detail(e) }));
  const all = dropped ? [...own, dropped] : own;
  if (!all.length) return say(asked, asked ? 'Your change was not made' : 'The total cannot be shown now', problem.text());
  if (asked || !fresh) clearErrors(); // What was just told of what was taken back stays beside what is wrong besides.
  if (asked) showErrors(all);
  else markErrors(all);
  if (dropped && !asked) byId('edit-code').focus();
  fresh = Boolean(dropped || away);
  if (fresh) refresh();
  return undefined;
}

byId('edit-form').addEventListener('submit', save);
byId('edit-leave').addEventListener('click', () => {
  endEdit();
  hear.left();
});
