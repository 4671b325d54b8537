package squaresim

import (
	"regexp"
	"strconv"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

var durations = regexp.MustCompile(`^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?$`)

// readDelay reads a duration: at least a minute, at most 7 days.
func readDelay(b body, name string) time.Duration {
	text := b.text(name, 40)
	if text == "" {
		return 0
	}
	parts := durations.FindStringSubmatch(text)
	sum := time.Duration(0)
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if parts != nil && parts[i+1] != "" {
			n, _ := strconv.Atoi(parts[i+1]) // Digits.
			sum += time.Duration(n) * unit
		}
	}
	if sum < time.Minute || sum > defaultDelay {
		b.fail(refuse("INVALID_VALUE", b.at(name), "From one minute to seven days."))
	}
	return sum
}

// createPayment is https://developer.squareup.com/reference/square/payments-api/create-payment, for orders only.
func (s *Sim) createPayment(c *call) (object, *apiError) {
	b := c.body
	b.only("source_id", "idempotency_key", "amount_money", "order_id", "location_id", "reference_id", "note", "autocomplete",
		"accept_partial_authorization", "delay_duration", "delay_action", "verification_token", "buyer_email_address")
	b.need("idempotency_key", 45)
	sourceID := b.need("source_id", 1024)
	try := charge{amount: b.money("amount_money", s.cfg.Currency, 1), reference: b.text("reference_id", 40), note: b.text("note", 500),
		autocomplete: b.flag("autocomplete", true), delay: readDelay(b, "delay_duration")}
	if location := b.text("location_id", 50); location != "" && location != s.cfg.LocationID {
		b.fail(refuse("INVALID_LOCATION", "location_id", "The location is not one of this account."))
	}
	if b.flag("accept_partial_authorization", false) {
		b.fail(bad("accept_partial_authorization", "Partial authorizations are not simulated."))
	}
	if action := b.text("delay_action", 20); action != "" && action != "CANCEL" {
		b.fail(bad("delay_action", "COMPLETE is invalid if an order_id is provided."))
	}
	if try.autocomplete && (b.has("delay_duration") || b.has("delay_action")) {
		b.fail(bad("delay_duration", "Only for payments with autocomplete false."))
	}
	var known bool
	try.order, known = s.orders.Get(b.need("order_id", 192))
	switch wrong := *b.wrong; {
	case wrong != nil:
		return nil, wrong
	case !known:
		return nil, noSuch("order", "order_id")
	case !try.order.payable() || try.order.live() && try.autocomplete:
		return nil, bad("order_id", "The order is not open, or is paid.")
	case try.amount != try.order.total:
		return nil, bad("amount_money", "The amount is not the order's total.")
	}
	var refused *apiError
	if try.source, refused = s.use(sourceID); refused != nil {
		return nil, refused
	}
	return s.answer(s.try(try))
}

// answer is what CreatePayment says of a payment: a failed one comes along with its error.
func (s *Sim) answer(p *payment) (object, *apiError) {
	if p.status != failed {
		return object{"payment": s.viewPayment(p)}, nil
	}
	refused := refuse(p.code, "", "Authorization error: '"+p.code+"'")
	refused.category, refused.payment, refused.kept = categoryMethod, p, true
	if p.code == "CARD_DECLINED" || p.code == "CARD_DECLINED_VERIFICATION_REQUIRED" {
		refused.status = 402
	}
	return nil, refused
}

func (s *Sim) paymentNamed(c *call) (*payment, *apiError) {
	p, ok := s.payments.Get(c.args[0])
	if !ok {
		return nil, noSuch("payment", "payment_id")
	}
	return p, nil
}

func (s *Sim) getPayment(c *call) (object, *apiError) {
	p, refused := s.paymentNamed(c)
	if refused != nil {
		return nil, refused
	}
	return object{"payment": s.viewPayment(p)}, nil
}

// completePayment is https://developer.squareup.com/reference/square/payments-api/complete-payment
func (s *Sim) completePayment(c *call) (object, *apiError) { return s.endPayment(c, s.complete) }

// cancelPayment is https://developer.squareup.com/reference/square/payments-api/cancel-payment
func (s *Sim) cancelPayment(c *call) (object, *apiError) { return s.endPayment(c, s.void) }

func (s *Sim) endPayment(c *call, end func(*payment)) (object, *apiError) {
	p, refused := s.paymentNamed(c)
	if refused != nil {
		return nil, refused
	}
	c.body.only("version_token")
	token := c.body.text("version_token", 192)
	switch wrong := *c.body.wrong; {
	case wrong != nil:
		return nil, wrong
	case token != "" && token != s.viewPayment(p)["version_token"]:
		return nil, outdated("version_token")
	case p.status != approved:
		return nil, p.tooLate("payment_id")
	}
	end(p)
	return object{"payment": s.viewPayment(p)}, nil
}

// listPayments is https://developer.squareup.com/reference/square/payments-api/list-payments
func (s *Sim) listPayments(c *call) (object, *apiError) {
	list, next, refused := listed(s, c, &s.payments, func(p *payment) (string, time.Time) { return p.id, p.created })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, p := range list {
		views = append(views, s.viewPayment(p))
	}
	return withCursor(object{"payments": views}, next), nil
}

// listed is a page of things by when they were made: parameters begin_time, end_time, sort_order, location_id, limit and cursor.
func listed[T any](s *Sim, c *call, shelf *gatewaysim.Shelf[T], of func(T) (id string, created time.Time)) ([]T, string, *apiError) {
	limit, refused := limitOf(c, 100)
	if refused != nil {
		return nil, "", refused
	}
	from, to := moment(c.body, c.query.Get("begin_time"), "begin_time"), moment(c.body, c.query.Get("end_time"), "end_time")
	if wrong := *c.body.wrong; wrong != nil {
		return nil, "", wrong
	}
	if at := c.query.Get("location_id"); at != "" && at != s.cfg.LocationID {
		return nil, "", nil
	}
	list := shelf.Newest(func(each T) bool {
		_, created := of(each)
		return (from.IsZero() || !created.Before(from)) && (to.IsZero() || !created.After(to))
	})
	if c.query.Get("sort_order") == "ASC" {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	return paged(list, c.query.Get("cursor"), limit, func(each T) string {
		id, _ := of(each)
		return id
	})
}
