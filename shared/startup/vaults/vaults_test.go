package vaults_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/awstest"
	"till/shared/fault"
	"till/shared/memory"
	"till/shared/person"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/vaults"
	"till/shared/telemetry"
	"till/shared/vault"
)

const (
	keyARN    = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	secretARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:till-vault" //nolint:gosec // a name
	indexKey  = "canary-index-key-0123456789abcdef"
)

func morning() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) }

// cloud is KMS and Secrets Manager at one address. KMS's wrapping of a key is the key itself, turned around.
type cloud struct {
	index string

	mu    sync.Mutex
	made  int
	calls []string
	bound []map[string]string
}

type call struct {
	KeyID             string            `json:"KeyId"`
	CiphertextBlob    []byte            `json:"CiphertextBlob"`
	EncryptionContext map[string]string `json:"EncryptionContext"`
	SecretID          string            `json:"SecretId"`
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in call
	target := r.Header.Get("X-Amz-Target")
	c.calls = append(c.calls, target)
	err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	switch {
	case err == nil && target == "secretsmanager.GetSecretValue" && in.SecretID == secretARN:
		_ = json.NewEncoder(w).Encode(map[string]string{"ARN": secretARN, "SecretString": `{"index_key":"` + c.index + `"}`})
	case err == nil && target == "TrentService.GenerateDataKey" && in.KeyID == keyARN:
		c.made++
		c.bound = append(c.bound, in.EncryptionContext)
		plain := bytes.Repeat([]byte{byte(c.made)}, 32)
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": keyARN, "Plaintext": plain, "CiphertextBlob": turned(plain)})
	case err == nil && target == "TrentService.Decrypt" && in.KeyID == keyARN:
		c.bound = append(c.bound, in.EncryptionContext)
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": keyARN, "Plaintext": turned(in.CiphertextBlob)})
	default:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException"}`)
	}
}

func turned(key []byte) []byte {
	out := bytes.Clone(key)
	for i := range out {
		out[i] ^= 0xFF
	}
	return out
}

// open makes the vault as one function's process does.
func open(t *testing.T, c *cloud, keys vault.Keys) *vault.Vault {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	env := startup.Env{Tools: telemetry.Tools{Now: morning}, Cloud: awstest.Config(server.URL, server.Client())}
	set := settings.Vault{CustomersTable: "till-customers", KeyARN: keyARN}
	return vaults.WithIndex(env, set, "staging", keys, secrets.New(env.Cloud, "staging", morning), secretARN)
}

func email(t *testing.T) person.Email {
	t.Helper()
	e, err := person.ParseEmail("canary@mail.example")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWhatOneFunctionSealsAnotherOpens(t *testing.T) {
	c, keys := &cloud{index: indexKey}, new(memory.Store)
	place := vault.Place{Table: "till-customers", PK: "ORDER#ord_1", Attribute: "email"}
	seals := open(t, c, keys)
	if len(c.calls) != 0 {
		t.Fatalf("it called %v before any need", c.calls)
	}
	id, err := seals.CustomerFor(t.Context(), email(t))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := seals.Seal(t.Context(), id, place, []byte("canary"))
	if err != nil || bytes.Contains(sealed, []byte("canary")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	opens := open(t, c, keys)
	if again, err := opens.CustomerFor(t.Context(), email(t)); err != nil || again != id {
		t.Errorf("the index finds %s, %v, want %s", again, err, id)
	}
	if plain, err := opens.Open(t.Context(), id, place, sealed); err != nil || string(plain) != "canary" {
		t.Errorf("%q, %v", plain, err)
	}
	want := []string{"secretsmanager.GetSecretValue", "TrentService.GenerateDataKey", "secretsmanager.GetSecretValue", "TrentService.Decrypt"}
	if diff := cmp.Diff(want, c.calls); diff != "" {
		t.Error(diff)
	}
	for _, bound := range c.bound {
		if bound["stage"] != "staging" || bound["day"] != "2026-11-22" {
			t.Errorf("a key is bound to %v", bound)
		}
	}
}

func TestAnIndexOfAnotherKeyFindsNobody(t *testing.T) {
	keys := new(memory.Store)
	id, err := open(t, &cloud{index: indexKey}, keys).CustomerFor(t.Context(), email(t))
	if err != nil {
		t.Fatal(err)
	}
	other, err := open(t, &cloud{index: "another-" + indexKey}, keys).CustomerFor(t.Context(), email(t))
	if err != nil || other == id {
		t.Errorf("%s, %v", other, err)
	}
}

func TestAVaultWithoutItsIndexKeySealsForNobodyNew(t *testing.T) {
	c := &cloud{index: "canary"}
	_, err := open(t, c, new(memory.Store)).CustomerFor(t.Context(), email(t))
	if !fault.Is(err, fault.Internal) || fault.Code(err) != "config_invalid" || strings.Contains(err.Error(), "canary") || len(c.bound) != 0 {
		t.Errorf("got %v after %v", err, c.calls)
	}
}

func TestAVaultWithoutAnIndexOpensAndAsksForNoSecret(t *testing.T) {
	c, keys := &cloud{index: indexKey}, new(memory.Store)
	place := vault.Place{Table: "till-customers", PK: "ORDER#ord_1", Attribute: "email"}
	seals := open(t, c, keys)
	id, err := seals.CustomerFor(t.Context(), email(t))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := seals.Seal(t.Context(), id, place, []byte("canary"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	env := startup.Env{Tools: telemetry.Tools{Now: morning}, Cloud: awstest.Config(server.URL, server.Client())}
	opens := vaults.New(env, settings.Vault{CustomersTable: "till-customers", KeyARN: keyARN}, "staging", keys)
	before := len(c.calls)
	if plain, err := opens.Open(t.Context(), id, place, sealed); err != nil || string(plain) != "canary" {
		t.Errorf("%q, %v", plain, err)
	}
	if diff := cmp.Diff([]string{"TrentService.Decrypt"}, c.calls[before:]); diff != "" {
		t.Error(diff)
	}
	if _, err := opens.CustomerFor(t.Context(), email(t)); !fault.Is(err, fault.Internal) || fault.Code(err) != "config_invalid" {
		t.Errorf("without an index it finds a customer: %v", err)
	}
}
