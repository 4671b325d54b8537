// The link to an order: its number, and the token that opens it.

// wellMade are the signs that ids and tokens consist of. Anything else was never ours, and could not even be asked for.
const wellMade = /^[A-Za-z0-9._~-]{1,1024}$/;

/** readLink gives the order of the page's address and the token that came with it, or "". The token is a key; it does not stay on show. */
export function readLink() {
  const hash = new URLSearchParams(window.location.hash.slice(1));
  const id = hash.get('order') ?? '';
  if (!wellMade.test(id) || !wellMade.test(hash.get('token') ?? '')) return { id, given: '' };
  window.history.replaceState(null, '', `#order=${encodeURIComponent(id)}`);
  return { id, given: hash.get('token') };
}
