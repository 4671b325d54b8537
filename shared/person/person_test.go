package person_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/person"
)

func TestParseEmail(t *testing.T) {
	tests := []struct{ name, in, want, normal string }{
		{"an ordinary address is kept", "ada@example.com", "ada@example.com", "ada@example.com"},
		{"a plus stays, as it is another mailbox to some", "ada+till@example.com", "ada+till@example.com", "ada+till@example.com"},
		{"the local part keeps its case, the index does not", "Ada.Byron@Example.COM", "Ada.Byron@example.com", "ada.byron@example.com"},
		{"every character that RFC 5322 allows unquoted is taken", "a!#$%&'*+-/=?^_`{|}~z@example.com", "a!#$%&'*+-/=?^_`{|}~z@example.com", "a!#$%&'*+-/=?^_`{|}~z@example.com"},
		{"an umlaut domain becomes what mail is sent to", "ada@bücher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"},
		{"its ASCII form is the same address", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"},
		{"so is its decomposed form", "ada@bu\u0308cher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"},
		{"a domain of one foreign script is taken", "ada@почта.рф", "ada@xn--80a1acny.xn--p1ai", "ada@xn--80a1acny.xn--p1ai"},
		{"Japanese scripts belong together, also beside .jp", "ada@食べ物.jp", "ada@xn--59j689q5dya.jp", "ada@xn--59j689q5dya.jp"},
		{"254 bytes are not too many", strings.Repeat("a", 64) + "@" + label(63) + "." + label(63) + "." + label(58) + ".de", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := person.ParseEmail(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && (e.Text() != tt.want || e.Normal() != tt.normal) {
				t.Errorf("got %q, normal %q", e.Text(), e.Normal())
			}
		})
	}
}

func label(n int) string { return strings.Repeat("b", n) }

func TestParseEmailRefuses(t *testing.T) {
	tests := []struct{ name, in string }{
		{"nothing", ""},
		{"no @", "ada.example.com"},
		{"two @", "ada@byron@example.com"},
		{"no local part", "@example.com"},
		{"no domain", "ada@"},
		{"a domain of one label", "ada@localhost"},
		{"a line break at the end", "ada@example.com\r\n"},
		{"a header behind a line break", "ada@example.com\r\nBcc: all@example.com"},
		{"a bare line feed in the local part", "a\nda@example.com"},
		{"a NUL", "ada\x00@example.com"},
		{"a space", "ada byron@example.com"},
		{"two addresses", "ada@example.com,bob@example.com"},
		{"a display name", "Ada <ada@example.com>"},
		{"a quoted local part", `"ada byron"@example.com`},
		{"two dots in a row", "ada..byron@example.com"},
		{"a dot in front", ".ada@example.com"},
		{"255 bytes", strings.Repeat("a", 64) + "@" + label(63) + "." + label(63) + "." + label(59) + ".de"},
		{"65 bytes before the @", strings.Repeat("a", 65) + "@example.com"},
		{"a label of 64 letters", "ada@" + label(64) + ".de"},
		{"an IP address", "ada@192.0.2.1"},
		{"an address literal", "ada@[192.0.2.1]"},
		{"a label that begins with a hyphen", "ada@-example.com"},
		{"an empty label", "ada@example..com"},
		{"a Cyrillic a in a Latin word", "ada@ex\u0430mple.com"},
		{"the same in its ASCII form", "ada@xn--exmple-4nf.com"},
		{"a whole word of Cyrillic look-alikes under .com", "ada@\u0430\u0440\u0440\u04cf\u0435.com"},
		{"Greek beside Latin", "ada@g\u03bfogle.com"},
		{"an ASCII form that is not well formed", "ada@xn--\u007f.com"},
		{"an ASCII form that decodes to ASCII", "ada@xn--example-.com"},
		{"a full-width @", "ada＠example.com"},
		{"a letter that mail cannot be sent to before the @", "björk@example.com"},
		{"a bidi override", "ada@exam\u202eple.com"},
		{"a zero-width space", "ada@exam\u200bple.com"},
		{"bytes that are not UTF-8", "ada@ex\xffample.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := person.ParseEmail(tt.in)
			wantInvalid(t, err, "email_invalid", tt.in)
			if !e.IsZero() {
				t.Error("a refused address was given out")
			}
		})
	}
}

