// The ways to pay an order, as the API offers them now: each a gateway, and whether on its page or in the shop. What is chosen is kept in
// this tab.
import { listWaysToPay } from './api.js';
import { byId, el, show } from './dom.js';
import { gatewayNames, isGateway, titleOf } from './gateways.js';
import { payHosted } from './hosted.js';
import { payPage, refuseGateway, refusedGateways, unfit } from './payment-start.js';
import { session } from './store.js';

const cards = 'Visa, Mastercard, American Express and others.';

// said is what each way is called, and what happens then. A way that is not listed is called by its gateway's name.
const said = {
  'stripe hosted': ['On Stripe’s page', `${cards} You leave the shop for a moment and come back when it is paid.`],
  'stripe embedded': ['Card, here in the shop', 'You enter the card here. Your browser sends it to Stripe itself, not through the shop.'],
  'paypal hosted': ['PayPal', 'With your account or as a guest, on PayPal’s page. It takes the money; the shop never sees your account or card.'],
  'paypal embedded': ['PayPal’s button', 'You press it here, agree on PayPal’s page, and see here how it went.'],
  'square hosted': ['On Square’s page', `${cards} You leave the shop for a moment and come back when it is paid.`],
  'square embedded': ['Card, through Square', 'You enter the card here. Your browser sends it to Square itself, not through the shop.'],
};

const modes = ['hosted', 'embedded'];

/** keptWay is what was chosen last in this tab: {gateway, mode}. */
export function keptWay() {
  const kept = session.read('way');
  return { gateway: isGateway(kept?.gateway) ? kept.gateway : gatewayNames[0], mode: kept?.mode === 'embedded' ? 'embedded' : 'hosted' };
}

/** keepWay remembers a choice. */
export const keepWay = (way) => session.write('way', way);

/** way is what is chosen on this page: {gateway, mode}, or null. */
export function way() {
  const [gateway, mode] = document.querySelector('#ways input:checked')?.value.split(' ') ?? [];
  return gateway ? { gateway, mode } : null;
}

const isKnown = (o) => isGateway(o?.gateway) && modes.includes(o.mode);

/** waysToPay are those that the API offers for an order, without gateways that have refused it in this tab. Throws Problem. */
export async function waysToPay(id, token) {
  const { options } = await listWaysToPay(id, token);
  return (Array.isArray(options) ? options : []).filter((o) => isKnown(o) && !refusedGateways(id).includes(o.gateway));
}

function choice({ gateway, mode }, chosen) {
  const [name, text] = said[`${gateway} ${mode}`] ?? [titleOf(gateway), ''];
  const id = `way-${gateway}-${mode}`;
  return el('div', { class: 'choice' },
    el('input', { type: 'radio', name: 'way', id, value: `${gateway} ${mode}`, checked: chosen }),
    el('label', { for: id }, el('strong', {}, name), el('span', {}, text)));
}

/** drawWays asks for the ways to pay an order and shows them, the kept one chosen if it is among them. It gives how many there are. */
export async function drawWays(id, token) {
  byId('way').setAttribute('aria-busy', 'true');
  const again = () => el('button', { type: 'button', class: 'button quiet small', onclick: () => drawWays(id, token) }, 'Ask again');
  let found = [];
  try {
    found = await waysToPay(id, token);
    const kept = keptWay();
    const at = Math.max(0, found.findIndex((o) => o.gateway === kept.gateway && o.mode === kept.mode));
    show(byId('ways'), found.length ? found.map((o, i) => choice(o, i === at))
      : [el('p', {}, 'There is no way to pay this order just now. It is kept for you: please ask again in a moment.'), again()]);
  } catch (problem) {
    show(byId('ways'), [el('p', {}, problem.text?.() ?? ''), again()]);
  }
  byId('pay-now').disabled = found.length === 0;
  byId('way').setAttribute('aria-busy', 'false');
  return found.length;
}

/** watchWays keeps what is chosen from now on. */
export const watchWays = () => byId('ways').addEventListener('change', () => way() && keepWay(way()));

/** payAsChosen leads to where an order is paid. A gateway that does not take it is no way to pay it any more. Throws Problem. */
export async function payAsChosen(id, token) {
  const { gateway, mode } = way();
  keepWay({ gateway, mode });
  if (mode === 'embedded') return window.location.assign(payPage(id, gateway));
  return payHosted(id, token, gateway).catch(async (problem) => {
    if (unfit(problem)) {
      refuseGateway(id, gateway);
      await drawWays(id, token);
    }
    throw problem;
  });
}
