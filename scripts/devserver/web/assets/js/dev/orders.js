// The orders of the control page, each with all that is known of it and what staff can do with it.
import { byId, el, words } from '../dom.js';
import { clock, list, redraw, sum, table, tag } from './board.js';
import { actions } from './staff.js';

/** drawOrders shows the orders that fit the filter, newest first. act runs an action and reports on it. */
export function drawOrders(state, act) {
  const filter = byId('filter').value.trim().toLowerCase();
  const all = list(state.orders);
  const fitting = all.filter((o) => !filter || `${o.id} ${o.status} ${o.payment_status} ${o.on_hold ? 'on hold' : ''}`.replaceAll('_', ' ').toLowerCase().includes(filter.replaceAll('_', ' ')) || o.id === filter);
  const rows = [...fitting].sort((a, b) => String(b.created_at).localeCompare(String(a.created_at))).slice(0, 100);
  redraw(byId('orders'), [rows, filter, all.length], () => (rows.length ? rows.map((o) => order(o, act))
    : el('p', { class: 'soft' }, all.length ? 'No order fits.' : 'None yet. Buy something in the shop.')));
}

function order(o, act) {
  return el('details', { class: 'order', 'data-key': o.id },
    el('summary', { 'data-focus': o.id },
      el('span', { class: 'mono' }, o.id), tag(o.status), tag(o.payment_status), o.on_hold && el('span', { class: 'tag', 'data-tone': 'bad' }, 'on hold'),
      el('span', { class: 'sum' }, sum(o.total))),
    el('div', { class: 'order-body' },
      el('div', { class: 'facts' },
        el('div', { class: 'tools' }, actions(o).map((a) => el('button', {
          type: 'button', class: 'button small quiet', 'data-focus': `${o.id} ${a.name}`, 'aria-label': `${a.title}: order ${o.id}`, onclick: () => act(a),
        }, a.title))),
        facts(o), money(o)),
      table(`Timeline of ${o.id}`, [
        { head: 'At', kind: 'time', cell: (c) => clock(c.at) },
        { head: 'What', cell: (c) => words(c.kind) },
        { head: 'By', cell: (c) => c.by },
        { head: 'Cause', kind: 'mono', cell: (c) => c.cause },
      ], list(o.timeline))));
}

function facts(o) {
  const parcels = list(o.shipments).map((p) => `${p.id}: ${p.carrier} ${p.tracking_number}, ${p.status}`);
  const refunds = list(o.refunds).map((r) => `${r.id}: ${sum(r.amount)}, ${r.status}${r.cause ? `, ${r.cause}` : ''}`);
  const returns = list(o.returns).map((r) => `${r.id}: ${r.lines.map((l) => `${l.quantity} × ${l.sku}`).join(', ')}, ${words(r.reason).toLowerCase()}, ${r.status}`);
  const captures = list(o.captures).map((c) => `${c.id}: ${sum(c.amount)}, ${c.status}${c.last_error ? `, ${c.last_error}` : ''}`);
  const disputes = list(o.disputes).map((d) => `${d.reference}: ${sum(d.amount)}, ${words(d.status).toLowerCase()}, taken ${sum(d.withdrawn)}${d.due_by ? `, answer by ${clock(d.due_by)}` : ''}`);
  const promised = list(o.attempts).filter((a) => a.capture_before).map((a) => `${a.id}: capture before ${clock(a.capture_before)}`);
  const holds = list(o.holds).map((h) => `${h.key} by ${h.by} since ${clock(h.since)}`);
  const part = (name, texts) => texts.length > 0 && el('p', {}, el('b', {}, `${name}: `), texts.join('; '));
  return [
    part('Lines', list(o.lines).map((l) => `${l.quantity} × ${l.sku}`)),
    part('Goes to', [`${o.country}, ${o.shipping_method}; ${words(o.fulfillment_status).toLowerCase()}`]),
    part('Promised', promised), part('Captures', captures), part('Disputes', disputes),
    part('Parcels', parcels), part('Refunds', refunds), part('Returns', returns), part('Holds', holds),
    part('Expires', o.expires_at ? [clock(o.expires_at)] : []), part('Looked at again', o.due ? [clock(o.due)] : []),
  ];
}

function money(o) {
  return [
    table(`Payments of ${o.id}`, [
      { head: 'Payment', kind: 'mono', cell: (a) => a.reference || a.id },
      { head: 'Gateway', cell: (a) => a.gateway },
      { head: 'Mode', cell: (a) => a.mode },
      { head: 'Status', cell: (a) => tag(a.status) },
      { head: 'Captured', kind: 'number', cell: (a) => sum(a.captured) },
      { head: 'Fee', kind: 'number', cell: (a) => (a.fee ? sum(a.fee) : '') },
      { head: 'Last error', cell: (a) => words(a.last_error) },
    ], list(o.attempts), { none: 'No payment yet.' }),
    table(`Ledger of ${o.id}`, [
      { head: 'Account', cell: (b) => words(b.account) },
      { head: 'Balance', kind: 'number', cell: (b) => sum(b.balance, b.currency) },
    ], list(o.ledger), { none: 'Nothing on the books.' }),
  ];
}
