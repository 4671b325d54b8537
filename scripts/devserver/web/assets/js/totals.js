// Sums as the server worked them out, as rows of a definition list. Prices are net: the tax is that of the country the parcel
// goes to, so the country stands beside it.
import { el } from './dom.js';
import { format, minor } from './money.js';

// countryName is a country's name; the code itself if it has none.
function countryName(code) {
  try {
    return new Intl.DisplayNames(['en'], { type: 'region' }).of(code);
  } catch {
    return code;
  }
}

/** totals are the rows for a quote or an order. Discount only if there is one; the rest always, zero too. */
export function totals(priced, { withTotal = true } = {}) {
  const row = (name, value, kind = '') => [el('dt', { class: kind }, name), el('dd', { class: kind }, format(value, priced.currency))];
  const discount = minor(priced.discount) ?? 0;
  if (!withTotal) return row('Subtotal', priced.subtotal);
  return [
    row('Subtotal', priced.subtotal),
    discount > 0 ? row('Discount', -discount) : [],
    row('Delivery', priced.shipping),
    row(priced.country ? `Tax, ${countryName(priced.country)}` : 'Tax', priced.tax),
    row('Total', priced.total, 'grand'),
  ].flat();
}
