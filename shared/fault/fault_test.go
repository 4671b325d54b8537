package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"till/shared/fault"
)

func TestKindOf(t *testing.T) {
	plain := errors.New("boom")
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"an unclassified error is internal", plain, fault.Internal},
		{"a classified error keeps its kind", fault.New(fault.Declined, "x.Y", "card_declined", ""), fault.Declined},
		{"a wrapped classified error keeps its kind", fmt.Errorf("more: %w", fault.New(fault.Conflict, "x", "", "")), fault.Conflict},
		{"a deadline that nobody classified is unknown, never failed", fmt.Errorf("call: %w", context.DeadlineExceeded), fault.Unknown},
		{"the first of joined errors decides", errors.Join(fault.New(fault.Invalid, "a", "", ""), fault.New(fault.NotFound, "b", "", "")), fault.Invalid},
		{"the outermost classification wins over the cause", fault.Wrap(fault.Unavailable, "a", fault.New(fault.Internal, "b", "", "")), fault.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fault.KindOf(tt.err); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestIsOfNilIsNoKind(t *testing.T) {
	if fault.Is(nil, fault.Internal) {
		t.Error("nil was taken for an internal fault")
	}
	if !fault.Is(fault.New(fault.Unknown, "", "", ""), fault.Conflict, fault.Unknown) {
		t.Error("one of several kinds was not recognised")
	}
}

func TestAllListsEveryJoinedFault(t *testing.T) {
	err := errors.Join(fault.New(fault.Invalid, "a", "one", ""), errors.Join(fault.New(fault.Invalid, "b", "two", "")),
		fmt.Errorf("w: %w", fault.New(fault.Invalid, "c", "three", "")))
	var codes []string
	for _, e := range fault.All(err) {
		codes = append(codes, e.Code)
	}
	if fmt.Sprint(codes) != "[one two three]" {
		t.Errorf("got %v", codes)
	}
}

func TestAtMovesFaultsToTheirPlace(t *testing.T) {
	err := errors.Join(&fault.Error{Code: "a", At: "/x"}, &fault.Error{Code: "b"})
	all := fault.All(fault.At("#/lines/0", err))
	if all[0].At != "#/lines/0/x" || all[1].At != "#/lines/0" {
		t.Errorf("got %q and %q", all[0].At, all[1].At)
	}
	if plain := errors.New("plain"); fault.At("#", plain) != plain { //nolint:errorlint // identity is meant
		t.Error("an unclassified error was changed")
	}
}

func ExampleError() {
	err := &fault.Error{Kind: fault.Unavailable, Op: "dynamo.Save", Code: "dependency_unavailable", Err: errors.New("throttled")}
	fmt.Println(err)
	// Output: dynamo.Save unavailable dependency_unavailable: throttled
}
