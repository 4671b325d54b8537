package money_test

import (
	"fmt"

	"till/shared/money"
)

func ExampleAmount_Split() {
	parts, err := money.Of(1000, "EUR").Split(1, 1, 1)
	fmt.Println(parts[0].Minor(), parts[1].Minor(), parts[2].Minor(), err)
	// Output: 334 333 333 <nil>
}

func ExampleAmount_Portion() {
	tax, err := money.Of(1250, "EUR").Portion(19, 100)
	fmt.Println(tax.Minor(), err)
	// Output: 238 <nil>
}

func ExampleAmount_Add() {
	_, err := money.Of(1999, "EUR").Add(money.Of(1, "USD"))
	fmt.Println(err)
	// Output: money.Add invalid amount_out_of_range
}

func ExampleAmount_Format() {
	fmt.Println(money.Of(1999, "EUR").Format("en"), money.Of(1999, "JPY").Format("en"))
	// Output: €19.99 ¥1,999
}
