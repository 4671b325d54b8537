package deployed

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"till/scripts/evidence"
)

// executions lists every run of the fulfillment machine, with the states that it went through.
func (s *Stack) executions(ctx context.Context) ([]evidence.Execution, error) {
	client := sfn.NewFromConfig(s.Config)
	var out []evidence.Execution
	pages := sfn.NewListExecutionsPaginator(client, &sfn.ListExecutionsInput{StateMachineArn: aws.String(s.Physical("Fulfillment"))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("executions: %w", err)
		}
		for _, x := range page.Executions {
			one, err := execution(ctx, client, x.ExecutionArn)
			if err != nil {
				return nil, fmt.Errorf("execution %s: %w", aws.ToString(x.Name), err)
			}
			out = append(out, one)
		}
	}
	return out, nil
}

func execution(ctx context.Context, client *sfn.Client, arn *string) (evidence.Execution, error) {
	x, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: arn})
	if err != nil {
		return evidence.Execution{}, err
	}
	out := evidence.Execution{
		Name: aws.ToString(x.Name), Status: string(x.Status), Error: aws.ToString(x.Error), Input: aws.ToString(x.Input), Output: aws.ToString(x.Output),
	}
	pages := sfn.NewGetExecutionHistoryPaginator(client, &sfn.GetExecutionHistoryInput{ExecutionArn: arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return evidence.Execution{}, err
		}
		for _, e := range page.Events {
			if e.StateEnteredEventDetails != nil {
				out.State = aws.ToString(e.StateEnteredEventDetails.Name)
				out.States = append(out.States, out.State)
				out.Transitions++
			}
		}
	}
	return out, nil
}
