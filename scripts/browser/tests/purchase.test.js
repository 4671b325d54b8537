// Purchases, from the shelf to the thank-you.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { ada, cards, confirmed, fillAddress, order, orderOf, payHere, payLater, payThere, placeAndPay, put, shelve, status, stored, total } from '../shop.js';

const visit = visitors();

test('a hosted purchase ends at the thank-you with the total that was agreed', () => visit(async (page) => {
  const sum = await order(page, 'hosted', { quantity: 2 });
  await payThere(page, cards.pays);
  await confirmed(page, sum);
  assert.equal(await page.locator('#basket-count').isVisible(), false, 'the basket is empty again');
}));

test('an embedded purchase sends the card to the gateway alone, and nothing of it is kept', () => visit(async (page) => {
  const to = [];
  page.on('request', (request) => {
    if (decodeURIComponent(request.postData() ?? '').includes(cards.pays) || request.url().includes(cards.pays)) to.push(request.url());
  });
  const sum = await order(page, 'embedded');
  await payHere(page, cards.pays);
  await confirmed(page, sum);
  assert.equal(to.length, 1);
  assert.ok(!to[0].startsWith(`${base}/`) && /\/v1\/payment_intents\/[^/]+\/confirm$/.test(to[0]), to[0]);
  assert.ok(!(await stored(page)).includes(cards.pays), 'no card in the browser’s storage');
}));

test('a declined card is told beside the form, and the next one pays the same order', () => visit(async (page) => {
  const sum = await order(page, 'embedded');
  const id = orderOf(page);
  await payHere(page, cards.declined);
  await page.waitForSelector('#declined:not([hidden])');
  assert.match(await page.textContent('#declined'), /did not go through.*Nothing was charged/s);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'declined', 'the focus is on what happened');
  await payHere(page, cards.pays);
  await confirmed(page, sum);
  assert.equal(orderOf(page), id);
}));

test('a card declined on the gateway’s page can be followed by another there', () => visit(async (page) => {
  const sum = await order(page, 'hosted');
  await payThere(page, cards.declined);
  await page.waitForSelector('[role="alert"]');
  await payThere(page, cards.pays);
  await confirmed(page, sum);
}));

test('authentication in the embedded form leads over the bank’s page', () => visit(async (page) => {
  const sum = await order(page, 'embedded');
  await payHere(page, cards.authentication);
  await page.click('button[value="complete"]');
  await confirmed(page, sum);
}));

test('authentication that fails leaves an order that can be paid again', () => visit(async (page) => {
  const sum = await order(page, 'embedded');
  await payHere(page, cards.authentication);
  await page.click('button[value="fail"]');
  await payLater(page, 'embedded');
  await payHere(page, cards.pays);
  await confirmed(page, sum);
}));

test('turning back on the gateway’s page leaves an order that can be paid later', () => visit(async (page) => {
  const sum = await order(page, 'hosted');
  await page.click('button[value="cancel"]');
  await payLater(page, 'hosted');
  await payThere(page, cards.pays);
  await confirmed(page, sum);
}));

test('cancelling asks first, and then ends the order', () => visit(async (page) => {
  await order(page, 'embedded');
  await page.click('#later');
  await page.waitForSelector('#cancel:not([hidden])');
  await page.click('#cancel');
  await page.click('#sure-no');
  assert.equal(await page.locator('#cancel').isVisible(), true, 'nothing has happened yet');
  await page.click('#cancel');
  await page.click('#sure-yes');
  await page.waitForSelector('#status-title:text("cancelled")');
  assert.equal(await page.locator('#pay-panel').isVisible(), false);
  assert.equal(await page.locator('#cancel').isVisible(), false);
}));

test('a double click and a reload give one order', () => visit(async (page) => {
  const keys = new Set();
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/orders')) keys.add(request.headers()['idempotency-key']);
  });
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  await page.locator('#place').dblclick();
  await page.waitForSelector('#order:not([hidden])');
  const id = orderOf(page);
  await payLater(page, 'embedded');
  await page.goto(`${base}/shop/checkout.html`);
  await page.reload();
  assert.equal(await page.inputValue('#email'), ada.email, 'the form is as it was');
  await total(page);
  await placeAndPay(page);
  assert.equal(orderOf(page), id);
  assert.equal(keys.size, 1, 'every click asked for the same order');
}));

