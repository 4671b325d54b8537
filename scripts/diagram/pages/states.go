package pages

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"strings"

	"till/shared/fulfillment"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/payment"
)

// life is one life cycle: its table of moves, and the file whose comments say what each state means.
type life struct {
	name   string
	source string
	kind   string // The Go type of the states.
	states []string
	moves  func(from, to string) bool
	ended  func(state string) bool
}

// lives lists the life cycles of the product. The first state of each is where it begins.
func lives() []life {
	return []life{
		{"order", "shared/order/state.go", "Status", texts(order.Statuses()),
			func(from, to string) bool { return order.Status(from).CanBecome(order.Status(to)) },
			func(s string) bool { return order.Status(s).Ended() }},
		{"payment", "shared/payment/state.go", "State", texts(payment.States()),
			func(from, to string) bool { return payment.State(from).CanBecome(payment.State(to)) },
			func(s string) bool { return !payment.State(s).Open() }},
		{"refund", "shared/payment/refund.go", "RefundState", texts(payment.RefundStates()),
			func(from, to string) bool { return payment.RefundState(from).CanBecome(payment.RefundState(to)) },
			func(s string) bool { return !payment.RefundState(s).Open() }},
		{"capture", "shared/payment/capture.go", "CaptureState", texts(payment.CaptureStates()),
			func(from, to string) bool { return payment.CaptureState(from).CanBecome(payment.CaptureState(to)) },
			func(s string) bool { return !payment.CaptureState(s).Open() }},
		{"answer", "shared/payment/answer.go", "AnswerState", texts(payment.AnswerStates()),
			func(from, to string) bool { return payment.AnswerState(from).CanBecome(payment.AnswerState(to)) },
			func(s string) bool { return !payment.AnswerState(s).Open() }},
		{"shipment", "shared/fulfillment/fulfillment.go", "State", texts(fulfillment.States()),
			func(from, to string) bool { return fulfillment.State(from).CanBecome(fulfillment.State(to)) },
			func(s string) bool { return fulfillment.State(s) == fulfillment.Delivered }},
		{"event", "shared/inbox/inbox.go", "State", texts(inbox.States()),
			func(from, to string) bool { return inbox.State(from).CanBecome(inbox.State(to)) },
			func(s string) bool { return inbox.State(s).Settled() }},
	}
}

func texts[S ~string](states []S) []string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i] = string(s)
	}
	return out
}

// page is the diagram of a life cycle and the table of its states.
func (l life) page(project fs.FS) (string, error) {
	means, err := l.meanings(project)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n", l.states[0])
	var rows [][]string
	for _, from := range l.states {
		var next []string
		for _, to := range l.states {
			if l.moves(from, to) {
				fmt.Fprintf(&b, "    %s --> %s\n", from, to)
				next = append(next, "`"+to+"`")
			}
		}
		if l.ended(from) {
			fmt.Fprintf(&b, "    %s --> [*]\n", from)
		}
		if means[from] == "" {
			return "", fmt.Errorf("%s: the state %s has no comment", l.source, from)
		}
		rows = append(rows, []string{"`" + from + "`", means[from], strings.Join(next, ", ")})
	}
	b.WriteString("```\n\n")
	b.WriteString(table([]string{"state", "meaning", "may become"}, rows))
	return b.String(), nil
}

// meanings reads the comment behind each constant of the states' type.
func (l life) meanings(project fs.FS) (map[string]string, error) {
	text, err := fs.ReadFile(project, l.source)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), l.source, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, isValue := n.(*ast.ValueSpec)
		if !isValue || len(spec.Values) != 1 || spec.Comment == nil {
			return true
		}
		kind, named := spec.Type.(*ast.Ident)
		value, isText := spec.Values[0].(*ast.BasicLit)
		if !named || !isText || kind.Name != l.kind {
			return true
		}
		if state, err := strconv.Unquote(value.Value); err == nil {
			out[state] = strings.TrimSpace(spec.Comment.Text())
		}
		return true
	})
	return out, nil
}
