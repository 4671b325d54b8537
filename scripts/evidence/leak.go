package evidence

import (
	"encoding/json"
	"fmt"
	"strings"
)

// leaks looks for the canaries wherever nothing personal or secret may stand in the clear. Mails are their shoppers'
// own.
func leaks(e Evidence, tellings []*telling, x Expect) []Violation {
	if len(x.Canaries) == 0 {
		return nil
	}
	var out []Violation
	look := func(v Violation, text string) {
		for n, canary := range x.Canaries {
			if canary != "" && strings.Contains(text, canary) {
				out = append(out, Violation{Order: v.Order, What: fmt.Sprintf("canary %d stands in %s", n, v.What)})
			}
		}
	}
	for i, line := range e.Logs {
		look(Violation{What: fmt.Sprintf("log line %d", i+1)}, line)
	}
	for _, q := range e.Queues {
		look(Violation{What: "queue " + q.Name}, strings.Join(q.Bodies, "\n"))
	}
	for _, r := range e.Executions {
		look(Violation{What: "execution " + r.Name}, strings.Join([]string{r.Name, r.Input, r.Output, r.Error}, "\n"))
	}
	for _, s := range e.Stored {
		look(Violation{What: s.Where}, s.Text)
	}
	for _, i := range e.Inbox {
		body, err := json.Marshal(i.Item)
		look(Violation{What: "event " + i.Event.ID}, string(body)+fmt.Sprint(err))
	}
	for _, t := range tellings {
		body, err := t.Stored.Encode()
		look(Violation{Order: t.r.ID, What: "the order"}, string(body)+fmt.Sprint(err))
		for _, c := range t.Changes {
			body, err := c.Encode()
			look(Violation{Order: t.r.ID, What: fmt.Sprintf("change %d", c.N)}, string(body)+fmt.Sprint(err))
		}
	}
	return out
}
