// Package schedule invokes functions at the times of rate(), cron() and at() expressions.
package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Expression is when a schedule fires.
type Expression struct {
	rate time.Duration
	at   time.Time
	cron *cron
	zone *time.Location
}

// Parse reads an expression as EventBridge Scheduler takes it; zone "" is UTC. The error says what is not understood.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func Parse(text, zone string) (Expression, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Expression{}, fmt.Errorf("schedule: time zone %q: %w", zone, err)
	}
	e := Expression{zone: location}
	kind, rest, ok := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return e, fmt.Errorf("schedule: %q is not rate(), cron() or at()", text)
	}
	switch kind {
	case "rate":
		e.rate, err = parseRate(inner)
	case "at":
		e.at, err = time.ParseInLocation("2006-01-02T15:04:05", inner, location)
	case "cron":
		e.cron, err = parseCron(inner)
	default:
		err = fmt.Errorf("unknown kind %q", kind)
	}
	if err != nil {
		return e, fmt.Errorf("schedule: %q: %w", text, err)
	}
	return e, nil
}

func parseRate(text string) (time.Duration, error) {
	value, unit, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0, fmt.Errorf("rate of %q", value)
	}
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	if d, ok := units[strings.TrimSuffix(unit, "s")]; ok {
		return time.Duration(n) * d, nil
	}
	return 0, fmt.Errorf("unit %q", unit)
}

// Next is the first time after t; false if there is none.
func (e Expression) Next(t time.Time) (time.Time, bool) {
	switch {
	case e.rate > 0:
		return t.Add(e.rate), true
	case e.cron != nil:
		next, ok := e.cron.next(t.In(e.zone))
		return next.UTC(), ok
	}
	return e.at.UTC(), e.at.After(t)
}

// cron is minutes, hours, days of the month, months, days of the week and years, each as a set.
type cron struct {
	minute, hour, day, month, weekday, year map[int]bool
	anyDay, anyWeekday                      bool
}

func parseCron(text string) (*cron, error) {
	parts := strings.Fields(text)
	if len(parts) != 6 {
		return nil, fmt.Errorf("%d fields, not 6", len(parts))
	}
	if (parts[2] == "?") == (parts[4] == "?") {
		return nil, fmt.Errorf("one of day of month and day of week must be ?")
	}
	c := &cron{anyDay: parts[2] == "?", anyWeekday: parts[4] == "?"}
	months := "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
	days := "SUN MON TUE WED THU FRI SAT"
	for i, f := range []struct {
		into     *map[int]bool
		low, top int
		names    string
	}{
		{&c.minute, 0, 59, ""}, {&c.hour, 0, 23, ""}, {&c.day, 1, 31, ""},
		{&c.month, 1, 12, months}, {&c.weekday, 1, 7, days}, {&c.year, 1970, 2199, ""},
	} {
		set, err := parseField(parts[i], f.low, f.top, strings.Fields(f.names))
		if err != nil {
			return nil, err
		}
		*f.into = set
	}
	return c, nil
}

// parseField reads "*", "?", "1,5-7", "0/15" and names. L, W and # are not known here.
func parseField(text string, low, top int, names []string) (map[int]bool, error) {
	set := map[int]bool{}
	for _, item := range strings.Split(text, ",") {
		span, stepText, stepped := strings.Cut(item, "/")
		step := 1
		if stepped {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("field %q", text)
			}
			step = n
		}
		first, last := low, top
		if span != "*" && span != "?" {
			from, to, ranged := strings.Cut(span, "-")
			var ok, also bool
			first, ok = number(from, low, names)
			last, also = first, true
			switch {
			case ranged:
				last, also = number(to, low, names)
			case stepped:
				last = top
			}
			if !ok || !also || first < low || last > top || first > last {
				return nil, fmt.Errorf("field %q", text)
			}
		}
		for v := first; v <= last; v += step {
			set[v] = true
		}
	}
	return set, nil
}

func number(text string, low int, names []string) (int, bool) {
	for i, name := range names {
		if strings.EqualFold(text, name) {
			return i + low, true
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// daysMax bounds the search for a day: the 29th of February of a given year may be far.
const daysMax = 366 * 12

func (c *cron) next(t time.Time) (time.Time, bool) {
	t = t.Truncate(time.Minute).Add(time.Minute)
	for range daysMax {
		if c.onDay(t) {
			day := t.Day()
			for ; t.Day() == day; t = t.Add(time.Minute) {
				if c.hour[t.Hour()] && c.minute[t.Minute()] {
					return t, true
				}
			}
			continue
		}
		t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
	}
	return time.Time{}, false
}

func (c *cron) onDay(t time.Time) bool {
	if !c.year[t.Year()] || !c.month[int(t.Month())] {
		return false
	}
	if c.anyDay {
		return c.weekday[int(t.Weekday())+1]
	}
	return c.day[t.Day()]
}
