package setup

import (
	"errors"
	"fmt"
	"strings"
)

// keyring is the keys of an account, from the environment and the secret.
type keyring struct {
	values map[string]string // By name.
	fresh  []Key             // Those whose value in the environment is not what is stored.
}

// collect finds the keys: the environment comes first. The error names every missing and every unfit one, never a value.
func collect(g Gateway, a account, stage string, mode Mode, getenv func(string) string) (keyring, error) {
	k := keyring{values: map[string]string{}}
	var faults []error
	for _, key := range g.Keys {
		stored := ""
		if key.Member != "" {
			stored = a.text(key.Member)
		}
		value, from := strings.TrimSpace(getenv(key.Env)), key.Env
		if value == "" {
			value, from = stored, fmt.Sprintf("the secret's %s.%s", g.Name, key.Member)
		} else if key.Member != "" && value != stored {
			k.fresh = append(k.fresh, key)
		}
		switch {
		case value == "" && !key.Optional:
			faults = append(faults, fmt.Errorf("%s is not set in the environment, and the secret has no %s.%s", key.Env, g.Name, key.Member))
		case value != "":
			if fault := key.Fault(value, mode); fault != "" {
				faults = append(faults, fmt.Errorf("%s %s; the stage %s takes keys of %s mode", from, fault, plain(stage), mode))
			}
			k.values[key.name()] = value
		}
	}
	return k, errors.Join(faults...)
}

// store is the account with the fresh keys and the facts.
func (k keyring) store(a account, facts map[string]string) (account, bool) {
	changed := false
	for _, key := range k.fresh {
		if value := k.values[key.name()]; a.text(key.Member) != value {
			a, changed = a.set(key.Member, value), true
		}
	}
	for member, value := range facts {
		if a.text(member) != value {
			a, changed = a.set(member, value), true
		}
	}
	return a, changed
}
