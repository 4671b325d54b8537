// The read-only parts of the control page. Every member of the state may be missing.
import { byId, el } from '../dom.js';
import { exact } from '../money.js';
import { clock, entries, list, redraw, table, tag } from './board.js';

const sum = (amount, currency) => (Number.isSafeInteger(amount) && /^[A-Z]{3}$/.test(currency ?? '') ? `${exact(amount, currency)} ${currency}` : amount ?? 0);

/** drawSections shows all but the orders. */
export function drawSections(state) {
  drawStock(state);
  drawBooks(state);
  drawPlumbing(state);
  drawMails(state);
}

function drawStock(state) {
  redraw(byId('stock'), state.stock, () => table('Stock', [
    { head: 'SKU', cell: ([sku]) => sku },
    { head: 'On hand', number: true, cell: ([, s]) => s?.on_hand },
    { head: 'Free', number: true, cell: ([, s]) => s?.free ?? (s?.on_hand ?? 0) - (s?.reserved ?? 0) },
    { head: 'Reserved', number: true, cell: ([, s]) => s?.reserved },
    { head: 'Sold', number: true, cell: ([, s]) => s?.sold },
  ], entries(state.stock)));
}

function drawBooks(state) {
  redraw(byId('ledger'), state.ledger, () => table('Ledger', [
    { head: 'Account', cell: (b) => b.account },
    { head: 'Balance', number: true, cell: (b) => sum(b.balance, b.currency) },
  ], list(state.ledger), { none: 'The ledger is empty.' }));
  const rows = entries(state.gateways).flatMap(([gateway, own]) => books(own).map(([ref, book]) => ({ gateway, ref, ...book })));
  redraw(byId('gateways'), rows, () => table('Gateways’ books', [
    { head: 'Gateway', cell: (b) => b.gateway },
    { head: 'Order', cell: (b) => el('span', { class: 'mono' }, b.ref) },
    { head: 'Charges', number: true, cell: (b) => b.charges },
    { head: 'Captured', number: true, cell: (b) => sum(b.captured, b.currency) },
    { head: 'Refunded', number: true, cell: (b) => sum(b.refunded, b.currency) },
    { head: 'Disputed', number: true, cell: (b) => sum(b.disputed, b.currency) },
  ], rows, { bad: (b) => b.charges > 1, none: 'The gateways have charged nobody.' }));
}

// books are kept by reference, or listed with one each.
const books = (own) => (Array.isArray(own?.orders) ? own.orders.map((b) => [b?.reference ?? '', b]) : entries(own?.orders ?? own));

function drawPlumbing(state) {
  redraw(byId('queues'), state.queues, () => table('Queues', [
    { head: 'Queue', cell: (q) => q.name },
    { head: 'Visible', number: true, cell: (q) => q.visible },
    { head: 'In flight', number: true, cell: (q) => q.in_flight },
    { head: 'Delayed', number: true, cell: (q) => q.delayed },
    { head: 'Dead', number: true, cell: (q) => (Array.isArray(q.dead_letters) ? q.dead_letters.length : q.dead_letters) },
  ], list(state.queues), { bad: (q) => (Array.isArray(q.dead_letters) ? q.dead_letters.length : q.dead_letters) > 0 }));
  redraw(byId('inbox'), state.inbox, () => table('Inbox', [
    { head: 'Received', cell: (e) => clock(e.received_at) },
    { head: 'Kind', cell: (e) => e.kind ?? e.type },
    { head: 'State', cell: (e) => tag(e.state) },
    { head: 'Event', cell: (e) => el('span', { class: 'mono' }, e.id) },
  ], newest(state.inbox, 'received_at'), { none: 'No gateway has sent an event yet.' }));
  redraw(byId('executions'), state.executions, () => table('Executions', [
    { head: 'Name', cell: (x) => el('span', { class: 'mono' }, x.name) },
    { head: 'Status', cell: (x) => tag(x.status) },
    { head: 'At', cell: (x) => x.state ?? '' },
    { head: 'Went through', cell: (x) => list(x.history).map((h) => (typeof h === 'string' ? h : h?.state ?? h?.name ?? h?.type ?? '')).filter(Boolean).join(' → ') },
  ], list(state.executions), { none: 'The machine has not run yet.' }));
}

const newest = (rows, member) => [...list(rows)].sort((a, b) => String(b?.[member] ?? '').localeCompare(String(a?.[member] ?? ''))).slice(0, 200);

function drawMails(state) {
  const mails = list(state.mails);
  redraw(byId('mails'), mails, () => (mails.length ? mails.map((m, i) => ({ ...m, i })).reverse().slice(0, 100).map((mail) => el('details', { class: 'mail', 'data-key': `mail-${mail.i}` },
    el('summary', { 'data-focus': `mail-${mail.i}` }, el('span', { class: 'mono soft' }, clock(mail.at)), ` ${mail.to ?? ''} – `, el('strong', {}, mail.subject ?? '')),
    el('pre', {}, mail.text ?? ''), links(mail.text))) : el('p', { class: 'soft' }, 'No mail was sent yet.')));
}

// links makes addresses of this shop in a mail clickable; any other stays text.
function links(text) {
  const found = String(text ?? '').match(/https?:\/\/[^\s<>"]+/g) ?? [];
  const own = [...new Set(found)].filter((address) => URL.canParse(address) && new URL(address).origin === window.location.origin);
  return own.map((address) => el('p', {}, el('a', { href: address }, 'Open the link')));
}
