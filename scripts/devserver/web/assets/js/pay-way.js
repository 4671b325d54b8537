// The choice of a gateway, and of its page or ours. It is kept in this tab, for the next page that asks.
import { byId } from './dom.js';
import { gatewayNames, isGateway, takes } from './gateways.js';
import { session } from './store.js';

const radio = (name) => document.querySelector(`#way input[name="${name}"]:checked`)?.value;

/** keptWay is what was chosen last in this tab: {gateway, mode}. */
export function keptWay() {
  const kept = session.read('way');
  return { gateway: isGateway(kept?.gateway) ? kept.gateway : gatewayNames[0], mode: kept?.mode === 'embedded' ? 'embedded' : 'hosted' };
}

/** keepWay remembers a choice. */
export const keepWay = (way) => session.write('way', way);

/** way is what is chosen on this page: {gateway, mode}. */
export const way = () => ({ gateway: radio('gateway') ?? gatewayNames[0], mode: radio('mode') ?? 'hosted' });

// tell shows the words that are about the chosen gateway. The others stay where they are, unseen and unread, so that nothing moves.
function tell() {
  const { gateway } = way();
  byId('way').dataset.gateway = gateway;
  for (const words of document.querySelectorAll('#way [data-for]')) words.toggleAttribute('data-off', words.dataset.for !== gateway);
}

function choose({ gateway, mode }) {
  byId(`with-${gateway}`).checked = true;
  byId(`pay-${mode}`).checked = true;
  tell();
}

/** prepareWay shows the choice that was kept, and keeps what is chosen from now on. */
export function prepareWay() {
  choose(keptWay());
  byId('way').addEventListener('change', () => {
    tell();
    keepWay(way());
  });
}

/** limitWay offers only gateways that take a currency, and are not among the refused ones: they have said no already. */
export function limitWay(currency, refused = []) {
  for (const name of gatewayNames) {
    const input = byId(`with-${name}`);
    const why = refused.includes(name) ? 'Not possible for this order.' : !takes(name, currency) && `Not for prices in ${currency}.`;
    input.disabled = Boolean(why);
    const [usual, not] = input.parentElement.querySelector('.swap').children;
    usual.toggleAttribute('data-off', Boolean(why));
    not.toggleAttribute('data-off', !why);
    not.toggleAttribute('aria-hidden', !why);
    not.textContent = why || '';
  }
  const left = gatewayNames.filter((name) => !byId(`with-${name}`).disabled);
  if (left.length && !left.includes(way().gateway)) choose({ gateway: left.includes(keptWay().gateway) ? keptWay().gateway : left[0], mode: way().mode });
}
