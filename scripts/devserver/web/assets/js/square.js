// Square, as a browser speaks to it. The card goes from here to Square's host and nowhere else; what comes back is a token, which
// pays once.
import { squareBase } from './api.js';
import { reasonOf } from './decline-words.js';
import { isAddress } from './hosted.js';

const patience = 30_000;

/**
 * tokenFor has Square keep a card: {number, month, year, cvc}, digits only. It answers one of {kind: 'token', token};
 * {kind: 'leave', url}: the bank wants to see the shopper, who comes back to returnTo with the token as its parameter;
 * {kind: 'declined', text}; {kind: 'unknown'}: no readable answer. Nothing is charged by this.
 * https://developer.squareup.com/docs/web-payments/take-card-payment
 */
export async function tokenFor(payment, card, returnTo) {
  let answer;
  let body;
  try {
    answer = await fetch(`${squareBase}/v2/card-nonce`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(patience),
      body: JSON.stringify({
        client_id: payment.public_key, location_id: payment.location_id, return_url: returnTo,
        card_data: { number: card.number, exp_month: Number(card.month), exp_year: Number(card.year), cvv: card.cvc },
      }),
    });
    body = await answer.json();
  } catch {
    return { kind: 'unknown' };
  }
  const [refusal] = Array.isArray(body?.errors) ? body.errors : [];
  if (refusal && answer.status < 500 && answer.status !== 429) return { kind: 'declined', text: reasonOf(refusal.code) };
  if (!answer.ok || typeof body?.card_nonce !== 'string') return { kind: 'unknown' };
  return isAddress(body.verification_url) ? { kind: 'leave', url: body.verification_url } : { kind: 'token', token: body.card_nonce };
}
