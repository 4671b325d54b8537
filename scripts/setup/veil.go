package setup

import (
	"io"
	"strings"
	"sync"
)

// shortest is what is worth hiding: no secret is shorter.
const shortest = 12

// veil hides what must never be printed, also where a gateway has put it into what it calls an id or a code.
type veil struct {
	mu    sync.Mutex
	words []string
}

// add hides more words from now on.
func (v *veil) add(words ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range words {
		if len(w) >= shortest {
			v.words = append(v.words, w, "[hidden]")
		}
	}
}

// over is a writer with the veil before it. Each write must hold whole words.
func (v *veil) over(out io.Writer) io.Writer { return veiled{v, out} }

type veiled struct {
	veil *veil
	out  io.Writer
}

// Write is io.Writer's.
func (w veiled) Write(text []byte) (int, error) {
	w.veil.mu.Lock()
	hide := strings.NewReplacer(w.veil.words...)
	w.veil.mu.Unlock()
	if _, err := io.WriteString(w.out, hide.Replace(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}
