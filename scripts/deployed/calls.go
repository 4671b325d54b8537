package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"till/scripts/evidence"
	"till/scripts/permissions"
	"till/scripts/templatecheck"
)

// Fault strikes a call of a function to AWS, before it is made or after it was, as permissions.GuardConfig has it.
type Fault func(ctx context.Context, function, action string, after bool) error

// calls stands between the functions and the engine: MiniStack looks at no role of what a function calls, and forgets the
// tags of mails. It asks the guard, and keeps what was mailed. A function is known by the name that its SDK is told to add to
// its user agent; the path stays as it is.
type calls struct {
	engine *httputil.ReverseProxy
	guard  atomic.Pointer[permissions.Guard]
	fault  atomic.Pointer[Fault]

	mu    sync.Mutex
	mails []evidence.Mail
}

// agent is how AWS's SDKs write an application's name into the user agent.
var agent = regexp.MustCompile(`\bapp/([A-Za-z0-9]+)`)

// mailPath is SES's SendEmail.
const mailPath = "/v2/email/outbound-emails"

const bodyMax = 8 << 20 // More than any mail of ours.

// ServeHTTP is http.Handler's.
func (c *calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guard, named := c.guard.Load(), agent.FindStringSubmatch(r.UserAgent())
	if guard == nil || named == nil {
		c.engine.ServeHTTP(w, r) // Not yet told apart: the stack is being made.
		return
	}
	if !strings.HasPrefix(r.URL.Path, mailPath) {
		guard.ServeHTTP(w, guarded(r, named[1]))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := &status{ResponseWriter: w}
	guard.ServeHTTP(answer, guarded(r, named[1]))
	if answer.code == 0 || answer.code == http.StatusOK {
		c.keep(body)
	}
}

// guarded is the request as the guard wants it: with the function in its path.
func guarded(r *http.Request, function string) *http.Request {
	out := r.Clone(r.Context())
	out.Body, out.ContentLength = r.Body, r.ContentLength
	out.URL.Path = permissions.Path(function) + r.URL.Path
	out.URL.RawPath = ""
	return out
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader is http.ResponseWriter's.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// keep notes a mail that SES took, with the name that our mailer gave it.
func (c *calls) keep(body []byte) {
	var sent struct {
		Destination struct{ ToAddresses []string }
		Content     struct {
			Simple struct {
				Subject struct{ Data string }
				Body    struct{ Text struct{ Data string } }
			}
		}
		EmailTags []struct{ Value string }
	}
	if json.Unmarshal(body, &sent) != nil || len(sent.EmailTags) != 1 {
		return
	}
	m := evidence.Mail{
		At: time.Now(), To: strings.Join(sent.Destination.ToAddresses, ","),
		Subject: sent.Content.Simple.Subject.Data, Text: sent.Content.Simple.Body.Text.Data,
	}
	m = m.Keyed(sent.EmailTags[0].Value)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mails = append(c.mails, m)
}

func (c *calls) sent() []evidence.Mail {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]evidence.Mail(nil), c.mails...)
}

// watch tells each function its own name for its user agent, and begins to guard.
func (l *Local) watch(ctx context.Context) error {
	client := lambda.NewFromConfig(l.Stack.Config)
	for _, id := range l.Stack.Logical("AWS::Lambda::Function") {
		name := aws.String(l.Stack.Physical(id))
		has, err := client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: name})
		if err != nil {
			return fmt.Errorf("naming %s: %w", id, err)
		}
		env := map[string]string{}
		if has.Environment != nil {
			env = has.Environment.Variables
		}
		env["AWS_SDK_UA_APP_ID"] = id
		_, err = client.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: name, Environment: &types.Environment{Variables: env}})
		if err != nil {
			return fmt.Errorf("naming %s: %w", id, err)
		}
	}
	t, err := templatecheck.Load(filepath.Join(l.options.Root, "template.yaml"))
	if err != nil {
		return err
	}
	roles, badRoles := permissions.Load(t, l.Stack.processed.parameters)
	names, badNames := permissions.NewNames(t, l.Stack.physical, l.Stack.processed.parameters["MailFrom"])
	engine, badURL := url.Parse(l.Engine.Endpoint)
	service, badNeeds := permissions.ServiceNeeds(t, os.DirFS(l.options.Root))
	if err := errors.Join(badRoles, badNames, badURL, badNeeds); err != nil {
		return err
	}
	l.roles, l.service = roles, service
	l.calls.guard.Store(permissions.NewGuard(permissions.GuardConfig{Roles: roles, Names: names, Engine: engine, Fault: l.strike}))
	return nil
}

func (l *Local) strike(ctx context.Context, function, action string, after bool) error {
	if f := l.calls.fault.Load(); f != nil && *f != nil {
		return (*f)(ctx, function, action, after)
	}
	return nil
}

// Strike lets calls of functions to AWS go wrong from now on; nil lets them be.
func (l *Local) Strike(f Fault) { l.calls.fault.Store(&f) }

// Denied lists what functions called and their roles do not allow.
func (l *Local) Denied() []string { return l.calls.guard.Load().Denied() }

// Permissions holds what was called, and what Lambda and Step Functions need themselves, against what the roles allow.
func (l *Local) Permissions() []permissions.Finding {
	return l.roles.Diff(permissions.Join(l.calls.guard.Load().Seen(), l.service))
}
