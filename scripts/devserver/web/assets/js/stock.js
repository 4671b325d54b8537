// Availability in words. The API says yes, no or "low", never a count.
import { el } from './dom.js';

/** stock is a product's availability as a mark with its text. */
export function stock(available) {
  if (available === 'low') return el('span', { class: 'stock', 'data-available': 'low' }, 'Few left');
  if (available === true) return el('span', { class: 'stock', 'data-available': 'yes' }, 'In stock');
  return el('span', { class: 'stock', 'data-available': 'no' }, 'Sold out');
}
