// Package faults is what can go wrong round the product: the kinds, where each can strike, how often in a seed, and the count
// of what has struck where.
package faults

import "slices"

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
	TooLarge      // (F22) It is too large, and will be however often it is tried.

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
	Poison // (F12) Beside it comes one that nobody can read.
	Pieces // (F13) It comes in pieces, with others in between.

	// Of a request from outside.
	NoRequest // It never arrives.
	NoAnswer  // Its answer never arrives.
	Turned    // (F1) The API refuses it: 429 or 503.

	// Of the machine.
	Stopped // (F18) Somebody stops an execution: its name is held by one that failed.
	KeyOver // (F16) The gateway answers nothing about a payment for so long that it forgets the key under which it was begun.
	Rotated // (F19) A secret is changed, and for a time both are good.

	kinds
)

var names = [kinds]string{"none", "throttle", "timeout-before", "timeout-after", "crash-before", "crash-after", "limit-before", "limit-late", "limit-after",
	"again", "stale", "too-large", "500", "500-after", "503", "503-after", "409", "reset", "cut", "huge", "key-withheld", "refused", "crash-start", "crash-end", "cold",
	"clock-ahead", "clock-behind", "double", "late", "lost", "poison", "pieces", "no-request", "no-answer", "turned-away", "stopped",
	"key-over", "rotated"}

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
	StoreKeys // Writes of the vault: who comes first has written it.
	Queue
	Machine     // Starts of executions.
	MachineRead // Questions about them.
	Task        // Answers to tasks that wait.
	Mailer
	KMS
	Gateway     // What changes something there: a payment is begun or closed, money is given back.
	GatewayRead // Questions.

	Function
	Clock // Of a function that looks at it.
	Message
	Stream
	Webhook
	Schedule
	Edge
	Execution
	Outage // Of a gateway, about one payment.
	Secret
	ports
)

// Ports is how many there are.
const Ports = int(ports)

// anyRead strikes every question, and anyWrite every call that has an effect. A question has none: that its answer is lost
// before or after it was answered is one thing to whoever asked, and so is when the process ends. That is also why a question
// that lasts is not answered late: nobody is there to hear it.
var (
	anyRead  = []Kind{Throttle, TimeoutBefore, CrashBefore, LimitBefore}
	anyWrite = []Kind{Throttle, TimeoutBefore, TimeoutAfter, CrashBefore, CrashAfter, LimitBefore, LimitLate, LimitAfter}
)

// table says what can strike where. Another gateway brings a row of its own. What stands nowhere cannot be told from what does:
//   - Again: the vault's writes and a started execution are refused the second time as they are for anybody who comes second;
//     a message that is sent twice is Double; a mail is sent twice by TimeoutAfter.
//   - FailsAfter and DownAfter of questions, as with anyRead.
//   - TooLarge: an answer to a task has no more in it than its token.
//   - Poison on a stream: its records are what the store wrote.
//   - A task's token that is lost is CrashBefore or LimitBefore where step/requestshipment saves it, one that is answered twice is
//     Again, and one that is answered late is LimitLate: the machine knows no other way to lose, double or delay one.
var table = [ports][]Kind{
	StoreRead:   anyRead,
	StoreIndex:  with(anyRead, Stale),
	StoreWrite:  with(anyWrite, Again),
	StoreKeys:   anyWrite,
	Queue:       with(anyWrite, TooLarge),
	Machine:     with(anyWrite, TooLarge),
	MachineRead: anyRead,
	Task:        with(anyWrite, Again),
	Mailer:      anyWrite,
	KMS:         with(anyRead, KeyWithheld),
	Gateway:     with(anyWrite, Fails, FailsAfter, Down, DownAfter, Busy, Reset, Cut, Huge),
	GatewayRead: with(anyRead, Fails, Down, Busy, Reset, Cut, Huge),
	Function:    {Refused, CrashStart, CrashEnd, Cold},
	Clock:       {Ahead, Behind},
	Message:     {Double, Late, Lost, Poison},
	Stream:      {Double, Late, Lost, Pieces},
	Webhook:     {Double, Late, Lost, NoRequest, NoAnswer},
	Schedule:    {Double, Late, Lost},
	Edge:        {NoRequest, NoAnswer, Turned},
	Execution:   {Stopped, Poison},
	Outage:      {KeyOver},
	Secret:      {Rotated},
}

func with(list []Kind, more ...Kind) []Kind { return append(slices.Clone(list), more...) }

// Called tells whether a port is something that functions call.
func (p Port) Called() bool { return p < Function }

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
