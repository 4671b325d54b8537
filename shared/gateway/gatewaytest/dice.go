package gatewaytest

// Dice draws numbers that are the same in every run, for simulators and for what the contract alters: SplitMix64.
// https://prng.di.unimi.it/splitmix64.c
type Dice uint64

// Uint64 is the next number.
func (d *Dice) Uint64() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is the next number below n.
func (d *Dice) below(n int) int { return int(d.Uint64() % uint64(n)) }
