// Package machinepaths holds the ways through the fulfillment machine, and runs the definition as shipped along them in process.
// Its tests run the same ways on a local AWS too.
package machinepaths

import "time"

// Case is one way through the machine: what its tasks do, what people answer to its tokens, and where that leads.
type Case struct {
	Name  string // A sentence of behaviour.
	Tasks Script
	Want  Outcome
	// Takes is how long it takes in process, where every wait between two tries is drawn at half of its bound. 0 is not looked at.
	Takes time.Duration
}

// Script is what each task does, call by call. A call beyond the list answers; the token it was handed, if any, is answered with
// success a day later.
type Script map[string][]Call

// Call is what a task does at one call.
type Call struct {
	Does  Act
	Error string  // The name it fails with.
	Then  []Reply // What its token is answered with. A call that is in the list and has none leaves its token unanswered.
}

// Act is a way in which a call may end.
type Act int

// The acts.
const (
	Answers  Act = iota // With JSON.
	Fails               // With a name, as shared/edge/sfntask gives one.
	Exits               // The process ends: Runtime.ExitError.
	Outlasts            // The function runs into its own time limit: Sandbox.Timedout.
	Hangs               // Nothing comes back at all, until the task's TimeoutSeconds are over: States.Timeout.
)

// Reply is one answer to a token: a success, or the failure of a name. After counts from the call that was handed the token;
// Early is before that call has returned.
type Reply struct {
	After time.Duration
	Error string
}

// Early is a Reply's After that means: before the function returns.
const Early time.Duration = -1

// Outcome is what can be seen of an execution when it has ended. Two engines agree on a case if their outcomes are equal.
type Outcome struct {
	Path   string   // The states that were entered, in order; "Prepare*3" was tried three times.
	Status string   // As AWS names it.
	Error  string   // Of an execution that failed.
	Told   string   // The error that Compensate was told.
	Gone   int      // Replies to tokens whose task was over.
	Wrong  []string // Input that no task should get, output that no execution should have.
}

// Difference is where another engine is known to be otherwise, and how.
type Difference struct {
	Name, Reason string
	Cases        map[string]Outcome // Where it leads instead, by the case's name. Nil if no path shows it: then a test of its own does.
}
