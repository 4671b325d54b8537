package memory

import (
	"context"
	"fmt"

	"till/shared/order"
	"till/shared/routing"
	"till/shared/shop"
)

// settingsKey is that of a version of the shop's settings.
func settingsKey(n int) key { return key{"SHOP#SETTINGS", fmt.Sprintf("VERSION#%09d", n)} }

// Settings is storetest.Store's.
func (s *Store) Settings(ctx context.Context) (shop.Version, error) {
	return ask(ctx, s, "Settings", func() (shop.Version, error) {
		if last := s.lastSettings(); last > 0 {
			return s.settingsAt(last)
		}
		return shop.Version{}, nil
	})
}

// lastSettings is the number of the last version: they have no gaps.
func (s *Store) lastSettings() int {
	items, n := s.table(Catalog).items, 0
	for items[settingsKey(n+1)] != nil {
		n++
	}
	return n
}

func (s *Store) settingsAt(n int) (shop.Version, error) {
	return shop.DecodeVersion([]byte(s.table(Catalog).items[settingsKey(n)].text("body")))
}

// SettingsAt is storetest.Store's.
func (s *Store) SettingsAt(ctx context.Context, n int) (shop.Version, error) {
	return ask(ctx, s, "SettingsAt", func() (shop.Version, error) {
		if s.table(Catalog).items[settingsKey(n)] == nil {
			return shop.Version{}, order.NotFound("memory.SettingsAt")
		}
		return s.settingsAt(n)
	})
}

// SettingsBefore is storetest.Store's.
func (s *Store) SettingsBefore(ctx context.Context, n, limit int) ([]shop.Version, error) {
	return ask(ctx, s, "SettingsBefore", func() ([]shop.Version, error) {
		from := s.lastSettings()
		if n > 0 {
			from = min(from, n-1)
		}
		var out []shop.Version
		for ; from > 0 && len(out) < limit; from-- {
			v, err := s.settingsAt(from)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	})
}

// SaveSettings is storetest.Store's.
func (s *Store) SaveSettings(ctx context.Context, v shop.Version) error {
	return do(ctx, s, "SaveSettings", func() error {
		if v.N < 1 {
			return internal("SaveSettings", "wrong_version")
		}
		body, err := v.Encode()
		if err != nil {
			return internal("SaveSettings", "unencodable")
		}
		if stored, there := s.table(Catalog).items[settingsKey(v.N)]; there {
			if stored.text("body") != string(body) {
				return conflict("SaveSettings", order.VersionConflict, "The settings were changed by somebody else. Look again.")
			}
			return nil
		}
		return s.commit("SaveSettings", put{table: Catalog, key: settingsKey(v.N), next: Image{"body": string(body)}})
	})
}

// breakerKey is that of a gateway's breaker.
func breakerKey(gateway string) key { return key{"GATEWAY#" + gateway, "BREAKER"} }

// Breakers is storetest.Store's.
func (s *Store) Breakers(ctx context.Context, gateways []string) (map[string]routing.Breaker, error) {
	return ask(ctx, s, "Breakers", func() (map[string]routing.Breaker, error) {
		out := make(map[string]routing.Breaker, len(gateways))
		for _, name := range gateways {
			out[name] = routing.Breaker{Gateway: name}
			if item, there := s.table(Catalog).items[breakerKey(name)]; there {
				b, err := routing.DecodeBreaker([]byte(item.text("body")))
				if err != nil {
					return nil, err
				}
				out[name] = b
			}
		}
		return out, nil
	})
}

// SaveBreaker is storetest.Store's.
func (s *Store) SaveBreaker(ctx context.Context, b routing.Breaker) error {
	return do(ctx, s, "SaveBreaker", func() error {
		if b.N < 1 {
			return internal("SaveBreaker", "wrong_version")
		}
		body, err := b.Encode()
		if err != nil {
			return internal("SaveBreaker", "unencodable")
		}
		if s.table(Catalog).items[breakerKey(b.Gateway)].number("n") != int64(b.N-1) {
			return conflict("SaveBreaker", order.VersionConflict, "")
		}
		return s.commit("SaveBreaker", put{table: Catalog, key: breakerKey(b.Gateway), next: Image{"body": string(body), "n": int64(b.N)}})
	})
}
