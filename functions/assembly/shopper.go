package assembly

import (
	"context"

	"till/functions/shopper/askreturn"
	"till/functions/shopper/cancelorder"
	"till/functions/shopper/confirmpayment"
	"till/functions/shopper/editorder"
	"till/functions/shopper/erasecustomer"
	"till/functions/shopper/exportcustomer"
	"till/functions/shopper/fallback"
	"till/functions/shopper/listproducts"
	"till/functions/shopper/myorders"
	"till/functions/shopper/placeorder"
	"till/functions/shopper/quote"
	"till/functions/shopper/returnpayment"
	"till/functions/shopper/sendlink"
	"till/functions/shopper/showproduct"
	"till/functions/shopper/startpayment"
	"till/functions/shopper/vieworder"
	"till/shared/address"
	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/edge/basket"
	"till/shared/edge/onrequest"
	"till/shared/gateway/charges"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/settings"
	"till/shared/shop"
	"till/shared/vault"
)

// serve puts the edge around a handler: card data is refused wherever it stands, and answers have one shape.
func serve(t Tools, f apigw.Func, checks ...apigw.Check) apigw.Func {
	return apigw.Serve(t.Log, t.Now, f, append([]apigw.Check{apigw.NoCardData}, checks...)...)
}

// ListProducts assembles shopper/listproducts.
func ListProducts(t Tools, s Products) apigw.Func {
	return serve(t, listproducts.Handler{
		Shop: lately(t, s), List: s.ListProducts, Find: s.FindProducts, Stocks: s.Stocks, Now: t.Now,
	}.Handle)
}

// ShowProduct assembles shopper/showproduct.
func ShowProduct(t Tools, s Products) apigw.Func {
	return serve(t, showproduct.Handler{
		Shop: lately(t, s), Product: s.Product, Stock: s.Stock, Family: s.Family, Products: s.Products, Stocks: s.Stocks, Now: t.Now,
	}.Handle)
}

// lately reads the settings for what a little staleness does not hurt.
func lately(t Tools, s Settings) shop.Read { return shop.Lately(s.Settings, t.Now) }

func pricerOf(t Tools, s Products, decided shop.Read, gateways []string) basket.Pricer {
	return basket.Pricer{Shop: decided, Products: catalog.OnSaleNow(s.Products, t.Now), Uses: s.Uses, Now: t.Now, Gateways: gateways, Charges: charges.Of}
}

// Quote assembles shopper/quote.
func Quote(t Tools, set settings.Quote, s Products) apigw.Func {
	return serve(t, quote.Handler{Pricer: pricerOf(t, s, lately(t, s), set.Offered)}.Handle)
}

// PlaceOrder assembles shopper/placeorder. outside knows which addresses there are; nil asks nobody.
func PlaceOrder(t Tools, set settings.PlaceOrder, s interface {
	Orders
	Products
	NoteOrder(ctx context.Context, customer string, id order.ID) error
}, v *vault.Vault, links Links, outside address.Outside) apigw.Func {
	return serve(t, placeorder.Handler{
		Pricer: pricerOf(t, s, shop.Now(s.Settings), set.Offered), Book: bookOf(s), Spread: s.Spread, Spreads: s.Spreads, Customer: v.CustomerOf, Note: s.NoteOrder, Known: v.Find, Seal: v.SealContact, Links: links,
		Accounts: set.Accounts, Hold: set.StockHold, Now: t.Now, Outside: outside, Stocks: s.Stocks, Log: t.Log, Meter: t.Meter,
	}.Handle, apigw.Origins(set.Origins...))
}

func guardOf(t Tools, s Orders, links Links) access.Guard {
	return access.Guard{Load: s.Order, Links: links, Now: t.Now}
}

// ViewOrder assembles shopper/vieworder.
func ViewOrder(t Tools, s interface {
	Orders
	History
}, links Links) apigw.Func {
	return serve(t, vieworder.Handler{Guard: guardOf(t, s, links), Changes: s.Changes}.Handle)
}

// StartPayment assembles shopper/startpayment.
func StartPayment(t Tools, set settings.StartPayment, s interface {
	Orders
	Settings
	Breakers
}, links Links, gateways Gateways) apigw.Func {
	return serve(t, startpayment.Handler{
		Guard: guardOf(t, s, links), Cashier: cashierOf(t, s, gateways, set.Gateways), Shop: lately(t, s), Gateways: set.Offered, Manual: set.Manual,
		ReturnOrigins: set.ReturnOrigins, Health: healthOf(t, s),
	}.Handle, apigw.Origins(set.Origins...))
}

// ConfirmPayment assembles shopper/confirmpayment.
func ConfirmPayment(t Tools, set settings.ConfirmPayment, s interface {
	Orders
	Breakers
}, links Links, gateways Gateways) apigw.Func {
	return serve(t, confirmpayment.Handler{
		Guard: guardOf(t, s, links), Cashier: cashierOf(t, s, healthOf(t, s).Failures(gateways), set.Gateways),
	}.Handle, apigw.Origins(set.Origins...))
}

