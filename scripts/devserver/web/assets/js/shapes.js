// The one place that knows how the API's quotes and products are laid out.

/** productsOf reads a list of products. */
export const productsOf = (body) => (Array.isArray(body?.products) ? body.products : []);

/** productOf reads one product, which may stand alone or under "product". */
export const productOf = (body) => body?.product ?? body;

/** quoteRequest is a basket as POST /quotes takes it. Members that are not chosen yet are left out. */
export function quoteRequest({ currency, lines, country, region, method, codes, vat }) {
  const request = { currency, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) };
  if (country) request.shipping_address = { country, ...(region && { region }) };
  if (method) request.shipping_method = method;
  if (codes?.length) request.discount_codes = codes;
  if (vat) request.vat_number = vat;
  return request;
}

/** quoteOf reads a quote, which may stand alone or under "quote". */
export function quoteOf(body) {
  const quote = body?.quote ?? body ?? {};
  const offers = quote.shipping_methods ?? body?.shipping_methods ?? [];
  return {
    ...quote,
    lines: Array.isArray(quote.lines) ? quote.lines : [],
    methods: (Array.isArray(offers) ? offers : []).map((m) => ({ id: m.id, name: m.name ?? m.id, days: m.days ?? '', price: m.price, pickup: m.pickup === true })),
  };
}

/** codeOf finds which discount code an error's pointer means: "#/discount_codes/1" is 1; -1 if none. */
export function codeOf(pointer) {
  const found = /^#?\/discount_codes\/(\d+)$/.exec(pointer ?? '');
  return found ? Number(found[1]) : -1;
}

/** lineOf finds which line of the request an error's pointer means: "#/lines/2/quantity" is 2; -1 if none. */
export function lineOf(pointer) {
  const found = /^#?\/lines\/(\d+)(?:\/|$)/.exec(pointer ?? '');
  return found ? Number(found[1]) : -1;
}
