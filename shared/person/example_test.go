package person_test

import (
	"fmt"

	"till/shared/fault"
	"till/shared/person"
)

func ExampleParseEmail() {
	e, err := person.ParseEmail("Ada+Till@Bücher.example")
	fmt.Println(e, err)
	fmt.Println(e.Text())
	fmt.Println(e.Normal())
	_, err = person.ParseEmail("ada@example.com\r\nBcc: all@example.com")
	fmt.Println(fault.Code(err))
	// Output:
	// [redacted] <nil>
	// Ada+Till@xn--bcher-kva.example
	// ada+till@xn--bcher-kva.example
	// email_invalid
}

func ExampleParsePhone() {
	p, _ := person.ParsePhone("0049 (30) 123-4567")
	fmt.Println(p, p.Text())
	// Output: [redacted] +49301234567
}
