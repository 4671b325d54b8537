package permissions

import (
	"fmt"
	"maps"
	"slices"
)

// dynamoOperations are DynamoDB's, as far as Till uses them, and Scan, which it must not.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
func dynamoOperations() map[string]operation {
	out := map[string]operation{
		"BatchGetItem": ofMany("BatchGetItem"), "BatchWriteItem": ofMany("BatchWriteItem"),
		"TransactWriteItems": transaction(map[string]string{
			"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
		}),
		"TransactGetItems": transaction(map[string]string{"Get": "GetItem"}),
	}
	for _, name := range []string{"GetItem", "PutItem", "UpdateItem", "DeleteItem"} {
		out[name] = ofTable(name)
	}
	for _, name := range []string{"Query", "Scan"} {
		out[name] = ofIndex(name)
	}
	return out
}

func table(n Names, f fields) (string, error) {
	name, err := f.text("TableName")
	if err != nil {
		return "", err
	}
	return n.id("dynamodb", name)
}

func ofTable(action string) operation {
	return func(n Names, f fields) ([]Need, error) {
		id, err := table(n, f)
		return []Need{{Call: Call{"dynamodb:" + action, id}}}, err
	}
}

// ofIndex is an operation on a table, or on an index of it, which is a resource of its own.
func ofIndex(action string) operation {
	return func(n Names, f fields) ([]Need, error) {
		id, err := table(n, f)
		if index, there := f["IndexName"]; there && err == nil {
			name, isText := index.(string)
			if !isText || name == "" {
				return nil, fmt.Errorf("has the IndexName %v", index)
			}
			id += "/index/" + name
		}
		return []Need{{Call: Call{"dynamodb:" + action, id}}}, err
	}
}

// ofMany is an operation on the tables that are the members' names of RequestItems.
func ofMany(action string) operation {
	return func(n Names, f fields) ([]Need, error) {
		tables, _ := f["RequestItems"].(map[string]any)
		if len(tables) == 0 {
			return nil, fmt.Errorf("has no RequestItems")
		}
		var needs []Need
		for _, name := range slices.Sorted(maps.Keys(tables)) {
			id, err := n.id("dynamodb", name)
			if err != nil {
				return nil, err
			}
			needs = append(needs, Need{Call: Call{"dynamodb:" + action, id}})
		}
		return needs, nil
	}
}

// transaction is an operation of parts, each of which needs what it would need alone.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
func transaction(actions map[string]string) operation {
	return func(n Names, f fields) ([]Need, error) {
		items, _ := f["TransactItems"].([]any)
		if len(items) == 0 {
			return nil, fmt.Errorf("has no TransactItems")
		}
		var needs []Need
		for _, item := range items {
			parts, _ := item.(map[string]any)
			if len(parts) != 1 {
				return nil, fmt.Errorf("has an item of %d parts", len(parts))
			}
			for kind, part := range parts {
				members, _ := part.(map[string]any)
				action, known := actions[kind]
				if !known {
					return nil, fmt.Errorf("has an item %s", kind)
				}
				id, err := table(n, members)
				if err != nil {
					return nil, err
				}
				needs = append(needs, Need{Call: Call{"dynamodb:" + action, id}})
			}
		}
		return needs, nil
	}
}