func wantInvalid(t *testing.T, err error, code, sent string) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) || fault.Code(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	if len(sent) > 3 && strings.Contains(err.Error(), sent) {
		t.Errorf("the error repeats what was sent: %v", err)
	}
	if all := fault.All(err); len(all) != 1 || all[0].At != "" || all[0].Msg == "" {
		t.Errorf("the fault has a place, or no words: %+v", all)
	}
}

func TestParseName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"an apostrophe", "O'Brien", "O'Brien"},
		{"an umlaut", "Björk", "Björk"},
		{"Vietnamese", "Nguyễn Thị Ánh", "Nguyễn Thị Ánh"},
		{"decomposed accents are composed", "Bjo\u0308rk", "Björk"},
		{"Persian with a non-joiner", "علی\u200cرضا", "علی\u200cرضا"},
		{"Hindi with a joiner", "क्\u200dष", "क्\u200dष"},
		{"a Japanese name with a wide space", "山田\u3000太郎", "山田 太郎"},
		{"spaces at the ends go", "  Ada Byron ", "Ada Byron"},
		{"a template for a log library is only text", "${jndi:ldap://x}", "${jndi:ldap://x}"},
		{"100 letters", strings.Repeat("x", 100), strings.Repeat("x", 100)},
		{"100 letters of 4 bytes", strings.Repeat("𠮷", 100), strings.Repeat("𠮷", 100)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := person.ParseName(tt.in)
			if err != nil || n.Text() != tt.want {
				t.Errorf("got %q, %v", n.Text(), err)
			}
		})
	}
}

func TestParseNameRefuses(t *testing.T) {
	tests := []struct{ name, in string }{
		{"nothing", ""},
		{"spaces", "   "},
		{"no letter", "12345"},
		{"a letter that shows nothing", "\u3164"},
		{"101 letters", strings.Repeat("x", 101)},
		{"ten thousand letters", strings.Repeat("x", 10_000)},
		{"a line feed", "Ada\nByron"},
		{"a tab", "Ada\tByron"},
		{"a terminal's escape", "Ada\x1b[31mByron"},
		{"a C1 control", "Ada\u0085Byron"},
		{"a right-to-left override", "Ada\u202eByron"},
		{"a bidi isolate", "Ada\u2066Byron"},
		{"a left-to-right mark", "Ada\u200eByron"},
		{"a zero-width space", "Ada\u200bByron"},
		{"a line separator", "Ada\u2028Byron"},
		{"a byte order mark", "\ufeffAda"},
		{"a non-joiner behind no letter", "\u200cAda"},
		{"two joiners", "ا\u200c\u200cب"},
		{"a tower of accents", "a" + strings.Repeat("\u0301", 20)},
		{"a replacement character", "Ada\ufffd"},
		{"a private character", "Ada\ue000"},
		{"bytes that are not UTF-8", "Ada\xff"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := person.ParseName(tt.in)
			wantInvalid(t, err, "name_invalid", tt.in)
		})
	}
}

func TestParsePhone(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"no phone is fine", "", ""},
		{"an international one", "+49301234567", "+49301234567"},
		{"a mobile that passes a card's check", "+4917604069006", "+4917604069006"},
		{"a national one that passes a card's check", "301234563", "301234563"},
		{"as people write it", "+49 (0)30 / 123-45.67", "+49301234567"},
		{"two zeros for the plus", "0049 30 1234567", "+49301234567"},
		{"Arabic digits", "٠٣٠١٢٣٤٥٦٧", "0301234567"},
		{"full-width digits", "０３０１２３４５６７", "0301234567"},
		{"15 digits", "+123456789012345", "+123456789012345"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := person.ParsePhone(tt.in)
			if err != nil || p.Text() != tt.want || p.IsZero() != (tt.want == "") {
				t.Errorf("got %q, %v", p.Text(), err)
			}
		})
	}
}

func TestParsePhoneRefuses(t *testing.T) {
	for _, in := range []string{" ", "1234", "+1234567890123456", "call me", "+0301234567", "+49\n301234567", "030+1234567", "++49301234567x", strings.Repeat("1", 1000)} {
		t.Run(fmt.Sprintf("%.20q", in), func(t *testing.T) {
			_, err := person.ParsePhone(in)
			wantInvalid(t, err, "phone_invalid", in)
		})
	}
}

