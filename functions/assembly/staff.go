package assembly

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"till/functions/staff/approve"
	"till/functions/staff/cancel"
	"till/functions/staff/capture"
	"till/functions/staff/deliver"
	"till/functions/staff/dispute"
	"till/functions/staff/hold"
	staffinbox "till/functions/staff/inbox"
	"till/functions/staff/lift"
	"till/functions/staff/listorders"
	"till/functions/staff/putproduct"
	"till/functions/staff/refund"
	"till/functions/staff/reportledger"
	"till/functions/staff/returns"
	"till/functions/staff/setstock"
	"till/functions/staff/ship"
	"till/functions/staff/shopsettings"
	"till/functions/staff/showorder"
	"till/functions/staff/showproducts"
	"till/functions/staff/tokenclaims"
	"till/functions/staff/void"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/order"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
	"till/shared/settings"
	"till/shared/shop"
	"till/shared/vault"
)

// ListOrders assembles staff/listorders.
func ListOrders(t Tools, s interface {
	DayOrders(ctx context.Context, day, cursor string, limit int) ([]order.ID, string, error)
	ReturnOrders(ctx context.Context, cursor string, limit int) ([]order.ID, string, error)
	Orders(context.Context, []order.ID) ([]*order.Order, error)
}) apigw.Func {
	return serve(t, listorders.Handler{Day: s.DayOrders, Returns: s.ReturnOrders, Orders: s.Orders, Now: t.Now}.Handle)
}

// ShowOrder assembles staff/showorder.
func ShowOrder(t Tools, s interface {
	Orders
	History
}, v *vault.Vault) apigw.Func {
	return serve(t, showorder.Handler{Load: s.Order, Changes: s.Changes, Open: v.OpenContact, Note: v.Open, Now: t.Now}.Handle)
}

// Refund assembles staff/refund.
func Refund(t Tools, set settings.StaffRefund, s interface {
	Orders
	Settings
	Breakers
}, v *vault.Vault, gateways Gateways) apigw.Func {
	return serve(t, refund.Handler{Cashier: cashierOf(t, s, healthOf(t, s).Failures(gateways), set.Gateways), Shop: shop.Now(s.Settings), Alone: set.Alone, Seal: v.Seal, Now: t.Now}.Handle)
}

// Returns assembles staff/returns.
func Returns(t Tools, set settings.StaffRefund, s interface {
	Orders
	History
	Settings
}, v *vault.Vault, gateways Gateways) apigw.Func {
	return serve(t, returns.Handler{Cashier: cashierOf(t, s, gateways, set.Gateways), Changes: s.Changes, Shop: shop.Now(s.Settings), Alone: set.Alone, Seal: v.Seal, Now: t.Now}.Handle)
}

// Approve assembles staff/approve.
func Approve(t Tools, set settings.StaffCancel, s Orders, gateways Gateways) apigw.Func {
	return serve(t, approve.Handler{Cashier: cashierOf(t, s, gateways, set.Gateways), Now: t.Now}.Handle)
}

// Capture assembles staff/capture.
func Capture(t Tools, set settings.StaffPay, s Orders, v *vault.Vault, gateways Gateways) apigw.Func {
	return serve(t, capture.Handler{Cashier: cashierOf(t, s, gateways, set.Gateways), Seal: v.Seal, Now: t.Now}.Handle)
}

// Void assembles staff/void.
func Void(t Tools, set settings.StaffPay, s Orders, v *vault.Vault, gateways Gateways) apigw.Func {
	return serve(t, void.Handler{Cashier: cashierOf(t, s, gateways, set.Gateways), Seal: v.Seal, Now: t.Now}.Handle)
}

// StaffInbox assembles staff/inbox.
func StaffInbox(t Tools, s Desk, send Send) apigw.Func {
	return serve(t, staffinbox.Handler{List: s.EventsIn, Events: s.Events, Replay: s.ReplayEvent, Send: send, Now: t.Now, Log: t.Log}.Handle)
}

// Dispute assembles staff/dispute.
func Dispute(t Tools, set settings.StaffDispute, s interface {
	Orders
	History
}, v *vault.Vault, gateways Gateways) apigw.Func {
	return serve(t, dispute.Handler{Cashier: cashierOf(t, s, gateways, set.Gateways), Changes: s.Changes, Open: v.OpenContact, Seal: v.Seal, Now: t.Now}.Handle)
}

// Cancel assembles staff/cancel.
func Cancel(t Tools, set settings.StaffCancel, s interface {
	Orders
	History
}, gateways Gateways, m Machine) apigw.Func {
	return serve(t, cancel.Handler{Ending: endingOf(s, m), Cashier: cashierOf(t, s, gateways, set.Gateways), Now: t.Now}.Handle)
}

