// The gateways as shoppers know them, and how each takes part here.
import { squareBase, stripeBase } from './api.js';

const all = {
  stripe: { title: 'Stripe', base: stripeBase, form: 'card' },
  paypal: { title: 'PayPal', form: 'paypal' },
  square: { title: 'Square', base: squareBase, form: 'card' },
};

/** gatewayNames are the gateways that this shop knows, the usual one first. */
export const gatewayNames = Object.keys(all);

/** isGateway tells whether a name is one of them. */
export const isGateway = (name) => Object.hasOwn(all, name);

/** titleOf is what a gateway is called. */
export const titleOf = (name) => all[name].title;

/** formOf is what a shopper pays with here in the shop: "card", or "paypal", which is a button. */
export const formOf = (name) => all[name].form;

/** hostOf is who is spoken to, for people to read. */
export function hostOf(address) {
  try {
    return new URL(address, window.location.origin).host;
  } catch {
    return 'its own address';
  }
}

/** baseOf is where a gateway takes cards from browsers. */
export const baseOf = (name) => all[name].base;
