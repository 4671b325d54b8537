package order

import "slices"

// Status is where an order is in its life.
type Status string

// The statuses. Each says who moves it on.
const (
	Created           Status = "created"            // Being placed; never stored. New moves it on at once.
	AwaitingPayment   Status = "awaiting_payment"   // The shopper pays, or the sweep lets it expire.
	PaymentProcessing Status = "payment_processing" // The gateway works on it, perhaps for days.
	Confirmed         Status = "confirmed"          // Paid. The relay starts the fulfillment machine; the sweep, if that was lost.
	Fulfilling        Status = "fulfilling"         // Staff pack and ship.
	Shipped           Status = "shipped"            // The carrier delivers.
	Delivered         Status = "delivered"          // The sweep completes it when it can no longer be sent back.
	Completed         Status = "completed"          // An end.
	Expired           Status = "expired"            // An end that only late money re-opens.
	Cancelled         Status = "cancelled"          // An end. Late money is given back.
)

// moves is every legal move of an order. The docs' diagram is made from it.
var moves = map[Status][]Status{
	Created:           {AwaitingPayment, Confirmed},
	AwaitingPayment:   {PaymentProcessing, Confirmed, Expired, Cancelled},
	PaymentProcessing: {AwaitingPayment, Confirmed, Expired, Cancelled},
	Confirmed:         {Fulfilling, Cancelled},
	Fulfilling:        {Shipped, Cancelled},
	Shipped:           {Delivered},
	Delivered:         {Completed},
	Completed:         {},
	Expired:           {Confirmed}, // Late money, stock reserved again.
	Cancelled:         {},
}

// Statuses lists every status an order can have, in the order of the table.
func Statuses() []Status {
	return []Status{Created, AwaitingPayment, PaymentProcessing, Confirmed, Fulfilling, Shipped, Delivered, Completed, Expired, Cancelled}
}

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s Status) CanBecome(next Status) bool { return slices.Contains(moves[s], next) }

// Payable tells whether money is still awaited.
func (s Status) Payable() bool { return s == AwaitingPayment || s == PaymentProcessing }

// Ended tells whether nothing more happens by itself.
func (s Status) Ended() bool { return s == Completed || s == Expired || s == Cancelled }
