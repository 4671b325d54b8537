// One browser for a file of tests, and a fresh visitor for each test.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

/** base is the shop under test. */
export const base = (process.env.BASE_URL ?? 'http://localhost:8080').replace(/\/$/, '');

/** patience is how long a page may take to become what a test waits for, in milliseconds. */
export const patience = Number(process.env.PATIENCE ?? 20_000);

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: flags });

// A refused request is part of the tests (a declined card is a 402) and no fault of a page; Chromium reports it all the same.
const expected = /^Failed to load resource: the server responded with a status of (401|402|404|409|412|422|429|503)/;
// A gateway answers 400 where a payment can no longer be confirmed, and not at all where a test has it fall silent; so does the control page
// for what a gateway refuses.
const expectedThere = /^Failed to load resource: (the server responded with a status of 400|net::ERR_EMPTY_RESPONSE)/;

/**
 * visitors opens a browser around the tests of a file. The function that it gives runs a test as a new visitor with an
 * empty profile, and fails it if a page threw, logged an error, broke its own content policy, or asked a host that is
 * neither the shop's nor a gateway's.
 */
export function visitors() {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
  });
  return async (run, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(patience);
    const faults = [];
    const hosts = new Set();
    context.on('console', (message) => {
      const fine = expected.test(message.text()) || (expectedThere.test(message.text()) && !message.location().url.replace(`${base}/_dev/`, '').startsWith(`${base}/`));
      if (message.type() === 'error' && !fine) faults.push(`${message.text()} ${message.location().url}`);
    });
    context.on('weberror', (error) => faults.push(String(error.error().stack ?? error.error())));
    context.on('request', (request) => hosts.add(new URL(request.url()).hostname));
    try {
      const page = await context.newPage();
      await run(page, context);
      assert.deepEqual(faults, [], 'a page had faults');
      const own = [new URL(base).hostname, ...(process.env.GATEWAY_HOSTS ?? 'localhost,127.0.0.1').split(',')];
      assert.deepEqual([...hosts].filter((host) => host && !own.includes(host)), [], 'a page asked a foreign host');
    } finally {
      await context.close();
    }
  };
}
