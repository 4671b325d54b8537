package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/permissions"
)

// verdict reads everything through AWS's own APIs, once nothing moves any more, and holds it against the invariants and the roles.
func (r *run) verdict() {
	r.step("every invariant holds in the stack's own tables, queues, executions and logs", func(v *acceptance.Visit) {
		expect := evidence.Expect{End: true, Alarms: true, Stopped: true, Canaries: acceptance.Canaries()}
		var e evidence.Evidence
		var wrong []evidence.Violation
		read := func() bool {
			got, err := r.shop.Evidence(r.ctx)
			if err != nil {
				v.T.Logf("reading the evidence: %v", err)
				return false
			}
			e, e.Received = got, r.received
			wrong = evidence.Check(e, expect)
			return len(wrong) == 0
		}
		if r.shop.Eventually(r.ctx, "nothing moves", read) != nil {
			for _, w := range wrong {
				v.T.Errorf("%s", w)
			}
		}
		v.T.Logf("%d orders, %d events, %d executions, %d mails, %d lines of logs", len(e.Orders), len(e.Inbox), len(e.Executions), len(e.Mails), len(e.Logs))
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
