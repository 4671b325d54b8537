// Package links gives functions the signer of order links, its keys read when they are first needed.
package links

import (
	"context"

	"till/shared/link"
	"till/shared/secrets"
)

// From gives the signer of the keys in a secret. The secret's cache makes later calls cheap, and a rotation is seen
// within five minutes.
func From(store *secrets.Store, arn string) func(context.Context) (link.Signer, error) {
	return func(ctx context.Context) (link.Signer, error) {
		keys, err := store.Link(ctx, arn)
		if err != nil {
			return link.Signer{}, err
		}
		return link.New(keys.Current.Bytes(), keys.Previous.Bytes())
	}
}
