package shop

import (
	"fmt"
	"time"
)

// Returns are limits of returns.
type Returns struct {
	Days int64 `json:"window_days"` // For so long after its delivery something may be asked to be returned.
}

const (
	// returnDays is for how long, unless the document says otherwise: as long as shoppers of the EU may withdraw from what they bought.
	// https://eur-lex.europa.eu/eli/dir/2011/83/oj, article 9
	returnDays     = 14
	returnDaysMost = 366
	day            = 24 * time.Hour
)

// ReturnWindow is how long after its delivery something may be asked to be returned.
func (s Settings) ReturnWindow() time.Duration {
	if s.Returns == nil {
		return returnDays * day
	}
	return time.Duration(s.Returns.Days) * day
}

func (c *checker) returns(r Returns) {
	if r.Days < 1 || r.Days > returnDaysMost {
		c.bad("#/returns/window_days", "limit_invalid", fmt.Sprintf("Must be 1 to %d days.", returnDaysMost))
	}
}
