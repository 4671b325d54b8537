package machinepaths

// MiniStack lists where MiniStack 1.5.33 is not as Step Functions is, as far as the machine can notice. What is not here fails, and so
// does what is here and does not show any more.
func MiniStack() []Difference {
	const deadline = "Prepare RequestShipment Compensate WasCancelled FulfillmentFailed"
	waits := map[string]Outcome{}
	for _, c := range casesOfRequestShipment() {
		waits[c.Name] = aside(deadline, "States.Timeout")
	}
	return []Difference{
		{
			Name:   "errors of calls with a token",
			Reason: "The error of a function that a task with a token calls is dropped, and the token waited for.",
			Cases:  waits,
		},
		{
			Name:   "the limit of an execution",
			Reason: "The TimeoutSeconds of the whole machine are not looked at, so the second token reaches its own deadline.",
			Cases: map[string]Outcome{
				"an execution ends after thirty-five days wherever it is": aside("Prepare RequestShipment*2 Compensate WasCancelled FulfillmentFailed", "States.Timeout"),
			},
		},
		{
			Name:   "tokens of tries",
			Reason: "A task's tries share one token, so the first try's token answers the second.",
			Cases: map[string]Outcome{
				"a try has its own token, and the token of the try before is over": late(succeeds("Prepare RequestShipment*2 Complete")),
			},
		},
		{Name: "heartbeats", Reason: "HeartbeatSeconds are not looked at: silence ends with TimeoutSeconds."},
		{Name: "waits", Reason: "MaxDelaySeconds and JitterStrategy are not looked at: waits double up to a minute, to the second."},
		{Name: "refusals", Reason: "A name in use is refused for the same input too; a token that is none, or over, does not exist."},
	}
}
