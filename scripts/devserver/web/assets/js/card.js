// What can be told about a card without asking anyone. Nothing here keeps or sends it.

const digits = (text) => text.normalize('NFKC').replaceAll(/\D/g, '');

/** spaced groups a card number as it stands on the card: 4-4-4-4, for American Express 4-6-5. */
export function spaced(text) {
  const all = digits(text).slice(0, 19);
  const groups = /^3[47]/.test(all) ? [all.slice(0, 4), all.slice(4, 10), all.slice(10)] : all.match(/.{1,4}/g) ?? [];
  return groups.filter(Boolean).join(' ');
}

/** luhn tells whether the check digit fits. */
export function luhn(text) {
  let sum = 0;
  [...digits(text)].reverse().forEach((c, i) => {
    const n = Number(c) * (i % 2 ? 2 : 1);
    sum += n > 9 ? n - 9 : n;
  });
  return sum % 10 === 0;
}

/** readExpiry reads "12/34", "12 / 2034" or "1234" as {month, year}, the year with four digits; null if it is no date. */
export function readExpiry(text) {
  const found = /^\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4}|\d{2})\s*$/.exec(text) ?? /^\s*(\d{2})(\d{2})\s*$/.exec(text);
  if (!found) return null;
  const month = Number(found[1]);
  if (month < 1 || month > 12) return null;
  return { month: String(month), year: found[2].length === 2 ? `20${found[2]}` : found[2] };
}

/** past tells whether an expiry lies before now; a card is good to the end of its month. */
export function past({ month, year }, now = new Date()) {
  return Number(year) * 12 + Number(month) - 1 < now.getFullYear() * 12 + now.getMonth();
}

/** readCard reads the form: {card} if all is well, else {faults: {number?, expiry?, cvc?}} with a text each. */
export function readCard({ number, expiry, cvc }, now = new Date()) {
  const faults = {};
  const all = digits(number);
  const until = readExpiry(expiry);
  const code = digits(cvc);
  if (!all) faults.number = 'Please fill this in.';
  else if (all.length < 12 || !luhn(all)) faults.number = 'Please check the number: a digit is wrong or missing.';
  if (!until) faults.expiry = 'Please write month and year, such as 12 / 34.';
  else if (past(until, now)) faults.expiry = 'This card has expired.';
  if (code.length < 3 || code.length > 4) faults.cvc = 'Please write the 3 or 4 digits.';
  if (Object.keys(faults).length) return { faults };
  return { card: { number: all, ...until, cvc: code } };
}
