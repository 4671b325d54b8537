package world

import (
	"strings"

	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/scripts/simulate/faults"
	"till/shared/fault"
)

// storePorts says what each method of the store is.
var storePorts = map[string]faults.Port{
	"Save": faults.StoreWrite, "PutEvent": faults.StoreWrite, "ClaimEvent": faults.StoreWrite, "SettleEvent": faults.StoreWrite,
	"SaveProduct": faults.StoreWrite, "EnterStock": faults.StoreWrite, "SaveSettings": faults.StoreWrite, "SaveBreaker": faults.StoreWrite,
	"DueOrders": faults.StoreIndex, "DueEvents": faults.StoreIndex, "DayOrders": faults.StoreIndex, "CustomerOrders": faults.StoreIndex, "ReturnOrders": faults.StoreIndex,
	"FindProducts": faults.StoreIndex, "Family": faults.StoreIndex,
	"AddDayKey": faults.StoreKeys, "AddCustomer": faults.StoreKeys,
}

// store is the store's own hook.
func (w *World) store(op string, after bool) error {
	port, listed := storePorts[op]
	if !listed {
		port = faults.StoreRead
	}
	kind := w.call(port, w.storeName(op), after)
	if kind == faults.Again || kind == faults.Stale {
		w.job().odd = kind // The wrapper of the functions' store does it.
		return nil
	}
	return outcome(kind, "memory."+op)
}

// storeName is "store." and the method, made once.
func (w *World) storeName(op string) string {
	name := w.named[op]
	if name == "" {
		name = "store." + op
		w.named[op] = name
	}
	return name
}

// outcome is what the caller of a port is told.
func outcome(kind faults.Kind, op string) error {
	switch {
	case kind == faults.Throttle || kind == faults.KeyWithheld:
		return fault.New(fault.Unavailable, op, "dependency_unavailable", "")
	case kind == faults.TimeoutBefore || kind == faults.TimeoutAfter:
		return fault.New(fault.Unknown, op, "dependency_unavailable", "")
	}
	return nil
}

// port is the hook of queues, the machine, KMS and the mailer.
func (w *World) port(call string, after bool) error {
	got := w.call(portOf(call), call, after)
	switch got { //nolint:exhaustive // the others are told to the caller
	case faults.Again:
		w.job().odd = got // The wrapper of the functions' machine does it.
		return nil
	case faults.TooLarge:
		w.job().odd = got // And that of queues and machine remembers it.
		return fault.New(fault.Unavailable, call, "too_large", "")
	}
	return outcome(got, call)
}

// portOf says what a call is.
func portOf(call string) faults.Port {
	switch call {
	case "machine.Start":
		return faults.Machine
	case "machine.Alive":
		return faults.MachineRead
	case "machine.Succeed", "machine.Cancel":
		return faults.Task
	}
	switch name, _, _ := strings.Cut(call, "."); name {
	case "kms":
		return faults.KMS
	case "mailer":
		return faults.Mailer
	}
	return faults.Queue
}

// give lets an environment call through what may go wrong.
func (w *World) give(f template.Function, p localshop.Parts) localshop.Parts {
	w.folders[f.Name] = strings.TrimSuffix(strings.TrimPrefix(f.CodeURI, "functions/"), "/lambda/")
	if arn := f.Environment["STATE_MACHINE_ARN"]; arn != "" {
		w.machine = arn
	}
	p.Store = &flaky{Store: p.Store, w: w}
	p.Gateway = wire{w, p.Gateway}
	p = w.rotated(f, w.odd(p))
	if w.upgrade {
		return w.upgraded(p)
	}
	return p
}
