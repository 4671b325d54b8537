package receivepaypal_test

import (
	"testing"

	"till/scripts/shoptest"
)

// accepted are events that are durably stored, whatever they say.
var accepted = []shoptest.Row{
	{Name: "an event is stored", File: "succeeded", Status: 200},
	{Name: "a signature for the previous webhook, as while it is replaced", File: "signed-for-the-previous-webhook", Status: 200},
	{Name: "a delivery of 72 h ago, which PayPal repeats", File: "sent-72-h-ago", Status: 200},
	{Name: "a delivery of 4 minutes ahead", File: "sent-4-minutes-ahead", Status: 200},
	{Name: "the headers' names in any case", File: "headers-in-capitals", Status: 200},
	{Name: "a body in base64", File: "base64-body", Status: 200},
	{Name: "an event that PayPal's simulator made up, where no real money is taken", File: "made-up-by-the-simulator", Status: 200},
	{Name: "an unknown type", File: "type-unknown", Status: 200},
}

// refused are events that are not authentic or not readable.
var refused = []shoptest.Row{
	{Name: "no signature", File: "no-signature", Status: 400, Code: "signature_invalid"},
	{Name: "a signature that is no base64", File: "no-base64-signature", Status: 400, Code: "signature_invalid"},
	{Name: "no time", File: "no-time", Status: 400, Code: "signature_invalid"},
	{Name: "no certificate", File: "no-certificate", Status: 400, Code: "signature_invalid"},
	{Name: "a signature for somebody else's webhook", File: "signed-for-another-webhook", Status: 400, Code: "signature_invalid"},
	{Name: "a body with a byte more than was signed", File: "a-byte-more", Status: 400, Code: "signature_invalid"},
	{Name: "an algorithm of the sender's choice", File: "another-algorithm", Status: 400, Code: "signature_invalid"},
	{Name: "a certificate from a host that looks like PayPal's", File: "certificate-of-a-stranger", Status: 400, Code: "signature_invalid"},
	{Name: "a certificate that would come without TLS", File: "certificate-without-tls", Status: 400, Code: "signature_invalid"},
	{Name: "a delivery of 74 h ago", File: "sent-74-h-ago", Status: 400, Code: "signature_invalid"},
	{Name: "a delivery of 6 minutes ahead", File: "sent-6-minutes-ahead", Status: 400, Code: "signature_invalid"},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "signature_invalid"},
	{Name: "signed, but no JSON", File: "no-json", Status: 400, Code: "invalid_event"},
	{Name: "signed, but no object", File: "no-object", Status: 400, Code: "invalid_event"},
	{Name: "more than 256 KiB", File: "over-256-kib", Status: 413, Code: "body_too_large"},
}

func TestDeliveries(t *testing.T) { shoptest.HookRows(t, "receivepaypal", accepted, refused) }
