// Faults of a form: each beside its field, all of them once at the top, which gets the focus.
import { byId, el } from './dom.js';

/** clearErrors takes all marks off the form. */
export function clearErrors() {
  for (const mark of document.querySelectorAll('.error[data-mark]')) mark.remove();
  for (const field of document.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    describe(field, field.dataset.hint ?? '');
  }
  byId('summary').hidden = true;
}

function describe(field, ids) {
  if (ids) field.setAttribute('aria-describedby', ids);
  else field.removeAttribute('aria-describedby');
}

/** fieldFor is the field that a pointer means ("#/shipping_address/city"), or null. The longest match wins. */
export function fieldFor(pointer) {
  const wanted = String(pointer ?? '').replace(/^#/, '');
  let best = null;
  for (const field of document.querySelectorAll('[data-pointer]')) {
    const own = field.dataset.pointer;
    const fits = wanted === own || wanted.startsWith(`${own}/`);
    if (fits && !field.closest('[hidden]') && own.length > (best?.dataset.pointer.length ?? 0)) best = field;
  }
  return best;
}

/** labelOf is what the form calls a field. */
function labelOf(field) {
  const name = field.tagName === 'FIELDSET' ? field.querySelector('legend') : document.querySelector(`label[for="${field.id}"]`);
  return name?.firstChild?.textContent.trim() ?? '';
}

function mark(field, text) {
  const id = `${field.id}-error`;
  if (byId(id)) return;
  field.closest('details')?.setAttribute('open', '');
  field.dataset.hint ??= field.getAttribute('aria-describedby') ?? '';
  field.setAttribute('aria-invalid', 'true');
  describe(field, `${field.dataset.hint} ${id}`.trim());
  const line = el('p', { class: 'error', id, 'data-mark': true }, text);
  if (field.tagName === 'FIELDSET') field.append(line);
  else field.closest('.field').append(line);
}

/** markErrors marks fields, without a list: for a fault that stands right where the shopper looks. */
export function markErrors(errors) {
  for (const { pointer, detail } of errors) {
    const field = fieldFor(pointer);
    if (field) mark(field, detail);
  }
}

/** showErrors marks fields and lists all: [{pointer, detail}]. Those without a field stand in the list alone. */
export function showErrors(errors) {
  const items = errors.map(({ pointer, detail }) => {
    const field = fieldFor(pointer);
    if (!field) return el('li', {}, detail);
    mark(field, detail);
    const go = (event) => {
      event.preventDefault();
      field.focus();
    };
    return el('li', {}, el('a', { href: `#${field.id}`, onclick: go }, `${labelOf(field)}: ${detail}`));
  });
  byId('errors-list').replaceChildren(...items);
  byId('summary').hidden = false;
  byId('summary').focus();
  byId('summary').scrollIntoView({ block: 'nearest' });
}

/** missing are the faults that the browser can tell alone: what is required and empty, an e-mail without an @. */
export function missing(form) {
  const faults = [];
  for (const field of form.querySelectorAll('input[data-pointer], select[data-pointer]')) {
    if (field.closest('[hidden]')) continue;
    if (field.required && !field.value.trim()) faults.push({ pointer: field.dataset.pointer, detail: field.tagName === 'SELECT' ? 'Please choose.' : 'Please fill this in.' });
    else if (field.type === 'email' && !/^[^@\s]+@[^@\s]+$/.test(field.value.trim())) faults.push({ pointer: field.dataset.pointer, detail: 'Please write one address, such as ada@example.com.' });
  }
  return faults;
}
