// What was delivered is sent back on the order's page, by keyboard, and the control page decides about it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { cards, confirmed, order as buy, orderOf, payHere, tabTo } from '../shop.js';

const visit = visitors();

/** staff asks the API as a manager does. */
async function staff(page, method, path, data, headers = {}) {
  const { token } = await (await page.request.post(`${base}/_dev/token`, { data: { groups: ['manager'], mfa: true } })).json();
  return page.request.fetch(base + path, { method, data, headers: { Authorization: `Bearer ${token}`, ...headers } });
}

/** delivered buys two mugs, and has them shipped and delivered. */
async function delivered(page) {
  await buy(page, 'embedded', { quantity: 2 });
  await payHere(page, cards.pays);
  await confirmed(page);
  const id = orderOf(page);
  // The machine asks for the parcel some seconds after the payment: until then shipping is refused.
  let shipped;
  for (let tries = 0; tries < 60 && shipped?.status() !== 201; tries++) {
    shipped = await staff(page, 'POST', `/staff/orders/${id}/shipments`, { carrier: 'DHL', tracking_number: 'JD014600006281' });
    if (shipped.status() !== 201) await page.waitForTimeout(500);
  }
  assert.equal(shipped.status(), 201);
  assert.ok((await staff(page, 'POST', `/staff/orders/${id}/shipments/shp_1/delivery`, {})).ok());
  await page.reload();
  await page.waitForSelector('#status-title:text("delivered")');
  return id;
}

const focused = (page) => page.evaluate(() => document.activeElement.id);

for (const [where, options] of [['at a desk', {}], ['on a phone', { viewport: { width: 375, height: 800 } }]]) {
  test(`what was delivered is sent back by keyboard, ${where}`, () => visit(async (page) => {
    const id = await delivered(page);
    await tabTo(page, '#send-back');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), 'return-heading');
    await tabTo(page, '#return-send');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#return-problem .note-bad');
    await page.focus('#return-0');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, '#return-reason');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, '#return-comment');
    await page.keyboard.type('It is too small.');
    await tabTo(page, '#return-send');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#problem .note-good:has-text("Your return is noted")');
    await page.waitForSelector('#returns-panel:not([hidden]) li:has-text("1 × Harbour mug, blue")');
    const { order, timeline } = await (await staff(page, 'GET', `/staff/orders/${id}`)).json();
    assert.deepEqual(order.returns.map((r) => [r.status, r.reason, r.lines]), [['requested', 'does_not_fit', [{ sku: 'mug-blue', quantity: 1 }]]]);
    assert.equal(timeline.find((c) => c.kind === 'return_requested').note, 'It is too small.');
    const received = await staff(page, 'PUT', `/staff/orders/${id}/returns/${order.returns[0].id}`, { status: 'received', lines: [{ sku: 'mug-blue', restocked: 1 }] });
    assert.equal(received.status(), 200, await received.text());
    await page.waitForSelector('#returns li:has-text("It has arrived.")');
    await page.waitForSelector('#refunds-panel:not([hidden])');
    assert.equal(await page.isVisible('#send-back'), true, 'the other mug may go back, too');
  }, options));
}

test('a return that is given up sends nothing, and one is decided and received on the control page, where it is listed while it waits', () => visit(async (page, context) => {
  const id = await delivered(page);
  await page.click('#send-back');
  await page.click('#return-leave');
  assert.equal(await focused(page), 'send-back');
  assert.equal(await page.isVisible('#return'), false);
  await page.click('#send-back');
  await page.selectOption('#return-0', '2');
  await page.click('#return-send');
  await page.waitForSelector('#returns-panel:not([hidden])');
  assert.equal(await page.isVisible('#send-back'), false, 'nothing is left to send back');
  const control = await context.newPage();
  await control.goto(`${base}/_dev`);
  await control.waitForSelector('#link[data-state="live"]');
  await control.waitForSelector(`#returns-waiting tr:has-text("${id}"):has-text("requested")`);
  await control.fill('#filter', id);
  await control.click(`details.order[data-key="${id}"] summary`);
  await control.locator('.order[open] button', { hasText: /^Accept return/ }).click();
  await page.bringToFront();
  await page.waitForSelector('#returns li:has-text("Please send it")');
  await control.bringToFront();
  await control.waitForSelector(`#returns-waiting tr:has-text("${id}"):has-text("accepted")`);
  await control.locator('#returns-waiting tr', { hasText: id }).locator('button', { hasText: 'Receive' }).focus();
  await control.keyboard.press('Enter');
  await control.fill('#ask-restocked0', '0'); // Both broke on the way.
  await control.fill('#ask-damaged0', '2');
  await tabTo(control, '#ask-go');
  await control.keyboard.press('Enter');
  await control.waitForSelector(`#returns-waiting:not(:has-text("${id}"))`);
  const { order } = await (await staff(page, 'GET', `/staff/orders/${id}`)).json();
  assert.deepEqual(order.returns.map((r) => [r.status, r.lines]), [['received', [{ sku: 'mug-blue', quantity: 2, damaged: 2 }]]]);
}));
