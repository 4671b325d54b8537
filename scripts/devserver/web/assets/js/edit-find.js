// What can be added to an order that is changed: found by a word of its name, or all that the shop sells.
import { Problem, listProducts, showProduct } from './api.js';
import { announce, byId, el, keepPicture, note, pictured, show } from './dom.js';
import { format } from './money.js';
import { productOf, productsOf } from './shapes.js';
import { stock } from './stock.js';

const pagesMost = 4; // As the page of a search may be empty without being the last.

let currency; // Gives the one to show prices in.
let add; // Is called with the product to add.
let next = ''; // Where the list goes on.
let turn = 0; // The latest question; what an earlier one brings is old.

/** prepareFind makes the search ready. of gives the order's currency; put is called with a product that is to be added. */
export function prepareFind(of, put) {
  [currency, add] = [of, put];
  byId('edit-search').addEventListener('submit', (event) => {
    event.preventDefault();
    clearFound();
    look();
  });
  byId('edit-found-more').addEventListener('click', look);
}

/** clearFound forgets what was found. */
export function clearFound() {
  turn += 1;
  next = '';
  show(byId('edit-found-problem'), []);
  byId('edit-found').replaceChildren();
  byId('edit-found').hidden = true;
  byId('edit-found-more').hidden = true;
}

// look asks for products until some come, and shows them beneath those that are there.
async function look() {
  const mine = ++turn;
  const q = byId('edit-find').value.trim();
  try {
    let found = [];
    for (let page = 0; page < pagesMost && !found.length; page++) {
      const body = await listProducts(currency(), next || undefined, q || undefined);
      if (mine !== turn) return;
      found = productsOf(body);
      next = body.next ?? '';
      if (!next) break;
    }
    draw(found, q);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (mine === turn) show(byId('edit-found-problem'), note('warn', problem.has('query_invalid') ? 'Please search by another word' : 'The products cannot be shown now', problem.text()));
  }
}

function draw(found, q) {
  const list = byId('edit-found');
  const first = found.map((product) => row(product));
  list.append(...first);
  list.hidden = list.children.length === 0;
  byId('edit-found-more').hidden = !next;
  show(byId('edit-found-problem'), list.hidden ? note('warn', 'Nothing is found', `No product has words that begin with “${q}”.`) : []);
  announce(`${found.length} products are shown.`);
}

// row shows a product, with what can be done with it. load gives all that is known of it.
function row(product, load = () => product) {
  keepPicture(product);
  const name = el('span', { class: 'hidden-text' }, `: ${product.name}`);
  const button = (attributes, text) => el('button', { type: 'button', class: 'button quiet small', ...attributes }, text, name.cloneNode(true));
  return el('li', { class: 'line', 'data-sku': product.sku }, pictured(product),
    el('p', { class: 'line-name' }, el('span', {}, product.name), el('span', { class: 'price' }, format(product.price, currency()))),
    el('div', { class: 'line-tools' }, stock(product.available, product.backorder),
      product.available && button({ 'data-add': product.sku, onclick: () => attempt(async () => add(await load())) }, 'Add'),
      product.family && button({ 'data-kinds': product.sku, onclick: (event) => kinds(product, event.currentTarget) }, 'Other kinds')));
}

// kinds shows the others of a family beneath a product: a list of products has but those that stand for themselves.
const kinds = (product, asked) => attempt(async () => {
  const mine = turn;
  const whole = (sku) => showProduct(sku, currency()).then(productOf);
  const { variants } = await whole(product.sku);
  if (mine !== turn) return;
  const there = [...byId('edit-found').children].map((li) => li.dataset.sku);
  const others = (variants ?? []).filter((v) => !there.includes(v.sku)).map((v) => row(v, () => whole(v.sku)));
  const line = asked.closest('li');
  line.after(...others);
  asked.remove();
  announce(others.length ? `${others.length} other kinds are shown.` : 'All of its kinds are shown.');
  [...others, line].map((li) => li.querySelector('button')).find(Boolean)?.focus();
});

// attempt does what asks the shop, and tells if that failed.
async function attempt(what) {
  try {
    await what();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    show(byId('edit-found-problem'), note('warn', 'That was not possible', problem.text()), true);
  }
}