func TestParseText(t *testing.T) {
	if text, err := person.ParseText(" Unter den Linden 1 ", 20); err != nil || text.Text() != "Unter den Linden 1" {
		t.Errorf("got %q, %v", text.Text(), err)
	}
	if text, err := person.ParseText("", 20); err != nil || !text.IsZero() {
		t.Errorf("the empty text: %v", err)
	}
	_, err := person.ParseText("123456", 5)
	wantInvalid(t, err, "text_invalid", "123456")
}

type form struct {
	Email person.Email
	phone person.Phone
	inner struct{ Name, other person.Name }
	Note  *person.Text
}

func secretForm(t *testing.T) (form, []string) {
	t.Helper()
	var f form
	var errs [4]error
	f.Email, errs[0] = person.ParseEmail("canary@example.com")
	f.phone, errs[1] = person.ParsePhone("+49301234567")
	f.inner.Name, errs[2] = person.ParseName("Canary Byron")
	f.inner.other = f.inner.Name
	note, err := person.ParseText("canary street", 100)
	f.Note, errs[3] = &note, err
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return f, []string{"canary", "Canary", "Byron", "49301234567", "63616e617279", "Y2FuYXJ5"}
}

func TestNothingPrintsPersonalData(t *testing.T) {
	f, canaries := secretForm(t)
	var logs bytes.Buffer
	for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&logs, nil)), slog.New(slog.NewTextHandler(&logs, nil))} {
		log.Info("x", "email", f.Email, "phone", f.phone, "name", f.inner.Name, "note", f.Note, "form", f, "pointer", &f)
	}
	outputs := map[string]string{"slog": logs.String(), "String": f.Email.String() + f.phone.String() + f.inner.Name.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%20.3v", "%T"} {
		outputs[verb] = fmt.Sprintf(strings.Repeat(verb+" ", 6), f, &f, f.Email, &f.Email, []person.Email{f.Email}, map[string]any{"a": f.phone, "b": f.inner})
	}
	for how, out := range outputs {
		for _, canary := range canaries {
			if strings.Contains(out, canary) {
				t.Errorf("%s shows %q: %s", how, canary, out)
			}
		}
	}
	if got := fmt.Sprintf("%v %s %#v", f.Email, f.phone, f.inner.Name); got != "[redacted] [redacted] [redacted]" {
		t.Errorf("got %q", got)
	}
}

func TestNothingMarshalsPersonalData(t *testing.T) {
	f, _ := secretForm(t)
	for _, v := range []any{f.Email, f.phone, f.inner.Name, f.Note, f, map[string]any{"e": f.Email}} {
		if out, err := json.Marshal(v); err == nil {
			t.Errorf("%T was written as JSON: %s", v, out)
		}
	}
	if _, err := f.Email.MarshalText(); err == nil {
		t.Error("an e-mail was written as text")
	}
	if err := gob.NewEncoder(new(bytes.Buffer)).Encode(struct{ Email person.Email }{f.Email}); err == nil {
		t.Error("an e-mail was written as gob")
	}
	var read person.Email
	if json.Unmarshal([]byte(`"ada@example.com"`), &read) == nil { //nolint:staticcheck // that it cannot be read is the point
		t.Error("JSON made an e-mail without a check")
	}
}

func TestEqualTextsAreEqualValues(t *testing.T) {
	a, _ := person.ParseEmail("ada@example.com")
	b, _ := person.ParseEmail("ada@example.com")
	c, _ := person.ParseEmail("bob@example.com")
	if a != b || a == c || a.IsZero() || !(person.Email{}).IsZero() || (person.Email{}).Text() != "" {
		t.Error("values do not compare as their texts")
	}
}

// Samples of RFC 3492 §7.1 (B and I), as labels of a domain.
func TestInternationalDomainsAreWrittenAsTheStandardSays(t *testing.T) {
	for plain, coded := range map[string]string{
		"他们为什么不说中文.中国":                    "xn--ihqwcrb4cv8a8dqg056pqjye.xn--fiqs8s",
		"почемужеонинеговорятпорусски.рф": "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l.xn--p1ai",
	} {
		e, err := person.ParseEmail("a@" + plain)
		if err != nil || e.Text() != "a@"+coded {
			t.Errorf("%s became %q, %v", plain, e.Text(), err)
		}
	}
}
