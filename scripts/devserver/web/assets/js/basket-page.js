// The basket's page. Every price on it comes from POST /quotes.
import './header.js';
import { askQuote } from './api.js';
import { announce, byId, el, note, picture, show } from './dom.js';
import { basket, currency, onChange, quantityMax, set } from './basket.js';
import { inWords } from './fault-words.js';
import { format } from './money.js';
import { lineOf, quoteOf, quoteRequest } from './shapes.js';
import { stepper } from './stepper.js';
import { lineSum, totals } from './totals.js';

let running;

function change(line, quantity) {
  if (quantity < 1) return remove(line);
  set(line.sku, quantity);
  announce(`${quantity} × ${line.name}`);
}

function remove(line) {
  set(line.sku, 0);
  announce(`${line.name} was removed.`);
  byId('heading').focus();
}

function row(line) {
  return el('li', { class: 'line', 'data-sku': line.sku },
    picture(line.sku, true),
    el('p', { class: 'line-name' }, el('a', { href: `/shop/product.html?sku=${encodeURIComponent(line.sku)}` }, line.name),
      el('span', { class: 'price', 'data-price': line.sku })),
    el('div', {},
      el('div', { class: 'line-tools' },
        stepper(line, { id: `quantity-${line.sku}`, min: 0, max: quantityMax, change: (quantity) => change(line, quantity) }),
        el('button', { type: 'button', class: 'button quiet small', onclick: () => remove(line) }, 'Remove', el('span', { class: 'hidden-text' }, ` ${line.name}`))),
      el('div', { 'data-error': line.sku })));
}

// draw keeps the focus where it was: a button pressed with the keyboard can be pressed again.
function draw() {
  const { lines } = basket();
  const focused = document.activeElement?.dataset?.focus;
  byId('empty').hidden = lines.length > 0;
  byId('full').hidden = lines.length === 0;
  byId('lines').replaceChildren(...lines.map(row));
  if (focused) document.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  if (lines.length) price(lines);
  else show(byId('problem'), []);
}

async function price(lines) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  byId('totals').setAttribute('aria-busy', 'true');
  try {
    const quote = quoteOf(await askQuote(quoteRequest({ currency: currency(), lines }), signal));
    for (const line of quote.lines) {
      const place = document.querySelector(`[data-price="${CSS.escape(line.sku)}"]`);
      if (place) place.textContent = format(lineSum(line), quote.currency ?? currency());
    }
    show(byId('totals'), totals({ currency: currency(), ...quote }, { withTotal: false }));
    show(byId('problem'), []);
  } catch (problem) {
    if (signal.aborted) return;
    refused(problem, lines);
  } finally {
    if (!signal.aborted) byId('totals').setAttribute('aria-busy', 'false');
  }
}

function refused(problem, lines) {
  const unplaced = (problem.errors ?? []).filter((e) => {
    const line = lines[lineOf(e.pointer)];
    const place = line && document.querySelector(`[data-error="${CSS.escape(line.sku)}"]`);
    if (place) show(place, el('p', { class: 'error' }, inWords(e)));
    return !place;
  });
  show(byId('totals'), []);
  if (unplaced.length || !problem.errors?.length) show(byId('problem'), note('bad', 'The prices cannot be shown now', problem.text?.() ?? ''));
}

draw();
onChange(draw);
