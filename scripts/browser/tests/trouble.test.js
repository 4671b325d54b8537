// What goes wrong on the way, and whether a shopper is told so that they know what to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { ada, advance, book, cards, choose, confirmed, faults, fillAddress, order, orderOf, payHere, payLater, payThere, place, placeAndPay, put, shelve, status, total } from '../shop.js';

const visit = visitors();

/** checkout opens the checkout with an address. */
async function checkout(page, shopper = ada) {
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page, shopper);
}

test('what is typed wrong is told in words beside its field', () => visit(async (page) => {
  await put(page);
  await checkout(page);
  for (const [field, text, told] of [
    ['name', 'Ada 4242 4242 4242 4242', /number of a card/],
    ['line1', '４２４２４２４２４２４２４２４２', /number of a card/],
    ['name', '🙂', /without emoji/],
    ['name', 'Ada \u202enoryB', /in letters/],
    ['line1', 'x'.repeat(5000), /shorter/],
    ['city', 'Ber\u0000lin', /shorter|common signs/],
    ['phone', '"; DROP TABLE', /with its country/],
    ['email', 'ada@@example.com', /one address/],
    ['postal_code', '🙂', /how it looks in Germany/],
  ]) {
    await page.fill(`#${field}`, text);
    await page.click('#place');
    await page.waitForSelector(`#${field}-error`);
    assert.match(await page.textContent(`#${field}-error`), told, `${field}: ${text.slice(0, 30)}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page keeps its width');
    await page.fill(`#${field}`, ada[field]);
  }
  await page.fill('#name', '<img src=x onerror=alert(1)>');
  await placeAndPay(page);
}));

test('a discount code that does not work is told beside it, and does not stand in the way', () => visit(async (page) => {
  await put(page);
  await checkout(page);
  const sum = await total(page);
  await page.fill('#code', 'NO-SUCH-CODE');
  await page.click('#codes button');
  await page.waitForSelector('#code-error');
  assert.match(await page.textContent('#code-error'), /code cannot be used/);
  assert.equal(await page.inputValue('#code'), 'NO-SUCH-CODE', 'what was typed can be mended');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
  assert.equal(await total(page), sum);
  await placeAndPay(page);
}));

test('what is no longer sold is named and can be left out', () => visit(async (page) => {
  const sku = `test-gone-${Date.now().toString(36)}`;
  await shelve(page, sku, { EUR: 1000 }, 5);
  await put(page, sku);
  await put(page);
  await checkout(page);
  await shelve(page, sku, { EUR: 1000 }, undefined, { active: false });
  await page.click('#place');
  await page.waitForSelector('#problem .note');
  assert.match(await page.textContent('#problem .note'), /Thing for tests: We no longer sell this/);
  await page.click('#problem button:text("Leave it out")');
  await page.waitForFunction(() => document.querySelectorAll('#lines li').length === 1);
  await total(page);
  await placeAndPay(page);
}));

test('a gateway that is down leaves an order that can be paid once it is back', () => visit(async (page) => {
  await put(page);
  await checkout(page);
  await place(page);
  await choose(page, 'hosted');
  await faults(page, { api: { down: true } });
  try {
    await page.click('#pay-now');
    await page.waitForSelector('#problem .note');
    assert.match(await page.textContent('#problem'), /kept for you.*nothing was charged/s);
  } finally {
    await faults(page, {});
  }
  await payLater(page, 'hosted');
  await payThere(page, cards.pays);
  await confirmed(page);
  assert.equal((await book(page, orderOf(page))).charges, 1);
}));

test('a payment whose outcome nobody told is asked for, and not charged again', () => visit(async (page) => {
  await order(page, 'embedded');
  await faults(page, { api: { timeout_after_effect: 1 } });
  try {
    await payHere(page, cards.pays);
    await page.waitForSelector('#news .note');
    assert.match(await page.textContent('#news'), /never charged twice/);
  } finally {
    await faults(page, {});
  }
  await advance(page, '3m');
  await confirmed(page);
  assert.equal((await book(page, orderOf(page))).charges, 1);
}));

test('two tabs that pay the same order charge it once', () => visit(async (page, context) => {
  const sum = await order(page, 'embedded');
  const other = await context.newPage();
  await other.goto(page.url());
  await other.waitForSelector('#card #pay:not([disabled])');
  await payHere(page, cards.pays);
  await confirmed(page, sum);
  await payHere(other, cards.pays);
  await confirmed(other, sum);
  assert.equal((await book(page, orderOf(page))).charges, 1);
}));

test('authentication that fails on the gateway’s page can be followed by another card there', () => visit(async (page) => {
  const sum = await order(page, 'hosted');
  await payThere(page, cards.authentication);
  await page.click('button[value="fail"]');
  await page.waitForSelector('[role="alert"]');
  await payThere(page, cards.pays);
  await confirmed(page, sum);
}));

test('who goes back from the gateway’s page finds the form as it was and pays the same order', () => visit(async (page) => {
  const sum = await order(page, 'hosted');
  await page.goBack();
  await page.waitForSelector('#pay-now:not([aria-disabled="true"])');
  await page.goto(`${base}/shop/checkout.html`);
  assert.equal(await page.inputValue('#email'), ada.email);
  await total(page);
  await placeAndPay(page, 'hosted');
  await payThere(page, cards.pays);
  await confirmed(page, sum);
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('till.orders')).length);
  assert.equal(kept, 1, 'one order was placed');
}));

