package localshop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/asl"
	"till/shared/ledger"
)

const day = 24 * time.Hour

// wantStatus compares what the shopper sees of an order.
func (w *world) wantStatus(o orderSeen, status, paid, fulfilled string) orderSeen {
	w.t.Helper()
	got := w.view(o.ID)
	if got.Status != status || got.PaymentStatus != paid || got.FulfillmentStatus != fulfilled {
		w.t.Fatalf("order is %s/%s/%s, want %s/%s/%s", got.Status, got.PaymentStatus, got.FulfillmentStatus, status, paid, fulfilled)
	}
	return got
}

func TestAPurchaseGoesFromTheBasketToTheDoor(t *testing.T) {
	for _, mode := range []string{"hosted", "embedded"} {
		t.Run(mode, func(t *testing.T) {
			w := open(t)
			o := w.place(of("mug-blue", 2, "EUR"))
			w.wantStatus(o, "awaiting_payment", "unpaid", "unfulfilled")
			p := w.pay(o.ID, mode)
			if mode == "hosted" {
				back := w.enter(p.RedirectURL, pays).want(t, http.StatusSeeOther)
				if to := back.header.Get("Location"); to != shopURL+"/shop/order.html?from=hosted" {
					t.Fatalf("sent back to %s", to)
				}
				w.wantStatus(o, "confirmed", "paid", "unfulfilled")
			} else {
				w.confirm(p, pays).want(t, http.StatusOK)
			}
			w.pass(10 * time.Second)
			w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
			if w.mailed(o.ID, "order_confirmed") != 1 {
				t.Fatalf("mails: %+v", w.Mails.All())
			}
			w.sound()

			w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
			w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
			w.pass(10 * time.Second)
			shipped := w.wantStatus(o, "shipped", "paid", "fulfilled")
			if len(shipped.Shipments) != 1 || w.mailed(o.ID, "order_shipped") != 1 {
				t.Fatalf("parcels: %+v, mails: %+v", shipped.Shipments, w.Mails.All())
			}
			if done := w.Cloud.Machines.Count()[asl.Succeeded]; done != 1 {
				t.Fatalf("%d executions succeeded", done)
			}
			w.deliver(o.ID, shipped.Shipments[0].ID).want(t, http.StatusOK)
			w.wantStatus(o, "delivered", "paid", "delivered")
			w.pass(14*day - time.Hour)
			w.settled()
			if got := w.staffView(o.ID); got.Status != "delivered" {
				t.Fatalf("%s before its time to be sent back was over", got.Status)
			}
			w.pass(2 * time.Hour)
			if got := w.staffView(o.ID); got.Status != "completed" {
				t.Fatalf("%s after its time to be sent back was over", got.Status)
			}
			w.settled()
			// 2 × 16.80, 4.90 for delivery, 19 % of each rounded on its own.
			want := map[ledger.Account]int64{ledger.GatewayClearing: 4581, ledger.Revenue: -3360, ledger.Shipping: -490, ledger.Tax: -731}
			if diff := cmp.Diff(want, w.balances()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestADeclinedCardLeavesTheOrderPayable(t *testing.T) {
	for _, mode := range []string{"hosted", "embedded"} {
		t.Run(mode, func(t *testing.T) {
			w := open(t)
			o := w.place(of("tea-assam", 4, "EUR"))
			p := w.pay(o.ID, mode)
			if mode == "hosted" {
				w.enter(p.RedirectURL, declined).want(t, http.StatusPaymentRequired)
			} else {
				w.confirm(p, declined).want(t, http.StatusPaymentRequired)
			}
			w.pass(10 * time.Second)
			w.wantStatus(o, "awaiting_payment", "failed", "unfulfilled")
			if s := w.stock("tea-assam"); s.Reserved != 4 || s.Free != 0 {
				t.Fatalf("stock: %+v", s)
			}
			w.sound()
			again := w.pay(o.ID, mode) // Another key: the shopper comes back, and goes on with what is open.
			if again.ID != p.ID || again.RedirectURL != p.RedirectURL || again.ClientSecret != p.ClientSecret {
				t.Fatalf("a second attempt beside an open one: %+v, %+v", p, again)
			}
			if mode == "hosted" {
				w.enter(again.RedirectURL, pays).want(t, http.StatusSeeOther)
			} else {
				w.confirm(again, pays).want(t, http.StatusOK)
			}
			w.pass(10 * time.Second)
			w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
			w.pass(day)
			w.settled()
		})
	}
}

func TestTheBankAsksForAuthentication(t *testing.T) {
	w := open(t)
	o := w.place(of("mug-blue", 1, "EUR"))
	p := w.pay(o.ID, "hosted")
	bank := w.enter(p.RedirectURL, authenticates).want(t, http.StatusSeeOther).header.Get("Location")
	if !strings.HasPrefix(bank, gatewayURL) {
		t.Fatalf("sent to %s", bank)
	}
	w.pass(5 * time.Second)
	w.wantStatus(o, "awaiting_payment", "unpaid", "unfulfilled")
	w.press(bank, "fail").want(t, http.StatusPaymentRequired)
	w.pass(5 * time.Second)
	w.wantStatus(o, "awaiting_payment", "failed", "unfulfilled")
	bank = w.enter(p.RedirectURL, authenticates).want(t, http.StatusSeeOther).header.Get("Location")
	w.press(bank, "complete").want(t, http.StatusSeeOther)
	w.pass(10 * time.Second)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	w.pass(day)
	w.settled()
}

func TestAShopperMayLeaveThePayPageAndChooseTheForm(t *testing.T) {
	w := open(t)
	o := w.place(of("mug-blue", 1, "EUR"))
	page := w.pay(o.ID, "hosted")
	back := w.press(page.RedirectURL, "cancel").want(t, http.StatusSeeOther)
	if !strings.HasPrefix(back.header.Get("Location"), shopURL+"/shop/") {
		t.Fatalf("sent back to %s", back.header.Get("Location"))
	}
	w.wantStatus(o, "awaiting_payment", "unpaid", "unfulfilled")
	form := w.pay(o.ID, "embedded")
	w.sound()
	w.enter(page.RedirectURL, pays).want(t, http.StatusGone)
	w.confirm(form, pays).want(t, http.StatusOK)
	w.pass(10 * time.Second)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	w.pass(day)
	w.settled()
}

func TestEveryCurrencyIsChargedInItsOwnUnits(t *testing.T) {
	tests := []struct {
		name, currency string
		want           int64
	}{
		// One mug and delivery, each with 19 %: 2,600 + 494 + 800 + 152.
		{"yen have no decimals", "JPY", 4046},
		// 5.600 + 1.060 + 1.500 + 0.290: the gateway takes tens of a fils, so tax is rounded to them.
		{"dinars have three", "KWD", 8450},
		// 16.80 + 3.19 + 4.90 + 0.93.
		{"euros have two", "EUR", 2582},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			o := w.buy(of("mug-white", 1, tt.currency), "hosted")
			w.pass(10 * time.Second)
			got := w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
			book := w.stories()[0].book
			if got.Total != (amount{tt.want, tt.currency}) || book.Currency != tt.currency || book.Captured != got.Total.Amount {
				t.Errorf("total %+v, charged %d %s, want %d", got.Total, book.Captured, book.Currency, tt.want)
			}
			w.pass(day)
			w.settled()
		})
	}
}

func TestAStockTakeCountsWhatIsPromisedToo(t *testing.T) {
	w := open(t)
	o := w.fulfilling(of("mug-blue", 3, "EUR"))
	w.asStaff(http.MethodPut, "/staff/stock/mug-blue", "", map[string]any{"on_hand": 2}).want(t, http.StatusConflict, "stock_reserved")
	w.setStock("mug-blue", 3)
	if _, r := w.tryPlace(of("mug-blue", 1, "EUR"), w.key()); r.code() != "out_of_stock" {
		t.Errorf("what is promised was sold: %s", r.body)
	}
	w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
	w.setStock("mug-blue", 7)
	if s := w.stock("mug-blue"); s.Free != 7 || s.Reserved != 0 || s.Sold != 3 {
		t.Errorf("stock: %+v", s)
	}
	w.pass(time.Hour)
	w.settled()
}
