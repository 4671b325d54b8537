// An address in a form: its words and fields follow the country. The one to ship to has the plain ids, another one a word before each.
import { byId, el } from './dom.js';
import { countries, customs, likely } from './places.js';

const fields = ['name', 'company', 'line1', 'line2', 'postal_code', 'city', 'region', 'country'];

/** prepareAddress fills the list of countries and keeps the form's words right. Calls back when the country changed. */
export function prepareAddress(saved, onCountry, before = '') {
  const part = (id) => byId(before + id);
  const country = part('country');
  country.replaceChildren(...countries().map((c) => el('option', { value: c.code }, c.name)));
  country.value = saved?.country ?? likely();
  if (!country.value) country.value = 'DE';
  adapt(country.value, part);
  for (const name of fields) if (name !== 'country' && typeof saved?.[name] === 'string') part(name).value = saved[name];
  country.addEventListener('change', () => {
    adapt(country.value, part);
    onCountry();
  });
  part('region').addEventListener('change', onCountry);
}

function adapt(country, part) {
  const own = customs(country);
  part('city-label').textContent = own.city;
  part('postal-field').hidden = own.postal === null;
  part('postal-label').textContent = own.postal ?? 'Postcode';
  part('postal_code').required = own.postal !== null;
  part('postal_code').placeholder = own.example;
  part('postal_code').inputMode = own.numeric ? 'numeric' : 'text';
  part('region-field').hidden = own.regions === null;
  part('region-label').textContent = own.region ?? 'Region';
  part('region').required = own.regions !== null;
  part('region').replaceChildren(el('option', { value: '' }, 'Please choose'),
    ...(own.regions ?? []).map((r) => el('option', { value: r.code }, r.name)));
  part('place-row').classList.toggle('three', own.regions !== null);
}

/** readAddress is what was typed, without what is empty or not shown. */
export function readAddress(before = '') {
  const address = {};
  for (const name of fields) {
    const input = byId(before + name);
    const value = input.value.trim();
    if (value && !input.closest('.field').hidden) address[name] = value;
  }
  return address;
}
