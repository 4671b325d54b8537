// Sums as the server worked them out, as rows of a definition list.
import { el } from './dom.js';
import { format, minor } from './money.js';

/** totals are the rows for a quote or an order. Discount only if there is one; the rest always, zero too. */
export function totals(priced, { withTotal = true } = {}) {
  const row = (name, value, kind = '') => [el('dt', { class: kind }, name), el('dd', { class: kind }, format(value, priced.currency))];
  const discount = minor(priced.discount) ?? 0;
  if (!withTotal) return row('Subtotal', priced.subtotal);
  return [
    row('Subtotal', priced.subtotal),
    discount > 0 ? row('Discount', -discount) : [],
    row('Delivery', priced.shipping),
    row('Tax', priced.tax),
    row('Total', priced.total, 'grand'),
  ].flat();
}
