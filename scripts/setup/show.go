package setup

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// difference is something that is not as it should be, with the command that mends it.
type difference struct{ what, mend string }

// show prints what is set up. The exit code is Failed if anything differs.
func (r run) show(ctx context.Context) int {
	fmt.Fprintf(r.Out, "wanted: %d events%s\n", len(r.want.Events), version(r.want.Version))
	if e := r.at.current; e != nil {
		fmt.Fprintln(r.Out, describe(*e))
	}
	for _, e := range slices.Concat(r.at.older, r.at.lost) {
		fmt.Fprintln(r.Out, describe(e))
	}
	all := append(r.differences(), r.lacks(ctx)...)
	if len(all) == 0 {
		fmt.Fprintln(r.Out, "all is as it should be")
		return Done
	}
	for _, d := range all {
		fmt.Fprintf(r.Out, "differs: %s\n   mend: %s\n", d.what, d.mend)
	}
	return Failed
}

func version(text string) string {
	if text == "" {
		return ""
	}
	return ", API version " + text
}

func (r run) differences() []difference {
	apply, finish := r.o.command(r.Gateway, "-apply"), r.o.command(r.Gateway, "-finish", "-apply")
	var out []difference
	for _, u := range r.unstored() {
		out = append(out, difference{"the secret's " + u.member + " is not what " + u.source + " says", apply})
	}
	if r.at.current == nil {
		out = append(out, difference{"no endpoint leads to the shop whose webhooks it can verify", apply})
	} else {
		for _, f := range r.Gateway.flaws(*r.at.current, r.want) {
			out = append(out, difference{r.at.current.ID + " " + f.text, r.mends(f)})
		}
		if !r.at.stored {
			out = append(out, difference{r.at.current.ID + " is not in front of the secret's " + r.Gateway.ID, apply})
		}
	}
	for _, e := range r.at.older {
		out = append(out, difference{e.ID + " is an older endpoint: a rotation is under way", finish})
	}
	for _, e := range r.at.lost {
		mend := apply
		if r.at.loose > 0 && r.at.current != nil {
			mend = finish
		}
		out = append(out, difference{e.ID + " leads to the shop, but its signing secret is not known", mend})
	}
	for _, id := range r.at.gone {
		mend := finish
		if r.at.current == nil {
			mend = apply + ", then with -finish -apply"
		}
		out = append(out, difference{fmt.Sprintf("%s is stored, but %s has no such endpoint for the shop", id, r.Gateway.Title), mend})
	}
	if r.at.loose > 0 {
		mend := finish
		if r.at.current == nil {
			mend = apply + ", then with -finish -apply"
		}
		out = append(out, difference{fmt.Sprintf("%d signing secrets were stored by hand: of which endpoint is not known", r.at.loose), mend})
	}
	return out
}

// unstored is a member of the account that is not what the environment or the gateway says.
type unstored struct{ member, source string }

func (r run) unstored() []unstored {
	var out []unstored
	for _, key := range r.keys.fresh {
		out = append(out, unstored{r.Gateway.Name + "." + key.Member, key.Env})
	}
	for _, member := range slices.Sorted(maps.Keys(r.facts)) {
		if r.before.account.text(member) != r.facts[member] {
			out = append(out, unstored{r.Gateway.Name + "." + member, r.Gateway.Title})
		}
	}
	return out
}

func (r run) mends(f flaw) string {
	switch f.remedy {
	case byRotation:
		return r.o.command(r.Gateway, "-rotate", "-apply") + ", then with -finish -apply"
	case byHand:
		return "delete it on " + r.Gateway.Title + "'s dashboard, then " + r.o.command(r.Gateway, "-apply")
	default:
		return r.o.command(r.Gateway, "-apply")
	}
}
