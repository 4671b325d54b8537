// What is kept of a customer: to download it, or to be erased, by a code that is mailed. Nobody needs an account for it.
import { eraseCustomer, exportCustomer, sendCode } from './api.js';
import { byId, el, note, show } from './dom.js';

let purpose = '';

const said = (tone, head, text, ...more) => show(byId('kept-said'), note(tone, head, text, ...more), true);

/** token carries a code with its address. */
const token = (email, code) => btoa(String.fromCharCode(...new TextEncoder().encode(`${email}:${code}`)));

async function ask(what) {
  const email = byId('kept-email').value.trim();
  if (!email) return byId('kept-email').focus();
  try {
    await sendCode({ email, purpose: what });
  } catch (problem) {
    return said('bad', 'The code could not be asked for', problem.text?.() ?? '');
  }
  purpose = what;
  byId('kept-code-form').hidden = false;
  said('good', 'Please look into your mail', 'If something was ordered with this address, a code is on its way. It is good for 15 minutes.',
    el('p', {}, el('a', { href: '/_dev#mails-heading' }, 'The mails of this demo')));
  return byId('kept-code').focus();
}

function save(kept) {
  const link = el('a', { href: URL.createObjectURL(new Blob([JSON.stringify(kept, null, 2)], { type: 'application/json' })), download: 'what-is-kept.json' });
  link.click();
  URL.revokeObjectURL(link.href);
}

byId('kept-download').addEventListener('click', () => ask('export'));
byId('kept-erase').addEventListener('click', () => ask('erasure'));
byId('kept-code-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const given = token(byId('kept-email').value.trim(), byId('kept-code').value.trim());
  try {
    if (purpose === 'export') save(await exportCustomer(given));
    else await eraseCustomer(given);
    byId('kept-code-form').hidden = true;
    byId('kept-code').value = '';
    if (purpose === 'export') said('good', 'Here it is', 'Your browser keeps it as what-is-kept.json.');
    else said('good', 'You are erased', 'Orders and sums stay in the books; whose they were, nobody knows any more.');
  } catch (problem) {
    said('bad', 'That did not work', problem.text?.() ?? '');
  }
});