// ReturnPayment assembles shopper/returnpayment.
func ReturnPayment(t Tools, set settings.ReturnPayment, s interface {
	Orders
	Breakers
}, gateways Gateways) apigw.Func {
	return serve(t, returnpayment.Handler{
		Load: s.Order, Cashier: cashierOf(t, s, healthOf(t, s).Failures(gateways), set.Gateways), ShopURL: set.ShopURL, Log: t.Log,
	}.Handle)
}

// CancelOrder assembles shopper/cancelorder.
func CancelOrder(t Tools, set settings.CancelOrder, s interface {
	Orders
	History
}, links Links, gateways Gateways, m Machine) apigw.Func {
	return serve(t, cancelorder.Handler{
		Guard: guardOf(t, s, links), Ending: endingOf(s, m), Cashier: cashierOf(t, s, gateways, set.Gateways),
	}.Handle, apigw.Origins(set.Origins...))
}

// EditOrder assembles shopper/editorder. outside is PlaceOrder's.
func EditOrder(t Tools, set settings.EditOrder, s interface {
	Orders
	History
	Products
}, v *vault.Vault, links Links, gateways Gateways, outside address.Outside) apigw.Func {
	c := cashierOf(t, s, gateways, set.Gateways)
	c.Book = seeking(c.Book, s.Spread)
	return serve(t, editorder.Handler{
		Guard: guardOf(t, s, links), Pricer: pricerOf(t, s, shop.Now(s.Settings), set.Offered), Cashier: c, Change: s.Change,
		Open: v.OpenContact, Seal: v.SealContact, Outside: outside, Stocks: s.Stocks, Log: t.Log, Meter: t.Meter,
	}.Handle, apigw.Origins(set.Origins...))
}

// AskReturn assembles shopper/askreturn.
func AskReturn(t Tools, set settings.AskReturn, s interface {
	Orders
	Settings
}, v *vault.Vault, links Links) apigw.Func {
	return serve(t, askreturn.Handler{
		Guard: guardOf(t, s, links), Book: bookOf(s), Shop: shop.Now(s.Settings), Seal: v.Seal,
	}.Handle, apigw.Origins(set.Origins...))
}

// SendLink assembles shopper/sendlink. v needs the key of its index alone.
func SendLink(t Tools, set settings.SendLink, v *vault.Vault, mail Send) apigw.Func {
	return serve(t, sendlink.Handler{Hash: v.HashOf, NewAsk: v.NewAsk, Mail: mail}.Handle, apigw.Origins(set.Origins...))
}

// MyOrders assembles shopper/myorders. v needs the key of its index and the customers alone.
func MyOrders(t Tools, set settings.MyOrders, s interface {
	Order(context.Context, order.ID) (*order.Order, error)
	Orders(context.Context, []order.ID) ([]*order.Order, error)
	CustomerOrders(ctx context.Context, customer, cursor string, limit int) ([]order.ID, string, error)
}, v *vault.Vault, links Links) apigw.Func {
	return serve(t, myorders.Handler{
		On: set.Accounts, Find: v.Find, List: s.CustomerOrders, Orders: s.Orders, Load: s.Order, Links: links, Now: t.Now,
	}.Handle)
}

// Codes keeps the one-time codes of customers.
type Codes interface {
	LoadCode(ctx context.Context, hash string) (passcode.Code, error)
	SaveCode(context.Context, passcode.Code) error
}

// Theirs reads what belongs to a customer.
type Theirs interface {
	Codes
	Orders(context.Context, []order.ID) ([]*order.Order, error)
	NotedOrders(ctx context.Context, customer, after string, limit int) ([]order.ID, error)
}

func codeGuard(t Tools, s Codes, v *vault.Vault) onrequest.Guard {
	return onrequest.Guard{Hash: v.HashOf, MAC: v.CodeMAC, Load: s.LoadCode, Save: s.SaveCode, Now: t.Now}
}

// ExportCustomer assembles shopper/exportcustomer.
func ExportCustomer(t Tools, _ settings.ExportCustomer, s interface {
	Theirs
	Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
}, v *vault.Vault) apigw.Func {
	return serve(t, exportcustomer.Handler{
		Guard: codeGuard(t, s, v), At: v.At, Address: v.AddressOf, Orders: onrequest.Orders{List: s.NotedOrders, Read: s.Orders},
		Changes: s.Changes, Open: v.OpenContact, Now: t.Now,
	}.Handle)
}

// EraseCustomer assembles shopper/erasecustomer. v needs the key of its index and the customers alone.
func EraseCustomer(t Tools, set settings.EraseCustomer, s Theirs, v *vault.Vault) apigw.Func {
	return serve(t, erasecustomer.Handler{
		Guard: codeGuard(t, s, v), At: v.At, Orders: onrequest.Orders{List: s.NotedOrders, Read: s.Orders}, Shred: v.Shred,
	}.Handle, apigw.Origins(set.Origins...))
}

// Fallback assembles shopper/fallback.
func Fallback(t Tools, set settings.Fallback) apigw.Func {
	return serve(t, fallback.Handler{Routes: set.Routes, Log: t.Log}.Handle)
}
