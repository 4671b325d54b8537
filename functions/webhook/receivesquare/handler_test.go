package receivesquare_test

import (
	"testing"

	"till/scripts/shoptest"
)

// accepted are events that are durably stored, whatever they say.
var accepted = []shoptest.Row{
	{Name: "an event is stored", File: "succeeded", Status: 200},
	{Name: "a signature by the previous key, as while a key is rotated", File: "signed-with-the-previous-key", Status: 200},
	{Name: "the header's name in any case", File: "header-in-capitals", Status: 200},
	{Name: "a body in base64", File: "base64-body", Status: 200},
	{Name: "an unknown type", File: "type-unknown", Status: 200},
	{Name: "an event of another merchant", File: "other-merchant", Status: 200},
}

// refused are events that are not authentic, not readable or of the other mode.
var refused = []shoptest.Row{
	{Name: "no signature", File: "no-signature", Status: 400, Code: "signature_invalid"},
	{Name: "a signature that is no base64", File: "no-base64-signature", Status: 400, Code: "signature_invalid"},
	{Name: "a signature by another key", File: "signed-with-another-key", Status: 400, Code: "signature_invalid"},
	{Name: "a signature for another address than ours", File: "signed-for-another-address", Status: 400, Code: "signature_invalid"},
	{Name: "a body with a byte more than was signed", File: "a-byte-more", Status: 400, Code: "signature_invalid"},
	{Name: "an empty body, though signed", File: "empty-body", Status: 400, Code: "signature_invalid"},
	{Name: "signed, but no JSON", File: "no-json", Status: 400, Code: "invalid_event"},
	{Name: "signed, but no object", File: "no-object", Status: 400, Code: "invalid_event"},
	{Name: "an event of real money in a shop that takes none", File: "production-event", Status: 400, Code: "mode_mismatch"},
	{Name: "an event that does not say whether it is of real money", File: "no-environment", Status: 400, Code: "mode_mismatch"},
	{Name: "more than 256 KiB", File: "over-256-kib", Status: 413, Code: "body_too_large"},
}

func TestDeliveries(t *testing.T) { shoptest.HookRows(t, "receivesquare", accepted, refused) }
