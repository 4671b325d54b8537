package paypalsim_test

import (
	"testing"
	"time"

	"till/scripts/localcloud/paypalsim"
)

func BenchmarkSign(b *testing.B) {
	a, err := paypalsim.Shared()
	if err != nil {
		b.Fatal(err)
	}
	body := make([]byte, 2000)
	for b.Loop() {
		a.Sign("https://certs.example/1", "t-1", "wh-1", time.Time{}, body)
	}
}
