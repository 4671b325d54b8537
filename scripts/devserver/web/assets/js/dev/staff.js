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
 * ask shows a dialog with fields {name, label, value, type?, required?} and gives what was typed, or null if closed.
 */
export function ask(title, fields) {
  const dialog = byId('ask');
  byId('ask-heading').textContent = title;
  byId('ask-go').textContent = title;
  byId('ask-fields').replaceChildren(...fields.map((f) => el('div', { class: 'field' },
    el('label', { for: `ask-${f.name}` }, f.label),
    el('input', { id: `ask-${f.name}`, type: f.type ?? 'text', value: f.value, required: f.required !== false, min: f.type === 'number' && 1, autocomplete: 'off' }))));
  dialog.returnValue = '';
  dialog.showModal();
  byId('ask-fields').querySelector('input')?.select();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes' ? Object.fromEntries(fields.map((f) => [f.name, byId(`ask-${f.name}`).value.trim()])) : null);
    }, { once: true });
  });
}

const at = (order) => `/staff/orders/${encodeURIComponent(order.id)}`;

/** actions are what can be done with an order: {name, title, run}. run gives true if something was asked for. */
export function actions(order) {
  const holds = Array.isArray(order.holds) ? order.holds : [];
  const parcels = Array.isArray(order.shipments) ? order.shipments : [];
  const all = [
    { name: 'ship', title: 'Ship', run: async () => {
      const typed = await ask('Ship', [{ name: 'carrier', label: 'Carrier', value: 'DHL' }, { name: 'tracking_number', label: 'Tracking number', value: 'JD014600006281' }]);
      if (typed) await asStaff('POST', `${at(order)}/shipments`, typed, uuid());
      return typed;
    } },
    { name: 'refund', title: 'Refund', run: async () => {
      const typed = await ask('Refund', [{ name: 'amount', label: 'Amount in minor units', value: amountOf(order), type: 'number' }, { name: 'reason', label: 'Reason', value: 'Requested by the customer' }]);
      if (typed) await asStaff('POST', `${at(order)}/refunds`, { amount: Number(typed.amount), reason: typed.reason }, uuid());
      return typed;
    } },
    { name: 'hold', title: 'Hold', run: async () => {
      const typed = await ask('Hold', [{ name: 'key', label: 'Name of the hold', value: 'manual' }, { name: 'reason', label: 'Reason', value: 'Looking at it' }]);
      if (typed) await asStaff('PUT', `${at(order)}/holds/${encodeURIComponent(typed.key)}`, { reason: typed.reason });
      return typed;
    } },
  ];
  for (const key of holds.map((h) => (typeof h === 'string' ? h : h?.key ?? h?.id)).filter(Boolean)) {
    all.push({ name: `lift-${key}`, title: `Lift hold “${key}”`, run: () => asStaff('DELETE', `${at(order)}/holds/${encodeURIComponent(key)}`) });
  }
  for (const parcel of parcels.filter((p) => p?.id && (p.state ?? p.status) !== 'delivered')) {
    all.push({ name: `deliver-${parcel.id}`, title: `Deliver ${parcel.id}`, run: () => asStaff('POST', `${at(order)}/shipments/${encodeURIComponent(parcel.id)}/delivery`, {}) });
  }
  return all;
}

const amountOf = (order) => (typeof order.total === 'object' ? order.total?.amount : order.total) ?? 1;
