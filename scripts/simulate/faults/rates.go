package faults

import "math/rand/v2"

// Rates is how often each kind strikes: the probability that it strikes one run of a function, one message, one request.
type Rates [kinds]float64

const (
	// most is the highest rate of a kind.
	most = 0.30
	// least is how often anything at all goes wrong in the calmest seed; in the wildest, twice most.
	least = 0.02
	// rarer is how much seldomer what takes many tries to come to an end, or what people do, goes wrong.
	rarer = 10
)

// Draw gives the rates of a seed: half of the kinds never strike. The others do in up to 30 of 100 cases, mostly in far
// fewer, or hardly anything would ever succeed, and every order would take as many tries as three.
func Draw(dice *rand.Rand) (r Rates) {
	for k := range r {
		on, u := dice.IntN(2) == 0, dice.Float64()
		if Kind(k) == None || !on {
			continue
		}
		square := u * u
		r[k] = most * square * square * square * square
	}
	u := dice.Float64()
	r.calm(least + 2*most*u*u*u*u)
	for _, k := range []Kind{Stopped, KeyOver, Poison, TooLarge, Huge} {
		r[k] /= rarer
	}
	r[Rotated] = most // People do so once in each world; everything else must bear it.
	return r
}

// calm makes the rates so small that all together are no more than a limit.
func (r *Rates) calm(limit float64) {
	all := 0.0
	for _, rate := range r {
		all += rate
	}
	for k := range r {
		r[k] *= min(1, limit/max(all, limit))
	}
}

// Menu lists the kinds that these rates have and that can strike a port.
func (r *Rates) Menu(p Port) (out []Kind) {
	for _, k := range p.Kinds() {
		if r[k] > 0 {
			out = append(out, k)
		}
	}
	return out
}

// Strike is a fault that is to come.
type Strike struct {
	Kind Kind
	At   int // Which of the calls that it can strike: the first such call that is not before it.
}
