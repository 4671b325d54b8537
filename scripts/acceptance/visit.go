package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"till/scripts/evidence"
	"till/scripts/localcloud/stripesim"
	"till/shared/catalog"
	"till/shared/order"
)

// Visit is the people of one scenario. Everything they send goes through Shop. Safe for concurrent use, but only the
// goroutine of the scenario may call what ends it.
type Visit struct {
	T    T
	Shop Shop

	place  Place
	prefix string
	ctx    context.Context // A visit lives for one call of Play.

	mu       sync.Mutex
	keys     int
	received map[catalog.SKU]int64
	tokens   map[order.ID]string
	staff    map[string]signedIn
}

type signedIn struct {
	token string
	at    time.Time
}

// freshFor is how long a member of staff works before signing in anew: moving money wants a fresh sign-in.
const freshFor = 10 * time.Minute

// Enter lets people into a shop. prefix begins every key and SKU of theirs: letters, digits and dashes, and unlike any that
// the shop has seen.
func Enter(ctx context.Context, shop Shop, t T, prefix string) *Visit {
	return &Visit{T: t, Shop: shop, place: shop.Place(), prefix: prefix, ctx: ctx, received: map[catalog.SKU]int64{}, tokens: map[order.ID]string{},
		staff: map[string]signedIn{}}
}

// Received is how many units these people put on the shelf, by SKU: what evidence.Evidence.Received is to be told.
func (v *Visit) Received() map[catalog.SKU]int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.received)
}

// Key is an Idempotency-Key that was not used before.
func (v *Visit) Key() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys++
	return fmt.Sprintf("%s-key-%d", v.prefix, v.keys)
}

// Named is a name of this visit's own, for keys and SKUs.
func (v *Visit) Named(what string) string { return v.prefix + "-" + what }

// Call sends a request to the API. The body is JSON unless it is a []byte or nil.
func (v *Visit) Call(method, path string, header map[string]string, body any) Reply {
	raw, isRaw := body.([]byte)
	if !isRaw && body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			v.T.Errorf("%s %s: %v", method, path, err)
		}
	}
	req, err := http.NewRequestWithContext(v.ctx, method, path, bytes.NewReader(raw))
	if err != nil {
		v.T.Errorf("%s %s: %v", method, path, err)
		return Reply{}
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	return v.Shop.Do(req)
}

// Post sends a request with a token and a key; "" leaves each out.
func (v *Visit) Post(path, token, key string, body any) Reply {
	return v.Call(http.MethodPost, path, credentials(token, key), body)
}

func credentials(token, key string) map[string]string {
	header := map[string]string{}
	if token != "" {
		header["Authorization"] = "Bearer " + token
	}
	if key != "" {
		header["Idempotency-Key"] = key
	}
	return header
}

// Form posts a form to the gateway, as a browser does.
func (v *Visit) Form(target string, values url.Values) Reply { return v.form(target, "", values) }

// AsShop calls the gateway with the shop's secret key, as people do on its dashboard. pairs are names and values in turn.
func (v *Visit) AsShop(path string, pairs ...string) Reply {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return v.form(v.place.Gateway+path, v.place.Dashboard, values)
}

func (v *Visit) form(target, secret string, values url.Values) Reply {
	req, err := http.NewRequestWithContext(v.ctx, http.MethodPost, target, strings.NewReader(values.Encode()))
	if err != nil {
		v.T.Errorf("%s: %v", target, err)
		return Reply{}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	return v.Shop.Gateway(req)
}

// Trouble makes the gateway misbehave from now on.
func (v *Visit) Trouble(f stripesim.Faults) {
	v.T.Helper()
	if err := v.Shop.Trouble(f); err != nil {
		v.T.Fatalf("the gateway does not misbehave so: %v", err)
	}
}

// Eventually ends the scenario unless something is so within the shop's patience.
func (v *Visit) Eventually(what string, until func() bool) {
	v.T.Helper()
	if err := v.Shop.Eventually(v.ctx, what, until); err != nil {
		v.T.Fatalf("%s: %v", what, err)
	}
}

// Evidence is what the shop holds, with what these people received: these parts at least, or everything if none is named.
func (v *Visit) Evidence(parts ...evidence.Part) evidence.Evidence {
	v.T.Helper()
	e, err := v.Shop.Evidence(v.ctx, parts...)
	if err != nil {
		v.T.Fatalf("the shop cannot be read: %v", err)
	}
	received := maps.Clone(e.Received)
	if received == nil {
		received = map[catalog.SKU]int64{}
	}
	maps.Copy(received, v.Received()) // Who counted last is right.
	e.Received = received
	return e
}
