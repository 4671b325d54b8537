// Package rehearse runs the local shop's functions behind AWS's adapters, as they are deployed, and notes every request that the
// adapters make: so that what a function calls is known without an engine.
package rehearse

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/functions/assembly"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/scripts/permissions"
	"till/shared/dynamo"
	"till/shared/flow"
	"till/shared/mailer"
	"till/shared/memory"
	"till/shared/person"
	"till/shared/queue"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/shop"
	"till/shared/startup"
	"till/shared/startup/links"
	"till/shared/startup/vaults"
	"till/shared/telemetry"
	"till/shared/vault"
)

// Watch watches one shop. Safe for concurrent use, once it follows its shop.
type Watch struct {
	names      permissions.Names
	now        func() time.Time
	shop       *localshop.Shop
	stored     mirror
	machineARN string

	mu      sync.Mutex
	seen    permissions.Seen
	unknown []string
}

// New makes a watch. names are those that the local cloud gives; now is the shop's clock.
func New(names permissions.Names, now func() time.Time) *Watch {
	return &Watch{names: names, now: now, stored: mirror{items: map[string]object{}}, seen: permissions.Seen{}}
}

// Give wires a function as its main does, to a view of AWS of its own. It is for localshop.Options.
func (w *Watch) Give(f template.Function, p localshop.Parts) localshop.Parts {
	view := account(cloud{w, f.LogicalID, p})
	env := startup.Env{Tools: telemetry.Tools{Now: w.now}, Cloud: view}
	told := f.Environment
	store := shadow{local: p.Store, aws: dynamo.New(view, dynamo.Names{
		Orders: told["ORDERS_TABLE"], Catalog: told["CATALOG_TABLE"], Inbox: told["INBOX_TABLE"], Customers: told["CUSTOMERS_TABLE"],
	})}
	mail := mailer.New(view, told["MAIL_FROM"])
	keys := secrets.New(view, told["STAGE"], w.now)
	if arn := told["STATE_MACHINE_ARN"]; arn != "" {
		w.machineARN = arn
	}
	return localshop.Parts{
		Tools:   p.Tools,
		Gateway: p.Gateway,
		Store:   store,
		Vault:   vaultOf(env, told, store, keys),
		Links:   links.From(keys, told["LINK_SECRET_ARN"]),
		Keys: func(ctx context.Context) (secrets.Gateways, error) {
			return keys.Gateways(ctx, told["GATEWAY_SECRETS_ARN"])
		},
		Queue:   func(url string) assembly.Send { return queue.New(view, url).Send },
		Machine: func(arn string) assembly.Machine { return flow.New(view, arn) },
		Mail: func(ctx context.Context, from shop.Sender, to person.Email, subject, text, key string) error {
			if err := mail.Send(ctx, from, to, subject, text, key); err != nil {
				return err
			}
			return p.Mail(ctx, from, to, subject, text, key)
		},
	}
}

// account leads to c, and nowhere else.
func account(c cloud) aws.Config {
	endpoint := "http://aws.invalid"
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: &endpoint, HTTPClient: c,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "rehearsal", SecretAccessKey: "rehearsal"}, nil
		}),
	}
}

// Follow begins to watch the shop whose functions were given their parts. Nothing may have been stored in it.
func (w *Watch) Follow(shop *localshop.Shop) {
	w.shop = shop
	onWrite := shop.Store.OnWrite
	shop.Store.OnWrite = func(written memory.Write) {
		w.stored.wrote(written)
		onWrite(written)
	}
}

// Seen is what functions needed so far.
func (w *Watch) Seen() permissions.Seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return permissions.Join(w.seen)
}

// Unknown lists the requests that were not recognised, each with its function. They were refused.
func (w *Watch) Unknown() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.unknown)
}

func (w *Watch) saw(function string, asked permissions.Asked, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.unknown = append(w.unknown, fmt.Sprintf("%s: %v", function, err))
		return
	}
	w.seen.Add(function, asked.Needs)
}

// vaultOf is the vault that a function's main makes: with an index if it is told of the index's key.
func vaultOf(env startup.Env, told map[string]string, keys vault.Keys, store *secrets.Store) *vault.Vault {
	set := settings.Vault{KeyARN: told["VAULT_KEY_ARN"]}
	if arn := told["VAULT_SECRET_ARN"]; arn != "" {
		return vaults.WithIndex(env, set, told["STAGE"], keys, store, arn)
	}
	return vaults.New(env, set, told["STAGE"], keys)
}
