// What to offer when the shop cannot do what was asked: fewer of a thing, an order without it, or another price.
import { basket, set } from './basket.js';
import { el, note, show } from './dom.js';
import { inWords } from './fault-words.js';
import { format, minor } from './money.js';
import { lineOf, quoteOf } from './shapes.js';

// linesOf are the lines of the basket that errors point at, each once, with the first error about it.
function linesOf(errors) {
  const { lines } = basket();
  const found = new Map();
  for (const error of errors) {
    const line = lines[lineOf(error.pointer)];
    if (line && !found.has(line.sku)) found.set(line.sku, { line, error });
  }
  return [...found.values()];
}

// choices lets the shopper change one line. Changing the basket asks for a new quote.
const choices = (place, line, fewer) => el('span', { class: 'actions' }, [...fewer, 0].map((quantity) => el('button', {
  type: 'button', class: 'button quiet small', onclick: () => {
    show(place, []);
    set(line.sku, quantity);
    document.getElementById('total-heading')?.scrollIntoView({ block: 'nearest' });
  },
}, quantity > 0 ? `Take ${quantity}` : 'Leave it out', el('span', { class: 'hidden-text' }, `: ${line.name}`))));

const change = () => el('p', {}, el('a', { href: '/shop/basket.html' }, 'Change the basket'));

/** offerFewer lets the shopper take less of what has run short, or none. */
export function offerFewer(place, problem, focus = true) {
  const short = linesOf(problem.errors.filter((e) => e.code === 'out_of_stock'));
  const fewer = (n) => [...new Set([n - 1, Math.floor(n / 2)])].filter((less) => less > 0);
  const rows = short.map(({ line }) => el('li', {}, `${line.quantity} × ${line.name} `, choices(place, line, fewer(line.quantity))));
  show(place, note('warn', 'We do not have that many left', 'Nothing was ordered or charged. What would you like to do?',
    el('ul', { class: 'plain' }, rows), change()), focus);
}

/** offerWithout names the lines that cannot be sold as they are, and lets the shopper leave them out. It tells whether there were any. */
export function offerWithout(place, problem, focus = true) {
  const bad = linesOf(problem.errors);
  if (!bad.length) return false;
  show(place, note('warn', 'Not all of this can be ordered', 'Nothing was ordered or charged.',
    el('ul', { class: 'plain' }, bad.map(({ line, error }) => el('li', {}, el('strong', {}, line.name), `: ${inWords(error)} `, choices(place, line, [])))), change()), focus);
  return true;
}

// changes lists what costs another price than before, each with both.
function changes(before, after) {
  const row = (name, was, is) => el('li', {}, `${name}: ${format(was, after.currency)} before, now ${format(is, after.currency)}`);
  const lines = after.lines.map((line) => {
    const old = before?.lines?.find((l) => l.sku === line.sku);
    return old && minor(old.unit_price) !== minor(line.unit_price) ? row(line.name, old.unit_price, line.unit_price) : null;
  });
  const delivery = before && minor(before.shipping) !== minor(after.shipping) ? row('Delivery', before.shipping, after.shipping) : null;
  const all = [...lines, delivery].filter(Boolean);
  return all.length ? el('ul', { class: 'plain' }, all) : null;
}

/** offerNewPrice shows the old total beside the new one. Accepting calls accept with the new quote. */
export function offerNewPrice(place, problem, before, accept, again) {
  const quote = problem.quote ? { currency: before?.currency, ...quoteOf(problem.quote) } : null;
  if (!quote) {
    again();
    show(place, note('warn', 'A price has changed', 'Nothing was ordered. Please look at the new total and place the order again.'), true);
    return;
  }
  const was = before ? format(before.total, quote.currency) : '';
  const is = format(quote.total, quote.currency);
  show(place, note('warn', 'The total has changed', `${was ? `It was ${was} and is now ${is}.` : `It is now ${is}.`} Nothing was ordered or charged yet.`,
    changes(before, quote),
    el('div', { class: 'actions' },
      el('button', { type: 'button', class: 'button small', onclick: () => accept(quote) }, `Order for ${is}`),
      el('a', { class: 'button quiet small', href: '/shop/basket.html' }, 'Change the basket'))), true);
}
