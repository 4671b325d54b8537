// The ways to pay an order: those that the shop offers for it now, chosen, remembered, refused after all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { asked, cards, chargedOnce, choose, confirmed, fillAddress, gateways, order, orderOf, payHere, payLater, payThere, place, placeAndPay, put, total } from '../shop.js';

const visit = visitors();

/** sellIn opens the shop in a currency. */
async function sellIn(page, currency) {
  await page.goto(base);
  await Promise.all([page.waitForEvent('load'), page.selectOption('#currency', currency)]); // It opens the page anew.
}

test('the choice is remembered: on a reload, and for the next order', () => visit(async (page) => {
  await order(page, 'embedded', { gateway: 'square' });
  await page.click('#later');
  for (const again of [false, true]) {
    if (again) await page.reload();
    await page.waitForSelector('#pay-panel:not([hidden]) #way[aria-busy="false"]');
    assert.equal(await page.isChecked('#way-square-embedded'), true);
  }
  await put(page, 'mug-white');
  await page.goto(`${base}/shop/checkout.html`);
  await total(page);
  await place(page);
  assert.equal(await page.isChecked('#way-square-embedded'), true);
}));

/** offered are the ways to pay on the page, as "gateway mode". */
const offered = (page) => page.locator('#ways input').evaluateAll((all) => all.map((input) => input.value));

test('the ways to pay are those that the shop offers for the order, and no others', () => visit(async (page) => {
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  await place(page);
  assert.deepEqual(await offered(page), ['stripe hosted', 'stripe embedded', 'paypal hosted', 'paypal embedded', 'square hosted', 'square embedded']);
  assert.equal(await page.locator('#news .note').evaluate((n) => n === document.activeElement), true, 'who comes from the checkout is told that the order is placed');
  await sellIn(page, 'KWD');
  await page.goto(`${base}/shop/checkout.html`);
  await total(page);
  await place(page);
  assert.deepEqual(await offered(page), ['stripe hosted', 'stripe embedded']);
}));

test('a gateway that is asked for all the same refuses, and another one can be chosen there', () => visit(async (page) => {
  await sellIn(page, 'USD');
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  await placeAndPay(page);
  const id = orderOf(page);
  await page.goto(`${base}/shop/order.html`);
  await page.goto(`${base}/shop/pay.html#order=${id}&gateway=square`);
  await page.waitForSelector('#problem .note');
  assert.match(await page.textContent('#problem'), /Square cannot take this payment.*kept for you/s);
  assert.equal(await page.locator('#problem button', { hasText: 'Square' }).count(), 0);
  await page.click('#problem button:text("Pay with Stripe")');
  await asked(page, 'embedded');
  await payHere(page, cards.pays);
  await confirmed(page);
  await chargedOnce(page, 'stripe');
}));

test('a way that is refused after all is offered no more, and another is chosen', () => visit(async (page) => {
  await sellIn(page, 'KWD');
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  // Between the list and the choice the shop may change its mind.
  await page.route(/\/payments\/options$/, (route) => route.fulfill({ json: { options: [{ gateway: 'paypal', mode: 'hosted' }, { gateway: 'stripe', mode: 'hosted' }] } }));
  await place(page);
  await choose(page, 'hosted', 'paypal');
  await page.click('#pay-now');
  await page.waitForSelector('#problem .note');
  assert.match(await page.textContent('#problem'), /not possible.*choose another/s);
  assert.deepEqual(await offered(page), ['stripe hosted']);
  await payLater(page, 'hosted', 'stripe');
  await payThere(page, cards.pays);
  await confirmed(page);
  await chargedOnce(page, 'stripe');
}));

test('without a way to pay the order waits, and the shop is asked again', () => visit(async (page) => {
  await put(page);
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  let answers = 0;
  await page.route(/\/payments\/options$/, (route) => {
    answers += 1;
    return answers === 1 ? route.fulfill({ json: { options: [] } }) : answers === 2 ? route.fulfill({ status: 503, json: { code: 'dependency_unavailable' } }) : route.continue();
  });
  await place(page);
  assert.match(await page.textContent('#ways'), /no way to pay this order just now/);
  assert.equal(await page.isDisabled('#pay-now'), true);
  await page.click('#ways button');
  await page.waitForSelector('#ways :text("busy")');
  await page.click('#ways button');
  await page.waitForSelector('#way-stripe-hosted');
  assert.equal(await page.isDisabled('#pay-now'), false);
}));

test('choosing a way to pay moves nothing on the page', () => visit(async (page) => {
  await order(page, 'embedded');
  await page.click('#later');
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForSelector('#pay-panel:not([hidden]) #way[aria-busy="false"]');
    const places = () => page.evaluate(() => [...document.querySelectorAll('#way .choice, #way .secure, #pay-now')].map((n) => {
      const { left, top, right, bottom } = n.getBoundingClientRect();
      return [left, top, right, bottom].map((at, i) => Math.round(i % 2 ? at + window.scrollY : at)).join();
    }));
    await choose(page, 'hosted');
    const before = await places();
    for (const gateway of gateways) {
      await choose(page, 'embedded', gateway);
      assert.deepEqual(await places(), before, `${gateway} at ${width}`);
    }
  }
}));
