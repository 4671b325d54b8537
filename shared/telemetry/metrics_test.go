package telemetry_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"till/shared/telemetry"
)

// emf is a line of CloudWatch's embedded metric format.
type emf struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

func at(w *bytes.Buffer) *telemetry.Metrics {
	return telemetry.NewMetrics(w, "prod", func() time.Time { return time.UnixMilli(1790000000123) })
}

func TestMetricIsOneLineOfEMF(t *testing.T) {
	tests := []struct {
		name       string
		write      func(*telemetry.Metrics)
		metric     telemetry.Metric
		unit       string
		value      float64
		dimensions map[string]string
	}{
		{"a count", func(m *telemetry.Metrics) { m.Count(telemetry.OrderPlaced, 2, telemetry.Dimension{}) },
			telemetry.OrderPlaced, "Count", 2, map[string]string{"stage": "prod"}},
		{"by gateway", func(m *telemetry.Metrics) { m.Count(telemetry.PaymentFailed, 1, telemetry.Gateway("stripe")) },
			telemetry.PaymentFailed, "Count", 1, map[string]string{"stage": "prod", "gateway": "stripe"}},
		{"a latency by function", func(m *telemetry.Metrics) {
			m.Millis(telemetry.Latency, 1500*time.Microsecond, telemetry.Function("shopper/placeorder"))
		},
			telemetry.Latency, "Milliseconds", 1.5, map[string]string{"stage": "prod", "function": "shopper/placeorder"}},
		{"an age", func(m *telemetry.Metrics) { m.Seconds(telemetry.InboxParked, time.Minute, telemetry.Dimension{}) },
			telemetry.InboxParked, "Seconds", 60, map[string]string{"stage": "prod"}},
		{"a ratio", func(m *telemetry.Metrics) { m.Ratio(telemetry.PaymentFailedRatio, 3.5, telemetry.Gateway("stripe")) },
			telemetry.PaymentFailedRatio, "None", 3.5, map[string]string{"stage": "prod", "gateway": "stripe"}},
		{"a stranger's text opens no series", func(m *telemetry.Metrics) {
			m.Count(telemetry.WebhookRejected, 1, telemetry.Reason("ada@example.com\n"))
		},
			telemetry.WebhookRejected, "Count", 1, map[string]string{"stage": "prod", "reason": "other"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			tt.write(at(&b))
			if strings.Count(b.String(), "\n") != 1 {
				t.Fatalf("not one line: %q", b.String())
			}
			var line emf
			var values map[string]any
			if err := json.Unmarshal(b.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b.Bytes(), &values); err != nil {
				t.Fatal(err)
			}
			d := line.AWS.CloudWatchMetrics[0]
			if line.AWS.Timestamp != 1790000000123 || d.Namespace != "Till" || d.Metrics[0].Name != string(tt.metric) || d.Metrics[0].Unit != tt.unit {
				t.Errorf("got %s", b.String())
			}
			if values[string(tt.metric)] != tt.value || len(d.Dimensions[0]) != len(tt.dimensions) {
				t.Errorf("got %s", b.String())
			}
			for _, name := range d.Dimensions[0] {
				if values[name] != tt.dimensions[name] {
					t.Errorf("%s: got %v", name, values[name])
				}
			}
		})
	}
}

func TestAMetricThatCannotBeWrittenIsLostQuietly(t *testing.T) {
	var b bytes.Buffer
	at(&b).Ratio(telemetry.PaymentFailedRatio, math.NaN(), telemetry.Dimension{})
	if b.Len() != 0 {
		t.Errorf("got %s", b.String())
	}
}

func TestNamesAreDifferent(t *testing.T) {
	seen := map[telemetry.Metric]bool{}
	for _, name := range telemetry.Names() {
		if seen[name] || name == "" {
			t.Errorf("%q twice", name)
		}
		seen[name] = true
	}
	if !reflect.DeepEqual(len(seen), 29) {
		t.Errorf("%d metrics", len(seen))
	}
}

func TestLinesOfManyGoroutinesDoNotMix(t *testing.T) {
	var b bytes.Buffer
	m := at(&b)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { m.Count(telemetry.OrderPlaced, 1, telemetry.Dimension{}) })
	}
	wg.Wait()
	for _, each := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		if !json.Valid([]byte(each)) {
			t.Errorf("mixed: %s", each)
		}
	}
}
