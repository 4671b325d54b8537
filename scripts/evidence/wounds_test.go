package evidence_test

import (
	"slices"
	"testing"
	"time"

	"till/scripts/evidence"
	"till/shared/catalog"
	"till/shared/fulfillment"
	"till/shared/inbox"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

// broken is one way in which a shop can be wrong, and what is seen of it.
type broken struct {
	name   string
	wound  func(t *testing.T, e *evidence.Evidence)
	expect evidence.Expect
	want   string
}

// used has an order's first change move a coupon that may be used once.
func used(kind pricing.UseKind) func([]order.Change) []order.Change {
	return func(cs []order.Change) []order.Change {
		cs[0].Uses = []pricing.Use{{Coupon: pricing.Coupon{ID: "welcome", Limit: 1}, Kind: kind}}
		return cs
	}
}

var atEnd = evidence.Expect{End: true}

// always are wounds that are seen at once.
func always() []broken {
	canary := evidence.Expect{Canaries: []string{"", "ada@example.com"}}
	return []broken{
		{"a counter is below zero", func(_ *testing.T, e *evidence.Evidence) { e.Stocks[0].Free, e.Received = -1, nil }, evidence.Expect{}, "I1"},
		{"more is reserved than orders hold", func(_ *testing.T, e *evidence.Evidence) { e.Stocks[0].Reserved, e.Stocks[0].Free = 5, 13 }, evidence.Expect{}, "I1"},
		{"less was sold than parcels hold", func(_ *testing.T, e *evidence.Evidence) { e.Stocks[0].Sold, e.Stocks[0].Free = 1, 15 }, evidence.Expect{}, "I1"},
		{"a unit came from nowhere", func(_ *testing.T, e *evidence.Evidence) { e.Stocks[0].Free++ }, evidence.Expect{}, "I1"},
		{"a unit came without an entry", func(_ *testing.T, e *evidence.Evidence) { e.Stocks[0].Free, e.Received = e.Stocks[0].Free+1, nil }, evidence.Expect{}, "I1"},
		{"more is promised than may be before it is there", func(_ *testing.T, e *evidence.Evidence) {
			e.Stocks[0].Free, e.Stocks[0].Backorder, e.Received, e.Entered = -3, 2, nil, nil
		}, evidence.Expect{}, "I1"},
		{"what orders hold is not counted", func(_ *testing.T, e *evidence.Evidence) { e.Stocks = nil }, evidence.Expect{}, "I1"},
		{"a parcel left an order on hold", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, delivered, func(cs []order.Change) []order.Change {
				cs[last(t, cs, "shipment_awaited")].Set["holds"] = raw([]order.Hold{{Key: "manual"}})
				return cs
			})
		}, evidence.Expect{}, "I2"},
		{"more is sent back than was delivered", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, delivered, appended(map[string]any{"returns": []fulfillment.Return{{ID: "ret_1", State: fulfillment.ReturnRequested,
				Lines: []fulfillment.ReturnLine{{SKU: e.Orders[delivered].Stored.Record().Lines[0].SKU, Quantity: 99}}}}}))
		}, evidence.Expect{}, "I10"},
		{"a return forgot that units are on the shelf again", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, delivered, func(cs []order.Change) []order.Change {
				c := &cs[last(t, cs, "delivered")]
				c.Stock = append(c.Stock, catalog.Move{SKU: e.Orders[delivered].Stored.Record().Lines[0].SKU, Kind: catalog.Return, Quantity: 1})
				return cs
			})
			e.Spreads = nil
		}, evidence.Expect{}, "I10"},
		{"a return that was refused came back", func(t *testing.T, e *evidence.Evidence) {
			sku := e.Orders[delivered].Stored.Record().Lines[0].SKU
			for _, state := range []fulfillment.ReturnState{fulfillment.ReturnRefused, fulfillment.ReturnReceived} {
				forge(t, e, delivered, appended(map[string]any{"returns": []fulfillment.Return{{ID: "ret_1", State: state, Lines: []fulfillment.ReturnLine{{SKU: sku, Quantity: 1, Damaged: 1}}}}}))
			}
		}, evidence.Expect{}, "I8"},
		{"a parcel left and the gateway has no money", func(_ *testing.T, e *evidence.Evidence) { e.Books[delivered].Captured = 0 }, evidence.Expect{}, "I12 I2"},
		{"the gateway has an answer to a dispute that nobody gave", func(_ *testing.T, e *evidence.Evidence) {
			e.Books[delivered].Answers = []evidence.Answer{{Dispute: "dp_1", Times: 1, Names: true}}
		}, evidence.Expect{}, "I24"},
		{"the gateway charged twice", func(_ *testing.T, e *evidence.Evidence) { e.Books[delivered].Charges = 2 }, evidence.Expect{}, "I3"},
		{"the gateway took too much", func(_ *testing.T, e *evidence.Evidence) { e.Books[delivered].Captured++ }, evidence.Expect{}, "I3"},
		{"two gateways took the total together twice", func(_ *testing.T, e *evidence.Evidence) {
			again := e.Books[delivered]
			again.Gateway = "paypal"
			e.Books = append(e.Books, again)
		}, evidence.Expect{}, "I22 I3"},
		{"a gateway took money for no order", func(_ *testing.T, e *evidence.Evidence) {
			e.Books = append(e.Books, evidence.Book{Gateway: "stripe", Order: "ord_gone", Captured: 1, Currency: "EUR"})
		}, evidence.Expect{}, "I4"},
		{"the total is not the sum", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change { cs[0].Set["total"] = raw(total + 1); return cs })
		}, evidence.Expect{}, "I7"},
		{"prices hold more tax than lines do", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change {
				cs[0].Set["taxes"] = raw(order.Taxes{Included: 100})
				return cs
			})
		}, evidence.Expect{}, "I7"},
		{"the taxes by rate are not the tax", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change {
				cs[0].Set["taxes"] = raw(order.Taxes{Lines: []pricing.TaxLine{{Rate: 19000, Base: 3850, Tax: 730}}})
				return cs
			})
		}, evidence.Expect{}, "I7"},
		{"discounts come to more than the discount", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change {
				cs[0].Set["discounts"] = raw([]pricing.Applied{{ID: "x", Amount: 1}})
				return cs
			})
		}, evidence.Expect{}, "I7"},
		{"a coupon was used and not counted", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, used(pricing.Take))
		}, evidence.Expect{}, "I1"},
		{"a coupon was used more often than it may", func(t *testing.T, e *evidence.Evidence) {
			for _, which := range []int{expired, open} {
				forge(t, e, which, used(pricing.Take))
			}
			e.Uses = map[pricing.UseKey]int64{{Coupon: "welcome"}: 2}
		}, evidence.Expect{}, "I1"},
		{"a coupon's use was given back that nobody took", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, used(pricing.Give))
			e.Uses = map[pricing.UseKey]int64{{Coupon: "welcome"}: -1}
		}, evidence.Expect{}, "I1"},
		{"a coupon is counted that no order used", func(_ *testing.T, e *evidence.Evidence) {
			e.Uses = map[pricing.UseKey]int64{{Coupon: "welcome"}: 1}
		}, evidence.Expect{}, "I1"},
		{"a line is not its price times its quantity", func(t *testing.T, e *evidence.Evidence) {
			r := e.Orders[expired].Stored.Record()
			lines := slices.Clone(r.Lines)
			lines[0].UnitPrice++
			forge(t, e, expired, func(cs []order.Change) []order.Change { cs[0].Set["lines"] = raw(lines); return cs })
		}, evidence.Expect{}, "I7"},
		{"an attempt asks for another amount", func(t *testing.T, e *evidence.Evidence) {
			rewrite(t, e, open, "payment_ready", func(a *payment.Attempt) { a.Amount-- })
		}, evidence.Expect{}, "I7"},
		{"an order is edited while it can be charged", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, open, appended(map[string]any{"edits": 1}))
		}, evidence.Expect{}, "I7"},
		{"an order is edited when it is paid", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, delivered, appended(map[string]any{"edits": 1}))
		}, evidence.Expect{}, "I7"},
		{"an order skips a status", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, delivered, func(cs []order.Change) []order.Change {
				cs[last(t, cs, "confirmed")].Set["status"] = raw(order.Fulfilling)
				return cs
			})
		}, evidence.Expect{}, "I8"},
		{"an expired order is re-opened without money", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, appended(map[string]any{"status": order.Confirmed, "due": opened.Add(time.Hour)}))
			forge(t, e, expired, func(cs []order.Change) []order.Change {
				cs[len(cs)-1].Stock = []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 2}}
				return cs
			})
			e.Orders[expired].Indexed, e.Stocks[0].Free, e.Stocks[0].Reserved = true, 12, 6
		}, evidence.Expect{}, "I8"},
		{"a refund that succeeded is open again", func(t *testing.T, e *evidence.Evidence) {
			r := e.Orders[cancelled].Stored.Record()
			refunds := slices.Clone(r.Refunds)
			refunds[0].State = payment.RefundPending
			forge(t, e, cancelled, appended(map[string]any{"refunds": refunds, "due": opened.Add(time.Hour)}))
			e.Orders[cancelled].Indexed = true
		}, evidence.Expect{}, "I8"},
		{"a parcel comes back from the door", func(t *testing.T, e *evidence.Evidence) {
			r := e.Orders[delivered].Stored.Record()
			parcels := slices.Clone(r.Shipments)
			parcels[0].State = "shipped"
			forge(t, e, delivered, appended(map[string]any{"shipments": parcels}))
		}, evidence.Expect{}, "I8"},
		{"the store refused postings", func(_ *testing.T, e *evidence.Evidence) {
			e.Logs = append(e.Logs, `{"level":"ERROR","msg":"failed","code":"unbalanced"}`)
		}, evidence.Expect{}, "I21"},
		{"an address is in the log", func(_ *testing.T, e *evidence.Evidence) { e.Logs = append(e.Logs, "to ada@example.com") }, canary, "I9"},
		{"an address is in a queue", func(_ *testing.T, e *evidence.Evidence) { e.Queues[0].Bodies = []string{"to ada@example.com"} }, canary, "I9"},
		{"an address is in an execution", func(_ *testing.T, e *evidence.Evidence) { e.Executions[0].Output = "ada@example.com" }, canary, "I9"},
		{"an address is in a table", func(_ *testing.T, e *evidence.Evidence) { e.Stored[0].Text = "ada@example.com" }, canary, "I9"},
		{"an address is in the inbox", func(_ *testing.T, e *evidence.Evidence) { e.Inbox[0].Event.Object = "ada@example.com" }, canary, "I9"},
		{"an address is in an order", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change { cs[0].Set["customer"] = raw("ada@example.com"); return cs })
		}, canary, "I9"},
		{"an address is in a change alone", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change { cs[0].Cause = "ada@example.com"; return cs })
		}, canary, "I9"},
	}
}

