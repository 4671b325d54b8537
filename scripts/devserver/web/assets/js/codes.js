// The discount codes of a purchase: put in one after the other, taken off again, kept in this tab.
import { sayFirst } from './checkout-quote.js';
import { byId, el } from './dom.js';
import { inWords } from './fault-words.js';
import { clearErrors, markErrors } from './form-errors.js';
import { codeOf } from './shapes.js';
import { session } from './store.js';

const most = 5; // As the API takes.
const pointer = '/discount_codes';

let codes = [];
let changed;
let typed = ''; // What was put in last, until the shop has answered.

/** heldCodes are those to send, as put in. */
export const heldCodes = () => codes;

function keep(list) {
  codes = list;
  session.write('codes', codes.length ? codes : null);
  draw();
}

function draw() {
  const list = byId('code-list');
  list.hidden = codes.length === 0;
  list.replaceChildren(...codes.map((code) => el('li', {}, el('span', { class: 'mono' }, code),
    el('button', { type: 'button', class: 'button quiet small', onclick: () => takeOff(code) }, 'Take off', el('span', { class: 'hidden-text' }, ` ${code}`)))));
}

function takeOff(code) {
  clearErrors();
  keep(codes.filter((c) => c !== code));
  sayFirst(`${code} was taken off.`);
  byId('code').focus();
  changed();
}

function putIn(event) {
  event.preventDefault();
  clearErrors();
  const code = byId('code').value.trim().toUpperCase();
  if (!code) return;
  if (codes.length === most) return markErrors([{ pointer, detail: `At most ${most} codes can be used together.` }]);
  typed = code;
  if (!codes.includes(code)) keep([...codes, code]);
  changed();
}

/** prepareCodes shows what was kept. Calls back when the codes have changed. */
export function prepareCodes(onChange) {
  changed = onChange;
  const kept = session.read('codes');
  codes = Array.isArray(kept) ? kept.filter((c) => typeof c === 'string').slice(0, most) : [];
  draw();
  byId('codes').addEventListener('submit', putIn);
}

/** codesTaken tells that the shop has priced the codes: the field is free for the next. */
export function codesTaken() {
  if (typed && codes.includes(typed)) byId('code').value = '';
  typed = '';
}

/**
 * dropCodes takes off the codes that errors of a problem mean, so that none can stand in the way of the order, and says why. It tells
 * whether there were any.
 */
export function dropCodes(problem) {
  const bad = problem.errors.map((e) => [codes[codeOf(e.pointer)], e]).filter(([code]) => code);
  if (!bad.length) return false;
  keep(codes.filter((code) => !bad.some(([gone]) => gone === code)));
  clearErrors();
  markErrors([{ pointer, detail: bad.map(([code, e]) => (code === typed ? inWords(e) : `${code} was taken off: ${inWords(e)}`)).join(' ') }]);
  if (bad.some(([code]) => code === typed)) byId('code').focus();
  sayFirst(byId('code-error')?.textContent ?? '');
  typed = '';
  return true;
}
