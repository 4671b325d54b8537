// Faults in a shopper's words. The API's own are for developers; they stand where there is nothing better here.
import { byId } from './dom.js';

const card = 'This looks like the number of a card. Please leave it out: cards are asked for on the payment page only.';

const said = {
  card_data_rejected: card,
  email_invalid: 'Please write one address, such as ada@example.com.',
  phone_invalid: 'Please write the number with its country, such as +49 30 123456.',
  vat_number_invalid: 'This is no VAT number that we could check. An example: ATU12345678.',
  shipping_method_unknown: 'This delivery is not on offer. Please choose another.',
  sku_unknown: 'We no longer sell this.',
  quantity_invalid: 'We cannot sell that many at once.',
  lines_invalid: 'These are too many different things for one order. Please make two of it.',
  currency_invalid: 'We do not sell in this currency. Please choose another at the foot of the page.',
  amount_out_of_range: 'This sum is too large for one order.',
  order_declined: 'We are sorry: we cannot take this order. If you think that this is a mistake, please write to us.',
  out_of_stock: 'We do not have that many left.',
};

const line = (detail) => (/post office box/i.test(detail ?? '')
  ? 'A courier needs a door, not a post office box. Please write a street, or choose standard delivery.'
  : 'Please write this a little shorter, in letters, digits and common signs.');

const places = {
  name: () => 'Please write a name in letters, at most 100 of them, without emoji.',
  line1: line,
  line2: line,
  city: line,
  postal_code: (_, before) => {
    const example = byId(`${before}postal_code`)?.placeholder;
    return `This is not how it looks in ${byId(`${before}country`)?.selectedOptions[0]?.textContent ?? 'this country'}${example ? `. An example: ${example}` : ''}.`;
  },
  region: () => 'Please choose one of the list.',
  country: (_, before) => (before ? 'We cannot send a bill there.' : 'We do not deliver there.'),
};

/** inWords tells one error of a problem ({code, pointer, detail}) so that a shopper knows what to do. */
export function inWords({ code, pointer, detail }) {
  const [, kind, member] = /^#?\/(shipping|billing)_address\/(\w+)/.exec(pointer ?? '') ?? [];
  const own = code === 'address_invalid' ? places[member]?.(detail, kind === 'billing' ? 'billing-' : '') : said[code];
  return own ?? detail ?? 'This cannot be used.';
}
