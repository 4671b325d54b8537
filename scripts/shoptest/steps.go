package shoptest

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/shared/eventfile"
)

// Step runs a task of the machine with an event's file, and gives the name of its error, "" if it has none. An error that
// the machine could not catch by name fails the test.
func Step[In, Out any](t testing.TB, task func(context.Context, In) (Out, error), function, file string, replace ...string) string {
	t.Helper()
	_, err := task(t.Context(), eventfile.Read[In](t, function, file, replace...))
	var named messages.InvokeResponse_Error
	if err != nil && !errors.As(err, &named) {
		t.Fatalf("an error that the machine cannot catch by name: %v", err)
	}
	return named.Type
}

// WantError compares the name of a task's error.
func WantError(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("the error is %q, want %q", got, want)
	}
}
