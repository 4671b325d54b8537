// What a shopper sees of prices: codes, tax, delivery, businesses. By keyboard, and told to who cannot see.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { cards, confirmed, fillAddress, payHere, placeAndPay, put, shelve, total } from '../shop.js';

const visit = visitors();

/** checkout opens the checkout with things in the basket and an address. */
async function checkout(page, things = { 'mug-blue': 1 }) {
  for (const [sku, quantity] of Object.entries(things)) await put(page, sku, quantity);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
}

/** apply puts a code in, without a mouse. */
async function apply(page, code) {
  await page.fill('#code', code);
  await page.locator('#code').press('Enter');
}

/** rows are the sums as they stand: name and amount. */
const rows = (page) => page.locator('#totals:not([aria-busy="true"])').evaluate((list) => {
  const texts = (tag) => [...list.querySelectorAll(tag)].map((n) => n.textContent);
  const values = texts('dd');
  return texts('dt').map((name, i) => `${name}: ${values[i]}`);
});

/** lineSums are what the lines come to, as they show. */
const lineSums = (page) => page.locator('#lines li .price').allTextContents();

test('a code is put in and taken off again, without a mouse', () => visit(async (page) => {
  await checkout(page, { 'mug-blue': 2 });
  const before = await total(page);
  await apply(page, ' welcome10 ');
  await page.waitForSelector('#totals dt:text("A tenth off (WELCOME10)")');
  assert.ok((await rows(page)).includes('A tenth off (WELCOME10): -€3.36'));
  assert.deepEqual(await lineSums(page), ['€33.60'], 'what is taken off is told once, below');
  assert.deepEqual(await page.locator('#code-list li span.mono').allTextContents(), ['WELCOME10']);
  assert.equal(await page.inputValue('#code'), '', 'the field is free for the next');
  await page.reload();
  await total(page);
  assert.ok((await rows(page)).includes('A tenth off (WELCOME10): -€3.36'), 'the code is kept over a reload');
  await page.getByRole('button', { name: 'Take off WELCOME10' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction((sum) => document.querySelector('#totals:not([aria-busy="true"]) dd.grand')?.textContent === sum, before);
  assert.equal(await page.locator('#code-list').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'code', 'the keyboard’s place is not lost');
}));

test('several codes go together, and delivery may be free', () => visit(async (page) => {
  await checkout(page, { 'mug-blue': 2 });
  await apply(page, 'WELCOME10');
  await page.waitForSelector('#code-list li:nth-child(1)');
  await total(page);
  await apply(page, 'FREEPOST');
  await page.waitForSelector('#totals dt:text("Free delivery (FREEPOST)")');
  assert.deepEqual((await rows(page)).slice(1, 4), ['A tenth off (WELCOME10): -€3.36', 'Free delivery (FREEPOST): free delivery', 'Delivery: free']);
  await placeAndPay(page);
  await payHere(page, cards.pays);
  await confirmed(page);
  assert.ok((await rows(page)).includes('A tenth off (WELCOME10): -€3.36'), 'the order says so, too');
  assert.deepEqual(await lineSums(page), ['€33.60']);
}));

test('each code that cannot be had says why, and the order goes on without it', () => visit(async (page) => {
  await checkout(page);
  const sum = await total(page);
  for (const [code, why] of [
    ['NOBODYS', /code cannot be used/], ['SUMMER', /has expired/], ['HARBOUR5', /for orders from €50\.00/], ['!', /code cannot be used/],
  ]) {
    await apply(page, code);
    await page.waitForFunction((text) => new RegExp(text).test(document.getElementById('code-error')?.textContent ?? ''), why.source);
    assert.equal(await page.getAttribute('#code', 'aria-invalid'), 'true');
    assert.match(await page.getAttribute('#code', 'aria-describedby'), /code-error/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
    assert.equal(await total(page), sum);
    await page.waitForFunction((text) => new RegExp(text).test(document.getElementById('announcer').textContent), why.source);
  }
  assert.equal(await page.locator('#code-list').isVisible(), false);
}));

test('a code that was used up by somebody else is told before anything is ordered', () => visit(async (page, context) => {
  await checkout(page);
  await apply(page, 'LAST');
  await page.waitForSelector('#totals dt:text("A tenth off, once (LAST)")');
  const other = await context.browser().newContext({ locale: 'en-GB' });
  try {
    const quick = await other.newPage();
    await checkout(quick);
    await apply(quick, 'LAST');
    await quick.waitForSelector('#totals dt:text("A tenth off, once (LAST)")');
    await placeAndPay(quick);
  } finally {
    await other.close();
  }
  await page.click('#place');
  await page.waitForSelector('#code-error');
  assert.match(await page.textContent('#code-error'), /LAST was taken off: This code is used up/);
  await page.waitForFunction(() => !document.querySelector('#totals dt')?.parentElement.textContent.includes('LAST'));
  await total(page);
  await placeAndPay(page);
}));

test('a code that a smaller basket does not deserve is taken off, and said so', () => visit(async (page) => {
  await checkout(page, { 'mug-blue': 3 });
  await apply(page, 'HARBOUR5');
  await page.waitForSelector('#totals dt:text("Five off from fifty (HARBOUR5)")');
  await page.goto(`${base}/shop/basket.html`);
  await page.fill('#quantity-mug-blue', '1');
  await page.keyboard.press('Tab');
  await page.goto(`${base}/shop/checkout.html`);
  await page.waitForSelector('#code-error');
  assert.match(await page.textContent('#code-error'), /HARBOUR5 was taken off: This code is for orders from €50\.00/);
  await total(page);
}));

test('tax stands by its rates, and what each is on', () => visit(async (page) => {
  await checkout(page, { 'mug-blue': 1, 'notebook-dot': 3 });
  assert.ok((await rows(page)).includes('Three notebooks for two: -€12.50'), 'a discount without a code');
  assert.ok((await rows(page)).some((row) => /^Tax 19 %, Germany: €/.test(row)));
  await shelve(page, 'test-tea', { EUR: 1000 }, 50, { tax_class: 'reduced' });
  await put(page, 'test-tea');
  await page.goto(`${base}/shop/checkout.html`);
  await page.waitForSelector('#totals dt:text("Tax 7 % on €10.00, Germany")');
  assert.ok((await rows(page)).includes('Tax 7 % on €10.00, Germany: €0.70'));
}));

test('where prices hold the tax nothing is added, and the part that is tax is said', () => visit(async (page) => {
  await checkout(page);
  await page.selectOption('#country', 'JP');
  await page.waitForSelector('#totals dt:text("Included: 10 % tax, Japan")');
  const all = await rows(page);
  assert.equal(all.some((row) => row.startsWith('Tax')), false, all.join());
  assert.match(all.at(-1), /^Included: 10 % tax, Japan: €/);
  assert.match(await page.textContent('#tax-note'), /Prices hold the tax of Japan already/);
}));

test('delivery is chosen among what goes there, with its price; who picks up pays the shop’s tax', () => visit(async (page) => {
  await checkout(page);
  assert.deepEqual((await page.locator('#methods label strong').allTextContents()), ['Standard delivery', 'Express courier', 'Pick up at the harbour']);
  assert.match(await page.textContent('label[for="method-express"]'), /€12\.90.*1 working day/s);
  assert.match(await page.textContent('label[for="method-pickup"]'), /free/);
  const standard = await total(page);
  await page.locator('#method-standard').focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((sum) => document.querySelector('#totals:not([aria-busy="true"]) dd.grand')?.textContent !== sum, standard);
  assert.ok((await rows(page)).includes('Delivery: €12.90'));
  assert.equal(await page.evaluate(() => document.activeElement.id), 'method-express', 'the keyboard’s place is kept');
  await page.selectOption('#country', 'US');
  await page.waitForFunction(() => document.querySelectorAll('#methods input').length === 2);
  await page.waitForSelector('#totals:not([aria-busy="true"]) dt:text("Tax, United States")');
  await page.check('#method-pickup');
  await page.waitForSelector('#totals dt:text-is("Tax 19 %")');
  assert.equal(await page.textContent('#where'), 'Your address');
  assert.match(await page.textContent('#tax-note'), /pick it up.*shop’s country/);
}));

test('a business of another country of the EU pays no tax, and one that is none is told', () => visit(async (page) => {
  await checkout(page);
  await page.selectOption('#country', 'AT');
  await page.locator('#business summary').focus();
  await page.keyboard.press('Enter');
  await page.fill('#vat', 'ATU1');
  await page.keyboard.press('Tab');
  await page.waitForSelector('#vat-error');
  assert.match(await page.textContent('#vat-error'), /no VAT number/);
  await total(page);
  assert.ok((await rows(page)).some((row) => /^Tax 20 %, Austria/.test(row)), 'the sum is shown without it');
  await page.fill('#vat', 'atu 1358 5627');
  await page.locator('#vat').press('Tab');
  await page.waitForSelector('#totals dt:text("reverse charge")');
  assert.match(await page.textContent('#vat-result'), /owes it at home/);
  assert.ok((await rows(page)).includes('Tax: reverse charge, owed by your business: €0.00'));
  await page.fill('#postal_code', '1010');
  await page.fill('#company', 'Byron OG');
  const sum = await total(page);
  await placeAndPay(page);
  await payHere(page, cards.pays);
  await confirmed(page, sum);
  assert.ok((await rows(page)).includes('Tax: reverse charge, owed by your business: €0.00'));
}));

test('a sum that no gateway takes is told before anything is ordered', () => visit(async (page) => {
  await page.goto(base);
  await Promise.all([page.waitForEvent('load'), page.selectOption('#currency', 'KWD')]); // It opens the page anew.
  await shelve(page, 'test-crane', { KWD: 50_000_000 }, 5);
  await put(page, 'test-crane', 2);
  await page.goto(`${base}/shop/checkout.html`);
  await page.waitForSelector('#problem .note');
  assert.match(await page.textContent('#problem'), /most that can be charged at once is KWD\u00a099,999\.990/);
}));

test('a product with several pictures shows each, without a mouse', () => visit(async (page) => {
  await page.goto(`${base}/shop/product.html?sku=tee-organic`);
  await page.waitForSelector('#pictures:not([hidden])');
  assert.match(await page.getAttribute('#picture img', 'alt'), /green tee/);
  await page.getByRole('button', { name: /Picture 2: The same tee in black/ }).focus();
  await page.keyboard.press('Enter');
  assert.match(await page.getAttribute('#picture img', 'alt'), /black/);
  assert.equal(await page.locator('#pictures [aria-pressed="true"]').count(), 1);
}));

for (const width of [375, 1280]) {
  test(`codes, a business and every row of the sums fit a screen of ${width} pixels`, () => visit(async (page) => {
    await page.setViewportSize({ width, height: 800 });
    await checkout(page, { 'mug-blue': 4 });
    await apply(page, 'WELCOME10');
    await page.waitForSelector('#code-list li');
    await page.locator('#business summary').click();
    await total(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  }));
}
