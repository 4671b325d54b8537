// What to offer when the shop cannot do what was asked: fewer of a thing, or another price.
import { basket, set } from './basket.js';
import { el, note, show } from './dom.js';
import { format } from './money.js';
import { lineOf, quoteOf } from './shapes.js';

/** offerFewer lets the shopper take less of what has run short, or none. Changing the basket asks for a new quote. */
export function offerFewer(place, problem, focus = true) {
  const { lines } = basket();
  const short = [...new Set(problem.errors.filter((e) => e.code === 'out_of_stock').map((e) => lineOf(e.pointer)))].filter((i) => lines[i]);
  const change = (line, quantity) => {
    show(place, []);
    set(line.sku, quantity);
    document.getElementById('total-heading')?.scrollIntoView({ block: 'nearest' });
  };
  const rows = short.map((i) => el('li', {}, `${lines[i].quantity} × ${lines[i].name} `,
    el('span', { class: 'actions' },
      lines[i].quantity > 1 && el('button', { type: 'button', class: 'button quiet small', onclick: () => change(lines[i], lines[i].quantity - 1) }, `Take ${lines[i].quantity - 1}`),
      el('button', { type: 'button', class: 'button quiet small', onclick: () => change(lines[i], 0) }, 'Leave it out'))));
  show(place, note('warn', 'Someone was faster', 'We do not have enough left of this. Nothing was ordered or charged. What would you like to do?',
    el('ul', { class: 'plain' }, rows), el('p', {}, el('a', { href: '/shop/basket.html' }, 'Change the basket'))), focus);
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
    el('div', { class: 'actions' },
      el('button', { type: 'button', class: 'button small', onclick: () => accept(quote) }, `Order for ${is}`),
      el('a', { class: 'button quiet small', href: '/shop/basket.html' }, 'Change the basket'))), true);
}
