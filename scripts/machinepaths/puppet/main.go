// Command puppet is a Lambda function that does what a test tells it: it asks PUPPET_URL, with its payload, and answers, fails with a
// name, or ends its process. While the test says nothing, it hangs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
)

// ordersBytesMax is far more than orders are long.
const ordersBytesMax = 64 << 10

func main() {
	url := os.Getenv("PUPPET_URL")
	lambda.Start(func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		// Not before its end: Lambda's time limit must find it waiting.
		return obey(context.WithoutCancel(ctx), url, payload)
	})
}

// obey asks once. Its own troubles come out under their Go type, which no definition knows.
func obey(ctx context.Context, url string, payload []byte) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, ordersBytesMax))
	if err != nil {
		return nil, err
	}
	var orders struct {
		Answer json.RawMessage `json:"answer"`
		Error  string          `json:"error"`
		Exit   bool            `json:"exit"`
	}
	if err := json.Unmarshal(text, &orders); err != nil {
		return nil, fmt.Errorf("orders that cannot be read: %w", err)
	}
	if orders.Exit {
		os.Exit(1)
	}
	if orders.Error != "" {
		return nil, messages.InvokeResponse_Error{Type: orders.Error, Message: "scripted"} // By value, as shared/edge/sfntask.
	}
	return orders.Answer, nil
}
