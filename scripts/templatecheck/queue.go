package templatecheck

import (
	"fmt"
	"slices"
	"strings"
)

func queueRules() []Rule {
	return []Rule{
		{"visibility", "a message that comes back while it is worked on is done twice", visibility},
		{"redrive", "a message given up too soon, or never, or forgotten, is an order in limbo", redrive},
		{"queue_closed", "messages are read by nobody on the way, nor on the disk", queueClosed},
		{"partial_batch", "one bad message must not bring back nine good ones", partialBatch},
		{"consumer_rights", "a function that may not read its queue is never called", consumerRights},
		{"stream_settings", "one bad record blocks its shard, for a day if nobody says otherwise", streamSettings},
	}
}

// seconds is a function's timeout.
func (t *Template) seconds(function string) int { return whole(t.setting(function, "Timeout"), 3) }

func visibility(t *Template, f *findings) {
	for _, id := range t.Functions() {
		for _, event := range t.events(id, "SQS") {
			queue := refersTo(event["Queue"])
			have, want := whole(t.Resource(queue)["VisibilityTimeout"], 30), 6*t.seconds(id)
			if have < want || have > 2*want {
				f.add(queue, "hides a message for %d s, and %s may take %d s: want %d, and not twice that", have, id, t.seconds(id), want)
			}
		}
	}
}

// deadLetters lists the queues in which what failed ends, with the queues that lead there; a stream's stand alone.
func (t *Template) deadLetters() map[string][]string {
	out := map[string][]string{}
	for _, id := range t.OfType("AWS::SQS::Queue") {
		if dead := refersTo(At(t.Resource(id)["RedrivePolicy"], "deadLetterTargetArn")); dead != "" {
			out[dead] = append(out[dead], id)
		}
	}
	for _, id := range t.Functions() {
		for _, event := range t.events(id, "DynamoDB") {
			if dead := refersTo(At(event, "DestinationConfig", "OnFailure", "Destination")); dead != "" {
				out[dead] = append(out[dead], "")
			}
		}
	}
	return out
}

func redrive(t *Template, f *findings) {
	const fourDays, fourteenDays = 345600, 1209600 // SQS's default, and its most.
	dead := t.deadLetters()
	for _, id := range t.OfType("AWS::SQS::Queue") {
		p := t.Resource(id)
		if sources := dead[id]; sources != nil {
			if len(sources) != 1 {
				f.add(id, "mixes the dead letters of %s", strings.Join(sources, ", "))
			}
			if whole(p["MessageRetentionPeriod"], fourDays) != fourteenDays {
				f.add(id, "keeps dead letters for less than 14 days")
			}
			continue
		}
		receives := whole(At(p["RedrivePolicy"], "maxReceiveCount"), 0)
		if t.Resource(refersTo(At(p["RedrivePolicy"], "deadLetterTargetArn"))) == nil || receives < 3 || receives > 10 {
			f.add(id, "gives a message up after %d receives, not 3 to 10, or to no queue", receives)
		}
		if kept := whole(p["MessageRetentionPeriod"], fourDays); kept >= fourteenDays || kept < fourDays {
			f.add(id, "keeps messages for less than four days, or as long as its dead letters are kept, which count from the same day")
		}
	}
}

func queueClosed(t *Template, f *findings) {
	closed := map[string]bool{}
	for _, id := range t.OfType("AWS::SQS::QueuePolicy") {
		for _, queue := range list(t.Resource(id)["Queues"]) {
			for _, each := range list(At(t.Resource(id), "PolicyDocument", "Statement")) {
				if At(each, "Effect") != "Deny" {
					f.add(id, "lets others in: %s", short(each))
				}
				if At(each, "Effect") == "Deny" && At(each, "Principal") == "*" && At(each, "Action") == "sqs:*" &&
					refersTo(At(each, "Resource")) == refersTo(queue) && At(each, "Condition", "Bool", "aws:SecureTransport") == "false" {
					closed[refersTo(queue)] = true
				}
			}
		}
	}
	for _, id := range t.OfType("AWS::SQS::Queue") {
		if !closed[id] {
			f.add(id, "may be used without TLS")
		}
		if t.Resource(id)["SqsManagedSseEnabled"] != true && t.Resource(id)["KmsMasterKeyId"] == nil {
			f.add(id, "is not encrypted")
		}
	}
}

func partialBatch(t *Template, f *findings) {
	for _, id := range t.Functions() {
		for _, event := range slices.Concat(t.events(id, "SQS"), t.events(id, "DynamoDB")) {
			if !slices.Contains(texts(event["FunctionResponseTypes"]), "ReportBatchItemFailures") {
				f.add(id, "cannot report which messages of a batch failed")
			}
		}
	}
}

func consumerRights(t *Template, f *findings) {
	for _, id := range t.Functions() {
		may := map[string]bool{}
		for _, s := range t.Grants(t.roleOf(id)) {
			for _, action := range s.Actions {
				for _, resource := range s.Resources {
					may[action+" "+refersTo(resource)] = true
				}
			}
		}
		for _, event := range t.events(id, "SQS") {
			for _, action := range []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} {
				if !may[action+" "+refersTo(event["Queue"])] {
					f.add(id, "lacks %s on its queue", action)
				}
			}
		}
		for _, event := range t.events(id, "DynamoDB") {
			for _, action := range []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"} {
				if !may[action+" "+refersTo(event["Stream"])] {
					f.add(id, "lacks %s on its stream", action)
				}
			}
			if dead := refersTo(At(event, "DestinationConfig", "OnFailure", "Destination")); !may["sqs:SendMessage "+dead] {
				f.add(id, "may not send to %s, where its failures go", dead)
			}
		}
	}
}

// changesOnly is the filter: a CHANGE that has messages, whose number the store keeps beside the body.
const changesOnly = `{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"CHANGE#"}]}},"NewImage":{"msgs":{"N":[{"exists":true}]}}}}`

func streamSettings(t *Template, f *findings) {
	streams := 0
	for _, id := range t.Functions() {
		for _, event := range t.events(id, "DynamoDB") {
			streams++
			for key, want := range map[string]any{"MaximumRetryAttempts": 10, "BisectBatchOnFunctionError": true,
				"MaximumRecordAgeInSeconds": 6 * 3600, "StartingPosition": "TRIM_HORIZON"} {
				if event[key] != want {
					f.add(id, "%s is %v, not %v", key, event[key], want)
				}
			}
			if t.Resource(refersTo(At(event, "DestinationConfig", "OnFailure", "Destination"))) == nil ||
				At(event, "DestinationConfig", "OnFailure", "Type") != "SQS" {
				f.add(id, "drops what it gives up")
			}
			if filters := fmt.Sprint(At(event, "FilterCriteria", "Filters")); filters != "[map[Pattern:"+changesOnly+"]]" {
				f.add(id, "is woken by other records than changes with messages")
			}
		}
	}
	if streams != 1 {
		f.add("OrdersTable", "has %d readers of its stream, not one", streams)
	}
}
