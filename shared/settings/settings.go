// Package settings reads what each function is told by its environment, and reports all that is wrong with it at once.
package settings

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"till/shared/fault"
)

// Getenv gives a setting by name, "" if it is not set: os.Getenv, or a map in tests.
type Getenv func(name string) string

// reader collects the faults of a function's settings. The first read of a value that is missing or wrong is noted;
// nothing of a value is ever shown, for it may be a secret put in the wrong place.
type reader struct {
	get    Getenv
	faults []error
}

func (r *reader) bad(name, why string) {
	r.faults = append(r.faults, &fault.Error{Kind: fault.Internal, Op: "settings", Code: "config_invalid", At: name,
		Err: errors.New(why)})
}

// required reads a setting that must be there.
func (r *reader) required(name string) string {
	value := r.get(name)
	if value == "" {
		r.bad(name, "is not set")
	}
	return value
}

// optional reads a setting that may be missing.
func (r *reader) optional(name, fallback string) string {
	if value := r.get(name); value != "" {
		return value
	}
	return fallback
}

// address reads an http or https URL without a trailing slash.
func (r *reader) address(name string) string {
	value := r.required(name)
	switch {
	case value == "":
	case !isURL(value):
		r.bad(name, "is not an http or https URL")
	case name != "GATEWAYS_URL" && !r.real(value):
		r.bad(name, "must be a https URL of a host that others can reach, on prod")
	}
	return strings.TrimSuffix(value, "/")
}

func (r *reader) optionalAddress(name string) string {
	if r.get(name) == "" {
		return ""
	}
	return r.address(name)
}

// origins reads a list of origins, as browsers send them. On prod each is a https one, and none is the caller's own machine.
func (r *reader) origins(name string) []string {
	all := r.list(name)
	for _, each := range all {
		if !r.real(each) {
			r.bad(name, "must be https origins of hosts that others can reach, on prod")
			break
		}
	}
	return all
}

// real tells whether a URL may be one of this stage: prod has no pages on a shopper's own machine, and none that are not encrypted.
func (r *reader) real(text string) bool {
	if r.get("STAGE") != "prod" {
		return true
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	ip := net.ParseIP(host)
	return host != "" && host != "localhost" && !strings.HasSuffix(host, ".localhost") && (ip == nil || !ip.IsLoopback() && !ip.IsUnspecified())
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// list reads a comma-separated list of at least one entry.
func (r *reader) list(name string) []string {
	var out []string
	value := r.required(name)
	for each := range strings.SplitSeq(value, ",") {
		if each = strings.TrimSpace(each); each != "" {
			out = append(out, each)
		}
	}
	if value != "" && len(out) == 0 {
		r.bad(name, "is a list of nothing")
	}
	return out
}

// span reads a duration such as 30m between two bounds.
func (r *reader) span(name string, fallback, least, most time.Duration) time.Duration {
	text := r.get(name)
	if text == "" {
		return fallback
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		r.bad(name, fmt.Sprintf("must be a duration from %v to %v", least, most))
		return fallback
	}
	return d
}

func (r *reader) err() error { return errors.Join(r.faults...) }

// Common is read by every function.
type Common struct {
	Stage    string // STAGE, required: dev, staging, prod or local.
	LogLevel string // LOG_LEVEL, info unless set: debug, info, warn or error.
}

// Basics are the settings that every function has.
func (c Common) Basics() Common { return c }

func (r *reader) common() Common {
	c := Common{Stage: r.required("STAGE"), LogLevel: r.optional("LOG_LEVEL", "info")}
	switch c.Stage {
	case "", "local", "dev", "staging", "prod": // An empty one is reported already.
	default:
		r.bad("STAGE", "must be local, dev, staging or prod")
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		r.bad("LOG_LEVEL", "must be debug, info, warn or error")
	}
	return c
}

// Gateways is read by functions that call payment gateways.
type Gateways struct {
	SecretsARN string // GATEWAY_SECRETS_ARN, required: one secret with every gateway's keys.
	LocalURL   string // GATEWAYS_URL: only locally, where simulated gateways are; the gateways' own addresses unless set.
	ReturnURL  string // API_URL, required: our own API, where gateways send browsers back and webhooks.
}

func (r *reader) gateways() Gateways {
	return Gateways{SecretsARN: r.required("GATEWAY_SECRETS_ARN"), LocalURL: r.optionalAddress("GATEWAYS_URL"), ReturnURL: r.address("API_URL")}
}

// one reads a setting that has one of a few values, the first unless set.
func (r *reader) one(name string, values ...string) string {
	value := r.optional(name, values[0])
	if !slices.Contains(values, value) {
		r.bad(name, "must be "+strings.Join(values, " or "))
		return values[0]
	}
	return value
}

// offered reads the gateways that shoppers may choose.
func (r *reader) offered() []string {
	names := r.list("GATEWAYS")
	for _, name := range names {
		if name != "stripe" && name != "paypal" && name != "square" {
			r.bad("GATEWAYS", "must be a list of stripe, paypal and square")
			break
		}
	}
	return names
}

// Vault is read by functions that seal or open personal data.
type Vault struct {
	CustomersTable string // CUSTOMERS_TABLE, required.
	KeyARN         string // VAULT_KEY_ARN, required: the merchant's KMS key.
}

func (r *reader) vault() Vault {
	return Vault{CustomersTable: r.required("CUSTOMERS_TABLE"), KeyARN: r.required("VAULT_KEY_ARN")}
}
