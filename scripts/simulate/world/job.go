package world

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/template"
	"till/scripts/simulate/faults"
)

// job is one run of a function, with the faults that are to strike it.
type job struct {
	function string // "shopper/placeorder"
	number   uint64
	strikes  []faults.Strike
	passed   [ports]int  // Calls so far, by port.
	hit      faults.Kind // What strikes once the call that it made has had its effect.
	odd      faults.Kind // What is odd about the call that it made.
	fate     faults.Kind // What strikes the run itself, besides what the rates bring.
	next     bool        // The next release serves it.
	payload  *invoke.JSON
	out      bool // It has called what is down.
}

const ports = faults.Ports

// answers tells whether the function answers requests of people.
func (j *job) answers() bool {
	return strings.HasPrefix(j.function, "staff/") || strings.HasPrefix(j.function, "shopper/")
}

// job gives the run of a function that has the turn; nil if none has.
func (w *World) job() *job {
	cur := w.Turns.Current()
	if !cur.InCall() {
		return nil
	}
	j, _ := cur.Data.(*job)
	return j
}

// point names a point of the function that runs.
func (w *World) point(function, call string, port faults.Port) *faults.Count {
	return w.cover.At(faults.Point{Function: function, Call: call, Port: port})
}

// chance draws whether a kind strikes.
func (w *World) chance(k faults.Kind) bool {
	r := w.rates[k]
	return r > 0 && !w.calm && w.dice.Float64() < r
}

// before is called for each run of a function before it: it plans what will strike it.
func (w *World) before(name string, event *invoke.JSON) error {
	cur := w.Turns.Current()
	if cur == nil {
		return nil
	}
	w.runs++
	j := &job{function: w.folders[name], number: w.runs, payload: event}
	cur.Data = j
	var payload []byte
	if !j.answers() && j.function != "webhook/receivepaypal" {
		payload = gist(event) // Else it holds tokens, or PayPal's proof, whose signatures differ from run to run. What was sent is noted where it was sent.
	}
	w.note("run", j.function, payload)
	n := w.point(j.function, "run", faults.Function)
	n.Passed++
	j.next = w.upgrade && w.dice.IntN(2) == 0
	if w.script != nil || w.calm {
		return w.scripted(j, n)
	}
	for _, k := range callKinds {
		if w.chance(k) {
			j.strikes = append(j.strikes, faults.Strike{Kind: k, At: w.dice.IntN(w.usual(j.function, k) + 1)})
		}
	}
	j.fate = w.hungry(n, faults.Function)
	switch {
	case j.fate == faults.Refused || w.chance(faults.Refused):
		n.Struck[faults.Refused]++
		w.note("refused", j.function, nil)
		return invoke.Throttled()
	case j.fate == faults.CrashStart || w.chance(faults.CrashStart):
		n.Struck[faults.CrashStart]++
		w.note("crash-start", j.function, nil)
		return invoke.Crashed()
	}
	return nil
}

// callKinds are those that strike calls of functions.
var callKinds = func() (out []faults.Kind) {
	seen := map[faults.Kind]bool{}
	for p := faults.StoreRead; p.Called(); p++ {
		for _, k := range p.Kinds() {
			if !seen[k] {
				out = append(out, k)
			}
			seen[k] = true
		}
	}
	return out
}()

// usual is how many calls of a function a kind could have struck in its latest run.
func (w *World) usual(function string, k faults.Kind) int {
	last, n := w.latest[function], 0
	if last == nil {
		return 0
	}
	for p := faults.StoreRead; p.Called(); p++ {
		if p.Strikes(k) {
			n += last[p]
		}
	}
	return max(n-1, 0)
}

// after is called for each run of a function after it.
func (w *World) after(_ string, out *invoke.JSON, err error) error {
	cur := w.Turns.Current()
	if cur == nil {
		return err
	}
	j, _ := cur.Data.(*job)
	if j == nil {
		return err
	}
	if err == nil {
		w.latest[j.function] = &j.passed
	}
	if j.function == "shopper/placeorder" {
		w.mostWrites = max(w.mostWrites, j.passed[faults.StoreWrite])
	}
	n := w.point(j.function, "run", faults.Function)
	if w.script == nil && err == nil && (j.fate == faults.CrashEnd && !w.calm || w.chance(faults.CrashEnd)) || w.script.take(faults.CrashEnd) {
		n.Struck[faults.CrashEnd]++
		w.note("crash-end", j.function, nil)
		return invoke.Crashed()
	}
	answer, is := out.Is().(events.APIGatewayV2HTTPResponse)
	switch {
	case err != nil:
		w.note("failed", j.function, []byte(err.Error()))
	case is:
		w.note("answered", j.function, []byte(answer.Body))
	default:
		w.note("answered", j.function, gist(out))
	}
	return err
}

