// Till's API as functions. Every refusal becomes one Problem, whoever wrote the answer.

import { operations, request } from './client.js';

const setting = (name) => document.querySelector(`meta[name="till-${name}"]`)?.content ?? '';

export const apiBase = setting('api');
export const stripeBase = setting('stripe');
export const squareBase = setting('square');
export const publishableKey = setting('stripe-key');

const patience = 20_000; // Longer than the API's own limit, so that its answer comes first.

/** Problem is a refused or failed request. status 0: no answer, so it may or may not have happened. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(typeof body.title === 'string' ? body.title : '');
    this.status = status;
    this.code = typeof body.code === 'string' ? body.code : '';
    const detail = body.detail ?? body.error; // The control page's own answers are shorter.
    this.detail = typeof detail === 'string' ? detail : '';
    this.errors = Array.isArray(body.errors) ? body.errors.filter((e) => e && typeof e === 'object') : [];
    this.quote = body.quote ?? null;
    this.requestId = typeof body.request_id === 'string' ? body.request_id : '';
  }

  /** has tells whether the problem, or one of its errors, has the code. */
  has(code) {
    return this.code === code || this.errors.some((e) => e.code === code);
  }

  /** text is what to tell people when there is nothing better to say. */
  text() {
    if (this.status === 0) return 'The shop could not be reached. Please check your connection and try again: nothing will be done twice.';
    if (this.status === 429 && this.code !== 'too_many_attempts') return 'That was a bit too often. Please wait a moment and try again.';
    if (this.status === 503) return 'The shop is busy or being looked after. Please try again in a moment: nothing will be done twice.';
    if (this.status >= 500) return `Something went wrong on our side.${this.requestId ? ` Please quote ${this.requestId} if you write to us.` : ''}`;
    return this.detail || this.errors[0]?.detail || this.message || 'That did not work.';
  }
}

/**
 * call asks the server and gives its JSON. Options: method, body (JSON), token (Bearer), key (Idempotency-Key), signal.
 * Throws Problem; an aborted call throws the abort itself, which callers drop.
 */
export async function call(path, { method = 'GET', body, token, key, signal } = {}) {
  const headers = { Accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers['Idempotency-Key'] = key;
  return ask(apiBase + path, {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store', credentials: 'omit', signal,
  });
}

/** ask sends what client.js made of an operation, and gives the JSON of the answer. Throws as call. */
async function ask(url, options) {
  const limit = AbortSignal.timeout(patience);
  const { signal } = options;
  let answer;
  let text;
  try {
    answer = await fetch(url, { ...options, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    text = await answer.text();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Problem(0);
  }
  const json = parse(text);
  if (!answer.ok) throw new Problem(answer.status, json);
  tags.set(json, answer.headers.get('ETag') ?? '');
  return json;
}

const tags = new WeakMap();

/** tagOf is the ETag of an answer: which version of a thing it tells of; "" if it told none. */
export const tagOf = (answer) => tags.get(answer) ?? '';

/** operate asks for what an operation of client.js does. Without the token that it needs the answer is known: the request is not made. */
const operate = async (name, given) => {
  if (operations[name].token && !given.token) throw new Problem(401, { code: 'unauthorized' });
  return ask(...request(apiBase, name, given));
};

function parse(text) {
  try {
    const json = JSON.parse(text);
    return json && typeof json === 'object' ? json : {};
  } catch {
    return {};
  }
}

export const listProducts = (currency, next, q) => operate('listProducts', { query: { currency, q, next } });
export const showProduct = (sku, currency) => operate('showProduct', { path: { sku }, query: { currency } });
export const askQuote = (body, signal) => operate('quote', { body, signal });
export const placeOrder = (body, key) => operate('placeOrder', { body, key });
export const viewOrder = (id, token) => operate('viewOrder', { path: { id }, token });
export const listWaysToPay = (id, token) => operate('listWaysToPay', { path: { id }, token });
export const startPayment = (id, token, key, body) => operate('startPayment', { path: { id }, token, key, body });
export const confirmPayment = (id, token, payment, body) => operate('confirmPayment', { path: { id, payment_id: payment }, token, body });
export const listMyOrders = (token, next) => operate('listMyOrders', { query: { next }, token });
export const openMyOrder = (id, token) => operate('openMyOrder', { path: { id }, token });
export const editOrder = (id, token, match, body, signal) => operate('editOrder', { path: { id }, token, match, body, signal });
export const sendLink = (id, body) => operate('sendLink', { path: { id }, body });
export const askReturn = (id, token, key, body) => operate('askReturn', { path: { id }, token, key, body });
export const sendCode = (body) => operate('sendCode', { body });
export const exportCustomer = (token) => operate('exportCustomer', { token });
export const eraseCustomer = (token) => operate('eraseCustomer', { token });
export const cancelOrder = (id, token) => operate('cancelOrder', { path: { id }, token });

/** returnAddress is where a gateway sends the browser back: the API asks the gateway, then sends it on to the shop. */
export const returnAddress = (id, payment) =>
  new URL(`${apiBase}/orders/${encodeURIComponent(id)}/payments/${encodeURIComponent(payment)}/return`, window.location.origin).href;
