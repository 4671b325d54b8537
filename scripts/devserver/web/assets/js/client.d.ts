// Written by `go run ./scripts/client` from infra/openapi.yaml. Do not edit.

/** Which members are required, and how postal code and region look, depends on the country. */
export type Address = {
  city?: string;
  company?: string;
  country?: Country;
  line1?: string;
  line2?: string;
  name?: string;
  postal_code?: string;
  /** State, province, prefecture: code or name. */
  region?: string;
};

export type Amount = {
  /** Minor units. */
  amount: number;
  currency: Currency;
};

/** One try to pay. */
export type Attempt = {
  amount: Amount;
  /** The money is promised first, and taken by captures. Left out where it is taken at once. */
  capture?: 'manual';
  /** When money that is promised is lost unless it is captured. */
  capture_before?: string;
  captured: Amount;
  created_at: string;
  fee?: Amount;
  gateway: string;
  id: PaymentId;
  /** A code of the gateway. */
  last_error?: string;
  mode: Mode;
  /** The gateway's. */
  reference?: string;
  status: AttemptStatus;
  /** Until when the gateway keeps promised money aside, where that is shorter. */
  sure_until?: string;
};

export type AttemptStatus = 'initiating' | 'unknown' | 'requires_action' | 'processing' | 'authorized' | 'captured' | 'failed' | 'canceled' | 'expired';

/** Every code of Till's own. They are stable. */
export type Code = 'state_invalid' | 'code_invalid' | 'customer_has_open_orders' | 'purpose_invalid' | 'counters_invalid' | 'location_invalid' | 'location_unknown' | 'amount_invalid' | 'country_invalid' | 'delivery_invalid' | 'discount_invalid' | 'gateway_invalid' | 'limit_invalid' | 'mail_invalid' | 'rule_invalid' | 'share_invalid' | 'tax_invalid' | 'address_invalid' | 'amount_out_of_range' | 'amount_too_fine' | 'amount_too_large' | 'amount_too_small' | 'body_too_large' | 'capture_exceeds_authorized' | 'capture_in_progress' | 'capture_invalid' | 'card_data_rejected' | 'condition_invalid' | 'decision_invalid' | 'payment_not_authorized' | 'payment_not_captured' | 'second_approver_needed' | 'too_many_captures' | 'too_many_refunds' | 'too_many_returns' | 'return_window_over' | 'comment_invalid' | 'coupon_invalid' | 'currency_invalid' | 'cursor_invalid' | 'dates_invalid' | 'day_invalid' | 'declined' | 'family_invalid' | 'image_invalid' | 'option_invalid' | 'quantities_invalid' | 'query_invalid' | 'dependency_unavailable' | 'description_invalid' | 'edits_exhausted' | 'email_invalid' | 'email_unverified' | 'revoke_invalid' | 'expected_total_invalid' | 'forbidden' | 'format_invalid' | 'gateway_unavailable' | 'hold_invalid' | 'idempotency_in_progress' | 'idempotency_key_invalid' | 'idempotency_key_missing' | 'idempotency_key_reused' | 'internal_error' | 'invalid_encoding' | 'invalid_event' | 'invalid_json' | 'lines_invalid' | 'method_not_allowed' | 'mfa_required' | 'mode_mismatch' | 'name_invalid' | 'not_found' | 'order_declined' | 'order_on_hold' | 'order_state_conflict' | 'origin_not_allowed' | 'out_of_stock' | 'payment_in_progress' | 'payment_not_open' | 'phone_invalid' | 'precondition_failed' | 'precondition_required' | 'price_changed' | 'price_invalid' | 'quantity_invalid' | 'rate_limited' | 'reason_invalid' | 'reference_invalid' | 'refund_exceeds_captured' | 'refund_invalid' | 'return_url_not_allowed' | 'shipment_invalid' | 'shipping_method_unknown' | 'sign_in_again' | 'signature_invalid' | 'sku_invalid' | 'sku_unknown' | 'start_too_late' | 'answer_in_progress' | 'dispute_closed' | 'dispute_deadline_over' | 'dispute_not_answerable' | 'statement_invalid' | 'status_invalid' | 'stock_reserved' | 'tax_class_invalid' | 'token_invalid' | 'too_many_attempts' | 'type_invalid' | 'unauthorized' | 'unknown_field' | 'unsupported_media_type' | 'validation_failed' | 'vat_number_invalid' | 'weight_invalid';

export type CodeRequest = {
  email: string;
  purpose: 'export' | 'erasure';
};

export type ConfirmPaymentRequest = {
  /** What the gateway's form gave for this payment. Used once. */
  token?: string;
};

/** ISO 3166-1 alpha-2. */
export type Country = string;

/** ISO 4217. */
export type Currency = string;

