package asl

import (
	"slices"
	"sort"
)

// Error names of the language. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	errAll         = "States.ALL"
	errTaskFailed  = "States.TaskFailed"
	errTimeout     = "States.Timeout"
	errHeartbeat   = "States.HeartbeatTimeout"
	errRuntime     = "States.Runtime"
	errDataLimit   = "States.DataLimitExceeded"
	errNoChoice    = "States.NoChoiceMatched"
	errResultPath  = "States.ResultPathMatchFailure"
	errParameter   = "States.ParameterPathFailure"
	errIntrinsic   = "States.IntrinsicFailure"
	errBranch      = "States.BranchFailed"
	errPermissions = "States.Permissions"
)

// platformErrors are the names that Step Functions and Lambda fail with by themselves.
func platformErrors() []string {
	return []string{
		errAll, errTaskFailed, errTimeout, errHeartbeat, errRuntime, errDataLimit, errNoChoice, errResultPath,
		errParameter, errIntrinsic, errBranch, errPermissions,
		"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
		"Lambda.TooManyRequestsException", "Lambda.ClientExecutionTimeoutException", "Lambda.Unknown",
		"Sandbox.Timedout", "Runtime.ExitError",
	}
}

// failure is an error on its way through a state's Retry and Catch.
type failure struct{ name, cause string }

// Error is for the places where a failure passes as an error.
func (f *failure) Error() string { return f.name + ": " + f.cause }

// matches tells whether one of the names of a retrier or catcher takes an error. States.ALL does not take
// States.Runtime and States.DataLimitExceeded; States.TaskFailed takes all but States.Timeout. Same source.
func matches(names []string, name string) bool {
	if slices.Contains(names, name) || (name == errHeartbeat && slices.Contains(names, errTimeout)) {
		return true
	}
	if name == errRuntime || name == errDataLimit {
		return false
	}
	return slices.Contains(names, errAll) || (name != errTimeout && slices.Contains(names, errTaskFailed))
}

// APIError is how a call to Step Functions fails. Code is AWS's exception name without "Exception".
type APIError struct{ Code, Message string }

// Codes of APIError. https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html and the calls' pages.
const (
	CodeExecutionAlreadyExists = "ExecutionAlreadyExists"
	CodeExecutionDoesNotExist  = "ExecutionDoesNotExist"
	CodeExecutionNotRedrivable = "ExecutionNotRedrivable"
	CodeInvalidArn             = "InvalidArn"
	CodeInvalidInput           = "InvalidExecutionInput"
	CodeInvalidName            = "InvalidName"
	CodeInvalidOutput          = "InvalidOutput"
	CodeInvalidToken           = "InvalidToken"
	CodeMachineDoesNotExist    = "StateMachineDoesNotExist"
	CodeTaskDoesNotExist       = "TaskDoesNotExist"
	CodeTaskTimedOut           = "TaskTimedOut"
)

// Error is code and message. Safe to log.
func (e *APIError) Error() string { return e.Code + ": " + e.Message }

// ErrorCode is the code, as in the SDK's errors.
func (e *APIError) ErrorCode() string { return e.Code }

// ErrorMessage is the message, as in the SDK's errors.
func (e *APIError) ErrorMessage() string { return e.Message }

func sortedStates(d *Definition) []string {
	names := make([]string, 0, len(d.States))
	for name := range d.States {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
