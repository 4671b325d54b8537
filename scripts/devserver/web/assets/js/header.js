// What every page of the shop has: the basket's count, the mark of the page one is on, the choice of currency.
import { byId, el } from './dom.js';
import { count, currency, currencyChoices, onChange, setCurrency } from './basket.js';

function refresh() {
  const badge = byId('basket-count');
  const n = count();
  badge.hidden = n === 0;
  badge.replaceChildren(String(n), el('span', { class: 'hidden-text' }, n === 1 ? ' thing' : ' things'));
}

for (const link of document.querySelectorAll('.top nav a')) {
  if (new URL(link.href).pathname === window.location.pathname) link.setAttribute('aria-current', 'page');
}

const choice = el('select', { id: 'currency', onchange: (event) => {
  setCurrency(event.target.value);
  window.location.reload();
} }, currencyChoices().map((code) => el('option', { value: code, selected: code === currency() }, code)));
document.querySelector('.foot .wrap').append(el('p', { class: 'currency' }, el('label', { for: 'currency' }, 'Prices in'), choice));

refresh();
onChange(refresh);
