// Package problem is every code of the API's own with what it means, for whoever writes a client or reads a log.
package problem

import "slices"

// Base stands before a code in a problem's type (RFC 9457 section 3.1.1) where nobody knows the host that was asked: in the contract's
// examples.
const Base = "https://till.example" + Path

// Path is where the API has the page of a code, below its own address: Path + a code. A problem's type leads there.
const Path = "/problems/"

// Entry is one code. Codes are stable: one that is no longer answered stays, so that old clients' links lead somewhere.
type Entry struct {
	Code   string
	Status int    // Of an answer whose code it is; one of several faults may stand in a 422 with others.
	Means  string // What was wrong, as a sentence.
	Do     string // What the sender can do about it.
}

// Of finds a code.
func Of(code string) (Entry, bool) {
	all := All()
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Code == code })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

const (
	again   = "Send the same request again after Retry-After, with the same Idempotency-Key: nothing is done twice."
	mend    = "Mend the value at the pointer and send the request again. The same Idempotency-Key may be used."
	reload  = "Load the order again and decide by what it says now."
	askHelp = "Tell whoever runs the shop the request_id."
)

// All lists the codes by their names.
func All() []Entry {
	all := slices.Concat(requests(), values(), states(), limits())
	slices.SortFunc(all, func(a, b Entry) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return all
}

// requests are codes of requests that were not looked into.
func requests() []Entry {
	return []Entry{
		{"body_too_large", 413, "The body has more bytes than are read: 64 KiB, of a webhook 256 KiB.", "Send less. No honest order is that large."},
		{"unsupported_media_type", 415, "The body is not declared as JSON in UTF-8.", "Send Content-Type: application/json."},
		{"invalid_encoding", 400, "The body is not UTF-8, or holds an escape that stands for no character.", "Write the JSON with a library, in UTF-8."},
		{"invalid_json", 400, "The body is not one JSON value: it is empty, cut, doubled, nested too deep, or names a member twice.", "Write the JSON with a library."},
		{"idempotency_key_missing", 400, "The request creates something and has no Idempotency-Key.", "Make a random key for each thing that is to be done once, and keep it for repeats."},
		{"idempotency_key_invalid", 400, "The Idempotency-Key is empty, longer than 255 characters, not printable ASCII, or was sent twice.", "Use a UUID."},
		{"idempotency_key_reused", 422, "The Idempotency-Key belongs to another request.", "Use a new key for a new request; to repeat one, send it as it was."},
		{"idempotency_in_progress", 409, "The first request with this key is still being worked on.", "Send it again in a moment."},
		{"cursor_invalid", 400, "The next of a page was altered, or is of another list.", "Begin with the first page."},
		{"condition_invalid", 400, "If-Match or If-None-Match is not an ETag as it was sent, or both were sent.", "Send the ETag of what was read, in its quotes."},
		{"precondition_failed", 412, "What is to be changed was changed by somebody else meanwhile, or is not there.", "Read it again, and decide by what it says now."},
		{"precondition_required", 428, "What is there already must not be changed unseen.", "Read it, and send its ETag as If-Match."},
		{"unauthorized", 401, "There is no usable credential.", "Send the order's token, or a staff token, as Authorization: Bearer."},
		{"code_invalid", 401, "The one-time code is not the one that was mailed last, was used, has ended, or is for something else.", "Type it as the mail has it, or ask for another one."},
		{"email_unverified", 403, "The account's e-mail address is not confirmed.", "Confirm it with the code that was mailed, and sign in again."},
		{"forbidden", 403, "The credential is good and does not allow this.", "Ask somebody with the right role."},
		{"mfa_required", 403, "Staff signed in without a second factor.", "Sign in with one."},
		{"sign_in_again", 403, "Money is moved only within 15 minutes of a sign-in.", "Sign in again."},
		{"origin_not_allowed", 403, "The browser's page is of a site that may not call this API.", "Add the site to the parameter AllowedOrigins if it is the shop's."},
		{"not_found", 404, "There is no such thing, or not for this caller: both are answered alike.", "Look at the address, and whether the token is the order's own and still good."},
		{"method_not_allowed", 405, "The path is there, the method is not.", "Use one of those that Allow lists."},
		{"signature_invalid", 400, "A webhook does not come from the gateway that it names. No reason is given.", "Look at the signing secrets with the setup commands' -show."},
		{"invalid_event", 400, "A webhook is signed and is no event.", "Look at what the endpoint is subscribed to."},
		{"mode_mismatch", 400, "A webhook of test mode reached a live shop, or the reverse.", "Set the endpoint up in the other mode of the gateway."},
		{"internal_error", 500, "A fault of ours. It is logged, and nothing of it is shown.", askHelp},
		{"dependency_unavailable", 503, "Something that is needed is down or did not answer in time. It may have been done.", again},
	}
}

// values are codes of values that cannot be used: the same request fails again.
func values() []Entry {
	return []Entry{
		{"statement_invalid", 422, "What staff say to a dispute is too long, has several lines, or holds characters that cannot be shown.", mend},
		{"state_invalid", 422, "Events of the inbox are not listed by this state.", "Use received, parked, failed or ignored."},
		{"validation_failed", 422, "Several things are wrong, each with its own code and place in errors.", "Mend them all; no more will come up that could have been told now."},
		{"unknown_field", 422, "A member is not known, or is the shop's own to say, such as a price.", "Leave it out."},
		{"type_invalid", 422, "A value has another JSON type than it must have.", mend},
		{"card_data_rejected", 422, "Something looks like a card's number or security code. It was neither kept nor logged.", "Let the shopper enter the card on the gateway's page or in its form only."},
		{"order_declined", 422, "The shop does not take this order. No reason is given, and nothing of it is kept.", "Nothing that a program could do. Whoever thinks it a mistake writes to the shop."},
		{"lines_invalid", 422, "There are no lines, or more than fifty.", mend},
		{"quantity_invalid", 422, "A quantity is not a whole number within its bounds.", mend},
		{"sku_unknown", 422, "There is no such product, or it is not sold now, or not in this currency.", "Take the line out of the basket."},
		{"currency_invalid", 422, "The currency is none, or not one that this shop sells in.", mend},
		{"amount_too_small", 422, "The total is less than can be charged in its currency; the message says how much is.", "Order more, or choose another way to pay."},
		{"amount_too_large", 422, "The amount is more than the gateway takes at once; the message says how much it takes.", "Split it, or choose another way to pay."},
		{"amount_too_fine", 422, "The gateway charges the currency in coarser steps than the amount has.", "Choose another way to pay."},
		{"amount_out_of_range", 422, "The sum is more than can be counted.", "Order less."},
		{"expected_total_invalid", 422, "The expected total is not a whole number of minor units.", mend},
		{"coupon_invalid", 422, "The code is not known, not valid now, used up, or gives nothing for this basket; the message says which.", "Leave the code out."},
		{"discount_invalid", 422, "A discount of the shop's settings contradicts itself, or has values out of bounds.", mend},
		{"vat_number_invalid", 422, "The VAT number is not in its country's form, or not known there.", "Write it with its country's prefix, such as ATU12345678, or leave it out."},
		{"email_invalid", 422, "The e-mail address is not one address.", mend},
		{"purpose_invalid", 422, "What a one-time code is to be for is none.", "Use export or erasure."},
		{"phone_invalid", 422, "The telephone number is none.", "Write it with its country: +49…"},
		{"address_invalid", 422, "A part of an address is missing, or not as its country has it; or no carrier of the method goes there.", mend},
		{"shipping_method_unknown", 422, "The delivery method is not one that the basket can have.", "Choose one of the quote's shipping_methods."},
		{"gateway_unavailable", 422, "The shop does not offer this gateway, or not in this mode or currency.", "Choose another way to pay."},
		{"return_url_not_allowed", 422, "The page of return is not one of the shop's.", "Use a page of an origin in the parameter ReturnOrigins."},
		{"token_invalid", 422, "What the gateway's form brought is not in the form of its tokens.", "Send the token as the form gave it."},
		{"start_too_late", 422, "The order ends too soon for a gateway's page to open.", "Place a new order."},
		{"declined", 422, "The gateway refused.", "Let the shopper try another card, or another way to pay."},
		{"refund_invalid", 422, "The refund is of nothing, in another currency, of lines that are not there, or of an order that is not paid.", mend},
		{"capture_invalid", 422, "The capture is of nothing.", mend},
		{"decision_invalid", 422, "A decision must be approve or withdraw.", mend},
		{"hold_invalid", 422, "The name of a hold is none.", mend},
		{"reason_invalid", 422, "The reason is too long, or has characters that are not printed.", mend},
		{"shipment_invalid", 422, "The parcel holds what is not left to ship, or its carrier or number is none.", mend},
		{"name_invalid", 422, "The product's name is empty, too long, or has characters that are not printed.", mend},
		{"description_invalid", 422, "The product's description is too long, or has characters that are not printed.", mend},
		{"price_invalid", 422, "A price is negative, or of a currency that is none.", mend},
		{"sku_invalid", 422, "The SKU has other characters than letters, digits, dots, dashes and underscores, or is too long.", mend},
		{"weight_invalid", 422, "The weight is negative or too large.", mend},
		{"tax_class_invalid", 422, "The product's tax class is not one that the shop knows.", mend},
		{"status_invalid", 422, "The status to look for, or to bring a return to, is none.", mend},
		{"comment_invalid", 422, "The shopper's words are too long, or have characters that are not printed.", mend},
		{"day_invalid", 422, "The day is none, or not written as 2006-01-02.", mend},
		{"query_invalid", 422, "What is searched for is too short, too long, or has characters that are not printed, or a filter is none.", mend},
		{"dates_invalid", 422, "A product is to be sold until before it is sold at all, or a time is none.", mend},
		{"quantities_invalid", 422, "The bounds of how many may be ordered at once are none, or the wrong way round.", mend},
		{"family_invalid", 422, "The name of the product's family is none, or a variant's options are not its family's.", mend},
		{"option_invalid", 422, "An option of the product has no name or no value, or is named twice.", mend},
		{"image_invalid", 422, "An image's address or its words are none.", mend},
		{"country_invalid", 422, "A country of the shop's settings is none.", mend},
		{"tax_invalid", 422, "The shop's taxes are not as they must be.", mend},
		{"delivery_invalid", 422, "The shop's ways of delivery are not as they must be.", mend},
		{"gateway_invalid", 422, "The shop's ways to pay are not as they must be, or name a gateway that it does not have.", mend},
		{"rule_invalid", 422, "A rule of the shop's settings is not as it must be.", mend},
		{"share_invalid", 422, "A share is not a whole number of percent.", mend},
		{"limit_invalid", 422, "A limit of the shop's settings is out of its bounds.", mend},
		{"amount_invalid", 422, "An amount of the shop's settings is not in whole minor units by currency.", mend},
		{"location_invalid", 422, "A location's name is none, is named twice, or one product has too many.", mend},
		{"location_unknown", 422, "The shop keeps no goods at that location.", "Name one of the settings' locations, or add it there."},
		{"counters_invalid", 422, "The number of counters of a product's stock is out of its bounds.", mend},
		{"reference_invalid", 422, "What a count of stock refers to is none, or too long.", mend},
		{"format_invalid", 422, "The format asked for is not offered.", mend},
	}
}

// states are codes of requests that are right in themselves and not possible now.
func states() []Entry {
	return []Entry{
		{"answer_in_progress", 409, "Another answer to the dispute is being sent, or its outcome is not known yet.", "Wait a few minutes; then the dispute says what became of it."},
		{"dispute_closed", 409, "The dispute is decided.", "Nothing: there is nobody left to answer."},
		{"dispute_deadline_over", 409, "The time to answer the dispute is over.", "Wait for the bank's decision."},
		{"dispute_not_answerable", 409, "The bank waits for no answer to the dispute, or has one.", reload},
		{"out_of_stock", 409, "There is too little of the products at the pointers. Nothing was reserved.", "Order less of them."},
		{"price_changed", 409, "The total is no longer what the shopper was shown.", "Show the new quote that the answer carries, and ask again."},
		{"order_state_conflict", 409, "The order's state does not allow it: it is paid, shipped, cancelled or over.", reload},
		{"mail_invalid", 422, "The sender's name is no line of text, or the address for answers is none.", mend},
		{"revoke_invalid", 422, "Whether links are to end is not said by true or false.", mend},
		{"return_window_over", 409, "What was delivered can no longer be returned: the shop's time for it is over.", "Write to the shop."},
		{"edits_exhausted", 409, "The order was changed thirty times.", "Cancel it, and place a new one."},
		{"order_on_hold", 409, "The order is on hold.", "Staff look at it and lift the hold, or refund."},
		{"payment_in_progress", 409, "A payment of the order is being made.", "Wait for its outcome: " + reload},
		{"payment_not_open", 409, "The payment is over, or its page has run out.", "Begin a new one."},
		{"payment_not_authorized", 409, "There is no promised money to take.", reload},
		{"payment_not_captured", 409, "The money was promised and not taken yet, so there is nothing to ship or to give back.", "Capture it, or void it."},
		{"capture_in_progress", 409, "A capture of the order is being made.", "Wait for its outcome: " + reload},
		{"capture_exceeds_authorized", 409, "The capture is more than is promised and not taken yet.", reload},
		{"refund_exceeds_captured", 409, "The refund is more than was paid and not given back yet.", reload},
		{"second_approver_needed", 403, "Who asked for a refund cannot approve it.", "Ask another manager or admin."},
		{"customer_has_open_orders", 409, "Orders of the customer are unpaid, being packed, disputed or being refunded, so the shop must still know who it is.", "Cancel what is not paid; come back with the same or another code when the rest is sent and settled."},
		{"stock_reserved", 409, "Fewer on hand than are promised to orders.", "Cancel orders first, or count again."},
	}
}

// limits are codes of what was asked too often.
func limits() []Entry {
	return []Entry{
		{"rate_limited", 429, "Ten payments of the order were begun within an hour, or a one-time code was tried five times.", "Come again after Retry-After; RateLimit says what is left of payments. Ask for another code."},
		{"too_many_attempts", 429, "Three cards were refused for the order within an hour, or it has seen as many payments as an order keeps.", "Come again after Retry-After, or place a new order."},
		{"too_many_captures", 429, "The order has seen as many captures as an order keeps.", "Take the rest in one capture, or void it."},
		{"too_many_returns", 429, "The order has seen as many returns as an order keeps.", "Write to the shop."},
		{"too_many_refunds", 429, "The order has seen as many refunds as an order keeps.", "Refund the rest at the gateway; Till takes it into its books."},
	}
}
