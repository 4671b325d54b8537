// One product, and the way into the basket.
import './header.js';
import { showProduct } from './api.js';
import { announce, byId, el, keepPicture, note, pictured, show } from './dom.js';
import { add, currency, quantityMax } from './basket.js';
import { format } from './money.js';
import { productOf } from './shapes.js';
import { stock } from './stock.js';

const sku = new URLSearchParams(window.location.search).get('sku') ?? '';

function put(event, product) {
  event.preventDefault();
  const input = byId('quantity');
  const quantity = Number(input.value);
  const bad = !Number.isInteger(quantity) || quantity < least || quantity > most || quantity % step !== 0;
  byId('quantity-error')?.remove();
  input.toggleAttribute('aria-invalid', false);
  if (bad) {
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', 'quantity-error');
    input.after(el('p', { class: 'error', id: 'quantity-error' }, `${least} to ${most}${step > 1 ? `, by ${step}` : ''}, please.`));
    input.focus();
    return;
  }
  const now = add(product.sku, product.name, quantity);
  byId('added-text').textContent = `Added. ${now} × ${product.name} ${now === 1 ? 'is' : 'are'} in your basket.`;
  byId('added').hidden = false;
  byId('added').focus();
}

const valueOf = (options, name) => options.find((o) => o.name === name)?.value;

/** choices is a group of links for each option: to the variant that differs in it alone, or to the first that has it. */
function choices(product) {
  const variants = Array.isArray(product.variants) ? product.variants : [];
  if (variants.length < 2) return [];
  return product.options.map(({ name, value }) => {
    const values = [...new Set(variants.map((v) => valueOf(v.options, name)).filter(Boolean))];
    const links = values.map((each) => {
      const having = variants.filter((v) => valueOf(v.options, name) === each);
      const to = having.find((v) => product.options.every((o) => o.name === name || valueOf(v.options, o.name) === o.value)) ?? having[0];
      const here = each === value;
      return el('li', {}, el('a', { class: 'choice', href: `/shop/product.html?sku=${encodeURIComponent(to.sku)}`, 'aria-current': here ? 'true' : undefined },
        each, to.available === false ? el('span', { class: 'hint' }, ' sold out') : null));
    });
    const id = `option-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
    return el('nav', { class: 'choices', 'aria-labelledby': id }, el('p', { id, class: 'choice-name' }, name), el('ul', {}, links));
  });
}

// gallery shows the first image, and a button for each if there are several.
function gallery(product) {
  show(byId('picture'), pictured(product, true));
  const images = Array.isArray(product.images) ? product.images : [];
  const list = byId('pictures');
  list.hidden = images.length < 2;
  if (images.length < 2) return;
  const look = (image, i) => {
    show(byId('picture'), pictured({ ...product, images: [image] }, true));
    [...list.querySelectorAll('button')].forEach((b, j) => b.setAttribute('aria-pressed', String(i === j)));
    announce(image.alt);
  };
  list.replaceChildren(...images.map((image, i) => el('li', {}, el('button', {
    type: 'button', class: 'thumb', 'aria-pressed': String(i === 0), 'aria-label': `Picture ${i + 1}: ${image.alt}`, onclick: () => look(image, i),
  }, el('img', { src: image.url, alt: '', width: 96, height: 72 })))));
}

let least = 1;
let most = quantityMax;
let step = 1;

/** limits sets how many can be put into the basket at once. */
function limits(quantities) {
  step = quantities?.step || 1;
  least = Math.ceil(Math.max(1, quantities?.min ?? 1, step) / step) * step;
  most = Math.min(quantityMax, quantities?.max || quantityMax);
  const input = byId('quantity');
  for (const [name, value] of [['min', least], ['max', most], ['step', step]]) input.setAttribute(name, value);
  input.value = least;
}

async function load() {
  if (!sku) return window.location.replace('/');
  try {
    const product = productOf(await showProduct(sku, currency()));
    document.title = `${product.name} – Till demo shop`;
    byId('name').textContent = product.name;
    byId('description').textContent = product.description ?? '';
    byId('price').replaceChildren(format(product.price, currency()), el('span', { class: 'hint' }, ' before delivery, and tax where it is added'));
    gallery(product);
    keepPicture(product);
    show(byId('options'), choices(product));
    limits(product.quantities);
    show(byId('available'), stock(product.available, product.backorder));
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
