// The control page: it shows what happens and makes things happen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { advance, cards, confirmed, faults as misbehave, order, orderOf, payHere, payThere, shelve, tabTo } from '../shop.js';

const visit = visitors();

/** open goes to an order on the control page. */
async function open(page, id) {
  await page.goto(`${base}/_dev`);
  await page.waitForSelector('#link[data-state="live"]');
  await page.fill('#filter', id);
  await page.waitForSelector(`details.order[data-key="${id}"]`);
  await page.click(`details.order[data-key="${id}"] summary`);
}

/** go presses a button of the open order and confirms the dialog behind it. */
async function go(page, title) {
  await page.locator('.order[open] button', { hasText: new RegExp(`^${title}`) }).first().click();
  if (await page.locator('#ask[open]').count()) await page.click('#ask-go');
}

test('an order is held, lifted, shipped, delivered and refunded from the control page, and its own page follows', () => visit(async (page, context) => {
  await order(page, 'embedded');
  await payHere(page, cards.pays);
  await confirmed(page);
  const id = orderOf(page);
  const control = await context.newPage();
  await open(control, id);
  await go(control, 'Hold');
  await control.waitForSelector('.order[open] summary .tag:text("on hold")');
  await go(control, 'Lift');
  await control.waitForSelector('.order[open] summary .tag:text("on hold")', { state: 'detached' });
  // The machine asks for the parcel some seconds after the payment: until then shipping is refused.
  for (let tries = 0; tries < 30 && !(await control.locator('.order[open] summary .tag:text("shipped")').count()); tries++) {
    await go(control, 'Ship');
    await control.waitForSelector('.order[open] summary .tag:text("shipped")', { timeout: 1500 }).catch(() => {});
  }
  await go(control, 'Deliver');
  await control.waitForSelector('.order[open] summary .tag:text("delivered")');
  await control.locator('.order[open] button', { hasText: /^Refund/ }).click();
  await control.fill('#ask-amount', '100');
  await control.click('#ask-go');
  await control.waitForSelector('.order[open] summary .tag:text("partially refunded")');
  assert.equal(await control.locator('#problem .note-bad').count(), 0, await control.textContent('#problem'));
  await page.bringToFront();
  await page.waitForSelector('#status-title:text("delivered")');
  await page.waitForSelector('#refunds-panel:not([hidden])');
}));

test('the clock lets an unpaid order expire', () => visit(async (page, context) => {
  await order(page, 'embedded');
  await page.click('#later');
  await page.waitForSelector('#order:not([hidden])');
  const control = await context.newPage();
  await control.goto(`${base}/_dev`);
  await control.waitForSelector('#link[data-state="live"]');
  const before = await control.textContent('#now');
  await control.click('#advance [data-by="31m"]');
  await control.waitForFunction((text) => document.getElementById('now').textContent !== text, before);
  await page.bringToFront();
  await page.waitForSelector('#status-title:text("expired")');
  assert.match(await page.textContent('#status-text'), /Nothing was charged/);
}));

test('faults are switched on and off, for each gateway by itself', () => visit(async (page) => {
  await page.goto(`${base}/_dev`);
  await page.waitForSelector('#link[data-state="live"]');
  const sent = () => page.waitForRequest((request) => request.url().endsWith('/_dev/faults'));
  await page.fill('#duplicate', '3');
  await page.fill('#delay', '1s');
  await page.check('#reorder');
  const [on] = await Promise.all([sent(), page.click('#faults button[type="submit"]')]);
  assert.deepEqual(on.postDataJSON(), { gateway: 'stripe', webhooks: { duplicate: 3, delay: '1s', reorder: true }, api: {} });
  assert.equal((await on.response()).ok(), true);
  await page.selectOption('#gateway', 'paypal');
  try {
    await page.check('#down');
    const [other] = await Promise.all([sent(), page.click('#faults button[type="submit"]')]);
    assert.equal(other.postDataJSON().gateway, 'paypal');
    await page.waitForFunction(() => /paypal .*api down.*stripe webhooks duplicate 3/.test(document.getElementById('faults-now').textContent));
  } finally {
    await misbehave(page, {}, 'paypal');
  }
  await page.selectOption('#gateway', 'stripe');
  const [off] = await Promise.all([sent(), page.click('#calm')]);
  assert.deepEqual(off.postDataJSON(), { gateway: 'stripe', webhooks: {}, api: {} });
  assert.equal((await off.response()).ok(), true);
}));

test('the ledger and the gateway agree, and dead letters are sent again', () => visit(async (page, context) => {
  await order(page, 'embedded');
  await misbehave(page, { webhooks: { delay: '60s' } });
  const control = await context.newPage();
  try {
    await payHere(page, cards.pays);
    await confirmed(page);
    // The event comes while the gateway cannot be asked about it, until the queue gives it up.
    await misbehave(page, { webhooks: { delay: '60s' }, api: { down: true } });
    await advance(page, '30m');
    await control.goto(`${base}/_dev`);
    await control.waitForSelector('#link[data-state="live"]');
    await control.waitForSelector('#queues tr[data-bad="true"] button');
  } finally {
    await misbehave(page, {});
  }
  await control.click('#queues tr[data-bad="true"] button');
  await control.waitForSelector('#queues tr[data-bad="true"]', { state: 'detached' });
  assert.match(await control.textContent('#verdicts'), /EUR: ledger and gateways agree/);
  assert.equal(await control.locator('#verdicts [data-fine="false"], #gateways tr[data-bad="true"]').count(), 0);
  await control.waitForSelector(`#inbox tr:has-text("${orderOf(page)}") .tag:text-matches("applied|ignored")`);
}));

