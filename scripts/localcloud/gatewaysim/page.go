package gatewaysim

import (
	"bytes"
	"html/template"
	"net/http"
)

// View is what the templates show. Gateway is its name for people: "Stripe".
type View struct {
	Gateway, Title, Amount, Error, Text, Back, Action string

	Lines []ViewLine
	Debit bool // A bank account is taken, too.
}

// ViewLine is a line of what is bought.
type ViewLine struct {
	Name     string
	Quantity int64
	Total    string
}

// pages are plain forms: they work without scripts, with a keyboard and on a phone.
var pages = template.Must(template.New("pages").Parse(`
{{define "head"}}<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Title}} – simulated {{.Gateway}}</title>
<style>
body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; background: #f4f5f7; color: #1a1f36; }
header { background: #5b3a00; color: #fff; padding: .6rem 1rem; text-align: center; }
main { max-width: 28rem; margin: 1.5rem auto; padding: 1.25rem; background: #fff; border: 1px solid #c9ced6; border-radius: .5rem; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
label { display: block; margin: 1rem 0 .3rem; font-weight: 600; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; border: 1px solid #5f6b7c; border-radius: .3rem; }
button { font: inherit; width: 100%; min-height: 3rem; margin-top: 1rem; border-radius: .3rem; border: 1px solid #3b3fb6; cursor: pointer; }
button.go { background: #3b3fb6; color: #fff; }
button.back { background: #fff; color: #3b3fb6; }
:focus-visible { outline: 3px solid #d97706; outline-offset: 2px; }
.error { border-left: .3rem solid #b3261e; background: #fdecea; padding: .6rem .8rem; }
table { width: 100%; border-collapse: collapse; } td { padding: .2rem 0; vertical-align: top; } td:last-child { text-align: right; white-space: nowrap; }
details { margin-top: 1.25rem; } code { white-space: nowrap; }
</style>
</head>
<body>
<header><strong>TEST MODE</strong> – a simulation of {{.Gateway}}. No real money, no real cards.</header>
<main>
<h1>{{.Title}}</h1>
{{with .Error}}<p class="error" role="alert" id="error">{{.}}</p>{{end}}{{end}}

{{define "foot"}}</main>
</body>
</html>
{{end}}

{{define "pay"}}{{template "head" .}}
<table>{{range .Lines}}<tr><td>{{.Quantity}} × {{.Name}}</td><td>{{.Total}}</td></tr>{{end}}
<tr><td><strong>Total</strong></td><td><strong>{{.Amount}}</strong></td></tr></table>
<form method="post" action="{{.Action}}" autocomplete="off">
<label for="card">Test card number</label>
<input id="card" name="card" inputmode="numeric" maxlength="30" autofocus aria-describedby="cards{{if .Error}} error{{end}}" placeholder="4242 4242 4242 4242">
{{if .Debit}}<label for="iban">or IBAN of a test account (slow: the money comes later)</label>
<input id="iban" name="iban" maxlength="42" placeholder="AT61 1904 3002 3457 3201">
{{end}}<button class="go" name="action" value="pay">Pay {{.Amount}}</button>
<button class="back" name="action" value="cancel">Cancel and return to the shop</button>
</form>
<details id="cards" open><summary>Test cards</summary>
<ul>
<li><code>4242 4242 4242 4242</code> pays</li>
<li><code>4000 0000 0000 0002</code> is declined</li>
<li><code>4000 0000 0000 9995</code> has insufficient funds</li>
<li><code>4000 0025 0000 3155</code> asks for authentication</li>
<li><code>4000 0000 0000 0259</code> pays, and is disputed afterwards</li>
</ul></details>
{{template "foot" .}}{{end}}

{{define "authenticate"}}{{template "head" .}}
<p>Your bank asks whether you want to pay <strong>{{.Amount}}</strong>.</p>
<form method="post">
<button class="go" name="action" value="complete">Complete authentication</button>
<button class="back" name="action" value="fail">Fail authentication</button>
</form>
{{template "foot" .}}{{end}}

{{define "message"}}{{template "head" .}}
<p>{{.Text}}</p>
{{with .Back}}<p><a href="{{.}}">Return to the shop</a></p>{{end}}
{{template "foot" .}}{{end}}
`))

// The pages.
const (
	PagePay          = "pay"          // The form for a card: fields card (and iban), action=pay or action=cancel.
	PageAuthenticate = "authenticate" // The bank's question: action=complete or action=fail.
	PageMessage      = "message"      // Only says something; with a way back, if View.Back is set.
)

// Page shows one of the pages.
func Page(status int, name string, v View) Answer {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, v); err != nil {
		panic(err) // The templates are constants: only a bug can make this fail.
	}
	return Answer{Status: status, Header: pageHeader(), Body: page.Bytes()}
}

// Redirect sends a browser on.
func Redirect(target string) Answer {
	header := pageHeader()
	header.Set("Location", target)
	return Answer{Status: http.StatusSeeOther, Header: header}
}

func pageHeader() http.Header {
	header := http.Header{}
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	return header
}
