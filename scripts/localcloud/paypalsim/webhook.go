package paypalsim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// retry: PayPal repeats up to 25 times in 3 days. https://developer.paypal.com/api/rest/webhooks/. How it spaces them is not said.
var retry = gatewaysim.Retry{First: time.Minute, Longest: 4 * time.Hour, For: 3 * 24 * time.Hour}

const (
	certPath   = "/v1/notifications/certs/"
	certID     = "CERT-360caa42-fca2a594-7111e001"
	strangerID = "CERT-360caa42-fca2a594-57a96e12" // Of nobody that PayPal vouches for.
	keepEvents = 30 * 24 * time.Hour
)

// event is something that happened, with a snapshot of the object at that moment.
type event struct {
	id      string
	kind    string
	created time.Time
	view    object
}

// emit records an event and sends it to every endpoint that wants it.
func (s *Sim) emit(kind, resourceType, version string, resource object) {
	e := &event{id: "WH-" + s.id() + "-" + s.id(), kind: kind, created: s.now().Truncate(time.Millisecond)}
	// The snapshot is written now: the object may change before it is sent.
	e.view = object{"id": e.id, "event_version": "1.0", "create_time": e.created.Format("2006-01-02T15:04:05.000Z"), "resource_type": resourceType,
		"event_type": kind, "summary": "An event of the simulation.", "resource": json.RawMessage(s.core.Write(resource, "")),
		"links": []object{link(s.cfg.BaseURL+"/v1/notifications/webhooks-events/"+e.id, "self", "GET"),
			link(s.cfg.BaseURL+"/v1/notifications/webhooks-events/"+e.id+"/resend", "resend", "POST")}}
	if version != "" {
		e.view["resource_version"] = version
	}
	for {
		id, oldest, ok := s.events.Oldest()
		if !ok || s.now().Sub(oldest.created) < keepEvents {
			break
		}
		s.events.Remove(id)
	}
	s.events.Put(e.id, e)
	s.announce(e)
}

func (s *Sim) emitCapture(kind string, c *capture) {
	s.emit(kind, "capture", "2.0", s.viewCapture(c))
}

func (s *Sim) announce(e *event) {
	version := s.core.Faulty().Webhooks.Version
	for _, to := range s.endpoints.All() {
		if !to.wants(e.kind) {
			continue
		}
		s.core.Post(gatewaysim.Webhook{Event: e.id, Kind: e.kind, From: e.created, Write: func(try gatewaysim.Sending) (string, http.Header, []byte, bool) {
			if _, there := s.endpoints.Get(to.id); !there {
				return "", nil, nil, false
			}
			view := e.view
			if version != "" {
				view = object{}
				for name, value := range e.view {
					view[name] = value
				}
				view["resource_version"] = version
			}
			header, body := s.sign(e, to, try, s.core.Write(view, ""))
			header.Set("Content-Type", "application/json")
			header.Set("User-Agent", "PayPal/AUHD-214.0-58843123")
			return to.url, header, body, true
		}})
	}
}

// transmission is a new id of one sending.
func (s *Sim) transmission() string {
	const hex = "0123456789abcdef"
	return s.core.IDOf("", hex, 8) + s.core.IDOf("-", hex, 4) + s.core.IDOf("-", hex, 4) + s.core.IDOf("-", hex, 4) + s.core.IDOf("-", hex, 12)
}

// CertURL is where the certificate is that webhooks are signed with.
func (s *Sim) CertURL() string { return s.cfg.BaseURL + certPath + certID }

// RootPEM is the root of that certificate: what a verifier of this simulation's webhooks trusts.
func (s *Sim) RootPEM() []byte { return s.cfg.Authority.RootPEM() }

func (s *Sim) sign(e *event, to *endpoint, try gatewaysim.Sending, body []byte) (http.Header, []byte) {
	if try.Forged != "" {
		return s.forge(e, to, try.Forged, body)
	}
	return s.signed(s.cfg.Authority, s.CertURL(), to.id, s.now(), body), body
}

func (s *Sim) signed(a *Authority, certURL, webhookID string, at time.Time, body []byte) http.Header {
	return a.Sign(certURL, s.transmission(), webhookID, at, body)
}

// serveCertificate serves the certificate, and that of a stranger.
func (s *Sim) serveCertificate(path string) gatewaysim.Answer {
	header := http.Header{"Content-Type": {"application/x-pem-file"}}
	switch strings.TrimPrefix(path, certPath) {
	case certID:
		return gatewaysim.Answer{Status: http.StatusOK, Header: header, Body: s.cfg.Authority.ChainPEM()}
	case strangerID:
		if a, err := stranger(); err == nil {
			return gatewaysim.Answer{Status: http.StatusOK, Header: header, Body: a.ChainPEM()}
		}
	}
	return gatewaysim.Answer{Status: http.StatusNotFound, Header: header, Body: []byte("there is no such certificate\n")}
}

// listEvents is GET /v1/notifications/webhooks-events, newest first.
func (s *Sim) listEvents(c *call) (result, *apiError) {
	query := c.req.URL.Query()
	size := 10
	if n := query.Get("page_size"); n != "" {
		var err error
		if size, err = strconv.Atoi(n); err != nil || size < 1 || size > 300 {
			return result{}, invalid("/page_size", "INVALID_PARAMETER_VALUE", "A page has 1 to 300 events.")
		}
	}
	from, to := certFrom, certUntil
	for name, end := range map[string]*time.Time{"start_time": &from, "end_time": &to} {
		if value := query.Get(name); value != "" {
			t, err := time.Parse(time.RFC3339, value)
			if err != nil {
				return result{}, invalid("/"+name, "INVALID_PARAMETER_SYNTAX", "Not a time.")
			}
			*end = t
		}
	}
	kind, after, found := query.Get("event_type"), query.Get("next_page_token"), query.Get("next_page_token") == ""
	list := s.events.Newest(func(e *event) bool {
		return !e.created.Before(from) && !e.created.After(to) && (kind == "" || e.kind == kind)
	})
	page, links := []object{}, []object{}
	for _, e := range list {
		switch {
		case !found:
			found = e.id == after
		case len(page) == size:
			query.Set("next_page_token", page[size-1]["id"].(string))
			links = []object{link(s.cfg.BaseURL+"/v1/notifications/webhooks-events/?"+query.Encode(), "next", "GET")}
			return result{http.StatusOK, object{"events": page, "count": len(page), "links": links}}, nil
		default:
			page = append(page, e.view)
		}
	}
	return result{http.StatusOK, object{"events": page, "count": len(page), "links": links}}, nil
}

func (s *Sim) getEvent(c *call) (result, *apiError) {
	e, ok := s.events.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	return result{http.StatusOK, e.view}, nil
}

func (s *Sim) resendEvent(c *call) (result, *apiError) {
	e, ok := s.events.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	s.announce(e)
	return result{http.StatusAccepted, e.view}, nil
}