/** What is kept of a customer. */
export type CustomerExport = {
  /** The shop asks for none. */
  consents: Array<string>;
  customer: {
    email: string;
    /** The pseudonym under which orders know them. */
    id: string;
  };
  exported_at: string;
  /** There are older orders; ask the shop for them. */
  more?: boolean;
  orders: Array<ExportedOrder>;
};

/** What made the basket cheaper. */
export type Discount = {
  amount: Amount;
  code?: string;
  free_delivery?: boolean;
  name: string;
};

/** What is to be another; the rest stays. */
export type EditOrderRequest = {
  billing_address?: Address;
  /** All of them; an empty list takes them away. */
  discount_codes?: Array<string>;
  /** The total that the shopper was shown, minor units. */
  expected_total?: number;
  lines?: Array<LineRequest>;
  /** For the carrier. Empty takes it away. */
  phone?: string;
  shipping_address?: Address;
  /** One of the quote’s. */
  shipping_method?: string;
  /** Of a business, with its country’s prefix. Empty takes it away. */
  vat_number?: string;
};

/** A contact as it was given. */
export type ExportedContact = {
  billing_address?: Address;
  email?: string;
  given_at: string;
  /** BCP 47; left out where it is the country's own. */
  language?: string;
  phone?: string;
  shipping_address?: Address;
  vat_number?: string;
};

/** An order with what is kept of its customer. */
export type ExportedOrder = {
  /** Each as it was given; the last one is used. */
  contacts: Array<ExportedContact>;
  mails: Array<{
    kind: string;
    sent_at: string;
  }>;
  order: Order;
  payments: Array<Attempt>;
  /** How many notes staff have left. Left out for none. */
  staff_notes?: number;
};

/** Variants of one thing share it. */
export type Family = string;

/** One fault, and where it is. */
export type Fault = {
  code: Code | GatewayCode;
  /** For people. Never what was sent. */
  detail?: string;
  header?: 'Content-Type' | 'Idempotency-Key' | 'If-Match' | 'If-None-Match';
  /** Of the query. */
  parameter?: 'currency' | 'day' | 'format' | 'low' | 'next' | 'q' | 'return' | 'state' | 'status';
  /** Into the body. */
  pointer?: string;
};

export type FulfillmentStatus = 'unfulfilled' | 'partially_fulfilled' | 'fulfilled' | 'delivered';

/** A code of the gateway's own, where it refused. */
export type GatewayCode = string;

export type Hold = {
  since: string;
};

export type Images = Array<{
  /** What it shows, for who cannot see it. */
  alt: string;
  /** https, or a path on the shop's own site. */
  url: string;
}>;

/** Total is quantity × unit price − discount. Tax comes on top of it, or the total holds `included_tax`. */
export type Line = {
  discount: Amount;
  included_tax?: Amount;
  name: string;
  quantity: number;
  sku: Sku;
  tax: Amount;
  tax_rate?: Percent;
  total: Amount;
  unit_price: Amount;
};

/** Lines of one SKU are merged. */
export type LineRequest = {
  quantity: number;
  sku: Sku;
};

export type LinkRequest = {
  email: string;
  /** The links of before are to end. */
  revoke?: boolean;
};

/** Where the shop keeps goods: `main`, or one of its settings' `locations`. */
export type Location = string;

export type Mode = 'hosted' | 'embedded';

/** What sets a variant apart in its family. */
export type Options = Array<{
  name: string;
  value: string;
}>;

/** An order as its shopper sees it. That it is on hold, not why. */
export type Order = {
  country: Country;
  created_at: string;
  currency: Currency;
  discount: Amount;
  discounts?: Array<Discount>;
  /** Only while it can be paid. */
  expires_at?: string;
  fulfillment_status: FulfillmentStatus;
  holds: Array<Hold>;
  id: OrderId;
  included_tax?: Amount;
  lines: Array<Line>;
  on_hold: boolean;
  payment_status: PaymentStatus;
  refunds: Array<Refund>;
  returns?: Array<Return>;
  /** The buyer, a business, owes the tax at home. */
  reverse_charge?: boolean;
  shipments: Array<Shipment>;
  shipping: Amount;
  shipping_method: string;
  status: OrderStatus;
  subtotal: Amount;
  tax: Amount;
  tax_lines?: Array<TaxLine>;
  total: Amount;
};

export type OrderId = string;

export type OrderStatus = 'created' | 'awaiting_payment' | 'payment_processing' | 'confirmed' | 'fulfilling' | 'shipped' | 'delivered' | 'completed' | 'expired' | 'cancelled';

