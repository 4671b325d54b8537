// Each gateway, on its own page and here in the shop: bought with, declined and paid after all, turned back from, refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, visitors } from '../browser.js';
import { advance, cards, chargedOnce, confirmed, faults, gateways, order, payHere, payLater, payThere, status, stored } from '../shop.js';

const visit = visitors();

/** pay pays with a card where the shopper is asked to. */
async function pay(page, mode, gateway, card) {
  if (mode === 'embedded' && gateway !== 'paypal') return payHere(page, card);
  if (mode === 'embedded') await page.click('#paypal-pay');
  await page.waitForURL((url) => !url.href.startsWith(`${base}/`));
  return payThere(page, card);
}

/** told is what a declined shopper reads before the next try, and where: it leaves the page ready for that try. */
async function told(page, mode, gateway) {
  if (mode === 'hosted' && gateway !== 'paypal') return page.textContent('[role="alert"]');
  // On PayPal's page a shopper only agrees; the money is taken, or declined, when the browser is back.
  if (mode === 'hosted') {
    assert.match(await status(page, 'bad'), /did not go through/);
    const text = await page.textContent('#status-text');
    await payLater(page, mode, gateway);
    return text;
  }
  await page.waitForSelector('#declined:not([hidden])');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'declined', 'the focus is on what happened');
  return page.textContent('#declined');
}

for (const gateway of gateways) {
  for (const mode of ['hosted', 'embedded']) {
    test(`${gateway}, ${mode}: a purchase ends at the thank-you and is charged once`, () => visit(async (page) => {
      const sum = await order(page, mode, { gateway, quantity: 2 });
      await pay(page, mode, gateway, cards.pays);
      await confirmed(page, sum);
      await chargedOnce(page, gateway);
    }));

    test(`${gateway}, ${mode}: a declined card is told, and the next one pays the same order`, () => visit(async (page) => {
      const sum = await order(page, mode, { gateway });
      await pay(page, mode, gateway, cards.declined);
      assert.match(await told(page, mode, gateway), /declined|charged/i);
      await pay(page, mode, gateway, cards.pays);
      await confirmed(page, sum);
      await chargedOnce(page, gateway);
      assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem('till.orders')).length), 1, 'one order was placed');
    }));
  }
}

test('Square’s form sends the card to Square alone, and the shop gets a token', () => visit(async (page) => {
  const to = [];
  const tokens = [];
  page.on('request', (request) => {
    const sent = request.url() + decodeURIComponent(request.postData() ?? '');
    if (sent.includes(cards.pays)) to.push(request.url());
    if (request.url().endsWith('/confirm')) tokens.push(request.postDataJSON().token);
  });
  const sum = await order(page, 'embedded', { gateway: 'square' });
  await payHere(page, cards.pays);
  await confirmed(page, sum);
  assert.equal(to.length, 1);
  assert.ok(!to[0].startsWith(`${base}/`) && to[0].endsWith('/square/v2/card-nonce'), to[0]);
  assert.equal(tokens.length, 1);
  assert.match(tokens[0], /^cnon:/);
  assert.ok(!(await stored(page)).includes(cards.pays), 'no card in the browser’s storage');
}));

for (const [answer, what] of [['complete', 'pays'], ['fail', 'is told, and another card pays']]) {
  test(`Square asks the bank: “${answer}” ${what}`, () => visit(async (page) => {
    const sum = await order(page, 'embedded', { gateway: 'square' });
    await payHere(page, cards.authentication);
    await page.click(`button[value="${answer}"]`);
    if (answer === 'fail') {
      await page.waitForSelector('#declined:not([hidden])');
      assert.match(await page.textContent('#declined'), /make sure that it was you.*Nothing was charged/s);
      assert.equal(new URL(page.url()).search, '', 'the token does not stay on show');
      await payHere(page, cards.pays);
    }
    await confirmed(page, sum);
    await chargedOnce(page, 'square');
  }));
}

test('who turns back from PayPal’s page reads that nothing is paid, and can go there again', () => visit(async (page) => {
  const sum = await order(page, 'embedded', { gateway: 'paypal' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'paypal-pay', 'the keyboard stands on the button');
  await page.keyboard.press('Enter');
  await page.click('button[value="cancel"]');
  await page.waitForSelector('#declined:not([hidden])');
  assert.match(await page.textContent('#declined'), /Not paid yet.*Nothing was charged/s);
  await pay(page, 'embedded', 'paypal', cards.pays);
  await confirmed(page, sum);
}));

test('who begins with one gateway and pays with another is charged by that one alone', () => visit(async (page) => {
  const sum = await order(page, 'hosted', { gateway: 'stripe' });
  await page.click('button[value="cancel"]');
  await payLater(page, 'hosted', 'paypal');
  await page.click('button[value="cancel"]');
  await payLater(page, 'embedded', 'square');
  await pay(page, 'embedded', 'square', cards.pays);
  await confirmed(page, sum);
  await chargedOnce(page, 'square');
}));

test('Square that falls silent has charged nobody, and can be paid with when it is back', () => visit(async (page) => {
  const sum = await order(page, 'embedded', { gateway: 'square' });
  // The browser's own call is answered; the shop's are not.
  await page.route(/\/orders\/.*\/confirm/, async (route) => {
    await faults(page, { api: { timeout_after_effect: 1 } }, 'square');
    await route.continue();
  });
  try {
    await payHere(page, cards.pays);
    await page.waitForSelector('#declined:not([hidden])');
    assert.match(await page.textContent('#declined'), /did not answer.*Nothing was charged/s);
  } finally {
    await page.unroute(/\/orders\/.*\/confirm/);
    await faults(page, {}, 'square');
  }
  await payHere(page, cards.pays);
  await confirmed(page, sum);
  await chargedOnce(page, 'square');
}));

test('PayPal that falls silent after the shopper agreed is asked again, and charges once', () => visit(async (page) => {
  const sum = await order(page, 'embedded', { gateway: 'paypal' });
  await page.click('#paypal-pay');
  await page.waitForSelector('input[name="card"]');
  await faults(page, { api: { timeout_after_effect: 1 } }, 'paypal');
  try {
    await payThere(page, cards.pays);
    await page.waitForSelector('#problem .note');
    assert.match(await page.textContent('#problem'), /nothing will be done twice/);
  } finally {
    await faults(page, {}, 'paypal');
  }
  await advance(page, '3m');
  await page.click('#problem button:text("Try again")');
  await confirmed(page, sum);
  await chargedOnce(page, 'paypal');
}));
