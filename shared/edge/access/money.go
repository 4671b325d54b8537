package access

import (
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/person"
)

// reasonMax is how many characters staff may give as a reason.
const reasonMax = 500

// MoneyDesk is Desk for what moves money: managers and admins who signed in within the last 15 minutes. A request without a body is
// one with an empty object. Errors: as Desk; fault.Forbidden, sign_in_again.
func MoneyDesk(req apigw.Request, now time.Time, into any) (apigw.Staff, order.ID, error) {
	var raw []byte
	if req.Body != "" {
		var err error
		if raw, err = apigw.Read(req); err != nil {
			return apigw.Staff{}, "", err
		}
	}
	staff, err := apigw.RequireStaff(req, now, apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Staff{}, "", err
	}
	if err := staff.RequireRecent(now); err != nil {
		return apigw.Staff{}, "", err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil || len(raw) == 0 {
		return staff, id, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Staff{}, "", err
	}
	return staff, id, body.Into(into)
}

// Reason reads staff's words about what they do, which they may leave out. Errors: fault.Invalid, reason_invalid.
func Reason(words string) (person.Text, error) {
	text, err := person.ParseText(words, reasonMax)
	if err != nil && words != "" {
		return person.Text{}, &fault.Error{Kind: fault.Invalid, Op: "access.Reason", Code: "reason_invalid", At: "#/reason",
			Msg: "Must be at most 500 printable characters."}
	}
	return text, nil
}
