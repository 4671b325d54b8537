package access

import (
	"time"

	"till/shared/edge/apigw"
	"till/shared/order"
)

// Desk reads a request of staff about the order in its path, in the order in which faults are told: the body's size and
// type, the caller, the order's id, and, into `into`, the body itself. Without roles every role may. Errors: as apigw.Read,
// RequireStaff, Parse and Into; fault.NotFound for what is no id.
func Desk(req apigw.Request, now time.Time, into any, roles ...string) (apigw.Staff, order.ID, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Staff{}, "", err
	}
	staff, err := apigw.RequireStaff(req, now, roles...)
	if err != nil {
		return apigw.Staff{}, "", err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		return apigw.Staff{}, "", err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Staff{}, "", err
	}
	return staff, id, body.Into(into)
}
