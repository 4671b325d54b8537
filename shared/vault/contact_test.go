package vault_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"till/shared/address"
	"till/shared/fault"
	"till/shared/person"
	"till/shared/vault"
)

func contact(t testing.TB) vault.Contact {
	t.Helper()
	phone, err := person.ParsePhone("+49301234567")
	if err != nil {
		t.Fatal(err)
	}
	home, err := address.Parse(address.Input{Name: "Canary Byron", Line1: "Canary Street 1", City: "Berlin", PostalCode: "10117", Country: "DE"})
	if err != nil {
		t.Fatal(err)
	}
	work, err := address.Parse(address.Input{Name: "Canary Byron", Line1: "1 Canary Lane", City: "London", PostalCode: "sw1a1aa", Country: "GB"})
	if err != nil {
		t.Fatal(err)
	}
	return vault.Contact{Email: email(t, "Canary@example.com"), Phone: phone, Shipping: home, Billing: work, Language: "de-AT"}
}

func TestAContactComesBackWhole(t *testing.T) {
	ctx, r, row := context.Background(), fresh(), vault.Row{Table: "orders", PK: "ORDER#ord_1"}
	whole := contact(t)
	for name, c := range map[string]vault.Contact{
		"whole": whole, "without phone and billing address": {Email: whole.Email, Shipping: whole.Shipping}, "empty": {},
	} {
		t.Run(name, func(t *testing.T) {
			id := r.customer(t, "canary@example.com")
			sealed, err := r.SealContact(ctx, id, row, c)
			if err != nil {
				t.Fatal(err)
			}
			for attribute, record := range sealed {
				if bytes.Contains(bytes.ToLower(record), []byte("canary")) || record[0] != 1 {
					t.Errorf("%s is stored as %q", attribute, record)
				}
			}
			sealed["other"] = []byte("not ours")
			if back, err := r.other(2).OpenContact(ctx, id, row, sealed); err != nil || back != c {
				t.Errorf("came back changed: %v", err)
			}
		})
	}
	if sealed, err := r.SealContact(ctx, r.customer(t, "canary@example.com"), row, whole); err != nil || len(sealed) != 4 {
		t.Errorf("%d attributes, %v", len(sealed), err)
	}
}

func TestAContactOpensInItsOwnRowOnly(t *testing.T) {
	ctx, r, row := context.Background(), fresh(), vault.Row{Table: "orders", PK: "ORDER#ord_1"}
	id := r.customer(t, "canary@example.com")
	sealed, err := r.SealContact(ctx, id, row, contact(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.OpenContact(ctx, id, vault.Row{Table: "orders", PK: "ORDER#ord_2"}, sealed)
	wantFault(t, err, fault.Internal, "open_failed")
	sealed[vault.AttributeShipping], sealed[vault.AttributeBilling] = sealed[vault.AttributeBilling], sealed[vault.AttributeShipping]
	_, err = r.OpenContact(ctx, id, row, sealed)
	wantFault(t, err, fault.Internal, "open_failed")
}

func TestWhatOpensButIsNoContactIsAFault(t *testing.T) {
	ctx, r, row := context.Background(), fresh(), vault.Row{Table: "orders", PK: "ORDER#ord_1"}
	id := r.customer(t, "canary@example.com")
	for _, attribute := range []string{vault.AttributeEmail, vault.AttributePhone, vault.AttributeShipping, vault.AttributeBilling} {
		sealed, err := r.SealMany(ctx, id, row, map[string][]byte{attribute: []byte("{canary")})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.OpenContact(ctx, id, row, sealed)
		wantFault(t, err, fault.Internal, "contact_unreadable")
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("the error shows it: %v", err)
		}
	}
}

func TestNoErrorOrLogShowsPersonalData(t *testing.T) {
	ctx, r, row := context.Background(), fresh(), vault.Row{Table: "orders", PK: "ORDER#ord_1"}
	id := r.customer(t, "canary@example.com")
	sealed, err := r.SealContact(ctx, id, row, contact(t))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	log.Info("x", "contact", contact(t))
	fmt.Fprintf(&out, "%v %+v %#v", contact(t), contact(t), contact(t))
	r.kms.Down(true)
	cold := r.other(2)
	_, errCustomer := cold.CustomerFor(ctx, email(t, "canary2@example.com"))
	_, errSeal := cold.SealContact(ctx, id, row, contact(t))
	_, errPlain := r.Open(ctx, id, place, []byte("canary@example.com"))
	_, errPlace := r.Seal(ctx, id, vault.Place{Table: "a|b", PK: "c", Attribute: "d"}, []byte("canary"))
	sealed[vault.AttributeEmail][30] ^= 1
	_, errOpen := r.OpenContact(ctx, id, row, sealed)
	for _, err := range []error{errCustomer, errSeal, errPlain, errPlace, errOpen} {
		if err == nil {
			t.Error("no error")
		}
		log.Error("x", "err", err)
		fmt.Fprintf(&out, "%v %+v %#v\n", err, err, err)
	}
	for _, canary := range []string{"canary", "Canary", "49301234567", "63616e617279"} {
		if strings.Contains(out.String(), canary) {
			t.Errorf("%q is shown:\n%s", canary, out.String())
		}
	}
}
