package letters_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/functions/worker/relay"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/sqs"
	"till/shared/awstest"
)

const (
	stream  = "arn:aws:dynamodb:eu-central-1:0:table/till-dev-Orders/stream/2026"
	shardID = "shardId-00000001234-abc"
)

func urlOf(queue string) string { return "http://queues/0/" + queue }
func arnOf(queue string) string { return "arn:aws:sqs:eu-central-1:0:" + queue }

// cloud is a stack of Till in AWS's protocols: its queues are the local cloud's, its relay is the product's own.
type cloud struct {
	t      testing.TB
	clock  *clock.Clock
	queues *sqs.Service
	server *httptest.Server

	mu        sync.Mutex
	resources [][2]string
	policies  map[string]string // Redrive policies by queue.
	records   []map[string]any  // Of the stream, as GetRecords gives them.
	trimmed   int               // How many at the front are gone.
	skip      int               // By how many records an iterator leads too far.
	pageSize  int
	relay     relay.Handler
	answer    func(payload []byte) (status int, functionError, body string) // In the relay's place.
	mails     []string                                                      // What the relay sent.
	calls     []string
	refuse    func(call string, body []byte) (code string) // "" lets it pass.
	onCall    func(call string)
}

func newCloud(t testing.TB) *cloud {
	t.Helper()
	c := &cloud{t: t, pageSize: 1000, policies: map[string]string{}, clock: clock.New(time.Now().Add(-24*time.Hour), clock.Inline{})}
	runner := &invoke.Runner{Clock: c.clock, IDs: ident.New("r")}
	c.queues = sqs.New(c.clock, runner, ident.New("q"), "eu-central-1", nil)
	for _, name := range []string{"Events", "Fulfillment", "Mail", "Relay"} {
		dead := name + "DeadLetters"
		c.add(sqs.Config{Name: dead, Visibility: 30 * time.Second, Retention: 14 * 24 * time.Hour})
		c.resources = append(c.resources, [2]string{dead, urlOf(dead)})
		if name != "Relay" {
			c.add(sqs.Config{Name: name + "Queue", Visibility: time.Minute, Retention: 4 * 24 * time.Hour, DeadARN: arnOf(dead), MaxReceive: 1})
			c.resources = append(c.resources, [2]string{name + "Queue", urlOf(name + "Queue")})
			c.policies[name+"Queue"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":5}`, arnOf(dead))
		}
	}
	c.resources = append(c.resources, [2]string{"Relay", "till-dev-Relay-X"}, [2]string{"OrdersTable", "till-dev-Orders"})
	c.relay = relay.Handler{
		Fulfillment: func(_ context.Context, body string) error { c.mails = append(c.mails, body); return nil },
		Mail:        func(_ context.Context, body string) error { c.mails = append(c.mails, body); return nil },
		Log:         nobody(),
	}
	c.server = httptest.NewServer(c)
	t.Cleanup(c.server.Close)
	return c
}

func (c *cloud) add(q sqs.Config) {
	c.t.Helper()
	q.ARN, q.URL = arnOf(q.Name), urlOf(q.Name)
	must(c.t, c.queues.Add(q))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bury puts messages into a dead-letter queue the way they come there: each is taken from its queue once too often.
func (c *cloud) bury(queue string, bodies ...string) {
	c.t.Helper()
	for _, body := range bodies {
		_, err := c.queues.Send(urlOf(queue), body, -1)
		must(c.t, err)
	}
	for range 2 {
		must(c.t, c.clock.Settle())
		for range len(bodies) {
			_, err := c.queues.Receive(urlOf(queue), 10)
			must(c.t, err)
		}
		must(c.t, c.clock.Advance(2*time.Minute))
	}
}

// give puts a letter of the relay into its queue.
func (c *cloud) give(body string) {
	c.t.Helper()
	_, err := c.queues.Send(urlOf("RelayDeadLetters"), body, -1)
	must(c.t, err)
	must(c.t, c.clock.Settle())
}

// bodies are what a queue holds.
func (c *cloud) bodies(queue string) []string {
	c.t.Helper()
	must(c.t, c.clock.Settle())
	out := []string{}
	for _, q := range c.queues.State(1000) {
		for _, m := range q.Messages {
			if q.Name == queue {
				out = append(out, m.Body)
			}
		}
	}
	return out
}

// visible is how many messages of a queue others can take.
func (c *cloud) visible(queue string) int {
	must(c.t, c.clock.Settle())
	for _, q := range c.queues.State(0) {
		if q.Name == queue {
			return q.Visible
		}
	}
	return -1
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	call := r.Header.Get("X-Amz-Target")
	form, _ := url.ParseQuery(string(body)) // Another body is no form.
	switch {
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/"):
		call = "Invoke " + strings.Split(r.URL.Path, "/")[3]
	case call == "":
		call = form.Get("Action")
	}
	call = call[strings.LastIndex(call, ".")+1:]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
	if c.onCall != nil {
		c.onCall(call)
	}
	if c.refuse != nil {
		if code := c.refuse(call, body); code != "" {
			refuse(w, call, code)
			return
		}
	}
	switch {
	case call == "ListStackResources":
		c.stack(w, form)
	case strings.HasPrefix(call, "Invoke "):
		c.invoke(w, body)
	case strings.HasSuffix(call, "GetShardIterator"), strings.HasSuffix(call, "GetRecords"):
		c.read(w, call, body)
	default:
		c.queue(w, call, body)
	}
}

func refuse(w http.ResponseWriter, call, code string) {
	const says = "User: arn:aws:iam::0:user/op is not authorized\x1b[2J"
	if call == "ListStackResources" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>", code)
		return
	}
	w.Header().Set("X-Amzn-Errortype", code)
	text, _ := json.Marshal(map[string]string{"__type": code, "message": says}) // Texts always marshal.
	awstest.Reply(http.StatusBadRequest, string(text))(w, &http.Request{Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(v)
}

// stack lists the resources, two at a time.
func (c *cloud) stack(w http.ResponseWriter, form url.Values) {
	from, _ := strconv.Atoi(form.Get("NextToken")) // None is the beginning.
	to := min(from+2, len(c.resources))
	fmt.Fprint(w, "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>")
	for _, r := range c.resources[from:to] {
		fmt.Fprintf(w, "<member><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>", r[0])
		_ = xml.EscapeText(w, []byte(r[1]))
		fmt.Fprint(w, "</PhysicalResourceId></member>")
	}
	fmt.Fprint(w, "</StackResourceSummaries>")
	if to < len(c.resources) {
		fmt.Fprintf(w, "<NextToken>%d</NextToken>", to)
	}
	fmt.Fprint(w, "</ListStackResourcesResult></ListStackResourcesResponse>")
}

type entry struct {
	ID                string `json:"Id"`
	ReceiptHandle     string
	VisibilityTimeout int
}

func (c *cloud) queue(w http.ResponseWriter, call string, body []byte) {
	var in struct {
		QueueURL string `json:"QueueUrl"`
		entry
		MessageBody         string
		MaxNumberOfMessages int
		Entries             []entry
	}
	err := json.Unmarshal(body, &in)
	var answer any = map[string]any{}
	name := in.QueueURL[strings.LastIndex(in.QueueURL, "/")+1:]
	switch call {
	case "GetQueueAttributes":
		attributes := map[string]string{"QueueArn": arnOf(name), "RedrivePolicy": c.policies[name]}
		for _, q := range c.queues.State(0) {
			if q.Name == name {
				attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"] = fmt.Sprint(q.Visible), fmt.Sprint(q.InFlight)
			}
		}
		answer = map[string]any{"Attributes": attributes}
	case "ReceiveMessage":
		answer, err = c.receive(in.QueueURL, in.MaxNumberOfMessages, time.Duration(in.VisibilityTimeout)*time.Second)
	case "SendMessage":
		var id string
		id, err = c.queues.Send(in.QueueURL, in.MessageBody, -1)
		answer = map[string]string{"MessageId": id}
	case "DeleteMessage":
		err = c.queues.Delete(in.QueueURL, in.ReceiptHandle)
	case "ChangeMessageVisibilityBatch":
		for _, e := range in.Entries {
			must(c.t, c.queues.Hide(in.QueueURL, e.ReceiptHandle, time.Duration(e.VisibilityTimeout)*time.Second))
		}
	default:
		c.t.Errorf("unexpected call %s", call)
	}
	if err != nil {
		refuse(w, call, err.Error())
		return
	}
	must(c.t, c.clock.Settle())
	reply(w, answer)
}

func (c *cloud) receive(queue string, n int, hide time.Duration) (any, error) {
	got, err := c.queues.Receive(queue, n)
	messages := []map[string]any{}
	for _, m := range got {
		must(c.t, c.queues.Hide(queue, m.ReceiptHandle, hide))
		messages = append(messages, map[string]any{"MessageId": m.MessageId, "Body": m.Body, "ReceiptHandle": m.ReceiptHandle, "Attributes": m.Attributes})
	}
	return map[string]any{"Messages": messages}, err
}

// read is the stream: iterators are positions.
func (c *cloud) read(w http.ResponseWriter, call string, body []byte) {
	var in struct{ SequenceNumber, ShardIterator, ShardID, StreamArn string }
	must(c.t, json.Unmarshal(body, &in))
	if call == "GetShardIterator" {
		for i, r := range c.records {
			if r["dynamodb"].(map[string]any)["SequenceNumber"] == in.SequenceNumber && i >= c.trimmed {
				reply(w, map[string]any{"ShardIterator": fmt.Sprint(i + c.skip)})
				return
			}
		}
		refuse(w, call, "TrimmedDataAccessException")
		return
	}
	from, err := strconv.Atoi(in.ShardIterator)
	must(c.t, err)
	to := min(from+c.pageSize, len(c.records))
	answer := map[string]any{"Records": c.records[from:to]}
	if to < len(c.records) || c.pageSize == 0 {
		answer["NextShardIterator"] = fmt.Sprint(to)
	}
	reply(w, answer)
}

// invoke runs the product's relay, as Lambda does.
func (c *cloud) invoke(w http.ResponseWriter, payload []byte) {
	if c.answer != nil {
		status, failed, body := c.answer(payload)
		if failed != "" {
			w.Header().Set("X-Amz-Function-Error", failed)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return
	}
	var in events.DynamoDBEvent
	must(c.t, json.Unmarshal(payload, &in))
	out, err := c.relay.Handle(context.Background(), in)
	must(c.t, err)
	must(c.t, json.NewEncoder(w).Encode(out))
}
