package settings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/settings"
)

// loader runs a loader for its errors.
func loader[T any](load func(settings.Getenv) (T, error)) func(settings.Getenv) error {
	return func(get settings.Getenv) error {
		_, err := load(get)
		return err
	}
}

// function is what a function's folder is told: its loader, its settings, and which of them may be missing.
type function struct {
	load     func(settings.Getenv) error
	required string
	optional string
}

// functions is every function with its settings, written by hand, beside those that every function has.
func functions() map[string]function {
	catalogue, step, staff := loader(settings.LoadCatalogue), loader(settings.LoadStep), loader(settings.LoadStaff)
	sealed, receive := loader(settings.LoadStaffSealed), loader(settings.LoadReceive)
	const vault, gateways = " CUSTOMERS_TABLE VAULT_KEY_ARN", " GATEWAY_SECRETS_ARN API_URL"
	return map[string]function{
		"shopper/listproducts": {catalogue, "CATALOG_TABLE", ""},
		"shopper/showproduct":  {catalogue, "CATALOG_TABLE", ""},
		"shopper/quote":        {loader(settings.LoadQuote), "CATALOG_TABLE GATEWAYS", ""},
		"shopper/placeorder": {loader(settings.LoadPlaceOrder), "ORDERS_TABLE CATALOG_TABLE LINK_SECRET_ARN ALLOWED_ORIGINS VAULT_SECRET_ARN GATEWAYS" + vault,
			"STOCK_HOLD ACCOUNTS"},
		"shopper/vieworder": {loader(settings.LoadViewOrder), "ORDERS_TABLE LINK_SECRET_ARN", ""},
		"shopper/startpayment": {loader(settings.LoadStartPayment),
			"ORDERS_TABLE CATALOG_TABLE LINK_SECRET_ARN RETURN_ORIGINS ALLOWED_ORIGINS GATEWAYS" + gateways, "GATEWAYS_URL CAPTURE"},
		"shopper/confirmpayment": {loader(settings.LoadConfirmPayment),
			"ORDERS_TABLE CATALOG_TABLE LINK_SECRET_ARN ALLOWED_ORIGINS" + gateways, "GATEWAYS_URL"},
		"shopper/returnpayment": {loader(settings.LoadReturnPayment), "ORDERS_TABLE CATALOG_TABLE SHOP_URL" + gateways, "GATEWAYS_URL"},
		"shopper/cancelorder": {loader(settings.LoadCancelOrder), "ORDERS_TABLE CATALOG_TABLE LINK_SECRET_ARN ALLOWED_ORIGINS" + gateways,
			"GATEWAYS_URL"},
		"shopper/askreturn": {loader(settings.LoadAskReturn), "ORDERS_TABLE CATALOG_TABLE LINK_SECRET_ARN ALLOWED_ORIGINS" + vault, ""},
		"shopper/editorder": {loader(settings.LoadEditOrder), "ORDERS_TABLE CATALOG_TABLE LINK_SECRET_ARN ALLOWED_ORIGINS GATEWAYS" + vault + gateways,
			"GATEWAYS_URL"},
		"shopper/sendlink":        {loader(settings.LoadSendLink), "VAULT_SECRET_ARN MAIL_QUEUE_URL ALLOWED_ORIGINS", ""},
		"shopper/myorders":        {loader(settings.LoadMyOrders), "ORDERS_TABLE CUSTOMERS_TABLE VAULT_SECRET_ARN LINK_SECRET_ARN", "ACCOUNTS"},
		"shopper/exportcustomer":  {loader(settings.LoadExportCustomer), "ORDERS_TABLE VAULT_SECRET_ARN" + vault, ""},
		"shopper/erasecustomer":   {loader(settings.LoadEraseCustomer), "ORDERS_TABLE CUSTOMERS_TABLE VAULT_SECRET_ARN ALLOWED_ORIGINS", ""},
		"shopper/fallback":        {loader(settings.LoadFallback), "ROUTES", ""},
		"webhook/receivestripe":   {receive, "INBOX_TABLE EVENTS_QUEUE_URL" + gateways, "GATEWAYS_URL"},
		"webhook/receivepaypal":   {receive, "INBOX_TABLE EVENTS_QUEUE_URL" + gateways, "GATEWAYS_URL"},
		"webhook/receivesquare":   {receive, "INBOX_TABLE EVENTS_QUEUE_URL" + gateways, "GATEWAYS_URL"},
		"worker/reconcile":        {loader(settings.LoadReconcile), "INBOX_TABLE EVENTS_QUEUE_URL CATALOG_TABLE" + gateways, "GATEWAYS_URL"},
		"worker/settle":           {loader(settings.LoadSettle), "ORDERS_TABLE CATALOG_TABLE" + gateways, "GATEWAYS_URL"},
		"worker/watchstock":       {loader(settings.LoadWatchStock), "ORDERS_TABLE CATALOG_TABLE", ""},
		"worker/applyevent":       {loader(settings.LoadApplyEvent), "ORDERS_TABLE CATALOG_TABLE INBOX_TABLE" + gateways, "GATEWAYS_URL"},
		"worker/relay":            {loader(settings.LoadRelay), "FULFILLMENT_QUEUE_URL MAIL_QUEUE_URL", ""},
		"worker/beginfulfillment": {loader(settings.LoadBeginFulfillment), "ORDERS_TABLE STATE_MACHINE_ARN", ""},
		"worker/notify":           {loader(settings.LoadNotify), "ORDERS_TABLE CATALOG_TABLE LINK_SECRET_ARN VAULT_SECRET_ARN SHOP_URL MAIL_FROM" + vault, ""},
		"worker/sweep": {loader(settings.LoadSweep),
			"ORDERS_TABLE CATALOG_TABLE INBOX_TABLE EVENTS_QUEUE_URL FULFILLMENT_QUEUE_URL MAIL_QUEUE_URL" + gateways, "GATEWAYS_URL"},
		"step/prepare":         {step, "ORDERS_TABLE", ""},
		"step/requestshipment": {step, "ORDERS_TABLE", ""},
		"step/complete":        {step, "ORDERS_TABLE", ""},
		"step/compensate":      {step, "ORDERS_TABLE", ""},
		"staff/listorders":     {staff, "ORDERS_TABLE", ""},
		"staff/lift":           {staff, "ORDERS_TABLE", ""},
		"staff/deliver":        {staff, "ORDERS_TABLE", ""},
		"staff/showorder":      {sealed, "ORDERS_TABLE" + vault, ""},
		"staff/hold":           {sealed, "ORDERS_TABLE" + vault, ""},
		"staff/capture":        {loader(settings.LoadStaffPay), "ORDERS_TABLE CATALOG_TABLE" + vault + gateways, "GATEWAYS_URL"},
		"staff/inbox":          {loader(settings.LoadStaffInbox), "INBOX_TABLE EVENTS_QUEUE_URL", ""},
		"staff/dispute":        {loader(settings.LoadStaffDispute), "ORDERS_TABLE" + vault + gateways, "GATEWAYS_URL"},
		"staff/void":           {loader(settings.LoadStaffPay), "ORDERS_TABLE CATALOG_TABLE" + vault + gateways, "GATEWAYS_URL"},
		"staff/cancel":         {loader(settings.LoadStaffCancel), "ORDERS_TABLE CATALOG_TABLE" + gateways, "GATEWAYS_URL"},
		"staff/approve":        {loader(settings.LoadStaffCancel), "ORDERS_TABLE CATALOG_TABLE" + gateways, "GATEWAYS_URL"},
		"staff/reportledger":   {loader(settings.LoadStaffReports), "ORDERS_TABLE CATALOG_TABLE", ""},
		"staff/returns":        {loader(settings.LoadStaffRefund), "ORDERS_TABLE CATALOG_TABLE" + vault + gateways, "GATEWAYS_URL REFUND_ALONE"},
		"staff/refund":         {loader(settings.LoadStaffRefund), "ORDERS_TABLE CATALOG_TABLE" + vault + gateways, "GATEWAYS_URL REFUND_ALONE"},
		"staff/ship":           {loader(settings.LoadStaffCancel), "ORDERS_TABLE CATALOG_TABLE" + gateways, "GATEWAYS_URL"},
		"staff/tokenclaims":    {loader(settings.LoadTokenClaims), "", ""},
		"staff/putproduct":     {catalogue, "CATALOG_TABLE", ""},
		"staff/setstock":       {catalogue, "CATALOG_TABLE", ""},
		"staff/shopsettings":   {loader(settings.LoadStaffSettings), "CATALOG_TABLE GATEWAYS", ""},
		"staff/showproducts":   {catalogue, "CATALOG_TABLE", ""},
	}
}

