package setup

import (
	"context"
	"errors"
	"net/http"
)

// Rights are Hooks that can tell what the keys of the functions may not do, beside webhooks. Asking changes nothing.
type Rights interface {
	// Lacks lists it. What cannot be found out now is not in it.
	Lacks(ctx context.Context) ([]Lack, error)
}

// Lack is something that keys may not do, with what to do about it.
type Lack struct{ What, Mend string }

// Forbidden tells whether a gateway refused a call for the keys' lack of rights.
func Forbidden(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && (r.Status == http.StatusForbidden || r.Status == http.StatusUnauthorized)
}

// lacks asks for what the keys may not do.
func (r run) lacks(ctx context.Context) []difference {
	rights, can := r.hooks.(Rights)
	if !can {
		return nil
	}
	all, err := rights.Lacks(ctx)
	if err != nil {
		return []difference{{"what the keys may do could not be asked: " + plain(err.Error()), "run this again"}}
	}
	var out []difference
	for _, l := range all {
		out = append(out, difference{l.What, l.Mend})
	}
	return out
}
