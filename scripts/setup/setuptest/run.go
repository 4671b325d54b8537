package setuptest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/scripts/setup"
)

// Shop runs one gateway's command on a stack.
type Shop struct {
	Cloud     *Cloud
	Gateway   setup.Gateway
	URL       string // Of the gateway; "": its own.
	Transport http.RoundTripper
	Env       map[string]string
}

// Result is what a run said.
type Result struct {
	Code     int
	Out, Err string
}

// Run runs the command, and fails the test if it prints anything secret: a value of the environment or of any version of the secret.
func (s *Shop) Run(ctx context.Context, t testing.TB, args ...string) Result {
	t.Helper()
	if s.URL != "" {
		args = append(args, "-gateway-url", s.URL)
	}
	var out, errs bytes.Buffer
	c := setup.Command{Gateway: s.Gateway, Out: &out, Err: &errs, Transport: s.Transport,
		Getenv:   func(name string) string { return s.Env[name] },
		Load:     func(context.Context, string, string) (aws.Config, error) { return s.Cloud.Config(), nil },
		NewToken: func() string { return rand.Text() + rand.Text()[:6] }}
	r := Result{Code: c.Run(ctx, args), Out: out.String(), Err: errs.String()}
	for _, secret := range s.secrets() {
		if strings.Contains(r.Out+r.Err, secret) {
			t.Errorf("%v prints a secret:\n%s%s", args, r.Out, r.Err)
		}
	}
	if strings.ContainsAny(r.Out+r.Err, "\x1b\x07\x00\x7f") {
		t.Errorf("%v prints control characters: %q", args, r.Out+r.Err)
	}
	return r
}

// secrets is every long text in the environment and in the secret that is not public.
func (s *Shop) secrets() []string {
	public := map[string]bool{"id": true, "secret_sha256": true}
	var out []string
	for _, key := range s.Gateway.Keys {
		if key.Public {
			public[key.Member] = true
			continue
		}
		if value := s.Env[key.Env]; value != "" {
			out = append(out, value)
		}
	}
	public[s.Gateway.ID] = true
	for _, text := range s.Cloud.Texts() {
		var all any
		if json.Unmarshal([]byte(text), &all) == nil {
			out = leaves(all, public, out)
		}
	}
	return out
}

func leaves(value any, public map[string]bool, out []string) []string {
	switch v := value.(type) {
	case map[string]any:
		for name, each := range v {
			if !public[name] {
				out = leaves(each, public, out)
			}
		}
	case []any:
		for _, each := range v {
			out = leaves(each, public, out)
		}
	case string:
		if len(v) >= 16 {
			out = append(out, v)
		}
	}
	return out
}

// Want fails the test unless a run ended with a code and said some things.
func (r Result) Want(t testing.TB, code int, said ...string) {
	t.Helper()
	if r.Code != code {
		t.Fatalf("exit %d, want %d\n%s%s", r.Code, code, r.Out, r.Err)
	}
	for _, text := range said {
		if !strings.Contains(r.Out+r.Err, text) {
			t.Errorf("%q is not said:\n%s%s", text, r.Out, r.Err)
		}
	}
}
