package kmsvault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/shared/fault"
	"till/shared/vault"
	"till/shared/vault/kmsvault"
)

const keyARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

var _ vault.KeyService = (*kmsvault.Service)(nil)

// server speaks KMS's JSON protocol: https://docs.aws.amazon.com/kms/latest/APIReference/CommonParameters.html. Its
// wrapping is the plain key behind the context that it was given.
type server struct {
	mu    sync.Mutex
	calls int
	fail  func(call int) (status int, body string)
}

type request struct {
	KeyID             string            `json:"KeyId"`
	KeySpec           string            `json:"KeySpec"`
	CiphertextBlob    []byte            `json:"CiphertextBlob"`
	EncryptionContext map[string]string `json:"EncryptionContext"`
}

var plainKey = bytes.Repeat([]byte{7}, 32)

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if s.fail != nil {
		if status, body := s.fail(s.calls); status != 0 {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return
		}
	}
	var in request
	if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in) != nil || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || r.Header.Get("Authorization") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	wrapping := fmt.Sprint(in.EncryptionContext) // Maps print sorted.
	switch target := r.Header.Get("X-Amz-Target"); {
	case in.KeyID != keyARN:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"NotFoundException","message":"no such key"}`)
	case target == "TrentService.GenerateDataKey" && in.KeySpec == "AES_256":
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": keyARN, "Plaintext": plainKey, "CiphertextBlob": []byte(wrapping + string(plainKey))})
	case target == "TrentService.Decrypt" && strings.HasPrefix(string(in.CiphertextBlob), wrapping):
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": keyARN, "Plaintext": in.CiphertextBlob[len(wrapping):]})
	default:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"InvalidCiphertextException"}`)
	}
}

func config(endpoint string, client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: &endpoint, HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	}
}

func start(t *testing.T, fail func(int) (int, string)) (*kmsvault.Service, *server) {
	t.Helper()
	s := &server{fail: fail}
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	return kmsvault.New(config(listener.URL, listener.Client()), keyARN), s
}

var bound = map[string]string{"app": "till", "stage": "test", "purpose": "contact", "day": "2026-11-22"}

func TestAWrappedKeyComesBackUnderItsContextOnly(t *testing.T) {
	ctx := context.Background()
	s, _ := start(t, nil)
	plain, wrapped, err := s.GenerateDataKey(ctx, bound)
	if err != nil || !bytes.Equal(plain, plainKey) || bytes.Equal(wrapped, plain) {
		t.Fatalf("%x, %x, %v", plain, wrapped, err)
	}
	if back, err := s.Decrypt(ctx, wrapped, bound); err != nil || !bytes.Equal(back, plain) {
		t.Errorf("%x, %v", back, err)
	}
	other := map[string]string{"app": "till", "stage": "test", "purpose": "tax", "day": "2026-11-22"}
	if back, err := s.Decrypt(ctx, wrapped, other); fault.KindOf(err) != fault.Internal || fault.Code(err) != "decrypt_failed" || back != nil {
		t.Errorf("under another context: %x, %v", back, err)
	}
}

func TestErrorsAreClassified(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		kind   fault.Kind
	}{
		{"throttled", 400, `{"__type":"ThrottlingException"}`, fault.Unavailable},
		{"a limit of the account", 400, `{"__type":"LimitExceededException"}`, fault.Unavailable},
		{"a dependency of KMS timed out", 500, `{"__type":"DependencyTimeoutException"}`, fault.Unavailable},
		{"KMS broke", 500, `{"__type":"KMSInternalException"}`, fault.Unavailable},
		{"the key is disabled for now", 400, `{"__type":"DisabledException"}`, fault.Unavailable},
		{"the key waits for its deletion", 400, `{"__type":"KMSInvalidStateException"}`, fault.Unavailable},
		{"a balancer in front broke", 503, `<html>`, fault.Unavailable},
		{"an answer that is no JSON", 200, `{"Plaintext`, fault.Unavailable},
		{"an altered ciphertext", 400, `{"__type":"InvalidCiphertextException"}`, fault.Internal},
		{"another key's ciphertext", 400, `{"__type":"IncorrectKeyException"}`, fault.Internal},
		{"not allowed", 400, `{"__type":"AccessDeniedException","Message":"User is not authorized"}`, fault.Internal},
		{"no such key", 400, `{"__type":"NotFoundException"}`, fault.Internal},
		{"unknown to this code", 400, `{"__type":"BrandNewException"}`, fault.Internal},
	}
	codes := map[fault.Kind][2]string{
		fault.Unavailable: {"dependency_unavailable", "dependency_unavailable"}, fault.Internal: {"generate_failed", "decrypt_failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := start(t, func(int) (int, string) { return tt.status, tt.body })
			_, _, errMake := s.GenerateDataKey(context.Background(), bound)
			_, errOpen := s.Decrypt(context.Background(), []byte("x"), bound)
			for i, err := range []error{errMake, errOpen} {
				if fault.KindOf(err) != tt.kind || fault.Code(err) != codes[tt.kind][i] {
					t.Errorf("got %v, want %v %s", err, tt.kind, codes[tt.kind][i])
				}
			}
		})
	}
}

func TestOneThrottleIsOvercome(t *testing.T) {
	s, server := start(t, func(call int) (int, string) {
		if call == 1 {
			return 400, `{"__type":"ThrottlingException"}`
		}
		return 0, ""
	})
	if _, _, err := s.GenerateDataKey(context.Background(), bound); err != nil || server.calls != 2 {
		t.Errorf("%d calls, %v", server.calls, err)
	}
}

// hanging is a network that never answers.
type hanging struct{}

func (hanging) Do(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestAKMSThatHangsIsUnavailableAfterASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kmsvault.New(config("http://kms.invalid", hanging{}), keyARN)
		began := time.Now()
		_, err := s.Decrypt(context.Background(), []byte("x"), bound)
		if took := time.Since(began); took != time.Second || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

func TestAGoneCallerIsUnavailableNotUnknown(t *testing.T) {
	s, _ := start(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := s.GenerateDataKey(ctx, bound); fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNoNetworkIsUnavailable(t *testing.T) {
	listener := httptest.NewServer(http.NotFoundHandler())
	listener.Close()
	s := kmsvault.New(config(listener.URL, http.DefaultClient), keyARN)
	if _, err := s.Decrypt(context.Background(), []byte("x"), bound); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}
