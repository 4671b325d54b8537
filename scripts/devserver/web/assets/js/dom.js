// Building pages from text, never from markup: what a server or a shopper wrote can only ever be text.
import { local } from './store.js';

/** byId finds an element of the page's own HTML. */
export const byId = (id) => document.getElementById(id);

/**
 * el makes an element. Attributes: true sets an empty one, false and undefined leave it out, a function under
 * `onclick` and the like becomes a listener. Children: nodes, texts, or lists of them; null and undefined are dropped.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const svg = 'http://www.w3.org/2000/svg';

/** icon is one of icons.svg; it says nothing to a screen reader, the text beside it does. */
export function icon(name) {
  const node = document.createElementNS(svg, 'svg');
  for (const [k, v] of [['class', 'icon'], ['viewBox', '0 0 24 24'], ['aria-hidden', 'true'], ['focusable', 'false']]) node.setAttribute(k, v);
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `/assets/img/icons.svg#${name}`);
  node.append(use);
  return node;
}

/** picture is a product's image as it was seen last, or its illustration. Its name stands beside it, so the picture itself says nothing. */
export const picture = (sku, eager = false) =>
  el('img', { src: local.read('pictures')?.[sku] ?? `/assets/products/${encodeURIComponent(sku)}.svg`, alt: '', width: 400, height: 300, loading: eager ? 'eager' : 'lazy' });

/** keepPicture remembers what a product looks like, for lists that do not say. */
export const keepPicture = ({ sku, images }) => images?.[0] && local.write('pictures', { ...local.read('pictures'), [sku]: images[0].url });

/** pictured is a product's first image with its text, or its illustration. */
export const pictured = (product, eager = false) => {
  const [first] = Array.isArray(product.images) ? product.images : [];
  if (!first) return picture(product.sku, eager);
  return el('img', { src: first.url, alt: first.alt, width: 400, height: 300, loading: eager ? 'eager' : 'lazy' });
};

/** announce has screen readers read a text without moving the focus. */
export function announce(text) {
  const place = byId('announcer');
  if (place && place.textContent !== text) place.textContent = text;
}

/** note is a box with a heading, a text and, below, links or buttons. Tone: good, warn or bad. */
export const note = (tone, title, text, ...rest) =>
  el('div', { class: `note note-${tone}`, role: tone === 'good' ? 'status' : 'alert', tabindex: '-1' }, el('h2', {}, title), text && el('p', {}, text), rest);

/** show puts nodes into a place, instead of what was there, and gives the focus to the first if asked. */
export function show(place, nodes, focus = false) {
  const list = [nodes].flat().filter(Boolean);
  place.replaceChildren(...list);
  if (focus && list[0]) list[0].focus();
}

/** dateTime writes an RFC 3339 time as the shopper's own calendar and clock have it. */
export function dateTime(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return '';
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** words turns a name of the API ("payment_processing") into words. */
export const words = (name) => {
  const text = String(name ?? '').replaceAll(/[_.]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};
