// Runs the tests, or another script of this folder, against a server of its own: builds it, starts it on free ports, waits
// until it answers, and ends it by its process id, however the run ends.
//
//   node run.js                       every test
//   node run.js tests/reach.test.js   one file of them
//   node run.js screenshots.js        pictures of every page
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const startLimit = 120_000; // Milliseconds from the start of the server to its first answer.
const testLimit = 600_000; // Milliseconds for one test file's slowest test.

/** need ends the run with a sentence that says what to do. */
function need(fine, what) {
  if (fine) return;
  console.error(`The browser tests need ${what}`);
  process.exit(1);
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** chromium is the browser to drive: what CHROMIUM names, else the first of the usual ones. */
function chromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const usual = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...usual, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(executable) ?? '';
}

const browser = chromium();
need(Number(process.versions.node.split('.')[0]) >= 20, `Node 20 or newer; this is ${process.versions.node}: https://nodejs.org/`);
need(existsSync(join(here, 'node_modules', 'playwright-core')), 'their two packages: run npm ci in scripts/browser.');
need(browser, 'Chromium or Chrome: apt-get install chromium, or name one in CHROMIUM.');
need(executable(browser), `a browser at ${browser}, which CHROMIUM names: nothing there can be run.`);

const folder = mkdtempSync(join(tmpdir(), 'till-browser-'));
let server;
let log = '';

function end() {
  server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
process.on('exit', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** build makes the server's program, unless DEVSERVER names one that is ready. */
function build() {
  if (process.env.DEVSERVER) return process.env.DEVSERVER;
  const program = join(folder, 'devserver');
  const built = spawnSync('go', ['build', '-o', program, './scripts/devserver'], { cwd: root, stdio: 'inherit' });
  need(built.error?.code !== 'ENOENT', 'Go 1.26 or newer: https://go.dev/dl/');
  need(built.status === 0, 'a server that compiles.');
  return program;
}

/** start gives the shop's address once the shop answers there. Port 0 is a free one, which the server names. */
async function start(program) {
  server = spawn(program, [], { cwd: root, env: { ...process.env, PORT: '0', GATEWAYS_PORT: '0' } });
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (text) => {
      log = (log + text).slice(-20_000);
    });
  }
  const until = Date.now() + startLimit;
  while (Date.now() < until && server.exitCode === null) {
    const shop = /the shop\s+(http\S+)/.exec(log)?.[1];
    const answer = shop && await fetch(shop).catch(() => null);
    if (answer?.ok) return shop;
    await pause(100);
  }
  console.error(log);
  need(false, `a server that answers within ${startLimit / 1000} seconds; its output is above.`);
}

const asked = process.argv.slice(2);
const tests = asked.length ? asked : readdirSync(join(here, 'tests')).filter((name) => name.endsWith('.test.js')).map((name) => join('tests', name));
const how = tests.every((name) => name.endsWith('.test.js')) ? ['--test', '--test-concurrency=1', `--test-timeout=${testLimit}`] : [];

const shop = await start(build());
const run = spawn(process.execPath, [...how, ...tests], { cwd: here, stdio: 'inherit', env: { ...process.env, BASE_URL: shop, CHROMIUM: browser } });
const code = await new Promise((resolve) => {
  run.on('exit', (status) => resolve(status ?? 1));
  server.on('exit', (status) => {
    console.error(`${log}\nThe server ended during the run, with ${status}.`);
    run.kill();
    resolve(1);
  });
});
process.exit(code);
