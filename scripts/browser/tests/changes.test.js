// An order that is not paid yet is changed on its page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { ada, book, cards, confirmed, faults, fillAddress, orderOf, payHere, payLater, place, put, shelve, tabTo, total } from '../shop.js';

const visit = visitors();
const phone = { viewport: { width: 375, height: 800 } };

/** placed places an order and gives its total as its page has it. */
async function placed(page, { sku = 'mug-blue', quantity = 2, codes = [] } = {}) {
  await put(page, sku, quantity);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  for (const code of codes) {
    await page.fill('#code', code);
    await page.click('#codes button');
    await page.waitForSelector(`#code-list:has-text("${code}")`);
    await total(page);
  }
  await place(page);
  return sum(page);
}

const sum = (page) => page.textContent('#totals dd.grand');

/** edit opens the form of the order whose page is open, and waits for its price. */
async function edit(page) {
  await page.click('#change');
  await page.waitForSelector('#edit:not([hidden])');
  return priced(page);
}

/** priced waits until the shop has told what the change comes to. */
async function priced(page) {
  const shown = page.locator('#edit-totals:not([aria-busy="true"]) dd.grand');
  await shown.waitFor();
  return shown.textContent();
}

/** changed saves the form and waits for the page to say that it was done. */
async function changed(page) {
  await page.click('#edit-save');
  await page.waitForSelector('#news .note:has-text("Your order was changed")');
  await page.waitForSelector('#pay-panel:not([hidden]) #way[aria-busy="false"]');
}

const focused = (page) => page.evaluate(() => document.activeElement.id);

/** api asks the API for the order whose page is open, as its shopper. */
async function api(page, method, body, headers = {}) {
  const id = orderOf(page);
  const token = await page.evaluate((n) => JSON.parse(localStorage.getItem('till.orders')).find((o) => o.id === n).token, id);
  return page.request.fetch(`${base}/orders/${id}`, { method, data: body, headers: { Authorization: `Bearer ${token}`, ...headers } });
}

for (const [where, options] of [['at a desk', {}], ['on a phone', phone]]) {
  test(`an unpaid order is changed by keyboard and paid as it is then, ${where}`, () => visit(async (page) => {
    const before = await placed(page);
    const press = async (selector, key = 'Enter') => {
      await tabTo(page, selector);
      await page.keyboard.press(key);
    };
    await press('#change');
    assert.equal(await focused(page), 'edit-heading', 'the focus goes to the form');
    assert.equal(await page.locator('#pay-panel').isVisible(), false, 'while it is changed, nobody pays what it was');
    assert.equal(await priced(page), before);
    await press('#edit-lines [data-focus="mug-blue+"]');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.focus), 'mug-blue+', 'it can be pressed again');
    await page.keyboard.press('Enter');
    await page.waitForFunction((text) => document.querySelector('#edit-totals[aria-busy="false"] dd.grand')?.textContent !== text, before);
    await tabTo(page, '#edit-methods input');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.querySelector('#edit-method-express:checked') && document.querySelector('#edit-totals')?.getAttribute('aria-busy') === 'false');
    await tabTo(page, '#edit-code');
    await page.keyboard.type('welcome10');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#edit-code-list:has-text("WELCOME10")');
    await page.waitForSelector('#edit-totals[aria-busy="false"] dt:has-text("WELCOME10")');
    assert.equal(await page.inputValue('#edit-code'), '', 'the field is free for the next');
    const after = await priced(page);
    assert.match(await page.textContent('#announcer'), new RegExp(`Total: ${after.replace(/[.$]/g, '\\$&')}`));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page keeps its width');
    await press('#edit-save');
    await page.waitForSelector('#news .note:has-text("Your order was changed")');
    assert.equal(await page.evaluate(() => document.activeElement.closest('#news') !== null), true, 'the focus goes to what is told');
    assert.equal(await sum(page), after);
    assert.match(await page.textContent('#lines'), /4 × /);
    await payLater(page, 'embedded');
    await payHere(page, cards.pays);
    await confirmed(page, after);
    assert.equal(await page.locator('#change').isVisible(), false, 'what is paid is changed no more');
    const { captured } = await book(page, orderOf(page));
    assert.equal(captured, (await (await api(page, 'GET')).json()).order.total.amount);
  }, options));
}

