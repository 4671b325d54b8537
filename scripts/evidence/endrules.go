package evidence

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

// unlikeGateway compares the order and its postings with the gateways' books.
func unlikeGateway(t *telling, _ Expect) string {
	var postings []ledger.Posting
	for _, c := range t.Changes {
		postings = append(postings, c.Postings...)
	}
	var pending, disputed int64
	for _, f := range t.r.Refunds {
		if f.State == payment.RefundPending {
			pending += f.Amount
		}
	}
	for _, d := range t.r.Disputes {
		disputed += d.Withdrawn
	}
	balances := ledger.Balances(postings)
	clearing, gateway := balances[ledger.GatewayClearing], t.totals
	if t.r.Captured() != gateway.Captured || t.r.Refunded() != gateway.Refunded || pending != gateway.RefundsPending || disputed != gateway.Disputed ||
		clearing != gateway.Captured-gateway.Refunded-gateway.Disputed || balances[ledger.Fees] != gateway.Fees {
		return fmt.Sprintf("captured %d, refunded %d, pending %d, disputed %d, clearing %d, fees %d; the gateways: %+v",
			t.r.Captured(), t.r.Refunded(), pending, disputed, clearing, balances[ledger.Fees], gateway)
	}
	if t.r.Status == order.Cancelled && t.r.Captured() == t.r.Refunded() && disputed == 0 {
		for account, minor := range balances {
			if kept := account == ledger.Fees || account == ledger.FeesPayable; minor != 0 && !kept { // Fees are not given back.
				return fmt.Sprintf("all is given back, and %s is %d", account, minor)
			}
		}
	}
	return ""
}

const (
	// overdue is how late the sweep may be: it comes each minute.
	overdue = 2 * time.Minute
	// unended is how much longer than it is held an unpaid order may stand, and a machine after its order's last change.
	unended = time.Hour
	// uncarried is how long a paid order may wait for a machine.
	uncarried = 24 * time.Hour
)

// stuck: an order has ended, or waits for people, and the machine waits with it; nothing of a past moment is still to
// come.
func stuck(t *telling, x Expect) string {
	if due := t.r.Due; !due.IsZero() && due.Before(t.Now.Add(-overdue)) {
		return "overdue since " + due.String()
	}
	name, running := executionName(t.r.ID, t.r.Try), false
	for _, e := range t.Executions {
		running = running || e.Name == name && e.Status == Running
	}
	switch waits := t.r.Status == order.Fulfilling; {
	case t.r.Status.Payable() && t.Now.After(t.r.ExpiresAt.Add(unended)) && t.r.Captured() == 0:
		return "unpaid, and not expired"
	case t.r.Status == order.Confirmed && len(t.r.Holds) == 0 && t.Now.After(t.r.PlacedAt.Add(uncarried)):
		return "nobody carries it"
	case waits && len(t.r.Holds) == 0 && !running && !x.Stopped:
		return "no machine waits with it"
	case !waits && running && len(t.Changes) > 0 && t.Now.After(t.Changes[len(t.Changes)-1].At.Add(unended)):
		return "a machine still runs"
	}
	return ""
}

// executionName is how the execution of an order's try is named.
func executionName(id order.ID, try int) string { return string(id) + "-" + strconv.Itoa(try) }

// keptLateMoney: of an order that ended unshipped nothing is kept, but for what people must decide about; and whose money
// came too late is told.
func keptLateMoney(t *telling, _ Expect) string {
	if kept := t.r.Captured() - promised(t.r); (t.r.Status == order.Expired || t.r.Status == order.Cancelled) && kept > 0 && len(t.r.Holds) == 0 {
		return fmt.Sprintf("%d is kept", kept)
	}
	for _, c := range t.Changes {
		told := slices.ContainsFunc(c.Messages, func(m order.Message) bool { return m.To == order.ToMail })
		if (c.Kind == "late_payment_refunded" || c.Kind == "late_payment_accepted") && !told {
			return fmt.Sprintf("change %d tells nobody", c.N)
		}
	}
	return ""
}

// messagesLost: what changes asked for has been done.
func messagesLost(t *telling, x Expect) string {
	if len(t.r.Owed) > 0 {
		return fmt.Sprintf("mails owed: %v", t.r.Owed)
	}
	begun := map[string]bool{}
	for _, e := range t.Executions {
		begun[e.Name] = true
	}
	sent := map[Mail]bool{}
	for _, m := range t.Mails {
		sent[Mail{Order: m.Order, Kind: m.Kind, Version: m.Version}] = true
	}
	for name := range t.mailsAsked() {
		if !sent[name] && !x.MailsUnread {
			return "mail " + name.Kind + " of " + name.Version + " was not sent"
		}
	}
	for _, c := range t.Changes {
		for _, m := range c.Messages {
			if m.To == order.ToFulfillment && t.r.Status != order.Cancelled && !begun[executionName(t.r.ID, m.N)] {
				return fmt.Sprintf("try %d was never begun", m.N)
			}
		}
	}
	return ""
}
