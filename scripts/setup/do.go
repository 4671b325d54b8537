package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// doing is one step under way.
type doing struct {
	run
	ctx context.Context
}

// do shows the plan, and with -apply does it. What has begun is finished; between steps it can be interrupted.
func (r run) do(ctx context.Context, p plan) int {
	if len(p.steps) == 0 {
		fmt.Fprintln(r.Out, "nothing to do")
	}
	for _, s := range p.steps {
		if !r.o.apply {
			fmt.Fprintln(r.Out, "would", s.would)
			continue
		}
		if ctx.Err() != nil {
			fmt.Fprintf(r.Err, "%s: interrupted; run it again\n", r.Gateway.Command)
			return Failed
		}
		if err := r.step(ctx, s); err != nil {
			fmt.Fprintf(r.Err, "%s: could not %s: %v\n", r.Gateway.Command, s.would, err)
			return Failed
		}
		fmt.Fprintln(r.Out, "done:", s.would)
	}
	if len(p.steps) > 0 && !r.o.apply {
		fmt.Fprintln(r.Out, "nothing was changed; with -apply it is done")
	} else {
		for _, text := range p.after {
			fmt.Fprintln(r.Out, text)
		}
	}
	for _, text := range p.left {
		fmt.Fprintln(r.Out, "left:", text)
	}
	if len(p.left) > 0 {
		return Failed
	}
	return Done
}

func (r run) step(ctx context.Context, s step) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), stepLimit)
	defer stop()
	return s.do(&doing{run: r, ctx: ctx})
}

// store changes the account in the secret. A setup stores the keys and facts in the same write.
func (d *doing) store(f func(account) (account, bool)) error {
	return d.vault.change(d.ctx, func(a account) (account, bool) {
		keyed := false
		if d.o.job == making {
			a, keyed = d.keys.store(a, d.facts)
		}
		a, changed := f(a)
		return a, changed || keyed
	})
}

// same is a change of nothing else.
func same(a account) (account, bool) { return a, false }

// create makes an endpoint and stores what it signs with. An endpoint that cannot be used is removed again, unless it is not known
// whether its secret is stored.
func (d *doing) create() error {
	id, signing, err := d.hooks.Create(d.ctx, d.want, d.NewToken())
	d.hide.add(signing.Reveal())
	switch {
	case err != nil && id != "":
		return d.undo(id, err)
	case Doubtful(err):
		return fmt.Errorf("%w\nthe endpoint may be there all the same. Run this again: it is found and replaced", err)
	case err != nil:
		return d.blame(err)
	}
	if d.Gateway.Secrets == "" {
		err = d.storeID(id)
	} else {
		err = d.store(func(a account) (account, bool) { return a.add(d.Gateway.Secrets, id, signing), true })
	}
	switch {
	case errors.Is(err, errNotWritten):
		return d.undo(id, err)
	case err != nil:
		return fmt.Errorf("%w\nwhat belongs to %s may be stored. Run this again: if it is not, that is mended", err, id)
	}
	fmt.Fprintln(d.Out, "the new endpoint is", id)
	return nil
}

// undo removes an endpoint that was made in vain.
func (d *doing) undo(id string, why error) error {
	if err := d.hooks.Remove(d.ctx, id); err != nil {
		return fmt.Errorf("%w\nthe endpoint %s is of no use and could not be removed: %w\nrun this again: it is replaced", why, id, err)
	}
	return fmt.Errorf("%w\nthe endpoint that was made for it is removed again", why)
}

func (d *doing) change(e Endpoint) error { return d.blame(d.hooks.Change(d.ctx, e, d.want)) }

func (d *doing) storeID(id string) error {
	return d.store(func(a account) (account, bool) { return a.addID(d.Gateway.ID, id) })
}

func (d *doing) remove(id string) error { return d.blame(d.hooks.Remove(d.ctx, id)) }

// removeLost removes an endpoint whose signing secret is not stored, unless it is by now: somebody else may be setting up, too.
func (d *doing) removeLost(id string) error {
	now, err := d.vault.read(d.ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(now.account.endpoints(d.Gateway.Secrets), func(h held) bool { return h.ID == id }) {
		return errors.New("its signing secret has just been stored by somebody else; run this again")
	}
	return d.remove(id)
}

func (d *doing) keepOnly(id string) error {
	return d.store(func(a account) (account, bool) { return d.Gateway.only(a, id) })
}