test('who leaves the form has changed nothing', () => visit(async (page) => {
  const before = await placed(page);
  await edit(page);
  await page.click('#edit-lines [data-focus="mug-blue−"]');
  await page.waitForFunction((text) => document.querySelector('#edit-totals[aria-busy="false"] dd.grand')?.textContent !== text, before);
  await page.click('#edit-leave');
  assert.equal(await focused(page), 'change');
  assert.equal(await sum(page), before);
  assert.equal((await (await api(page, 'GET')).json()).order.lines[0].quantity, 2);
}));

test('another address is taxed and delivered as it wants, and its faults stand beside their fields', () => visit(async (page) => {
  await placed(page);
  await edit(page);
  await page.check('#edit-method-express');
  await page.check('#edit-elsewhere');
  assert.equal(await page.inputValue('#city'), ada.city, 'what was typed in this tab is there');
  await page.selectOption('#country', 'US');
  await page.fill('#line1', '');
  await page.click('#edit-save');
  await page.waitForSelector('#summary:not([hidden])');
  assert.equal(await focused(page), 'summary');
  assert.match(await page.textContent('#line1-error'), /fill this in/);
  await page.fill('#line1', '1 Main St');
  await page.fill('#city', 'San Francisco');
  await page.selectOption('#region', 'CA'); // Complete, now: the postcode of before has the form of one there.
  await page.waitForSelector('#edit-methods-field-error');
  assert.match(await page.textContent('#edit-methods-field-error'), /does not go there/);
  await page.fill('#postal_code', 'nonsense');
  await page.click('#edit-save');
  await page.waitForSelector('#postal_code-error');
  assert.match(await page.textContent('#postal_code-error'), /how it looks in United States/);
  await page.fill('#postal_code', '94103');
  await page.locator('#postal_code').blur();
  await page.waitForSelector('#edit-method-standard:checked');
  await page.waitForSelector('#edit-totals[aria-busy="false"] dt:has-text("Tax, United States")');
  await changed(page);
  const { order } = await (await api(page, 'GET')).json();
  assert.deepEqual([order.country, order.shipping_method], ['US', 'standard']);
}));

