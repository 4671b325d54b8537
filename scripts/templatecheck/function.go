package templatecheck

import (
	"fmt"
	"slices"
	"strings"
)

func functionRules() []Rule {
	return []Rule{
		{"built_alike", "a function built otherwise starts otherwise", builtAlike},
		{"limits", "a function without limits takes the shop's money, or its time", limits},
		{"own_log", "CloudWatch keeps logs for ever, in the clear, unless told", ownLog},
		{"log_kept", "logs are an audit: encrypted by our key, and gone when they should be", logKept},
		{"machine_quiet", "an execution's data holds a task token, which must not be logged", machineQuiet},
		{"sweep_each_minute", "overdue orders wait for the sweep", sweepEachMinute},
	}
}

func builtAlike(t *Template, f *findings) {
	for _, id := range t.Functions() {
		if At(t.resources()[id], "Metadata", "BuildMethod") != "go1.x" {
			f.add(id, "is not built by go1.x")
		}
		if t.setting(id, "Runtime") != "provided.al2023" || t.setting(id, "Handler") != "bootstrap" {
			f.add(id, "does not run bootstrap on provided.al2023")
		}
		if arch := list(t.setting(id, "Architectures")); len(arch) != 1 || refersTo(arch[0]) != "Arch" {
			f.add(id, "does not follow the parameter Arch")
		}
		if uri := text(t.Resource(id)["CodeUri"]); uri != "functions/"+t.Folder(id)+"/lambda/" {
			f.add(id, "CodeUri %s is not functions/GROUP/NAME/lambda/", uri)
		}
		if t.Resource(id)["VpcConfig"] != nil {
			f.add(id, "is in a VPC, which costs by the hour and protects nothing here")
		}
	}
}

// longest are the functions that may take longer than others of their kind, in seconds.
var longest = map[string]int{
	"staff/dispute":     28,  // Its evidence goes to the gateway piece by piece.
	"worker/reconcile":  300, // It reads lists of any length, and nobody waits for it.
	"worker/settle":     900, // Once a day, ten days of them.
	"worker/watchstock": 900, // Once a day, all orders of a month.
}

func limits(t *Template, f *findings) {
	for _, id := range t.Functions() {
		most := 30
		if t.events(id, "HttpApi") != nil || strings.HasPrefix(t.Folder(id), "step/") {
			most = 15
		}
		if longer, known := longest[t.Folder(id)]; known {
			most = longer
		}
		if id == t.claimsTrigger() {
			most = 5 // Cognito waits no longer for a trigger.
		}
		if t.seconds(id) < 1 || t.seconds(id) > most || t.setting(id, "Timeout") == nil {
			f.add(id, "may take %d s, more than %d", t.seconds(id), most)
		}
		if memory := whole(t.setting(id, "MemorySize"), 0); memory < 128 || memory > 512 {
			f.add(id, "has %d MB, not 128 to 512", memory)
		}
		if branches := list(At(t.setting(id, "ReservedConcurrentExecutions"), "Fn::If")); len(branches) != 3 ||
			branches[0] != "ReservesConcurrency" || refersTo(branches[1]) != "ReservedConcurrency" || refersTo(branches[2]) != "AWS::NoValue" {
			f.add(id, "does not follow the parameter ReservedConcurrency")
		}
		for _, event := range t.events(id, "SQS") {
			if n := whole(At(event, "ScalingConfig", "MaximumConcurrency"), 0); n < 2 || n > 10 {
				f.add(id, "may run without bound behind its queue")
			}
		}
	}
}

func ownLog(t *Template, f *findings) {
	for _, id := range t.Functions() {
		log := refersTo(At(t.setting(id, "LoggingConfig"), "LogGroup"))
		want := "/till/${Stage}/" + t.Folder(id)
		if got := text(At(t.Resource(log)["LogGroupName"], "Fn::Sub")); got != want {
			f.add(id, "writes to the log %q, not %q", got, want)
		}
		writes := slices.ContainsFunc(t.Grants(t.roleOf(id)), func(s Statement) bool {
			return slices.Contains(s.Actions, "logs:PutLogEvents") && len(s.Resources) == 1 && refersTo(s.Resources[0]) == log
		})
		if !writes {
			f.add(id, "may not write its log")
		}
	}
}

func logKept(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::Logs::LogGroup") {
		if p := t.Resource(id); refersTo(p["RetentionInDays"]) != "LogRetentionDays" || refersTo(p["KmsKeyId"]) != "LogKey" {
			f.add(id, "has no retention, or not our key")
		}
	}
}

func machineQuiet(t *Template, f *findings) {
	machines := t.OfType("AWS::Serverless::StateMachine")
	if len(machines) != 1 {
		f.add("Fulfillment", "is one of %d state machines", len(machines))
	}
	for _, id := range machines {
		p := t.Resource(id)
		logging := p["Logging"]
		t.want(f, id, "DefinitionUri", "infra/fulfillment.asl.json")
		if p["Type"] != "STANDARD" {
			f.add(id, "is not STANDARD, so it cannot wait for people")
		}
		if At(logging, "Level") != "ERROR" || At(logging, "IncludeExecutionData") != false ||
			short(At(logging, "Destinations")) != "[{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt FulfillmentLog.Arn}}]" {
			f.add(id, "does not log its errors, or logs its data")
		}
		var may []string
		for _, s := range t.Grants(refersTo(p["Role"])) {
			for _, resource := range s.Resources {
				if slices.Contains(s.Actions, "lambda:InvokeFunction") {
					may = append(may, refersTo(resource))
				}
			}
		}
		var calls []string
		names, _ := p["DefinitionSubstitutions"].(map[string]any)
		for _, value := range names {
			calls = append(calls, refersTo(value))
		}
		slices.Sort(may)
		slices.Sort(calls)
		if !slices.Equal(may, calls) {
			f.add(id, "calls %s and may call %s", fmt.Sprint(calls), fmt.Sprint(may))
		}
	}
}

func sweepEachMinute(t *Template, f *findings) {
	for _, id := range t.Functions() {
		ticks := t.events(id, "Schedule")
		if t.Folder(id) == "worker/sweep" && (len(ticks) != 1 || ticks[0]["Schedule"] != "rate(1 minute)") {
			f.add(id, "does not run each minute")
		}
		if slices.ContainsFunc(ticks, func(tick map[string]any) bool { return tick["Enabled"] == false }) {
			f.add(id, "has a schedule that is switched off")
		}
		if again := short(t.Resource(id)["EventInvokeConfig"]); len(ticks) > 0 && again != "{MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0}" {
			f.add(id, "is tried again beside its next tick")
		}
	}
}
