// Everybody gets to the end: with a keyboard, on a small screen, with a screen reader, in other currencies.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { ada, cards, confirmed, fillAddress, placeAndPay, put, tabTo, total } from '../shop.js';
import { stations } from '../stations.js';

const visit = visitors();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

test('a purchase needs no mouse', () => visit(async (page) => {
  const type = async (selector, text) => {
    await tabTo(page, selector);
    await page.keyboard.type(text);
  };
  const press = async (selector, key = 'Enter') => {
    await tabTo(page, selector);
    await page.keyboard.press(key);
  };
  await page.goto(base);
  await page.waitForSelector('.card h3');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip', 'first of all, a way past the header');
  await press('a[href*="sku=mug-blue"]');
  await page.waitForSelector('#product:not([hidden])');
  await press('#add button');
  await page.waitForSelector('#added:not([hidden])');
  await press('#added a[href="/shop/checkout.html"]');
  await page.waitForSelector('#methods input');
  await type('#email', ada.email);
  await type('#country', 'Germany');
  await type('#name', ada.name);
  await type('#line1', ada.line1);
  await type('#postal_code', ada.postal_code);
  await type('#city', ada.city);
  const sum = await total(page);
  await press('#place', 'Space');
  await page.waitForSelector('#way[aria-busy="false"]');
  await tabTo(page, '#ways input');
  for (let n = 0; n < 6 && !(await page.isChecked('#way-square-embedded')); n++) await page.keyboard.press('ArrowDown');
  assert.equal(await page.isChecked('#way-square-embedded'), true);
  await press('#pay-now', 'Space');
  await page.waitForSelector('#card #pay:not([disabled])');
  await type('#number', cards.pays);
  await type('#expiry', '1234');
  await type('#cvc', '123');
  await page.keyboard.press('Enter');
  await confirmed(page, sum);
  await press('#cancel');
  await page.waitForSelector('#sure[open]');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'cancel', 'the focus comes back from the dialog');
}));

test('no page is wider than a phone, a tablet or a desk’s screen', () => visit(async (page) => {
  for (const [station, go] of stations) {
    await go(page);
    for (const width of [1280, 768, 375, 360]) {
      await page.setViewportSize({ width, height: 800 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${station}: ${over} pixels wider than ${width}`);
    }
  }
}, { viewport: { width: 360, height: 800 } }));

test('axe finds nothing against WCAG 2.2 AA, in light colours and in dark ones', () => visit(async (page) => {
  const found = async (runOnly) => {
    const { violations } = await page.evaluate((only) => window.axe.run({ runOnly: only }), runOnly);
    return violations.map((v) => `${v.id} at ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  };
  for (const [station, go] of stations) {
    await go(page);
    await page.evaluate(axe);
    assert.deepEqual(await found(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']), [], station);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await found(['color-contrast']), [], `${station}, dark`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
}, { colorScheme: 'light' }));

test('other currencies have their own decimals', () => visit(async (page) => {
  await page.goto(base);
  await page.waitForSelector('.card h3');
  const texts = await page.evaluate(async () => {
    const { exact, format } = await import('/assets/js/money.js');
    return [exact(1999, 'EUR'), exact(5, 'EUR'), exact(1999, 'JPY'), exact(5, 'KWD'), exact(-12345, 'KWD'), exact(Number.MAX_SAFE_INTEGER, 'EUR'), format(1999, 'EUR'), format(19.99, 'EUR'), format(null, 'EUR')];
  });
  assert.deepEqual(texts, ['19.99', '0.05', '1999', '0.005', '-12.345', '90071992547409.91', '€19.99', '', '']);
}));

// As mails have them: shared/money's test of Format has the same list.
const written = {
  en: ['€12,345.67', '¥1,234,567', 'KWD\u00a01,234.567'],
  de: ['12.345,67\u00a0€', '1.234.567\u00a0¥', '1.234,567\u00a0KWD'],
  ja: ['€12,345.67', '￥1,234,567', 'KWD\u00a01,234.567'],
};

for (const [locale, sums] of Object.entries(written)) {
  test(`sums stand as people write them: ${locale}`, () => visit(async (page) => {
    await page.goto(base);
    await page.waitForSelector('.card h3');
    assert.deepEqual(await page.evaluate(async () => {
      const { format } = await import('/assets/js/money.js');
      return ['EUR', 'JPY', 'KWD'].map((currency) => format({ amount: 1234567, currency }));
    }), sums);
    const price = await page.locator('.card:has(a[href*="sku=mug-blue"]) .price').textContent();
    assert.equal(price, { en: '€16.80', de: '16,80\u00a0€', ja: '€16.80' }[locale]);
  }, { locale }));
}

test('the form asks for what the country’s addresses have', () => visit(async (page) => {
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await page.waitForSelector('#methods input');
  for (const [country, postal, region] of [['US', 'ZIP code', 'State'], ['JP', 'Postal code', 'Prefecture'], ['GB', 'Postcode', null], ['HK', null, null], ['DE', 'Postcode', null]]) {
    await page.selectOption('#country', country);
    assert.equal(await page.locator('#postal_code').isVisible(), postal !== null, country);
    if (postal) assert.equal(await page.textContent('#postal-label'), postal);
    assert.equal(await page.locator('#region').isVisible(), region !== null, country);
    if (region) assert.equal(await page.textContent('#region-label'), region);
  }
  await fillAddress(page, { email: ada.email, country: 'US', name: 'Ada Byron', line1: '1 Main St', postal_code: '94103', city: 'San Francisco', region: 'CA' });
  await placeAndPay(page);
}));
