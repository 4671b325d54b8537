package machinepaths

import "time"

func casesOfPrepare() []Case {
	const over = "Prepare Compensate WasCancelled FulfillmentFailed"
	by := func(calls ...Call) Script { return Script{"Prepare": calls} }
	return []Case{
		{
			Name: "Prepare is tried again after every error that may pass", Tasks: by(passing()...),
			Want: succeeds("Prepare*11 RequestShipment Complete"), Takes: tenTries + day,
		},
		{
			Name: "Prepare gives up at the eleventh such error", Tasks: by(times(11, fail("DependencyUnavailable"))...),
			Want: aside("Prepare*11 Compensate WasCancelled FulfillmentFailed", "DependencyUnavailable"), Takes: tenTries,
		},
		{
			Name: "Prepare is tried again after four conflicts", Tasks: by(times(4, fail("OrderConflict"))...),
			Want: succeeds("Prepare*5 RequestShipment Complete"), Takes: fourConflicts + day,
		},
		{
			Name: "Prepare gives up at the fifth conflict", Tasks: by(times(5, fail("OrderConflict"))...),
			Want: aside("Prepare*5 Compensate WasCancelled FulfillmentFailed", "OrderConflict"), Takes: fourConflicts,
		},
		{
			Name: "Prepare's conflicts are counted apart from its other errors", Tasks: by(mixed()...),
			Want: succeeds("Prepare*15 RequestShipment Complete"), Takes: tenTries + fourConflicts + day,
		},
		{
			Name: "Prepare is tried again when it does not answer within a minute", Tasks: by(Call{Does: Hangs}),
			Want: succeeds("Prepare*2 RequestShipment Complete"), Takes: afterATimeOut + day,
		},
		{
			Name: "an order that was cancelled before Prepare is no failure", Tasks: by(fail("OrderCancelled")),
			Want: cancelled("Prepare Compensate WasCancelled Cancelled"),
		},
		{Name: "Prepare finds no order", Tasks: by(fail("OrderNotFound")), Want: aside(over, "OrderNotFound")},
		{Name: "Prepare is called with what can never succeed", Tasks: by(fail("InvalidInput")), Want: aside(over, "InvalidInput")},
		{Name: "Prepare has a bug", Tasks: by(fail("InternalError")), Want: aside(over, "InternalError")},
		{Name: "Prepare fails with a name that nobody knows", Tasks: by(fail("errorString")), Want: aside(over, "errorString")},
	}
}

// casesOfRequestShipment are failures of the function that stores the token.
func casesOfRequestShipment() []Case {
	const over = "Prepare RequestShipment Compensate WasCancelled FulfillmentFailed"
	by := func(calls ...Call) Script { return Script{"RequestShipment": calls} }
	return []Case{
		{
			Name: "RequestShipment is tried again after every error that may pass", Tasks: by(passing()...),
			Want: succeeds("Prepare RequestShipment*11 Complete"), Takes: tenTries + day,
		},
		{
			Name: "RequestShipment gives up at the eleventh such error", Tasks: by(times(11, fail("DependencyUnavailable"))...),
			Want: aside("Prepare RequestShipment*11 Compensate WasCancelled FulfillmentFailed", "DependencyUnavailable"), Takes: tenTries,
		},
		{
			Name: "RequestShipment is tried again after four conflicts", Tasks: by(times(4, fail("OrderConflict"))...),
			Want: succeeds("Prepare RequestShipment*5 Complete"), Takes: fourConflicts + day,
		},
		{
			Name: "RequestShipment gives up at the fifth conflict", Tasks: by(times(5, fail("OrderConflict"))...),
			Want: aside("Prepare RequestShipment*5 Compensate WasCancelled FulfillmentFailed", "OrderConflict"), Takes: fourConflicts,
		},
		{
			Name: "RequestShipment's conflicts are counted apart from its other errors", Tasks: by(mixed()...),
			Want: succeeds("Prepare RequestShipment*15 Complete"), Takes: tenTries + fourConflicts + day,
		},
		{
			Name: "an order that was cancelled before RequestShipment is no failure", Tasks: by(fail("OrderCancelled")),
			Want: cancelled("Prepare RequestShipment Compensate WasCancelled Cancelled"),
		},
		{Name: "RequestShipment finds no order", Tasks: by(fail("OrderNotFound")), Want: aside(over, "OrderNotFound")},
		{Name: "RequestShipment is called with what can never succeed", Tasks: by(fail("InvalidInput")), Want: aside(over, "InvalidInput")},
		{Name: "RequestShipment has a bug", Tasks: by(fail("InternalError")), Want: aside(over, "InternalError")},
		{Name: "RequestShipment fails with a name that nobody knows", Tasks: by(fail("errorString")), Want: aside(over, "errorString")},
	}
}