export type Payment = {
  /** The money is promised first. Left out where it is taken at once. */
  capture?: 'manual';
  /** For the gateway's form. A credential. */
  client_secret?: string;
  gateway: 'stripe' | 'paypal' | 'square';
  id: PaymentId;
  /** For Square's form. */
  location_id?: string;
  mode: Mode;
  /** For the gateway's form. */
  public_key?: string;
  /** The gateway's page. */
  redirect_url?: string;
  status: AttemptStatus;
};

export type PaymentId = string;

export type PaymentStatus = 'unpaid' | 'processing' | 'authorized' | 'paid' | 'partially_refunded' | 'refunded' | 'disputed' | 'failed';

/** Per cent, with at most three decimals. */
export type Percent = string;

/** A basket and who it is for. */
export type PlaceOrderRequest = {
  billing_address?: Address;
  country?: Country;
  currency: ShopCurrency;
  discount_codes?: Array<string>;
  email: string;
  /** The total that the shopper was shown, minor units. */
  expected_total?: number;
  lines: Array<LineRequest>;
  /** For the carrier. */
  phone?: string;
  /** State or province, before there is an address. */
  region?: string;
  shipping_address: Address;
  /** One of the quote’s; its first unless said. */
  shipping_method?: string;
  /** Of a business, with its country’s prefix. It is stored sealed. */
  vat_number?: string;
};

export type PlacedOrder = {
  order: Order;
  /** Left out in the repeat for an order whose links were revoked. */
  token?: string;
};

/** RFC 9457. `code` is the code that all errors share, else `validation_failed`. */
export type Problem = {
  code: Code | GatewayCode;
  errors?: Array<Fault>;
  quote?: Quote;
  /** Name it when you ask for help. */
  request_id: string;
  status: number;
  title: string;
  /** The code as a URI. */
  type: string;
};

export type Product = {
  /** Never a count. */
  available: true | false | 'low';
  /** It may be ordered, and must be waited for. */
  backorder?: {
    expected_on?: string;
  };
  description?: string;
  family?: Family;
  images?: Images;
  name: string;
  options?: Options;
  price: Amount;
  quantities?: Quantities;
  sku: Sku;
  /** All of the family that are sold now, this one too. Where one product is shown. */
  variants?: Array<{
    available: true | false | 'low';
    name: string;
    options: Options;
    price: Amount;
    sku: Sku;
  }>;
};

export type ProductPage = {
  /** There is more: ask with this. Left out on the last page. */
  next?: string;
  products: Array<Product>;
};

/** How many of it one order may have. */
export type Quantities = {
  max?: number;
  min?: number;
  /** Sold by so many. */
  step?: number;
};

/** Subtotal − discount + shipping + tax = total. */
export type Quote = {
  country: Country;
  currency: Currency;
  discount: Amount;
  discounts?: Array<Discount>;
  included_tax?: Amount;
  lines: Array<Line>;
  /** The buyer, a business, owes the tax at home. */
  reverse_charge?: boolean;
  shipping: Amount;
  shipping_method: string;
  /** None for what needs no parcel. */
  shipping_methods: Array<ShippingMethod>;
  subtotal: Amount;
  tax: Amount;
  tax_lines?: Array<TaxLine>;
  total: Amount;
};

/** A basket. Personal data may be left out. */
export type QuoteRequest = {
  billing_address?: Address;
  country?: Country;
  currency: ShopCurrency;
  discount_codes?: Array<string>;
  email?: string;
  /** The total that the shopper was shown, minor units. */
  expected_total?: number;
  lines: Array<LineRequest>;
  /** For the carrier. */
  phone?: string;
  /** State or province, before there is an address. */
  region?: string;
  shipping_address?: Address;
  /** One of the quote’s; its first unless said. */
  shipping_method?: string;
  /** Of a business, with its country’s prefix. It is stored sealed. */
  vat_number?: string;
};

export type Refund = {
  amount: Amount;
  created_at: string;
  id: RefundId;
  status: RefundStatus;
};

export type RefundId = string;

export type RefundStatus = 'awaiting_approval' | 'requested' | 'unknown' | 'pending' | 'succeeded' | 'failed' | 'canceled';

/** What a shopper sends back, or wants to. */
export type Return = {
  created_at: string;
  decided_at?: string;
  id: ReturnId;
  lines: Array<ReturnedLine>;
  reason: ReturnReason;
  received_at?: string;
  status: 'requested' | 'accepted' | 'refused' | 'received';
};

export type ReturnId = string;

export type ReturnReason = 'changed_mind' | 'does_not_fit' | 'not_as_described' | 'damaged' | 'wrong_item' | 'too_late' | 'other';

export type ReturnRequest = {
  /** For the shop. It is sealed. */
  comment?: string;
  lines: Array<{
    quantity: number;
    sku: Sku;
  }>;
  reason: ReturnReason;
};

