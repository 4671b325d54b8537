package deployed

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Invoke calls a function by its logical id, as its trigger does, and waits for its answer. An error that the function gives is
// an error here.
func (s *Stack) Invoke(ctx context.Context, logical string, payload []byte) ([]byte, error) {
	out, err := lambda.NewFromConfig(s.Config).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(s.Physical(logical)), Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("invoking %s: %w", logical, err)
	}
	if out.FunctionError != nil {
		return nil, fmt.Errorf("%s failed: %s", logical, out.Payload)
	}
	return out.Payload, nil
}

// errNoProcess says that a function has no process at the moment.
var errNoProcess = errors.New("no process of it runs")

// KillFunction ends every process of a function at once, in the middle of whatever it does, and tells how many. Errors: there is
// none. A process is known by the folder of its code, which MiniStack names by the code's hash.
func (s *Stack) KillFunction(ctx context.Context, logical string) (int, error) {
	has, err := lambda.NewFromConfig(s.Config).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(s.Physical(logical))})
	if err != nil {
		return 0, fmt.Errorf("killing %s: %w", logical, err)
	}
	hash, err := base64.StdEncoding.DecodeString(aws.ToString(has.CodeSha256))
	if err != nil || len(hash) < 8 {
		return 0, fmt.Errorf("killing %s: its code has no hash", logical)
	}
	list, err := exec.CommandContext(ctx, "ps", "-axww", "-o", "pid=,command=").Output()
	if err != nil {
		return 0, fmt.Errorf("killing %s: %w", logical, err)
	}
	killed := 0
	for line := range bytes.Lines(list) {
		fields := strings.Fields(string(line))
		if len(fields) < 2 || !strings.HasSuffix(fields[1], "/bootstrap") || !strings.Contains(fields[1], hex.EncodeToString(hash)) {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			return killed, err
		}
		process, err := os.FindProcess(pid)
		if err != nil {
			return killed, err
		}
		if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return killed, fmt.Errorf("killing %s: %w", logical, err)
		}
		killed++
	}
	if killed == 0 {
		return 0, fmt.Errorf("killing %s: %w", logical, errNoProcess)
	}
	return killed, nil
}

// Logs gives every line that the functions wrote since then, from CloudWatch.
func (s *Stack) Logs(ctx context.Context, since time.Time) ([]string, error) {
	client := cloudwatchlogs.NewFromConfig(s.Config)
	var out []string
	for _, id := range s.Logical("AWS::Logs::LogGroup") {
		pages := cloudwatchlogs.NewFilterLogEventsPaginator(client, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: aws.String(s.Physical(id)), StartTime: aws.Int64(since.UnixMilli()),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("the log %s: %w", id, err)
			}
			for _, e := range page.Events {
				out = append(out, aws.ToString(e.Message))
			}
		}
	}
	return out, nil
}
