// Package template reads the part of an AWS SAM template that the local cloud acts on, with every intrinsic resolved
// against local names.
package template

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"
)

// Template is what the stack holds. All lists are ordered by logical id.
type Template struct {
	Stack         string
	Region        string
	Account       string
	Functions     []Function
	APIs          []API
	Queues        []Queue
	Tables        []Table
	StateMachines []StateMachine
	Outputs       map[string]string
}

// Function is an AWS::Serverless::Function with the Globals merged in.
type Function struct {
	LogicalID   string
	Name        string
	ARN         string
	CodeURI     string // As in the template, with / at the end: "functions/shopper/placeorder/lambda/".
	Handler     string
	Timeout     time.Duration
	MemoryMB    int
	Environment map[string]string
	Routes      []Route
	SQS         []SQSEvent
	Streams     []StreamEvent
	Schedules   []ScheduleEvent
	Async       AsyncConfig
}

// Route is an HttpApi event. Method "ANY" takes all; Path "$default" is the API's default route.
type Route struct {
	API        string // Logical id of the API.
	Method     string
	Path       string
	Authorizer string // "" for none.
	Scopes     []string
	Timeout    time.Duration // API Gateway's limit for the integration.
}

// SQSEvent is a queue that feeds a function.
type SQSEvent struct {
	QueueARN       string
	BatchSize      int
	Window         time.Duration
	MaxConcurrency int // 0: not limited by the template.
	PartialFailure bool
	Filters        []string
}

// StreamEvent is a table's stream that feeds a function. A negative maximum is none.
type StreamEvent struct {
	StreamARN       string
	BatchSize       int
	Window          time.Duration
	Parallelization int
	MaxRetries      int
	MaxAge          time.Duration
	Bisect          bool
	PartialFailure  bool
	Filters         []string
	OnFailureARN    string
}

// ScheduleEvent is a Schedule or ScheduleV2 event.
type ScheduleEvent struct {
	Name       string
	ARN        string
	Expression string
	Timezone   string
	Input      string // "" for the service's own event.
	V2         bool
	Enabled    bool
}

// AsyncConfig is how often Lambda tries an asynchronous invocation again, and where it gives up to.
type AsyncConfig struct {
	MaxRetries   int
	OnFailureARN string
}

// API is an AWS::Serverless::HttpApi.
type API struct {
	LogicalID         string
	ID                string
	CORS              *CORS
	Authorizers       map[string]Authorizer
	DefaultAuthorizer string
}

// CORS is what API Gateway answers browsers by itself.
type CORS struct {
	Origins, Methods, Headers, Expose []string
	MaxAge                            time.Duration
	Credentials                       bool
}

// Authorizer is a JWT authorizer.
type Authorizer struct {
	Issuer   string
	Audience []string
	Source   string // "$request.header.Authorization"
	Scopes   []string
}

// Queue is an AWS::SQS::Queue.
type Queue struct {
	LogicalID  string
	Name       string
	ARN        string
	URL        string
	Visibility time.Duration
	Delay      time.Duration
	Retention  time.Duration
	BytesMax   int
	DeadARN    string // "" without a dead-letter queue.
	MaxReceive int
}

// Table is an AWS::DynamoDB::Table.
type Table struct {
	LogicalID string
	Name      string
	ARN       string
	StreamARN string // "" without a stream.
	View      string // NEW_IMAGE and the like.
	HashKey   string
	RangeKey  string
	TTL       string
	Indexes   []Index
}

// Index is a global secondary index.
type Index struct{ Name, HashKey, RangeKey string }

// StateMachine is an AWS::Serverless::StateMachine or AWS::StepFunctions::StateMachine.
type StateMachine struct {
	LogicalID     string
	Name          string
	ARN           string
	Type          string // STANDARD or EXPRESS
	DefinitionURI string // A path beside the template, or "" when Definition is given.
	Definition    []byte
	Substitutions map[string]string
}

// Substitute puts the substitutions into a definition. The error names what has none.
func (s StateMachine) Substitute(definition []byte) ([]byte, error) {
	text := string(definition)
	for name, value := range s.Substitutions {
		quoted, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("%s.DefinitionSubstitutions.%s: %w", s.LogicalID, name, err)
		}
		text = strings.ReplaceAll(text, "${"+name+"}", strings.Trim(string(quoted), `"`))
	}
	if _, rest, found := strings.Cut(text, "${"); found {
		name, _, _ := strings.Cut(rest, "}")
		return nil, fmt.Errorf("%s: no substitution for ${%s}", s.LogicalID, name)
	}
	return []byte(text), nil
}

// Options says what the template is resolved against.
type Options struct {
	Stack      string            // "till-local" unless set.
	Region     string            // "eu-central-1" unless set.
	Account    string            // "000000000000" unless set.
	Parameters map[string]string // Override the parameters' defaults.
	// Values replace what Ref ("Key") and GetAtt ("Nested.Outputs.URL") give for a resource.
	Values map[string]string
}

// Load reads a template. The error joins every fault, each with its path; what the local cloud has no use for
// (policies, alarms, tags) is not looked at.
func Load(source []byte, o Options) (*Template, error) {
	if o.Stack == "" {
		o.Stack = "till-local"
	}
	if o.Region == "" {
		o.Region = "eu-central-1"
	}
	if o.Account == "" {
		o.Account = "000000000000"
	}
	doc, err := parse(source)
	if err != nil {
		return nil, err
	}
	res := &resolver{doc: doc, o: o, conditions: map[string]bool{}, busy: map[string]bool{}}
	rd := &reader{res: res}
	t := &Template{Stack: o.Stack, Region: o.Region, Account: o.Account, Outputs: map[string]string{}}
	for _, id := range sortedKeys(doc.resources) {
		if rd.present(id) {
			rd.resource(t, id)
		}
	}
	rd.implicitAPI(t)
	for _, id := range sortedKeys(doc.outputs) {
		rd.output(t, id)
	}
	if err := rd.err(); err != nil {
		return nil, err
	}
	return t, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
