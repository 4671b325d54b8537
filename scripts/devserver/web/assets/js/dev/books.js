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
    { head: 'Fees', kind: 'number', cell: (b) => sum(b.fees, b.currency) },
    { head: 'In the ledger', kind: 'number', cell: (b) => mark(b) },
  ], rows, { bad: (b) => b.charges > 1 || b.off !== 0, none: 'The gateways have charged nobody.' }));
}

// held is what a gateway has of a book: taken, not given back, and not taken by disputes. Fees are owed apart, until they are settled.
const held = (b) => b.captured - b.refunded - b.disputed;

// known is the same by the ledger.
const known = (balances) => list(balances).filter((b) => b.account === 'gateway_clearing').reduce((all, b) => all + b.balance, 0);

// beside gives each order that a gateway knows with what the ledger has of it. An order may be in the books of several gateways, of
// which one was paid: there stands what the ledger has. off: what the gateways have more than the ledger.
function beside(state) {
  const ledgers = new Map(list(state.orders).map((o) => [o.id, known(o.ledger)]));
  const rows = entries(state.gateways).flatMap(([gateway, own]) => entries(own).map(([ref, book]) => ({ gateway, ref, ...book })));
  const first = new Map();
  for (const row of rows) {
    const other = first.get(row.ref);
    if (!other || row.captured > other.captured) first.set(row.ref, row);
  }
  return rows.map((row) => {
    if (first.get(row.ref) !== row) return { ...row, off: 0 };
    const ledger = ledgers.get(row.ref) ?? 0;
    return { ...row, ledger, off: rows.filter((r) => r.ref === row.ref).reduce((all, r) => all + held(r), 0) - ledger };
  });
}

const mark = (b) => (b.ledger === undefined ? '–' : el('span', {}, sum(b.ledger, b.currency), b.off === 0
  ? [' ', el('span', { 'aria-hidden': 'true' }, '✓'), el('span', { class: 'hidden-text' }, 'agrees')] : ` (off by ${sum(b.off, b.currency)})`));

function verdicts(ledger, rows) {
  const currencies = [...new Set([...ledger, ...rows].map((b) => b.currency))].sort();
  return el('ul', { class: 'verdicts' }, currencies.flatMap((currency) => {
    const own = ledger.filter((b) => b.currency === currency);
    const clearing = known(own);
    const all = rows.filter((b) => b.currency === currency).reduce((sum_, b) => sum_ + held(b), 0);
    const rest = own.reduce((sum_, b) => sum_ + b.balance, 0);
    return [
      verdict(all === clearing, all === clearing ? `${currency}: ledger and gateways agree on ${sum(clearing, currency)}`
        : `${currency}: the gateways hold ${sum(all, currency)}, the ledger says ${sum(clearing, currency)}: a difference of ${sum(all - clearing, currency)}`),
      rest !== 0 && verdict(false, `${currency}: the ledger’s accounts sum to ${sum(rest, currency)} instead of nothing`),
    ].filter(Boolean);
  }));
}

const verdict = (fine, text) => el('li', { class: 'verdict', 'data-fine': String(fine) }, el('span', { 'aria-hidden': 'true' }, fine ? '✓' : '✗'), text);
