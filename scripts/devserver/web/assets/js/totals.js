// Sums as the server worked them out, as rows of a definition list: every discount, every rate of tax, whether prices hold it or it comes
// on top.
import { el } from './dom.js';
import { format, minor } from './money.js';

/** countryName is a country's name; the code itself if it has none. */
export function countryName(code) {
  try {
    return new Intl.DisplayNames(['en'], { type: 'region' }).of(code);
  } catch {
    return code;
  }
}

const percent = (rate) => `${rate} %`;

// taxes are the rows of the tax on top: one for each rate, with what it is on where there are several.
function taxes(priced, row, place) {
  const lines = (priced.tax_lines ?? []).filter((l) => !l.included);
  if (priced.reverse_charge) return row('Tax: reverse charge, owed by your business', priced.tax);
  if (!lines.length) return minor(priced.included_tax) ? [] : row(`Tax${place}`, priced.tax);
  const on = (line) => (lines.length > 1 ? ` on ${format(line.base, priced.currency)}` : '');
  return lines.map((line) => row(`Tax ${percent(line.rate)}${on(line)}${place}`, line.tax));
}

// held are the rows of the tax that the total holds already.
const held = (priced, row, place) => (priced.tax_lines ?? []).filter((l) => l.included)
  .map((line) => row(`Included: ${percent(line.rate)} tax${place}`, line.tax, 'held'));

// discounts are a row for each; one row for all where the order keeps no more.
function discounts(priced, row) {
  const told = (priced.discounts ?? []).map((d) => row(`${d.name}${d.code ? ` (${d.code})` : ''}`, d.free_delivery ? 'free delivery' : -minor(d.amount)));
  const named = (priced.discounts ?? []).reduce((sum, d) => sum + (minor(d.amount) ?? 0), 0);
  const rest = (minor(priced.discount) ?? 0) - named; // What a price is finer than can be charged.
  return rest > 0 ? [...told, row('Discount', -rest)] : told;
}

/** lineSum is what a line comes to before what is taken off, in minor units: so that lines add up to the subtotal, and no discount shows twice. */
export const lineSum = (line) => minor(line.total) + (minor(line.discount) ?? 0);

/** totals are the rows for a quote or an order. away: the country's tax is not named, since the shop's own applies, or may. */
export function totals(priced, { withTotal = true, away = true } = {}) {
  const row = (name, value, kind = '') => [el('dt', { class: kind }, name), el('dd', { class: kind }, typeof value === 'string' ? value : format(value, priced.currency))];
  const place = away && priced.country ? `, ${countryName(priced.country)}` : '';
  if (!withTotal) return [row('Subtotal', priced.subtotal), discounts(priced, row)].flat(2);
  return [
    row('Subtotal', priced.subtotal),
    discounts(priced, row),
    row('Delivery', minor(priced.shipping) === 0 ? 'free' : priced.shipping),
    taxes(priced, row, place),
    row('Total', priced.total, 'grand'),
    held(priced, row, place),
  ].flat(2);
}
