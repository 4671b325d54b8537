package templatecheck

import "slices"

// gateways are the words by which metrics are split.
func gateways() []string { return []string{"stripe", "paypal", "square"} }

// dimensions is the name under which each service counts.
func dimensions() map[string]string {
	return map[string]string{"AWS/Lambda": "FunctionName", "AWS/SQS": "QueueName", "AWS/States": "StateMachineArn", "AWS/ApiGateway": "ApiId", "Till": "stage"}
}

// Most alarms fire at the first failure; these at what is more than a slip: errors of the API, seconds without an outcome,
// milliseconds of delay.
func thresholds() map[string]int {
	return map[string]int{"ApiFails": 5, "MoneyInLimbo": 900, "StreamDelayed": 300_000}
}

func alarmsMeasure(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::CloudWatch::Alarm") {
		p := t.Resource(id)
		isOver := p["ComparisonOperator"] == "GreaterThanOrEqualToThreshold" && p["TreatMissingData"] == "notBreaching"
		isSilent := p["ComparisonOperator"] == "LessThanThreshold" && p["TreatMissingData"] == "breaching"
		if want := max(thresholds()[id], 1); !isOver && !isSilent || whole(p["Threshold"], 0) != want {
			f.add(id, "does not fire at %d", want)
		}
		if n := whole(p["EvaluationPeriods"], 0); n < 1 || n > 15 {
			f.add(id, "waits for %d periods", n)
		}
		if metrics := metricsOf(p); metrics != nil {
			t.sum(id, metrics, f)
			continue
		}
		single(id, p, p, p["Statistic"], f)
		if At(t.resources()[id], "Condition") != nil {
			f.add(id, "is not always there")
		}
	}
}

// metricsOf lists what an alarm adds up, and what it adds where the stack has accounts.
func metricsOf(alarm map[string]any) []any {
	var out []any
	for _, each := range list(alarm["Metrics"]) {
		if branches := list(At(each, "Fn::If")); len(branches) == 3 && branches[0] == "HasAccounts" && refersTo(branches[2]) == "AWS::NoValue" {
			each = branches[1]
		}
		out = append(out, each)
	}
	return out
}

// sum holds an alarm that adds up: its parts, and one expression that is alone to fire.
func (t *Template) sum(id string, metrics []any, f *findings) {
	if At(t.resources()[id], "Condition") != "Cloud" {
		f.add(id, "adds up, which the local engine cannot")
	}
	sums, ids := 0, map[string]bool{}
	for _, each := range metrics {
		ids[text(At(each, "Id"))] = true
		if At(each, "Expression") != nil {
			sums++
			if At(each, "Expression") != "SUM(METRICS())" || At(each, "ReturnData") != nil || text(At(each, "Label")) == "" {
				f.add(id, "does not fire on the sum")
			}
			continue
		}
		if At(each, "ReturnData") != false {
			f.add(id, "fires on one of its parts")
		}
		stat := At(each, "MetricStat")
		single(id, At(stat, "Metric"), stat, At(stat, "Stat"), f)
	}
	if sums != 1 || len(ids) != len(metrics) || ids[""] {
		f.add(id, "does not add its parts up, each under its own name")
	}
}

// single holds one metric: its dimension as its service counts, its statistic and its period.
func single(id string, metric, stat, statistic any, f *findings) {
	of := list(At(metric, "Dimensions"))
	if len(of) == 2 && At(metric, "Namespace") == "Till" && refersTo(At(of[0], "Value")) == "Stage" && At(of[1], "Name") == "gateway" && slices.Contains(gateways(), text(At(of[1], "Value"))) {
		of = of[:1] // What is counted by gateway has one alarm for each.
	}
	if len(of) != 1 || At(of[0], "Name") != dimensions()[text(At(metric, "Namespace"))] {
		f.add(id, "counts under another name than %s does", text(At(metric, "Namespace")))
	}
	if statistic != "Sum" && statistic != "Maximum" {
		f.add(id, "takes %v, in which one failure is lost", statistic)
	}
	if period := whole(At(stat, "Period"), 0); period != 60 && period != 300 {
		f.add(id, "counts over %d s", period)
	}
}

func topicClosed(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::SNS::Topic") {
		t.want(f, id, "KmsMasterKeyId", "!Ref StoreKey")
	}
	for _, id := range t.OfType("AWS::SNS::Subscription") {
		t.want(f, id, "TopicArn", "!Ref Alarms")
		t.want(f, id, "Protocol", "email")
		t.want(f, id, "Endpoint", "!Ref AlarmEmail")
		if At(t.resources()[id], "Condition") != "HasAlarmEmail" {
			f.add(id, "is made without an address")
		}
	}
	if len(t.OfType("AWS::SNS::Subscription")) == 0 {
		f.add("Alarms", "has nobody who listens")
	}
	t.want(f, "AlarmsPolicy", "Topics", "[!Ref Alarms]")
	statements := list(At(t.Resource("AlarmsPolicy"), "PolicyDocument", "Statement"))
	for _, each := range statements {
		if short(At(each, "Condition")) != "{StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}" || At(each, "Action") != "sns:Publish" ||
			short(At(each, "Principal")) != "{Service: cloudwatch.amazonaws.com}" || refersTo(At(each, "Resource")) != "Alarms" {
			f.add("AlarmsPolicy", "lets others than this account's alarms speak: %s", short(each))
		}
	}
	if len(statements) != 1 {
		f.add("AlarmsPolicy", "has %d statements, not one", len(statements))
	}
}
