// Package ident makes the ids of the local cloud: unlike each other, and the same again for the same seed.
package ident

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"sync/atomic"
)

// Source makes ids. Safe for concurrent use; in one goroutine the same seed gives the same ids.
type Source struct {
	seed string
	n    atomic.Uint64
}

// New makes a source. Two sources need two seeds.
func New(seed string) *Source { return &Source{seed: seed} }

// UUID is an id in the form of a version 4 UUID.
func (s *Source) UUID() string {
	b := s.next()
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	out := make([]byte, 0, 36)
	for i, part := range [...][]byte{b[0:4], b[4:6], b[6:8], b[8:10], b[10:16]} {
		if i > 0 {
			out = append(out, '-')
		}
		out = hex.AppendEncode(out, part)
	}
	return string(out)
}

// Hex is an id of 64 hexadecimal digits.
func (s *Source) Hex() string {
	b := s.next()
	return hex.EncodeToString(b[:])
}

// Float is a number in [0, 1).
func (s *Source) Float() float64 {
	b := s.next()
	return float64(binary.BigEndian.Uint64(b[:8])>>11) / (1 << 53)
}

func (s *Source) next() [sha256.Size]byte {
	var room [64]byte
	return sha256.Sum256(strconv.AppendUint(append(append(room[:0], s.seed...), '/'), s.n.Add(1), 10))
}
