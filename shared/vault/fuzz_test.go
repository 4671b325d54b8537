package vault_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/vault"
)

// FuzzOpenContact opens whatever was rightly sealed in a contact's place: it is a contact, or an error that quotes nothing of it.
func FuzzOpenContact(f *testing.F) {
	f.Add("ada@example.com", "+49301234567", `["Ada","","1 Street","","Berlin","","10117","DE"]`)
	f.Add("no address", "+", `["Ada"]`)
	f.Add("", "", `[1]`)
	f.Add("canary@example.com\r\nBcc: x", "\x00", `["","","","","","","","","later"]`)
	ctx, r, row := context.Background(), fresh(), vault.Row{Table: "orders", PK: "ORDER#ord_1"}
	f.Fuzz(func(t *testing.T, mail, phone, home string) {
		id := r.customer(t, "canary@example.com")
		sealed, err := r.SealMany(ctx, id, row, map[string][]byte{vault.AttributeEmail: []byte(mail), vault.AttributePhone: []byte(phone), vault.AttributeShipping: []byte(home)})
		if err != nil {
			return // Too much for a row.
		}
		c, err := r.OpenContact(ctx, id, row, sealed)
		if err != nil {
			var known *fault.Error
			if !errors.As(err, &known) || !fault.Is(err, fault.Internal, fault.Invalid) {
				t.Fatalf("%v", err)
			}
			if text := err.Error(); len(mail) > 8 && strings.Contains(text, mail) || len(home) > 8 && strings.Contains(text, home) {
				t.Fatalf("the error quotes what was sealed: %s", text)
			}
			return
		}
		if strings.ContainsAny(c.Email.Text(), "\r\n") {
			t.Fatalf("an e-mail of two lines was opened")
		}
		again, err := r.SealContact(ctx, id, row, c)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := r.OpenContact(ctx, id, row, again); err != nil || back != c {
			t.Fatalf("sealed again it comes back changed: %v", err)
		}
	})
}
