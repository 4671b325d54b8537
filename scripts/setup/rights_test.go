package setup_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"till/scripts/setup"
)

// refusing answers reads below a path with a status, as a gateway does whose key has not the right.
type refusing struct {
	http.RoundTripper
	path   string
	status int
}

func (f refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, f.path) {
		return f.RoundTripper.RoundTrip(r)
	}
	return &http.Response{StatusCode: f.status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"error":{"type":"invalid_request_error","code":"secret_key_required"}}`))}, nil
}

// TestAKeyThatMayNotReadIsTold: the functions would find out in the morning.
func TestAKeyThatMayNotReadIsTold(t *testing.T) {
	for name, row := range map[string]struct {
		path   string
		status int
		want   string
	}{
		"what was settled":                  {"/v1/balance_transactions", http.StatusForbidden, "may not read what was settled"},
		"and what to do about it":           {"/v1/balance_transactions", http.StatusForbidden, `the right "Balance and Balance transaction sources: read"`},
		"disputes":                          {"/v1/disputes", http.StatusForbidden, `the right "Disputes: write"`},
		"a gateway that does not answer so": {"/v1/disputes", http.StatusInternalServerError, "what the keys may do could not be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			a.apply()
			a.run("-show").Want(t, setup.Done, "all is as it should be")
			a.Transport = refusing{a, row.path, row.status}
			a.run("-show").Want(t, setup.Failed, row.want)
		})
	}
}
