package apigw

import (
	"slices"
	"strconv"
	"strings"

	"till/shared/fault"
)

// Condition is what a request says about the version that it changes: If-Match or If-None-Match (RFC 9110 section 13.1). A version's
// entity tag is its number in quotes: "7".
type Condition struct {
	asked    string // The header that was sent; "" if there was none.
	versions []int  // Of If-Match. None for a star, and for tags that are not ours.
	any      bool   // If-Match: *
}

const (
	headerMatch       = "If-Match"
	headerNone        = "If-None-Match"
	codeStale         = "precondition_failed"
	codeUnconditional = "precondition_required"
	conditionBytesMax = 512
)

// ReadCondition reads the header If-Match, tags or a star, or If-None-Match, a star only. Errors: fault.Unreadable, condition_invalid.
func ReadCondition(req Request) (Condition, error) {
	match, asksMatch := Header(req, "if-match")
	none, asksNone := Header(req, "if-none-match")
	match, none = strings.Trim(match, " \t"), strings.Trim(none, " \t")
	switch {
	case asksMatch && asksNone:
		return Condition{}, conditionInvalid(headerMatch, "Either If-Match or If-None-Match, not both.")
	case asksNone && none != "*":
		return Condition{}, conditionInvalid(headerNone, "Must be a star.")
	case asksNone:
		return Condition{asked: headerNone}, nil
	case !asksMatch:
		return Condition{}, nil
	case match == "*":
		return Condition{asked: headerMatch, any: true}, nil
	}
	versions, ok := tags(match)
	if !ok {
		return Condition{}, conditionInvalid(headerMatch, "Must be an ETag as it was sent, in its quotes, or a star.")
	}
	return Condition{asked: headerMatch, versions: versions}, nil
}

func conditionInvalid(at, msg string) error {
	return &fault.Error{Kind: fault.Unreadable, Op: "apigw.ReadCondition", Code: "condition_invalid", At: at, Msg: msg}
}

// tags reads a list of entity tags. A weak one, or one that is no number of ours, matches nothing and is left out.
func tags(list string) ([]int, bool) {
	if len(list) > conditionBytesMax {
		return nil, false
	}
	var out []int
	for each := range strings.SplitSeq(list, ",") {
		each = strings.Trim(each, " \t")
		tag, weak := strings.CutPrefix(each, "W/")
		if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' {
			return nil, false
		}
		tag = tag[1 : len(tag)-1]
		if strings.ContainsFunc(tag, func(r rune) bool { return r <= ' ' || r == '"' || r == 0x7f }) {
			return nil, false
		}
		if n, err := strconv.Atoi(tag); err == nil && !weak && strconv.Itoa(n) == tag {
			out = append(out, n)
		}
	}
	return out, true
}

// Sent tells whether the request has a condition.
func (c Condition) Sent() bool { return c.asked != "" }

// Allows tells whether a change of what is at version may go on; 0 is what is not there yet. Errors: fault.Stale,
// precondition_failed.
func (c Condition) Allows(version int) error {
	there := version > 0
	if !c.Sent() || (c.asked == headerNone && !there) || (c.any && there) || (there && slices.Contains(c.versions, version)) {
		return nil
	}
	msg := "It was changed by somebody else. Read it again."
	switch {
	case !there:
		msg = "It is not there."
	case c.asked == headerNone:
		msg = "It is there already."
	}
	return &fault.Error{Kind: fault.Stale, Op: "apigw.Allows", Code: codeStale, At: c.asked, Msg: msg}
}

// Requires is Allows for what must not be changed unseen. Errors: as Allows; fault.Unconditional, precondition_required, for a change
// of what is there without a condition.
func (c Condition) Requires(version int) error {
	if version > 0 && !c.Sent() {
		return &fault.Error{Kind: fault.Unconditional, Op: "apigw.Requires", Code: codeUnconditional, At: headerMatch,
			Msg: "Send If-Match with the ETag of what you have seen."}
	}
	return c.Allows(version)
}

// ETag tells which version is shown.
func ETag(version int) Option { return setHeader("ETag", `"`+strconv.Itoa(version)+`"`) }