// call is a point: a function calls something, before or after its effect. What strikes the function itself does so here; what
// its caller must see is given.
func (w *World) call(port faults.Port, name string, after bool) faults.Kind {
	j := w.job()
	if j == nil {
		return faults.None
	}
	n := w.point(j.function, name, port)
	hit := j.hit
	if !after {
		n.Passed++
		hit = w.strike(j, port, name)
		if hit == faults.None {
			hit = w.hungryFor(j.function, n, port)
		}
		j.passed[port]++
		j.hit = faults.None
		if hit.After() {
			j.hit, hit = hit, faults.None
		}
	}
	w.steps++
	if hit != faults.None {
		n.Struck[hit]++
		w.note(hit.String(), name, nil)
	} else {
		w.note(when[after], name, nil)
	}
	w.pause(port, name)
	switch {
	case hit == faults.CrashBefore || hit == faults.CrashAfter:
		w.Turns.Crash()
	case hit == faults.LimitBefore || hit == faults.LimitAfter:
		w.Turns.Hang(false)
	case hit == faults.LimitLate:
		w.Turns.Hang(true)
		return faults.None
	}
	return hit
}

var when = map[bool]string{false: "before", true: "after"}

// pause lets others go on, and sometimes time: a moment mostly, and a while where the world outside is asked. Where nothing is to fail no run
// is kept past its time limit so.
func (w *World) pause(port faults.Port, name string) {
	if w.slow == 0 || w.calm || w.dice.Float64() >= w.slow {
		w.Turns.Point(name)
		return
	}
	most := 500 * time.Millisecond
	if port == faults.Gateway || port == faults.GatewayRead || w.dice.IntN(8) == 0 {
		most = 5 * time.Second
	}
	if !w.config.Profile.Faults && !w.Turns.Current().Has(most, w.Clock.Now()) {
		w.Turns.Point(name)
		return
	}
	w.Turns.Sleep(time.Duration(w.dice.Int64N(int64(most))), name)
}

// strike finds what strikes the call that is about to be made.
func (w *World) strike(j *job, port faults.Port, name string) faults.Kind {
	if w.script != nil {
		return w.script.next(port, j.function+"/"+name, w.calm)
	}
	if w.outage != nil && w.down(j, port) {
		return faults.Throttle
	}
	for i := range j.strikes {
		s := &j.strikes[i]
		if !port.Strikes(s.Kind) {
			continue
		}
		if s.At--; s.At < 0 && !w.calm {
			kind := s.Kind
			j.strikes = append(j.strikes[:i], j.strikes[i+1:]...)
			return kind
		}
	}
	return faults.None
}

// kept is how long Lambda keeps an environment that nobody needs, half of the time: it promises nothing.
const kept = 15 * time.Minute

// cold tells whether a new environment serves a call.
func (w *World) cold(f template.Function) bool {
	j := w.job()
	if j == nil || w.calm {
		return false
	}
	idle := w.Clock.Now().Sub(w.served[j.function])
	w.served[j.function] = w.Clock.Now()
	if j.fate != faults.Cold && !w.chance(faults.Cold) {
		return w.config.Profile.Faults && idle > kept && w.dice.IntN(2) == 0 // Nobody kept it.
	}
	w.point(w.folders[f.Name], "run", faults.Function).Struck[faults.Cold]++
	w.note("cold", f.Name, nil)
	return true
}

// skewed is the clock of a new environment: it may be wrong, and be put right or wrong between two calls.
func (w *World) skewed(_ template.Function, right func() time.Time) func() time.Time {
	var skew time.Duration
	last := uint64(0)
	return func() time.Time {
		now := right()
		j := w.job()
		if w.calm || j == nil {
			return now
		}
		if j.number != last {
			n := w.point(j.function, "clock", faults.Clock)
			n.Passed++
			if more := w.hungry(n, faults.Clock); more != faults.None || last == 0 || w.dice.IntN(8) == 0 {
				skew = w.skew(n, more)
			}
		}
		last = j.number
		return now.Add(skew)
	}
}

// skew draws how wrong a clock is.
func (w *World) skew(n *faults.Count, fate faults.Kind) time.Duration {
	switch {
	case fate == faults.Ahead || w.chance(faults.Ahead):
		n.Struck[faults.Ahead]++
		return time.Duration(w.dice.Int64N(int64(10 * time.Minute)))
	case fate == faults.Behind || w.chance(faults.Behind):
		n.Struck[faults.Behind]++
		return -time.Duration(w.dice.Int64N(int64(10 * time.Minute)))
	}
	return 0
}

// note writes a step into the history.
func (w *World) note(what, where string, data []byte) {
	w.history.add(w.Clock.Now(), w.worker(), what, where, data)
}

// worker is the number of the work that has the turn, 0 if nobody has.
func (w *World) worker() uint64 {
	if cur := w.Turns.Current(); cur != nil {
		return cur.Number()
	}
	return 0
}

// told is note for what is not bytes.
func (w *World) told(what, where string, values ...any) {
	w.note(what, where, fmt.Append(nil, values...))
}
