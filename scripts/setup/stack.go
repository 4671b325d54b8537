package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// liveStage is the stage that takes real money, as shared/secrets has it.
const liveStage = "prod"

// target is what a stack says of itself.
type target struct {
	stage  string
	apiURL string // As the functions have it, byte for byte: Square signs it.
	secret string // The ARN of the gateways' keys.
}

func (t target) mode() Mode {
	if t.stage == liveStage {
		return Live
	}
	return Test
}

// find reads a stack. Errors: it is not a stack of Till, is not deployed whole, or may not be seen.
func find(ctx context.Context, cloud aws.Config, name string) (target, error) {
	const action = "cloudformation:DescribeStacks"
	out, err := cloudformation.NewFromConfig(cloud).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return target{}, explain(action, "stack "+name, err)
	}
	if len(out.Stacks) != 1 {
		return target{}, fmt.Errorf("there is no stack %s", name)
	}
	parameters, outputs := map[string]string{}, map[string]string{}
	for _, p := range out.Stacks[0].Parameters {
		parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	for _, o := range out.Stacks[0].Outputs {
		outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	t := target{stage: parameters["Stage"], secret: outputs["GatewaySecretsArn"], apiURL: strings.TrimSuffix(parameters["ApiUrl"], "/")}
	if domain := parameters["ApiDomain"]; domain != "" {
		t.apiURL = "https://" + domain
	}
	switch {
	case t.stage == "" || t.secret == "":
		return target{}, fmt.Errorf("the stack %s has no parameter Stage or no output GatewaySecretsArn; is it a stack of Till?", name)
	case t.apiURL == "":
		return target{}, fmt.Errorf("the stack %s does not know its own address: put ApiUrl=%s into its parameter_overrides in samconfig.toml and deploy again",
			name, plain(outputs["ApiUrl"]))
	case !isAddress(t.apiURL):
		return target{}, errors.New("the stack's ApiUrl is no address")
	}
	return t, nil
}
