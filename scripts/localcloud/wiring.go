package localcloud

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/httpapi"
	"till/scripts/localcloud/pattern"
	"till/scripts/localcloud/schedule"
	"till/scripts/localcloud/sqs"
	"till/scripts/localcloud/stream"
	"till/scripts/localcloud/template"
)

func (c *Cloud) queues() error {
	var faults []error
	for _, q := range c.template.Queues {
		faults = append(faults, c.Queues.Add(sqs.Config{
			Name: q.Name, ARN: q.ARN, URL: q.URL, Visibility: q.Visibility, Delay: q.Delay, Retention: q.Retention,
			Bytes: q.BytesMax, DeadARN: q.DeadARN, MaxReceive: q.MaxReceive,
		}))
	}
	faults = append(faults, c.Queues.Check())
	for _, f := range c.template.Functions {
		for _, e := range f.SQS {
			filters, err := patterns(f.LogicalID, e.Filters)
			faults = append(faults, err, c.Queues.Consume(e.QueueARN, sqs.Consumer{
				Function: c.functions[f.ARN], BatchSize: e.BatchSize, Window: e.Window, MaxConcurrency: e.MaxConcurrency,
				PartialFailure: e.PartialFailure, Filters: filters,
			}))
		}
	}
	return errors.Join(faults...)
}

func patterns(function string, sources []string) ([]*pattern.Pattern, error) {
	var out []*pattern.Pattern
	for _, source := range sources {
		p, err := pattern.Compile(source)
		if err != nil {
			return nil, fmt.Errorf("localcloud: filter of %s: %w", function, err)
		}
		out = append(out, p)
	}
	return out, nil
}

func (c *Cloud) streams(o Options) error {
	var faults []error
	for _, t := range c.template.Tables {
		if t.StreamARN != "" {
			faults = append(faults, c.Streams.Add(stream.Config{Table: t.Name, ARN: t.StreamARN, View: t.View, HashKey: t.HashKey, RangeKey: t.RangeKey}))
		}
	}
	for _, f := range c.template.Functions {
		for _, e := range f.Streams {
			filters, err := patterns(f.LogicalID, e.Filters)
			onFailure, noQueue := c.destination(f.LogicalID, e.OnFailureARN)
			faults = append(faults, err, noQueue, c.Streams.Consume(e.StreamARN, stream.Consumer{
				Function: c.functions[f.ARN], BatchSize: e.BatchSize, Window: e.Window,
				Lanes: max(1, o.StreamLanes) * max(1, e.Parallelization), MaxRetries: e.MaxRetries, MaxAge: e.MaxAge,
				Bisect: e.Bisect, PartialFailure: e.PartialFailure, Filters: filters, OnFailure: onFailure,
			}))
		}
	}
	return errors.Join(faults...)
}

// destination is the queue that takes what was given up; nil without one.
func (c *Cloud) destination(function, arn string) (func(string), error) {
	if arn == "" {
		return nil, nil
	}
	for _, q := range c.template.Queues {
		if q.ARN == arn {
			return func(body string) {
				// Our own text within the limits, to a queue that exists: it cannot fail.
				_, _ = c.Queues.SendARN(arn, body)
			}, nil
		}
	}
	return nil, fmt.Errorf("localcloud: failure destination of %s: no queue %s", function, arn)
}

func (c *Cloud) schedules() error {
	var faults []error
	for _, f := range c.template.Functions {
		for _, e := range f.Schedules {
			if !e.Enabled {
				continue
			}
			onFailure, noQueue := c.destination(f.LogicalID, f.Async.OnFailureARN)
			faults = append(faults, noQueue, c.Schedules.Add(schedule.Rule{
				Name: e.Name, ARN: e.ARN, Expression: e.Expression, Zone: e.Timezone, Input: e.Input, V2: e.V2,
				Function: c.functions[f.ARN], Retries: f.Async.MaxRetries, OnFailure: onFailure,
			}))
		}
	}
	return errors.Join(faults...)
}

