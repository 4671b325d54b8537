// Package deployed is Till as AWS SAM deploys it: a stack on a local AWS, with its real functions, tables, queues and state
// machine, and everything that a person needs to shop there and to look inside. What the local AWS leaves out or does
// differently is worked around here, each with a comment, and never in the product.
package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Region is where the stack believes to be. MiniStack is told the same.
const Region = "eu-central-1"

// account is MiniStack's; it has no other.
const account = "000000000000"

// Options says what to deploy, and where to.
type Options struct {
	Root       string            // The project's folder.
	SAM        string            // The program `sam`.
	Template   string            // The template that `sam build` made.
	Endpoint   string            // The local AWS.
	Name       string            // The stack's.
	Parameters map[string]string // Of template.yaml. Nothing else differs from a stack on AWS.
	Log        io.Writer         // Where SAM says what it does.
}

// Stack is a deployed stack. Safe for concurrent use.
type Stack struct {
	Name     string
	Endpoint string
	Config   aws.Config
	Outputs  map[string]string // By their names in template.yaml.

	physical  map[string]string // By logical id.
	kinds     map[string]string // CloudFormation's types, by logical id.
	processed processed
	staff     staff
}

// Config is AWS's configuration for a local engine. Whoever has these keys may do everything, as the account's owner.
func Config(endpoint string) aws.Config {
	return aws.Config{
		Region: Region, BaseEndpoint: aws.String(endpoint),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// Deploy runs `sam deploy` and reads what it made.
func Deploy(ctx context.Context, o Options) (*Stack, error) {
	args := []string{
		"deploy", "--config-env", "default", "--template-file", o.Template, "--stack-name", o.Name, "--region", Region, "--resolve-s3",
		"--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar", "--parameter-overrides",
	}
	for _, name := range slices.Sorted(maps.Keys(o.Parameters)) {
		args = append(args, name+"="+o.Parameters[name])
	}
	sam, err := filepath.Abs(o.SAM)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, sam, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = o.Root, o.Log, o.Log
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+o.Endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_DEFAULT_REGION="+Region, "SAM_CLI_TELEMETRY=0", "AWS_EC2_METADATA_DISABLED=true")
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("sam deploy: %w", err)
	}
	return Open(ctx, o.Endpoint, o.Name)
}

// Open reads a stack that stands already.
func Open(ctx context.Context, endpoint, name string) (*Stack, error) {
	s := &Stack{
		Name: name, Endpoint: endpoint, Config: Config(endpoint), Outputs: map[string]string{}, physical: map[string]string{}, kinds: map[string]string{},
	}
	client := cloudformation.NewFromConfig(s.Config)
	found, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil || len(found.Stacks) != 1 {
		return nil, fmt.Errorf("stack %s: %w", name, errors.Join(err, errIf(err == nil, "not found")))
	}
	s.processed.parameters = map[string]string{}
	for _, p := range found.Stacks[0].Parameters {
		s.processed.parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	for _, o := range found.Stacks[0].Outputs {
		s.Outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	// DescribeStackResources would give the first hundred only.
	pages := cloudformation.NewListStackResourcesPaginator(client, &cloudformation.ListStackResourcesInput{StackName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("stack %s: %w", name, err)
		}
		for _, r := range page.StackResourceSummaries {
			s.physical[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
			s.kinds[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.ResourceType)
		}
	}
	text, err := client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &name, TemplateStage: types.TemplateStageProcessed})
	if err != nil {
		return nil, fmt.Errorf("stack %s: %w", name, err)
	}
	if err := json.Unmarshal([]byte(aws.ToString(text.TemplateBody)), &s.processed); err != nil {
		return nil, fmt.Errorf("stack %s: its processed template: %w", name, err)
	}
	s.processed.physical = s.physical
	return s, nil
}

// errIf is an error with that text, if it is true.
func errIf(is bool, text string) error {
	if !is {
		return nil
	}
	return errors.New(text)
}

// Physical is the name that AWS gave to what template.yaml calls so; "" if there is no such thing.
func (s *Stack) Physical(logical string) string { return s.physical[logical] }

// Logical lists the logical ids of a CloudFormation type, in order.
func (s *Stack) Logical(kind string) []string {
	var out []string
	for id, k := range s.kinds {
		if k == kind {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// ARN is the ARN of a function or queue of the stack.
func (s *Stack) ARN(logical string) string {
	switch s.kinds[logical] {
	case "AWS::Lambda::Function":
		return "arn:aws:lambda:" + Region + ":" + account + ":function:" + s.physical[logical]
	case "AWS::SQS::Queue":
		return "arn:aws:sqs:" + Region + ":" + account + ":" + filepath.Base(s.physical[logical])
	}
	return s.physical[logical]
}
