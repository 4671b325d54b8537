// The control page: asks for the state every second and a half, shows it, and passes wishes on.
import { call } from '../api.js';
import { announce, byId, el, note, show } from '../dom.js';
import { clock, entries } from './board.js';
import { drawOrders } from './orders.js';
import { drawPayments } from './payments.js';
import { drawReturns } from './returns.js';
import { drawSections } from './sections.js';

const pause = 1500;

let state = {};
let timer;

function link(name, text) {
  const place = byId('link');
  if (place.dataset.state === name) return;
  place.dataset.state = name;
  place.textContent = text;
}

function draw() {
  byId('now').textContent = state.now ? `${clock(state.now)} UTC` : '–';
  drawOrders(state, act);
  drawReturns(state, act);
  drawPayments(state, act);
  drawSections(state, act, (wish) => tell(wish.title, () => call('/_dev/redrive', { method: 'POST', body: { queue: wish.redrive } })));
  const on = entries(state.faults).flatMap(([name, own]) => named(own).map((fault) => `${name} ${fault}`));
  byId('faults-now').textContent = on.length ? `Now: ${on.join('; ')}` : 'Now: all is well.';
}

// named lists the switches that are on: "webhooks duplicate 3", "api down", "refunds pending".
const named = (faults, before = '') => entries(faults).flatMap(([name, value]) => (value && typeof value === 'object'
  ? named(value, `${before}${name} `) : [`${before}${name.replaceAll('_', ' ')}${value === true ? '' : ` ${value}`}`]));

async function poll() {
  clearTimeout(timer);
  try {
    state = await call('/_dev/state');
    link('live', 'Live');
    draw();
  } catch {
    link('lost', 'The dev server does not answer');
  }
  if (!document.hidden) timer = setTimeout(poll, pause);
}

// tell runs a wish and says how it went; a refusal of the API is shown with all its parts.
async function tell(name, run) {
  try {
    if (!(await run())) return;
    show(byId('problem'), []);
    announce(`${name}: done`);
  } catch (problem) {
    const parts = (problem.errors ?? []).map((e) => el('li', {}, `${e.pointer ?? ''} ${e.code ?? ''}: ${e.detail ?? ''}`));
    show(byId('problem'), note('bad', `${name}: ${problem.status ?? ''} ${problem.code || 'failed'}`, problem.text?.() ?? String(problem), parts.length > 0 && el('ul', {}, parts)), true);
  }
  await poll();
}

const act = (action) => tell(action.title, action.run);

const advance = (by) => tell(`Clock + ${by}`, () => call('/_dev/clock', { method: 'POST', body: { advance: by } }));

function faults() {
  const number = (id) => (byId(id).value === '' ? undefined : Number(byId(id).value));
  const text = (id) => byId(id).value.trim() || undefined;
  const on = (id) => byId(id).checked || undefined;
  return {
    gateway: byId('gateway').value,
    webhooks: { duplicate: number('duplicate'), delay: text('delay'), drop: number('drop'), reorder: on('reorder'), forge: on('forge') },
    api: { latency: text('latency'), error_rate: number('error-rate'), timeout_after_effect: number('timeout-after'), down: on('down') },
    ...(text('refunds-fault') && { refunds: text('refunds-fault') }),
  };
}

const setFaults = (body) => tell('Faults', () => call('/_dev/faults', { method: 'POST', body }));

for (const button of byId('advance').querySelectorAll('[data-by]')) button.addEventListener('click', () => advance(button.dataset.by));
byId('advance-own').addEventListener('submit', (event) => {
  event.preventDefault();
  advance(byId('advance-by').value.trim());
});
byId('faults').addEventListener('submit', (event) => {
  event.preventDefault();
  setFaults(faults());
});
byId('calm').addEventListener('click', () => {
  const gateway = byId('gateway').value;
  byId('faults').reset();
  byId('gateway').value = gateway;
  setFaults({ gateway, webhooks: {}, api: {} });
});
byId('filter').addEventListener('input', () => drawOrders(state, act));
document.addEventListener('visibilitychange', () => !document.hidden && poll());
poll();
