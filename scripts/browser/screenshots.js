// Pictures of every page, to look at.
import { mkdir } from 'node:fs/promises';
import { launch, patience } from './browser.js';
import { stations } from './stations.js';

await mkdir('shots', { recursive: true });
const browser = await launch();
try {
  for (const [size, viewport] of [['wide', { width: 1280, height: 900 }], ['middle', { width: 768, height: 1024 }], ['narrow', { width: 390, height: 844 }]]) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' });
      context.setDefaultTimeout(patience);
      const page = await context.newPage();
      for (const [i, [station, go]] of stations.entries()) {
        await go(page);
        // Pictures further down load as they are scrolled to.
        await page.evaluate(() => document.querySelectorAll('img').forEach((image) => image.setAttribute('loading', 'eager')));
        await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => null))));
        await page.screenshot({ path: `shots/${i + 1}-${station.replaceAll(' ', '-')}-${size}-${colorScheme}.png`, fullPage: true });
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
}
