// Package faults is what can go wrong round the product: the kinds, where each can strike, how often in a seed, and the count
// of what has struck where.
package faults

// Kind is one way in which something goes wrong.
type Kind uint8

// The kinds. Numbers in brackets are those of the design's list of faults.
const (
	None Kind = iota

	// Of a call that a function makes.
	Throttle      // (F1) Refused: it did not happen.
	TimeoutBefore // (F2) No answer, and it did not happen.
	TimeoutAfter  // (F3) No answer, and it happened.
	CrashBefore   // (F4) The process ends; it did not happen.
	CrashAfter    // (F4) The process ends; it happened.
	LimitBefore   // (F21) It lasts until the function is cut off; it did not happen.
	LimitLate     // (F21) As before, and it happens when nobody waits for it any more.
	LimitAfter    // (F21) As before; it happened.
	Again         // (F15) The client library sends it twice, as the first answer was lost; the second counts.
	Stale         // (F13) An index shows what stood there up to a minute ago.

	// Of a call to a gateway.
	Fails       // (F11) 500, which its key keeps; it did not happen.
	FailsAfter  // (F11) 500, which its key keeps; it happened.
	Down        // (F11) 503; it did not happen.
	DownAfter   // (F11) 503; it happened.
	Busy        // (F11) 409.
	Reset       // (F11) No connection.
	Cut         // (F11) Half of the answer.
	Huge        // (F11) An answer of 5 MB.
	KeyWithheld // (F10) KMS does not give the key; it did not happen.

	// Of the run of a function.
	Refused    // (F1) Lambda does not run it.
	CrashStart // (F4) It ends before it began.
	CrashEnd   // (F4, F9) It ends after all was done, its answer lost.
	Cold       // A new environment serves it: nothing is in memory.
	Ahead      // (F8) Its clock is up to ten minutes ahead.
	Behind     // (F8) Its clock is up to ten minutes behind.

	// Of what comes on its way to a function.
	Double // (F5) It comes up to five times.
	Late   // (F7) It comes late, so that others come before it (F6): up to an hour, or to three days.
	Lost   // (F20) It never comes.

	// Of a request from outside.
	NoRequest // It never arrives.
	NoAnswer  // Its answer never arrives.
	Turned    // (F1) The API refuses it: 429 or 503.

	// Of the machine.
	Stopped // (F18) Somebody stops an execution: its name is held by one that failed.

	kinds
)

var names = [kinds]string{"none", "throttle", "timeout-before", "timeout-after", "crash-before", "crash-after", "limit-before", "limit-late", "limit-after",
	"again", "stale", "500", "500-after", "503", "503-after", "409", "reset", "cut", "huge", "key-withheld", "refused", "crash-start", "crash-end", "cold",
	"clock-ahead", "clock-behind", "double", "late", "lost", "no-request", "no-answer", "turned-away", "stopped"}

// String is the kind's name, as tables show it.
func (k Kind) String() string { return names[k] }

// Of finds a kind by its name; false if there is none.
func Of(name string) (Kind, bool) {
	for k, n := range names {
		if n == name && k > 0 {
			return Kind(k), true
		}
	}
	return None, false
}

// After tells whether the kind strikes once the effect of a call has happened.
func (k Kind) After() bool {
	return k == TimeoutAfter || k == CrashAfter || k == LimitAfter
}

// Port is a kind of thing that a function calls, or that calls it.
type Port uint8

// The ports.
const (
	StoreRead Port = iota
	StoreIndex
	StoreWrite
	StoreKey // Under the lock of the keys in memory.
	Queue
	Machine
	Mailer
	KMS
	Gateway

	Function
	Message
	Stream
	Webhook
	Schedule
	Edge
	People
	ports
)

// anyCall strikes every call that a function makes.
var anyCall = []Kind{Throttle, TimeoutBefore, TimeoutAfter, CrashBefore, CrashAfter, LimitBefore, LimitLate, LimitAfter}

// table says what can strike where. Another gateway brings a row of its own.
var table = [ports][]Kind{
	StoreRead:  anyCall,
	StoreIndex: append([]Kind{Stale}, anyCall...),
	StoreWrite: append([]Kind{Again}, anyCall...),
	StoreKey:   anyCall,
	Queue:      anyCall,
	Machine:    anyCall,
	Mailer:     anyCall,
	KMS:        append([]Kind{KeyWithheld}, anyCall...),
	Gateway:    append([]Kind{Fails, FailsAfter, Down, DownAfter, Busy, Reset, Cut, Huge}, anyCall...),
	Function:   {Refused, CrashStart, CrashEnd, Cold, Ahead, Behind},
	Message:    {Double, Late, Lost},
	Stream:     {Double, Late, Lost},
	Webhook:    {Double, Late, Lost, NoRequest, NoAnswer},
	Schedule:   {Double, Late, Lost},
	Edge:       {NoRequest, NoAnswer, Turned},
	People:     {Stopped},
}

// Strikes tells whether a kind can strike a port.
func (p Port) Strikes(k Kind) bool { return reach[p]&(1<<k) != 0 }

// Kinds lists what can strike a port.
func (p Port) Kinds() []Kind { return table[p] }

// reach is table as sets.
var reach = func() (out [ports]uint64) {
	for p, list := range table {
		for _, k := range list {
			out[p] |= 1 << k
		}
	}
	return out
}()
