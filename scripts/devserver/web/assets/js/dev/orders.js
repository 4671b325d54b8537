// The orders of the control page, each with its timeline and what staff can do with it.
import { byId, el, words } from '../dom.js';
import { exact, minor } from '../money.js';
import { clock, list, redraw, table, tag } from './board.js';
import { actions } from './staff.js';

/** drawOrders shows the orders that fit the filter, newest first. act runs an action and reports on it. */
export function drawOrders(state, act) {
  const filter = byId('filter').value.trim().toLowerCase();
  const all = list(state.orders).filter((o) => o && typeof o === 'object');
  const fitting = all.filter((o) => !filter || `${o.id} ${o.status} ${o.payment_status}`.toLowerCase().includes(filter));
  const rows = [...fitting].sort((a, b) => String(b.created_at ?? '').localeCompare(String(a.created_at ?? ''))).slice(0, 100);
  redraw(byId('orders'), [rows, filter, all.length], () => (rows.length ? rows.map((o) => order(o, act))
    : el('p', { class: 'soft' }, all.length ? 'No order fits.' : 'None yet. Buy something in the shop.')));
}

function sum(o) {
  const amount = minor(o.total);
  const currency = o.currency ?? o.total?.currency;
  return amount !== null && /^[A-Z]{3}$/.test(currency ?? '') ? `${exact(amount, currency)} ${currency}` : String(amount ?? '');
}

function order(o, act) {
  const holds = list(o.holds);
  return el('details', { class: 'order', 'data-key': o.id },
    el('summary', { 'data-focus': o.id },
      el('span', { class: 'mono' }, o.id), tag(o.status), tag(o.payment_status), holds.length > 0 && el('span', { class: 'tag', 'data-tone': 'bad' }, 'on hold'),
      el('span', { class: 'sum' }, sum(o))),
    el('div', { class: 'order-body' },
      el('div', {},
        el('div', { class: 'tools' }, actions(o).map((a) => el('button', {
          type: 'button', class: 'button small quiet', 'data-focus': `${o.id} ${a.name}`, 'aria-label': `${a.title}: order ${o.id}`, onclick: () => act(a),
        }, a.title))),
        facts(o)),
      table(`Timeline of ${o.id}`, [
        { head: 'At', cell: (c) => clock(c?.at) },
        { head: 'What', cell: (c) => words(c?.kind) },
        { head: 'By', cell: (c) => (typeof c?.by === 'object' ? c.by?.who ?? '' : c?.by) },
      ], list(o.timeline))));
}

function facts(o) {
  const lines = list(o.lines).map((l) => `${l.quantity} × ${l.sku}`);
  const parcels = list(o.shipments).map((p) => `${p.id}: ${p.carrier ?? ''} ${p.tracking_number ?? ''} (${p.state ?? p.status ?? ''})`);
  const refunds = list(o.refunds).map((r) => `${r.id}: ${minor(r.amount) ?? ''} (${r.status ?? r.state ?? ''})`);
  const holds = list(o.holds).map((h) => (typeof h === 'string' ? h : `${h?.key ?? ''}: ${h?.reason ?? ''}`));
  const part = (name, texts) => texts.length > 0 && el('p', { class: 'hint' }, el('b', {}, `${name}: `), texts.join('; '));
  return el('div', {}, part('Lines', lines), part('Parcels', parcels), part('Refunds', refunds), part('Holds', holds), part('Expires', o.expires_at ? [clock(o.expires_at)] : []));
}
