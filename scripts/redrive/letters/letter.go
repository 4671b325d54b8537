// Package letters brings dead letters back: what a function could not do often enough is given to it once more.
package letters

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Letter is one dead letter as it was received.
type Letter struct {
	ID       string    // SQS's. What is sent again has another.
	Sent     time.Time // When the message was first sent. It keeps that time in the dead-letter queue.
	Receives int       // How often it was taken, by functions and by people who looked.
	Body     string    // Foreign content: shown through Content only.

	attributes map[string]types.MessageAttributeValue
	receipt    string
}

// Content is what may be shown of a letter.
type Content struct {
	Text string // Kind and ids, bounded. Safe to show.
	Use  Use
}

// Use is what can be done with a letter.
type Use int

// The uses.
const (
	Usable   Use = iota // Its function may be given it once more.
	Newer               // Of another version of the messages than this program's: only shown.
	Unusable            // No message of ours. No function will ever take it.
)