test('an order that expires while its card is typed in is not charged', () => visit(async (page) => {
  await order(page, 'embedded');
  await advance(page, '31m');
  await payHere(page, cards.pays);
  assert.match(await status(page, 'calm'), /expired/);
  assert.match(await page.textContent('#status-text'), /Nothing was charged/);
}));

test('a paid order that is cancelled gives the money back and says so', () => visit(async (page) => {
  await order(page, 'embedded');
  await payHere(page, cards.pays);
  await confirmed(page);
  await page.click('#cancel');
  await page.click('#sure-yes');
  await page.waitForSelector('#status-title:text("cancelled")');
  await page.waitForSelector('#refunds-panel:not([hidden]) li:has-text("given back")');
  const { captured, refunded } = await book(page, orderOf(page));
  assert.equal(refunded, captured);
}));

test('the list of orders says what was ordered and how it stands', () => visit(async (page) => {
  const sum = await order(page, 'embedded', { quantity: 2 });
  await page.goto(`${base}/shop/order.html`);
  await page.waitForSelector('#mine-list .badge');
  const text = await page.textContent('#mine-list li');
  assert.match(text, /2 × Harbour mug, blue/);
  assert.match(text, /Waiting for payment/);
  assert.ok(text.includes(sum), text);
}));

test('a broken link neither opens an order nor breaks the good one', () => visit(async (page) => {
  await order(page, 'embedded');
  const id = orderOf(page);
  for (const link of [`#order=${id}&token=broken`, `#order=${id}&token=%00%F0%9F%98%80`]) {
    await page.goto(`${base}/shop/order.html${link}`);
    await status(page, 'warn');
  }
  await page.goto(`${base}/shop/order.html#order=ord_none&token=broken`);
  await page.waitForSelector('#problem .note');
  assert.match(await page.textContent('#problem'), /cannot be opened here/);
  await page.goto(`${base}/shop/order.html#order=%F0%9F%98%80&token=%00`);
  await page.waitForSelector('#problem .note');
  assert.match(await page.textContent('#problem'), /cannot be opened here/);
}));

test('prices are net, and the tax of the country the parcel goes to is named', () => visit(async (page) => {
  await put(page);
  await checkout(page);
  assert.match(await page.textContent('#totals'), /Tax 19 %, Germany/);
  await page.selectOption('#country', 'US');
  await page.waitForSelector('#totals dt:text("Tax, United States")');
  assert.match(await page.textContent('#tax-note'), /add no tax for United States/);
}));
