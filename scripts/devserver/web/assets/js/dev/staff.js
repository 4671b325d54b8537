// What staff do, through the real staff API with a token of the local pool.
import { byId, el } from '../dom.js';
import { Problem, call } from '../api.js';
import { uuid } from '../store.js';

let token = null;

async function staffToken() {
  token ??= (await call('/_dev/token', { method: 'POST', body: { groups: ['manager'], mfa: true } })).token;
  return token;
}

/** asStaff calls the staff API. A token that is no longer taken, or too old to move money, is replaced once. */
export async function asStaff(method, path, body, key) {
  try {
    return await call(path, { method, body, key, token: await staffToken() });
  } catch (problem) {
    if (!(problem instanceof Problem) || ![401, 403].includes(problem.status)) throw problem;
    token = null;
    return call(path, { method, body, key, token: await staffToken() });
  }
}

/**
 * ask shows a dialog with fields {name, label, value, type?, min?}, all to be filled, and gives what was typed, or null if closed. A number is
 * at least 1, unless min says otherwise.
 */
export function ask(title, fields) {
  const dialog = byId('ask');
  byId('ask-heading').textContent = title;
  byId('ask-go').textContent = title;
  byId('ask-fields').replaceChildren(...fields.map((f) => el('div', { class: 'field' },
    el('label', { for: `ask-${f.name}` }, f.label),
    el('input', { id: `ask-${f.name}`, type: f.type ?? 'text', value: f.value, required: true, min: f.type === 'number' && (f.min ?? 1), autocomplete: 'off' }))));
  dialog.returnValue = '';
  dialog.showModal();
  byId('ask-fields').querySelector('input')?.select();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes' ? Object.fromEntries(fields.map((f) => [f.name, byId(`ask-${f.name}`).value.trim()])) : null);
    }, { once: true });
  });
}

byId('ask-close').addEventListener('click', () => byId('ask').close('no')); // No submit button: Enter in a field is for the other one.

const at = (order) => `/staff/orders/${encodeURIComponent(order.id)}`;

/** actions are what can be done with an order: {name, title, run}. run gives true if something was asked for. */
export function actions(order) {
  const holds = order.holds ?? [];
  const parcels = order.shipments ?? [];
  const all = [
    order.fulfillment_status !== 'fulfilled' && { name: 'ship', title: 'Ship', run: async () => {
      const typed = await ask('Ship', [{ name: 'carrier', label: 'Carrier', value: 'DHL' }, { name: 'tracking_number', label: 'Tracking number', value: 'JD014600006281' }]);
      if (typed) await asStaff('POST', `${at(order)}/shipments`, typed, uuid());
      return typed;
    } },
    left(order) > 0 && { name: 'refund', title: 'Refund', run: async () => {
      const typed = await ask('Refund', [{ name: 'amount', label: `Amount in minor units of ${order.currency}`, value: left(order), type: 'number' }, { name: 'reason', label: 'Reason', value: 'Requested by the customer' }]);
      if (typed) await asStaff('POST', `${at(order)}/refunds`, { amount: Number(typed.amount), reason: typed.reason }, uuid());
      return typed;
    } },
    { name: 'hold', title: 'Hold', run: async () => {
      const typed = await ask('Hold', [{ name: 'key', label: 'Name of the hold', value: 'manual' }, { name: 'reason', label: 'Reason', value: 'Looking at it' }]);
      if (typed) await asStaff('PUT', `${at(order)}/holds/${encodeURIComponent(typed.key)}`, { reason: typed.reason });
      return typed;
    } },
  ].filter(Boolean);
  for (const { key } of holds) {
    all.push({ name: `lift-${key}`, title: `Lift hold “${key}”`, run: () => asStaff('DELETE', `${at(order)}/holds/${encodeURIComponent(key)}`) });
  }
  for (const parcel of parcels.filter((p) => p.status !== 'delivered')) {
    all.push({ name: `deliver-${parcel.id}`, title: `Deliver ${parcel.id}`, run: () => asStaff('POST', `${at(order)}/shipments/${encodeURIComponent(parcel.id)}/delivery`, {}) });
  }
  for (const back of (order.returns ?? []).filter((r) => ['requested', 'accepted'].includes(r.status))) all.push(...decisions(order, back));
  return all;
}

/** decisions are what can be done with a return, {name, title, short, run}. Receiving asks how many units of each line came, and in what state. */
export function decisions(order, back) {
  const put = (body) => asStaff('PUT', `${at(order)}/returns/${encodeURIComponent(back.id)}`, body);
  const name = back.id.slice(0, 8);
  return [
    back.status === 'requested' && { name: `accept-${back.id}`, short: 'Accept', title: `Accept return ${name}`, run: () => put({ status: 'accepted' }) },
    { name: `refuse-${back.id}`, short: 'Refuse', title: `Refuse return ${name}`, run: () => put({ status: 'refused' }) },
    { name: `receive-${back.id}`, short: 'Receive', title: `Receive return ${name}`, run: async () => {
      const typed = await ask('Receive a return', back.lines.flatMap((l, i) => [
        { name: `restocked${i}`, label: `${l.sku}: back on the shelf, of ${l.quantity}`, value: l.quantity, type: 'number', min: 0 },
        { name: `damaged${i}`, label: `${l.sku}: damaged`, value: 0, type: 'number', min: 0 }]));
      if (typed) await put({ status: 'received', lines: back.lines.map((l, i) => ({ sku: l.sku, restocked: Number(typed[`restocked${i}`]), damaged: Number(typed[`damaged${i}`]) })) });
      return typed;
    } },
  ].filter(Boolean);
}

// left is what can still be given back, as far as this page knows; the API decides.
function left(order) {
  const of = (list, states) => (Array.isArray(list) ? list : []).filter((x) => states(x.status)).reduce((sum, x) => sum + ((x.captured ?? x.amount)?.amount ?? 0), 0);
  return of(order.attempts, () => true) - of(order.refunds, (status) => !['failed', 'canceled'].includes(status));
}