func sorted(names ...string) []string { return slices.Sorted(slices.Values(names)) }

// good is a value that every setting's loader takes.
func good(name string) string {
	switch {
	case name == "STAGE":
		return "dev"
	case name == "LOG_LEVEL":
		return "warn"
	case name == "REFUND_ALONE":
		return "EUR=50000, JPY=5000"
	case name == "ACCOUNTS":
		return "yes"
	case name == "CAPTURE":
		return "manual"
	case name == "GATEWAYS":
		return "stripe, paypal"
	case name == "STOCK_HOLD":
		return "45m"
	case name == "ROUTES":
		return "GET /products GET /products/{sku}"
	case strings.HasSuffix(name, "_URL"), strings.HasSuffix(name, "_ORIGINS"):
		return "https://" + strings.ToLower(name) + ".example/"
	}
	return "value-of-" + name
}

// places lists where the faults of an error are.
func places(t *testing.T, err error) (out []string) {
	t.Helper()
	for _, e := range fault.All(err) {
		if e.Kind != fault.Internal || e.Code != "config_invalid" {
			t.Errorf("a fault is %v", e)
		}
		out = append(out, e.At)
	}
	return sorted(out...)
}

// N50: a function with bad settings does not start, and says all that is wrong at once.
func TestAllThatIsMissingIsToldAtOnce(t *testing.T) {
	for folder, f := range functions() {
		required := append(strings.Fields(f.required), "STAGE")
		if got := places(t, f.load(func(string) string { return "" })); !slices.Equal(got, sorted(required...)) {
			t.Errorf("%s misses %v, want %v", folder, got, sorted(required...))
		}
		if err := f.load(good); err != nil {
			t.Errorf("%s refuses good settings: %v", folder, err)
		}
		for _, missing := range required {
			err := f.load(func(name string) string {
				if name == missing {
					return ""
				}
				return good(name)
			})
			if got := places(t, err); !slices.Equal(got, []string{missing}) {
				t.Errorf("%s without %s: %v", folder, missing, err)
			}
		}
	}
}