// alwaysToo are more of them.
func alwaysToo() []broken {
	return []broken{
		{"an expired order gave nothing back", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change { cs[len(cs)-1].Stock = nil; return cs })
		}, evidence.Expect{}, "I10"},
		{"an expired order gave back twice", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change {
				cs[len(cs)-1].Stock = append(cs[len(cs)-1].Stock, cs[len(cs)-1].Stock...)
				return cs
			})
		}, evidence.Expect{}, "I10"},
		{"an order reserves nothing", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, open, func(cs []order.Change) []order.Change { cs[0].Stock = nil; return cs })
		}, evidence.Expect{}, "I10"},
		{"an order was paid with less", func(t *testing.T, e *evidence.Evidence) {
			rewrite(t, e, fulfilling, "confirmed", func(a *payment.Attempt) { a.Captured-- })
		}, evidence.Expect{}, "I12"},
		{"an order was paid in another currency too", func(_ *testing.T, e *evidence.Evidence) {
			e.Books = append(e.Books, evidence.Book{Gateway: "stripe", Order: e.Orders[fulfilling].Stored.ID(), Currency: "USD", Captured: 1})
		}, evidence.Expect{}, "I12"},
		{"more is promised back than was paid", func(t *testing.T, e *evidence.Evidence) {
			refund := payment.Refund{ID: "ref_1", State: payment.RefundSucceeded, Amount: total + 1}
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{refund}}))
		}, evidence.Expect{}, "I14"},
		{"more is promised back beside what was given back at the gateway", func(t *testing.T, e *evidence.Evidence) {
			there := payment.Refund{ID: "ref_1", State: payment.RefundSucceeded, Amount: 500, Cause: payment.AtGateway, Ref: "re_1"}
			ours := payment.Refund{ID: "ref_2", State: payment.RefundRequested, Amount: total}
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{there}}))
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{there, ours}}))
		}, evidence.Expect{}, "I14"},
		{"more waits for a yes beside what was given back at the gateway", func(t *testing.T, e *evidence.Evidence) {
			there := payment.Refund{ID: "ref_1", State: payment.RefundSucceeded, Amount: 500, Cause: payment.AtGateway, Ref: "re_1"}
			ours := payment.Refund{ID: "ref_2", State: payment.RefundAwaiting, Amount: total}
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{there}}))
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{there, ours}}))
		}, evidence.Expect{}, "I14"},
		{"one refund is counted as ours and as one at the gateway", func(t *testing.T, e *evidence.Evidence) {
			ours := payment.Refund{ID: "ref_1", State: payment.RefundPending, Amount: total, Ref: "re_1"}
			there := payment.Refund{ID: "ref_2", State: payment.RefundSucceeded, Amount: total, Cause: payment.AtGateway, Ref: "re_1"}
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{ours}}))
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{ours, there}}))
		}, evidence.Expect{}, "I14"},
		{"a lost dispute and a refund are more than was paid", func(t *testing.T, e *evidence.Evidence) {
			refund := payment.Refund{ID: "ref_1", State: payment.RefundRequested, Amount: 2}
			dispute := payment.Dispute{DisputeFacts: payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeLost, Amount: total - 1}}
			forge(t, e, delivered, appended(map[string]any{"refunds": []payment.Refund{refund}, "disputes": []payment.Dispute{dispute}}))
		}, evidence.Expect{}, "I14"},
		{"a gateway gave back more than it took", func(_ *testing.T, e *evidence.Evidence) { e.Books[cancelled].RefundsPending = 1 }, evidence.Expect{}, "I14"},
		{"a payment steps back", func(t *testing.T, e *evidence.Evidence) {
			rewriteLast(t, e, delivered, func(a *payment.Attempt) { a.State = payment.Processing })
		}, evidence.Expect{}, "I18"},
		{"a paid order is unpaid", func(t *testing.T, e *evidence.Evidence) {
			rewriteLast(t, e, fulfilling, func(a *payment.Attempt) { a.Paid = false })
		}, evidence.Expect{}, "I18"},
		{"an open order stands in no index", func(_ *testing.T, e *evidence.Evidence) { e.Orders[open].Indexed = false }, evidence.Expect{}, "I19"},
		{"an open order has no deadline", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, open, func(cs []order.Change) []order.Change {
				return append(cs, order.Change{At: opened, Kind: "forged", Unset: []string{"due"}})
			})
		}, evidence.Expect{}, "I19"},
		{"an event that waits stands in no index", func(_ *testing.T, e *evidence.Evidence) { e.Inbox[2].Indexed = false }, evidence.Expect{}, "I19"},
		{"the stored order is an older one", func(t *testing.T, e *evidence.Evidence) {
			old, err := order.Replay(e.Orders[expired].Changes[:1])
			if err != nil {
				t.Fatal(err)
			}
			e.Orders[expired].Stored, e.Orders[expired].Indexed = old, true
			e.Stocks[0].Free, e.Stocks[0].Reserved = 12, 6
		}, evidence.Expect{}, "I20"},
		{"a change is missing", func(_ *testing.T, e *evidence.Evidence) {
			cs := e.Orders[delivered].Changes
			e.Orders[delivered].Changes = slices.Delete(slices.Clone(cs), len(cs)-1, len(cs))
		}, evidence.Expect{}, "I20"},
		{"a change was written over", func(_ *testing.T, e *evidence.Evidence) {
			cs := slices.Clone(e.Orders[expired].Changes)
			cs[0] = order.Change{Order: cs[0].Order, N: 1, At: cs[0].At, Kind: cs[0].Kind, By: "nobody", Set: cs[0].Set, Stock: cs[0].Stock}
			e.Orders[expired].Changes = cs
		}, evidence.Expect{}, "I20"},
		{"the chain is another order's", func(_ *testing.T, e *evidence.Evidence) {
			e.Orders[open].Changes = e.Orders[expired].Changes
		}, evidence.Expect{}, "I20"},
		{"a change cannot be read", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change { cs[1].Set["holds"] = raw(5); return cs })
		}, evidence.Expect{}, "I20"},
		{"postings do not balance", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, delivered, func(cs []order.Change) []order.Change {
				cs[last(t, cs, "confirmed")].Postings[0].Minor++
				return cs
			})
		}, evidence.Expect{}, "I21"},
		{"two payments of a gateway can be charged", func(_ *testing.T, e *evidence.Evidence) { e.Books[open].Chargeable = 2 }, evidence.Expect{}, "I22"},
		{"two attempts are open", func(t *testing.T, e *evidence.Evidence) {
			attempts := slices.Clone(e.Orders[open].Stored.Record().Attempts)
			second := attempts[0]
			second.ID = "pay_second"
			forge(t, e, open, appended(map[string]any{"attempts": append(attempts, second)}))
		}, evidence.Expect{}, "I22"},
		{"two machines carry an order", func(_ *testing.T, e *evidence.Evidence) {
			again := e.Executions[2]
			again.Name += "0"
			e.Executions = append(e.Executions, again)
		}, evidence.Expect{}, "I23"},
		{"a mail came twice", func(_ *testing.T, e *evidence.Evidence) { e.Mails = append(e.Mails, e.Mails[0]) }, evidence.Expect{}, "I23"},
		{"nobody asked for a mail", func(_ *testing.T, e *evidence.Evidence) {
			more := e.Mails[0]
			more.Kind = "order_cancelled"
			e.Mails = append(e.Mails, more)
		}, evidence.Expect{}, "I23"},
		{"a parcel was handed over twice", func(t *testing.T, e *evidence.Evidence) {
			parcels := slices.Clone(e.Orders[delivered].Stored.Record().Shipments)
			again := parcels[0]
			again.ID, again.Lines = "shp_2", nil
			forge(t, e, delivered, appended(map[string]any{"shipments": append(parcels, again)}))
		}, evidence.Expect{}, "I23"},
		{"an event has two rows", func(_ *testing.T, e *evidence.Evidence) { e.Inbox = append(e.Inbox, e.Inbox[0]) }, evidence.Expect{}, "I23"},
		{"an execution's name was used twice", func(_ *testing.T, e *evidence.Evidence) { e.Executions = append(e.Executions, e.Executions[0]) }, evidence.Expect{}, "I23"},
	}
}

