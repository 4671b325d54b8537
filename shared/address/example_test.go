package address_test

import (
	"fmt"
	"strings"

	"till/shared/address"
	"till/shared/fault"
)

func ExampleParse() {
	a, err := address.Parse(address.Input{
		Name: "Ada Byron", Line1: "10 Downing Street", City: "London", PostalCode: "sw1a2aa", Country: "GB",
	}, address.ForCourier)
	fmt.Println(a, err)
	fmt.Println(a.Country(), a.PostalCode())
	// Output:
	// [redacted] <nil>
	// GB SW1A 2AA
}

func ExampleParse_faults() {
	_, err := address.Parse(address.Input{Name: "Ada Byron", Line1: "Postfach 12", PostalCode: "SW1A 2AA", Country: "DE"}, address.ForCourier)
	for _, e := range fault.All(fault.At("#/shipping_address", err)) {
		fmt.Println(e.Code, e.At, e.Msg)
	}
	// Output:
	// address_invalid #/shipping_address/city Is required in this country.
	// address_invalid #/shipping_address/postal_code Must be a postal code of this country.
	// address_invalid #/shipping_address/line1 Must not be a post office box: a courier needs a door.
}

func ExampleAddress_Label() {
	for _, in := range []address.Input{
		{Name: "Ada Byron", Company: "Till", Line1: "Unter den Linden 1", City: "Berlin", PostalCode: "10117", Country: "DE"},
		{Name: "Ada Byron", Line1: "10 Downing Street", City: "London", PostalCode: "SW1A 2AA", Country: "GB"},
		{Name: "Ada Byron", Line1: "350 Fifth Avenue", City: "New York", Region: "New York", PostalCode: "10118", Country: "US"},
		{Name: "Ada Byron", Line1: "1-1 Chiyoda", City: "Chiyoda-ku", Region: "13", PostalCode: "1000001", Country: "JP"},
		{Name: "Ada Byron", Line1: "10 Nathan Road", City: "Kowloon", Country: "HK"},
	} {
		a, err := address.Parse(in)
		fmt.Println(strings.Join(a.Label("DE"), " / "), err)
	}
	// Output:
	// Ada Byron / Till / Unter den Linden 1 / 10117 Berlin <nil>
	// Ada Byron / 10 Downing Street / LONDON / SW1A 2AA / GB <nil>
	// Ada Byron / 350 Fifth Avenue / NEW YORK NY 10118 / US <nil>
	// Ada Byron / 1-1 Chiyoda / Chiyoda-ku, Tokyo / 100-0001 / JP <nil>
	// Ada Byron / 10 Nathan Road / Kowloon / HK <nil>
}
