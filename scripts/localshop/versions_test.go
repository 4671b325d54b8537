package localshop_test

import (
	"maps"
	"testing"

	"till/functions/assembly"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
)

func TestEventsAreHeldToTheVersionsThatTheAdaptersSpeak(t *testing.T) {
	want := map[string]string{stripegw.Name: stripegw.APIVersion, squaregw.Name: squaregw.Version}
	if got := assembly.APIVersions(); !maps.Equal(got, want) {
		t.Errorf("functions are told %v, the adapters speak %v", got, want)
	}
}
