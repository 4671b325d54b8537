package squaregw

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"till/shared/fault"
	"till/shared/gateway/jsonapi"
	"till/shared/payment"
)

// textMax is how many characters a text of the evidence may have, textsMax how many of them are sent of one kind.
// https://developer.squareup.com/reference/square/disputes-api/create-dispute-evidence-text
const (
	textMax  = 500
	textsMax = 4
)

// AnswerDispute adds the evidence piece by piece, each once by its key, and submits it. Errors: as payment.Gateway.
// https://developer.squareup.com/docs/disputes-api/process-disputes
func (g *Gateway) AnswerDispute(ctx context.Context, a payment.Attempt, dispute string, e payment.Evidence) (payment.Facts, error) {
	const op = "squaregw.AnswerDispute"
	return g.answer(ctx, op, a, dispute, func(path string) error {
		for i, p := range pieces(e) {
			err := g.change(ctx, op, http.MethodPost, path+"/evidence-text",
				object{"idempotency_key": string(e.Key) + "/" + strconv.Itoa(i), "evidence_type": p.kind, "evidence_text": p.text}, &struct{}{})
			if err != nil {
				return err
			}
		}
		if err := g.file(ctx, op, path, e); err != nil {
			return err
		}
		return g.change(ctx, op, http.MethodPost, path+"/submit-evidence", nil, &struct{}{})
	})
}

// file adds the evidence as a document, once by its key, in place of that of an earlier answer which never came to be submitted. The texts
// say the same: a document that Square does not take keeps nothing back.
// https://developer.squareup.com/reference/square/disputes-api/create-dispute-evidence-file
func (g *Gateway) file(ctx context.Context, op, path string, e payment.Evidence) error {
	doc, name := e.Document(), documentOf(e.Key)
	if doc == nil {
		return nil
	}
	if there, err := g.tidy(ctx, op, path, name); err != nil || there {
		return err
	}
	err := g.change(ctx, op, http.MethodPost, path+"/evidence-files", jsonapi.Part{Name: "request",
		Body:  object{"idempotency_key": string(e.Key) + "/file", "evidence_type": "GENERIC_EVIDENCE", "content_type": payment.DocumentKind},
		Files: []jsonapi.File{{Name: "image_file", As: name, Kind: payment.DocumentKind, Data: doc}}}, &struct{}{})
	return unlessUntaken(err)
}

// documentOf is what the document of an answer is called: by that it is known again.
func documentOf(key payment.AnswerID) string { return string(key) + ".pdf" }

// evidencePages bounds the calls for the evidence that a dispute has: two answers are one page.
const evidencePages = 5

// tidy removes the documents of other answers from a dispute's evidence, and tells whether this answer's is there. What is not ours stays.
// https://developer.squareup.com/reference/square/disputes-api/list-dispute-evidence
// https://developer.squareup.com/reference/square/disputes-api/delete-dispute-evidence
func (g *Gateway) tidy(ctx context.Context, op, path, name string) (there bool, err error) {
	for cursor, n := "", 0; n == 0 || cursor != "" && n < evidencePages; n++ {
		var page struct {
			Cursor   string `json:"cursor"`
			Evidence []struct {
				ID   string `json:"id"`
				File struct {
					Name string `json:"filename"`
				} `json:"evidence_file"`
			} `json:"evidence"`
		}
		list := path + "/evidence"
		if cursor != "" {
			list += "?" + url.Values{"cursor": {cursor}}.Encode()
		}
		if err := g.get(ctx, op, list, &page); err != nil {
			return false, unlessUntaken(err)
		}
		for _, each := range page.Evidence {
			switch {
			case each.File.Name == name:
				there = true
			case strings.HasPrefix(each.File.Name, "ans_") && strings.HasSuffix(each.File.Name, ".pdf") && payment.IsRef(each.ID, 64):
				if err := g.change(ctx, op, http.MethodDelete, path+"/evidence/"+each.ID, nil, &struct{}{}); unlessUntaken(err) != nil {
					return false, err
				}
			}
		}
		cursor = page.Cursor
	}
	return there, nil
}

// unlessUntaken is a failure after which evidence is not complete: what Square refuses for good keeps nothing back.
func unlessUntaken(err error) error {
	if err != nil && payment.Untaken(refusalOf(err).status) {
		return nil
	}
	return err
}

// AcceptDispute gives in. Errors: as payment.Gateway. https://developer.squareup.com/reference/square/disputes-api/accept-dispute
func (g *Gateway) AcceptDispute(ctx context.Context, a payment.Attempt, dispute string, _ payment.AnswerID) (payment.Facts, error) {
	const op = "squaregw.AcceptDispute"
	return g.answer(ctx, op, a, dispute, func(path string) error {
		return g.change(ctx, op, http.MethodPost, path+"/accept", nil, &struct{}{})
	})
}

// answer makes calls about a dispute of an attempt's, once.
func (g *Gateway) answer(ctx context.Context, op string, a payment.Attempt, dispute string, call func(path string) error) (payment.Facts, error) {
	path, err := at(op, disputesPath, dispute)
	if err != nil {
		return payment.Facts{}, err
	}
	fetch := func() (payment.Facts, error) { return g.Fetch(ctx, a.About(dispute)) }
	return payment.AnswerOnce(op, dispute, fetch, func() error {
		err := call(path)
		if err != nil && refusedAsSent(err) && fault.Is(err, fault.Internal, fault.Conflict, fault.Invalid) {
			return &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(err), Msg: payment.RefusalText(fault.Declined), Err: refusalOf(err)}
		}
		return err
	})
}

// piece is one text. https://developer.squareup.com/reference/square/enums/DisputeEvidenceType
type piece struct{ kind, text string }

// pieces are the facts, each with its kind, in texts that Square takes.
func pieces(e payment.Evidence) []piece {
	var out []piece
	add := func(kind, text string) {
		for n := 0; text != "" && n < textsMax; n++ {
			part := payment.Cut(text, textMax)
			out = append(out, piece{kind, part})
			if text = text[len(part):]; text != "" && text[0] == '\n' {
				text = text[1:]
			}
		}
	}
	people := ""
	for _, p := range [...]string{e.Name, e.Email, e.Billing, e.Shipping} {
		if p != "" {
			people += p + "\n"
		}
	}
	add("REBUTTAL_EXPLANATION", e.Statement)
	add("RECEIPT", e.Product)
	add("CARDHOLDER_INFORMATION", people)
	for _, p := range e.Parcels[:min(len(e.Parcels), textsMax)] {
		add("TRACKING_NUMBER", p.Tracking)
	}
	add("PROOF_OF_DELIVERY_DOCUMENTATION", e.Delivery())
	add("CANCELLATION_OR_REFUND_DOCUMENTATION", e.Returned())
	add("CARDHOLDER_COMMUNICATION", e.Messages)
	add("GENERIC_EVIDENCE", e.Timeline)
	return out
}
