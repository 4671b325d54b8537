package squaresim

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// The states of an order. https://developer.squareup.com/reference/square/enums/OrderState
const (
	draft     = "DRAFT"
	open      = "OPEN"
	completed = "COMPLETED"
	canceled  = "CANCELED"
)

// order is what is to be paid, or, as Square makes one for each refund, what went back.
type order struct {
	id        string
	reference string
	metadata  map[string]string
	lines     []line
	total     int64
	state     string
	version   int64
	created   time.Time
	updated   time.Time
	closed    time.Time
	tenders   []*payment
	link      *link
	returned  *refund // Of an order that is a refund's.
}

type line struct {
	name     string
	quantity int64
	price    int64
}

// touch notes a change of an order.
func (s *Sim) touch(o *order, state string) {
	o.version++
	o.updated = s.now()
	if o.state != state && (state == completed || state == canceled) {
		o.closed = o.updated
	}
	o.state = state
}

// paid is what of an order completed payments cover.
func (o *order) paid() int64 {
	sum := int64(0)
	for _, p := range o.tenders {
		if p.status == completed {
			sum += p.amount
		}
	}
	return sum
}

// live tells whether a payment of the order is or may become money.
func (o *order) live() bool {
	return slices.ContainsFunc(o.tenders, func(p *payment) bool { return p.status == approved || p.status == pending || p.status == completed })
}

// payable tells whether somebody can still pay it.
func (o *order) payable() bool {
	return (o.state == open || o.state == draft) && o.paid() < o.total && o.returned == nil
}

func (s *Sim) viewOrder(o *order) object {
	view := object{"id": o.id, "location_id": s.cfg.LocationID, "state": o.state, "version": o.version, "created_at": stamp(o.created),
		"updated_at": stamp(o.updated), "source": object{"name": "Till (simulated)"}, "total_money": s.money(o.total),
		"total_tax_money": s.money(0), "total_discount_money": s.money(0), "total_tip_money": s.money(0),
		"total_service_charge_money": s.money(0), "net_amount_due_money": s.money(max(o.total-o.paid(), 0))}
	if o.reference != "" {
		view["reference_id"] = o.reference
	}
	if len(o.metadata) > 0 {
		view["metadata"] = o.metadata
	}
	if !o.closed.IsZero() {
		view["closed_at"] = stamp(o.closed)
	}
	lines := []object{}
	for i, l := range o.lines {
		lines = append(lines, object{"uid": "line" + strconv.Itoa(i+1), "name": l.name, "quantity": strconv.FormatInt(l.quantity, 10),
			"base_price_money": s.money(l.price), "gross_sales_money": s.money(l.price * l.quantity), "total_money": s.money(l.price * l.quantity),
			"item_type": "ITEM"})
	}
	if len(lines) > 0 {
		view["line_items"] = lines
	}
	tenders := []object{}
	for _, p := range o.tenders {
		tenders = append(tenders, s.viewTender(p))
	}
	if len(tenders) > 0 {
		view["tenders"] = tenders
	}
	if o.returned != nil {
		view["returns"] = []object{{"source_order_id": o.returned.payment.order.id}}
		view["return_amounts"] = object{"total_money": s.money(o.returned.amount)}
	}
	return view
}

// viewTender is a payment as its order shows it: also one that failed. https://developer.squareup.com/reference/square/objects/Tender
func (s *Sim) viewTender(p *payment) object {
	t := object{"id": p.id, "payment_id": p.id, "location_id": s.cfg.LocationID, "transaction_id": p.order.id, "created_at": stamp(p.created),
		"amount_money": s.money(p.amount), "type": "CARD"}
	if p.note != "" {
		t["note"] = p.note
	}
	if p.bank {
		t["type"], t["bank_account_details"] = "BANK_ACCOUNT", object{"status": map[string]string{pending: "PENDING", completed: "COMPLETED", failed: "FAILED"}[p.status]}
		return t
	}
	t["card_details"] = object{"status": p.cardStatus(), "card": p.viewCard(), "entry_method": "KEYED"}
	return t
}

func (s *Sim) money(amount int64) object {
	return object{"amount": amount, "currency": s.cfg.Currency}
}

