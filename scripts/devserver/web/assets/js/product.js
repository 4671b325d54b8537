// One product, and the way into the basket.
import './header.js';
import { showProduct } from './api.js';
import { byId, el, note, picture, show } from './dom.js';
import { add, currency, quantityMax } from './basket.js';
import { format } from './money.js';
import { productOf } from './shapes.js';
import { stock } from './stock.js';

const sku = new URLSearchParams(window.location.search).get('sku') ?? '';

function put(event, product) {
  event.preventDefault();
  const input = byId('quantity');
  const quantity = Number(input.value);
  const bad = !Number.isInteger(quantity) || quantity < 1 || quantity > quantityMax;
  byId('quantity-error')?.remove();
  input.toggleAttribute('aria-invalid', false);
  if (bad) {
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', 'quantity-error');
    input.after(el('p', { class: 'error', id: 'quantity-error' }, `1 to ${quantityMax}, please.`));
    input.focus();
    return;
  }
  const now = add(product.sku, product.name, quantity);
  byId('added-text').textContent = `Added. ${now} × ${product.name} ${now === 1 ? 'is' : 'are'} in your basket.`;
  byId('added').hidden = false;
  byId('added').focus();
}

async function load() {
  if (!sku) return window.location.replace('/');
  try {
    const product = productOf(await showProduct(sku, currency()));
    document.title = `${product.name} – Till demo shop`;
    byId('name').textContent = product.name;
    byId('description').textContent = product.description ?? '';
    byId('price').replaceChildren(format(product.price, currency()), el('span', { class: 'hint' }, ' plus tax and delivery'));
    show(byId('picture'), picture(product.sku, true));
    show(byId('available'), stock(product.available));
    byId('add').hidden = !product.available;
    byId('add').addEventListener('submit', (event) => put(event, product));
    byId('product').hidden = false;
  } catch (problem) {
    const gone = problem.status === 404;
    show(byId('problem'), note('bad', gone ? 'We do not have this product' : 'The product cannot be shown now',
      gone ? 'It may have been taken off the shelf.' : problem.text?.() ?? '',
      el('p', {}, el('a', { href: '/' }, 'See all products'))));
  }
}

load();
