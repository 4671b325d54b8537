// The shop's ledger beside the gateways' own books. What differs is money that somebody has and nobody knows of.
import { byId, el, words } from '../dom.js';
import { entries, list, redraw, sum, table } from './board.js';

/** drawBooks shows the ledger, the gateways' books, and whether they agree. */
export function drawBooks(state) {
  const rows = beside(state);
  redraw(byId('verdicts'), [state.ledger, rows], () => verdicts(list(state.ledger), rows));
  redraw(byId('ledger'), state.ledger, () => table('Ledger', [
    { head: 'Account', cell: (b) => words(b.account) },
    { head: 'Balance', kind: 'number', cell: (b) => sum(b.balance, b.currency) },
  ], list(state.ledger), { none: 'The ledger is empty.' }));
  redraw(byId('gateways'), rows, () => table('Gateways’ books', [
    { head: 'Gateway', cell: (b) => b.gateway },
    { head: 'Order', kind: 'mono', cell: (b) => b.ref },
    { head: 'Charges', kind: 'number', cell: (b) => b.charges },
    { head: 'Captured', kind: 'number', cell: (b) => sum(b.captured, b.currency) },
    { head: 'Refunded', kind: 'number', cell: (b) => sum(b.refunded, b.currency) },
    { head: 'In dispute', kind: 'number', cell: (b) => sum(b.disputed, b.currency) },
    { head: 'In the ledger', kind: 'number', cell: (b) => mark(b) },
  ], rows, { bad: (b) => b.charges > 1 || b.off !== 0, none: 'The gateways have charged nobody.' }));
}

// beside gives each order that a gateway knows with what the ledger has of it. off: what the gateway has more than the ledger.
function beside(state) {
  const clearing = new Map(list(state.orders).map((o) => [o.id, list(o.ledger).find((b) => b.account === 'gateway_clearing')?.balance ?? 0]));
  return entries(state.gateways).flatMap(([gateway, own]) => entries(own).map(([ref, book]) => {
    const ledger = clearing.get(ref) ?? 0;
    return { gateway, ref, ...book, ledger, off: book.captured - book.refunded - ledger };
  }));
}

const mark = (b) => el('span', {}, sum(b.ledger, b.currency), b.off === 0
  ? [' ', el('span', { 'aria-hidden': 'true' }, '✓'), el('span', { class: 'hidden-text' }, 'agrees')] : ` (off by ${sum(b.off, b.currency)})`);

function verdicts(ledger, rows) {
  const currencies = [...new Set([...ledger, ...rows].map((b) => b.currency))].sort();
  return el('ul', { class: 'verdicts' }, currencies.flatMap((currency) => {
    const own = ledger.filter((b) => b.currency === currency);
    const clearing = own.find((b) => b.account === 'gateway_clearing')?.balance ?? 0;
    const held = rows.filter((b) => b.currency === currency).reduce((all, b) => all + b.captured - b.refunded, 0);
    const rest = own.reduce((all, b) => all + b.balance, 0);
    return [
      verdict(held === clearing, held === clearing ? `${currency}: ledger and gateways agree on ${sum(clearing, currency)}`
        : `${currency}: the gateways hold ${sum(held, currency)}, the ledger says ${sum(clearing, currency)}: a difference of ${sum(held - clearing, currency)}`),
      rest !== 0 && verdict(false, `${currency}: the ledger’s accounts sum to ${sum(rest, currency)} instead of nothing`),
    ].filter(Boolean);
  }));
}

const verdict = (fine, text) => el('li', { class: 'verdict', 'data-fine': String(fine) }, el('span', { 'aria-hidden': 'true' }, fine ? '✓' : '✗'), text);
