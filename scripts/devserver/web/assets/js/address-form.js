// The address part of the checkout's form: its words and fields follow the country.
import { byId, el } from './dom.js';
import { countries, customs, likely } from './places.js';

const fields = ['name', 'company', 'line1', 'line2', 'postal_code', 'city', 'region', 'country'];

/** prepareAddress fills the list of countries and keeps the form's words right. Calls back when the country changed. */
export function prepareAddress(saved, onCountry) {
  const country = byId('country');
  country.replaceChildren(...countries().map((c) => el('option', { value: c.code }, c.name)));
  country.value = saved?.country ?? likely();
  if (!country.value) country.value = 'DE';
  adapt(country.value);
  for (const name of fields) if (name !== 'country' && typeof saved?.[name] === 'string') byId(name).value = saved[name];
  country.addEventListener('change', () => {
    adapt(country.value);
    onCountry();
  });
  byId('region').addEventListener('change', onCountry);
}

function adapt(country) {
  const own = customs(country);
  byId('city-label').textContent = own.city;
  byId('postal-field').hidden = own.postal === null;
  byId('postal-label').textContent = own.postal ?? 'Postcode';
  byId('postal_code').required = own.postal !== null;
  byId('postal_code').placeholder = own.example;
  byId('postal_code').inputMode = own.numeric ? 'numeric' : 'text';
  byId('region-field').hidden = own.regions === null;
  byId('region-label').textContent = own.region ?? 'Region';
  byId('region').required = own.regions !== null;
  byId('region').replaceChildren(el('option', { value: '' }, 'Please choose'),
    ...(own.regions ?? []).map((r) => el('option', { value: r.code }, r.name)));
  byId('place-row').classList.toggle('three', own.regions !== null);
}

/** readAddress is what was typed, without what is empty or not shown. */
export function readAddress() {
  const address = {};
  for (const name of fields) {
    const input = byId(name);
    const value = input.value.trim();
    if (value && !input.closest('.field').hidden) address[name] = value;
  }
  return address;
}
