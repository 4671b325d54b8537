package apigw

import (
	"strings"

	"till/shared/carddata"
	"till/shared/fault"
)

const keyBytesMax = 255

// IdempotencyKey reads the header of that name: 1 to 255 printable ASCII characters without a comma, since a header sent
// twice arrives joined by one. The quotes of draft-ietf-httpapi-idempotency-key-header are taken off. Errors:
// fault.Unreadable, idempotency_key_missing or idempotency_key_invalid; fault.Invalid, card_data_rejected. The key is
// the client's text: never log it.
func IdempotencyKey(req Request) (string, error) {
	key, sent := Header(req, "idempotency-key")
	if !sent {
		return "", keyFault("idempotency_key_missing", "The header Idempotency-Key is needed.")
	}
	key = strings.Trim(key, " \t")
	if strings.HasPrefix(key, `"`) {
		if len(key) < 2 || !strings.HasSuffix(key, `"`) || strings.ContainsAny(key[1:len(key)-1], `"\`) {
			return "", keyInvalid()
		}
		key = key[1 : len(key)-1]
	}
	if key == "" || len(key) > keyBytesMax {
		return "", keyInvalid()
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' || c == ',' {
			return "", keyInvalid()
		}
	}
	if carddata.Found(key, carddata.Field) {
		return "", cardRejected("Idempotency-Key")
	}
	return key, nil
}

func keyInvalid() error {
	return keyFault("idempotency_key_invalid", "Must be 1 to 255 printable ASCII characters without a comma, sent once.")
}

func keyFault(code, msg string) error {
	return &fault.Error{Kind: fault.Unreadable, Op: "apigw.IdempotencyKey", Code: code, At: "Idempotency-Key", Msg: msg}
}

const tokenBytesMax = 4096

// Bearer reads the token of the Authorization header (RFC 6750 section 2.1). It is not checked here. Errors:
// fault.Unauthorized without a usable one. Never log the token.
func Bearer(req Request) (string, error) {
	sent, _ := Header(req, "authorization")
	scheme, token, _ := strings.Cut(strings.Trim(sent, " "), " ")
	token = strings.TrimLeft(token, " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" || len(token) > tokenBytesMax {
		return "", unauthorized("apigw.Bearer")
	}
	for _, c := range []byte(token) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~+/=", c) >= 0:
		default:
			return "", unauthorized("apigw.Bearer")
		}
	}
	return token, nil
}

func unauthorized(op string) error {
	return fault.New(fault.Unauthorized, op, "unauthorized", "")
}

// Origins refuses a request whose Origin header is not one of allowed, each as browsers write it ("https://shop.example").
// A request without the header, as a server or a form of another browser page's navigation sends it, passes. Errors:
// fault.Forbidden, origin_not_allowed.
func Origins(allowed ...string) Check {
	return func(req Request) error {
		origin, sent := Header(req, "origin")
		if !sent {
			return nil
		}
		for _, each := range allowed {
			if origin == each {
				return nil
			}
		}
		return fault.New(fault.Forbidden, "apigw.Origins", "origin_not_allowed", "This site may not call the API.")
	}
}

// NoCardData refuses a request that carries a card number, or a parameter named like one, in its path or query. Bodies
// are searched by Body.Into, the key by IdempotencyKey; no other header's value is kept. Errors: fault.Invalid,
// card_data_rejected.
func NoCardData(req Request) error {
	if carddata.Found(req.RawPath, carddata.Field) || carddata.Found(req.RawQueryString, carddata.Field) {
		return cardRejected("")
	}
	for _, value := range req.PathParameters {
		if carddata.Found(value, carddata.Field) {
			return cardRejected("")
		}
	}
	for name, value := range req.QueryStringParameters {
		if carddata.Member(name) || carddata.Found(name, carddata.Field) || carddata.Found(value, carddata.Field) {
			return cardRejected("")
		}
	}
	return nil
}
