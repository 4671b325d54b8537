// The catalogue: all products, with what they cost and whether they are there.
import './header.js';
import { listProducts } from './api.js';
import { announce, byId, el, note, picture, show } from './dom.js';
import { currency } from './basket.js';
import { format } from './money.js';
import { productsOf } from './shapes.js';
import { stock } from './stock.js';

const grid = byId('products');
const more = byId('more');
let next;

function card(product, index) {
  return el('li', { class: 'card' },
    picture(product.sku, index < 4),
    el('div', { class: 'card-text' },
      el('h3', {}, el('a', { href: `/shop/product.html?sku=${encodeURIComponent(product.sku)}` }, product.name)),
      el('div', { class: 'card-foot' }, el('p', { class: 'price' }, format(product.price, currency())), stock(product.available))));
}

async function load() {
  more.disabled = true;
  try {
    const first = next === undefined;
    const body = await listProducts(currency(), next);
    const cards = productsOf(body).map(card);
    if (first) grid.replaceChildren(...cards);
    else grid.append(...cards);
    show(byId('problem'), cards.length || !first ? [] : note('warn', 'Nothing is on sale yet', 'Please come back soon.'));
    next = typeof body.next === 'string' && body.next ? body.next : undefined;
    more.hidden = next === undefined;
    announce(`${cards.length} products are shown.`);
  } catch (problem) {
    if (next === undefined) grid.replaceChildren();
    show(byId('problem'), note('bad', 'The products cannot be shown now', problem.text?.() ?? '',
      el('button', { type: 'button', class: 'button', onclick: load }, 'Try again')));
  } finally {
    grid.setAttribute('aria-busy', 'false');
    more.disabled = false;
  }
}

more.addEventListener('click', load);
load();
