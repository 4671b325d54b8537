package settings

import (
	"strings"
	"time"
)

// Catalogue is read by listproducts and showproduct.
type Catalogue struct {
	Common
	CatalogTable string // CATALOG_TABLE, required.
}

// LoadCatalogue reads it. Errors: fault.Internal, every fault At its setting.
func LoadCatalogue(get Getenv) (Catalogue, error) {
	r := &reader{get: get}
	s := Catalogue{Common: r.common(), CatalogTable: r.required("CATALOG_TABLE")}
	return s, r.err()
}

// Quote is read by quote.
type Quote struct {
	Common
	CatalogTable string   // CATALOG_TABLE, required.
	Offered      []string // GATEWAYS, required: what none of them could take is not sold.
}

// LoadQuote reads it. Errors: fault.Internal, every fault At its setting.
func LoadQuote(get Getenv) (Quote, error) {
	r := &reader{get: get}
	s := Quote{Common: r.common(), CatalogTable: r.required("CATALOG_TABLE"), Offered: r.offered()}
	return s, r.err()
}

// PlaceOrder is read by placeorder.
type PlaceOrder struct {
	Common
	Vault
	IndexSecretARN string        // VAULT_SECRET_ARN, required: the key of the blind index of addresses.
	OrdersTable    string        // ORDERS_TABLE, required.
	CatalogTable   string        // CATALOG_TABLE, required.
	LinkSecretARN  string        // LINK_SECRET_ARN, required.
	Origins        []string      // ALLOWED_ORIGINS, required: pages that may call.
	Offered        []string      // GATEWAYS, required: what none of them could take is not sold.
	StockHold      time.Duration // STOCK_HOLD, 30m unless set, 5m to 24h.
	Accounts       bool          // ACCOUNTS, no unless set: whether customers have accounts and find their orders there.
}

// LoadPlaceOrder reads it. Errors: fault.Internal, every fault At its setting.
func LoadPlaceOrder(get Getenv) (PlaceOrder, error) {
	r := &reader{get: get}
	s := PlaceOrder{
		Common: r.common(), Vault: r.vault(), IndexSecretARN: r.required("VAULT_SECRET_ARN"), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		LinkSecretARN: r.required("LINK_SECRET_ARN"), Origins: r.origins("ALLOWED_ORIGINS"),
		Offered: r.offered(), StockHold: r.span("STOCK_HOLD", 30*time.Minute, 5*time.Minute, 24*time.Hour),
		Accounts: r.accounts(),
	}
	return s, r.err()
}

// ViewOrder is read by vieworder.
type ViewOrder struct {
	Common
	OrdersTable   string // ORDERS_TABLE, required.
	LinkSecretARN string // LINK_SECRET_ARN, required.
}

