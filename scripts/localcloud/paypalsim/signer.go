package paypalsim

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"math/bits"
)

const (
	// keyBits is the shortest modulus that Till's verifier takes.
	keyBits = 2048
	// primes is of how many primes the modulus is: each is one word of the processor, so that a power modulo it is a hundred
	// multiplications. All of them take a fifth of what sixteen longer ones took, and those a fraction of what two take; a simulated week
	// signs thousands of webhooks. Such a modulus is easy to factor, and this key guards nothing: a simulation makes and forgets it.
	primes   = keyBits / 64
	exponent = 65537
	// leading are the bits that are set at the beginning of each prime: the product of all is then of full length.
	leading = 0b111111 << 58
)

// signer is an RSA key that signs fast.
type signer struct {
	public  rsa.PublicKey
	factors []factor
}

// factor is one prime of a key, with what it takes to sign modulo it and to put the parts together.
type factor struct {
	prime, exponent uint64
	weight          *big.Int // 1 modulo this prime, 0 modulo each other.
}

var errNoKey = errors.New("paypalsim: no key was found")

// newSigner makes a key. The error is random's.
func newSigner(random io.Reader) (*signer, error) {
	for range 1000 {
		s, err := trySigner(random)
		if err != nil || s != nil {
			return s, err
		}
	}
	return nil, errNoKey
}

// trySigner makes a key, or nil if the primes that it came upon do not make one.
func trySigner(random io.Reader) (*signer, error) {
	one, e := big.NewInt(1), big.NewInt(exponent)
	n := big.NewInt(1)
	s := &signer{}
	for range primes {
		p, err := prime(random)
		if err != nil {
			return nil, err
		}
		long := new(big.Int).SetUint64(p)
		d := new(big.Int).ModInverse(e, new(big.Int).Sub(long, one))
		if d == nil {
			return nil, nil
		}
		s.factors = append(s.factors, factor{prime: p, exponent: d.Uint64()})
		n.Mul(n, long)
	}
	for i, f := range s.factors {
		long := new(big.Int).SetUint64(f.prime)
		rest := new(big.Int).Div(n, long)
		back := new(big.Int).ModInverse(rest, long)
		if back == nil { // A prime came twice.
			return nil, nil
		}
		s.factors[i].weight = rest.Mul(rest, back)
	}
	if n.BitLen() != keyBits {
		return nil, nil
	}
	s.public = rsa.PublicKey{N: n, E: exponent}
	return s, nil
}

// prime gives one of 64 bits. Twenty rounds take none for one that is not.
func prime(random io.Reader) (uint64, error) {
	var raw [8]byte
	for {
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return 0, err
		}
		p := binary.BigEndian.Uint64(raw[:]) | leading | 1
		if new(big.Int).SetUint64(p).ProbablyPrime(20) {
			return p, nil
		}
	}
}

// power is m to the factor's exponent, modulo its prime.
func (f factor) power(m uint64) uint64 {
	out, square := uint64(1), m
	for d := f.exponent; d > 0; d >>= 1 {
		if d&1 == 1 {
			out = times(out, square, f.prime)
		}
		square = times(square, square, f.prime)
	}
	return out
}

// times is a times b modulo p. Both are below p.
func times(a, b, p uint64) uint64 {
	high, low := bits.Mul64(a, b)
	_, rest := bits.Div64(high, low, p)
	return rest
}

// modulo is what is left of a number, its first bytes first, whose length is a multiple of eight.
func modulo(number []byte, p uint64) (rest uint64) {
	for ; len(number) > 0; number = number[8:] {
		_, rest = bits.Div64(rest, binary.BigEndian.Uint64(number), p)
	}
	return rest
}

// digestInfo comes before a SHA-256 in what is signed. https://www.rfc-editor.org/rfc/rfc8017#section-9.2
var digestInfo = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

// sign signs a digest as RSASSA-PKCS1-v1_5 does.
func (s *signer) sign(digest [sha256.Size]byte) []byte {
	out := make([]byte, keyBits/8)
	tail := len(out) - len(digestInfo) - len(digest)
	out[1] = 1
	for i := 2; i < tail-1; i++ {
		out[i] = 0xff
	}
	copy(out[tail:], digestInfo)
	copy(out[tail+len(digestInfo):], digest[:])
	sum, part, weighed := new(big.Int), new(big.Int), new(big.Int)
	for _, f := range s.factors {
		part.SetUint64(f.power(modulo(out, f.prime)))
		sum.Add(sum, weighed.Mul(part, f.weight))
	}
	return sum.Mod(sum, s.public.N).FillBytes(out)
}
