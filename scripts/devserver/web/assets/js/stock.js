// Availability in words. The API says yes, no or "low", never a count.
import { el } from './dom.js';

/** stock is a product's availability as a mark with its text. What is not there yet may be ordered if the shop says so. */
export function stock(available, backorder) {
  if (backorder) {
    const on = backorder.expected_on ? new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(new Date(`${backorder.expected_on}T12:00:00`)) : '';
    return el('span', { class: 'stock', 'data-available': 'low' }, on ? `To order: expected ${on}` : 'To order: takes longer');
  }
  if (available === 'low') return el('span', { class: 'stock', 'data-available': 'low' }, 'Few left');
  if (available === true) return el('span', { class: 'stock', 'data-available': 'yes' }, 'In stock');
  return el('span', { class: 'stock', 'data-available': 'no' }, 'Sold out');
}
