// Whose link to an order has ended, or who has it not here, has a new one sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { ada, advance, fillAddress, mails, orderOf, place, put, tabTo } from '../shop.js';

const visit = visitors();
const phone = { viewport: { width: 375, height: 800 } };
const focused = (page) => page.evaluate(() => document.activeElement.id);

/** linked waits for the newest mail with a link to an order, and gives the link. */
async function linked(page, id, after) {
  for (let tries = 0; tries < 50; tries++) {
    const found = (await mails(page)).slice(after).map((m) => m.text.match(new RegExp(`https?://\\S+#order=${id}&token=\\S+`))?.[0]).filter(Boolean);
    if (found.length) return found.at(-1);
    await advance(page, '1s');
  }
  return assert.fail('no mail came');
}

for (const [where, options] of [['at a desk', {}], ['on a phone', phone]]) {
  test(`whose link has ended has a new one sent, by keyboard, ${where}`, async () => {
    let id = '';
    await visit(async (page) => {
      await put(page);
      await page.goto(`${base}/shop/checkout.html`);
      await fillAddress(page);
      await place(page);
      id = orderOf(page);
    });
    await visit(async (page) => {
      await page.goto(`${base}/shop/order.html#order=${id}&token=no-longer`);
      await page.waitForSelector('#new-link:not([hidden])');
      assert.match(await page.textContent('#problem'), /cannot be opened here/);
      assert.equal(await page.inputValue('#link-order'), id, 'the number of the link is there');
      await tabTo(page, '#link-email');
      await page.keyboard.type('ada');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#link-email-error');
      assert.equal(await focused(page), 'link-email', 'the focus goes to what is to be mended');
      await page.keyboard.press('End');
      await page.keyboard.type('@example.com');
      const before = (await mails(page)).length;
      await page.keyboard.press('Enter');
      await page.waitForSelector('#new-link-said .note');
      assert.equal(await page.evaluate(() => document.activeElement.closest('#new-link-said') !== null), true);
      assert.match(await page.textContent('#new-link-said'), /If the order was placed with this address/);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page keeps its width');
      await page.goto(await linked(page, id, before));
      await page.waitForSelector('#order:not([hidden])');
      assert.equal(await page.textContent('#order-id'), id);
    }, options);
  });
}

test('a link can be asked for by number, and what is no number is told', () => visit(async (page) => {
  await page.goto(`${base}/shop/nothing.html`);
  await page.click('a[href="/shop/order.html#find"]');
  await page.waitForSelector('#new-link:not([hidden])');
  assert.equal(await focused(page), 'new-link-heading');
  await page.fill('#link-order', '4711');
  await page.fill('#link-email', ada.email);
  await page.click('#link-send');
  assert.match(await page.textContent('#link-order-error'), /none of our order numbers/);
  await page.fill('#link-order', `ord_${'a'.repeat(26)}`);
  await page.click('#link-send');
  await page.waitForSelector('#new-link-said .note');
  assert.match(await page.textContent('#new-link-said'), /look into your mail/, 'whether there is such an order, nobody learns here');
}));
