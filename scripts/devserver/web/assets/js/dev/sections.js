// The parts of the control page behind the orders: queues, inbox, executions, failures, mails.
import { byId, el, words } from '../dom.js';
import { drawBooks } from './books.js';
import { clock, entries, list, redraw, table, tag } from './board.js';
import { drawStock } from './stock.js';

/**
 * drawSections shows all but the orders. act runs an action, as drawOrders has them; redrive is told of which queue the dead letters are to be
 * sent again.
 */
export function drawSections(state, act, redrive) {
  drawStock(state, act);
  drawBooks(state);
  drawHealth(state);
  drawQueues(state, redrive);
  drawInbox(state);
  drawExecutions(state);
  drawFailures(state);
  drawMails(state);
}

// What the shop believes of the gateways: where it begins payments, and where it tries one at a time.
function drawHealth(state) {
  const health = { closed: 'payments begin', open: 'left alone', half_open: 'one may try' };
  redraw(byId('health'), state.health, () => table('Gateways as the shop sees them', [
    { head: 'Gateway', cell: ([name]) => name },
    { head: 'State', cell: ([, g]) => health[g.state] ?? words(g.state) },
    { head: 'Until', kind: 'time', cell: ([, g]) => (g.until ? clock(g.until) : '') },
    { head: 'Last failure', cell: ([, g]) => words(list(g.last)[0]?.code ?? '') },
    { head: 'Heard', kind: 'time', cell: ([, g]) => (g.heard ? clock(g.heard) : '') },
    { head: 'Missed', kind: 'number', cell: ([, g]) => g.missed },
  ], entries(state.health), { bad: ([, g]) => g.state !== 'closed' || g.missed > 0 }));
}

// Names begin with those of the stack and its stage, which are the same for all.
const short = (name) => String(name).replace(/^till-local-/, '');

// stream tells a queue that takes what a stream could not deliver: its messages come from no queue and go back to none.
const stream = (q) => /DeadLetters$/.test(q.name);

function drawQueues(state, act) {
  redraw(byId('queues'), state.queues, () => table('Queues', [
    { head: 'Queue', cell: (q) => short(q.name) },
    { head: 'Visible', kind: 'number', cell: (q) => q.visible },
    { head: 'In flight', kind: 'number', cell: (q) => q.in_flight },
    { head: 'Delayed', kind: 'number', cell: (q) => q.delayed },
    { head: 'Dead letters', kind: 'number', cell: (q) => (q.dead_letters > 0 ? el('span', {}, `${q.dead_letters} `, redrive(q, act)) : q.dead_letters) },
  ], list(state.queues), { bad: (q) => q.dead_letters > 0 || (stream(q) && q.visible > 0) }));
}

const redrive = (q, act) => el('button', {
  type: 'button', class: 'button small quiet', 'data-focus': `redrive ${q.name}`,
  onclick: () => act({ name: 'redrive', title: `Redrive of ${short(q.name)}`, redrive: q.name }),
}, 'Redrive', el('span', { class: 'hidden-text' }, ` the dead letters of ${short(q.name)}`));

function drawInbox(state) {
  redraw(byId('inbox'), state.inbox, () => table('Inbox', [
    { head: 'Received', kind: 'time', cell: (e) => clock(e.received_at) },
    { head: 'Kind', kind: 'mono', cell: (e) => e.kind },
    { head: 'State', cell: (e) => tag(e.state) },
    { head: 'Why', cell: (e) => words(e.reason) },
    { head: 'Order', kind: 'mono', cell: (e) => e.order_id },
    { head: 'Tries', kind: 'number', cell: (e) => e.tries },
    { head: 'Event', kind: 'mono', cell: (e) => e.id },
  ], newest(state.inbox, 'received_at'), { none: 'No gateway has sent an event yet.' }));
}

function drawExecutions(state) {
  redraw(byId('executions'), state.executions, () => table('Executions', [
    { head: 'Name', kind: 'mono', cell: (x) => x.name },
    { head: 'Status', cell: (x) => tag(x.status) },
    { head: 'Went through', cell: (x) => list(x.history).join(' → ') },
    { head: 'Steps', kind: 'number', cell: (x) => x.transitions },
    { head: 'Error', cell: (x) => x.error },
  ], list(state.executions), { bad: (x) => ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(x.status), none: 'The machine has not run yet.' }));
}

function drawFailures(state) {
  redraw(byId('failures'), state.failures, () => table('Failed invocations', [
    { head: 'At', kind: 'time', cell: (f) => clock(f.at) },
    { head: 'Function', cell: (f) => short(f.function) },
    { head: 'Error', cell: (f) => f.type },
    { head: 'Message', cell: (f) => f.message },
    { head: 'Request', kind: 'mono', cell: (f) => f.request_id },
  ], newest(state.failures, 'at'), { bad: () => true, none: 'No invocation has failed.' }));
}

const newest = (rows, member) => [...list(rows)].sort((a, b) => String(b[member]).localeCompare(String(a[member]))).slice(0, 200);

function drawMails(state) {
  const mails = list(state.mails);
  redraw(byId('mails'), mails, () => (mails.length ? mails.map((m, i) => ({ ...m, i })).reverse().slice(0, 100).map((mail) => el('details', { class: 'mail', 'data-key': `mail-${mail.i}` },
    el('summary', { 'data-focus': `mail-${mail.i}` }, el('span', { class: 'mono soft' }, clock(mail.at)), ` ${mail.to} – `, el('strong', {}, mail.subject)),
    el('pre', {}, mail.text), links(mail.text))) : el('p', { class: 'soft' }, 'No mail was sent yet.')));
}

// links makes addresses of this shop in a mail clickable; any other stays text.
function links(text) {
  const found = String(text ?? '').match(/https?:\/\/[^\s<>"]+/g) ?? [];
  const own = [...new Set(found)].filter((address) => URL.canParse(address) && new URL(address).origin === window.location.origin);
  return own.map((address) => el('p', {}, el('a', { href: address }, 'Open the link')));
}
