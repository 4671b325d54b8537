package shop

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"till/shared/fault"
)

// Version is one version of a shop's settings. The zero Version is that of a shop whose settings nobody has changed.
type Version struct {
	N        int       `json:"n"` // From 1, without gaps. 0: nothing is stored.
	At       time.Time `json:"at"`
	By       string    `json:"by"` // "staff:<sub>".
	Settings Settings  `json:"settings"`
}

// Encode is the stored form of a version.
func (v Version) Encode() ([]byte, error) { return json.Marshal(v) }

// DecodeVersion reads the stored form; members of later releases are left out. Errors: fault.Internal, the store holds what we
// cannot read.
func DecodeVersion(data []byte) (Version, error) {
	var v Version
	if err := json.Unmarshal(data, &v); err != nil {
		return Version{}, fault.Wrap(fault.Internal, "shop.DecodeVersion", err)
	}
	return v, nil
}

// StaleFor is how old settings may be where that costs nobody money: in lists, quotes, mails and what is offered. An order is
// placed, and a refund decided, by settings that are read for it.
const StaleFor = 30 * time.Second

// Read gives the settings in force.
type Read func(context.Context) (Settings, error)

// Now reads the settings each time. Errors: those of load.
func Now(load func(context.Context) (Version, error)) Read {
	return func(ctx context.Context) (Settings, error) {
		v, err := load(ctx)
		return v.Settings, err
	}
}

// Lately gives the settings as they were at most StaleFor ago, and reads them when they are older. Safe for concurrent use. Errors:
// those of load, of which none is kept.
func Lately(load func(context.Context) (Version, error), now func() time.Time) Read {
	k := &kept{}
	return func(ctx context.Context) (Settings, error) {
		at := now()
		if s, fresh := k.get(at); fresh {
			return s, nil
		}
		v, err := load(ctx)
		if err != nil {
			return Settings{}, err
		}
		k.put(v.Settings, at)
		return v.Settings, nil
	}
}

// kept is what was read last.
type kept struct {
	mu   sync.Mutex
	s    Settings
	read time.Time
	has  bool
}

func (k *kept) get(now time.Time) (Settings, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	age := now.Sub(k.read)
	return k.s, k.has && age >= 0 && age < StaleFor
}

func (k *kept) put(s Settings, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.s, k.read, k.has = s, at, true
}
