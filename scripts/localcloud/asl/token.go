package asl

import (
	"encoding/json"
	"strings"
)

// number200 is the status of a function that answered.
const number200 = json.Number("200")

// tokenPrefix begins every task token.
const tokenPrefix = "AQCEAAAAKgAAAAMAAAAAAAAAAT"

// waiting finds the task that a token belongs to.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
func (s *Service) waiting(token string) (*thread, error) {
	if t := s.tokens[token]; t != nil {
		return t, nil
	}
	switch {
	case s.spent[token]:
		return nil, &APIError{CodeTaskTimedOut, "Task Timed Out: 'Provided task does not exist anymore'"}
	case len(token) != len(tokenPrefix)+64 || !strings.HasPrefix(token, tokenPrefix):
		return nil, &APIError{CodeInvalidToken, "Invalid Token: 'Invalid token'"}
	}
	return nil, &APIError{CodeTaskDoesNotExist, "Task does not exist"}
}

// Succeed answers a waiting task with output, which is JSON. Errors: TaskTimedOut (over, by whatever way),
// TaskDoesNotExist, InvalidToken, InvalidOutput.
func (s *Service) Succeed(token, output string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.waiting(token)
	if err != nil {
		return err
	}
	value, bad := decode([]byte(output))
	if bad != nil || len(output) > dataBytesMax {
		return &APIError{CodeInvalidOutput, "Invalid Output"}
	}
	t.run.note(s.Clock.Now(), "TaskSucceeded", t.state.name, "")
	s.succeed(t, value)
	return nil
}

// Fail fails a waiting task with an error name, which Retry and Catch see, and a cause. Errors: as Succeed.
func (s *Service) Fail(token, name, cause string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.waiting(token)
	if err != nil {
		return err
	}
	t.run.note(s.Clock.Now(), "TaskFailed", t.state.name, name)
	s.fail(t, &failure{name, cause})
	return nil
}

// Heartbeat is a sign of life of a waiting task. Errors: as Succeed.
func (s *Service) Heartbeat(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.waiting(token)
	if err != nil {
		return err
	}
	s.heartbeat(t)
	return nil
}