// rewrite edits the attempt in the last change of a kind.
func rewrite(t *testing.T, e *evidence.Evidence, which int, kind string, edit func(*payment.Attempt)) {
	t.Helper()
	attempts := slices.Clone(e.Orders[which].Stored.Record().Attempts)
	edit(&attempts[0])
	forge(t, e, which, func(cs []order.Change) []order.Change {
		cs[last(t, cs, kind)].Set["attempts"] = raw(attempts)
		return cs
	})
}

// rewriteLast edits the attempt in one more change.
func rewriteLast(t *testing.T, e *evidence.Evidence, which int, edit func(*payment.Attempt)) {
	t.Helper()
	attempts := slices.Clone(e.Orders[which].Stored.Record().Attempts)
	edit(&attempts[0])
	forge(t, e, which, appended(map[string]any{"attempts": attempts}))
}

// ends are wounds that are seen when nothing more happens.
func ends() []broken {
	return []broken{
		{"the gateway gave back what we do not know", func(_ *testing.T, e *evidence.Evidence) { e.Books[delivered].Refunded = 1 }, atEnd, "I4"},
		{"the gateway has a dispute that we do not know", func(_ *testing.T, e *evidence.Evidence) { e.Books[delivered].Disputed = 1 }, atEnd, "I4"},
		{"the gateway kept a fee that we do not know", func(_ *testing.T, e *evidence.Evidence) { e.Books[delivered].Fees = 1 }, atEnd, "I4"},
		{"all is given back, and not on the books", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, cancelled, func(cs []order.Change) []order.Change {
				postings := cs[last(t, cs, "cancelled")].Postings
				i := slices.IndexFunc(postings, func(p ledger.Posting) bool { return p.Account == ledger.Revenue })
				postings[i].Account = ledger.Fees
				return cs
			})
		}, atEnd, "I4"},
		{"an event was acknowledged and lost", func(_ *testing.T, e *evidence.Evidence) { e.Inbox = e.Inbox[:2] }, atEnd, "I5"},
		{"an event failed", func(_ *testing.T, e *evidence.Evidence) { e.Inbox[2].State = inbox.Failed }, atEnd, "I5"},
		{"an event was ignored without a reason", func(_ *testing.T, e *evidence.Evidence) { e.Inbox[1].Reason = "" }, atEnd, "I5"},
		{"an event is parked without a reason", func(_ *testing.T, e *evidence.Evidence) { e.Inbox[2].Reason = "" }, atEnd, "I5"},
		{"an order is overdue", func(_ *testing.T, e *evidence.Evidence) {
			e.Now = e.Orders[open].Stored.Record().Due.Add(3 * time.Minute)
		}, atEnd, "I6"},
		{"no machine waits with an order", func(_ *testing.T, e *evidence.Evidence) { e.Executions[2].Status = evidence.TimedOut }, atEnd, "I6"},
		{"a machine runs on", func(t *testing.T, e *evidence.Evidence) {
			e.Executions[1].Status, e.Now = evidence.Running, opened.Add(2*time.Hour)
			forge(t, e, open, appended(map[string]any{"due": opened.Add(3 * time.Hour), "expires_at": opened.Add(3 * time.Hour)}))
		}, atEnd, "I6"},
		{"an unpaid order stands for hours", func(t *testing.T, e *evidence.Evidence) {
			e.Now = opened.Add(2 * time.Hour)
			forge(t, e, open, appended(map[string]any{"due": opened.Add(3 * time.Hour)}))
		}, atEnd, "I6"},
		{"the log wakes someone", func(_ *testing.T, e *evidence.Evidence) { e.Logs = append(e.Logs, `{"level":"ERROR"}`) }, atEnd, "I6"},
		{"money of a cancelled order is kept", func(t *testing.T, e *evidence.Evidence) {
			refunds := slices.Clone(e.Orders[cancelled].Stored.Record().Refunds)
			refunds[0].State = payment.RefundFailed
			forge(t, e, cancelled, appended(map[string]any{"refunds": refunds}))
		}, atEnd, "I11 I4"},
		{"nobody is told of late money", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, expired, func(cs []order.Change) []order.Change { cs[1].Kind = "late_payment_refunded"; return cs })
		}, atEnd, "I11"},
		{"a mail is owed", func(t *testing.T, e *evidence.Evidence) {
			forge(t, e, delivered, appended(map[string]any{"owed": []order.Message{{Kind: "order_shipped", N: 9}}}))
		}, atEnd, "I15"},
		{"a mail was noted and not sent", func(_ *testing.T, e *evidence.Evidence) { e.Mails = e.Mails[1:] }, atEnd, "I15"},
		{"a machine was never begun", func(_ *testing.T, e *evidence.Evidence) { e.Executions = e.Executions[1:] }, atEnd, "I15"},
		{"a message lies in a queue", func(_ *testing.T, e *evidence.Evidence) { e.Queues[0].Delayed = 1 }, atEnd, "I15"},
		{"a message was given up", func(_ *testing.T, e *evidence.Evidence) { e.Queues[0].DeadLetters = 1 }, atEnd, "I15"},
	}
}
