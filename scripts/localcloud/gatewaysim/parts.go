package gatewaysim

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
)

// Part is one of a form of parts.
type Part struct {
	Name string
	File string // The file's own name; "" for a field.
	Kind string // Its Content-Type, as it was sent.
	Data []byte
}

// partsMax bounds a form.
const partsMax = 20

// PartsOf reads a multipart/form-data body. ok is false if it is none, or broken.
func PartsOf(contentType string, raw []byte) (parts []Part, ok bool) {
	kind, words, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" || words["boundary"] == "" || !bytes.Contains(raw, []byte("--"+words["boundary"]+"--")) {
		return nil, false
	}
	form := multipart.NewReader(bytes.NewReader(raw), words["boundary"])
	for len(parts) <= partsMax {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return parts, true
		}
		if err != nil {
			return nil, false
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return nil, false
		}
		parts = append(parts, Part{Name: p.FormName(), File: p.FileName(), Kind: p.Header.Get("Content-Type"), Data: data})
	}
	return nil, false
}

// looks is how files of each kind begin.
var looks = map[string]string{"application/pdf": "%PDF-", "image/png": "\x89PNG\r\n\x1a\n", "image/jpeg": "\xff\xd8\xff", "image/gif": "GIF8"}

// Document says what is wrong with a file that is sent as evidence, by what it holds: "" if it is one of the kinds, whole, and not too long.
func (p Part) Document(bytesMax int, kinds ...string) (wrong string) {
	is := ""
	for kind, begins := range looks {
		if bytes.HasPrefix(p.Data, []byte(begins)) {
			is = kind
		}
	}
	switch {
	case p.File == "":
		return "It is no file."
	case len(p.Data) > bytesMax:
		return "It has more than " + strconv.Itoa(bytesMax) + " bytes."
	case is == "" || !slices.Contains(kinds, is):
		return "It is of a kind that is not taken: " + strings.Join(kinds, ", ") + "."
	case is == "application/pdf" && !bytes.HasSuffix(bytes.TrimRight(p.Data, "\r\n"), []byte("%%EOF")):
		return "It is cut off."
	case p.Kind != is && p.Kind != "application/octet-stream" && p.Kind != "":
		return "It is not of the kind that it is said to be."
	default:
		return ""
	}
}
