// Written by `go run ./scripts/client` from infra/openapi.yaml. Do not edit.

/** What each request of a shopper's page is made of. */
export const operations = Object.freeze({
  askReturn: { method: 'POST', path: '/orders/{id}/returns', query: [], token: true, key: true },
  cancelOrder: { method: 'POST', path: '/orders/{id}/cancellation', query: [], token: true, key: false },
  confirmPayment: { method: 'POST', path: '/orders/{id}/payments/{payment_id}/confirm', query: [], token: true, key: false },
  editOrder: { method: 'PATCH', path: '/orders/{id}', query: [], token: true, key: false, match: true },
  eraseCustomer: { method: 'DELETE', path: '/customers', query: [], token: true, key: false },
  exportCustomer: { method: 'GET', path: '/customers/export', query: [], token: true, key: false },
  listMyOrders: { method: 'GET', path: '/account/orders', query: ['next'], token: true, key: false },
  listProducts: { method: 'GET', path: '/products', query: ['currency','next','q'], token: false, key: false },
  listWaysToPay: { method: 'GET', path: '/orders/{id}/payments/options', query: [], token: true, key: false },
  openMyOrder: { method: 'GET', path: '/account/orders/{id}', query: [], token: true, key: false },
  placeOrder: { method: 'POST', path: '/orders', query: [], token: false, key: true },
  quote: { method: 'POST', path: '/quotes', query: [], token: false, key: false },
  sendCode: { method: 'POST', path: '/customers/code', query: [], token: false, key: false },
  sendLink: { method: 'POST', path: '/orders/{id}/link', query: [], token: false, key: false },
  showProduct: { method: 'GET', path: '/products/{sku}', query: ['currency'], token: false, key: false },
  startPayment: { method: 'POST', path: '/orders/{id}/payments', query: [], token: true, key: true },
  viewOrder: { method: 'GET', path: '/orders/{id}', query: [], token: true, key: false },
});

/**
 * request gives the URL and the options of fetch for an operation. Throws if something that it needs is missing: a part of the path,
 * the order's token, the key that makes a repeat safe, or the ETag of what is changed.
 */
export function request(base, name, { path = {}, query = {}, token, key, match, body, signal } = {}) {
  const operation = operations[name];
  if (!operation) throw new TypeError(`there is no operation ${name}`);
  const target = operation.path.replace(/\{(\w+)\}/g, (_, part) => {
    if (!path[part]) throw new TypeError(`${name} needs ${part}`);
    return encodeURIComponent(path[part]);
  });
  const asked = new URLSearchParams();
  for (const part of operation.query) if (query[part]) asked.set(part, query[part]);
  const headers = { Accept: 'application/json, application/problem+json' };
  if (operation.token && !token) throw new TypeError(`${name} needs the order's token`);
  if (operation.token) headers.Authorization = `Bearer ${token}`;
  if (operation.key && !key) throw new TypeError(`${name} needs an idempotency key`);
  if (operation.key) headers['Idempotency-Key'] = key;
  if (operation.match && !match) throw new TypeError(`${name} needs the ETag of what it changes`);
  if (operation.match) headers['If-Match'] = match;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const text = asked.toString();
  return [base + target + (text && `?${text}`), {
    method: operation.method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal,
    cache: 'no-store', credentials: 'omit',
  }];
}
