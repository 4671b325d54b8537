// The ways to deliver, to choose one of.
import { el, show } from './dom.js';
import { format, minor } from './money.js';

const days = (m) => `${m.pickup ? 'Ready in ' : ''}${m.days} working ${m.days === '1' ? 'day' : 'days'}`;

/**
 * drawMethods shows the ways to deliver ({id, name, price, days, pickup}) in a place, one of them chosen. It rebuilds them only if they
 * differ, so that the keyboard's place among them is kept. Options: name of the choice, the currency, the chosen one's id, and change,
 * which is called when another is.
 */
export function drawMethods(place, methods, { name, currency, chosen, change }) {
  const print = JSON.stringify([methods, currency]);
  if (place.dataset.print === print) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.value : null;
  const first = methods.some((m) => m.id === chosen) ? chosen : methods[0].id;
  place.dataset.print = print;
  show(place, methods.map((m) => el('div', { class: 'choice' },
    el('input', { type: 'radio', name, id: `${name}-${m.id}`, value: m.id, checked: m.id === first, onchange: change }),
    el('label', { for: `${name}-${m.id}` },
      el('strong', {}, m.name), el('span', { class: 'price' }, minor(m.price) === 0 ? 'free' : format(m.price, currency)),
      m.days && el('span', {}, days(m))))));
  if (focused) document.getElementById(`${name}-${focused}`)?.focus();
}
