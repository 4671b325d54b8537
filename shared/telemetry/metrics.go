package telemetry

import (
	"encoding/json"
	"io"
	"strings"
	"sync"
	"time"
)

// Namespace holds all of Till's metrics.
const Namespace = "Till"

// Metric is the name of a metric. Only the constants here are used.
type Metric string

// The metrics. Not all of them are written yet; the alarms of template.yaml use those that are.
const (
	OrderPlaced        Metric = "OrderPlaced"
	OrderConfirmed     Metric = "OrderConfirmed"
	OrderExpired       Metric = "OrderExpired"
	OrderHeld          Metric = "OrderHeld"     // By rules against fraud, as it is placed or edited.
	OrderDeclined      Metric = "OrderDeclined" // By rules against fraud.
	PaymentStarted     Metric = "PaymentStarted"
	PaymentSucceeded   Metric = "PaymentSucceeded"
	PaymentFailed      Metric = "PaymentFailed"
	RefundFailed       Metric = "RefundFailed"
	DisputeOpened      Metric = "DisputeOpened"
	WebhookReceived    Metric = "WebhookReceived"
	WebhookRejected    Metric = "WebhookRejected"
	PaymentFailedRatio Metric = "PaymentFailedRatio" // Times the gateway's own rate of the last 7 days.
	WebhookSilence     Metric = "WebhookSilence"
	InboxParked        Metric = "InboxParked"      // Seconds that the oldest parked event has waited.
	OrdersOverdue      Metric = "OrdersOverdue"    // Seconds that the oldest overdue order has waited.
	MoneyInLimbo       Metric = "MoneyInLimbo"     // Seconds that a call to a gateway has had no known outcome; of those of a quarter of an hour and more.
	CapturesExpiring   Metric = "CapturesExpiring" // Orders whose promised money is lost within a day.
	MailsUnsent        Metric = "MailsUnsent"      // Mails that were tried in vain for half an hour and more.
	DisputesDue        Metric = "DisputesDue"      // Disputes whose time to answer is over within two days.
	GatewayLeft        Metric = "GatewayLeft"      // A gateway failed so often that no payments begin there for now.
	StockDrift         Metric = "StockDrift"       // Counters of stock that are not what the records of their changes say.
	StockLow           Metric = "StockLow"         // Products of which less is free than staff want.
	LedgerDifference   Metric = "LedgerDifference"
	SweepDone          Metric = "SweepDone"
	Latency            Metric = "Latency"        // Milliseconds of one invocation.
	GatewayLatency     Metric = "GatewayLatency" // Milliseconds of one call to a gateway.
	DecryptFailed      Metric = "DecryptFailed"
	CardDataBlocked    Metric = "CardDataBlocked"
)

// Names lists every metric.
func Names() []Metric {
	return []Metric{OrderPlaced, OrderConfirmed, OrderExpired, OrderHeld, OrderDeclined, PaymentStarted, PaymentSucceeded, PaymentFailed,
		RefundFailed, DisputeOpened, WebhookReceived, WebhookRejected, PaymentFailedRatio, WebhookSilence, InboxParked,
		OrdersOverdue, MoneyInLimbo, CapturesExpiring, MailsUnsent, DisputesDue, GatewayLeft, StockDrift, StockLow, LedgerDifference, SweepDone, Latency, GatewayLatency,
		DecryptFailed, CardDataBlocked}
}

// Dimension is what a metric is split by beside the stage: nothing (the zero Dimension), or one gateway, function or
// reason. Its value is one of few words that we chose, never an id.
type Dimension struct{ name, value string }

// Gateway splits by gateway.
func Gateway(name string) Dimension { return Dimension{"gateway", name} }

// Function splits by function.
func Function(name string) Dimension { return Dimension{"function", name} }

// Reason splits by reason.
func Reason(code string) Dimension { return Dimension{"reason", code} }

// Metrics writes metrics in CloudWatch's embedded format, one line each, to where the log goes. It may be used by several
// goroutines.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type Metrics struct {
	mu    sync.Mutex
	w     io.Writer
	stage string
	now   func() time.Time
}

// NewMetrics writes to w, with the stage as a dimension of every metric and times from now.
func NewMetrics(w io.Writer, stage string, now func() time.Time) *Metrics {
	return &Metrics{w: w, stage: word(stage), now: now}
}

// Count adds n to a metric.
func (m *Metrics) Count(name Metric, n int, by Dimension) { m.write(name, "Count", float64(n), by) }

// Millis records a duration.
func (m *Metrics) Millis(name Metric, d time.Duration, by Dimension) {
	m.write(name, "Milliseconds", float64(d)/float64(time.Millisecond), by)
}

// Seconds records how long something has waited.
func (m *Metrics) Seconds(name Metric, d time.Duration, by Dimension) {
	m.write(name, "Seconds", d.Seconds(), by)
}

// Ratio records a number without unit.
func (m *Metrics) Ratio(name Metric, value float64, by Dimension) { m.write(name, "None", value, by) }

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metricUnit
}

type metricUnit struct{ Name, Unit string }

type metadata struct {
	Timestamp         int64 // Milliseconds.
	CloudWatchMetrics []directive
}

// write writes the line. A metric that cannot be written is lost: the work that it counts must not fail by it.
func (m *Metrics) write(name Metric, unit string, value float64, by Dimension) {
	dimensions := []string{"stage"}
	line := map[string]any{"stage": m.stage, string(name): value}
	if by.name != "" {
		dimensions = append(dimensions, by.name)
		line[by.name] = word(by.value)
	}
	line["_aws"] = metadata{m.now().UnixMilli(),
		[]directive{{Namespace, [][]string{dimensions}, []metricUnit{{string(name), unit}}}}}
	out, err := json.Marshal(line)
	if err != nil {
		return // Infinite or not a number: nothing to count.
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.w.Write(append(out, '\n'))
}

// word keeps a dimension's value to what our own words are made of, so that no stranger's text can open a new series.
func word(s string) string {
	const bytesMax = 40
	strange := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '/'
	}
	if s == "" || len(s) > bytesMax || strings.ContainsFunc(s, strange) {
		return "other"
	}
	return s
}
