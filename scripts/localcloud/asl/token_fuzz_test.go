package asl_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"till/scripts/localcloud/asl"
)

// FuzzToken answers a waiting task under any token with anything: only its own token ends it, once, and each refusal has AWS's
// name.
func FuzzToken(f *testing.F) {
	f.Add("", `{}`, "Boom", "because")
	f.Add("AQCEAAAAKgAAAAMAAAAAAAAAAT", `{`, "", "")
	f.Add("right", `{"n":1}`, "Busy", "x")
	f.Add("right", `not JSON`, "Gone", "\x00")
	f.Fuzz(func(t *testing.T, token, output, name, cause string) {
		var given struct{ Token string }
		w := newWorld(t, states(waiting), func(payload string) (string, error) { return `{}`, json.Unmarshal([]byte(payload), &given) })
		arn := w.start("one", `{}`)
		w.advance(time.Second)
		if token == "right" {
			token = given.Token
		}
		mine := given.Token
		var refused *asl.APIError
		for i, err := range []error{w.s.Heartbeat(token), w.s.Succeed(token, output), w.s.Fail(token, name, cause)} {
			if err != nil && (!errors.As(err, &refused) || refused.Code == "" || token == mine && i == 0) {
				t.Fatalf("call %d: %v", i, err)
			}
		}
		if err := w.s.Succeed(mine, `{}`); (err == nil) != (token != mine) {
			t.Fatalf("%q of %q: answered again: %v", token, mine, err)
		}
		if e, err := w.s.Describe(arn); err != nil || token != mine && e.Status != asl.Succeeded {
			t.Fatalf("%q of %q: %s, %v", token, mine, e.Status, err)
		}
	})
}
