package settings

import "errors"

// Receive is read by receivestripe, receivepaypal, receivesquare and reconcile.
type Receive struct {
	Common
	Gateways              // What a gateway signs may hold our own address, and what checks it may be the gateway's.
	InboxTable     string // INBOX_TABLE, required.
	EventsQueueURL string // EVENTS_QUEUE_URL, required.
}

// LoadReceive reads it. Errors: fault.Internal, every fault At its setting.
func LoadReceive(get Getenv) (Receive, error) {
	r := &reader{get: get}
	s := Receive{
		Common: r.common(), Gateways: r.gateways(), InboxTable: r.required("INBOX_TABLE"), EventsQueueURL: r.required("EVENTS_QUEUE_URL"),
	}
	return s, r.err()
}

// Reconcile is read by reconcile.
type Reconcile struct {
	Receive
	CatalogTable string // CATALOG_TABLE, required: how well gateways do is noted there.
}

// LoadReconcile reads it. Errors: fault.Internal, every fault At its setting.
func LoadReconcile(get Getenv) (Reconcile, error) {
	received, err := LoadReceive(get)
	r := &reader{get: get}
	s := Reconcile{Receive: received, CatalogTable: r.required("CATALOG_TABLE")}
	return s, errors.Join(err, r.err())
}

// ApplyEvent is read by applyevent.
type ApplyEvent struct {
	Common
	Gateways
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: late money takes stock again.
	InboxTable   string // INBOX_TABLE, required.
}

// LoadApplyEvent reads it. Errors: fault.Internal, every fault At its setting.
func LoadApplyEvent(get Getenv) (ApplyEvent, error) {
	r := &reader{get: get}
	s := ApplyEvent{
		Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		InboxTable: r.required("INBOX_TABLE"),
	}
	return s, r.err()
}

// Relay is read by relay.
type Relay struct {
	Common
	FulfillmentQueueURL string // FULFILLMENT_QUEUE_URL, required.
	MailQueueURL        string // MAIL_QUEUE_URL, required.
}

// LoadRelay reads it. Errors: fault.Internal, every fault At its setting.
func LoadRelay(get Getenv) (Relay, error) {
	r := &reader{get: get}
	s := Relay{Common: r.common(), FulfillmentQueueURL: r.required("FULFILLMENT_QUEUE_URL"), MailQueueURL: r.required("MAIL_QUEUE_URL")}
	return s, r.err()
}

// BeginFulfillment is read by beginfulfillment.
type BeginFulfillment struct {
	Common
	OrdersTable     string // ORDERS_TABLE, required.
	StateMachineARN string // STATE_MACHINE_ARN, required.
}

// LoadBeginFulfillment reads it. Errors: fault.Internal, every fault At its setting.
func LoadBeginFulfillment(get Getenv) (BeginFulfillment, error) {
	r := &reader{get: get}
	s := BeginFulfillment{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE"), StateMachineARN: r.required("STATE_MACHINE_ARN")}
	return s, r.err()
}

// Notify is read by notify.
type Notify struct {
	Common
	Vault
	OrdersTable    string // ORDERS_TABLE, required.
	CatalogTable   string // CATALOG_TABLE, required: what staff have decided.
	LinkSecretARN  string // LINK_SECRET_ARN, required.
	IndexSecretARN string // VAULT_SECRET_ARN, required: it keys the hashes of one-time codes.
	ShopURL        string // SHOP_URL, required: where links in mails lead.
	MailFrom       string // MAIL_FROM, required: a sender that SES has verified.
}

// LoadNotify reads it. Errors: fault.Internal, every fault At its setting.
func LoadNotify(get Getenv) (Notify, error) {
	r := &reader{get: get}
	s := Notify{
		Common: r.common(), Vault: r.vault(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		LinkSecretARN: r.required("LINK_SECRET_ARN"), IndexSecretARN: r.required("VAULT_SECRET_ARN"), ShopURL: r.address("SHOP_URL"), MailFrom: r.required("MAIL_FROM"),
	}
	return s, r.err()
}

// Sweep is read by sweep.
type Sweep struct {
	Common
	Gateways
	OrdersTable         string // ORDERS_TABLE, required.
	CatalogTable        string // CATALOG_TABLE, required: stock goes back.
	InboxTable          string // INBOX_TABLE, required.
	EventsQueueURL      string // EVENTS_QUEUE_URL, required.
	FulfillmentQueueURL string // FULFILLMENT_QUEUE_URL, required.
	MailQueueURL        string // MAIL_QUEUE_URL, required.
}

// LoadSweep reads it. Errors: fault.Internal, every fault At its setting.
func LoadSweep(get Getenv) (Sweep, error) {
	r := &reader{get: get}
	s := Sweep{
		Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		InboxTable: r.required("INBOX_TABLE"), EventsQueueURL: r.required("EVENTS_QUEUE_URL"),
		FulfillmentQueueURL: r.required("FULFILLMENT_QUEUE_URL"), MailQueueURL: r.required("MAIL_QUEUE_URL"),
	}
	return s, r.err()
}

// WatchStock is read by watchstock.
type WatchStock struct {
	Common
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required.
}

// LoadWatchStock reads it. Errors: fault.Internal, every fault At its setting.
func LoadWatchStock(get Getenv) (WatchStock, error) {
	r := &reader{get: get}
	s := WatchStock{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE")}
	return s, r.err()
}

// Step is read by the tasks of the fulfillment machine.
type Step struct {
	Common
	OrdersTable string // ORDERS_TABLE, required.
}

// LoadStep reads it. Errors: fault.Internal, every fault At its setting.
func LoadStep(get Getenv) (Step, error) {
	r := &reader{get: get}
	s := Step{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE")}
	return s, r.err()
}

// Settle is read by settle.
type Settle struct {
	Common
	Gateways
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: late money takes stock again.
}

// LoadSettle reads it. Errors: fault.Internal, every fault At its setting.
func LoadSettle(get Getenv) (Settle, error) {
	r := &reader{get: get}
	s := Settle{Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE")}
	return s, r.err()
}