for (const [where, options] of [['at a desk', {}], ['on a phone', { viewport: { width: 360, height: 780 } }]]) {
  test(`things are added, and whom it is billed to is changed, by keyboard, ${where}`, () => visit(async (page) => {
    const before = await placed(page, { quantity: 1 });
    await edit(page);
    const tick = async (selector) => {
      await tabTo(page, selector);
      await page.keyboard.press('Space');
    };
    await tabTo(page, '#edit-find');
    await page.keyboard.type('MÜG white');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#edit-found li:has-text("Harbour mug, white")');
    assert.equal(await page.locator('#edit-found li').count(), 1);
    assert.equal(await page.locator('#edit-found img').getAttribute('alt'), 'A white mug');
    await tabTo(page, '[data-add="mug-white"]');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#edit-lines [data-sku="mug-white"]');
    await page.waitForFunction(() => document.getElementById('edit-quantity-1')?.value === '2'); // Twice put in are two.
    await page.waitForFunction((text) => document.querySelector('#edit-totals[aria-busy="false"] dd.grand')?.textContent !== text, before);
    await tick('#edit-bill');
    await page.selectOption('#billing-country', 'AT');
    await page.fill('#billing-name', 'Byron GmbH');
    await page.fill('#billing-line1', 'Ring 1');
    await page.fill('#billing-city', 'Wien');
    await page.fill('#billing-postal_code', 'nonsense');
    await tick('#edit-business');
    await page.fill('#vat', 'ATU1');
    await tick('#edit-call');
    await page.fill('#phone', '030');
    await page.click('#edit-save');
    await page.waitForSelector('#summary:not([hidden])');
    assert.match(await page.textContent('#billing-postal_code-error'), /how it looks in Austria\. An example: 1010/);
    assert.match(await page.textContent('#vat-error'), /no VAT number/);
    assert.match(await page.textContent('#phone-error'), /with its country/);
    await page.fill('#billing-postal_code', '1010');
    await page.fill('#vat', 'ATU12345678');
    await page.fill('#phone', '+43123456');
    await page.locator('#phone').blur();
    await priced(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page keeps its width');
    await changed(page);
    const { token } = await (await page.request.post(`${base}/_dev/token`, { data: { groups: ['manager'], mfa: true } })).json();
    const seen = await (await page.request.get(`${base}/staff/orders/${orderOf(page)}`, { headers: { Authorization: `Bearer ${token}` } })).json();
    const { contact, lines } = seen.order;
    assert.deepEqual(lines.map((l) => [l.sku, l.quantity]), [['mug-blue', 1], ['mug-white', 2]]);
    assert.deepEqual([contact.billing_address.country, contact.billing_address.name, contact.vat_number, contact.phone], ['AT', 'Byron GmbH', 'ATU12345678', '+43123456']);
    assert.equal(contact.shipping_address.line1, ada.line1, 'where it goes stays');
    await edit(page);
    assert.equal(await page.isVisible('#billing-name'), false, 'the next change begins with nothing ticked');
    await page.check('#edit-business');
    await page.fill('#vat', '');
    await page.locator('#vat').blur();
    await priced(page);
    await changed(page);
    const after = await (await page.request.get(`${base}/staff/orders/${orderOf(page)}`, { headers: { Authorization: `Bearer ${token}` } })).json();
    assert.deepEqual([after.order.contact.vat_number, after.order.contact.billing_address.name], [undefined, 'Byron GmbH']);
  }, options));
}

test('nothing that is found is told, and all is shown to who asks for nothing', () => visit(async (page) => {
  await placed(page, { quantity: 1 });
  await edit(page);
  await page.fill('#edit-find', 'zeppelin');
  await page.press('#edit-find', 'Enter');
  await page.waitForSelector('#edit-found-problem .note:has-text("Nothing is found")');
  await page.fill('#edit-find', '');
  await page.press('#edit-find', 'Enter');
  await page.waitForSelector('#edit-found li:nth-child(3)');
  assert.equal(await page.locator('#edit-found-problem .note').count(), 0);
  await page.click('[data-add="mug-blue"]');
  await page.waitForFunction(() => document.getElementById('edit-quantity-0').value === '2'); // What is there already is one more of it.
  await tabTo(page, '[data-kinds="tee-organic"]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.dataset.add === 'tee-black-m');
  assert.equal(await page.locator('[data-add="tee-black-l"]').count(), 0, 'what is sold out cannot be added');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#edit-lines [data-sku="tee-black-m"]');
  await page.fill('#edit-find', 'x');
  await page.press('#edit-find', 'Enter');
  await page.waitForSelector('#edit-found-problem .note:has-text("another word")');
  await priced(page);
  await changed(page);
  assert.deepEqual((await (await api(page, 'GET')).json()).order.lines.map((l) => [l.sku, l.quantity]), [['mug-blue', 2], ['tee-black-m', 1]]);
}));

test('what is not there is told beside its line, and fewer are taken', () => visit(async (page) => {
  const sku = `test-few-${Date.now().toString(36)}`;
  await shelve(page, sku, { EUR: 1000 }, 3);
  await placed(page, { sku, quantity: 1 });
  await edit(page);
  await page.fill('#edit-quantity-0', '9');
  await page.locator('#edit-quantity-0').blur();
  await page.waitForSelector('#edit-totals[aria-busy="false"]');
  await page.click('#edit-save');
  await page.waitForSelector('#edit-quantity-0-error');
  assert.match(await page.textContent('#edit-quantity-0-error'), /not have that many/);
  assert.equal(await page.getAttribute('#edit-quantity-0', 'aria-invalid'), 'true');
  assert.equal(await focused(page), 'summary');
  await page.fill('#edit-quantity-0', '3');
  await page.locator('#edit-quantity-0').blur();
  await priced(page);
  await changed(page);
  assert.match(await page.textContent('#lines'), /3 × /);
}));

test('a code that may be used once stays with its order, and one that is none is told beside its field', () => visit(async (page) => {
  await placed(page, { codes: ['LAST'] });
  await edit(page);
  assert.match(await page.textContent('#edit-totals'), /LAST/, 'its own use does not stand in its way');
  await page.fill('#edit-code', 'NO-SUCH-CODE');
  await page.click('#edit-codes button');
  await page.waitForSelector('#edit-code-error');
  assert.match(await page.textContent('#edit-code-error'), /code cannot be used/);
  assert.equal(await focused(page), 'edit-code');
  await page.click('#edit-lines [data-focus="mug-blue+"]');
  await page.waitForSelector('#edit-code-error', { state: 'detached' });
  await priced(page);
  await changed(page);
  assert.match(await page.textContent('#totals'), /LAST/);
  await edit(page);
  await page.click('#edit-code-list button');
  await page.waitForFunction(() => !document.querySelector('#edit-totals[aria-busy="true"]') && !document.getElementById('edit-totals').textContent.includes('LAST'));
  await changed(page); // It is free for others again.
}));

test('a price that changed meanwhile is asked about, old and new', () => visit(async (page) => {
  const sku = `test-price-${Date.now().toString(36)}`;
  await shelve(page, sku, { EUR: 1000 }, 9);
  await placed(page, { sku, quantity: 1 });
  const before = await edit(page);
  await shelve(page, sku, { EUR: 1500 });
  await page.click('#edit-save');
  await page.waitForSelector('#edit-problem .note');
  const text = await page.textContent('#edit-problem');
  assert.ok(text.includes('The total has changed') && text.includes(before), text);
  const after = await priced(page);
  await page.click('#edit-problem button');
  await page.waitForSelector('#news .note');
  assert.equal(await sum(page), after);
}));

/** elsewhere changes the order whose page is open past the page. */
async function elsewhere(page, quantity) {
  const { etag } = (await api(page, 'GET')).headers();
  const answer = await api(page, 'PATCH', { lines: [{ sku: 'mug-blue', quantity }] }, { 'If-Match': etag });
  assert.equal(answer.status(), 200, await answer.text());
}

test('who changes an order that was changed elsewhere a moment ago is told, and overwrites nothing', () => visit(async (page) => {
  await placed(page);
  await edit(page);
  // The page does not see it by itself: its readings wait until its change was refused.
  let free;
  const refused = new Promise((resolve) => {
    free = resolve;
  });
  await page.route('**/orders/*', async (route) => {
    if (route.request().method() === 'GET') await refused;
    await route.continue();
  });
  page.on('response', (answer) => answer.status() === 412 && free());
  await elsewhere(page, 5);
  await page.click('#edit-lines [data-focus="mug-blue+"]');
  await page.click('#edit-save');
  await page.waitForSelector('#edit-problem .note:has-text("changed somewhere else")');
  assert.equal(await page.inputValue('#edit-quantity-0'), '5');
}));

test('an order that was changed elsewhere is shown as it is, and nothing is overwritten', () => visit(async (page) => {
  await placed(page);
  await edit(page);
  await elsewhere(page, 5);
  await page.waitForSelector('#edit-problem .note:has-text("changed somewhere else")'); // The page sees it by itself.
  assert.equal(await page.inputValue('#edit-quantity-0'), '5');
  await priced(page);
  await page.click('#edit-lines [data-focus="mug-blue+"]');
  await priced(page);
  await changed(page);
  assert.match(await page.textContent('#lines'), /6 × /);
}));

test('a change whose answer was lost is not made twice, and is told as made', () => visit(async (page) => {
  await placed(page);
  await edit(page);
  await page.click('#edit-lines [data-focus="mug-blue+"]');
  await priced(page);
  let cut = true;
  await page.route('**/orders/*', async (route) => {
    if (route.request().method() !== 'PATCH' || !cut) return route.continue();
    cut = false;
    assert.equal((await route.fetch()).status(), 200);
    return route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status": 503, "code": "dependency_unavailable"}' });
  });
  await page.click('#edit-save');
  await page.waitForSelector('#news .note:has-text("Your order was changed"), #edit-problem .note');
  if (await page.locator('#edit').isVisible()) await page.click('#edit-save').catch(() => {}); // The page may find out by itself meanwhile.
  await page.waitForSelector('#news .note:has-text("Your order was changed")');
  assert.match(await page.textContent('#lines'), /3 × /);
}));

test('what was paid in another tab meanwhile is changed no more', () => visit(async (page, context) => {
  const before = await placed(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await payLater(other, 'embedded');
  await page.bringToFront();
  await edit(page);
  await page.click('#edit-lines [data-focus="mug-blue+"]');
  await payHere(other, cards.pays);
  await confirmed(other, before);
  await page.bringToFront();
  await page.click('#edit-save').catch(() => {}); // Or the page sees it before.
  await page.waitForSelector('#problem .note:has-text("can no longer be changed")');
  assert.equal(await page.locator('#edit').isVisible(), false);
  await confirmed(page, before);
}));

test('while nobody knows how a payment stands, the order is not changed, and its shopper is told so', () => visit(async (page) => {
  const before = await placed(page);
  await payLater(page, 'hosted');
  await page.goBack();
  await page.waitForSelector('#change:not([hidden])');
  await edit(page);
  await page.click('#edit-lines [data-focus="mug-blue+"]');
  await priced(page);
  await faults(page, { api: { timeout_after_effect: 1 } });
  try {
    await page.click('#edit-save');
    await page.waitForSelector('#edit-problem .note, #problem .note');
    assert.match(await page.textContent('#edit-problem') + await page.textContent('#problem'), /change was not made/);
  } finally {
    await faults(page, {});
  }
  assert.equal(await sum(page), before);
}));
