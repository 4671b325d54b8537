package order_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"till/shared/order"
)

// fill puts something into everything that v holds, so that nothing is left out that a copy could share.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if at, isTime := v.Addr().Interface().(*time.Time); isTime {
			*at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(`"x"`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	default:
		panic("what a copy of a " + v.Type().String() + " shares is not known")
	}
}

// shared names what two values have in common that one of them could change; bytes are nobody's to change.
func shared(t *testing.T, name string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Struct:
		if a.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" { // What is not stored, a stored order has not.
				shared(t, name+"."+f.Name, a.Field(i), b.Field(i))
			}
		}
	case reflect.Slice, reflect.Map:
		switch {
		case a.Len() == 0 || a.Len() != b.Len():
			t.Errorf("%s: %d and %d of them", name, a.Len(), b.Len())
		case a.Kind() == reflect.Slice && a.Type().Elem().Kind() == reflect.Uint8:
		case a.Pointer() == b.Pointer():
			t.Errorf("%s is shared", name)
		case a.Kind() == reflect.Slice:
			shared(t, name+"[]", a.Index(0), b.Index(0))
		}
	default: // Numbers and texts are copies.
	}
}

func TestACloneSharesNothingThatCouldChange(t *testing.T) {
	var r order.Record
	fill(reflect.ValueOf(&r).Elem())
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	o, err := order.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	clone := o.Clone()
	if !reflect.DeepEqual(o, clone) {
		t.Errorf("%+v was cloned as %+v", o, clone)
	}
	shared(t, "Record", reflect.ValueOf(o.Record()), reflect.ValueOf(clone.Record()))
	before := encoded(t, o)
	if _, err := clone.Hold("fraud", nil, order.By{Who: "staff:1", At: r.PlacedAt}); err != nil {
		t.Fatal(err)
	}
	if got := encoded(t, o); !bytes.Equal(got, before) || bytes.Equal(encoded(t, clone), before) {
		t.Errorf("%s became %s by what was done to a clone", before, got)
	}

	var c order.Change
	fill(reflect.ValueOf(&c).Elem())
	twin := c.Clone()
	if !reflect.DeepEqual(c, twin) {
		t.Errorf("%+v was cloned as %+v", c, twin)
	}
	shared(t, "Change", reflect.ValueOf(c), reflect.ValueOf(twin))
}
