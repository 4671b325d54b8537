package squaresim

import (
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// answerWithin is how long the shop has to submit evidence. https://developer.squareup.com/docs/disputes-api/overview
const answerWithin = 7 * 24 * time.Hour

// disputesPage is how many disputes a page holds.
const disputesPage = 50

// The states of a dispute. https://developer.squareup.com/reference/square/enums/DisputeState
const (
	needsEvidence = "EVIDENCE_REQUIRED"
	processing    = "PROCESSING"
	won           = "WON"
	lost          = "LOST"
	accepted      = "ACCEPTED"
	inquiry       = "INQUIRY_" // Before the two open ones; INQUIRY_CLOSED is the end.
	closed        = "CLOSED"
)

// dispute is a shopper's complaint at the bank. https://developer.squareup.com/reference/square/objects/Dispute
type dispute struct {
	id      string
	payment *payment
	amount  int64
	reason  string
	state   string
	proofs  []proof // What was added.
	created time.Time
	updated time.Time
	version int
	said    gatewaysim.Said
}

// holds tells whether Square has taken the money back.
func (d *dispute) holds() bool {
	return d.state == needsEvidence || d.state == processing || d.state == lost || d.state == accepted
}

func (d *dispute) open() bool {
	return strings.HasSuffix(d.state, needsEvidence) || strings.HasSuffix(d.state, processing)
}

// reasons are https://developer.squareup.com/reference/square/enums/DisputeReason, for the reasons of the test cards.
var reasons = map[string]string{"fraudulent": "NO_KNOWLEDGE", "product_not_received": "NOT_RECEIVED"}

// disputable is what is left of a payment to dispute: not refunded, and not in another dispute that is open or lost.
func (p *payment) disputable() int64 {
	left := p.left()
	for _, d := range p.disputes {
		if d.open() || d.holds() {
			left -= d.amount
		}
	}
	return max(left, 0)
}

// raise disputes an amount of a payment, 0 for all that is left; nil if there is not that much.
func (s *Sim) raise(p *payment, reason string, asks bool, amount int64) *dispute {
	left := p.disputable()
	if amount == 0 {
		amount = left
	}
	if p.status != completed || amount < 1 || amount > left {
		return nil
	}
	now := s.now()
	d := &dispute{id: s.id(22), payment: p, amount: amount, reason: reason, state: needsEvidence, created: now, updated: now, version: 1}
	if reasons[reason] != "" {
		d.reason = reasons[reason]
	}
	if asks {
		d.state = inquiry + needsEvidence
	}
	p.disputes = append(p.disputes, d)
	s.disputes.Put(d.id, d)
	s.emitDispute("dispute.created", d)
	s.after(answerWithin, "dispute deadline "+d.id, func() {
		if strings.HasSuffix(d.state, needsEvidence) {
			s.decide(d, false)
		}
	})
	return d
}

// decide ends an open dispute for the shop or for the shopper. An inquiry takes nothing, whatever comes of it.
func (s *Sim) decide(d *dispute, forShop bool) {
	switch {
	case strings.HasPrefix(d.state, inquiry):
		s.move(d, inquiry+closed)
	case forShop:
		s.move(d, won)
	default:
		s.move(d, lost)
	}
}

func (s *Sim) move(d *dispute, state string) {
	d.state, d.updated = state, s.now()
	d.version++
	s.emitDispute("dispute.state.updated", d)
}

func (s *Sim) viewDispute(d *dispute) object {
	return object{"id": d.id, "dispute_id": d.id, "amount_money": s.money(d.amount), "reason": d.reason, "state": d.state, "version": d.version,
		"due_at": stamp(d.created.Add(answerWithin)), "disputed_payment": object{"payment_id": d.payment.id}, "evidence_ids": d.proofIDs(),
		"card_brand": brands[d.payment.card.Brand], "created_at": stamp(d.created), "updated_at": stamp(d.updated), "reported_at": stamp(d.created),
		"location_id": s.cfg.LocationID}
}

func (s *Sim) disputeNamed(c *call) (*dispute, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	if !ok {
		return nil, noSuch("dispute", "dispute_id")
	}
	return d, nil
}

func (s *Sim) getDispute(c *call) (object, *apiError) {
	d, refused := s.disputeNamed(c)
	if refused != nil {
		return nil, refused
	}
	return object{"dispute": s.viewDispute(d)}, nil
}

// listDisputes is https://developer.squareup.com/reference/square/disputes-api/list-disputes
func (s *Sim) listDisputes(c *call) (object, *apiError) {
	location, state := c.query.Get("location_id"), c.query.Get("states")
	list := s.disputes.Newest(func(d *dispute) bool {
		return (location == "" || location == s.cfg.LocationID) && (state == "" || d.state == state)
	})
	found, next, refused := paged(list, c.query.Get("cursor"), disputesPage, func(d *dispute) string { return d.id })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, d := range found {
		views = append(views, s.viewDispute(d))
	}
	return withCursor(object{"disputes": views}, next), nil
}

// acceptDispute is https://developer.squareup.com/reference/square/disputes-api/accept-dispute
func (s *Sim) acceptDispute(c *call) (object, *apiError) {
	d, refused := s.disputeNamed(c)
	switch {
	case refused != nil:
		return nil, refused
	case d.state != needsEvidence:
		return nil, bad("dispute_id", "The dispute is "+d.state+".")
	}
	d.said.Accepted = true
	s.move(d, accepted)
	return object{"dispute": s.viewDispute(d)}, nil
}

// addEvidence is https://developer.squareup.com/reference/square/disputes-api/create-dispute-evidence-text
func (s *Sim) addEvidence(c *call) (object, *apiError) {
	d, refused := s.disputeNamed(c)
	if refused != nil {
		return nil, refused
	}
	c.body.only("idempotency_key", "evidence_type", "evidence_text")
	c.body.need("idempotency_key", 45)
	text, kind := c.body.need("evidence_text", 500), c.body.text("evidence_type", 60)
	switch wrong := *c.body.wrong; {
	case wrong != nil:
		return nil, wrong
	case !strings.HasSuffix(d.state, needsEvidence):
		return nil, bad("dispute_id", "The dispute is "+d.state+".")
	}
	id := s.id(22)
	d.proofs = append(d.proofs, proof{id: id, text: text})
	return object{"evidence": object{"id": id, "evidence_id": id, "dispute_id": d.id, "evidence_text": text, "evidence_type": kind, "uploaded_at": stamp(s.now())}}, nil
}

// The kinds of files that are taken, of those that the simulation knows, and how long they may be.
// https://developer.squareup.com/docs/disputes-api/process-disputes
const fileMax = 5 << 20

var fileKinds = []string{"application/pdf", "image/png", "image/jpeg"}

// addFile is https://developer.squareup.com/reference/square/disputes-api/create-dispute-evidence-file
func (s *Sim) addFile(c *call) (object, *apiError) {
	d, refused := s.disputeNamed(c)
	if refused != nil {
		return nil, refused
	}
	c.body.only("idempotency_key", "evidence_type", "content_type")
	c.body.need("idempotency_key", 45)
	kind, said := c.body.text("evidence_type", 60), c.body.text("content_type", 60)
	switch wrong := *c.body.wrong; {
	case wrong != nil:
		return nil, wrong
	case c.file == nil:
		return nil, missing("image_file")
	case said != "" && said != c.file.Kind:
		return nil, bad("content_type", "The file is of another kind.")
	case c.file.Document(fileMax, fileKinds...) != "":
		return nil, bad("image_file", c.file.Document(fileMax, fileKinds...))
	case !strings.HasSuffix(d.state, needsEvidence):
		return nil, bad("dispute_id", "The dispute is "+d.state+".")
	}
	id := s.id(22)
	d.proofs = append(d.proofs, proof{id: id, file: c.file.File})
	return object{"evidence": object{"id": id, "evidence_id": id, "dispute_id": d.id, "evidence_type": kind, "uploaded_at": stamp(s.now()),
		"evidence_file": object{"filename": c.file.File, "filetype": c.file.Kind}}}, nil
}

// submitEvidence is https://developer.squareup.com/reference/square/disputes-api/submit-evidence. A text that begins with
// "winning_evidence" or "losing_evidence" decides at once; else the bank decides for the shop after SettleAfter.
func (s *Sim) submitEvidence(c *call) (object, *apiError) {
	d, refused := s.disputeNamed(c)
	switch {
	case refused != nil:
		return nil, refused
	case !strings.HasSuffix(d.state, needsEvidence):
		return nil, bad("dispute_id", "The dispute is "+d.state+".")
	case len(d.proofs) == 0:
		return nil, bad("dispute_id", "There is no evidence.")
	}
	var texts []string
	files := 0
	for _, p := range d.proofs {
		if p.file != "" {
			files++
		} else {
			texts = append(texts, p.text)
		}
	}
	d.said.Submit(d.payment.order.metadata[s.cfg.ReferenceKey], s.now(), d.created.Add(answerWithin), texts...)
	d.said.Files = files
	s.move(d, strings.TrimSuffix(d.state, needsEvidence)+processing)
	for _, text := range texts {
		won, lost := strings.HasPrefix(text, "winning_evidence"), strings.HasPrefix(text, "losing_evidence")
		if won || lost {
			s.decide(d, won)
			return object{"dispute": s.viewDispute(d)}, nil
		}
	}
	s.after(s.cfg.SettleAfter, "dispute review "+d.id, func() {
		if d.open() {
			s.decide(d, true)
		}
	})
	return object{"dispute": s.viewDispute(d)}, nil
}