// casesOfTokens are failures that whoever holds the token answers with.
func casesOfTokens() []Case {
	const over = "Prepare RequestShipment Compensate WasCancelled FulfillmentFailed"
	by := func(calls ...Call) Script { return Script{"RequestShipment": calls} }
	answer := func(calls ...Call) Script {
		out := make([]Call, len(calls))
		for i, c := range calls {
			name := map[Act]string{Fails: c.Error, Exits: "Runtime.ExitError", Outlasts: "Sandbox.Timedout"}[c.Does]
			out[i] = told(failed(name, time.Hour))
		}
		return by(out...)
	}
	return []Case{
		{
			Name: "the shipment is asked for again when its token is answered with an error that may pass", Tasks: answer(passing()...),
			Want: succeeds("Prepare RequestShipment*11 Complete"), Takes: tenTries + 10*time.Hour + day,
		},
		{
			Name: "the shipment is not asked for after the eleventh such answer", Tasks: answer(times(11, fail("OutcomeUnknown"))...),
			Want: aside("Prepare RequestShipment*11 Compensate WasCancelled FulfillmentFailed", "OutcomeUnknown"),
		},
		{
			Name: "the shipment is asked for again after four conflicts", Tasks: answer(times(4, fail("OrderConflict"))...),
			Want: succeeds("Prepare RequestShipment*5 Complete"),
		},
		{
			Name: "the shipment is not asked for after the fifth conflict", Tasks: answer(times(5, fail("OrderConflict"))...),
			Want: aside("Prepare RequestShipment*5 Compensate WasCancelled FulfillmentFailed", "OrderConflict"),
		},
		{
			Name: "the answers' conflicts are counted apart from their other errors", Tasks: answer(mixed()...),
			Want: succeeds("Prepare RequestShipment*15 Complete"),
		},
		{Name: "a token is answered with an error for good", Tasks: answer(fail("InternalError")), Want: aside(over, "InternalError")},
		{Name: "a token is answered with a time-out", Tasks: answer(fail("States.Timeout")), Want: aside(over, "States.Timeout")},
		{Name: "a token is answered with a name that nobody knows", Tasks: answer(fail("Odd.Name")), Want: aside(over, "Odd.Name")},
	}
}

func casesOfComplete() []Case {
	const over = "Prepare RequestShipment Complete Compensate WasCancelled FulfillmentFailed"
	by := func(calls ...Call) Script { return Script{"Complete": calls} }
	return []Case{
		{
			Name: "Complete is tried again after every error that may pass", Tasks: by(passing()...),
			Want: succeeds("Prepare RequestShipment Complete*11"), Takes: day + tenTries,
		},
		{
			Name: "Complete gives up at the eleventh such error", Tasks: by(times(11, fail("DependencyUnavailable"))...),
			Want:  aside("Prepare RequestShipment Complete*11 Compensate WasCancelled FulfillmentFailed", "DependencyUnavailable"),
			Takes: day + tenTries,
		},
		{
			Name: "Complete is tried again after four conflicts", Tasks: by(times(4, fail("OrderConflict"))...),
			Want: succeeds("Prepare RequestShipment Complete*5"), Takes: day + fourConflicts,
		},
		{
			Name: "Complete gives up at the fifth conflict", Tasks: by(times(5, fail("OrderConflict"))...),
			Want:  aside("Prepare RequestShipment Complete*5 Compensate WasCancelled FulfillmentFailed", "OrderConflict"),
			Takes: day + fourConflicts,
		},
		{
			Name: "Complete's conflicts are counted apart from its other errors", Tasks: by(mixed()...),
			Want: succeeds("Prepare RequestShipment Complete*15"), Takes: day + tenTries + fourConflicts,
		},
		{
			Name: "Complete is tried again when it does not answer within a minute", Tasks: by(Call{Does: Hangs}),
			Want: succeeds("Prepare RequestShipment Complete*2"), Takes: day + afterATimeOut,
		},
		{
			Name: "an order that was cancelled before Complete is no failure", Tasks: by(fail("OrderCancelled")),
			Want: cancelled("Prepare RequestShipment Complete Compensate WasCancelled Cancelled"),
		},
		{Name: "Complete finds no order", Tasks: by(fail("OrderNotFound")), Want: aside(over, "OrderNotFound")},
		{Name: "Complete is called with what can never succeed", Tasks: by(fail("InvalidInput")), Want: aside(over, "InvalidInput")},
		{Name: "Complete has a bug", Tasks: by(fail("InternalError")), Want: aside(over, "InternalError")},
		{Name: "Complete fails with a name that nobody knows", Tasks: by(fail("errorString")), Want: aside(over, "errorString")},
	}
}

