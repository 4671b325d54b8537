// Package localcloud is the cloud that Till runs on, in one process: the API, queues, streams, schedules and state
// machines of template.yaml, on one clock. The tables are the memory store's; it reports its changes to Changed.
package localcloud

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"time"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/httpapi"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/schedule"
	"till/scripts/localcloud/sqs"
	"till/scripts/localcloud/stream"
	"till/scripts/localcloud/template"
)

// Faults are the switches that make the cloud misbehave. Each may be nil. They are called while engines hold their
// locks: they decide and return, and call nothing of the cloud.
type Faults struct {
	Send    sqs.SendFault
	Stream  stream.Fault
	Fire    schedule.Fault
	Refuse  func(routeKey string) int // 429 or 503 in the API's place; 0 lets through.
	Before  func(function string, payload *invoke.JSON) error
	After   func(function string, out *invoke.JSON, err error) error
	Latency func(table string) time.Duration // How late a table's stream is, beside Stream.
}

// Options is what a cloud is made of. Template, Files and Clock are required.
type Options struct {
	Template *template.Template
	Files    fs.FS // The folder of the template: state machines' definitions are read from it, unless they are given.
	// Definitions are the state machines', by logical id.
	Definitions map[string]*asl.Definition
	Clock       *clock.Clock
	Seed        string // Ids and jitter follow from it.
	// StaffKey signs the tokens of staff and customers; nil leaves routes with an authorizer refusing everyone.
	StaffKey *rsa.PrivateKey
	// ErrorNames are the errors that step functions may fail with, as edge/sfntask names them.
	ErrorNames []string
	Faults     Faults
	// StreamLanes is how many shards a table's stream has; 1 unless set.
	StreamLanes int
}

// Cloud is the assembled cloud. Safe for concurrent use once started.
type Cloud struct {
	Clock     *clock.Clock
	Queues    *sqs.Service
	Streams   *stream.Service
	Schedules *schedule.Service
	Machines  *asl.Service
	Staff     *cognito.Pool // Nil without a key or an authorizer.
	Customers *cognito.Pool // Likewise.

	template  *template.Template
	runner    *invoke.Runner
	functions map[string]*invoke.Function // by ARN
	byCode    map[string]*invoke.Function
	apis      map[string]*httpapi.API
	ids       *ident.Source
}

// New builds the cloud. The error joins everything in the template that cannot run here. Functions get their code by
// Handle; then Start.
func New(o Options) (*Cloud, error) {
	ids := ident.New("ids/" + o.Seed)
	c := &Cloud{
		Clock: o.Clock, template: o.Template, ids: ids, functions: map[string]*invoke.Function{},
		byCode: map[string]*invoke.Function{}, apis: map[string]*httpapi.API{},
		runner: &invoke.Runner{Clock: o.Clock, IDs: ident.New("requests/" + o.Seed), Before: o.Faults.Before, After: o.Faults.After},
	}
	t := o.Template
	var faults []error
	for _, f := range t.Functions {
		one := &invoke.Function{Name: f.Name, ARN: f.ARN, Timeout: f.Timeout}
		if c.byCode[f.CodeURI] != nil {
			faults = append(faults, fmt.Errorf("localcloud: two functions from %s", f.CodeURI))
		}
		c.functions[f.ARN], c.byCode[f.CodeURI] = one, one
	}
	c.Queues = sqs.New(o.Clock, c.runner, ident.New("sqs/"+o.Seed), t.Region, o.Faults.Send)
	c.Streams = stream.New(o.Clock, c.runner, ident.New("streams/"+o.Seed), t.Region, late(o.Faults))
	c.Schedules = schedule.New(o.Clock, c.runner, ident.New("schedules/"+o.Seed), t.Region, t.Account, o.Faults.Fire)
	c.Machines = asl.New(asl.Config{
		Clock: o.Clock, IDs: ident.New("states/" + o.Seed), Runner: c.runner, Functions: c.functions,
		Random: ident.New("jitter/" + o.Seed).Float, Region: t.Region, Account: t.Account,
	})
	faults = append(faults, c.queues(), c.streams(o), c.schedules(), c.machines(o), c.api(o))
	return c, errors.Join(faults...)
}

// late adds a table's latency to what the stream's own fault decides.
func late(f Faults) stream.Fault {
	if f.Latency == nil {
		return f.Stream
	}
	return func(table string, n int) stream.Delivery {
		var d stream.Delivery
		if f.Stream != nil {
			d = f.Stream(table, n)
		}
		d.Delay += f.Latency(table)
		return d
	}
}

// Handle gives the function in a folder ("functions/shopper/placeorder/lambda/") its code. The error says that the
// template has no function there.
func (c *Cloud) Handle(codeURI string, h invoke.Handler) error {
	f := c.byCode[path.Clean(codeURI)+"/"]
	if f == nil {
		return fmt.Errorf("localcloud: the template has no function in %s", codeURI)
	}
	f.Handler = h
	return nil
}

// Start sets the schedules going. The error names every function without code.
func (c *Cloud) Start() error {
	var faults []error
	for _, code := range c.Code() {
		if c.byCode[code].Handler == nil {
			faults = append(faults, fmt.Errorf("localcloud: no handler for %s", code))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	c.Schedules.Start()
	return nil
}

// Code lists the folders of all functions in order.
func (c *Cloud) Code() []string {
	out := make([]string, 0, len(c.byCode))
	for code := range c.byCode {
		out = append(out, code)
	}
	sort.Strings(out)
	return out
}

// API is the HTTP API with that logical id, or the only one for "". Nil: there is none.
func (c *Cloud) API(logicalID string) *httpapi.API {
	if logicalID == "" && len(c.apis) == 1 {
		for _, a := range c.apis {
			return a
		}
	}
	return c.apis[logicalID]
}

// Function is the function in a folder, for calling it directly through Invoke; nil if there is none.
func (c *Cloud) Function(codeURI string) *invoke.Function { return c.byCode[path.Clean(codeURI)+"/"] }

// Invoke calls a function as `aws lambda invoke` does.
func (c *Cloud) Invoke(f *invoke.Function, payload []byte) ([]byte, *invoke.Error) {
	return c.runner.Call(f, payload)
}
