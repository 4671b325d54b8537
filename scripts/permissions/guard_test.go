package permissions_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	mailtypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/google/go-cmp/cmp"

	"till/scripts/permissions"
)

// engine is a local engine that keeps what it was sent.
type engine struct {
	mu    sync.Mutex
	calls []string // Path, target and body.
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	e.mu.Lock()
	e.calls = append(e.calls, r.URL.Path+" "+r.Header.Get("X-Amz-Target")+" "+string(body))
	e.mu.Unlock()
	w.Header().Set("X-Amzn-Requestid", "from-the-engine")
	_, _ = io.WriteString(w, `{"Item":{"pk":{"S":"seen"}},"SecretString":"seen","executionArn":"seen","startDate":0,"Plaintext":"c2Vlbg==","MessageId":"seen"}`)
}

func (e *engine) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.calls...)
}

// guarded starts a guard before an engine, and gives what a function's SDK is configured with by the environment alone.
func guarded(t *testing.T, function string, behind http.Handler, change ...func(*permissions.GuardConfig)) (*permissions.Guard, aws.Config) {
	t.Helper()
	tpl := read(t)
	roles, err := permissions.Load(tpl, parameters())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(behind)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := permissions.GuardConfig{Roles: roles, Names: localNames(t, tpl), Engine: at}
	for _, each := range change {
		each(&c)
	}
	g := permissions.NewGuard(c)
	front := httptest.NewServer(g)
	t.Cleanup(func() {
		front.Close()
		g.Close()
	})
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": front.URL + permissions.Path(function), "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "local",
		"AWS_SECRET_ACCESS_KEY": "local", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
	cfg, err := awsconfig.LoadDefaultConfig(t.Context(), awsconfig.WithRetryMaxAttempts(1), awsconfig.WithLogger(logging.Nop{}))
	if err != nil {
		t.Fatal(err)
	}
	return g, cfg
}

// calls makes one call of each service with the SDK.
func calls() map[string]func(context.Context, aws.Config) (seen string, err error) {
	return map[string]func(context.Context, aws.Config) (string, error){
		"dynamodb:GetItem on OrdersTable": func(ctx context.Context, c aws.Config) (string, error) {
			out, err := getOrder(ctx, c)
			if err != nil {
				return "", err
			}
			pk, _ := out.Item["pk"].(*dynamotypes.AttributeValueMemberS)
			return pk.Value, nil
		},
		"sqs:SendMessage on MailQueue": func(ctx context.Context, c aws.Config) (string, error) {
			out, err := sqs.NewFromConfig(c, func(o *sqs.Options) { o.DisableMessageChecksumValidation = true }).SendMessage(ctx, &sqs.SendMessageInput{
				QueueUrl: aws.String("http://127.0.0.1:1/000000000000/till-local-MailQueue"), MessageBody: aws.String("{}")})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.MessageId), nil
		},
		"states:StartExecution on Fulfillment": func(ctx context.Context, c aws.Config) (string, error) {
			out, err := sfn.NewFromConfig(c).StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String("till-local-Fulfillment")})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.ExecutionArn), nil
		},
		"kms:Decrypt on VaultKey": func(ctx context.Context, c aws.Config) (string, error) {
			out, err := kms.NewFromConfig(c).Decrypt(ctx, &kms.DecryptInput{
				KeyId: aws.String("till-local-VaultKey"), CiphertextBlob: []byte("x"),
				EncryptionContext: map[string]string{"app": "till", "stage": "local", "purpose": "contact", "day": "2026-03-02"},
			})
			if err != nil {
				return "", err
			}
			return string(out.Plaintext), nil
		},
		"secretsmanager:GetSecretValue on LinkSecret": func(ctx context.Context, c aws.Config) (string, error) {
			out, err := secretsmanager.NewFromConfig(c).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String("till-local-LinkSecret")})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.SecretString), nil
		},
		"ses:SendEmail on MailFrom": func(ctx context.Context, c aws.Config) (string, error) {
			out, err := sesv2.NewFromConfig(c).SendEmail(ctx, &sesv2.SendEmailInput{
				FromEmailAddress: aws.String(sender), Content: &mailtypes.EmailContent{Simple: &mailtypes.Message{
					Subject: &mailtypes.Content{Data: aws.String("s")}, Body: &mailtypes.Body{Text: &mailtypes.Content{Data: aws.String("t")}}}}})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.MessageId), nil
		},
	}
}

func getOrder(ctx context.Context, c aws.Config) (*dynamodb.GetItemOutput, error) {
	return dynamodb.NewFromConfig(c).GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String("till-local-OrdersTable"), Key: map[string]dynamotypes.AttributeValue{"pk": &dynamotypes.AttributeValueMemberS{Value: "ORDER#1"}},
	})
}

// everywhere are roles under which "All" may do every one of those calls, and "None" none.
func everywhere(c *permissions.GuardConfig) {
	all := []permissions.Grant{}
	for _, grants := range c.Roles {
		all = append(all, grants...)
	}
	c.Roles = permissions.Roles{"All": all, "None": nil}
}

func TestWhatIsAllowedReachesTheEngineAsItWouldReachAWS(t *testing.T) {
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			e := &engine{}
			g, cfg := guarded(t, "All", e, everywhere)
			if seen, err := call(t.Context(), cfg); err != nil || seen != "seen" {
				t.Fatalf("%q, %v", seen, err)
			}
			if all := e.all(); len(all) != 1 || !strings.HasPrefix(all[0], "/ ") && !strings.HasPrefix(all[0], mailPath+" ") {
				t.Errorf("the engine got %v", all)
			}
			if seen := g.Seen()["All"]; len(seen) == 0 || seen[0].String() != name || len(g.Denied()) != 0 {
				t.Errorf("noted %v, denied %v", g.Seen(), g.Denied())
			}
		})
	}
}

