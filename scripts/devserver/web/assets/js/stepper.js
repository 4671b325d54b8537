// A quantity with a button on either side of it.
import { el } from './dom.js';

/** whole takes what was typed as a quantity: a whole number from 1 to most. */
export const whole = (text, most) => Math.min(most, Math.max(1, Math.trunc(Number(text)) || 1));

/**
 * stepper draws how many there are of a line ({sku, name, quantity}). Options: id and more attributes of its field, min and max, and change,
 * which is called with another quantity.
 */
export function stepper(line, { id, min, max, change, ...more }) {
  const step = (by, sign, name) => el('button', {
    type: 'button', class: 'button quiet', 'aria-label': `${name} ${line.name}`, 'data-focus': `${line.sku}${sign}`,
    disabled: by > 0 ? line.quantity >= max : line.quantity <= min, onclick: () => change(line.quantity + by),
  }, sign);
  return el('div', { class: 'stepper' },
    step(-1, '−', 'One less of'),
    el('label', { class: 'hidden-text', for: id }, `Quantity of ${line.name}`),
    el('input', { id, type: 'number', inputmode: 'numeric', min: 1, max, value: line.quantity, 'data-focus': line.sku, ...more,
      onchange: (event) => change(whole(event.target.value, max)) }),
    step(1, '+', 'One more of'));
}
