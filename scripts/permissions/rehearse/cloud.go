package rehearse

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"till/scripts/localshop"
	"till/scripts/permissions"
	"till/shared/fault"
)

type object = map[string]any

// cloud is AWS as one function's adapters reach it: each request is noted, and answered by what the local shop has in that
// service's place.
type cloud struct {
	watch    *Watch
	function string
	given    localshop.Parts // The shop's own.
}

// refusal is an error of AWS.
type refusal struct {
	status int
	code   string
}

func (r refusal) Error() string { return r.code }

// Do is aws.HTTPClient's.
func (c cloud) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	asked, err := c.watch.names.Recognise(r, body)
	c.watch.saw(c.function, asked, err)
	var out object
	if err == nil {
		var in object
		if err = json.Unmarshal(body, &in); err == nil {
			out, err = c.answer(r.Context(), asked, in)
		}
	}
	status, header := http.StatusOK, http.Header{"Content-Type": {r.Header.Get("Content-Type")}}
	if err != nil {
		status = http.StatusBadRequest
		code := "ValidationException"
		if refused, known := err.(refusal); known { //nolint:errorlint // made here, never wrapped
			status, code = refused.status, refused.code
		}
		header.Set("X-Amzn-Errortype", code)
		out = object{"__type": code, "message": err.Error()}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: strconv.Itoa(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
		Body: io.NopCloser(bytes.NewReader(text)), ContentLength: int64(len(text)), Request: r,
	}, nil
}

// answer lets the shop's own part do what was asked, except DynamoDB's writes and mails: those are done behind the adapters.
func (c cloud) answer(ctx context.Context, asked permissions.Asked, in object) (object, error) {
	text := func(name string) string { s, _ := in[name].(string); return s }
	machine := c.given.Machine(text("stateMachineArn"))
	switch asked.Action {
	case "dynamodb:GetItem":
		return object{"Item": c.watch.stored.item(asked.Needs[0].Resource, in["Key"])}, nil
	case "dynamodb:BatchGetItem":
		return object{"Responses": c.watch.stored.batch(asked.Needs[0].Resource, in["RequestItems"])}, nil
	case "sqs:SendMessage":
		return object{"MessageId": "m"}, refused(c.given.Queue(text("QueueUrl"))(ctx, text("MessageBody")), "")
	case "states:StartExecution":
		return object{"executionArn": "e", "startDate": 0}, refused(machine.Start(ctx, text("name"), text("input")), "ExecutionAlreadyExists")
	case "states:SendTaskSuccess":
		return object{}, refused(machine.Succeed(ctx, text("taskToken")), "")
	case "states:SendTaskFailure":
		return object{}, refused(machine.Cancel(ctx, text("taskToken")), "")
	case "states:DescribeExecution":
		return c.execution(ctx, text("executionArn"))
	case "kms:GenerateDataKey":
		plain, wrapped, err := c.watch.shop.KMS.GenerateDataKey(ctx, texts(in["EncryptionContext"]))
		return object{"KeyId": text("KeyId"), "Plaintext": plain, "CiphertextBlob": wrapped}, refused(err, "")
	case "kms:Decrypt":
		wrapped, err := base64.StdEncoding.DecodeString(text("CiphertextBlob"))
		if err != nil {
			return nil, err
		}
		plain, err := c.watch.shop.KMS.Decrypt(ctx, wrapped, texts(in["EncryptionContext"]))
		return object{"KeyId": text("KeyId"), "Plaintext": plain}, refused(err, "InvalidCiphertextException")
	case "secretsmanager:GetSecretValue":
		return c.secret(asked.Needs[0].Resource)
	}
	return object{"MessageId": "m"}, nil
}

// texts are an object's members, which are texts.
func texts(v any) map[string]string {
	members, _ := v.(object)
	out := make(map[string]string, len(members))
	for name, value := range members {
		out[name], _ = value.(string)
	}
	return out
}

// refused is an error of the shop's as AWS would say it. code is what it says to a conflict.
func refused(err error, code string) error {
	switch {
	case err == nil:
		return nil
	case fault.Is(err, fault.Conflict, fault.Internal, fault.NotFound) && code != "":
		return refusal{http.StatusBadRequest, code}
	case fault.Is(err, fault.Unavailable):
		return refusal{http.StatusBadRequest, "ThrottlingException"}
	default:
		return refusal{http.StatusInternalServerError, "InternalServerError"}
	}
}

func (c cloud) execution(ctx context.Context, arn string) (object, error) {
	name := arn[strings.LastIndex(arn, ":")+1:]
	alive, err := c.given.Machine(c.watch.machineARN).Alive(ctx, name)
	status := map[bool]string{true: "RUNNING", false: "ABORTED"}[alive]
	return object{"executionArn": arn, "stateMachineArn": c.watch.machineARN, "startDate": 0, "status": status}, refused(err, "ExecutionDoesNotExist")
}

// secret gives the gateways' keys as the local shop has them, and keys of our own for the rest.
func (c cloud) secret(id string) (object, error) {
	all := object{"current": "permissions-link-key-0123456789abcdef", "index_key": "permissions-index-key-0123456789abcdef"}
	if err := json.Unmarshal([]byte(c.watch.shop.Gateways.Secret()), &all); err != nil {
		return nil, err
	}
	text, err := json.Marshal(all)
	return object{"ARN": id, "Name": id, "SecretString": string(text)}, err
}
