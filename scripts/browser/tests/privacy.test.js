// What is kept of a customer: they download it, and have themselves erased, by a code that is mailed.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { ada, advance, cards, confirmed, fillAddress, mails, order, orderOf, payHere, place, put, tabTo } from '../shop.js';

const visit = visitors();
const phone = { viewport: { width: 375, height: 800 } };
const said = (page) => page.textContent('#kept-said .note');

/** coded waits for the newest mail with a code. */
async function coded(page, after) {
  for (let tries = 0; tries < 50; tries++) {
    const found = (await mails(page)).slice(after).map((m) => m.text.match(/\b\d{8}\b/)?.[0]).filter(Boolean);
    if (found.length) return found.at(-1);
    await advance(page, '1s');
  }
  return assert.fail('no code came');
}

/** ask asks for a code by keyboard, and gives it. */
async function ask(page, email, button) {
  await page.goto(`${base}/shop/account.html`);
  await tabTo(page, '#kept-email');
  await page.keyboard.type(email);
  const before = (await mails(page)).length;
  await tabTo(page, button);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#kept-code-form:not([hidden])');
  await page.waitForFunction(() => document.activeElement.id === 'kept-code');
  return coded(page, before);
}

for (const [where, options] of [['at a desk', {}], ['on a phone', phone]]) {
  test(`what is kept is downloaded by keyboard, ${where}`, () => visit(async (page) => {
    const email = `kept-${options.viewport?.width ?? 1280}@example.com`;
    const sum = await order(page, 'embedded', { shopper: { ...ada, email } });
    await payHere(page, cards.pays);
    await confirmed(page, sum);
    const id = orderOf(page);
    const code = await ask(page, email, '#kept-download');
    await page.keyboard.type('00000000');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#kept-said .note-bad');
    assert.match(await said(page), /code/, 'a wrong code is told');
    await page.fill('#kept-code', code);
    const download = page.waitForEvent('download');
    await page.press('#kept-code', 'Enter');
    const kept = await readFile(await (await download).path(), 'utf8');
    assert.ok(kept.includes(email) && kept.includes(id) && kept.includes(ada.name), 'it is all there');
    assert.ok(!kept.includes('4242'), 'and no card');
    await page.waitForSelector('#kept-said .note-good');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page keeps its width');
    const again = await ask(page, email, '#kept-erase');
    await page.keyboard.type(again);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#kept-said .note-bad');
    assert.match(await said(page), /order/, 'what is still to be sent cannot be sent to nobody');
  }, options));
}

test('who has nothing open is erased, and found by nobody', () => visit(async (page) => {
  const email = 'forgotten@example.com';
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page, { ...ada, email });
  await place(page);
  await page.click('#cancel');
  await page.click('#sure button[value="yes"]');
  await page.waitForSelector('#order #pay-panel', { state: 'hidden' });
  await page.keyboard.type(await ask(page, email, '#kept-erase'));
  await page.keyboard.press('Enter');
  await page.waitForSelector('#kept-said .note-good >> text=You are erased');
  assert.equal(await page.inputValue('#kept-email'), '', 'the address is not left on the page');
  await page.fill('#email', email);
  await page.click('#go');
  await page.waitForSelector('#mine-none:not([hidden])');
}));
