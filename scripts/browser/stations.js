// Each page in a state worth looking at. They build on one another, so they are visited in this order.
import { base } from './browser.js';
import { ada, cards, order, payHere, payLater, put, total } from './shop.js';

/** stations are [name, go]: go leads the page there and waits until it stands. */
export const stations = [
  ['catalogue', async (page) => {
    await page.goto(base);
    await page.waitForSelector('.card h3');
  }],
  ['product', (page) => put(page, 'mug-blue', 2)],
  ['basket', async (page) => {
    await page.goto(`${base}/shop/basket.html`);
    await page.waitForSelector('#totals dd');
  }],
  ['checkout with faults', async (page) => {
    await page.goto(`${base}/shop/checkout.html`);
    await page.waitForSelector('#methods input');
    await page.selectOption('#country', 'US');
    await page.click('#place');
    await page.waitForSelector('#summary:not([hidden])');
    await total(page);
  }],
  ['card form with a declined card', async (page) => {
    await order(page, 'embedded');
    await payHere(page, cards.declined);
    await page.waitForSelector('#declined:not([hidden])');
  }],
  ['PayPal’s button', async (page) => {
    await page.click('#later');
    await payLater(page, 'embedded', 'paypal');
  }],
  ['open order', async (page) => {
    await page.click('#later');
    await page.waitForSelector('#order:not([hidden])');
  }],
  ['order that is changed', async (page) => {
    await page.click('#change');
    await page.waitForSelector('#edit-totals[aria-busy="false"] dd.grand');
    await page.press('#edit-find', 'Enter');
    await page.waitForSelector('#edit-found li');
    for (const box of ['elsewhere', 'call', 'bill', 'business']) await page.check(`#edit-${box}`);
    await page.fill('#line1', '');
    await page.click('#edit-save');
    await page.waitForSelector('#summary:not([hidden])');
    await page.waitForSelector('#edit-totals[aria-busy="false"] dd.grand');
  }],
  ['paid order', async (page) => {
    await page.click('#edit-leave');
    await payLater(page, 'embedded');
    await payHere(page, cards.pays);
    await page.waitForSelector('#status[data-tone="good"]');
  }],
  ['list of orders', async (page) => {
    await page.click('.crumb a');
    await page.waitForSelector('#mine-list a');
  }],
  ['account, signed out', async (page) => {
    await page.goto(`${base}/shop/account.html`);
    await page.waitForSelector('#sign-in:not([hidden])');
  }],
  ['account with orders', async (page) => {
    await page.fill('#email', ada.email);
    await page.click('#go');
    await page.waitForSelector('#mine-list li');
  }],
  ['order that cannot be opened', async (page) => {
    await page.goto(`${base}/shop/order.html#order=ord_aaaaaaaaaaaaaaaaaaaaaaaaaa&token=none`);
    await page.waitForSelector('#new-link:not([hidden])');
  }],
  ['no such page', (page) => page.goto(`${base}/shop/nothing.html`)],
  ['control page', async (page) => {
    await page.goto(`${base}/_dev`);
    await page.waitForSelector('#link[data-state="live"]');
    await page.locator('details.order summary').first().click();
  }],
];