func (c *Cloud) machines(o Options) error {
	var faults []error
	if o.Definitions == nil {
		var err error
		o.Definitions, err = Definitions(c.template, o.Files, o.ErrorNames)
		faults = append(faults, err)
	}
	for _, m := range c.template.StateMachines {
		if d := o.Definitions[m.LogicalID]; d != nil {
			faults = append(faults, c.Machines.Add(m.Name, m.ARN, d))
		}
	}
	return errors.Join(faults...)
}

// Definitions reads the definitions of a template's state machines, by logical id, for Options. They are only read after that,
// so that many clouds can share them. files is the folder of the template, errorNames as in Options. The error joins every
// fault of every definition.
func Definitions(t *template.Template, files fs.FS, errorNames []string) (map[string]*asl.Definition, error) {
	out := make(map[string]*asl.Definition, len(t.StateMachines))
	var faults []error
	for _, m := range t.StateMachines {
		d, err := definition(m, files, errorNames)
		if err != nil {
			faults = append(faults, fmt.Errorf("localcloud: %s: %w", m.LogicalID, err))
			continue
		}
		out[m.LogicalID] = d
	}
	return out, errors.Join(faults...)
}

func definition(m template.StateMachine, files fs.FS, errorNames []string) (*asl.Definition, error) {
	source := m.Definition
	if m.DefinitionURI != "" {
		var err error
		if source, err = fs.ReadFile(files, path.Clean(m.DefinitionURI)); err != nil {
			return nil, err
		}
	}
	source, err := m.Substitute(source)
	if err != nil {
		return nil, err
	}
	return asl.Load(source, errorNames)
}

func (c *Cloud) api(o Options) error {
	var faults []error
	for _, a := range c.template.APIs {
		verify := map[string]httpapi.Authorizer{}
		for name, jwt := range a.Authorizers {
			verify[name] = c.authorizer(o, name, jwt)
		}
		config := httpapi.Config{
			ID: a.ID, Account: c.template.Account, Clock: c.Clock, IDs: c.ids, Runner: c.runner, Refuse: o.Faults.Refuse,
		}
		if a.CORS != nil {
			cors := httpapi.CORS(*a.CORS)
			config.CORS = &cors
		}
		for _, f := range c.template.Functions {
			for _, r := range f.Routes {
				if r.API != a.LogicalID {
					continue
				}
				if r.Authorizer != "" && verify[r.Authorizer] == nil {
					faults = append(faults, fmt.Errorf("localcloud: route %s %s: no authorizer %q", r.Method, r.Path, r.Authorizer))
					continue // Never open by mistake.
				}
				config.Routes = append(config.Routes, httpapi.Route{
					Method: r.Method, Path: r.Path, Function: c.functions[f.ARN], Authorizer: verify[r.Authorizer],
					Scopes: append(append([]string{}, r.Scopes...), a.Authorizers[r.Authorizer].Scopes...),
				})
			}
		}
		one, err := httpapi.New(config)
		c.apis[a.LogicalID] = one
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// authorizer verifies the tokens of a local pool, which stands for the issuer of the template. Pools share a key, so that issuer and
// audience alone keep them apart.
func (c *Cloud) authorizer(o Options, name string, jwt template.Authorizer) httpapi.Authorizer {
	if o.StaffKey == nil {
		return func(string) (map[string]any, error) { return nil, errors.New("no signing key for this token") }
	}
	pool := &cognito.Pool{Key: o.StaffKey, Issuer: jwt.Issuer, ClientID: jwt.Audience[0], Now: c.Clock.Now, IDs: c.ids}
	if name == customers {
		c.Customers = pool
	} else {
		c.Staff = pool
	}
	return cognito.Authorizer{Key: &o.StaffKey.PublicKey, Issuer: jwt.Issuer, Audience: jwt.Audience, Now: c.Clock.Now}.Remembering()
}

// customers is what the template calls the authorizer of customers' accounts.
const customers = "Customers"
