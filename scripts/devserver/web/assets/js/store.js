// What this browser keeps: the basket, the tokens of its orders, the keys of what it has asked for. Never a card.

function within(area) {
  const read = (name) => {
    try {
      return JSON.parse(area().getItem(`till.${name}`));
    } catch {
      return null; // Storage is switched off, or holds what somebody else wrote.
    }
  };
  const write = (name, value) => {
    try {
      if (value === null) area().removeItem(`till.${name}`);
      else area().setItem(`till.${name}`, JSON.stringify(value));
    } catch {
      // Full or switched off: the shop works on, it only forgets.
    }
  };
  return { read, write };
}

/** local outlives the tab, session does not. Both are behind functions because reading the property may throw. */
export const local = within(() => window.localStorage);
export const session = within(() => window.sessionStorage);

const ordersKept = 30;

/** orders are those placed or opened in this browser, newest first: {id, token, placed_at}. */
export function orders() {
  const list = local.read('orders');
  return Array.isArray(list) ? list.filter((o) => o && typeof o.id === 'string' && typeof o.token === 'string') : [];
}

/** tokenOf is the token of an order, or null if this browser has none. */
export const tokenOf = (id) => orders().find((o) => o.id === id)?.token ?? null;

/** keepOrder remembers an order's token. */
export function keepOrder(id, token, placedAt = new Date().toISOString()) {
  const before = orders();
  const known = before.find((o) => o.id === id);
  const rest = before.filter((o) => o.id !== id);
  local.write('orders', [{ id, token, placed_at: known?.placed_at ?? placedAt }, ...rest].slice(0, ordersKept));
}

/** uuid is a random key. randomUUID exists only where the page came over TLS or from localhost. */
export function uuid() {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/**
 * keyFor is the Idempotency-Key of a request: the same for the same request, so that a second click or a reload asks
 * for the same thing again; a new one as soon as the request differs. Only a digest of the request is kept.
 */
export function keyFor(name, request) {
  const print = digest(JSON.stringify(request));
  const kept = session.read(`key.${name}`);
  if (kept && kept.print === print) return kept.key;
  const key = uuid();
  session.write(`key.${name}`, { print, key });
  return key;
}

/** forgetKey makes the next request of that name a new one. */
export const forgetKey = (name) => session.write(`key.${name}`, null);

// digest tells two requests apart. It guards nothing, so 64 bits of FNV-1a do.
function digest(text) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16);
}
