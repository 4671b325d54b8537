// The returns that wait for staff or for their goods, of all orders: what the staff API lists, with what can be done about each.
import { byId, el, words } from '../dom.js';
import { clock, list, redraw, table, tag } from './board.js';
import { asStaff, decisions } from './staff.js';

const pagesMost = 10;

let asked = '';
let waiting = null; // {back, order} each, as GET /staff/orders?return=any answered last; null until then.

/** drawReturns shows the returns that wait. It asks the staff API when returns have changed. act runs what a button asks for. */
export async function drawReturns(state, act) {
  const print = JSON.stringify(list(state.orders).map((o) => list(o.returns).map((r) => [r.id, r.status])));
  if (print === asked) return;
  asked = print;
  try {
    const found = await read();
    if (print !== asked) return; // A later question is under way.
    waiting = found;
  } catch (problem) {
    asked = ''; // The next look asks again.
    if (!waiting) redraw(byId('returns-waiting'), problem.code, () => el('p', { class: 'soft' }, problem.text?.() ?? String(problem)));
    return;
  }
  redraw(byId('returns-waiting'), waiting, () => table('Returns that wait', [
    { head: 'Asked', kind: 'time', cell: ({ back }) => clock(back.created_at) },
    { head: 'Order', kind: 'mono', cell: ({ order }) => order.id },
    { head: 'What', cell: ({ back }) => back.lines.map((l) => `${l.quantity} × ${l.sku}`).join(', ') },
    { head: 'Why', cell: ({ back }) => words(back.reason) },
    { head: 'Status', cell: ({ back }) => tag(back.status) },
    { head: 'Staff', cell: ({ order, back }) => el('span', { class: 'tools' }, decisions(order, back).map((a) => el('button', {
      type: 'button', class: 'button small quiet', 'data-focus': `waiting ${a.name}`, 'aria-label': `${a.title} of order ${order.id}`, onclick: () => act(a),
    }, a.short))) },
  ], waiting, { none: 'No return waits.' }));
}

// read follows the list to its end, oldest return first: who waits longest is seen first.
async function read() {
  const found = [];
  let next = '';
  for (let page = 0; page < pagesMost; page++) {
    const answer = await asStaff('GET', `/staff/orders?return=any${next && `&next=${encodeURIComponent(next)}`}`);
    for (const order of list(answer.orders)) {
      found.push(...list(order.returns).filter((b) => ['requested', 'accepted'].includes(b.status)).map((back) => ({ order, back })));
    }
    next = answer.next ?? '';
    if (!next) break;
  }
  return found.sort((a, b) => String(a.back.created_at).localeCompare(String(b.back.created_at)));
}
