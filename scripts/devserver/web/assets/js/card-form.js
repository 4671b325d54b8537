// The form for a card: its fields, their faults, and the cards of the demo.
import { readCard, spaced } from './card.js';
import { byId, el } from './dom.js';

const inputs = ['number', 'expiry', 'cvc'].map(byId);

const testCards = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0025 0000 3155', 'asks for authentication'],
  ['4000 0000 0000 0259', 'is disputed after payment'],
];

function mark(faults) {
  for (const input of inputs) {
    byId(`${input.id}-error`)?.remove();
    input.removeAttribute('aria-invalid');
    const hint = byId(`${input.id}-hint`) ? `${input.id}-hint` : '';
    const text = faults[input.id];
    if (text) {
      input.setAttribute('aria-invalid', 'true');
      input.closest('.field').append(el('p', { class: 'error', id: `${input.id}-error` }, text));
    }
    const described = `${hint} ${text ? `${input.id}-error` : ''}`.trim();
    if (described) input.setAttribute('aria-describedby', described);
    else input.removeAttribute('aria-describedby');
  }
  inputs.find((input) => faults[input.id])?.focus();
}

/** typedCard is the card in the form, or null: then its faults stand beside the fields. */
export function typedCard() {
  const { card, faults } = readCard(Object.fromEntries(inputs.map((input) => [input.id, input.value])));
  mark(faults ?? {});
  return card ?? null;
}

/** forgetCode empties the security code: nobody types it twice for one try. */
export const forgetCode = () => {
  byId('cvc').value = '';
};

/** openCard shows the form, ready to be typed into. */
export function openCard() {
  byId('card').hidden = false;
  for (const input of inputs) input.disabled = false;
}

/** listTestCards shows the cards of the demo; with a form, a press fills one in. */
export function listTestCards(fill) {
  const row = ([number, what]) => [el('span', { class: 'mono' }, number), el('span', {}, what)];
  const put = (number) => {
    [byId('number').value, byId('expiry').value, byId('cvc').value] = [number, '12 / 34', '123'];
    byId('number').focus();
  };
  byId('cards').replaceChildren(...testCards.map((c) => (fill
    ? el('button', { type: 'button', class: 'button quiet small', onclick: () => put(c[0]) }, row(c)) : el('p', { class: 'test-card' }, row(c)))));
}

byId('number').addEventListener('blur', (event) => {
  event.target.value = spaced(event.target.value);
});
