package cost_test

import (
	"fmt"
	"os"
	"testing"

	"till/scripts/cost"
)

func TestProbe(t *testing.T) {
	s, err := cost.New(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for i, mode := range []string{"hosted", "embedded", "hosted", "embedded"} {
		c, err := s.Checkout(mode, fmt.Sprint("key-", i), fmt.Sprintf("ada%d@example.com", i%2))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s %+v", mode, c)
	}
}
