package permissions_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"till/scripts/permissions"
)

// request is a call of the SDK's: to a target of a JSON protocol, or to a path.
func request(t testing.TB, target, body string) *http.Request {
	t.Helper()
	path, protocol := "/", "application/x-amz-json-1.0"
	if strings.HasPrefix(target, "/") {
		path, target, protocol = target, "", "application/json"
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", protocol)
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	return r
}

const (
	accountARN = "eu-central-1:000000000000:"
	mailPath   = "/v2/email/outbound-emails"
)

func TestARequestIsKnownByWhatItNeeds(t *testing.T) {
	names := localNames(t, read(t))
	tests := []struct{ name, target, body, want string }{
		{"an item is read", "DynamoDB_20120810.GetItem", `{"TableName":"till-local-OrdersTable","Key":{}}`, "dynamodb:GetItem on OrdersTable"},
		{"a table is told by its ARN", "DynamoDB_20120810.PutItem", `{"TableName":"arn:aws:dynamodb:` + accountARN + `table/till-local-InboxTable"}`, "dynamodb:PutItem on InboxTable"},
		{"a table is asked", "DynamoDB_20120810.Query", `{"TableName":"till-local-OrdersTable"}`, "dynamodb:Query on OrdersTable"},
		{"an index is asked", "DynamoDB_20120810.Query", `{"TableName":"till-local-OrdersTable","IndexName":"due"}`, "dynamodb:Query on OrdersTable/index/due"},
		{"an index is scanned", "DynamoDB_20120810.Scan", `{"TableName":"till-local-CatalogTable","IndexName":"list"}`, "dynamodb:Scan on CatalogTable/index/list"},
		{"two tables are read at once", "DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"till-local-OrdersTable":{},"till-local-CatalogTable":{}}}`,
			"dynamodb:BatchGetItem on CatalogTable, dynamodb:BatchGetItem on OrdersTable"},
		{"two tables are written at once", "DynamoDB_20120810.BatchWriteItem", `{"RequestItems":{"till-local-OrdersTable":[]}}`, "dynamodb:BatchWriteItem on OrdersTable"},
		{"a transaction writes in every way", "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[
			{"Put":{"TableName":"till-local-OrdersTable"}},{"Put":{"TableName":"till-local-OrdersTable"}},
			{"Update":{"TableName":"till-local-CatalogTable"}},{"Delete":{"TableName":"till-local-CustomersTable"}},
			{"ConditionCheck":{"TableName":"till-local-CustomersTable"}}]}`,
			"dynamodb:ConditionCheckItem on CustomersTable, dynamodb:DeleteItem on CustomersTable, dynamodb:PutItem on OrdersTable, dynamodb:UpdateItem on CatalogTable"},
		{"a transaction reads", "DynamoDB_20120810.TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"till-local-OrdersTable"}}]}`, "dynamodb:GetItem on OrdersTable"},
		{"a message is sent", "AmazonSQS.SendMessage", `{"QueueUrl":"http://127.0.0.1:4566/000000000000/till-local-MailQueue","MessageBody":"x"}`, "sqs:SendMessage on MailQueue"},
		{"an execution is started", "AWSStepFunctions.StartExecution", `{"stateMachineArn":"arn:aws:states:` + accountARN + `stateMachine:till-local-Fulfillment"}`, "states:StartExecution on Fulfillment"},
		{"an execution is looked at", "AWSStepFunctions.DescribeExecution", `{"executionArn":"arn:aws:states:` + accountARN + `execution:till-local-Fulfillment:ord_1-1"}`,
			"states:DescribeExecution on Fulfillment/execution"},
		{"an execution is stopped", "AWSStepFunctions.StopExecution", `{"executionArn":"arn:aws:states:` + accountARN + `execution:till-local-Fulfillment:ord_1-1"}`,
			"states:StopExecution on Fulfillment/execution"},
		{"a task is answered", "AWSStepFunctions.SendTaskSuccess", `{"taskToken":"t","output":"{}"}`, "states:SendTaskSuccess on Fulfillment"},
		{"a task is failed", "AWSStepFunctions.SendTaskFailure", `{"taskToken":"t"}`, "states:SendTaskFailure on Fulfillment"},
		{"a key is made", "TrentService.GenerateDataKey", `{"KeyId":"arn:aws:kms:` + accountARN + `key/till-local-VaultKey","EncryptionContext":{"purpose":"contact"}}`,
			"kms:GenerateDataKey on VaultKey map[kms:EncryptionContext:purpose:contact]"},
		{"a key is unwrapped", "TrentService.Decrypt", `{"KeyId":"till-local-VaultKey"}`, "kms:Decrypt on VaultKey"},
		{"a secret is read by its ARN, which ends in AWS's own characters", "secretsmanager.GetSecretValue",
			`{"SecretId":"arn:aws:secretsmanager:` + accountARN + `secret:till-local-GatewaySecrets-a1B2c3"}`, "secretsmanager:GetSecretValue on GatewaySecrets"},
		{"a mail is sent", mailPath, `{"FromEmailAddress":"shop@example.com","Content":{"Simple":{}}}`,
			"ses:SendEmail on MailFrom map[ses:FromAddress:shop@example.com], ses:SendEmail on MailFrom/domain map[ses:FromAddress:shop@example.com]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked, err := names.Recognise(request(t, tt.target, tt.body), []byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range asked.Needs {
				text := n.String()
				if len(n.Context) > 0 {
					text += fmt.Sprintf(" %v", n.Context)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNotKnownExactlyIsRefused(t *testing.T) {
	names := localNames(t, read(t))
	tests := []struct{ name, target, body string }{
		{"no JSON", "DynamoDB_20120810.GetItem", `{`},
		{"a list", "DynamoDB_20120810.GetItem", `[]`},
		{"null", "DynamoDB_20120810.GetItem", `null`},
		{"an operation that is not listed", "DynamoDB_20120810.DeleteTable", `{"TableName":"till-local-OrdersTable"}`},
		{"an operation of PartiQL", "DynamoDB_20120810.ExecuteStatement", `{"Statement":"SELECT * FROM x"}`},
		{"another service", "AmazonSNS.Publish", `{}`},
		{"another path", "/v2/email/templates", `{}`},
		{"no table", "DynamoDB_20120810.GetItem", `{}`},
		{"a table whose name is a number", "DynamoDB_20120810.GetItem", `{"TableName":7}`},
		{"a table under a name of other letters", "DynamoDB_20120810.GetItem", `{"tablename":"till-local-OrdersTable"}`},
		{"another stack's table", "DynamoDB_20120810.GetItem", `{"TableName":"other-OrdersTable"}`},
		{"a queue in place of a table", "DynamoDB_20120810.GetItem", `{"TableName":"till-local-MailQueue"}`},
		{"an index without a name", "DynamoDB_20120810.Query", `{"TableName":"till-local-OrdersTable","IndexName":""}`},
		{"an index that is no text", "DynamoDB_20120810.Query", `{"TableName":"till-local-OrdersTable","IndexName":[]}`},
		{"a transaction of nothing", "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[]}`},
		{"a transaction's item of two parts", "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"till-local-OrdersTable"},"Delete":{}}]}`},
		{"a transaction's item of another kind", "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Get":{"TableName":"till-local-OrdersTable"}}]}`},
		{"a transaction's item that is a text", "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":["x"]}`},
		{"a batch of nothing", "DynamoDB_20120810.BatchGetItem", `{"RequestItems":{}}`},
		{"a batch of another stack's", "DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"till-local-OrdersTable":{},"x":{}}}`},
		{"another machine's execution", "AWSStepFunctions.DescribeExecution", `{"executionArn":"arn:aws:states:` + accountARN + `execution:other:1"}`},
		{"a machine in place of an execution", "AWSStepFunctions.DescribeExecution", `{"executionArn":"arn:aws:states:` + accountARN + `stateMachine:till-local-Fulfillment"}`},
		{"an answer without a token", "AWSStepFunctions.SendTaskSuccess", `{}`},
		{"a ciphertext without a key", "TrentService.Decrypt", `{"CiphertextBlob":"AA=="}`},
		{"a context that is a text", "TrentService.Decrypt", `{"KeyId":"till-local-VaultKey","EncryptionContext":"contact"}`},
		{"a context of numbers", "TrentService.Decrypt", `{"KeyId":"till-local-VaultKey","EncryptionContext":{"purpose":1}}`},
		{"another secret", "secretsmanager.GetSecretValue", `{"SecretId":"till-local-OtherSecret-a1B2c3"}`},
		{"another sender", mailPath, `{"FromEmailAddress":"other@example.com","Content":{"Simple":{}}}`},
		{"a mail as another identity", mailPath, `{"FromEmailAddress":"shop@example.com","FromEmailAddressIdentityArn":"arn","Content":{"Simple":{}}}`},
		{"a raw mail", mailPath, `{"FromEmailAddress":"shop@example.com","Content":{"Raw":{}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if asked, err := names.Recognise(request(t, tt.target, tt.body), []byte(tt.body)); err == nil || len(asked.Needs) > 0 {
				t.Errorf("taken for %v, %v", asked, err)
			}
		})
	}
}

func TestARequestThatSaysTwoThingsIsRefused(t *testing.T) {
	names, body := localNames(t, read(t)), `{"TableName":"till-local-OrdersTable"}`
	for name, change := range map[string]func(*http.Request){
		"two targets":          func(r *http.Request) { r.Header.Add("X-Amz-Target", "DynamoDB_20120810.Scan") },
		"an action in the URL": func(r *http.Request) { r.URL.RawQuery = "Action=DeleteTable" },
		"another method":       func(r *http.Request) { r.Method = http.MethodGet },
		"a form":               func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") },
		"a path beside it":     func(r *http.Request) { r.URL.Path = mailPath },
		"no target":            func(r *http.Request) { r.Header.Del("X-Amz-Target") },
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, "DynamoDB_20120810.GetItem", body)
			change(r)
			if asked, err := names.Recognise(r, []byte(body)); err == nil {
				t.Errorf("taken for %v", asked)
			}
		})
	}
}

func TestNamesNeedTheWholeStack(t *testing.T) {
	tpl := read(t)
	whole := map[string]string{}
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Serverless::StateMachine"} {
		for _, id := range tpl.OfType(kind) {
			whole[id] = id
		}
	}
	if _, err := permissions.NewNames(tpl, whole, sender); err != nil {
		t.Fatal(err)
	}
	for id := range whole {
		whole[id] = ""
		if _, err := permissions.NewNames(tpl, whole, sender); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("without %s: %v", id, err)
		}
		whole[id] = id
	}
	whole["MailQueue"] = "https://sqs.eu-central-1.amazonaws.com/1/EventsQueue"
	if _, err := permissions.NewNames(tpl, whole, sender); err == nil {
		t.Error("two queues have one name")
	}
	whole["MailQueue"] = "MailQueue"
	if _, err := permissions.NewNames(tpl, whole, "shop"); err == nil {
		t.Error("a sender that is no address")
	}
}

func FuzzRecognise(f *testing.F) {
	names := localNames(f, read(f))
	f.Add("DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"till-local-OrdersTable"}}]}`)
	f.Add("TrentService.Decrypt", `{"KeyId":"till-local-VaultKey","EncryptionContext":{"purpose":"contact"}}`)
	f.Add(mailPath, `{"FromEmailAddress":"shop@example.com","Content":{"Simple":{}}}`)
	f.Fuzz(func(t *testing.T, target, body string) {
		r := request(t, "x", body)
		r.Header.Set("X-Amz-Target", target)
		asked, err := names.Recognise(r, []byte(body))
		if (err == nil) != (len(asked.Needs) > 0) {
			t.Errorf("%v with %v", err, asked)
		}
	})
}
