package squaresim

import (
	"strconv"
	"time"
)

func (p *payment) cardStatus() string {
	return map[string]string{approved: "AUTHORIZED", pending: "AUTHORIZED", completed: "CAPTURED", canceled: "VOIDED", failed: "FAILED"}[p.status]
}

func (p *payment) viewCard() object {
	return object{"card_brand": brands[p.card.Brand], "last_4": p.card.Last4, "exp_month": 12, "exp_year": p.created.Year() + 4, "card_type": "CREDIT"}
}

// risks are https://developer.squareup.com/reference/square/enums/RiskEvaluationRiskLevel. What is usual is left out, as for a seller who has not
// asked for it.
var risks = map[string]string{"elevated": "MODERATE", "highest": "HIGH"}

// brands are https://developer.squareup.com/reference/square/enums/CardBrand
var brands = map[string]string{"visa": "VISA", "mastercard": "MASTERCARD", "amex": "AMERICAN_EXPRESS"}

func (s *Sim) viewPayment(p *payment) object {
	view := object{"id": p.id, "created_at": stamp(p.created), "updated_at": stamp(p.updated), "amount_money": s.money(p.amount),
		"total_money": s.money(p.amount), "status": p.status, "source_type": "CARD", "location_id": s.cfg.LocationID, "order_id": p.order.id,
		"version_token": p.id[:8] + strconv.Itoa(p.version), "application_details": object{"square_product": "ECOMMERCE_API", "application_id": s.cfg.ApplicationID}}
	set := func(name, value string) {
		if value != "" {
			view[name] = value
		}
	}
	set("reference_id", p.reference)
	set("note", p.note)
	if p.status != failed {
		view["approved_money"] = s.money(p.amount)
	}
	if p.status == completed {
		view["receipt_number"] = p.id[:4]
	}
	if p.bank {
		view["source_type"], view["bank_account_details"] = "BANK_ACCOUNT", object{"bank_name": "Citizens Bank", "transfer_type": "ACH"}
	} else {
		card := object{"status": p.cardStatus(), "card": p.viewCard(), "entry_method": "KEYED", "cvv_status": "CVV_ACCEPTED", "avs_status": "AVS_ACCEPTED",
			"statement_description": "SQ *TILL"}
		if p.code != "" {
			card["errors"] = []object{{"category": categoryMethod, "code": p.code, "detail": "Authorization error: '" + p.code + "'"}}
		}
		view["card_details"] = card
		if level, unusual := risks[p.card.Risk]; unusual {
			view["risk_evaluation"] = object{"created_at": stamp(p.created), "risk_level": level}
		}
		view["delay_duration"], view["delay_action"] = "PT"+strconv.Itoa(int(p.delay/time.Hour))+"H", "CANCEL"
		set("delayed_until", stamp(p.created.Add(p.delay)))
	}
	if p.feeKnown {
		view["processing_fee"] = []object{{"effective_at": stamp(p.created.Add(2 * time.Hour)), "type": "INITIAL", "amount_money": s.money(p.fee)}}
	}
	ids, back := []string{}, int64(0)
	for _, r := range p.refunds {
		ids = append(ids, r.id)
		if r.status == completed {
			back += r.amount
		}
	}
	if len(ids) > 0 {
		view["refund_ids"], view["refunded_money"] = ids, s.money(back)
	}
	return view
}
