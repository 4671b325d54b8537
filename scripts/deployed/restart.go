package deployed

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Restart starts the engine again after Engine.Stop or Engine.Kill, with what it kept. MiniStack keeps how far a stream was read and
// forgets what was in it, so that its streams would bring nothing for a long time: each is consumed anew, from what is written
// from now on. On AWS a stream survives whatever reads it.
func (l *Local) Restart(ctx context.Context) error {
	if err := l.Engine.Restart(ctx); err != nil {
		return err
	}
	client := lambda.NewFromConfig(l.Stack.Config)
	pages := lambda.NewListEventSourceMappingsPaginator(client, &lambda.ListEventSourceMappingsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("event sources: %w", err)
		}
		for _, had := range page.EventSourceMappings {
			if !strings.Contains(aws.ToString(had.EventSourceArn), "/stream/") {
				continue // A queue: what lay in it was kept.
			}
			if err := consumeAnew(ctx, client, had); err != nil {
				return fmt.Errorf("event source %s: %w", aws.ToString(had.EventSourceArn), err)
			}
		}
	}
	return nil
}

func consumeAnew(ctx context.Context, client *lambda.Client, had types.EventSourceMappingConfiguration) error {
	if _, err := client.DeleteEventSourceMapping(ctx, &lambda.DeleteEventSourceMappingInput{UUID: had.UUID}); err != nil {
		return err
	}
	_, err := client.CreateEventSourceMapping(ctx, &lambda.CreateEventSourceMappingInput{
		FunctionName: had.FunctionArn, EventSourceArn: had.EventSourceArn, BatchSize: had.BatchSize, StartingPosition: had.StartingPosition,
		FilterCriteria: had.FilterCriteria, FunctionResponseTypes: had.FunctionResponseTypes, DestinationConfig: had.DestinationConfig,
		BisectBatchOnFunctionError: had.BisectBatchOnFunctionError, MaximumRetryAttempts: had.MaximumRetryAttempts,
		MaximumRecordAgeInSeconds: had.MaximumRecordAgeInSeconds, ParallelizationFactor: had.ParallelizationFactor,
	})
	return err
}
