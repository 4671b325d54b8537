// Stripe, as a browser speaks to it. The card goes from here to Stripe's host and nowhere else.
import { stripeBase, publishableKey } from './api.js';
import { reasonOf } from './decline-words.js';
import { isAddress } from './hosted.js';

const patience = 30_000;

/** intentOf is the payment intent that a client secret belongs to: "pi_1_secret_x" gives "pi_1". "" if it is none. */
export function intentOf(secret) {
  const cut = String(secret).indexOf('_secret_');
  return cut > 0 ? secret.slice(0, cut) : '';
}

/**
 * confirm pays an intent with a card: {number, month, year, cvc}, digits only. It answers one of
 * {kind: 'done'}: paid, or being paid; {kind: 'leave', url}: the bank wants to see the shopper;
 * {kind: 'declined', text}: not charged, another try is welcome; {kind: 'unknown'}: no readable answer, so ask.
 * https://docs.stripe.com/api/payment_intents/confirm
 */
export async function confirm(secret, card, returnTo, key = publishableKey) {
  const form = new URLSearchParams({
    key,
    client_secret: secret,
    'payment_method_data[type]': 'card',
    'payment_method_data[card][number]': card.number,
    'payment_method_data[card][exp_month]': card.month,
    'payment_method_data[card][exp_year]': card.year,
    'payment_method_data[card][cvc]': card.cvc,
    return_url: returnTo,
  });
  let answer;
  let body;
  try {
    answer = await fetch(`${stripeBase}/v1/payment_intents/${encodeURIComponent(intentOf(secret))}/confirm`, {
      method: 'POST', body: form, credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout(patience),
    });
    body = await answer.json();
  } catch {
    return { kind: 'unknown' };
  }
  return read(answer.status, body);
}

function read(status, body) {
  const intent = body?.object === 'payment_intent' || body?.status ? body : body?.error?.payment_intent;
  const redirect = intent?.next_action?.redirect_to_url?.url;
  if (body?.error) {
    // An intent that cannot be confirmed again is one that has moved on: paid in another tab, or cancelled.
    if (body.error.code === 'payment_intent_unexpected_state') return { kind: 'done' };
    if (status === 402 || body.error.type === 'card_error') return { kind: 'declined', text: reason(body.error) };
    return status >= 500 || status === 409 ? { kind: 'unknown' } : { kind: 'declined', text: 'The gateway did not take this payment.' };
  }
  switch (intent?.status) {
    case 'succeeded': case 'processing': case 'requires_capture': return { kind: 'done' };
    case 'requires_action': return isAddress(redirect) ? { kind: 'leave', url: redirect } : { kind: 'unknown' };
    case 'requires_payment_method': return { kind: 'declined', text: reason(intent.last_payment_error ?? {}) };
    default: return { kind: 'unknown' };
  }
}

const reason = (error) => reasonOf(error.decline_code, error.code);
