package apigw

import (
	"errors"
	"reflect"
	"strconv"
	"strings"

	"till/shared/carddata"
	"till/shared/fault"
)

// faultsMax bounds an answer: the rest of a body's faults shows when these are mended.
const faultsMax = 100

// Into fills the struct that into points to and reports every fault of shape at once. Members go by their json tag,
// exactly; a member that the struct does not have is unknown_field. A value of another JSON type (null too, for
// optional members are left out) has the code of the field's tag `fault:"…"`, or of the nearest struct around it that
// has one, else type_invalid. Whole numbers are written without point and exponent and fit the field. A field tagged
// `text:"free"` is searched for card numbers as free text, with all that is inside it, every other value as a field.
// Where a card number or a member named like one is found, only that is reported.
//
// Fields may be strings, booleans, whole numbers, structs, slices, maps by string, pointers to these. What is left out
// stays zero. Errors: fault.Invalid, joined, each with its pointer; fault.Internal, into is of another type.
func (b *Body) Into(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return fault.New(fault.Internal, "apigw.Into", "", "")
	}
	var d decoder
	d.value(b.root, v.Elem(), "#", rule{code: "type_invalid"})
	switch {
	case d.misuse:
		return fault.New(fault.Internal, "apigw.Into", "", "")
	case len(d.cards) > 0:
		return errors.Join(d.cards...)
	default:
		return errors.Join(d.faults...)
	}
}

// Shape fills as Into does, and keeps what is wrong with the shape apart from what ends the request: misshapen is for its caller to join
// with what is wrong with the meaning, so that all faults are told in one answer. Errors: fault.Internal, as Into.
func (b *Body) Shape(into any) (misshapen, err error) {
	err = b.Into(into)
	if fault.Is(err, fault.Invalid) {
		return err, nil
	}
	return nil, err
}

// rule is what the tags around a value say.
type rule struct {
	code string
	free bool
}

type decoder struct {
	faults []error
	cards  []error
	misuse bool // The struct has a field that cannot be filled: our bug.
}

func (d *decoder) refuse(code, at, msg string) {
	if len(d.faults) < faultsMax {
		d.faults = append(d.faults, &fault.Error{Kind: fault.Invalid, Op: "apigw.Into", Code: code, At: at, Msg: msg})
	}
}

func (d *decoder) card(at string) {
	if len(d.cards) < faultsMax {
		d.cards = append(d.cards, cardRejected(at))
	}
}

func (d *decoder) value(n node, into reflect.Value, at string, r rule) {
	if d.scalarIsCard(n, at, r.free) {
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.value(n, into.Elem(), at, r)
	case reflect.Struct:
		d.object(n, into, at, r)
	case reflect.Slice:
		d.slice(n, into, at, r)
	case reflect.Map:
		d.mapping(n, into, at, r)
	case reflect.String:
		if d.wants(n, text, at, r, "Must be text.") {
			into.SetString(n.text)
		}
	case reflect.Bool:
		if d.wants(n, boolean, at, r, "Must be true or false.") {
			into.SetBool(n.text == "true")
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(n.text, 10, into.Type().Bits())
		if n.is != number || err != nil {
			d.mistyped(n, at, r, "Must be a whole number.")
			return
		}
		into.SetInt(i)
	default:
		d.misuse = true
	}
}

// wants tells whether n is of a kind, and reports it if not.
func (d *decoder) wants(n node, is kind, at string, r rule, msg string) bool {
	if n.is == is {
		return true
	}
	d.mistyped(n, at, r, msg)
	return false
}

func (d *decoder) mistyped(n node, at string, r rule, msg string) {
	d.refuse(r.code, at, msg)
	d.search(n, at)
}

func (d *decoder) object(n node, into reflect.Value, at string, r rule) {
	if !d.wants(n, object, at, r, "Must be an object.") {
		return
	}
	for i, name := range n.names {
		here := below(at, name)
		field, tags, known := fieldOf(into, name)
		switch {
		case d.nameIsCard(name, at, here):
		case known:
			d.value(n.members[i], field, here, ruleOf(tags, r))
		default:
			d.search(n.members[i], here)
			d.refuse("unknown_field", here, "There is no such member.")
		}
	}
}

func (d *decoder) slice(n node, into reflect.Value, at string, r rule) {
	if !d.wants(n, array, at, r, "Must be a list.") {
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.members), len(n.members)))
	for i, each := range n.members {
		d.value(each, into.Index(i), at+"/"+strconv.Itoa(i), r)
	}
}

func (d *decoder) mapping(n node, into reflect.Value, at string, r rule) {
	if into.Type().Key().Kind() != reflect.String {
		d.misuse = true
		return
	}
	if !d.wants(n, object, at, r, "Must be an object.") {
		return
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(n.names)))
	for i, name := range n.names {
		if d.nameIsCard(name, at, below(at, name)) {
			continue
		}
		each := reflect.New(into.Type().Elem()).Elem()
		d.value(n.members[i], each, below(at, name), r)
		into.SetMapIndex(reflect.ValueOf(name).Convert(into.Type().Key()), each)
	}
}

// search looks for card numbers in what no field takes.
func (d *decoder) search(n node, at string) {
	if d.scalarIsCard(n, at, false) {
		return
	}
	for i, each := range n.members {
		here := at + "/" + strconv.Itoa(i)
		if n.is == object {
			here = below(at, n.names[i])
			if d.nameIsCard(n.names[i], at, here) {
				continue
			}
		}
		d.search(each, here)
	}
}

func (d *decoder) scalarIsCard(n node, at string, free bool) bool {
	where := carddata.Field
	if free {
		where = carddata.FreeText
	}
	if (n.is != text && n.is != number) || !carddata.Found(n.text, where) {
		return false
	}
	d.card(at)
	return true
}

// nameIsCard refuses "cvv" at its place; a name that is itself a card number at the object around it, for pointers are
// shown.
func (d *decoder) nameIsCard(name, at, here string) bool {
	switch {
	case carddata.Found(name, carddata.FreeText):
		d.card(at)
	case carddata.Member(name):
		d.card(here)
	default:
		return false
	}
	return true
}

func cardRejected(at string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "apigw.card", Code: codeCard, At: at,
		Msg: "Card data must not be sent here. Enter it on the payment page only."}
}

const codeCard = "card_data_rejected"

// fieldOf finds the field whose json tag is exactly name.
func fieldOf(in reflect.Value, name string) (reflect.Value, reflect.StructTag, bool) {
	shape := in.Type()
	for i := range shape.NumField() {
		f := shape.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == name && tag != "" && tag != "-" && f.IsExported() {
			return in.Field(i), f.Tag, true
		}
	}
	return reflect.Value{}, "", false
}

func ruleOf(tags reflect.StructTag, around rule) rule {
	if code := tags.Get("fault"); code != "" {
		around.code = code
	}
	around.free = around.free || tags.Get("text") == "free"
	return around
}

// nameBytesMax is the longest name of a stranger's choice that is shown in a pointer.
const nameBytesMax = 64

// below is the pointer to a member, as a URI fragment (RFC 6901 section 6). What is too long to show is left away, so the
// pointer then means the object.
func below(at, name string) string {
	if len(name) > nameBytesMax {
		return at
	}
	var b strings.Builder
	b.WriteString(at)
	b.WriteByte('/')
	for _, c := range []byte(name) {
		switch {
		case c == '~':
			b.WriteString("~0")
		case c == '/':
			b.WriteString("~1")
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._!$&'()*+,;=:@", c) >= 0:
			b.WriteByte(c)
		default:
			const digits = "0123456789ABCDEF"
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}
