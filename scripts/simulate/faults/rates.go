package faults

import "math/rand/v2"

// Rates is how often each kind strikes: the probability that it strikes one run of a function, one message, one request.
type Rates [kinds]float64

// most is the highest rate of a kind.
const most = 0.30

// Draw gives the rates of a seed: half of the kinds never strike, the others in up to 30 of 100 cases, mostly in far fewer, or
// hardly anything would ever succeed.
func Draw(dice *rand.Rand) (r Rates) {
	for k := range r {
		on, u := dice.IntN(2) == 0, dice.Float64()
		if Kind(k) == None || !on {
			continue
		}
		r[k] = most * u * u * u
	}
	r[Stopped] /= 10 // People do that seldom.
	return r
}

// Strike is a fault that is to come.
type Strike struct {
	Kind Kind
	At   int // Which of the calls that it can strike: the first such call that is not before it.
}
