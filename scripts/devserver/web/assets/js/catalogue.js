// The catalogue: all products, with what they cost and whether they are there.
import './header.js';
import { listProducts } from './api.js';
import { announce, byId, el, keepPicture, note, pictured, show } from './dom.js';
import { currency } from './basket.js';
import { format } from './money.js';
import { productsOf } from './shapes.js';
import { stock } from './stock.js';

const grid = byId('products');
const more = byId('more');
const q = (new URLSearchParams(window.location.search).get('q') ?? '').trim();
let next;

/** none says why nothing is shown. */
const none = () => (q ? note('warn', 'Nothing is found', `No product has words that begin with “${q}”.`, el('p', {}, el('a', { href: '/' }, 'See all products')))
  : note('warn', 'Nothing is on sale yet', 'Please come back soon.'));

/** page asks for products until some come, as a page of a search may be empty without being the last. */
async function page() {
  for (let tries = 0; ; tries++) {
    const body = await listProducts(currency(), next, q);
    const products = productsOf(body);
    const more = typeof body.next === 'string' && body.next ? body.next : undefined;
    if (products.length || !more || tries === 4) return { products, more };
    next = more;
  }
}

function card(product, index) {
  keepPicture(product);
  return el('li', { class: 'card' },
    pictured(product, index < 4),
    el('div', { class: 'card-text' },
      el('h3', {}, el('a', { href: `/shop/product.html?sku=${encodeURIComponent(product.sku)}` }, product.name)),
      el('div', { class: 'card-foot' }, el('p', { class: 'price' }, format(product.price, currency())), stock(product.available, product.backorder))));
}

async function load() {
  more.disabled = true;
  try {
    const first = next === undefined;
    const { products, more: following } = await page();
    const cards = products.map(card);
    if (first) grid.replaceChildren(...cards);
    else grid.append(...cards);
    show(byId('problem'), cards.length || !first ? [] : none());
    next = following;
    more.hidden = next === undefined;
    announce(`${cards.length} products are shown.`);
  } catch (problem) {
    if (next === undefined) grid.replaceChildren();
    const unfit = problem.has?.('query_invalid');
    show(byId('problem'), note(unfit ? 'warn' : 'bad', unfit ? 'Please search by another word' : 'The products cannot be shown now', problem.text?.() ?? '',
      unfit ? null : el('button', { type: 'button', class: 'button', onclick: load }, 'Try again')));
  } finally {
    grid.setAttribute('aria-busy', 'false');
    more.disabled = false;
  }
}

more.addEventListener('click', load);
byId('q').value = q;
if (q) byId('all').textContent = `Products with “${q}”`;
load();
