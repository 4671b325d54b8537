// Package setuptest is what tests of the commands that set up gateways have in common: a stack with its secret in AWS's protocols,
// and runs of a command of which nothing secret may be printed.
package setuptest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"till/shared/awstest"
)

// SecretARN is where the stack's gateways' keys are.
const SecretARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:GatewaySecrets-abc"

// Cloud is a stack of Till: CloudFormation's answer about it, and a Secrets Manager that keeps versions and labels as AWS documents
// them. Its fields may be set between runs.
type Cloud struct {
	Parameters, Outputs map[string]string
	// Refuse answers a call by an error code in its place; "" lets it pass. Cut drops the connection after a call was done.
	Refuse func(call string) string
	Cut    func(call string) bool
	// Before runs before a call, without the lock.
	Before func(call string)

	t      testing.TB
	server *httptest.Server

	mu       sync.Mutex
	versions map[string]string   // Texts by version.
	labels   map[string][]string // Labels by version.
	calls    []string
	written  int
	cuts     int
	history  []string // Texts that were current.
}

// New makes a stack of a stage whose secret has a text.
func New(t testing.TB, stage, secret string) *Cloud {
	t.Helper()
	c := &Cloud{t: t, Parameters: map[string]string{"Stage": stage, "ApiUrl": "https://api.shop.example", "ApiDomain": ""},
		Outputs:  map[string]string{"GatewaySecretsArn": SecretARN, "ApiUrl": "https://api.shop.example"},
		versions: map[string]string{"first-version": secret}, labels: map[string][]string{"first-version": {"AWSCURRENT"}}}
	c.server = httptest.NewServer(c)
	t.Cleanup(c.server.Close)
	return c
}

// Config leads to the stack.
func (c *Cloud) Config() aws.Config {
	cloud := awstest.Config(c.server.URL, c.server.Client())
	cloud.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	}
	return cloud
}

// Close ends the stack before its time.
func (c *Cloud) Close() { c.server.CloseClientConnections(); c.server.Close() }

// Secret is the current text.
func (c *Cloud) Secret() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.versions[c.labelled("AWSCURRENT")]
}

// Account is a gateway's member of the current text.
func (c *Cloud) Account(gateway string) map[string]any {
	c.t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(c.Secret()), &all); err != nil {
		c.t.Fatal(err)
	}
	account, _ := all[gateway].(map[string]any)
	return account
}

// Put stores another current text, as somebody with the AWS CLI does.
func (c *Cloud) Put(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written++
	version := fmt.Sprintf("by-hand-%d", c.written)
	c.versions[version] = text
	c.current(version)
}

// Calls are those of Secrets Manager since the last time, GetSecretValue left out.
func (c *Cloud) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// Pending counts versions that a setup has left labelled.
func (c *Cloud) Pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, labels := range c.labels {
		if slices.Contains(labels, "TILL_SETUP") {
			n++
		}
	}
	return n
}

// current moves AWSCURRENT, and AWSPREVIOUS after it.
func (c *Cloud) current(to string) {
	from := c.labelled("AWSCURRENT")
	c.unlabel("AWSCURRENT")
	c.unlabel("AWSPREVIOUS")
	c.labels[from] = append(c.labels[from], "AWSPREVIOUS")
	c.labels[to] = append(c.labels[to], "AWSCURRENT")
	c.history = append(c.history, c.versions[to])
}

// History is every text that became current, in order.
func (c *Cloud) History() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.history)
}

func (c *Cloud) labelled(label string) string {
	for version, labels := range c.labels {
		if slices.Contains(labels, label) {
			return version
		}
	}
	return ""
}

func (c *Cloud) unlabel(label string) {
	for version, labels := range c.labels {
		c.labels[version] = slices.DeleteFunc(labels, func(l string) bool { return l == label })
	}
}

// ServeHTTP is both services.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	_, call, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), "secretsmanager.")
	if !isJSON {
		call = "DescribeStacks"
	}
	if c.Before != nil {
		c.Before(call)
	}
	if c.Refuse != nil {
		if code := c.Refuse(call); code != "" {
			c.refuse(w, r, isJSON, code)
			return
		}
	}
	if !isJSON {
		c.describe(w, string(body))
		return
	}
	answer := c.secrets(call, body)
	if c.Cut != nil && c.Cut(call) {
		c.settle()
		awstest.Cut(w, r)
		return
	}
	answer(w, r)
}

