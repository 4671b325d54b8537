package paypalsim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"io"
	"math/big"
)

const (
	// keyBits is the shortest modulus that Till's verifier takes.
	keyBits = 2048
	// primes is of how many primes the modulus is. A power modulo a prime of an eighth of the bits costs a five-hundredth, so sixteen of
	// them sign far faster than two; a simulated week signs thousands of webhooks. Such a modulus is easier to factor than one of two
	// primes, and this key guards nothing: a simulation makes and forgets it.
	primes   = 16
	exponent = 65537
)

// signer is an RSA key that signs fast.
type signer struct {
	public  rsa.PublicKey
	factors []factor
}

// factor is one prime of a key, with what it takes to sign modulo it and to put the parts together.
type factor struct {
	prime, exponent *big.Int
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
		p, err := large(random)
		if err != nil {
			return nil, err
		}
		d := new(big.Int).ModInverse(e, new(big.Int).Sub(p, one))
		if d == nil {
			return nil, nil
		}
		s.factors = append(s.factors, factor{prime: p, exponent: d})
		n.Mul(n, p)
	}
	for i, f := range s.factors {
		rest := new(big.Int).Div(n, f.prime)
		back := new(big.Int).ModInverse(rest, f.prime)
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

// large gives a prime that begins with five bits that are set: sixteen of those have a product of full length.
func large(random io.Reader) (*big.Int, error) {
	for {
		p, err := rand.Prime(random, keyBits/primes)
		if err != nil || new(big.Int).Rsh(p, keyBits/primes-5).Int64() == 1<<5-1 {
			return p, err
		}
	}
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
	m, sum, part := new(big.Int).SetBytes(out), new(big.Int), new(big.Int)
	for _, f := range s.factors {
		part.Exp(part.Mod(m, f.prime), f.exponent, f.prime)
		sum.Add(sum, part.Mul(part, f.weight))
	}
	return sum.Mod(sum, s.public.N).FillBytes(out)
}
