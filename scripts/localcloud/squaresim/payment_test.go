package squaresim_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/squaresim"
)

func TestAnOrderIsPaidOnce(t *testing.T) {
	b := newBench(t, nil)
	order, payment := b.paid("one", "4242 4242 4242 4242")
	a := b.ok("GET", "/v2/orders/"+order, "")
	b.want(a, "order.state", "COMPLETED", "order.tenders.0.payment_id", payment, "order.tenders.0.card_details.status", "CAPTURED", "order.metadata.order_id", "ord_1",
		"order.total_money.amount", "1999", "order.net_amount_due_money.amount", "0")
	b.want(b.ok("GET", "/v2/payments/"+payment, ""), "payment.status", "COMPLETED", "payment.order_id", order, "payment.amount_money.amount", "1999",
		"payment.card_details.card.last_4", "4242", "payment.processing_fee.0.amount_money.amount", "")
	b.refused("POST", "/v2/payments", payBody("two", order, "cnon:card-nonce-ok", ""), 400, "BAD_REQUEST", "order_id")
	b.refused("PUT", "/v2/orders/"+order, `{"order":{"version":3,"state":"CANCELED"}}`, 400, "BAD_REQUEST", "order.state")
	b.advance(time.Minute)
	b.want(b.ok("GET", "/v2/payments/"+payment, ""), "payment.processing_fee.0.amount_money.amount", "53")
	want := squaresim.Book{Reference: "ord_1", Currency: "EUR", Captured: 1999, Fees: 53, Charges: 1, Chargeable: 1}
	if got := b.book(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if kinds := b.kinds(); !slices.Equal(kinds, []string{"order.created", "payment.created", "payment.updated", "order.updated", "payment.updated"}) {
		t.Errorf("announced %v", kinds)
	}
}

func TestWhatCardsAndTokensDo(t *testing.T) {
	b := newBench(t, nil)
	for source, want := range map[string]string{
		"cnon:card-nonce-ok": "", "cnon:card-nonce-declined": "GENERIC_DECLINE", "cnon:card-nonce-rejected-cvv": "CVV_FAILURE",
		"cnon:card-nonce-rejected-postalcode": "ADDRESS_VERIFICATION_FAILURE", "cnon:card-nonce-rejected-expiration": "INVALID_EXPIRATION",
		"4242424242424242": "", "4000000000000002": "GENERIC_DECLINE", "4000000000009995": "INSUFFICIENT_FUNDS", "4000000000009987": "CARD_DECLINED_CALL_ISSUER",
		"4000000000000069": "CARD_EXPIRED", "4000000000000127": "CVV_FAILURE", "4000002500003155": "CARD_DECLINED_VERIFICATION_REQUIRED",
	} {
		token := source
		if !strings.HasPrefix(source, "cnon:") {
			token = b.token(source).get("card_nonce")
		}
		a := b.call("POST", "/v2/payments", payBody("p"+source, b.order("o"+source), token, ""))
		if a.get("errors.0.code") != want || want != "" && (a.status < 400 || a.get("payment.card_details.errors.0.code") != want || a.get("payment.status") != "FAILED") {
			t.Errorf("%s: got %d %v", source, a.status, a.fields)
		}
	}
}

func TestATokenPaysOnceAndNotForEver(t *testing.T) {
	b := newBench(t, nil)
	token := b.token("4242424242424242").get("card_nonce")
	b.ok("POST", "/v2/payments", payBody("one", b.order("one"), token, ""))
	b.refused("POST", "/v2/payments", payBody("two", b.order("two"), token, ""), 400, "CARD_TOKEN_USED", "source_id")
	old := b.token("4242424242424242").get("card_nonce")
	b.advance(24 * time.Hour)
	b.refused("POST", "/v2/payments", payBody("three", b.order("three"), old, ""), 400, "CARD_TOKEN_EXPIRED", "source_id")
}

func TestTheBrowsersCall(t *testing.T) {
	b := newBench(t, nil)
	for name, tt := range map[string]struct{ body, code string }{
		"a number that is none":   {`{"client_id":"%s","location_id":"%s","card_data":{"number":"4242"}}`, "INVALID_CARD"},
		"a wrong last digit":      {`{"client_id":"%s","location_id":"%s","card_data":{"number":"4242424242424241"}}`, "INVALID_CARD"},
		"a card that may be real": {`{"client_id":"%s","location_id":"%s","card_data":{"number":"4111111111111111"}}`, "INVALID_CARD_DATA"},
		"a card of yesterday":     {`{"client_id":"%s","location_id":"%s","card_data":{"number":"4242424242424242","exp_year":2025}}`, "INVALID_EXPIRATION"},
		"no card":                 {`{"client_id":"%s","location_id":"%s"}`, "MISSING_REQUIRED_PARAMETER"},
		"another application":     {`{"client_id":"%s2","location_id":"%s","card_data":{"number":"4242424242424242"}}`, "UNAUTHORIZED"},
		"another location":        {`{"client_id":"%s","location_id":"%s2","card_data":{"number":"4242424242424242"}}`, "INVALID_LOCATION"},
	} {
		res, text := b.raw("POST", base+"/v2/card-nonce", fmt.Sprintf(tt.body, app, place), map[string]string{"Content-Type": "application/json"})
		if a := b.read(res, text); a.get("errors.0.code") != tt.code || strings.Contains(text, "4242") || strings.Contains(text, "4111") {
			t.Errorf("%s: got %d %s", name, res.StatusCode, text)
		}
	}
	a := b.token("4242424242424242")
	b.want(a, "card.card_brand", "VISA", "card.last_4", "4242", "verification_url", "")
	if !strings.HasPrefix(a.get("card_nonce"), "cnon:") || strings.Contains(fmt.Sprintf("%+v", b.sim), "4242424242424242") {
		t.Error("no token, or a number that was kept")
	}
}

func TestATokenOfACardThatAsksIsProvenAtTheBanksPage(t *testing.T) {
	for answer, want := range map[string]string{"complete": "", "fail": "CARD_DECLINED_VERIFICATION_REQUIRED"} {
		b := newBench(t, nil)
		res, text := b.raw("POST", base+"/v2/card-nonce", fmt.Sprintf(
			`{"client_id":%q,"location_id":%q,"card_data":{"number":"4000002500003155"},"return_url":"https://shop.test/pay?x=1"}`, app, place),
			map[string]string{"Content-Type": "application/json"})
		made := b.read(res, text)
		page, token := made.get("verification_url"), made.get("card_nonce")
		if res, _ := b.post(page, "action", "perhaps"); res.StatusCode != http.StatusBadRequest {
			t.Errorf("no answer is answered with %d", res.StatusCode)
		}
		res, _ = b.post(page, "action", answer)
		if back := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || back != "https://shop.test/pay?token="+strings.Replace(token, ":", "%3A", 1)+"&x=1" {
			t.Errorf("got %d to %q", res.StatusCode, back)
		}
		if res, _ := b.post(page, "action", "complete"); res.StatusCode != http.StatusGone {
			t.Errorf("asked twice: %d", res.StatusCode)
		}
		a := b.call("POST", "/v2/payments", payBody("one", b.order("one"), token, ""))
		b.want(a, "errors.0.code", want)
	}
}

func TestAnApprovalIsCompletedCanceledOrRunsOut(t *testing.T) {
	approve := func(b *bench, more string) (order, payment string) {
		order = b.order("one")
		a := b.ok("POST", "/v2/payments", payBody("one", order, "cnon:card-nonce-ok", `,"autocomplete":false`+more))
		b.want(a, "payment.status", "APPROVED", "payment.card_details.status", "AUTHORIZED")
		if got := b.book(); got.Authorized != 1999 || got.Captured != 0 {
			b.Errorf("approved: %+v", got)
		}
		b.refused("POST", "/v2/refunds", refundBody("r", a.get("payment.id"), 1), 400, "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION", "payment_id")
		b.refused("PUT", "/v2/orders/"+order, `{"order":{"version":2,"state":"CANCELED"}}`, 400, "BAD_REQUEST", "order.state")
		return order, a.get("payment.id")
	}
	for name, tt := range map[string]struct {
		end  func(b *bench, order, payment string)
		want string
		code string
	}{
		"completed":       {func(b *bench, _, p string) { b.ok("POST", "/v2/payments/"+p+"/complete", `{}`) }, "COMPLETED", "DELAYED_TRANSACTION_CAPTURED"},
		"paid with":       {func(b *bench, o, p string) { b.ok("POST", "/v2/orders/"+o+"/pay", payOrder("k", p)) }, "COMPLETED", "DELAYED_TRANSACTION_CAPTURED"},
		"canceled":        {func(b *bench, _, p string) { b.ok("POST", "/v2/payments/"+p+"/cancel", `{}`) }, "CANCELED", "DELAYED_TRANSACTION_CANCELED"},
		"left for a week": {func(b *bench, _, _ string) { b.advance(7 * 24 * time.Hour) }, "CANCELED", "DELAYED_TRANSACTION_EXPIRED"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			order, payment := approve(b, "")
			tt.end(b, order, payment)
			b.want(b.ok("GET", "/v2/payments/"+payment, ""), "payment.status", tt.want)
			for _, again := range []string{"/complete", "/cancel"} {
				b.refused("POST", "/v2/payments/"+payment+again, `{}`, 400, tt.code, "payment_id")
			}
			got := b.book()
			if paid := tt.want == "COMPLETED"; got.Authorized != 0 || paid != (got.Captured == 1999) {
				t.Errorf("the books say %+v", got)
			}
			if kinds := b.kinds(); !slices.Contains(kinds, "payment.updated") {
				t.Errorf("announced %v", kinds)
			}
		})
	}
	b := newBench(t, nil)
	_, payment := approve(b, `,"delay_duration":"PT1H30M"`)
	b.advance(89 * time.Minute)
	b.want(b.ok("GET", "/v2/payments/"+payment, ""), "payment.status", "APPROVED")
	b.refused("POST", "/v2/payments/"+payment+"/complete", `{"version_token":"x"}`, 409, "VERSION_MISMATCH", "version_token")
	b.advance(time.Minute)
	b.want(b.ok("GET", "/v2/payments/"+payment, ""), "payment.status", "CANCELED")
}

