// The checkout's sums: asks for a quote whenever something changes that a price may hang on, and shows the last one.
import { askQuote } from './api.js';
import { announce, byId, el, picture, show } from './dom.js';
import { drawMethods } from './methods.js';
import { format, minor } from './money.js';
import { quoteOf, quoteRequest } from './shapes.js';
import { lineSum, countryName, totals } from './totals.js';

let wish;
let refused;
let priced;
let quote = null;
let running;
let timer;

let first = '';
let told = '';

/** sayFirst has screen readers hear a text before the next total. */
export const sayFirst = (text) => {
  first = text;
};

/** startQuotes says where the wish comes from (see quoteRequest), and who is told about refusals and about prices. */
export function startQuotes(read, onRefused, onPriced) {
  wish = read;
  refused = onRefused;
  priced = onPriced;
}

/** current is the quote on screen, or null. Its total is what the shopper agrees to. */
export const current = () => quote;

/** refresh asks again, a moment later, once for several changes. */
export function refresh() {
  clearTimeout(timer);
  byId('totals').setAttribute('aria-busy', 'true');
  timer = setTimeout(ask, 150);
}

async function ask() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const wanted = wish();
  try {
    const answer = await askQuote(quoteRequest(wanted), signal);
    show(byId('problem'), []);
    priced();
    drawQuote({ currency: wanted.currency, ...quoteOf(answer) }, wanted.method);
  } catch (problem) {
    if (signal.aborted) return;
    quote = null;
    show(byId('totals'), []);
    refused(problem);
  } finally {
    if (!signal.aborted) byId('totals').setAttribute('aria-busy', 'false');
  }
}

/** drawQuote shows a quote and makes it the current one. */
export function drawQuote(answer, wantedMethod) {
  quote = { ...answer, ...(answer.methods ? {} : { methods: quote?.methods ?? [] }) };
  show(byId('lines'), quote.lines.map((line) => el('li', {}, picture(line.sku, true),
    el('span', {}, line.name, el('small', {}, `${line.quantity} × ${format(line.unit_price, quote.currency)}`)),
    el('span', { class: 'price' }, format(lineSum(line), quote.currency)))));
  show(byId('totals'), totals(quote, { away: !isPickup() }));
  tell();
  byId('methods-field').hidden = quote.methods.length === 0;
  if (quote.methods.length) {
    drawMethods(byId('methods'), quote.methods, { name: 'method', currency: quote.currency, chosen: wantedMethod ?? quote.shipping_method, change: refresh });
  }
  const sum = `Total: ${format(quote.total, quote.currency)}`;
  if (first || sum !== told) announce(`${first} ${sum}`.trim());
  [first, told] = ['', sum];
}

const isPickup = () => quote.methods.find((m) => m.id === quote.shipping_method)?.pickup === true;

// taxNote says in a sentence how the tax came about.
function taxNote() {
  const country = countryName(quote.country);
  if (quote.reverse_charge) return 'No tax is added: your business owes it in its own country.';
  if (isPickup()) return 'You pick it up, so the tax is that of the shop’s country.';
  if (minor(quote.included_tax) > 0) return `Prices hold the tax of ${country} already.`;
  if (minor(quote.tax) === 0 && minor(quote.total) !== 0) return `We add no tax for ${country}. Its customs or tax office may ask you for some.`;
  return `Prices are before tax; the tax is that of ${country}, where the parcel goes.`;
}

// tell has the words around the sums follow them.
function tell() {
  byId('tax-note').textContent = taxNote();
  byId('where').textContent = isPickup() ? 'Your address' : 'Where it goes';
  byId('where-hint').hidden = !isPickup();
  const typed = byId('vat').value.trim() && !byId('vat').hasAttribute('aria-invalid');
  byId('vat-result').textContent = !typed ? '' : quote.reverse_charge ? 'No tax is added: your business owes it at home.' : 'The tax stays: the parcel goes to another country than the number is of, or does not leave ours.';
}
