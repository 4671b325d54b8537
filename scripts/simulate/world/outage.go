package world

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"till/scripts/simulate/faults"
)

// outage is a dependency that is down for a while, and what was called meanwhile.
type outage struct {
	port        faults.Port
	from, until time.Time
	functions   []string // Only for these; nil: for all.

	struck      int             // Calls in all.
	calls, runs int             // Of functions that answer requests: calls of what is down, and runs that made one.
	batched     int             // Calls by functions that queues feed.
	messages    map[string]bool // That these were given.
}

const (
	outageLasts = time.Minute
	wellWithin  = time.Minute // How soon after an outage all is well.
	watched     = 10 * time.Minute
)

// down tells whether a call of a function is refused as what it calls is down.
func (w *World) down(j *job, port faults.Port) bool {
	o := w.outage
	now := w.Clock.Now()
	if o == nil || group(port) != group(o.port) || now.Before(o.from) || !now.Before(o.until) {
		return false
	}
	if o.functions != nil {
		for _, f := range o.functions {
			if f == j.function {
				return true
			}
		}
		return false
	}
	o.struck++
	switch {
	case fedByQueues[j.function]:
		o.batched++
		for _, id := range messageIDs(j.payload.Text()) {
			o.messages[id] = true
		}
	case j.answers(), strings.HasPrefix(j.function, "webhook/"):
		o.calls++
		if !j.out {
			j.out = true
			o.runs++
		}
	}
	return true
}

// group takes all ports of one dependency together.
func group(p faults.Port) faults.Port {
	switch p { //nolint:exhaustive // the others stand alone
	case faults.StoreIndex, faults.StoreWrite, faults.StoreKeys:
		return faults.StoreRead
	case faults.GatewayRead:
		return faults.Gateway
	case faults.MachineRead, faults.Task:
		return faults.Machine
	}
	return p
}

var fedByQueues = map[string]bool{"worker/applyevent": true, "worker/beginfulfillment": true, "worker/notify": true}

// messageIDs lists the messages of a batch.
func messageIDs(payload []byte) (out []string) {
	mark := []byte(`"messageId":"`)
	for {
		at := bytes.Index(payload, mark)
		if at < 0 {
			return out
		}
		payload = payload[at+len(mark):]
		end := bytes.IndexByte(payload, '"')
		out = append(out, string(payload[:end]))
	}
}

// outages are what goes down, one per seed.
var outages = []faults.Port{faults.StoreRead, faults.Gateway, faults.Queue, faults.Machine, faults.KMS, faults.Mailer}

// seldom are those that hardly anybody calls: a minute may pass without.
var seldom = map[faults.Port]bool{faults.KMS: true, faults.Machine: true}

// goesDown lets one dependency go down for a minute, when half of all people have come.
func goesDown(w *World) {
	from := w.Clock.Now().Add(w.config.Profile.Mix.Over(w.config.Orders) / 2)
	w.outage = &outage{port: outages[w.config.Seed%uint64(len(outages))], from: from, until: from.Add(outageLasts), messages: map[string]bool{}}
}

// bounded: while a dependency was down it was hardly called more often than it was needed.
func bounded(w *World) {
	o := w.outage
	if o == nil || o.struck == 0 && !seldom[o.port] {
		w.fail("Outage", "", "nothing was called while it was down")
		return
	}
	if o.runs > 10 && float64(o.calls) > 1.2*float64(o.runs) {
		w.fail("Outage", "", fmt.Sprintf("%d requests made %d calls of what was down", o.runs, o.calls))
	}
	if n := len(o.messages); n > 10 && o.batched > 3*n {
		w.fail("Outage", "", fmt.Sprintf("%d messages made %d calls of what was down", n, o.batched))
	}
}

// well: a minute after an outage every request is answered again.
func (w *World) well(r *http.Request, status int) {
	o := w.outage
	if o == nil || o.functions != nil || status < http.StatusInternalServerError {
		return
	}
	if since := w.Clock.Now().Sub(o.until); since > wellWithin && since < watched {
		w.fail("Outage", "", fmt.Sprintf("%s after the outage %s %s was answered %d", since, r.Method, r.URL.Path, status))
	}
}
