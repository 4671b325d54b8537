// The gateways' own side: their payments, with what happens there past the shop, and the webhooks that they send.
import { call } from '../api.js';
import { byId, el } from '../dom.js';
import { clock, entries, list, redraw, sum, table, tag } from './board.js';
import { ask } from './staff.js';

const all = (byGateway) => entries(byGateway).flatMap(([gateway, rows]) => list(rows).map((row) => ({ gateway, ...row })));

/** drawPayments shows what the gateways hold and have sent. act runs what a button asks for. */
export function drawPayments(state, act) {
  const payments = all(state.payments).sort((a, b) => b.created - a.created).slice(0, 100);
  redraw(byId('payments'), payments, () => table('Payments at the gateways', [
    { head: 'Gateway', cell: (p) => p.gateway },
    { head: 'Order', kind: 'mono', cell: (p) => p.reference },
    { head: 'Status', cell: (p) => tag(p.status) },
    { head: 'With', cell: (p) => p.method },
    { head: 'Amount', kind: 'number', cell: (p) => sum(p.amount, p.currency) },
    { head: 'Captured', kind: 'number', cell: (p) => sum(p.captured, p.currency) },
    { head: 'Refunded', kind: 'number', cell: (p) => sum(p.refunded, p.currency) },
    { head: 'Dispute', cell: (p) => (p.dispute ? tag(p.disputed) : '') },
    { head: 'At the gateway', cell: (p) => el('span', { class: 'tools' }, wishes(p).map((w) => button(p, w, act))) },
  ], payments, { none: 'The gateways know of no payment.' }));
  const sent = all(state.deliveries).sort((a, b) => String(b.at).localeCompare(String(a.at))).slice(0, 100);
  redraw(byId('deliveries'), sent, () => table('Webhooks', [
    { head: 'Sent', kind: 'time', cell: (d) => clock(d.at) },
    { head: 'Gateway', cell: (d) => d.gateway },
    { head: 'Type', kind: 'mono', cell: (d) => d.type },
    { head: 'Answer', kind: 'number', cell: (d) => d.status || 'none' },
    { head: 'Try', kind: 'number', cell: (d) => d.attempt },
    { head: 'Forged', cell: (d) => d.forged },
    { head: 'Event', kind: 'mono', cell: (d) => d.event },
  ], sent, { bad: (d) => Boolean(d.forged) && d.status >= 200 && d.status < 300, none: 'No webhook was sent yet.' }));
}

const button = (p, wish, act) => el('button', {
  type: 'button', class: 'button small quiet', 'data-focus': `${p.gateway} ${p.charge} ${wish.name}`, 'data-wish': wish.name, onclick: () => act(wish),
}, wish.title, el('span', { class: 'hidden-text' }, `: ${p.gateway}, order ${p.reference}`));

// over are the words of the three gateways for disputes that have ended.
const over = /^(won|lost|warning_closed|accepted|resolved|cancell?ed)/i;

const post = (path, body) => call(`/_dev/${path}`, { method: 'POST', body });

// wishes are what can be done with a payment at its gateway: {name, title, run}. run gives true if something was asked for.
function wishes(p) {
  const left = p.captured - p.refunded;
  const open = p.dispute && !over.test(p.disputed);
  const decide = (won) => async () => {
    await post('disputes/decision', { gateway: p.gateway, dispute: p.dispute, won });
    return true;
  };
  return [
    p.charge && left > 0 && !open && { name: 'refund', title: 'Refund there', run: async () => {
      const typed = await ask('Refund there', [{ name: 'amount', label: `Amount in minor units of ${p.currency}`, value: left, type: 'number' }]);
      if (typed) await post('refunds', { gateway: p.gateway, charge: p.charge, amount: Number(typed.amount) });
      return typed;
    } },
    p.charge && left > 0 && !p.dispute && { name: 'dispute', title: 'Dispute', run: async () => {
      await post('disputes', { gateway: p.gateway, charge: p.charge });
      return true;
    } },
    open && { name: 'won', title: 'The shop wins', run: decide(true) },
    open && { name: 'lost', title: 'The shop loses', run: decide(false) },
  ].filter(Boolean);
}
