package setup

import (
	"errors"
	"fmt"
)

// step is one thing to do, told before and after.
type step struct {
	would string // Goes on "would …".
	do    func(*doing) error
}

// plan is what a run will do, and what it leaves to people.
type plan struct {
	steps []step
	after []string // To be told at the end.
	left  []string // What only another command, or a person, can mend: the exit code is Failed.
}

func (p *plan) add(would string, do func(*doing) error) { p.steps = append(p.steps, step{would, do}) }

// plan decides what the job needs. Errors: it cannot be done as things are.
func (r run) plan() (plan, error) {
	switch r.o.job {
	case rotating:
		return r.rotate()
	case finishing:
		return r.finish()
	default:
		return r.make(), nil
	}
}

// make brings everything into order that can be without a second endpoint.
func (r run) make() plan {
	var p plan
	members := r.members()
	finish := r.o.command(r.Gateway, "-finish", "-apply")
	switch e := r.at.current; {
	case e == nil:
		p.add(r.creation()+along(members), func(d *doing) error { return d.create() })
	default:
		switch {
		case !r.at.stored:
			p.add("put "+e.ID+" in front of the secret's "+r.Gateway.ID+along(members), func(d *doing) error { return d.storeID(e.ID) })
		case members != "":
			p.add("store "+members, func(d *doing) error { return d.store(same) })
		}
		changes := false
		for _, f := range r.Gateway.flaws(*e, r.want) {
			if f.remedy == byChange {
				changes = true
				continue
			}
			p.left = append(p.left, e.ID+" "+f.text+"; mend: "+r.mends(f))
		}
		if changes {
			p.add("change "+e.ID+": the shop's address, "+fmt.Sprint(len(r.want.Events))+" events, enabled", func(d *doing) error { return d.change(*e) })
		}
	}
	switch {
	case len(r.at.lost) > 0 && r.at.loose > 0:
		p.after = append(p.after, "There are signing secrets that were stored by hand, so the endpoints that they may be of stay. Once deliveries arrive at the "+
			"other one: "+finish)
	default:
		for _, e := range r.at.lost {
			p.add("remove "+e.ID+", whose signing secret is lost", func(d *doing) error { return d.removeLost(e.ID) })
		}
	}
	if len(r.at.gone) > 0 {
		p.after = append(p.after, "The secret still has what was of endpoints that are gone: "+list(r.at.gone)+". Once deliveries arrive: "+finish)
	}
	if len(r.at.older) > 0 {
		p.after = append(p.after, "A rotation is under way. Once deliveries of "+r.at.current.ID+" arrive: "+finish)
	}
	return p
}

// members says which of the account's keys and facts are stored. They are written together with what a new endpoint signs with:
// functions refuse the whole secret while an account in it has keys and nothing to verify webhooks with.
func (r run) members() string {
	var members []string
	for _, u := range r.unstored() {
		members = append(members, u.member+" as "+u.source+" says")
	}
	return list(members)
}

func along(members string) string {
	if members == "" {
		return ""
	}
	return ", along with " + members
}

func (r run) creation() string {
	text := fmt.Sprintf("create an endpoint with %d events%s, and store its ", len(r.want.Events), version(r.want.Version))
	if r.Gateway.Secrets == "" {
		return text + "id"
	}
	return text + "signing secret"
}

// rotate adds a second endpoint. A repeat finds that there is one.
func (r run) rotate() (plan, error) {
	var p plan
	switch {
	case r.Gateway.Secrets == "":
		return p, fmt.Errorf("%s signs with a key of its own and our endpoint's id: there is no signing secret to rotate", r.Gateway.Title)
	case r.at.current == nil:
		return p, errors.New("there is no endpoint to rotate; set one up: " + r.o.command(r.Gateway, "-apply"))
	case len(r.at.older) == 0:
		p.add("keep "+r.at.current.ID+"; "+r.creation()+", in front of the others", func(d *doing) error { return d.create() })
	}
	p.after = append(p.after, "Both endpoints' signing secrets are live, and each event comes twice; the shop acts on it once. Functions know a new secret after "+
		"five minutes at most.", "Look at "+r.Gateway.Title+"'s list of the newer endpoint's deliveries. Once they are answered with 200: "+
		r.o.command(r.Gateway, "-finish", "-apply"))
	return p, nil
}

// finish leaves one endpoint and its signing secret.
func (r run) finish() (plan, error) {
	var p plan
	if r.at.current == nil {
		return p, errors.New("no endpoint would be left whose webhooks can be verified; set one up: " + r.o.command(r.Gateway, "-apply"))
	}
	keep := *r.at.current
	for _, f := range r.Gateway.flaws(keep, r.want) {
		return p, fmt.Errorf("%s would be left alone, and it %s; mend that first: %s", keep.ID, f.text, r.mends(f))
	}
	for _, e := range r.at.older {
		p.add("remove "+e.ID, func(d *doing) error { return d.remove(e.ID) })
	}
	for _, e := range r.at.lost {
		p.add("remove "+e.ID+", whose signing secret is not known", func(d *doing) error { return d.removeLost(e.ID) })
	}
	if _, changed := r.Gateway.only(r.before.account, keep.ID); changed {
		p.add("keep in the secret what is of "+keep.ID+" only", func(d *doing) error { return d.keepOnly(keep.ID) })
	}
	return p, nil
}

// only is an account with what is of one endpoint; not ok if that is what it is.
func (g Gateway) only(a account, id string) (account, bool) {
	if g.Secrets == "" {
		return a.onlyID(g.ID, id)
	}
	return a.only(g.Secrets, id)
}
