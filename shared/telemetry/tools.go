package telemetry

import (
	"log/slog"
	"time"
)

// Tools are what every function has: a log, metrics and a clock.
type Tools struct {
	Log   *slog.Logger
	Meter *Metrics
	Now   func() time.Time
}
