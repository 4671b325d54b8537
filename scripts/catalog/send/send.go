// Package send brings a catalogue to a shop by its API, and takes it from there.
package send

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"till/scripts/catalog/sheet"
	"till/shared/catalog"
	"till/shared/edge/goods"
)

// Shop is a shop's API as a manager calls it. Every field but Wait is required.
type Shop struct {
	URL   string // Without a slash at its end.
	Token string // Never shown.
	HTTP  http.RoundTripper
	Wait  func(context.Context, time.Duration) error // Before a request is sent again; nil waits.
}

// Limits of one request, a little below the API's own, and how often it is sent while the shop is busy.
const (
	productsMax = 100
	bytesMax    = 60 << 10
	triesMax    = 6
	atOnce      = 4
	answerMax   = 16 << 20
)

// Result is what became of a line.
type Result struct {
	N      int
	SKU    string
	Result string // As goods has them.
	Errors []goods.Fault
}

// Import sends lines, some hundred at a time, four requests at once. Lines that cannot be read are refused here. Errors: the shop cannot be
// reached or refuses the caller; results are then those of what was sent.
func (s Shop) Import(ctx context.Context, lines []sheet.Line, dry bool) ([]Result, error) {
	results := make([]Result, len(lines))
	var good []int
	for i, l := range lines {
		results[i] = Result{N: l.N, SKU: l.Product.SKU}
		if l.Fault != "" {
			results[i].Result, results[i].Errors = goods.Refused, []goods.Fault{{Code: "line_unreadable", Detail: l.Fault}}
			continue
		}
		good = append(good, i)
	}
	var mu sync.Mutex
	var failed error
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, chunk := range chunks(lines, good) {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			err := s.chunk(ctx, lines, chunk, dry, results)
			mu.Lock()
			defer mu.Unlock()
			if failed == nil {
				failed = err
			}
		})
	}
	all.Wait()
	for i := range results {
		if results[i].Result == "" {
			results[i].Result, results[i].Errors = goods.Failed, []goods.Fault{{Code: "not_sent"}}
		}
	}
	return results, failed
}

// chunks divides lines so that each request is within its limits. A line that is too large alone is a request of its own, and refused.
func chunks(lines []sheet.Line, good []int) [][]int {
	var out [][]int
	var now []int
	size := 0
	for _, i := range good {
		text, err := json.Marshal(lines[i].Product)
		if err != nil {
			continue
		}
		if len(now) > 0 && (len(now) == productsMax || size+len(text) > bytesMax) {
			out, now, size = append(out, now), nil, 0
		}
		now, size = append(now, i), size+len(text)+1
	}
	if len(now) > 0 {
		out = append(out, now)
	}
	return out
}

// chunk sends one request. Lines for which the whole request is refused are taken out, and the rest is sent again.
func (s Shop) chunk(ctx context.Context, lines []sheet.Line, chunk []int, dry bool, results []Result) error {
	for len(chunk) > 0 {
		body := struct {
			DryRun   bool            `json:"dry_run"`
			Products []goods.Request `json:"products"`
		}{DryRun: dry}
		for _, i := range chunk {
			body.Products = append(body.Products, lines[i].Product)
		}
		status, answer, err := s.ask(ctx, http.MethodPost, "/staff/products/import", body)
		if err != nil {
			return err
		}
		if status == http.StatusOK {
			return note(answer, chunk, results)
		}
		left := without(answer, status, chunk, results)
		if len(left) == len(chunk) {
			return fmt.Errorf("the shop answers %d %s", status, codeOf(answer))
		}
		chunk = left
	}
	return nil
}

// note takes what became of each line.
func note(answer []byte, chunk []int, results []Result) error {
	var got struct {
		Lines []goods.Line `json:"lines"`
	}
	if err := json.Unmarshal(answer, &got); err != nil || len(got.Lines) != len(chunk) {
		return errors.New("the shop's answer cannot be read")
	}
	for at, i := range chunk {
		results[i].Result, results[i].Errors = got.Lines[at].Result, got.Lines[at].Errors
	}
	return nil
}

type problem struct {
	Code   string `json:"code"`
	Errors []struct {
		Code    string `json:"code"`
		Pointer string `json:"pointer"`
		Detail  string `json:"detail"`
	} `json:"errors"`
}

// without refuses the lines that a problem points at, or the only one, and gives the others.
func without(answer []byte, status int, chunk []int, results []Result) []int {
	var p problem
	if json.Unmarshal(answer, &p) != nil || (status != http.StatusUnprocessableEntity && status != http.StatusRequestEntityTooLarge) {
		return chunk
	}
	bad := map[int]bool{}
	refuse := func(at int, f goods.Fault) {
		if at >= 0 && at < len(chunk) {
			bad[at] = true
			r := &results[chunk[at]]
			r.Result, r.Errors = goods.Refused, append(r.Errors, f)
		}
	}
	for _, e := range p.Errors {
		rest, is := strings.CutPrefix(e.Pointer, "#/products/")
		first, member, _ := strings.Cut(rest, "/")
		if at, err := strconv.Atoi(first); is && err == nil {
			refuse(at, goods.Fault{Code: e.Code, Pointer: "#/" + member, Detail: e.Detail})
		}
	}
	if len(bad) == 0 && len(chunk) == 1 {
		refuse(0, goods.Fault{Code: p.Code})
	}
	var left []int
	for at, i := range chunk {
		if !bad[at] {
			left = append(left, i)
		}
	}
	return left
}

func codeOf(answer []byte) string {
	var p problem
	if json.Unmarshal(answer, &p) != nil {
		return ""
	}
	return p.Code
}

// Export takes the whole catalogue, page by page.
func (s Shop) Export(ctx context.Context) ([]catalog.Product, error) {
	var out []catalog.Product
	for next := ""; ; {
		path := "/staff/products"
		if next != "" {
			path += "?next=" + url.QueryEscape(next)
		}
		status, answer, err := s.ask(ctx, http.MethodGet, path, nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Products []catalog.Product `json:"products"`
			Next     string            `json:"next"`
		}
		if err := json.Unmarshal(answer, &page); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("the shop answers %d %s", status, codeOf(answer))
		}
		out = append(out, page.Products...)
		if next = page.Next; next == "" || len(out) > sheet.LinesMax {
			return out, nil
		}
	}
}

// ask sends a request, again while the shop is busy or not to be reached: each may be repeated.
func (s Shop) ask(ctx context.Context, method, path string, body any) (status int, answer []byte, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	for try := range triesMax {
		status, answer, err = s.once(ctx, method, path, text)
		if err == nil && status != http.StatusTooManyRequests && status < http.StatusInternalServerError {
			return status, answer, nil
		}
		if waited := s.pause(ctx, time.Second<<try); waited != nil {
			return status, answer, waited
		}
	}
	return status, answer, err
}

func (s Shop) once(ctx context.Context, method, path string, text []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	if method != http.MethodGet {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.HTTP.RoundTrip(req)
	if err != nil {
		return 0, nil, errors.New("the shop cannot be reached")
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	return resp.StatusCode, answer, errors.Join(err, resp.Body.Close())
}

func (s Shop) pause(ctx context.Context, d time.Duration) error {
	if s.Wait != nil {
		return s.Wait(ctx, d)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
