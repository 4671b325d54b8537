package templatecheck

import (
	"maps"
	"slices"
)

func watchRules() []Rule {
	return []Rule{
		{"alarms_measure", "an alarm that adds nothing up never fires", alarmsMeasure},
		{"topic_closed", "who may speak to the topic wakes people for nothing, and hides a real alarm", topicClosed},
		{"alarms_heard", "an alarm that tells nobody is a light in an empty room", alarmsHeard},
		{"dead_letters_watched", "what failed for good must not lie there unseen", deadLettersWatched},
		{"errors_watched", "a function that fails must not fail unseen", errorsWatched},
		{"order_watched", "paid and not moving is the worst that a shop can do", orderWatched},
	}
}

func alarmsHeard(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::CloudWatch::Alarm") {
		p := t.Resource(id)
		actions := list(p["AlarmActions"])
		if len(actions) == 0 || t.Resource(refersTo(actions[0])) == nil || p["ActionsEnabled"] == false {
			f.add(id, "tells nobody")
		}
		if text(p["AlarmDescription"]) == "" {
			f.add(id, "does not say what is wrong")
		}
		if p["TreatMissingData"] == nil {
			f.add(id, "does not say what silence means")
		}
	}
}

// watched lists "namespace/metric/dimension's value" for all alarms' metrics; the value is a logical id or a text.
func (t *Template) watched() map[string]bool {
	out := map[string]bool{}
	note := func(metric any) {
		for _, d := range list(At(metric, "Dimensions")) {
			value := refersTo(At(d, "Value"))
			if value == "" {
				value = text(At(d, "Value"))
			}
			out[text(At(metric, "Namespace"))+"/"+text(At(metric, "MetricName"))+"/"+value] = true
		}
	}
	for _, id := range t.OfType("AWS::CloudWatch::Alarm") {
		note(t.Resource(id))
		for _, each := range metricsOf(t.Resource(id)) {
			note(At(each, "MetricStat", "Metric"))
		}
	}
	return out
}

func deadLettersWatched(t *Template, f *findings) {
	watched := t.watched()
	for _, id := range slices.Sorted(maps.Keys(t.deadLetters())) {
		if !watched["AWS/SQS/ApproximateNumberOfMessagesVisible/"+id] {
			f.add(id, "has no alarm")
		}
	}
}

func errorsWatched(t *Template, f *findings) {
	watched := t.watched()
	for _, id := range t.Functions() {
		if !watched["AWS/Lambda/Errors/"+id] {
			f.add(id, "fails without an alarm")
		}
	}
}

func orderWatched(t *Template, f *findings) {
	watched := t.watched()
	for _, metric := range []string{"AWS/States/ExecutionsFailed/Fulfillment", "AWS/States/ExecutionsTimedOut/Fulfillment",
		"AWS/Lambda/IteratorAge/Relay", "AWS/Lambda/Invocations/Sweep", "AWS/ApiGateway/5xx/HttpApi", "Till/OrdersOverdue/Stage",
		"Till/InboxParked/Stage", "Till/DisputesDue/Stage", "Till/WebhookSilence/stripe", "Till/WebhookSilence/paypal", "Till/WebhookSilence/square",
		"Till/MoneyInLimbo/Stage", "Till/CapturesExpiring/Stage", "Till/MailsUnsent/Stage", "Till/LedgerDifference/Stage", "Till/StockDrift/Stage", "Till/StockLow/Stage",
		"Till/GatewayLeft/stripe", "Till/GatewayLeft/paypal", "Till/GatewayLeft/square"} {
		if !watched[metric] {
			f.add("Alarms", "nobody watches %s", metric)
		}
	}
}