func TestNeeds(t *testing.T) {
	needs, want := settings.Needs(), functions()
	if len(needs) != len(want) {
		t.Errorf("%d functions, want %d", len(needs), len(want))
	}
	for folder, f := range want {
		names := sorted(append(strings.Fields(f.required+" "+f.optional), "STAGE", "LOG_LEVEL")...)
		if !slices.Equal(needs[folder], names) {
			t.Errorf("%s needs %v, want %v", folder, needs[folder], names)
		}
	}
}

// TestNoValueIsEverShown: it may be a secret that was put in the wrong place.
func TestNoValueIsEverShown(t *testing.T) {
	const canary = "sk_live_canary"
	for folder, f := range functions() {
		err := f.load(func(string) string { return canary })
		if err == nil {
			t.Errorf("%s takes a secret for its stage", folder)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("%s shows a value: %v", folder, err)
		}
	}
}

func TestValues(t *testing.T) {
	tests := []struct {
		name, setting, value string
		load                 func(settings.Getenv) error
		ok                   bool
	}{
		{"a span within its limits", "STOCK_HOLD", "5m", loader(settings.LoadPlaceOrder), true},
		{"the longest span", "STOCK_HOLD", "24h", loader(settings.LoadPlaceOrder), true},
		{"a span that is too short", "STOCK_HOLD", "4m59s", loader(settings.LoadPlaceOrder), false},
		{"a span that is too long", "STOCK_HOLD", "24h1s", loader(settings.LoadPlaceOrder), false},
		{"a number without a unit", "STOCK_HOLD", "30", loader(settings.LoadPlaceOrder), false},
		{"a span below nothing", "STOCK_HOLD", "-1h", loader(settings.LoadPlaceOrder), false},
		{"a local address", "SHOP_URL", "http://localhost:8080", loader(settings.LoadNotify), true},
		{"an address without a scheme", "SHOP_URL", "shop.example", loader(settings.LoadNotify), false},
		{"a script", "SHOP_URL", "javascript:alert(1)", loader(settings.LoadNotify), false},
		{"no host", "SHOP_URL", "https:///shop", loader(settings.LoadNotify), false},
		{"a control character", "SHOP_URL", "https://shop.example/\x7f", loader(settings.LoadNotify), false},
		{"an optional address that is none", "GATEWAYS_URL", "stripe", loader(settings.LoadSweep), false},
		{"a list of one", "ALLOWED_ORIGINS", "https://a.example", loader(settings.LoadPlaceOrder), true},
		{"a list of nothing", "ALLOWED_ORIGINS", " , ,", loader(settings.LoadPlaceOrder), false},
		{"an unknown stage", "STAGE", "production", loader(settings.LoadStep), false},
		{"a level of logs", "LOG_LEVEL", "debug", loader(settings.LoadStep), true},
		{"an unknown level of logs", "LOG_LEVEL", "INFO", loader(settings.LoadStep), false},
		{"a method without a path", "ROUTES", "GET /products POST", loader(settings.LoadFallback), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.load(func(name string) string {
				if name == tt.setting {
					return tt.value
				}
				return good(name)
			})
			if got := places(t, err); tt.ok != (err == nil) || !tt.ok && !slices.Equal(got, []string{tt.setting}) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestProdHasNoPagesOnAShoppersOwnMachine(t *testing.T) {
	on := func(stage, setting, value string) settings.Getenv {
		return func(name string) string {
			switch name {
			case "STAGE":
				return stage
			case setting:
				return value
			}
			return good(name)
		}
	}
	for _, value := range []string{"http://localhost:8080", "https://localhost", "https://shop.localhost", "https://127.0.0.1:8443", "https://[::1]", "https://0.0.0.0",
		"http://shop.example", "https://LOCALHOST."} {
		for _, setting := range []string{"ALLOWED_ORIGINS", "RETURN_ORIGINS", "API_URL"} {
			if _, err := settings.LoadStartPayment(on("prod", setting, value)); !slices.Equal(places(t, err), []string{setting}) {
				t.Errorf("%s=%s on prod: %v", setting, value, err)
			}
			if _, err := settings.LoadStartPayment(on("staging", setting, value)); err != nil {
				t.Errorf("%s=%s on staging: %v", setting, value, err)
			}
		}
		if _, err := settings.LoadNotify(on("prod", "SHOP_URL", value)); !slices.Equal(places(t, err), []string{"SHOP_URL"}) {
			t.Errorf("SHOP_URL=%s on prod: %v", value, err)
		}
	}
	if _, err := settings.LoadStartPayment(on("prod", "RETURN_ORIGINS", "https://shop.example,https://www.shop.example")); err != nil {
		t.Errorf("pages of the shop on prod: %v", err)
	}
	if _, err := settings.LoadStartPayment(on("prod", "RETURN_ORIGINS", "https://shop.example,http://localhost:8080")); err == nil {
		t.Error("one page of several is the shopper's own machine, on prod")
	}
}

func TestWhatIsRead(t *testing.T) {
	placing, err := settings.LoadPlaceOrder(func(name string) string {
		if name == "STOCK_HOLD" || name == "LOG_LEVEL" {
			return ""
		}
		return good(name)
	})
	if err != nil || placing.StockHold != 30*time.Minute || placing.LogLevel != "info" || placing.Basics().Stage != "dev" ||
		placing.OrdersTable != "value-of-ORDERS_TABLE" || placing.KeyARN != "value-of-VAULT_KEY_ARN" {
		t.Errorf("got %+v, %v", placing, err)
	}
	paying, err := settings.LoadStartPayment(func(name string) string {
		if name == "RETURN_ORIGINS" {
			return " https://a.example ,https://b.example,"
		}
		return good(name)
	})
	if err != nil || !slices.Equal(paying.ReturnOrigins, []string{"https://a.example", "https://b.example"}) ||
		paying.ReturnURL != "https://api_url.example" || paying.LocalURL != "https://gateways_url.example" || !slices.Equal(paying.Offered, []string{"stripe", "paypal"}) {
		t.Errorf("got %+v, %v", paying, err)
	}
	routes, err := settings.LoadFallback(good)
	if err != nil || !slices.Equal(routes.Routes, []string{"GET /products", "GET /products/{sku}"}) {
		t.Errorf("got %+v, %v", routes, err)
	}
}