// Days keeps what days and settlements moved in the ledger.
type Days interface {
	Closing(ctx context.Context, day string) ([]daybook.Balance, error)
	DayEntries(ctx context.Context, day string) ([]reconcile.Entry, error)
	DayOrders(ctx context.Context, day, cursor string, limit int) ([]order.ID, string, error)
	LateChanges(ctx context.Context, day, cursor string, limit int) ([]order.Change, string, error)
	Orders(context.Context, []order.ID) ([]*order.Order, error)
}

// Settlements keeps what the gateways' settlements brought, and where they differ.
type Settlements interface {
	SaveEntry(context.Context, reconcile.Entry) error
	SaveClosing(ctx context.Context, day string, closing []daybook.Balance) error
	SaveFindings(context.Context, reconcile.Findings) error
}

// ReportLedger assembles staff/reportledger.
func ReportLedger(t Tools, s interface {
	History
	Days
	Findings(ctx context.Context, day string) (reconcile.Findings, error)
	Breakers
}) apigw.Func {
	return serve(t, reportledger.Handler{
		Books: daysOf(s, answerPages), Findings: s.Findings, Gateways: everyGateway(), Breakers: s.Breakers, Now: t.Now,
	}.Handle)
}

// How many pages of a day's orders and changes are summed up: within an answer's time, and by a job.
const (
	answerPages = 100
	jobPages    = 10_000
)

func daysOf(s interface {
	History
	Days
}, pages int) daybook.Source {
	return daybook.Source{Closing: s.Closing, Entries: s.DayEntries, Placed: s.DayOrders, Late: s.LateChanges, Orders: s.Orders, Chain: s.Changes, Pages: pages}
}

// Hold assembles staff/hold.
func Hold(t Tools, s Orders, v *vault.Vault) apigw.Func {
	return serve(t, hold.Handler{Book: bookOf(s), Seal: v.Seal, Now: t.Now}.Handle)
}

// Lift assembles staff/lift.
func Lift(t Tools, s Orders) apigw.Func {
	return serve(t, lift.Handler{Book: bookOf(s), Now: t.Now}.Handle)
}

// Ship assembles staff/ship.
func Ship(t Tools, set settings.StaffCancel, s interface {
	Orders
	History
	Spread(context.Context, catalog.SKU) (catalog.Spread, error)
}, gateways Gateways, m Machine) apigw.Func {
	c := cashierOf(t, s, gateways, set.Gateways)
	return serve(t, ship.Handler{Capture: c.Capture, Book: seeking(c.Book, s.Spread), Task: s.Change, Shipped: m.Succeed, Now: t.Now, Log: t.Log}.Handle)
}

// Deliver assembles staff/deliver.
func Deliver(t Tools, s Orders) apigw.Func {
	return serve(t, deliver.Handler{Book: bookOf(s), Now: t.Now}.Handle)
}

// TokenClaims assembles staff/tokenclaims.
func TokenClaims(Tools) func(context.Context, events.CognitoEventUserPoolsPreTokenGenV2_0) (events.CognitoEventUserPoolsPreTokenGenV2_0, error) {
	return tokenclaims.Handler{}.Handle
}

// PutProduct assembles staff/putproduct.
func PutProduct(t Tools, s interface {
	Products
	SaveProduct(context.Context, catalog.Product, catalog.Edit) error
}) apigw.Func {
	return serve(t, putproduct.Handler{Product: s.Product, Products: s.Products, Save: s.SaveProduct, Now: t.Now}.Handle)
}

// ShowProducts assembles staff/showproducts.
func ShowProducts(t Tools, s interface {
	Products
	ProductVersions(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error)
}) apigw.Func {
	return serve(t, showproducts.Handler{Product: s.Product, List: s.ListProducts, Versions: s.ProductVersions, Now: t.Now}.Handle)
}

// SetStock assembles staff/setstock.
func SetStock(t Tools, s interface {
	Settings
	Shelves
	EnterStock(context.Context, catalog.SKU, catalog.Wish) (catalog.Stock, error)
}) apigw.Func {
	return serve(t, setstock.Handler{
		Shop: shop.Now(s.Settings), Spread: s.Spread, Enter: s.EnterStock, Entries: s.StockEntries, Watched: s.WatchedStock, Stocks: s.Stocks,
		Checked: s.StockCheck, Now: t.Now,
	}.Handle)
}

// Decisions keeps every version of what staff decide about the shop.
type Decisions interface {
	Settings
	SettingsAt(ctx context.Context, n int) (shop.Version, error)
	SettingsBefore(ctx context.Context, n, limit int) ([]shop.Version, error)
	SaveSettings(context.Context, shop.Version) error
}

// ShopSettings assembles staff/shopsettings.
func ShopSettings(t Tools, set settings.StaffSettings, s Decisions) apigw.Func {
	return serve(t, shopsettings.Handler{
		Last: s.Settings, At: s.SettingsAt, Before: s.SettingsBefore, Save: s.SaveSettings, Gateways: set.Offered, Now: t.Now,
	}.Handle)
}
