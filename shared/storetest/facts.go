package storetest

// What engines answer. "+item" is the old item that comes with a reason.
const (
	accepted  = "accepted"
	invalid   = "ValidationException"
	cancelled = "cancelled: ValidationError, None"
)

// alike is a fact in which DynamoDB Local and MiniStack do as AWS documents.
func alike(name, does string) Fact {
	return Fact{Name: name, AWS: does, Local: does, Mini: does, Asked: true}
}

// Facts lists what is known of the engines. Where no source is named, it is the API reference's page of the call:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
func Facts() []Topic {
	return []Topic{
		{"transactions", transactions()}, {"tokens", tokens()}, {"sizes", sizes()}, {"expressions", expressions()},
		{"readings", readings()}, {"bills", bills()}, {"tables", tables()}, {"not asked", unasked()},
	}
}

func transactions() []Fact {
	const never = "none conflicts"
	return []Fact{
		alike("a transaction with a failed condition", "cancelled: ConditionalCheckFailed+item, None"),
		alike("a transaction with a condition that failed on no item", "cancelled: ConditionalCheckFailed, None"),
		alike("a transaction with two failed conditions", "cancelled: ConditionalCheckFailed+item, ConditionalCheckFailed"),
		alike("a transaction that makes an item too large", cancelled),
		{Name: "a transaction that adds to a text", AWS: cancelled, Local: invalid, Mini: accepted, Asked: true,
			Why:    "DynamoDB Local refuses the call as a whole; MiniStack does not look at what it adds to",
			Proven: "only counters are added to, which EnterStock makes as numbers; dynamo/save_test.go has the reason ValidationError"},
		{Name: "a transaction that adds to nothing", AWS: cancelled, Local: invalid, Mini: cancelled, Asked: true,
			Why:    "DynamoDB Local refuses the call as a whole",
			Proven: "a condition on a counter fails before: row \"a product that was never counted is short\""},
		{Name: "a transaction whose sum is too large for a number", AWS: cancelled, Local: invalid, Mini: cancelled, Asked: true,
			Why:    "DynamoDB Local refuses the call as a whole",
			Proven: "row \"as much as can be counted is still only too much\": no counter comes near"},
		{Name: "24 transactions on one item at once", AWS: "some conflict", Local: never, Mini: never, Memory: never, Asked: true,
			Why:    "each engine does one transaction after the other",
			Proven: "dynamo/save_test.go, by scripted answers with the reason TransactionConflict"},
	}
}

// tokens are about https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
func tokens() []Fact {
	return []Fact{
		alike("a token again with the same content", "accepted, stored is the later"),
		alike("a token again with other content", "IdempotentParameterMismatchException"),
		// Not documented word for word, and not tried on AWS: only success is said to be remembered. Were it otherwise, a save that
		// lost would answer fault.Unavailable for ten minutes at most, and store nothing; the next decision has another token.
		alike("a token again after its transaction was cancelled", "cancelled: ConditionalCheckFailed+item, then accepted"),
		alike("a token of more than 36 characters", invalid),
	}
}

// sizes are https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
func sizes() []Fact {
	return []Fact{
		alike("a transaction of 100 actions", accepted),
		alike("a transaction of 101 actions", invalid),
		alike("a transaction that writes an item twice", invalid),
		alike("a transaction of just under 4 MB", accepted),
		alike("a transaction of more than 4 MB", invalid),
		alike("an item of 400 KB", accepted),
		alike("an item of 400 KB and a byte", invalid),
		alike("a batch of 101 keys", invalid),
		alike("a batch that asks for a key twice", invalid),
	}
}

func expressions() []Fact {
	return []Fact{
		{Name: "an update that sets a path twice", AWS: invalid, Local: invalid, Mini: accepted, Asked: true,
			Why: "MiniStack takes the last", Proven: "DynamoDB Local, which runs each update of package dynamo"},
		alike("an update that names a reserved word", invalid),
		alike("an update with a name that it never uses", invalid),
		alike("an update with a value that it never uses", invalid),
		alike("an item with an empty key", invalid),
		alike("an item with an empty key of an index", invalid),
		alike("a consistent read of an index", invalid),
	}
}

