package settings

import (
	"strconv"
	"strings"

	"till/shared/money"
)

// Staff is read by staff's functions that need the orders only: listorders, lift, deliver.
type Staff struct {
	Common
	OrdersTable string // ORDERS_TABLE, required.
}

// LoadStaff reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaff(get Getenv) (Staff, error) {
	r := &reader{get: get}
	s := Staff{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE")}
	return s, r.err()
}

// StaffReports is read by reportledger.
type StaffReports struct {
	Staff
	CatalogTable string // CATALOG_TABLE, required: how well gateways do is noted there.
}

// LoadStaffReports reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffReports(get Getenv) (StaffReports, error) {
	r := &reader{get: get}
	s := StaffReports{Staff: Staff{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE")}, CatalogTable: r.required("CATALOG_TABLE")}
	return s, r.err()
}

// TokenClaims is read by tokenclaims.
type TokenClaims struct{ Common }

// LoadTokenClaims reads it. Errors: fault.Internal, every fault At its setting.
func LoadTokenClaims(get Getenv) (TokenClaims, error) {
	r := &reader{get: get}
	s := TokenClaims{r.common()}
	return s, r.err()
}

// StaffSealed is read by staff's functions that open or seal personal data: showorder, hold.
type StaffSealed struct {
	Common
	Vault
	OrdersTable string // ORDERS_TABLE, required.
}

// LoadStaffSealed reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffSealed(get Getenv) (StaffSealed, error) {
	r := &reader{get: get}
	s := StaffSealed{Common: r.common(), Vault: r.vault(), OrdersTable: r.required("ORDERS_TABLE")}
	return s, r.err()
}

// StaffRefund is read by refund.
type StaffRefund struct {
	Common
	Vault
	Gateways
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: an order that is refunded in full gives its stock back.
	// Alone is REFUND_ALONE, as "EUR=50000,USD=50000": up to how many minor units one member of staff decides alone; of other currencies
	// any amount.
	Alone map[money.Currency]int64
}

// LoadStaffRefund reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffRefund(get Getenv) (StaffRefund, error) {
	r := &reader{get: get}
	s := StaffRefund{
		Common: r.common(), Vault: r.vault(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		Alone: r.amounts("REFUND_ALONE"),
	}
	return s, r.err()
}

// amounts reads minor units by currency; nil if it is not set.
func (r *reader) amounts(name string) map[money.Currency]int64 {
	text := r.get(name)
	if text == "" {
		return nil
	}
	out := map[money.Currency]int64{}
	for each := range strings.SplitSeq(text, ",") {
		code, minor, _ := strings.Cut(strings.TrimSpace(each), "=")
		currency, err := money.Parse(code)
		n, bad := strconv.ParseInt(minor, 10, 64)
		if err != nil || bad != nil || n < 0 {
			r.bad(name, "must be minor units by currency, as EUR=50000,USD=50000")
			return nil
		}
		out[currency] = n
	}
	return out
}

// StaffPay is read by capture and void: what is done at a gateway, and why.
type StaffPay struct {
	Common
	Vault
	Gateways
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: an order that ends gives its stock back.
}

// LoadStaffPay reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffPay(get Getenv) (StaffPay, error) {
	r := &reader{get: get}
	s := StaffPay{
		Common: r.common(), Vault: r.vault(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
	}
	return s, r.err()
}

// StaffInbox is read by inbox.
type StaffInbox struct {
	Common
	InboxTable     string // INBOX_TABLE, required.
	EventsQueueURL string // EVENTS_QUEUE_URL, required.
}

// LoadStaffInbox reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffInbox(get Getenv) (StaffInbox, error) {
	r := &reader{get: get}
	s := StaffInbox{Common: r.common(), InboxTable: r.required("INBOX_TABLE"), EventsQueueURL: r.required("EVENTS_QUEUE_URL")}
	return s, r.err()
}

// StaffDispute is read by dispute.
type StaffDispute struct {
	Common
	Vault
	Gateways
	OrdersTable string // ORDERS_TABLE, required.
}

// LoadStaffDispute reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffDispute(get Getenv) (StaffDispute, error) {
	r := &reader{get: get}
	s := StaffDispute{Common: r.common(), Vault: r.vault(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE")}
	return s, r.err()
}

// StaffCancel is read by staff's cancel, approve and ship.
type StaffCancel struct {
	Common
	Gateways
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: stock goes back, or is sold.
}

// LoadStaffCancel reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffCancel(get Getenv) (StaffCancel, error) {
	r := &reader{get: get}
	s := StaffCancel{Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE")}
	return s, r.err()
}

// StaffSettings is read by shopsettings.
type StaffSettings struct {
	Common
	CatalogTable string   // CATALOG_TABLE, required.
	Offered      []string // GATEWAYS, required: those that settings may name.
}

// LoadStaffSettings reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffSettings(get Getenv) (StaffSettings, error) {
	r := &reader{get: get}
	s := StaffSettings{Common: r.common(), CatalogTable: r.required("CATALOG_TABLE"), Offered: r.offered()}
	return s, r.err()
}