func TestWhatIsNotAllowedIsRefusedAsAWSDoes(t *testing.T) {
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			e := &engine{}
			g, cfg := guarded(t, "None", e, everywhere)
			_, err := call(t.Context(), cfg)
			var refused smithy.APIError
			var answer *awshttp.ResponseError
			if !errors.As(err, &refused) || refused.ErrorCode() != "AccessDeniedException" || !errors.As(err, &answer) || answer.HTTPStatusCode() != http.StatusBadRequest {
				t.Errorf("got %v", err)
			}
			if len(e.all()) != 0 || len(g.Denied()) != 1 || len(g.Seen()["None"]) == 0 {
				t.Errorf("the engine got %v, denied %v, seen %v", e.all(), g.Denied(), g.Seen())
			}
		})
	}
}

func TestAContextThatTheRoleDoesNotNameIsRefused(t *testing.T) {
	e := &engine{}
	_, cfg := guarded(t, "Notify", e)
	for purpose, allowed := range map[string]bool{"contact": true, "tax": false} {
		_, err := kms.NewFromConfig(cfg).Decrypt(t.Context(), &kms.DecryptInput{
			KeyId: aws.String("till-local-VaultKey"), CiphertextBlob: []byte("x"), EncryptionContext: map[string]string{"app": "till", "stage": "local", "purpose": purpose},
		})
		if (err == nil) != allowed {
			t.Errorf("purpose %s: %v", purpose, err)
		}
	}
	if _, err := kms.NewFromConfig(cfg).Decrypt(t.Context(), &kms.DecryptInput{KeyId: aws.String("till-local-VaultKey"), CiphertextBlob: []byte("x")}); err == nil {
		t.Error("no context at all is allowed")
	}
	if n := len(e.all()); n != 1 {
		t.Errorf("%d calls reached the engine", n)
	}
}

func TestNobodyPassesWithoutAName(t *testing.T) {
	e := &engine{}
	g, _ := guarded(t, "Notify", e)
	for path, want := range map[string]int{"/": 404, "/fn": 404, "/fn/Notify": 400, "/fn//": 400, "/fn/Nobody/": 400, "/fn/Notify/x": 400, "/fn/Notify/": 400} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(`{}`)))
		if w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/fn/Notify/", io.LimitReader(endless{}, 21<<20)))
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("21 MB: %d", w.Code)
	}
	if len(e.all()) != 0 {
		t.Errorf("the engine got %v", e.all())
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestFaultsStrikeBeforeAndAfterTheEngine(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		after  bool
		status int // 0: no answer.
		calls  int
	}{
		{"no answer, and it did not happen", permissions.ErrNoAnswer, false, 0, 0},
		{"no answer, and it happened", permissions.ErrNoAnswer, true, 0, 1},
		{"500, and it did not happen", errors.New("down"), false, 500, 0},
		{"500, and it happened", errors.New("down"), true, 500, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, struck := &engine{}, make(chan string, 1)
			_, cfg := guarded(t, "ViewOrder", e, func(c *permissions.GuardConfig) {
				c.Fault = func(_ context.Context, function, action string, after bool) error {
					if after != tt.after {
						return nil
					}
					struck <- function + " " + action
					return tt.err
				}
			})
			_, err := getOrder(t.Context(), cfg)
			var answer *awshttp.ResponseError
			if !errors.As(err, &answer) || answer.HTTPStatusCode() != tt.status {
				t.Errorf("got %v", err)
			}
			if what := <-struck; len(e.all()) != tt.calls || what != "ViewOrder dynamodb:GetItem" {
				t.Errorf("%d calls, struck %q", len(e.all()), what)
			}
		})
	}
}

func TestAnEngineThatIsGoneIsAFailureOfTheService(t *testing.T) {
	_, cfg := guarded(t, "ViewOrder", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	_, err := getOrder(t.Context(), cfg)
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "InternalServerError" {
		t.Errorf("got %v", err)
	}
}

func TestAnswersPassAsTheyCome(t *testing.T) {
	rest := make(chan struct{})
	g, _ := guarded(t, "ViewOrder", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amz-Crc32", "1")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "first ")
		_ = http.NewResponseController(w).Flush()
		<-rest
		_, _ = io.WriteString(w, r.Header.Get("Authorization"))
	}))
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)
	body := `{"TableName":"till-local-OrdersTable"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.URL+permissions.Path("ViewOrder")+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 as signed")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	begin := make([]byte, len("first "))
	if _, err := io.ReadFull(answer.Body, begin); err != nil {
		t.Fatal(err)
	}
	close(rest)
	end, err := io.ReadAll(answer.Body)
	if got := string(begin) + string(end); err != nil || got != "first AWS4-HMAC-SHA256 as signed" {
		t.Errorf("%q, %v", got, err)
	}
	if answer.StatusCode != http.StatusTeapot || answer.Header.Get("X-Amz-Crc32") != "1" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
}

func TestManyFunctionsCallAtOnce(t *testing.T) {
	e := &engine{}
	g, cfg := guarded(t, "All", e, everywhere)
	var all sync.WaitGroup
	for range 10 {
		for _, call := range calls() {
			all.Go(func() {
				if _, err := call(t.Context(), cfg); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if len(e.all()) != 10*len(calls()) || len(g.Seen()["All"]) != len(calls())+1 { // A mail needs two identities.
		t.Errorf("%d calls, seen %v", len(e.all()), g.Seen())
	}
	if diff := cmp.Diff([]string{}, g.Denied()); diff != "" {
		t.Error(diff)
	}
}
