package paypalhooks_test

import (
	"testing"

	"till/scripts/setup"
)

// TestAnAppWithoutAFeatureIsTold: what PayPal says of the app when it signs in.
func TestAnAppWithoutAFeatureIsTold(t *testing.T) {
	const uri = "https://uri.paypal.com/services/"
	all := uri + "disputes/read-seller " + uri + "reporting/search/read " + uri + "disputes/update-seller"
	for name, row := range map[string]struct {
		scope string
		code  int
		want  string
	}{
		"all is allowed":        {all, setup.Done, "all is as it should be"},
		"nothing is said":       {"", setup.Done, "all is as it should be"},
		"no transaction search": {uri + "disputes/read-seller " + uri + "disputes/update-seller", setup.Failed, `feature "Transaction search"`},
		"no disputes":           {uri + "reporting/search/read", setup.Failed, `feature "Customer disputes"`},
		"a scope that is longer": {uri + "reporting/search/read-nothing " + uri + "disputes/read-seller " + uri + "disputes/update-seller", setup.Failed,
			"what was settled: the morning's comparison fails"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPayPal(t)
			p.scope = row.scope
			p.run("-apply").Want(t, setup.Done, "")
			p.run("-show").Want(t, row.code, row.want)
		})
	}
}
