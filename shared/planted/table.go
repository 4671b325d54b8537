package planted

import (
	"cmp"
	"slices"
)

// Mistakes lists them all, by number.
func Mistakes() []Mistake {
	all := slices.Concat(ofStock(), ofPayments(), ofMessages())
	slices.SortFunc(all, func(a, b Mistake) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

func ofStock() []Mistake {
	return []Mistake{
		{1, "stock is reserved that is not there",
			"Both stores ask only that the SKU is counted, not that as many units are free.",
			2, []string{"I1 NoOversell"},
			"More units are ordered than there are."},
		{2, "an expiry is saved whatever was saved meanwhile",
			"The write of an expiry does not depend on the version it was decided on: after a conflict it goes on top.",
			1, []string{"I10 ReturnedOnce", "I8 LegalMoves", "I1 NoOversell"},
			"Two sweeps at once, or a cancellation or payment between the sweep's read and its write; other orders reserve the SKU too."},
	}
}

func ofPayments() []Mistake {
	return []Mistake{
		{3, "each call of the gateway has a key of its own",
			"The start of a payment is sent without our idempotency key, for which Stripe's SDK draws one by lot.",
			1, []string{"I3 NeverChargeTwice", "I22 OneChargeable"},
			"The answer to a start is lost and the start is repeated: I22. I3 needs two repeats of one key at once after a 429, 503 or refused connection, and a shopper who pays both."},
		{4, "an attempt is written after the gateway was called",
			"The gateway is called first and the shopper answered, though noting the attempt failed.",
			1, []string{"I4 LedgerEqualsGateway"},
			"The store fails, before the effect, at each save of a start that the gateway has answered; the shopper pays."},
		{5, "a timeout is taken for a refusal",
			"A start whose outcome is not known fails its attempt.",
			1, []string{"I22 OneChargeable"},
			"The answer to a start is lost after its effect, and the shopper begins anew with another key."},
		{6, "a declined attempt does not stand in the way of the next",
			"Starting a payment forgets that a declined one can still be paid.",
			1, []string{"I22 OneChargeable"},
			"A card is declined, we hear of it (webhook, return or sweep), and the shopper begins anew with another key."},
		{7, "a late failure takes captured money away",
			"What is captured follows the news, up and down.",
			1, []string{"I18 NoStepBack"},
			"The gateway is asked after a decline; before that answer is saved, the shopper pays and that is saved."},
		{8, "the amount that was paid is not compared",
			"Any money of an attempt pays the order.",
			1, []string{"I12 AmountMatch"},
			"The amount of an embedded payment is changed on the gateway's dashboard before it is paid."},
		{9, "yen are asked for in hundredths",
			"An attempt's amount is multiplied by 100 where a currency has no decimals.",
			1, []string{"I7 Totals", "I3 NeverChargeTwice"},
			"A payment of an order in JPY is begun: I7. I3 once it is paid."},
		{10, "open refunds do not count",
			"What can still be refunded leaves refunds out whose outcome is awaited.",
			1, []string{"I14 RefundBounded"},
			"A refund is pending, unknown or being sent when staff ask for the next one."},
		{11, "late money is ignored",
			"Money for an order that has ended is neither kept for it nor given back.",
			1, []string{"I11 LateMoney"},
			"The gateway says that a payment is over or not there, the order ends, and the payment is charged all the same."},
		{17, "an order that waits for a slow payment has no deadline",
			"The due time is taken away while the gateway works.",
			1, []string{"I19 Deadline"},
			"A bank debit."},
		{18, "a dispute does not stop shipping",
			"Shipping looks at the holds that people put, and not at those of disputes.",
			1, []string{"I2 NeverShipUnpaid"},
			"A payment is disputed before it is shipped, and staff ship."},
		{19, "promised money counts as captured",
			"The gateway's adapter gives the amount of an authorized or processing payment as captured.",
			1, []string{"I2 NeverShipUnpaid", "I12 AmountMatch", "I4 LedgerEqualsGateway"},
			"A bank debit: I12 at once, I2 when staff ship before it is through."},
		{20, "the tax of a refund is not posted",
			"A refund's postings leave the tax out, so that they do not balance and every refund of a taxed order is refused.",
			1, []string{"I21 BooksBalance", "I4 LedgerEqualsGateway"},
			"Any refund of an order with tax is refused as unbalanced: the log says so (I21). One made on the gateway's dashboard never comes into the books (I4)."},
	}
}

func ofMessages() []Mistake {
	return []Mistake{
		{12, "a webhook is acknowledged that was not stored",
			"When the inbox cannot be written, the gateway is told that all is well.",
			1, []string{"I5 EventOnce"},
			"The store fails, before the effect, when an event is put."},
		{13, "a claim never runs out",
			"The sweep leaves an event to the worker that has claimed it, however long ago.",
			1, []string{"I5 EventOnce"},
			"All five deliveries of an event fail, the second or a later one after its claim: a gateway that is down for a quarter of an hour."},
		{14, "an event of an unknown payment is dropped",
			"The worker takes an event that it cannot place for done, and neither parks nor settles it.",
			1, []string{"I5 EventOnce"},
			"Somebody is paid through the gateway's account for something else than an order."},
		{15, "an error of a message is swallowed",
			"A mail that could not be sent is noted as sent, and its message is not reported as failed.",
			1, []string{"I15 NothingLost"},
			"Mailer, KMS or store fail while a mail is sent."},
		{16, "an order is saved without its CHANGE",
			"Both stores leave out the record of the sweep's look at an order.",
			2, []string{"I20 ChainWhole"},
			"The sweep looks at an order: anything overdue, such as a payment page that is open for five minutes."},
		{21, "a repeat is priced before its key is looked up",
			"Placing prices the basket, and refuses it, before it looks for the order of the key.",
			1, []string{"I13 SameAnswer"},
			"The same request comes again after its product's price has changed or it is sold no more. Only whoever asked can see it."},
		{22, "a conflict is retried with the order as it was",
			"After a lost write the order is decided on again without being loaded.",
			1, []string{"I20 ChainWhole"},
			"Two write an order at once, of whom the loser is the machine's task that leaves its token."},
		{23, "executions are named by lot",
			"An execution is named for the message that began it, not for order and try.",
			1, []string{"I23 EffectsOnce", "I15 NothingLost", "I6 Terminal"},
			"The message to begin comes twice under two ids (stream twice, sweep beside relay): I23. Without that, no execution has the name that is looked for: I15, I6."},
		{24, "an e-mail address stands in the clear",
			"Placing notes the shopper's address as the cause of the order's first change.",
			1, []string{"I9 NoLeak"},
			"Any order; the address must be among the canaries."},
	}
}
