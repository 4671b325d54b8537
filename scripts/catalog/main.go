// Command catalog brings a catalogue to a shop from a file, and takes it from there, by the API as staff use it.
//
//	export TILL_STAFF_TOKEN=…                                             # a manager's access token
//	go run ./scripts/catalog -api https://api.shop.example export > all.csv
//	go run ./scripts/catalog -api … -format json export > all.json
//	go run ./scripts/catalog -api … -dry-run import all.csv               # what it would do, line by line
//	go run ./scripts/catalog -api … import all.csv                        # do it; a repeat changes nothing
//
// A line is a product, whole: what it leaves out is empty afterwards. Each is done on its own, and what cannot be done is told with its line.
// Products that a file does not have stay as they are. Exit codes: 0, done; 1, some lines were refused or failed, or the shop did not answer;
// 2, wrong usage.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"till/scripts/catalog/send"
	"till/scripts/catalog/sheet"
	"till/shared/edge/goods"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv("TILL_STAFF_TOKEN"), os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, token string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("catalog", flag.ContinueOnError)
	flags.SetOutput(problems)
	api := flags.String("api", "http://localhost:8080", "the shop's API")
	format := flags.String("format", "csv", "of an export: csv or json")
	dry := flags.Bool("dry-run", false, "only say what an import would do")
	all := flags.Bool("all", false, "tell of lines that change nothing, too")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	shop := send.Shop{URL: strings.TrimRight(*api, "/"), Token: token, HTTP: http.DefaultTransport}
	var err error
	switch {
	case token == "":
		_, _ = fmt.Fprintln(problems, "TILL_STAFF_TOKEN is not set: a manager's access token")
		return 2
	case flags.Arg(0) == "export" && flags.NArg() == 1 && (*format == "csv" || *format == "json"):
		err = export(ctx, shop, *format, out)
	case flags.Arg(0) == "import" && flags.NArg() == 2:
		var whole bool
		if whole, err = bring(ctx, shop, flags.Arg(1), *dry, *all, out); err == nil && !whole {
			return 1
		}
	default:
		_, _ = fmt.Fprintln(problems, "usage: catalog [-api URL] [-format csv|json] export | catalog [-api URL] [-dry-run] import FILE")
		return 2
	}
	if err != nil {
		_, _ = fmt.Fprintln(problems, err)
		return 1
	}
	return 0
}

func export(ctx context.Context, shop send.Shop, format string, out io.Writer) error {
	products, err := shop.Export(ctx)
	if err != nil {
		return err
	}
	if format == "csv" {
		return sheet.WriteCSV(out, products)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(products)
}

// bring imports a file and tells what became of each line; whole: none was refused or failed.
func bring(ctx context.Context, shop send.Shop, name string, dry, all bool, out io.Writer) (whole bool, err error) {
	file, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	lines, err := sheet.Read(file)
	if err != nil {
		return false, err
	}
	results, err := shop.Import(ctx, lines, dry)
	sums := map[string]int{}
	text := bufio.NewWriter(out)
	for _, r := range results {
		sums[r.Result]++
		if r.Result == goods.Unchanged && !all {
			continue
		}
		_, _ = fmt.Fprintf(text, "%d\t%s\t%s", r.N, r.SKU, r.Result)
		for _, e := range r.Errors {
			_, _ = fmt.Fprintf(text, "\t%s %s %s", e.Code, e.Pointer, e.Detail)
		}
		_, _ = fmt.Fprintln(text)
	}
	_, _ = fmt.Fprintf(text, "%d lines: %d made, %d changed, %d unchanged, %d refused, %d failed\n", len(results), sums[goods.Made], sums[goods.Changed],
		sums[goods.Unchanged], sums[goods.Refused], sums[goods.Failed])
	return sums[goods.Refused]+sums[goods.Failed] == 0, errors.Join(err, text.Flush())
}