// settle makes what a hook has written visible to the test. An answer does, a connection that is cut does not.
func (c *Cloud) settle() {
	c.mu.Lock()
	c.cuts++
	c.mu.Unlock()
}

func (c *Cloud) refuse(w http.ResponseWriter, r *http.Request, isJSON bool, code string) {
	if isJSON {
		awstest.Refuse(http.StatusBadRequest, code, "refused: "+c.Secret())(w, r)
		return
	}
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>not &#x7f; allowed</Message></Error></ErrorResponse>", code)
}

func (c *Cloud) describe(w http.ResponseWriter, body string) {
	if !strings.Contains(body, "Action=DescribeStacks") || !strings.Contains(body, "StackName=till-dev") {
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	type pair struct{ ParameterKey, ParameterValue, OutputKey, OutputValue string }
	type member struct {
		Parameters []pair `xml:"Parameters>member"`
		Outputs    []pair `xml:"Outputs>member"`
	}
	var one member
	for key, value := range c.Parameters {
		one.Parameters = append(one.Parameters, pair{ParameterKey: key, ParameterValue: value})
	}
	for key, value := range c.Outputs {
		one.Outputs = append(one.Outputs, pair{OutputKey: key, OutputValue: value})
	}
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"DescribeStacksResponse"`
		Stacks  []member `xml:"DescribeStacksResult>Stacks>member"`
	}{Stacks: []member{one}})
}

// secrets does a call of Secrets Manager. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
func (c *Cloud) secrets(call string, body []byte) awstest.Answer {
	var in struct {
		SecretID, ClientRequestToken, SecretString, VersionStage, MoveToVersionID, RemoveFromVersionID string
		VersionStages                                                                                  []string
	}
	if json.Unmarshal(body, &in) != nil || in.SecretID != SecretARN {
		return awstest.Refuse(http.StatusBadRequest, "ResourceNotFoundException", "")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if call != "GetSecretValue" {
		c.calls = append(c.calls, call)
	}
	switch call {
	case "GetSecretValue":
		version := c.labelled("AWSCURRENT")
		text, _ := json.Marshal(map[string]string{"ARN": SecretARN, "VersionId": version, "SecretString": c.versions[version]})
		return awstest.Reply(http.StatusOK, string(text))
	case "PutSecretValue":
		return c.put(in.ClientRequestToken, in.SecretString, in.VersionStages)
	case "UpdateSecretVersionStage":
		return c.move(in.VersionStage, in.MoveToVersionID, in.RemoveFromVersionID)
	default:
		return awstest.Refuse(http.StatusBadRequest, "InvalidAction", "")
	}
}

func (c *Cloud) put(token, text string, labels []string) awstest.Answer {
	before, known := c.versions[token]
	switch {
	case len(token) < 32 || len(token) > 64:
		return awstest.Refuse(http.StatusBadRequest, "InvalidParameterException", "")
	case known && before != text:
		return awstest.Refuse(http.StatusBadRequest, "ResourceExistsException", "")
	case known:
		return awstest.Reply(http.StatusOK, `{}`)
	}
	c.versions[token] = text
	for _, label := range labels {
		c.unlabel(label)
		c.labels[token] = append(c.labels[token], label)
	}
	return awstest.Reply(http.StatusOK, `{}`)
}

func (c *Cloud) move(label, to, from string) awstest.Answer {
	at := c.labelled(label)
	_, known := c.versions[to]
	switch {
	case to != "" && !known:
		return awstest.Refuse(http.StatusBadRequest, "ResourceNotFoundException", "")
	case to == "" && at != from, to != "" && at != "" && at != to && at != from:
		return awstest.Refuse(http.StatusBadRequest, "InvalidParameterException", "")
	case to == "":
		c.unlabel(label)
	case label == "AWSCURRENT" && at != to:
		c.current(to)
	}
	return awstest.Reply(http.StatusOK, `{}`)
}

// Texts are all versions that there were.
func (c *Cloud) Texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Values(c.versions))
}
