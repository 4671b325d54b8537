package machinepaths

import (
	"slices"
	"time"
)

const (
	day = 24 * time.Hour
	// tenTries and the others are the bounds of all waits of a retrier that is used up, halved.
	tenTries       = (2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 + 2*300) * time.Second / 2
	eighteenTries  = tenTries + 8*300*time.Second/2
	fourConflicts  = (1 + 2 + 4 + 8) * time.Second / 2
	sixConflicts   = fourConflicts + 2*10*time.Second/2
	afterATimeOut  = time.Minute + 2*time.Second/2
	thirtyDays     = 30 * day
	thirtyFiveDays = 35 * day
)

// Cases is the table: every case of every task.
func Cases() []Case {
	return slices.Concat(casesOfPeople(), casesOfDeadlines(), casesOfPrepare(), casesOfRequestShipment(), casesOfTokens(),
		casesOfComplete(), casesOfCompensate())
}

func fail(name string) Call { return Call{Does: Fails, Error: name} }

func times(n int, c Call) []Call { return slices.Repeat([]Call{c}, n) }

// passing is one call for each error that every task may be tried again after, ten of them; States.Timeout is not every task's.
func passing() []Call {
	return []Call{
		fail("DependencyUnavailable"), fail("OutcomeUnknown"), fail("Lambda.ServiceException"), fail("Lambda.AWSLambdaException"),
		fail("Lambda.SdkClientException"), fail("Lambda.TooManyRequestsException"), fail("Lambda.ClientExecutionTimeoutException"),
		fail("Lambda.Unknown"), {Does: Outlasts}, {Does: Exits},
	}
}

// mixed uses up both retriers of a task in turns.
func mixed() []Call {
	var out []Call
	for i := range 10 {
		out = append(out, fail("OutcomeUnknown"))
		if i < 4 {
			out = append(out, fail("OrderConflict"))
		}
	}
	return out
}

// told is a call whose token is answered so.
func told(replies ...Reply) Call { return Call{Then: replies} }

func shipped(after time.Duration) Reply { return Reply{After: after} }

func failed(name string, after time.Duration) Reply { return Reply{after, name} }

func succeeds(path string) Outcome { return Outcome{Path: path, Status: "SUCCEEDED"} }

// cancelled is the good end that goes through Compensate.
func cancelled(path string) Outcome {
	return Outcome{Path: path, Status: "SUCCEEDED", Told: "OrderCancelled"}
}

// aside is an order put aside for people, because of an error.
func aside(path, because string) Outcome {
	return Outcome{Path: path, Status: "FAILED", Error: "FulfillmentFailed", Told: because}
}

// stuck is an order that could not even be put aside.
func stuck(path, because string) Outcome {
	return Outcome{Path: path, Status: "FAILED", Error: "CompensationFailed", Told: because}
}

// late is an outcome with one reply that came too late.
func late(o Outcome) Outcome {
	o.Gone = 1
	return o
}

// casesOfPeople are what staff and shoppers do while the machine waits.
func casesOfPeople() []Case {
	const (
		good = "Prepare RequestShipment Complete"
		back = "Prepare RequestShipment Compensate WasCancelled Cancelled"
	)
	by := func(calls ...Call) Script { return Script{"RequestShipment": calls} }
	return []Case{
		{Name: "a paid order is shipped the next day", Want: succeeds(good), Takes: day},
		{
			Name: "an order is shipped before the call that asks for it returns", Tasks: by(told(shipped(Early))), Want: succeeds(good),
		},
		{
			Name: "a token that was answered beats the error of its call", Want: succeeds(good),
			Tasks: by(Call{Does: Fails, Error: "InternalError", Then: []Reply{shipped(Early)}}),
		},
		{
			Name: "a shipment that is told twice counts once", Tasks: by(told(shipped(day), shipped(2*day))), Want: late(succeeds(good)),
		},
		{
			Name:  "a cancellation after the shipment changes nothing",
			Tasks: by(told(shipped(day), failed("OrderCancelled", 2*day))), Want: late(succeeds(good)),
		},
		{
			Name: "a cancelled order is no failure", Tasks: by(told(failed("OrderCancelled", day))), Want: cancelled(back), Takes: day,
		},
		{
			Name:  "a shipment after the cancellation changes nothing",
			Tasks: by(told(failed("OrderCancelled", day), shipped(2*day))), Want: late(cancelled(back)),
		},
		{
			Name:  "a try has its own token, and the token of the try before is over",
			Tasks: by(told(failed("OutcomeUnknown", day), shipped(4*day)), told(failed("InvalidInput", 6*day))),
			Want:  late(aside("Prepare RequestShipment*2 Compensate WasCancelled FulfillmentFailed", "InvalidInput")),
		},
	}
}

// casesOfDeadlines are nobody answering, and the whole execution's limit.
func casesOfDeadlines() []Case {
	const over = "Prepare RequestShipment Compensate WasCancelled FulfillmentFailed"
	by := func(calls ...Call) Script { return Script{"RequestShipment": calls} }
	return []Case{
		{
			Name: "a shipment on the twenty-eighth day is in time", Tasks: by(told(shipped(28 * day))),
			Want: succeeds("Prepare RequestShipment Complete"), Takes: 28 * day,
		},
		{
			Name: "an order that nobody ships is put aside after thirty days", Tasks: by(told()), Want: aside(over, "States.Timeout"),
			Takes: thirtyDays,
		},
		{
			Name: "a shipment on the thirty-first day is too late", Tasks: by(told(shipped(31 * day))),
			Want: late(aside(over, "States.Timeout")),
		},
		{
			Name:  "a call that is never heard of again leaves the order to the deadline",
			Tasks: by(Call{Does: Hangs}), Want: aside(over, "States.Timeout"), Takes: thirtyDays,
		},
		{
			Name:  "an execution ends after thirty-five days wherever it is",
			Tasks: by(told(failed("OutcomeUnknown", 20*day)), told()),
			Want:  Outcome{Path: "Prepare RequestShipment*2", Status: "TIMED_OUT", Error: "States.Timeout"}, Takes: thirtyFiveDays,
		},
	}
}