test('faults that the server finds stand beside their fields', () => visit(async (page) => {
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await page.waitForSelector('#open:not([hidden])');
  await page.click('#place');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'summary', 'the focus is on the summary');
  assert.ok(await page.locator('#errors-list a').count() >= 4);
  await fillAddress(page, { ...ada, postal_code: '1' });
  await page.click('#place');
  await page.waitForSelector('#postal_code-error');
  assert.equal(await page.getAttribute('#postal_code', 'aria-invalid'), 'true');
  assert.match(await page.getAttribute('#postal_code', 'aria-describedby'), /postal_code-error/);
  await page.click('#errors-list a');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'postal_code');
}));

test('who wants more than there is may take less, and is charged for that', () => visit(async (page) => {
  const sku = `test-short-${Date.now().toString(36)}`;
  await shelve(page, sku, { EUR: 1000 }, 2);
  await put(page, sku, 3);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  const asked = await total(page);
  await page.click('#place');
  await page.waitForSelector('#problem .note');
  assert.equal(await page.evaluate(() => document.activeElement.closest('#problem') !== null), true, 'the focus is on the offer');
  await page.click('#problem button:text("Take 2")');
  await page.waitForFunction((sum) => document.querySelector('#totals:not([aria-busy="true"]) dd.grand')?.textContent !== sum, asked);
  const sum = await total(page);
  await placeAndPay(page);
  assert.equal(await page.textContent('#pay'), `Pay ${sum}`);
}));

test('a price that changes meanwhile is shown and agreed to before anything is ordered', () => visit(async (page) => {
  const sku = `test-price-${Date.now().toString(36)}`;
  await shelve(page, sku, { EUR: 1000 }, 5);
  await put(page, sku, 1);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  const old = await total(page);
  await shelve(page, sku, { EUR: 1300 });
  await page.click('#place');
  await page.waitForSelector('#problem .note button');
  const offer = await page.textContent('#problem .note p');
  assert.ok(offer.includes(old), offer);
  const sum = (await page.textContent('#problem .note button')).replace('Order for ', '');
  assert.notEqual(sum, old);
  assert.match(await page.textContent('#problem .note li'), /Thing for tests: €10\.00 before, now €13\.00/);
  await page.click('#problem .note button');
  await payLater(page, 'embedded');
  assert.equal(await page.textContent('#pay'), `Pay ${sum}`);
}));

test('a basket survives a reload and another tab, and holds no prices', () => visit(async (page, context) => {
  await put(page, 'mug-blue', 2);
  await put(page, 'tea-assam');
  await page.reload();
  assert.match(await page.textContent('#basket-count'), /3/);
  const other = await context.newPage();
  await other.goto(`${base}/shop/basket.html`);
  await other.waitForSelector('#totals dd');
  assert.deepEqual((await other.locator('.line-name a').allTextContents()), ['Harbour mug, blue', 'Assam, second flush']);
  await other.fill('#quantity-mug-blue', '1');
  await other.keyboard.press('Tab');
  await page.waitForFunction(() => /2/.test(document.getElementById('basket-count').textContent));
  assert.ok(!/price|amount|€/.test(await page.evaluate(() => localStorage.getItem('till.basket'))));
}));

test('the link in a mail opens the order in another browser and hides its token', () => visit(async (page, context) => {
  await order(page, 'embedded');
  const id = orderOf(page);
  const { token } = JSON.parse(await page.evaluate(() => localStorage.getItem('till.orders')))[0];
  await page.evaluate(() => localStorage.clear());
  const other = await context.newPage();
  await other.goto(`${base}/shop/order.html#order=${id}`);
  await other.waitForSelector('#problem .note');
  await other.goto(`${base}/shop/order.html#order=${id}&token=${encodeURIComponent(token)}`);
  await status(other, 'warn');
  assert.ok(!other.url().includes(token));
}));