func payOrder(key string, payments ...string) string {
	return `{"idempotency_key":"` + key + `","payment_ids":["` + strings.Join(payments, `","`) + `"]}`
}

func TestPayingAnOrderGivesUpWhatElseWasApproved(t *testing.T) {
	b := newBench(t, nil)
	order := b.order("one")
	var ids []string
	for _, key := range []string{"a", "b"} {
		ids = append(ids, b.ok("POST", "/v2/payments", payBody(key, order, "cnon:card-nonce-ok", `,"autocomplete":false`)).get("payment.id"))
	}
	b.refused("POST", "/v2/orders/"+order+"/pay", payOrder("k1", ids...), 400, "BAD_REQUEST", "payment_ids")
	b.refused("POST", "/v2/orders/"+order+"/pay", payOrder("k2", "nobody"), 404, "NOT_FOUND", "payment_ids[0]")
	b.ok("POST", "/v2/orders/"+order+"/pay", payOrder("k3", ids[1]))
	b.want(b.ok("GET", "/v2/payments/"+ids[0], ""), "payment.status", "CANCELED")
	b.want(b.ok("GET", "/v2/payments/"+ids[1], ""), "payment.status", "COMPLETED")
	if got := b.book(); got.Captured != 1999 || got.Authorized != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestABankPaysLaterOrNot(t *testing.T) {
	for token, want := range map[string]string{"bnon:bank-nonce-ok": "COMPLETED", "bnon:bank-nonce-insufficient-funds": "FAILED"} {
		b := newBench(t, func(c *squaresim.Config) { c.Currency = "USD" })
		order := b.ok("POST", "/v2/orders", `{"order":`+strings.Replace(anOrder, "EUR", "USD", 1)+`}`).get("order.id")
		a := b.ok("POST", "/v2/payments", strings.Replace(payBody("one", order, token, ""), "EUR", "USD", 1))
		b.want(a, "payment.status", "PENDING", "payment.source_type", "BANK_ACCOUNT")
		b.advance(time.Hour)
		b.want(b.ok("GET", "/v2/payments/"+a.get("payment.id"), ""), "payment.status", want)
	}
}

func TestAPageIsPaidOnce(t *testing.T) {
	b := newBench(t, nil)
	link, order := b.link("one")
	b.want(b.ok("GET", "/v2/orders/"+order, ""), "order.state", "DRAFT")
	page := base + "/pay/" + link
	if res, text := b.raw("GET", page, "", nil); res.StatusCode != 200 || !strings.Contains(text, "EUR 19.99") || !strings.Contains(text, "TEST MODE") {
		t.Errorf("got %d %s", res.StatusCode, text)
	}
	for _, tt := range []struct {
		action, card string
		status       int
		to           string
	}{
		{"", "", 400, ""}, {"pay", "4242", 402, ""}, {"pay", "4000000000000002", 402, ""}, {"cancel", "", 303, "https://shop.test/back?a=b"},
		{"pay", "4000002500003155", 303, base + "/authenticate/"},
		{"pay", "4242 4242 4242 4242", 303, "https://shop.test/back?a=b&orderId=" + order + "&transactionId="},
		{"pay", "4242424242424242", 303, "https://shop.test/back?a=b&orderId=" + order}, // Not a second time.
	} {
		res, text := b.post(page, "action", tt.action, "card", tt.card)
		if res.StatusCode != tt.status || !strings.HasPrefix(res.Header.Get("Location"), tt.to) || strings.Contains(text, "4000000000000002") {
			t.Errorf("%s %s: got %d to %q", tt.action, tt.card, res.StatusCode, res.Header.Get("Location"))
		}
	}
	a := b.ok("GET", "/v2/orders/"+order, "")
	b.want(a, "order.state", "OPEN", "order.tenders.0.card_details.status", "FAILED", "order.tenders.1.card_details.status", "CAPTURED", "order.tenders.1.note", "ord_1/pay_1")
	if got := b.book(); got.Captured != 1999 || got.Charges != 1 || got.Chargeable != 1 {
		t.Errorf("got %+v", got)
	}
	if res, _ := b.raw("GET", base+"/pay/nobody", "", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("got %d", res.StatusCode)
	}
}

func TestADeletedLinkCannotBePaidUnlessItWasTried(t *testing.T) {
	for tried, want := range map[bool]int64{false: 0, true: 1999} {
		b := newBench(t, nil)
		link, order := b.link("one")
		if tried {
			b.post(base+"/pay/"+link, "action", "pay", "card", "4000000000000002")
		}
		a := b.ok("DELETE", "/v2/online-checkout/payment-links/"+link, "")
		b.want(a, "id", link, "cancelled_order_id", map[bool]string{false: order}[tried])
		b.refused("DELETE", "/v2/online-checkout/payment-links/"+link, "", 404, "NOT_FOUND", "id")
		b.post(base+"/pay/"+link, "action", "pay", "card", "4242424242424242")
		if got := b.book().Captured; got != want {
			t.Errorf("tried is %v: %d were captured", tried, got)
		}
	}
}