var metadataKey = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,60}$`)

// readOrder reads an order to be made. https://developer.squareup.com/reference/square/orders-api/create-order
func (s *Sim) readOrder(b body, state string) *order {
	b.only("location_id", "reference_id", "metadata", "line_items", "customer_id", "ticket_name")
	if b.need("location_id", 50) != s.cfg.LocationID {
		b.fail(refuse("INVALID_LOCATION", b.at("location_id"), "The location is not one of this account."))
	}
	now := s.now()
	o := &order{reference: b.text("reference_id", 40), state: state, version: 1, created: now, updated: now, metadata: map[string]string{}}
	metadata := b.part("metadata")
	if len(metadata.fields) > 10 {
		b.fail(refuse("TOO_MANY_MAP_ENTRIES", metadata.path, "At most 10 entries."))
	}
	for _, key := range sortedKeys(metadata.fields) {
		if !metadataKey.MatchString(key) {
			b.fail(refuse("INVALID_VALUE", metadata.path, "Keys have up to 60 of a-zA-Z0-9_-."))
		}
		o.metadata[key] = metadata.text(key, 255)
	}
	for _, item := range b.parts("line_items") {
		item.only("name", "quantity", "base_price_money", "note")
		quantity, err := strconv.ParseInt(item.need("quantity", 12), 10, 32)
		if err != nil || quantity < 1 {
			item.fail(refuse("INVALID_VALUE", item.at("quantity"), "Expected a whole number, as a text."))
		}
		l := line{name: item.text("name", 512), quantity: quantity, price: item.money("base_price_money", s.cfg.Currency, 0)}
		o.lines = append(o.lines, l)
		if o.total += l.price * l.quantity; o.total > largestAmount {
			item.fail(refuse("VALUE_TOO_HIGH", item.path, "The order is for more than can be paid."))
			o.total = 0
		}
	}
	return o
}

func (s *Sim) keepOrder(o *order) {
	o.id = s.id(27) + "ZY"
	s.orders.Put(o.id, o)
}

func (s *Sim) createOrder(c *call) (object, *apiError) {
	c.body.only("order", "idempotency_key")
	if !c.body.has("order") {
		return nil, missing("order")
	}
	o := s.readOrder(c.body.part("order"), open)
	if wrong := *c.body.wrong; wrong != nil {
		return nil, wrong
	}
	s.keepOrder(o)
	s.emitOrder("order.created", o)
	return object{"order": s.viewOrder(o)}, nil
}

func (s *Sim) named(c *call) (*order, *apiError) {
	o, ok := s.orders.Get(c.args[0])
	if !ok {
		return nil, noSuch("order", "order_id")
	}
	return o, nil
}

func (s *Sim) getOrder(c *call) (object, *apiError) {
	o, refused := s.named(c)
	if refused != nil {
		return nil, refused
	}
	return object{"order": s.viewOrder(o)}, nil
}

// updateOrder cancels an order; no other update is simulated. An order that somebody has paid, or may be paying, stays.
// https://developer.squareup.com/docs/orders-api/manage-orders/update-orders
func (s *Sim) updateOrder(c *call) (object, *apiError) {
	o, refused := s.named(c)
	if refused != nil {
		return nil, refused
	}
	c.body.only("order", "idempotency_key", "fields_to_clear")
	sparse := c.body.part("order")
	sparse.only("location_id", "version", "state")
	version, state := sparse.integer("version", 0), sparse.text("state", 20)
	switch wrong := *c.body.wrong; {
	case wrong != nil:
		return nil, wrong
	case !sparse.has("version"):
		return nil, missing("order.version")
	case o.state == completed || o.state == canceled:
		return nil, bad("order.state", "A completed or canceled order cannot be updated.")
	case version != o.version:
		return nil, outdated("order.version")
	case state != canceled:
		return nil, refuse("INVALID_ENUM_VALUE", "order.state", "Only CANCELED is simulated.")
	case o.live():
		return nil, bad("order.state", "An order with payments cannot be canceled.")
	}
	s.touch(o, canceled)
	s.emitOrder("order.updated", o)
	return object{"order": s.viewOrder(o)}, nil
}

// payOrder completes approved payments that cover the order, and gives up all others.
// https://developer.squareup.com/reference/square/orders-api/pay-order
func (s *Sim) payOrder(c *call) (object, *apiError) {
	o, refused := s.named(c)
	if refused != nil {
		return nil, refused
	}
	c.body.only("idempotency_key", "order_version", "payment_ids")
	c.body.need("idempotency_key", 192)
	ids, sum := c.body.texts("payment_ids"), int64(0)
	if wrong := *c.body.wrong; wrong != nil {
		return nil, wrong
	}
	if c.body.has("order_version") && c.body.integer("order_version", 0) != o.version {
		return nil, outdated("order_version")
	}
	for i, id := range ids {
		p, ok := s.payments.Get(id)
		switch {
		case !ok || p.order != o:
			return nil, noSuch("payment", at("payment_ids", i))
		case p.status != approved:
			return nil, p.tooLate(at("payment_ids", i))
		}
		sum += p.amount
	}
	switch {
	case o.state != open && o.state != draft:
		return nil, bad("order_id", "The order is not open.")
	case sum != o.total || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids):
		return nil, bad("payment_ids", "The payments are not for the order's total.")
	}
	for _, p := range slices.Clone(o.tenders) {
		switch {
		case slices.Contains(ids, p.id):
			s.complete(p)
		case p.status == approved:
			s.void(p)
		}
	}
	return object{"order": s.viewOrder(o)}, nil
}
