// Package awstest is an AWS service for tests of adapters: it answers each try as told, and keeps what it was sent.
package awstest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Request is one try as it came.
type Request struct {
	Method, Path string
	Target       string // X-Amz-Target: which call it is, in the JSON protocols.
	Type         string // Content-Type.
	Body         string
}

// Answer answers one try. The request has been read whole.
type Answer func(w http.ResponseWriter, r *http.Request)

// Reply answers with a status and a body, of the type that the request has.
func Reply(status int, body string) Answer {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Refuse answers with an error of AWS, in the form of both its JSON and its REST protocols. text is its message.
func Refuse(status int, code, text string) Answer {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Errortype", code)
		Reply(status, fmt.Sprintf(`{"__type":%q,"message":%q}`, code, text))(w, r)
	}
}

// Cut ends the connection without a word.
func Cut(w http.ResponseWriter, _ *http.Request) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

// Hang answers nothing until the caller is gone.
func Hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// Service is an AWS service that answers its first try with the first answer, and so on; the last one is for all further
// tries. Safe for concurrent use.
type Service struct {
	Cloud aws.Config    // Leads here.
	Asked chan struct{} // Holds one for each try that has been read, up to a hundred.

	mu      sync.Mutex
	answers []Answer
	seen    []Request
}

// Start starts a service, which ends with the test.
func Start(t testing.TB, answers ...Answer) *Service {
	t.Helper()
	s := &Service{answers: answers, Asked: make(chan struct{}, 100)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.Cloud = Config(server.URL, server.Client())
	return s
}

// Seen is every try so far.
func (s *Service) Seen() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request{}, s.seen...)
}

// ServeHTTP is http.Handler's.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<21))
	if err != nil {
		return
	}
	s.mu.Lock()
	answer := s.answers[min(len(s.seen), len(s.answers)-1)]
	s.seen = append(s.seen, Request{r.Method, r.URL.Path, r.Header.Get("X-Amz-Target"), r.Header.Get("Content-Type"), string(body)})
	s.mu.Unlock()
	s.Asked <- struct{}{}
	answer(w, r)
}

// Config leads to an endpoint, over client, with made-up credentials.
func Config(endpoint string, client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: &endpoint, HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	}
}

// Silent leads to a network that never answers, without a connection: for tests in a bubble of synctest.
func Silent() aws.Config { return Config("http://aws.invalid", silent{}) }

// Nowhere leads to a port at which nobody listens.
func Nowhere() aws.Config {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return Config(server.URL, http.DefaultClient)
}

type silent struct{}

// Do is aws.HTTPClient's.
func (silent) Do(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}
