package world

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"
)

// longest is how much of a step's data is shown to who reads along.
const longest = 600

// history is everything that happens in a world, one step after the other, as a hash. Equal seeds have equal histories.
type history struct {
	sum   hash.Hash
	head  [16]byte
	steps uint64
	out   io.Writer // Nil: nobody reads along.
}

func newHistory(out io.Writer) *history { return &history{sum: sha256.New(), out: out} }

// add takes a step: when, which work, what it did where, and with what. A hash never fails.
func (h *history) add(at time.Time, work uint64, what, where string, data []byte) {
	h.steps++
	binary.LittleEndian.PutUint64(h.head[:8], uint64(at.UnixNano()))
	binary.LittleEndian.PutUint64(h.head[8:], work)
	h.sum.Write(h.head[:])
	_, _ = io.WriteString(h.sum, what)
	_, _ = io.WriteString(h.sum, where)
	h.sum.Write(data)
	if h.out != nil {
		fmt.Fprintf(h.out, "%d %s #%d %s %s %.*q\n", h.steps, at.Format("01-02T15:04:05.000"), work, what, where, longest, data)
	}
}

// Hash is that of all steps so far.
func (h *history) Hash() string { return hex.EncodeToString(h.sum.Sum(nil)) }
