package squaresim

import (
	"slices"
	"strconv"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// link is a page on which an order can be paid. It has no end. https://developer.squareup.com/reference/square/objects/PaymentLink
type link struct {
	id          string
	order       *order
	description string
	note        string
	redirect    string
	created     time.Time
	deleted     bool
}

func (s *Sim) payURL(l *link) string { return s.cfg.BaseURL + "/pay/" + l.id }

func (s *Sim) viewLink(l *link) object {
	view := object{"id": l.id, "version": 1, "order_id": l.order.id, "url": s.payURL(l), "long_url": s.payURL(l), "created_at": stamp(l.created)}
	if l.redirect != "" {
		view["checkout_options"] = object{"redirect_url": l.redirect}
	}
	if l.description != "" {
		view["description"] = l.description
	}
	if l.note != "" {
		view["payment_note"] = l.note
	}
	return view
}

// createLink is https://developer.squareup.com/reference/square/checkout-api/create-payment-link. Its order is a draft until it is paid.
func (s *Sim) createLink(c *call) (object, *apiError) {
	c.body.only("idempotency_key", "description", "order", "checkout_options", "payment_note")
	l := &link{description: c.body.text("description", 4096), note: c.body.text("payment_note", 500), created: s.now()}
	if !c.body.has("order") {
		return nil, missing("order")
	}
	o := s.readOrder(c.body.part("order"), draft)
	options := c.body.part("checkout_options")
	options.only("redirect_url", "allow_tipping", "enable_coupon", "enable_loyalty", "ask_for_shipping_address", "merchant_support_email")
	for _, name := range []string{"allow_tipping", "enable_coupon", "enable_loyalty", "ask_for_shipping_address"} {
		if options.flag(name, false) {
			options.fail(refuse("INVALID_VALUE", options.at(name), "This is not simulated."))
		}
	}
	if l.redirect = options.text("redirect_url", 2048); l.redirect != "" && !gatewaysim.Absolute(l.redirect) {
		options.fail(refuse("INVALID_VALUE", options.at("redirect_url"), "Not a valid URL."))
	}
	if o.total < 1 {
		c.body.fail(refuse("VALUE_TOO_LOW", "order", "The order is for nothing."))
	}
	if wrong := *c.body.wrong; wrong != nil {
		return nil, wrong
	}
	s.keepOrder(o)
	l.id, l.order, o.link = s.id(16), o, l
	s.links.Put(l.id, l)
	s.emitOrder("order.created", o)
	return object{"payment_link": s.viewLink(l), "related_resources": object{"orders": []object{s.viewOrder(o)}}}, nil
}

func (s *Sim) linkNamed(c *call) (*link, *apiError) {
	l, ok := s.links.Get(c.args[0])
	if !ok || l.deleted {
		return nil, noSuch("payment link", "id")
	}
	return l, nil
}

func (s *Sim) getLink(c *call) (object, *apiError) {
	l, refused := s.linkNamed(c)
	if refused != nil {
		return nil, refused
	}
	return object{"payment_link": s.viewLink(l)}, nil
}

func (s *Sim) listLinks(c *call) (object, *apiError) {
	limit, refused := limitOf(c, 1000)
	if refused != nil {
		return nil, refused
	}
	found, next, refused := paged(s.links.Newest(func(l *link) bool { return !l.deleted }), c.query.Get("cursor"), limit, func(l *link) string { return l.id })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, l := range found {
		views = append(views, s.viewLink(l))
	}
	return withCursor(object{"payment_links": views}, next), nil
}

// deleteLink cancels the order of a link. As sellers have seen, it does not after a try that failed, and then the page can still be paid:
// https://developer.squareup.com/forums/t/21874
func (s *Sim) deleteLink(c *call) (object, *apiError) {
	l, refused := s.linkNamed(c)
	if refused != nil {
		return nil, refused
	}
	l.deleted = true
	answer := object{"id": l.id}
	tried := slices.ContainsFunc(l.order.tenders, func(p *payment) bool { return p.status == failed })
	if l.order.state == draft && !tried {
		s.touch(l.order, canceled)
		s.emitOrder("order.updated", l.order)
		answer["cancelled_order_id"] = l.order.id
	}
	return answer, nil
}

// limitOf reads the parameter limit.
func limitOf(c *call, most int) (int, *apiError) {
	text := c.query.Get("limit")
	if text == "" {
		return most, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 {
		return 0, refuse("INVALID_VALUE", "limit", "Expected a positive integer.")
	}
	return min(limit, most), nil
}
