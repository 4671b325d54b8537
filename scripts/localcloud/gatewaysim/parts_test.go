package gatewaysim_test

import (
	"strings"
	"testing"

	"till/scripts/localcloud/gatewaysim"
)

func TestAFormOfParts(t *testing.T) {
	const body = "--b\r\nContent-Disposition: form-data; name=\"input\"\r\n\r\n{}\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\n" +
		"Content-Type: application/pdf\r\n\r\n%PDF-1.4\n%%EOF\n\r\n--b--\r\n"
	parts, ok := gatewaysim.PartsOf("multipart/form-data; boundary=b", []byte(body))
	if !ok || len(parts) != 2 || parts[0].Name != "input" || string(parts[0].Data) != "{}" || parts[1].File != "a.pdf" || parts[1].Document(20, "application/pdf") != "" {
		t.Errorf("got %q, %v", parts, ok)
	}
	for name, tt := range map[string]struct{ kind, body string }{
		"no form":             {"application/json", body},
		"no boundary":         {"multipart/form-data", body},
		"cut off":             {"multipart/form-data; boundary=b", body[:60]},
		"very many parts":     {"multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n", 30) + "--b--\r\n"},
		"no content type":     {"", body},
		"a boundary too long": {"multipart/form-data; boundary=" + strings.Repeat("b", 300), body},
	} {
		if parts, ok := gatewaysim.PartsOf(tt.kind, []byte(tt.body)); ok && len(parts) > 0 {
			t.Errorf("%s: got %q", name, parts)
		}
	}
}

func TestWhatIsNoDocument(t *testing.T) {
	const pdf = "application/pdf"
	for name, tt := range map[string]struct {
		part  gatewaysim.Part
		taken bool
	}{
		"a document":                {gatewaysim.Part{File: "a.pdf", Kind: pdf, Data: []byte("%PDF-1.4\n%%EOF\n")}, true},
		"a document of no kind":     {gatewaysim.Part{File: "a.pdf", Kind: "application/octet-stream", Data: []byte("%PDF-1.4\n%%EOF")}, true},
		"a field":                   {gatewaysim.Part{Kind: pdf, Data: []byte("%PDF-1.4\n%%EOF")}, false},
		"a document that is cut":    {gatewaysim.Part{File: "a.pdf", Kind: pdf, Data: []byte("%PDF-1.4\n%%E")}, false},
		"one that is too long":      {gatewaysim.Part{File: "a.pdf", Kind: pdf, Data: []byte("%PDF-1.4\n" + strings.Repeat(" ", 20) + "%%EOF")}, false},
		"a text":                    {gatewaysim.Part{File: "a.pdf", Kind: pdf, Data: []byte("It was sent.")}, false},
		"a picture":                 {gatewaysim.Part{File: "a.gif", Kind: "image/gif", Data: []byte("GIF89a")}, false},
		"a document named a text":   {gatewaysim.Part{File: "a.txt", Kind: "text/plain", Data: []byte("%PDF-1.4\n%%EOF")}, false},
		"a document with no letter": {gatewaysim.Part{File: "a.pdf", Kind: pdf}, false},
	} {
		if wrong := tt.part.Document(24, pdf); (wrong == "") != tt.taken {
			t.Errorf("%s: %q", name, wrong)
		}
	}
}
