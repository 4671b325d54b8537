package send_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"till/scripts/catalog/send"
	"till/scripts/catalog/sheet"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localshop"
	"till/shared/catalog"
	"till/shared/edge/goods"
)

// inside asks a handler without a network. The first busy requests are answered with 503.
type inside struct {
	http.Handler
	busy  atomic.Int64
	asked atomic.Int64
}

func (i *inside) RoundTrip(req *http.Request) (*http.Response, error) {
	i.asked.Add(1)
	answer := httptest.NewRecorder()
	if i.busy.Add(-1) >= 0 {
		answer.WriteHeader(http.StatusServiceUnavailable)
	} else {
		i.ServeHTTP(answer, req)
	}
	return answer.Result(), nil
}

// open starts a shop with nothing in it.
func open(t testing.TB) (send.Shop, *inside, *localshop.Shop) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s, err := localshop.New(localshop.Options{
		Files: os.DirFS("../../.."), Clock: clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.Inline{}), Seed: "catalog", Log: io.Discard,
		LogLevel: "error", Random: mathrand.NewChaCha8([32]byte{2}), StaffKey: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Cloud.StaffToken(cognito.Person{Username: "mona", Groups: []string{"manager"}, MFA: true})
	if err != nil {
		t.Fatal(err)
	}
	in := &inside{Handler: s.Cloud.API("")}
	return send.Shop{URL: "http://shop.test", Token: token, HTTP: in, Wait: func(context.Context, time.Duration) error { return nil }}, in, s
}

// file is a catalogue of n products.
func file(t testing.TB, n int) []sheet.Line {
	t.Helper()
	var text strings.Builder
	text.WriteString("sku,name,description,price_EUR,price_USD,weight_grams\n")
	for i := range n {
		fmt.Fprintf(&text, "part-%05d,Part %d of brass,Fits all machines of series %d.,%d,%d,%d\n", i, i, i%7, 100+i, 120+i, 10+i%90)
	}
	lines, err := sheet.Read(strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func sums(results []send.Result) string {
	n := map[string]int{}
	for _, r := range results {
		n[r.Result]++
	}
	return fmt.Sprintf("%d made %d changed %d unchanged %d refused %d failed", n[goods.Made], n[goods.Changed], n[goods.Unchanged], n[goods.Refused], n[goods.Failed])
}

func bring(t testing.TB, s send.Shop, lines []sheet.Line, dry bool, want string) []send.Result {
	t.Helper()
	results, err := s.Import(t.Context(), lines, dry)
	if got := sums(results); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	return results
}

func TestACatalogueIsBroughtOnceAndTakenBackAsItIs(t *testing.T) {
	s, in, _ := open(t)
	lines := file(t, 450)
	bring(t, s, lines, true, "450 made 0 changed 0 unchanged 0 refused 0 failed")
	in.busy.Store(3)
	bring(t, s, lines, false, "450 made 0 changed 0 unchanged 0 refused 0 failed")
	bring(t, s, lines, false, "0 made 0 changed 450 unchanged 0 refused 0 failed")
	products, err := s.Export(t.Context())
	if err != nil || len(products) != 450 {
		t.Fatalf("%d products, %v", len(products), err)
	}
	products[7].Active = false
	var text strings.Builder
	if err := sheet.WriteCSV(&text, products); err != nil {
		t.Fatal(err)
	}
	again, err := sheet.Read(strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	bring(t, s, again, false, "0 made 1 changed 449 unchanged 0 refused 0 failed")
	if products, err := s.Export(t.Context()); err != nil || len(products) != 450 || products[449].SKU != "part-00007" {
		t.Errorf("%d products, %v", len(products), err)
	}
}

func TestALineThatIsRefusedStopsNoOther(t *testing.T) {
	s, _, shop := open(t)
	lines := file(t, 30)
	lines[3].Product.Name = ""
	lines[5].Product.Name = "4242 4242 4242 4242" // The whole request is refused for it.
	lines[8].Fault = "it has 2 cells, not 6"
	lines[9].Product.Description = strings.Repeat("long ", 20_000)
	results := bring(t, s, lines, false, "26 made 0 changed 0 unchanged 4 refused 0 failed")
	for at, want := range map[int]string{3: "name_invalid", 5: "card_data_rejected", 8: "line_unreadable", 9: "body_too_large"} {
		if r := results[at]; r.Result != goods.Refused || len(r.Errors) == 0 || r.Errors[0].Code != want || r.N != at+2 {
			t.Errorf("line %d is %+v, want %s", at, r, want)
		}
	}
	if _, err := shop.Store.Product(t.Context(), catalog.SKU(lines[29].Product.SKU)); err != nil {
		t.Error(err)
	}
}

func TestAShopThatRefusesTheCallerIsToldAndNothingIsLost(t *testing.T) {
	s, in, _ := open(t)
	lines := file(t, 5)
	s.Token = "x"
	if results, err := s.Import(t.Context(), lines, false); err == nil || sums(results) != "0 made 0 changed 0 unchanged 0 refused 5 failed" {
		t.Errorf("got %v, %v", results, err)
	}
	in.busy.Store(1000)
	if _, err := s.Import(t.Context(), lines, false); err == nil || in.asked.Load() > 10 {
		t.Errorf("%v after %d requests", err, in.asked.Load())
	}
}

// BenchmarkImport brings ten thousand products to a shop of this process, through its API.
func BenchmarkImport(b *testing.B) {
	lines := file(b, 10_000)
	for b.Loop() {
		s, _, _ := open(b)
		bring(b, s, lines, false, "10000 made 0 changed 0 unchanged 0 refused 0 failed")
	}
}