// LoadViewOrder reads it. Errors: fault.Internal, every fault At its setting.
func LoadViewOrder(get Getenv) (ViewOrder, error) {
	r := &reader{get: get}
	s := ViewOrder{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE"), LinkSecretARN: r.required("LINK_SECRET_ARN")}
	return s, r.err()
}

// StartPayment is read by startpayment.
type StartPayment struct {
	Common
	Gateways
	OrdersTable   string   // ORDERS_TABLE, required.
	CatalogTable  string   // CATALOG_TABLE, required: late money takes stock again.
	LinkSecretARN string   // LINK_SECRET_ARN, required.
	ReturnOrigins []string // RETURN_ORIGINS, required: where a return_url may point.
	Origins       []string // ALLOWED_ORIGINS, required: pages that may call.
	Offered       []string // GATEWAYS, required: those that shoppers may choose. Others are still asked about what was paid there.
	Manual        bool     // CAPTURE is manual, not automatic, as it is unless set: money is promised first, and taken by a capture.
}

// LoadStartPayment reads it. Errors: fault.Internal, every fault At its setting.
func LoadStartPayment(get Getenv) (StartPayment, error) {
	r := &reader{get: get}
	s := StartPayment{
		Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		LinkSecretARN: r.required("LINK_SECRET_ARN"), ReturnOrigins: r.origins("RETURN_ORIGINS"), Origins: r.origins("ALLOWED_ORIGINS"), Offered: r.offered(), Manual: r.one("CAPTURE", "automatic", "manual") == "manual",
	}
	return s, r.err()
}

// ConfirmPayment is read by confirmpayment.
type ConfirmPayment struct {
	Common
	Gateways
	OrdersTable   string   // ORDERS_TABLE, required.
	CatalogTable  string   // CATALOG_TABLE, required: late money takes stock again.
	LinkSecretARN string   // LINK_SECRET_ARN, required.
	Origins       []string // ALLOWED_ORIGINS, required: pages that may call.
}

// LoadConfirmPayment reads it. Errors: fault.Internal, every fault At its setting.
func LoadConfirmPayment(get Getenv) (ConfirmPayment, error) {
	r := &reader{get: get}
	s := ConfirmPayment{
		Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		LinkSecretARN: r.required("LINK_SECRET_ARN"), Origins: r.origins("ALLOWED_ORIGINS"),
	}
	return s, r.err()
}

// ReturnPayment is read by returnpayment.
type ReturnPayment struct {
	Common
	Gateways
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: late money takes stock again.
	ShopURL      string // SHOP_URL, required: the shop's own pages.
}

// LoadReturnPayment reads it. Errors: fault.Internal, every fault At its setting.
func LoadReturnPayment(get Getenv) (ReturnPayment, error) {
	r := &reader{get: get}
	s := ReturnPayment{
		Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		ShopURL: r.address("SHOP_URL"),
	}
	return s, r.err()
}

// CancelOrder is read by cancelorder.
type CancelOrder struct {
	Common
	Gateways
	OrdersTable   string   // ORDERS_TABLE, required.
	CatalogTable  string   // CATALOG_TABLE, required: stock goes back.
	LinkSecretARN string   // LINK_SECRET_ARN, required.
	Origins       []string // ALLOWED_ORIGINS, required: pages that may call.
}

// LoadCancelOrder reads it. Errors: fault.Internal, every fault At its setting.
func LoadCancelOrder(get Getenv) (CancelOrder, error) {
	r := &reader{get: get}
	s := CancelOrder{
		Common: r.common(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		LinkSecretARN: r.required("LINK_SECRET_ARN"), Origins: r.origins("ALLOWED_ORIGINS"),
	}
	return s, r.err()
}

// MyOrders is read by myorders.
type MyOrders struct {
	Common
	OrdersTable    string // ORDERS_TABLE, required.
	CustomersTable string // CUSTOMERS_TABLE, required: it leads from an address to a customer; nothing of it is opened.
	IndexSecretARN string // VAULT_SECRET_ARN, required: the key of the blind index of addresses.
	LinkSecretARN  string // LINK_SECRET_ARN, required.
	Accounts       bool   // ACCOUNTS, no unless set.
}

// LoadMyOrders reads it. Errors: fault.Internal, every fault At its setting.
func LoadMyOrders(get Getenv) (MyOrders, error) {
	r := &reader{get: get}
	s := MyOrders{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE"), CustomersTable: r.required("CUSTOMERS_TABLE"),
		IndexSecretARN: r.required("VAULT_SECRET_ARN"), LinkSecretARN: r.required("LINK_SECRET_ARN"), Accounts: r.accounts()}
	return s, r.err()
}

// accounts reads whether customers have accounts.
func (r *reader) accounts() bool { return r.one("ACCOUNTS", "no", "yes") == "yes" }

// ExportCustomer is read by exportcustomer.
type ExportCustomer struct {
	Common
	Vault
	IndexSecretARN string // VAULT_SECRET_ARN, required: the key of the blind index of addresses, and of codes.
	OrdersTable    string // ORDERS_TABLE, required.
}

// LoadExportCustomer reads it. Errors: fault.Internal, every fault At its setting.
func LoadExportCustomer(get Getenv) (ExportCustomer, error) {
	r := &reader{get: get}
	s := ExportCustomer{Common: r.common(), Vault: r.vault(), IndexSecretARN: r.required("VAULT_SECRET_ARN"), OrdersTable: r.required("ORDERS_TABLE")}
	return s, r.err()
}

// EraseCustomer is read by erasecustomer.
type EraseCustomer struct {
	Common
	CustomersTable string   // CUSTOMERS_TABLE, required: keys are thrown away; nothing is opened.
	IndexSecretARN string   // VAULT_SECRET_ARN, required: the key of the blind index of addresses, and of codes.
	OrdersTable    string   // ORDERS_TABLE, required.
	Origins        []string // ALLOWED_ORIGINS, required: pages that may call.
}

// LoadEraseCustomer reads it. Errors: fault.Internal, every fault At its setting.
func LoadEraseCustomer(get Getenv) (EraseCustomer, error) {
	r := &reader{get: get}
	s := EraseCustomer{Common: r.common(), CustomersTable: r.required("CUSTOMERS_TABLE"), IndexSecretARN: r.required("VAULT_SECRET_ARN"),
		OrdersTable: r.required("ORDERS_TABLE"), Origins: r.origins("ALLOWED_ORIGINS")}
	return s, r.err()
}

// SendLink is read by sendlink.
type SendLink struct {
	Common
	IndexSecretARN string   // VAULT_SECRET_ARN, required: the key of the blind index of addresses.
	MailQueueURL   string   // MAIL_QUEUE_URL, required.
	Origins        []string // ALLOWED_ORIGINS, required: pages that may call.
}

// LoadSendLink reads it. Errors: fault.Internal, every fault At its setting.
func LoadSendLink(get Getenv) (SendLink, error) {
	r := &reader{get: get}
	s := SendLink{Common: r.common(), IndexSecretARN: r.required("VAULT_SECRET_ARN"), MailQueueURL: r.required("MAIL_QUEUE_URL"), Origins: r.origins("ALLOWED_ORIGINS")}
	return s, r.err()
}

// EditOrder is read by editorder.
type EditOrder struct {
	Common
	Vault
	Gateways
	OrdersTable   string   // ORDERS_TABLE, required.
	CatalogTable  string   // CATALOG_TABLE, required: prices, and stock.
	LinkSecretARN string   // LINK_SECRET_ARN, required.
	Origins       []string // ALLOWED_ORIGINS, required: pages that may call.
	Offered       []string // GATEWAYS, required: what none of them could take is not sold.
}

// LoadEditOrder reads it. Errors: fault.Internal, every fault At its setting.
func LoadEditOrder(get Getenv) (EditOrder, error) {
	r := &reader{get: get}
	s := EditOrder{
		Common: r.common(), Vault: r.vault(), Gateways: r.gateways(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		LinkSecretARN: r.required("LINK_SECRET_ARN"), Origins: r.origins("ALLOWED_ORIGINS"), Offered: r.offered(),
	}
	return s, r.err()
}

// AskReturn is read by askreturn.
type AskReturn struct {
	Common
	Vault
	OrdersTable   string   // ORDERS_TABLE, required.
	CatalogTable  string   // CATALOG_TABLE, required: for how long something may be returned.
	LinkSecretARN string   // LINK_SECRET_ARN, required.
	Origins       []string // ALLOWED_ORIGINS, required: pages that may call.
}

// LoadAskReturn reads it. Errors: fault.Internal, every fault At its setting.
func LoadAskReturn(get Getenv) (AskReturn, error) {
	r := &reader{get: get}
	s := AskReturn{
		Common: r.common(), Vault: r.vault(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
		LinkSecretARN: r.required("LINK_SECRET_ARN"), Origins: r.origins("ALLOWED_ORIGINS"),
	}
	return s, r.err()
}

// Fallback is read by fallback.
type Fallback struct {
	Common
	Routes []string // ROUTES, required: the API's routes, as "GET /products GET /products/{sku}".
}

// LoadFallback reads it. Errors: fault.Internal, every fault At its setting.
func LoadFallback(get Getenv) (Fallback, error) {
	r := &reader{get: get}
	s := Fallback{Common: r.common()}
	words := strings.Fields(r.required("ROUTES"))
	if len(words)%2 != 0 {
		r.bad("ROUTES", "must be pairs of method and path")
		return s, r.err()
	}
	for i := 0; i < len(words); i += 2 {
		s.Routes = append(s.Routes, words[i]+" "+words[i+1])
	}
	return s, r.err()
}
