// Asking for a new link to an order: for those whose link has ended, or who are in another browser. Whether order and address belong
// together, only the mail tells.
import { sendLink } from './api.js';
import { byId, el, note, show } from './dom.js';
import { inWords } from './fault-words.js';
import { clearErrors, fieldFor, markErrors, missing } from './form-errors.js';

const number = /^ord_[a-z2-7]{26}$/;
const form = () => byId('new-link-form');

/** offerLink shows the form, with the order's number if it is known. */
export function offerLink(id = '') {
  clearErrors();
  show(byId('new-link-said'), []);
  form().hidden = false;
  byId('new-link').hidden = false;
  if (number.test(id)) byId('link-order').value = id;
}

/** hideLink takes the form away. */
export const hideLink = () => {
  byId('new-link').hidden = true;
};

// tell marks what cannot be so, and leads to the first of it.
function tell(faults) {
  markErrors(faults);
  fieldFor(faults[0].pointer)?.focus();
}

async function send(event) {
  event.preventDefault();
  clearErrors();
  show(byId('new-link-said'), []);
  const id = byId('link-order').value.trim().toLowerCase();
  const faults = missing(form());
  if (id && !number.test(id)) faults.unshift({ pointer: '/id', detail: 'This is none of our order numbers. They are ord_ and 26 letters and digits.' });
  if (faults.length) return tell(faults);
  const button = byId('link-send');
  if (button.getAttribute('aria-disabled') === 'true') return undefined;
  button.setAttribute('aria-disabled', 'true');
  try {
    await sendLink(id, { email: byId('link-email').value.trim(), ...(byId('link-revoke').checked && { revoke: true }) });
    form().hidden = true;
    show(byId('new-link-said'), note('good', 'Please look into your mail', 'If the order was placed with this address, a new link is on its way. We mail at most one each two minutes, and five a day.',
      el('p', {}, el('a', { href: '/_dev#mails-heading' }, 'The mails of this demo'))), true);
  } catch (problem) {
    const own = (problem.errors ?? []).filter((e) => fieldFor(e.pointer)).map((e) => ({ pointer: e.pointer, detail: inWords(e) }));
    if (own.length) tell(own);
    else show(byId('new-link-said'), note('bad', 'The link could not be asked for', problem.text?.() ?? ''), true);
  } finally {
    button.removeAttribute('aria-disabled');
  }
  return undefined;
}

form().addEventListener('submit', send);
