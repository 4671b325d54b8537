package compare_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"till/scripts/settle/compare"
	"till/shared/reconcile"
)

const (
	head = "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,charge_id,payment_intent_id\n"
	row  = "po_1,txn_1,2026-11-22 12:00:00,eur,19.99,0.54,19.45,charge,ch_1,ch_1,pi_1\n"
	book = `{"payments":[{"gateway":"stripe","ref":"pi_1","order":"ord_1","currency":"EUR","amount":1999,"at":"2026-11-22T12:00:00Z"}]}`
)

// run calls the command in a folder of these files.
func run(files map[string]string, args ...string) (code int, out, err string) {
	disk := fstest.MapFS{}
	for name, text := range files {
		disk["work/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	var o, e bytes.Buffer
	c := compare.Command{Out: &o, Err: &e, Files: disk, Dir: func() (string, error) { return "/work", nil },
		Now: func() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }}
	code = c.Run(args)
	return code, o.String(), e.String()
}

func TestTheExitCodeSaysWhetherTheyAgree(t *testing.T) {
	files := map[string]string{"books.json": book, "none.json": "{}", "f.csv": head + row, "short.csv": head + strings.Replace(row, "19.99,0.54,19.45", "19.98,0.54,19.44", 1),
		"bad.csv": head + row + "x\n", "empty.csv": head, "no.csv": "hello\n", "wrong.json": `{"payments":7}`}
	for _, each := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"they agree", []string{"-books", "books.json", "stripe=f.csv"}, 0, "0 differences; 0 too early to say; 1 entries for the ledger; fees €0.54"},
		{"by an absolute name", []string{"-books", "/work/books.json", "stripe=/work/f.csv"}, 0, "0 differences"},
		{"a cent less", []string{"-books", "books.json", "stripe=short.csv"}, 1, "amount_differs  payment  stripe  pi_1  ord_1  ours €19.99  theirs €19.98"},
		{"not in the books", []string{"-books", "none.json", "stripe=f.csv"}, 1, "missing_here  payment  stripe  pi_1  line 2  ours nothing  theirs €19.99"},
		{"not in the files", []string{"-books", "books.json", "stripe=empty.csv"}, 1, "missing_there"},
		{"not in the files yet", []string{"-books", "books.json", "-lag", "1000h", "stripe=empty.csv"}, 0, "1 too early to say"},
		{"from before the files", []string{"-books", "books.json", "-from", "2026-11-23", "stripe=empty.csv"}, 0, "0 differences"},
		{"of another gateway", []string{"-books", "books.json", "square=square.json"}, 2, "square.json"},
		{"a row that cannot be read", []string{"-books", "books.json", "stripe=bad.csv"}, 1, "row_unread  row  stripe  fields_missing  line 3"},
		{"no settlement file", []string{"-books", "books.json", "stripe=no.csv"}, 2, "settlement_unreadable"},
		{"no books", []string{"-books", "wrong.json", "stripe=f.csv"}, 2, "book_unreadable"},
		{"books that are not there", []string{"-books", "x.json", "stripe=f.csv"}, 2, "x.json"},
		{"no file", []string{"-books", "books.json"}, 2, "at least one file"},
		{"no format", []string{"-books", "books.json", "f.csv"}, 2, "FORMAT=FILE"},
		{"an unknown format", []string{"-books", "books.json", "adyen=f.csv"}, 2, "FORMAT=FILE"},
		{"a day that is none", []string{"-books", "books.json", "-from", "yesterday", "stripe=f.csv"}, 2, "yesterday"},
		{"a zone that is none", []string{"-books", "books.json", "-zone", "Mars/Base", "stripe=f.csv"}, 2, "Mars/Base"},
		{"a flag that is none", []string{"-x"}, 2, "usage"},
	} {
		code, out, err := run(files, each.args...)
		if code != each.code || !strings.Contains(out+err, each.says) {
			t.Errorf("%s: %d, want %d and %q\n%s%s", each.name, code, each.code, each.says, out, err)
		}
	}
}

func TestAsJSONItIsTheWholeResult(t *testing.T) {
	code, out, _ := run(map[string]string{"books.json": "{}", "f.csv": head + row}, "-books", "books.json", "-json", "stripe=f.csv")
	var r reconcile.Result
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 1 || len(r.Differences) != 1 || len(r.Journal) != 1 || r.Differences[0].Action == "" {
		t.Errorf("%d, %v: %s", code, err, out)
	}
}

// fails is a place to which nothing can be written.
type fails struct{}

func (fails) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestWhenNothingCanBeToldItFails(t *testing.T) {
	disk := fstest.MapFS{"work/b": {Data: []byte(book)}, "work/f": {Data: []byte(head + row)}}
	c := compare.Command{Out: fails{}, Err: new(bytes.Buffer), Files: disk, Dir: func() (string, error) { return "/work", nil }, Now: time.Now}
	for _, args := range [][]string{{"-books", "b", "stripe=f"}, {"-books", "b", "-json", "stripe=f"}} {
		if code := c.Run(args); code != 2 {
			t.Errorf("%v: %d", args, code)
		}
	}
}