/** Units that are to come back, and what came of them. */
export type ReturnedLine = {
  /** Came back, and cannot. */
  damaged?: number;
  quantity: number;
  /** Came back, and can be sold again. */
  restocked?: number;
  sku: Sku;
};

export type Shipment = {
  /** Empty for what went in no parcel. */
  carrier: string;
  delivered_at?: string;
  from?: Location;
  id: string;
  lines: Array<LineRequest>;
  shipped_at: string;
  status: 'shipped' | 'delivered';
  tracking_number: string;
};

export type ShippingMethod = {
  /** Working days. */
  days: string;
  id: string;
  name: string;
  /** The shopper comes to the shop, whose tax applies. */
  pickup?: boolean;
  price: Amount;
};

export type ShopCurrency = 'EUR' | 'USD' | 'GBP' | 'JPY' | 'KWD';

export type Sku = string;

export type StartPaymentRequest = {
  /** auto, or nothing - as the shop decides. */
  gateway?: 'stripe' | 'paypal' | 'square' | 'auto';
  mode?: Mode;
  /** A page of the shop. Its own order page unless said. */
  return_url?: string;
};

/** The tax at one rate. */
export type TaxLine = {
  base: Amount;
  /** Prices hold it. */
  included?: boolean;
  rate: Percent;
  tax: Amount;
};

export type Timeline = Array<{
  at: string;
  by: 'shopper' | 'shop' | 'gateway';
  kind: string;
}>;

export type WayToPay = {
  gateway: string;
  mode: 'hosted' | 'embedded';
};

/** What each operation takes and answers. */
export interface Operations {
  /** Asks to send back what was delivered. */
  askReturn: { takes: { body: ReturnRequest; key: string; path: { id: string }; token: string }; answers: {
    return: Return;
  } };
  /** Ends an order before it is shipped. */
  cancelOrder: { takes: { path: { id: string }; token: string }; answers: {
    order: Order;
  } };
  /** Pays with what the gateway's form in the browser brought. */
  confirmPayment: { takes: { body?: ConfirmPaymentRequest; path: { id: string; payment_id: string }; token: string }; answers: {
    payment: Payment;
  } };
  /** Changes what is ordered, before it is paid. */
  editOrder: { takes: { body: EditOrderRequest; match: string; path: { id: string }; token: string }; answers: {
    order: Order;
  } };
  /** Erases a customer. */
  eraseCustomer: { takes: { token: string }; answers: {
    erased: boolean;
  } };
  /** Everything that is kept of a customer. */
  exportCustomer: { takes: { token: string }; answers: CustomerExport };
  /** A customer's own orders, the newest first. */
  listMyOrders: { takes: { query?: { next?: string }; token: string }; answers: {
    next?: string;
    orders: Array<Order>;
  } };
  /** What the shop sells, a page at a time. */
  listProducts: { takes: { query?: { currency?: string; next?: string; q?: string } }; answers: ProductPage };
  /** How the order may be paid now. */
  listWaysToPay: { takes: { path: { id: string }; token: string }; answers: {
    options: Array<WayToPay>;
  } };
  /** One of a customer's own orders, with a token that opens it. */
  openMyOrder: { takes: { path: { id: string }; token: string }; answers: {
    order: Order;
    token: string;
  } };
  /** Places an order and reserves its stock. */
  placeOrder: { takes: { body: PlaceOrderRequest; key: string }; answers: PlacedOrder };
  /** What a basket would cost. Nothing is kept. */
  quote: { takes: { body: QuoteRequest }; answers: Quote };
  /** Mails a customer a one-time code, for what is theirs alone to ask. */
  sendCode: { takes: { body: CodeRequest }; answers: Record<string, never> };
  /** Mails a new link to the order, to whom it belongs. */
  sendLink: { takes: { body: LinkRequest; path: { id: string } }; answers: Record<string, never> };
  /** One product. */
  showProduct: { takes: { path: { sku: string }; query?: { currency?: string } }; answers: Product };
  /** Begins a payment. */
  startPayment: { takes: { body: StartPaymentRequest; key: string; path: { id: string }; token: string }; answers: {
    payment: Payment;
  } };
  /** An order as its shopper sees it, consistent: what was just paid is never shown unpaid. */
  viewOrder: { takes: { path: { id: string }; token: string }; answers: {
    order: Order;
    timeline: Timeline;
  } };
}

export declare const operations: { readonly [Name in keyof Operations]: { method: string; path: string; query: readonly string[]; token: boolean; key: boolean; match?: boolean } };

/** The URL and the options of fetch for an operation. */
export declare function request<Name extends keyof Operations>(
  base: string, name: Name, given: Operations[Name]['takes'] & { signal?: AbortSignal },
): [string, RequestInit];