for (const gateway of ['stripe', 'paypal', 'square']) {
  test(`${gateway}: what happens there past the shop reaches the shop’s books`, () => visit(async (page, context) => {
    await order(page, 'hosted', { gateway });
    await payThere(page, cards.pays);
    await confirmed(page);
    const id = orderOf(page);
    const control = await context.newPage();
    await open(control, id);
    const row = `#payments tr:has-text("${id}"):has-text("${gateway}")`;
    await control.click(`${row} [data-wish="refund"]`);
    await control.fill('#ask-amount', '100');
    await control.click('#ask-go');
    await control.waitForSelector('.order[open] summary .tag:text("partially refunded")');
    await control.click(`${row} [data-wish="dispute"]`);
    await control.waitForSelector('.order[open] summary .tag:text("disputed")');
    assert.match(await control.textContent('.order[open] .facts'), /Disputes: .*answer by 20/s);
    await control.click(`${row} [data-wish="lost"]`);
    await control.waitForSelector(`${row} [data-wish="lost"]`, { state: 'detached' });
    await control.waitForSelector('.order[open] .facts p:has-text("Disputes"):has-text("lost")');
    await advance(page, '1m');
    await control.waitForFunction(() => !document.querySelector('#verdicts [data-fine="false"], #gateways tr[data-bad="true"]'));
    assert.ok(await control.locator(`#deliveries tr:has-text("${gateway}")`).count() > 0);
    assert.equal(await control.locator('#problem .note-bad').count(), 0, await control.textContent('#problem'));
  }));
}

test('what a gateway refuses is told', () => visit(async (page) => {
  await order(page, 'hosted', { gateway: 'square' });
  await payThere(page, cards.pays);
  await confirmed(page);
  const id = orderOf(page);
  await page.goto(`${base}/_dev`);
  await page.click(`#payments tr:has-text("${id}") [data-wish="refund"]`);
  await page.fill('#ask-amount', '100000000');
  await page.click('#ask-go');
  await page.waitForSelector('#problem .note-bad');
  assert.match(await page.textContent('#problem'), /not that much is left/);
}));

test('stock stands bin by bin, is brought elsewhere and counted, and what is low is told', () => visit(async (page) => {
  const sku = `test-stock-${Date.now().toString(36)}`;
  await shelve(page, sku, { EUR: 1000 }, 9);
  await page.goto(`${base}/_dev`);
  await page.waitForSelector('#link[data-state="live"]');
  const row = (name) => page.locator(`#stock tr:has-text("${name}")`);
  const numbers = async (place) => (await place.locator('td.number').allTextContents()).slice(0, 4).join(' ');
  await page.waitForSelector(`#stock tr:has-text("notebook-dot in bin north")`);
  await tabTo(page, 'a[href="#stock-heading"]'); // However many orders stand above it.
  await page.keyboard.press('Enter');
  await tabTo(page, `#stock [data-focus="${sku} bring"]`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#ask[open]');
  await page.fill('#ask-quantity', '4');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`#stock tr:has-text("${sku} in bin north")`);
  assert.equal(await numbers(row(`${sku} in bin north`)), '4 4 0 0');
  assert.equal(await numbers(row(`${sku} in bin main`)), '5 5 0 0');
  assert.equal(await numbers(row(sku).first()), '9 9 0 0');
  await page.click(`#stock [data-focus="${sku} count"]`);
  assert.equal(await page.inputValue('#ask-on_hand'), '5', 'of the main location');
  await page.fill('#ask-on_hand', '0');
  await page.fill('#ask-low_below', '6');
  await page.click('#ask-go');
  await page.waitForSelector(`#low tr:has-text("${sku}"):has-text("not yet")`);
  assert.equal(await numbers(row(sku).first()), '4 4 0 0');
  await advance(page, '31m');
  await page.waitForSelector(`#low tr:has-text("${sku}"):not(:has-text("not yet"))`);
  await advance(page, '25h');
  await page.waitForSelector('#drift [data-fine="true"]:has-text("products as recorded")');
  assert.equal(await page.locator('#problem .note-bad').count(), 0, await page.textContent('#problem'));
}));

test('a counter that drifts is shown with what the records say', () => visit(async (page) => {
  await page.route('**/_dev/state', async (route) => {
    const state = await (await route.fetch()).json();
    const checked = { at: state.now, products: 11, differences: [{ sku: 'mug-blue', location: 'main', bin: '~2', counter: 'reserved', counted: 3, recorded: 2 }] };
    return route.fulfill({ json: { ...state, checked } });
  });
  await page.goto(`${base}/_dev`);
  await page.waitForSelector('#drift [data-fine="false"]:has-text("1 counter is not what the records say")');
  assert.deepEqual(await page.locator('#drift td').allTextContents(), ['mug-blue', '~2', 'Reserved', '3', '2']);
}));
