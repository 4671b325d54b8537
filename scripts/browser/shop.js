// What a shopper does, in steps that tests are told with.
import assert from 'node:assert/strict';
import { base } from './browser.js';

export const cards = { pays: '4242424242424242', declined: '4000000000000002', authentication: '4000002500003155' };

export const ada = {
  email: 'ada@example.com', phone: '+49301234567', country: 'DE', name: 'Ada Byron', line1: 'Unter den Linden 1', postal_code: '10117', city: 'Berlin',
};

/** tabTo presses Tab until the element has the focus. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 200; presses++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

/** put adds a product to the basket from its own page. */
export async function put(page, sku = 'mug-blue', quantity = 1) {
  await page.goto(`${base}/shop/product.html?sku=${sku}`);
  await page.fill('#quantity', String(quantity));
  await page.click('#add button');
  await page.waitForSelector('#added:not([hidden])');
}

/** fillAddress writes a shopper into the checkout and waits for the server's total. */
export async function fillAddress(page, shopper = ada) {
  await page.waitForSelector('#open:not([hidden])');
  await page.selectOption('#country', shopper.country);
  for (const [name, value] of Object.entries(shopper)) {
    if (name === 'country') continue;
    const isSelect = (await page.locator(`#${name}`).evaluate((node) => node.tagName)) === 'SELECT';
    if (isSelect) await page.selectOption(`#${name}`, value);
    else await page.fill(`#${name}`, value);
  }
  await total(page);
}

/** total is the sum on the page, as text, once the server has answered. */
export async function total(page) {
  const sum = page.locator('#totals:not([aria-busy="true"]) dd.grand');
  await sum.waitFor();
  return sum.textContent();
}

/** place places the order of the checkout that is open, and waits for the ways to pay it. */
export async function place(page) {
  await page.click('#place');
  await page.waitForSelector('#order:not([hidden]) #pay-panel:not([hidden]) #way[aria-busy="false"]');
}

/** choose says with whom and where to pay, on the page that asks. */
export const choose = (page, mode, gateway = 'stripe') => page.check(`#way-${gateway}-${mode}`);

/** asked waits until a shopper is asked to pay as chosen: on the gateway's page (hosted), or by the shop's form or button (embedded). */
export async function asked(page, mode, gateway = 'stripe') {
  if (mode === 'hosted') await page.waitForURL((url) => !url.href.startsWith(`${base}/`) && url.pathname.startsWith(`/${gateway}/`));
  else await page.waitForSelector(gateway === 'paypal' ? '#paypal-pay:not([disabled])' : '#card #pay:not([disabled])');
}

/** order goes from an empty basket to the gateway (hosted) or the form (embedded). Gives the total. */
export async function order(page, mode, { sku = 'mug-blue', quantity = 1, shopper = ada, gateway = 'stripe' } = {}) {
  await put(page, sku, quantity);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page, shopper);
  const sum = await total(page);
  await placeAndPay(page, mode, gateway);
  return sum;
}

/** placeAndPay places the order of the checkout that is open, and goes on to pay it as chosen. */
export async function placeAndPay(page, mode = 'embedded', gateway = 'stripe') {
  await place(page);
  await payLater(page, mode, gateway);
}

/** payLater pays the order whose page is open, as chosen there. */
export async function payLater(page, mode, gateway = 'stripe') {
  await page.waitForSelector('#order:not([hidden]) #pay-panel:not([hidden]) #way[aria-busy="false"]');
  await choose(page, mode, gateway);
  await page.click('#pay-now');
  await asked(page, mode, gateway);
}

/** payThere pays on the gateway's own page. */
export async function payThere(page, card) {
  await page.fill('input[name="card"]', card);
  await page.click('button[value="pay"]');
}

/** payHere pays in the shop's own form. */
export async function payHere(page, card) {
  await page.fill('#number', card);
  await page.fill('#expiry', '12/34');
  await page.fill('#cvc', '123');
  await page.click('#pay');
}

/** status waits until the order's page shows one of the tones and gives its heading. */
export async function status(page, tone) {
  await page.waitForURL((url) => url.pathname === '/shop/order.html');
  await page.waitForSelector(`#order:not([hidden]) #status[data-tone="${tone}"]`);
  return page.textContent('#status-title');
}

/** confirmed waits for the thank-you and checks that it is for the sum that was shown before. */
export async function confirmed(page, sum) {
  assert.match(await status(page, 'good'), /confirmed|packing/i);
  if (sum) assert.equal(await page.textContent('#totals dd.grand'), sum);
  assert.equal(await page.locator('#pay-panel').isVisible(), false, 'a paid order cannot be paid again');
}

/** orderOf is the id of the order whose page is open. */
export const orderOf = (page) => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('order');

/** shelve puts a product on the shelf as staff do: a price per currency in minor units, and how many there are. */
export async function shelve(page, sku, prices, onHand, more = {}) {
  const { token } = await (await page.request.post(`${base}/_dev/token`, { data: { groups: ['manager'], mfa: true } })).json();
  const put = async (path, data) => {
    const ask = (condition) => page.request.put(base + path, { data, headers: { Authorization: `Bearer ${token}`, ...condition } });
    let answer = await ask({});
    if (answer.status() === 428) answer = await ask({ 'If-Match': '*' });
    assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  };
  await put(`/staff/products/${sku}`, { name: 'Thing for tests', description: 'Made by a test.', prices, active: true, ...more });
  if (onHand !== undefined) await put(`/staff/stock/${sku}`, { on_hand: onHand });
}

/** dev asks the control page's JSON. */
async function dev(page, path, data) {
  const answer = await (data ? page.request.post(`${base}/_dev/${path}`, { data }) : page.request.get(`${base}/_dev/${path}`));
  assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** faults makes a gateway misbehave as told; {} makes it well again. */
export const faults = (page, told, gateway = 'stripe') => dev(page, 'faults', { gateway, ...told });

/** advance moves the server's clock. */
export const advance = (page, by) => dev(page, 'clock', { advance: by });

/** mails are those that were sent, oldest first. */
export const mails = async (page) => (await dev(page, 'state')).mails;

/** book is what a gateway's own books say of an order. */
export const book = async (page, id, gateway = 'stripe') => (await dev(page, 'state')).gateways[gateway][id];

/** stored is what this browser keeps for the shop, as one text. */
export const stored = (page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));

/** gateways are those that the shop has. */
export const gateways = ['stripe', 'paypal', 'square'];

/** chargedOnce checks the books: the order whose page is open was paid with this gateway, once, and with no other. */
export async function chargedOnce(page, gateway) {
  for (const each of gateways) {
    assert.equal((await book(page, orderOf(page), each))?.charges ?? 0, each === gateway ? 1 : 0, each);
  }
}
