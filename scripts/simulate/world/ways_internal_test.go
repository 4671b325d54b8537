package world

import "testing"

func TestAWebhookIsNamedByWhatItsOutermostObjectSays(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":{"object":{"id":"pi_1"}},"id":"evt_1","object":"event"}`:                   "evt_1",
		`{"id":"WH-1","resource":{"id":"CAP-1","links":[{"id":"no"}]}}`:                     "WH-1",
		`{"data":{"id":"pay_1"},"event_id":"e-1","id":"other","merchant_id":"M"}`:           "e-1",
		`{"create_time":"x","summary":"it says \"id\":\"no\" {","id":"WH-2","resource":{}}`: "WH-2",
		`{"data":{"id":"pi_1"},"object":"event"}`:                                           "",
		`[]`: "",
		``:   "",
	} {
		if got := eventID([]byte(body)); got != want {
			t.Errorf("%s is named %q, want %q", body, got, want)
		}
	}
}