// casesOfCompensate all begin with a bug in Prepare, or with a cancellation.
func casesOfCompensate() []Case {
	const over = "Prepare Compensate CompensationFailed"
	by := func(calls ...Call) Script { return Script{"Prepare": {fail("InternalError")}, "Compensate": calls} }
	return []Case{
		{
			Name: "Compensate is tried again after every error that may pass", Tasks: by(passing()...),
			Want: aside("Prepare Compensate*11 WasCancelled FulfillmentFailed", "InternalError"), Takes: tenTries,
		},
		{
			Name: "Compensate is tried for an hour", Tasks: by(times(18, fail("DependencyUnavailable"))...),
			Want: aside("Prepare Compensate*19 WasCancelled FulfillmentFailed", "InternalError"), Takes: eighteenTries,
		},
		{
			Name: "Compensate gives up at the nineteenth such error", Tasks: by(times(19, fail("DependencyUnavailable"))...),
			Want: stuck("Prepare Compensate*19 CompensationFailed", "InternalError"), Takes: eighteenTries,
		},
		{
			Name: "Compensate is tried again after six conflicts", Tasks: by(times(6, fail("OrderConflict"))...),
			Want: aside("Prepare Compensate*7 WasCancelled FulfillmentFailed", "InternalError"), Takes: sixConflicts,
		},
		{
			Name: "Compensate gives up at the seventh conflict", Tasks: by(times(7, fail("OrderConflict"))...),
			Want: stuck("Prepare Compensate*7 CompensationFailed", "InternalError"), Takes: sixConflicts,
		},
		{
			Name: "Compensate's conflicts are counted apart from its other errors", Tasks: by(mixed()...),
			Want: aside("Prepare Compensate*15 WasCancelled FulfillmentFailed", "InternalError"), Takes: tenTries + fourConflicts,
		},
		{
			Name: "Compensate is tried again when it does not answer within a minute", Tasks: by(Call{Does: Hangs}),
			Want: aside("Prepare Compensate*2 WasCancelled FulfillmentFailed", "InternalError"), Takes: afterATimeOut,
		},
		{
			Name:  "a cancelled order is no failure after a second try of Compensate",
			Tasks: Script{"Prepare": {fail("OrderCancelled")}, "Compensate": {fail("OutcomeUnknown")}},
			Want:  cancelled("Prepare Compensate*2 WasCancelled Cancelled"),
		},
		{
			Name:  "a cancelled order that cannot be compensated wakes people",
			Tasks: Script{"Prepare": {fail("OrderCancelled")}, "Compensate": {fail("InternalError")}},
			Want:  stuck(over, "OrderCancelled"),
		},
		{Name: "Compensate finds the order cancelled", Tasks: by(fail("OrderCancelled")), Want: stuck(over, "InternalError")},
		{Name: "Compensate finds no order", Tasks: by(fail("OrderNotFound")), Want: stuck(over, "InternalError")},
		{Name: "Compensate is called with what can never succeed", Tasks: by(fail("InvalidInput")), Want: stuck(over, "InternalError")},
		{Name: "Compensate has a bug", Tasks: by(fail("InternalError")), Want: stuck(over, "InternalError")},
		{Name: "Compensate fails with a name that nobody knows", Tasks: by(fail("errorString")), Want: stuck(over, "InternalError")},
	}
}
