// Why a payment was refused, for shoppers. Gateways' own texts are for developers.

const empty = 'There is not enough money on this card.';
const expired = 'This card has expired.';
const code = 'The security code is not right.';
const number = 'The card number is not right.';
const proof = 'Your bank could not make sure that it was you.';
const call = 'Your bank declined the card. It can tell you why.';
const account = 'PayPal did not accept what you chose to pay with. You can choose something else there.';

// Codes of https://docs.stripe.com/declines/codes, https://developer.squareup.com/docs/payments-api/error-codes and
// https://developer.paypal.com/api/rest/reference/orders/v2/errors, in small letters.
const reasons = {
  insufficient_funds: empty,
  expired_card: expired, card_expired: expired,
  incorrect_cvc: code, invalid_cvc: code, cvv_failure: code,
  incorrect_number: number, invalid_number: number, invalid_card: number, invalid_card_data: number,
  invalid_expiry_month: 'The month of expiry is not right.',
  invalid_expiry_year: 'The year of expiry is not right.',
  invalid_expiration: 'The date of expiry is not right.',
  address_verification_failure: 'The postcode does not fit the card.',
  payment_intent_authentication_failure: proof, card_declined_verification_required: proof,
  processing_error: 'The card could not be used just now. Please try again.',
  card_declined_call_issuer: call,
  transaction_limit: 'This sum is more than the card may be used for.',
  instrument_declined: account, payer_cannot_pay: account, redirect_payer_for_alternate_funding: account,
  payer_account_restricted: account, transaction_refused: account,
  token_invalid: 'The card could not be read. Please enter it again.',
  too_many_attempts: 'This was tried too often. Please wait a moment, or choose another way to pay.',
};

/** reasonOf is the first of some codes that can be said in words, said; null and unknown ones are passed over. */
export function reasonOf(...codes) {
  const known = codes.map((c) => String(c ?? '').toLowerCase()).find((c) => Object.hasOwn(reasons, c));
  return known ? reasons[known] : 'Your bank declined the card.';
}
