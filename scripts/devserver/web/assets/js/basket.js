// The basket: SKUs and quantities, kept in this browser. It holds no prices; those are the server's.
import { local } from './store.js';

export const quantityMax = 99;

const changed = new EventTarget();

/** basket is what is wanted: {currency, lines: [{sku, quantity, name}]}. Whatever else was stored is dropped. */
export function basket() {
  const kept = local.read('basket');
  const lines = Array.isArray(kept?.lines) ? kept.lines : [];
  return {
    lines: lines.filter((l) => l && typeof l.sku === 'string' && Number.isInteger(l.quantity) && l.quantity > 0)
      .map((l) => ({ sku: l.sku, quantity: Math.min(l.quantity, quantityMax), name: String(l.name ?? l.sku) })),
  };
}

function keep(lines) {
  local.write('basket', lines.length ? { lines } : null);
  changed.dispatchEvent(new Event('change'));
}

/** add puts more of a product into the basket and gives how many of it are in there now. */
export function add(sku, name, quantity) {
  const { lines } = basket();
  const line = lines.find((l) => l.sku === sku);
  const sum = Math.min((line?.quantity ?? 0) + quantity, quantityMax);
  keep(line ? lines.map((l) => (l === line ? { ...l, quantity: sum, name } : l)) : [...lines, { sku, name, quantity: sum }]);
  return sum;
}

/** set changes a line's quantity; 0 removes the line. */
export function set(sku, quantity) {
  const { lines } = basket();
  keep(lines.map((l) => (l.sku === sku ? { ...l, quantity: Math.min(quantity, quantityMax) } : l)).filter((l) => l.quantity > 0));
}

export const empty = () => keep([]);

export const count = () => basket().lines.reduce((sum, l) => sum + l.quantity, 0);

/** onChange calls back when the basket changes here or in another tab. */
export function onChange(callback) {
  changed.addEventListener('change', callback);
  window.addEventListener('storage', (event) => {
    if (event.key === null || event.key === 'till.basket') callback();
  });
}

const currencies = ['EUR', 'USD', 'GBP', 'JPY', 'KWD'];

/** currency is what the shopper wants to pay in; EUR until they choose. */
export const currency = () => {
  const kept = local.read('currency');
  return currencies.includes(kept) ? kept : 'EUR';
};
export const currencyChoices = () => currencies;
export const setCurrency = (code) => local.write('currency', code);
