package letters

import (
	"context"
	"errors"
)

// ending is what became of one letter.
type ending struct {
	letter  Letter
	content Content
	id      string // Of the message that carries its work now.
	gone    bool   // It is out of the box.
	err     error
}

// move moves letters, some at once.
func (r *round) move(ctx context.Context, todo []Letter) {
	free, endings := make(chan struct{}, together), make(chan ending, len(todo))
	for _, l := range todo {
		go func() {
			free <- struct{}{}
			defer func() { <-free }()
			endings <- r.one(ctx, l)
		}()
	}
	for range todo {
		r.note(<-endings)
	}
}

// one gives a letter back and deletes it only then: a crash in between leaves it in both places, never in none. Twice is
// harmless: an event is settled once, an execution has its order's name, and a mail is sent while its order owes it (two
// copies at the very same moment can send it twice).
func (r *round) one(ctx context.Context, l Letter) ending {
	e := ending{letter: l, content: r.box.Read(l.Body)}
	if e.err = r.Pace(ctx); e.err != nil {
		return e // Interrupted; not begun.
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), moveLimit)
	defer stop()
	if e.content.Use != Unusable {
		e.id, e.err = r.box.Back(ctx, l)
	}
	if e.err != nil && (!errors.Is(e.err, ErrForgotten) || !r.Forget) {
		return e
	}
	forgotten := e.err
	if e.err = r.box.Delete(ctx, l); e.err != nil {
		return e
	}
	e.gone = true
	if forgotten != nil {
		e.content.Use = Unusable
	}
	return e
}

// note counts and tells what became of a letter.
func (r *round) note(e ending) {
	if e.id != "" {
		r.sent[e.id] = true
	}
	if e.gone {
		delete(r.held, e.letter.ID)
	}
	switch {
	case e.err == nil:
		r.inARow = 0
	case errors.Is(e.err, ErrForgotten): // The next may be younger.
	default:
		r.inARow++
	}
	switch {
	case errors.Is(e.err, context.Canceled) && e.id == "":
		r.count.Left++
	case e.err != nil && e.id != "":
		r.failed(e.letter, e.content, "given back, but the letter stays, and the next run gives it back again, which is harmless: "+e.err.Error())
	case e.err != nil:
		r.failed(e.letter, e.content, "left: "+e.err.Error())
	case e.content.Use == Unusable:
		r.count.Deleted++
		r.tell(e.letter, e.content, "deleted")
	default:
		r.count.Moved++
		r.tell(e.letter, e.content, "given back")
	}
}
