// Amounts are whole numbers of minor units all the way; only their text is made here, digit by digit, never by dividing.

/** minor reads an amount of the API, which is a whole number or {"amount", "currency"}. */
export function minor(value) {
  const n = typeof value === 'object' && value !== null ? value.amount : value;
  return Number.isSafeInteger(n) ? n : null;
}

/** decimals is how many digits the currency's minor unit has: 2 for EUR, 0 for JPY, 3 for KWD. */
export function decimals(currency) {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
}

/** exact is the amount as a decimal text: exact(1999, 'EUR') is "19.99", exact(5, 'KWD') "0.005". */
export function exact(amount, currency) {
  const places = decimals(currency);
  const digits = String(Math.abs(amount)).padStart(places + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return sign + (places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`);
}

// reader is how whoever looks at the page writes numbers; the page's own language if the browser does not say.
const reader = () => navigator.languages?.[0] ?? navigator.language ?? (document.documentElement.lang || 'en');

/** format writes an amount as its reader does. Nothing is shown for what is no amount. */
export function format(value, currency) {
  const amount = minor(value);
  const code = typeof value === 'object' && value !== null && value.currency ? value.currency : currency;
  if (amount === null || !/^[A-Z]{3}$/.test(code ?? '')) return '';
  return new Intl.NumberFormat(reader(), { style: 'currency', currency: code }).format(exact(amount, code));
}