func readings() []Fact {
	const atOnce = "at once"
	return []Fact{
		alike("a query of more than a megabyte", "stops at a megabyte"),
		alike("a query whose limit is all that there is", "says that there may be more"),
		alike("an entry of an index of keys only", "1 with 4 attributes"),
		{Name: "a batch of 20 MB", AWS: "stops at 16 MB", Local: "stops at 16 MB", Mini: "gives all", Asked: true,
			Why: "MiniStack knows no limit", Proven: "row \"orders of more than 16 MB come all\" on DynamoDB Local, and dynamo/calls_test.go"},
		{Name: "an item that comes into an index, moves in it and leaves it", AWS: "a moment later", Local: atOnce, Mini: atOnce,
			Memory: atOnce, Asked: true,
			Why: "each engine keeps its indexes with its tables", Proven: "who reads an index loads each item before acting: functions/worker/sweep"},
	}
}

func bills() []Fact {
	return []Fact{
		{Name: "units of a transaction of three small items", AWS: "6", Local: "4", Mini: "6", Asked: true,
			Why: "DynamoDB Local counts otherwise", Proven: "memory's OnUnits and scripts/cost, which count as documented"},
		{Name: "units of the same transaction again", AWS: "6", Local: "2", Mini: "6", Asked: true,
			Why: "DynamoDB Local counts otherwise", Proven: "no figure of ours is about repeats"},
		{Name: "units of a consistent query of a megabyte", AWS: "about 256", Local: "about 256", Mini: "1", Asked: true,
			Why: "MiniStack counts a query as one unit", Proven: "scripts/cost, which counts as documented"},
	}
}

func tables() []Fact {
	return []Fact{
		{Name: "a table that was just made", AWS: "CREATING", Local: "ACTIVE", Mini: "ACTIVE", Asked: true,
			Why: "there is nothing to wait for", Proven: "CloudFormation waits"},
		{Name: "recovery to a point in time", AWS: accepted, Local: "UnknownOperationException", Mini: accepted, Asked: true,
			Why: "DynamoDB Local keeps no backups", Proven: "scripts/templatecheck asks for it in template.yaml"},
	}
}

// unasked are facts that no probe can ask in good time, or at all.
func unasked() []Fact {
	const never, hook = "never", "as the hook Fault says"
	return []Fact{
		{Name: "throttling, an answer of 5xx, no answer, a cut connection", AWS: "possible", Local: never, Mini: never, Memory: hook,
			Why: "no engine does it when asked", Proven: "dynamo/save_test.go and dynamo/calls_test.go, by scripted answers"},
		{Name: "the reasons ThrottlingError and ProvisionedThroughputExceeded", AWS: "possible", Local: never, Mini: never, Memory: hook,
			Why: "no engine has a limit of capacity", Proven: "dynamo/save_test.go, by scripted answers"},
		{Name: "the reason ItemCollectionSizeLimitExceeded", AWS: "at 10 GB, with a local index", Local: never, Mini: never, Memory: never,
			Why: "no table of ours has a local index", Proven: "scripts/templatecheck reads which indexes there are"},
		{Name: "a connection that closes after the work was done", AWS: "possible", Local: "not seen",
			Mini: "now and then, on connections that are used again", Memory: hook,
			Why: "it comes by chance; the contract uses no connection twice", Proven: "dynamo/save_test.go, by scripted answers"},
		{Name: "a read that is not consistent", AWS: "may be a second old", Local: "as written", Mini: "as written", Memory: "as written",
			Why: "an engine has one copy", Proven: "only Products and Stocks read so, for the shop's pages"},
		{Name: "deletion by TTL", AWS: "within days", Local: "not within a minute", Mini: "within a minute", Memory: never,
			Why: "asking takes a minute", Proven: "row \"an event whose time to be forgotten has come is new again\": it counts as absent, deleted or not"},
	}
}
