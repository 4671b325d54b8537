package gatewaytest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"

	"till/shared/fault"
)

var forgeryCases = []testCase{
	{name: "every secret of ours is taken, a forger's is not", run: func(b *bench) {
		body := b.sample()
		for _, by := range b.Signers {
			b.verify(b.Sign(body, b.Now(), by))
		}
		b.forged(b.Sign(body, b.Now(), Forger))
	}},
	{name: "a signature that a stranger could make is not taken", run: func(b *bench) {
		body := b.sample()
		for name, forge := range b.Forge {
			if _, err := b.Verify(forge(body)); err == nil {
				b.Errorf("taken: %s", name)
			}
			b.forged(forge(body))
		}
	}},
	{name: "a signature's time may be off by the window, to either side", needs: hasTime, run: func(b *bench) {
		body := b.sample()
		for _, edge := range []time.Duration{-b.Window, cmp.Or(b.Ahead, b.Window)} {
			inwards := time.Second
			if edge > 0 {
				inwards = -inwards
			}
			b.verify(b.Sign(body, b.Now().Add(edge+inwards), Current))
			b.forged(b.Sign(body, b.Now().Add(edge-inwards), Current))
		}
	}},
	{name: "what was sent once cannot be sent again after the window", needs: hasTime, run: func(b *bench) {
		d := b.Sign(b.sample(), b.Now(), Current)
		b.verify(d)
		for _, late := range []time.Duration{time.Second, time.Hour, 365 * 24 * time.Hour} {
			d.At = b.Now().Add(b.Window + late)
			b.forged(d)
		}
	}},
	{name: "no header, or one of another name, is no signature", run: func(b *bench) {
		d := b.Sign(b.sample(), b.Now(), Current)
		b.forged(Delivery{Body: d.Body})
		b.forged(Delivery{Header: http.Header{"X-Signature": {"t=1,v1=00"}}, Body: d.Body})
		for name := range d.Header {
			rest := d.Header.Clone()
			rest.Del(name)
			b.forged(Delivery{Header: rest, Body: d.Body})
			for _, empty := range []string{"", " ", ",", "="} {
				rest[name] = []string{empty}
				b.forged(Delivery{Header: rest, Body: d.Body})
			}
		}
	}},
	{name: "no body is no event, however it is signed", run: func(b *bench) {
		for _, by := range append(slices.Clone(b.Signers), Forger) {
			if _, err := b.Verify(b.Sign(nil, b.Now(), by)); !fault.Is(err, fault.Unreadable) {
				b.Errorf("got %v", err)
			}
		}
		d := b.Sign(b.sample(), b.Now(), Current)
		d.Body = nil
		b.forged(d)
	}},
	{name: "headers of one event do not carry another's body", run: func(b *bench) {
		one := b.Sign(b.sample(), b.Now(), Current)
		other := b.Sign(b.Alter(one.Body, OtherType), b.Now().Add(-time.Second), Current)
		b.forged(Delivery{Header: other.Header, Body: one.Body})
		b.forged(Delivery{Header: one.Header, Body: other.Body})
		for name := range one.Header {
			mixed := one.Header.Clone()
			mixed[name] = other.Header[name]
			if !maps.EqualFunc(mixed, one.Header, slices.Equal) {
				b.forged(Delivery{Header: mixed, Body: one.Body})
			}
			if !maps.EqualFunc(mixed, other.Header, slices.Equal) {
				b.forged(Delivery{Header: mixed, Body: other.Body})
			}
		}
		for first := range one.Header { // The same values under each other's names.
			for second := range one.Header {
				swapped := one.Header.Clone()
				swapped[first], swapped[second] = one.Header[second], one.Header[first]
				if !maps.EqualFunc(swapped, one.Header, slices.Equal) {
					b.forged(Delivery{Header: swapped, Body: one.Body})
				}
			}
		}
	}},
	{name: "no byte of the body can be another, missing or more", run: func(b *bench) {
		d := b.Sign(b.sample(), b.Now(), Current)
		for i := range d.Body {
			for _, body := range [][]byte{with(d.Body, i, d.Body[i]^1), with(d.Body, i, d.Body[i]^0x20), slices.Delete(slices.Clone(d.Body), i, i+1),
				slices.Insert(slices.Clone(d.Body), i, ' ')} {
				b.forged(Delivery{Header: d.Header, Body: body})
			}
		}
	}},
	{name: "no byte of a signature's headers can be another, missing or more", run: func(b *bench) {
		d := b.Sign(b.sample(), b.Now(), Current)
		for name, values := range d.Header {
			value := []byte(values[0])
			for i := range value {
				for _, altered := range [][]byte{with(value, i, value[i]^1), with(value, i, value[i]^2), with(value, i, value[i]^0x20),
					slices.Delete(slices.Clone(value), i, i+1), slices.Insert(slices.Clone(value), i, '0')} {
					header := d.Header.Clone()
					if header[name] = []string{string(altered)}; string(altered) != values[0] {
						b.forged(Delivery{Header: header, Body: d.Body})
					}
				}
			}
		}
	}},
	{name: "of 10,000 altered deliveries none is accepted", run: func(b *bench) {
		dice := new(Dice)
		d := b.Sign(b.sample(), b.Now(), Current)
		for range 10_000 {
			b.forged(alter(dice, d))
		}
	}},
}

// hasTime is the need of signatures that hold a time.
func hasTime(h *Harness) bool { return h.Window > 0 }

// forged expects that a delivery is refused for its signature.
func (b *bench) forged(d Delivery) {
	b.Helper()
	b.refused(d, fault.Unreadable, "signature_invalid")
}

// alter changes a delivery in one to four places of body or header, never back to what it was.
func alter(dice *Dice, d Delivery) Delivery {
	out := Delivery{Header: d.Header.Clone(), Body: slices.Clone(d.Body)}
	names := slices.Sorted(maps.Keys(out.Header))
	at := dice.below(len(out.Body))
	for n := range 1 + dice.below(4) {
		switch dice.below(5) {
		case 0:
			out.Body = slices.Insert(out.Body, at, byte(dice.below(256)))
		case 1:
			out.Body = out.Body[:at]
		case 2:
			out.Body = append(out.Body, out.Body[at:]...)
		case 3:
			name := names[dice.below(len(names))]
			value := out.Header[name][0]
			i := dice.below(len(value))
			out.Header[name] = []string{value[:i] + string(rune('0'+dice.below(10))) + value[i:]}
		}
		if n == 0 || len(out.Body) == 0 {
			out.Body = append(out.Body, byte(dice.below(256)))
		}
		at = dice.below(len(out.Body))
	}
	if slices.Equal(out.Body, d.Body) && maps.EqualFunc(out.Header, d.Header, slices.Equal) {
		out.Body = append(out.Body, 0)
	}
	return out
}

func with(bytes []byte, at int, value byte) []byte {
	out := slices.Clone(bytes)
	out[at] = value
	return out
}
