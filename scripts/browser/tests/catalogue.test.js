// The catalogue: search, variants and pictures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { shelve } from '../shop.js';

const visit = visitors();

test('a variant is chosen by its options, without a mouse: price, picture and availability follow', () => visit(async (page) => {
  await page.goto(`${base}/shop/product.html?sku=tee-organic`);
  await page.waitForSelector('#product:not([hidden])');
  assert.deepEqual(await page.locator('.choice-name').allTextContents(), ['Colour', 'Size']);
  assert.match(await page.getAttribute('#picture img', 'alt'), /green tee/);
  await page.locator('.choice', { hasText: 'Black' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/sku=tee-black-m/);
  await page.waitForSelector('#product:not([hidden])');
  assert.match(await page.getAttribute('#picture img', 'alt'), /black tee/);
  assert.equal(await page.locator('.choice[aria-current]').allTextContents().then((t) => t.join(' ')), 'Black M');
  assert.match(await page.locator('.choice', { hasText: 'L' }).last().textContent(), /sold out/);
  await page.locator('.choice', { hasText: /^L/ }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/sku=tee-black-l/);
  await page.waitForSelector('#product:not([hidden])');
  assert.equal(await page.locator('#add').isVisible(), false, 'what is sold out cannot be put into the basket');
}));

test('products are found by the beginnings of their words, and nothing found is said', () => visit(async (page) => {
  await page.goto(base);
  await page.fill('#q', 'HARB mug');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=/);
  await page.waitForSelector('#products[aria-busy="false"]');
  assert.deepEqual((await page.locator('#products h3').allTextContents()).sort(), ['Harbour mug, blue', 'Harbour mug, white']);
  assert.equal(await page.inputValue('#q'), 'HARB mug');
  await page.fill('#q', 'zebra');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#problem :text("Nothing is found")');
  await page.fill('#q', 'x');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#problem .note:has-text("another word")');
}));

test('a product that is sold by the half dozen is put into the basket so', () => visit(async (page) => {
  await shelve(page, 'eggs-6', { EUR: 60, USD: 60, GBP: 60, JPY: 100, KWD: 200 }, 60, { quantities: { step: 6, max: 12 } });
  await page.goto(`${base}/shop/product.html?sku=eggs-6`);
  await page.waitForSelector('#product:not([hidden])');
  assert.equal(await page.inputValue('#quantity'), '6');
  await page.fill('#quantity', '7');
  await page.click('#add button');
  assert.match(await page.textContent('#quantity-error'), /6 to 12, by 6/);
  await page.fill('#quantity', '12');
  await page.click('#add button');
  await page.waitForSelector('#added:not([hidden])');
}));

for (const width of [360, 1280]) {
  test(`search and options fit a screen of ${width} pixels`, () => visit(async (page) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/?q=mug', '/shop/product.html?sku=tee-organic']) {
      await page.goto(base + path);
      await page.waitForSelector('.card h3 a, .choice');
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${path} is wider than the screen`);
    }
  }));
}
