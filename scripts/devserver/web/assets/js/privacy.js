// What is kept of a customer: to download it, or to be erased, by a code that is mailed. Nobody needs an account for it.
import { Problem, eraseCustomer, exportCustomer, sendCode } from './api.js';
import { byId, el, note, show } from './dom.js';

let purpose = '';
let busy = false;

const said = (tone, head, text, ...more) => show(byId('kept-said'), note(tone, head, text, ...more), true);

/** token carries a code with its address. */
const token = (email, code) => btoa(String.fromCharCode(...new TextEncoder().encode(`${email}:${code}`)));

/** once does one thing at a time, and tells of it if the shop refuses. */
async function once(refused, what) {
  if (busy) return;
  busy = true;
  try {
    await what();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    said('bad', refused, problem.text());
  } finally {
    busy = false;
  }
}

const ask = (what) => once('The code could not be asked for', async () => {
  const email = byId('kept-email').value.trim();
  if (!email) {
    said('bad', 'Whose?', 'Write the e-mail address of your orders first.');
    byId('kept-email').focus();
    return;
  }
  await sendCode({ email, purpose: what });
  purpose = what;
  byId('kept-code').value = '';
  byId('kept-code-form').hidden = false;
  said('good', 'Please look into your mail', 'If something was ordered with this address, a code is on its way. It is good for 15 minutes.',
    el('p', {}, el('a', { href: '/_dev#mails-heading' }, 'The mails of this demo')));
  byId('kept-code').focus();
});

function save(kept) {
  const link = el('a', { href: URL.createObjectURL(new Blob([JSON.stringify(kept, null, 2)], { type: 'application/json' })), download: 'what-is-kept.json' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // The browser may begin to read it only now.
}

byId('kept-download').addEventListener('click', () => ask('export'));
byId('kept-erase').addEventListener('click', () => ask('erasure'));
byId('kept-code-form').addEventListener('submit', (event) => {
  event.preventDefault();
  once('That did not work', async () => {
    const given = token(byId('kept-email').value.trim(), byId('kept-code').value.trim());
    if (purpose === 'export') save(await exportCustomer(given));
    else await eraseCustomer(given);
    byId('kept-code-form').hidden = true;
    byId('kept-code').value = '';
    if (purpose === 'export') {
      said('good', 'Here it is', 'Your browser keeps it as what-is-kept.json.');
      return;
    }
    byId('kept-email').value = '';
    said('good', 'You are erased', 'Orders and sums stay in the books; whose they were, nobody knows any more.');
  });
});
