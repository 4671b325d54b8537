// The README's pictures, drawn anew: the checkout at a desk and on a phone, and the control page. They are to be read on a page beside
// text, so the tall ones show a part.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { base, launch, patience } from './browser.js';
import { advance, cards, confirmed, fillAddress, order, payHere, put, total } from './shop.js';

const folder = fileURLToPath(new URL('../../infra/pictures', import.meta.url));
const wide = { width: 1280, height: 900 };
const phone = { width: 390, height: 1370 }; // As high beside the wide one as that is, in the README's widths.

/** draw runs a story as a new visitor and puts what its page shows then into a file. story gives options of the picture. */
async function draw(browser, name, viewport, story) {
  const context = await browser.newContext({ viewport, colorScheme: 'light', locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(patience);
  try {
    const page = await context.newPage();
    const options = await story(page);
    await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => null))));
    await page.screenshot({ path: `${folder}/${name}.png`, ...options });
  } finally {
    await context.close();
  }
}

/** checkout fills a basket and the checkout's form, with a code. */
async function checkout(page) {
  await put(page, 'mug-blue', 2);
  await put(page, 'tea-assam');
  await page.goto(`${base}/shop/checkout.html`);
  await fillAddress(page);
  await page.fill('#code', 'WELCOME10');
  await page.click('#codes button');
  await page.waitForSelector('#totals[aria-busy="false"] dt:has-text("WELCOME10")');
  await total(page);
}

await mkdir(folder, { recursive: true });
const browser = await launch();
try {
  await draw(browser, 'checkout-wide', wide, async (page) => {
    await checkout(page);
    return { fullPage: true };
  });
  await draw(browser, 'checkout-narrow', phone, async (page) => {
    await checkout(page);
    await page.evaluate(() => document.getElementById('methods-field').scrollIntoView());
    return {};
  });
  await draw(browser, 'control-page', wide, async (page) => {
    await order(page, 'embedded', { sku: 'notebook-dot', quantity: 3 });
    await payHere(page, cards.pays);
    await confirmed(page);
    await advance(page, '25h');
    await order(page, 'embedded', { sku: 'lamp-desk' });
    await payHere(page, cards.declined);
    await page.waitForSelector('#declined:not([hidden])');
    await order(page, 'embedded', { quantity: 2 });
    await payHere(page, cards.pays);
    await confirmed(page);
    await page.goto(`${base}/_dev`);
    await page.waitForSelector('#link[data-state="live"]');
    await page.waitForSelector('#low table');
    await page.locator('details.order summary').first().click();
    const stock = await page.locator('section:has(> #stock-heading)').boundingBox();
    return { fullPage: true, clip: { x: 0, y: 0, width: wide.width, height: Math.ceil(stock.y + stock.height + 16) } };
  });
} finally {
  await browser.close();
}
