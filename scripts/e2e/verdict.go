package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/permissions"
)

const (
	// still is how long things may take to come to rest.
	still = 5 * time.Minute
	// madeGood is how long they may take when a restart lost what was in MiniStack's streams, or hurried letters died: the sweep
	// sends a mail again that was owed for ten minutes.
	madeGood = 15 * time.Minute
)

// verdict reads everything through AWS's own APIs, once nothing moves any more, and holds it against the invariants and the roles.
func (r *run) verdict() {
	r.step("every invariant holds in the stack's own tables, queues, executions and logs", func(v *acceptance.Visit) {
		// A relay that is killed after it has sent sends again, and hurried messages come while they are worked on: SES knows no
		// idempotency key, so that a mail may come twice then.
		limit := still
		if r.whole {
			limit = madeGood
		}
		e := r.holds(v, limit, evidence.Expect{End: true, Alarms: true, Stopped: true, MailsTwice: r.whole, Canaries: acceptance.Canaries()})
		v.T.Logf("%d orders, %d events, %d executions, %d mails of which %d came again, %d lines of logs",
			len(e.Orders), len(e.Inbox), len(e.Executions), len(e.Mails), repeated(e.Mails), len(e.Logs))
		r.keep(v, "logs.json", e.Logs)
		r.keep(v, "executions.json", e.Executions)
		r.keep(v, "queues.json", e.Queues)
	})
	r.step("no function called what its role does not allow", func(v *acceptance.Visit) {
		for _, refused := range r.shop.Denied() {
			v.T.Errorf("%s", refused)
		}
		var unused []string // Not provoked here; the proof that nothing is too much is in package permissions.
		for _, f := range r.shop.Permissions() {
			if f.Kind == permissions.Extra {
				unused = append(unused, f.String())
			} else if r.whole {
				v.T.Errorf("%s", f)
			}
		}
		v.T.Logf("%d permissions were not used here; see unused.json", len(unused))
		r.keep(v, "unused.json", unused)
	})
}

// repeated counts the mails that had come before.
func repeated(mails []evidence.Mail) (again int) {
	seen := map[evidence.Mail]bool{}
	for _, m := range mails {
		name := evidence.Mail{Order: m.Order, Kind: m.Kind, Version: m.Version}
		if seen[name] {
			again++
		}
		seen[name] = true
	}
	return again
}

// calm holds what there is before misfortunes begin against what must always hold.
func (r *run) calm(v *acceptance.Visit) {
	r.holds(v, still, evidence.Expect{Alarms: true, Stopped: true, Canaries: acceptance.Canaries()})
}

// holds reads everything until it fits what is expected, or the time is over; then it tells what does not fit.
func (r *run) holds(v *acceptance.Visit, limit time.Duration, x evidence.Expect) (e evidence.Evidence) {
	var wrong []evidence.Violation
	told := 0
	if r.shop.Within(r.ctx, limit, "nothing moves", func() bool {
		got, err := r.shop.Evidence(r.ctx)
		if err != nil {
			v.T.Logf("reading the evidence: %v", err)
			wrong = nil
			return false
		}
		e, e.Received = got, r.received
		wrong = evidence.Check(e, x)
		if len(wrong) > 0 && len(wrong) != told {
			told = len(wrong)
			v.T.Logf("not yet, %d in all: %s", told, wrong[0])
		}
		return len(wrong) == 0
	}) == nil {
		return e
	}
	for _, w := range wrong {
		v.T.Errorf("%s", w)
	}
	if len(wrong) == 0 {
		v.T.Errorf("the evidence could not be read")
	}
	return e
}

// keep writes what was read to the folder of the output.
func (r *run) keep(v *acceptance.Visit, name string, what any) {
	text, err := json.MarshalIndent(what, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(r.dir, name), text, 0o600)
	}
	if err != nil {
		v.T.Errorf("keeping %s: %v", name, err)
	}
}
