// Customers with an account find what they ordered, in another browser too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { ada, order } from '../shop.js';

const visit = visitors();
const email = 'account@example.com';

test('an order is found and opened by keyboard, in a browser that never saw it', async () => {
  let number = '';
  await visit(async (page) => {
    await order(page, 'embedded', { shopper: { ...ada, email } });
    number = await page.evaluate(() => JSON.parse(localStorage.getItem('till.orders'))[0].id);
  });
  await visit(async (page) => {
    await page.goto(`${base}/shop/account.html`);
    await page.waitForSelector('#sign-in:not([hidden])');
    await page.focus('#email');
    await page.keyboard.type(email);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`[data-order="${number}"]`);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'mine-heading', 'the focus goes to what has come');
    for (let presses = 0; presses < 20 && !(await page.evaluate((id) => document.activeElement.matches(`[data-order="${id}"] button`), number)); presses++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#order:not([hidden])');
    assert.equal(await page.textContent('#order-id'), number);
    assert.ok(!page.url().includes('token'), 'no token stands in the address');
  });
  await visit(async (page) => {
    await page.goto(`${base}/shop/account.html`);
    await page.waitForSelector('#sign-in:not([hidden])');
    await page.fill('#email', 'nobody@example.com');
    await page.click('#go');
    await page.waitForSelector('#mine-none:not([hidden])');
    await page.click('#sign-out');
    await page.waitForSelector('#sign-in:not([hidden])');
    assert.equal(await page.evaluate(() => sessionStorage.getItem('till.account')), null);
  });
});
