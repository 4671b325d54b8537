package notify

import (
	"context"

	"till/shared/fault"
	"till/shared/letter"
	"till/shared/message"
	"till/shared/passcode"
)

// code mails a customer the one-time code that was asked for with their address. What is kept of it is stored first, and for an address that
// nobody has ordered with as well: so who tries codes learns nothing of who is a customer. A message that comes again brings another code,
// and the last one counts.
func (h Handler) code(ctx context.Context, m message.Mail) error {
	code, mac, err := h.NewCode(ctx, m.Index, string(m.Purpose))
	if err != nil {
		return err
	}
	was, err := h.Code(ctx, m.Index)
	if fault.Is(err, fault.NotFound) {
		was, err = passcode.Code{Hash: m.Index}, nil
	}
	if err != nil {
		return err
	}
	next, due := was.Renew(m.Purpose, m.Ask, mac, h.Now())
	if !due {
		return nil
	}
	email, err := h.Address(ctx, m.Index)
	isNobody := fault.Is(err, fault.NotFound)
	if err != nil && !isNobody {
		return err
	}
	if err := h.SaveCode(ctx, next); err != nil || isNobody {
		return err
	}
	head, text := letter.Code(m.Purpose, code, m.Language)
	return h.Send(ctx, h.sender(ctx), email, head, text, "code#"+m.Ask)
}
