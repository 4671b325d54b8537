package stripesim

import (
	"strconv"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// filesPath is the one call that takes a form of parts. At Stripe it has a host of its own, files.stripe.com.
const filesPath = "/v1/files"

// disputeFileMax is how long a file of evidence may be. https://docs.stripe.com/file-upload
const disputeFileMax = 5_000_000

// upload is a file. https://docs.stripe.com/api/files/object
type upload struct {
	id, name, kind string
	size           int
	created        int64
}

// createFile is POST /v1/files, for evidence alone.
func (s *Sim) createFile(c *call) (any, *apiError) {
	if bad := c.form.only("purpose"); bad != nil {
		return nil, bad
	}
	switch {
	case c.file == nil:
		return nil, missing("file")
	case c.form.text("purpose") != "dispute_evidence":
		return nil, invalid("purpose", "", "The simulation takes files with the purpose dispute_evidence only.")
	}
	if wrong := c.file.Document(disputeFileMax, "application/pdf", "image/png", "image/jpeg"); wrong != "" {
		return nil, invalid("file", "", wrong)
	}
	f := &upload{id: s.id("file_1", 23), name: c.file.File, kind: "pdf", size: len(c.file.Data), created: s.now()}
	if !strings.HasPrefix(string(c.file.Data), "%PDF-") {
		f.kind = "image"
	}
	s.files.Put(f.id, f)
	return f.view(), nil
}

func (s *Sim) getFile(c *call) (any, *apiError) {
	f, ok := s.files.Get(c.args[0])
	if !ok {
		return nil, notFound("file", c.args[0], "id")
	}
	return f.view(), nil
}

func (f *upload) view() object {
	return object{"id": f.id, "object": "file", "created": f.created, "expires_at": f.created + 270*24*3600, "filename": f.name, "links": nil,
		"purpose": "dispute_evidence", "size": f.size, "title": nil, "type": f.kind, "url": nil}
}

// files are the facts of evidence that are files. https://docs.stripe.com/api/disputes/evidence_object
const fileFacts = " cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt refund_policy " +
	"service_documentation shipping_documentation uncategorized_file "

// filed counts the files of evidence, each of which was uploaded, and no two for one fact.
func (s *Sim) filed(f form) (n int, bad *apiError) {
	size := 0
	for name := range f.sub("evidence").values {
		if !strings.Contains(fileFacts, " "+name+" ") {
			continue
		}
		have, ok := s.files.Get(f.text("evidence[" + name + "]"))
		if !ok {
			return 0, notFound("file upload", f.text("evidence["+name+"]"), "evidence["+name+"]")
		}
		n, size = n+1, size+have.size
	}
	if size > disputeFileMax {
		return 0, invalid("evidence", "", "The files have more than "+strconv.Itoa(disputeFileMax)+" bytes together.")
	}
	return n, nil
}

// readParts reads an upload: its fields, and its file.
func readParts(contentType string, body []byte) (form, *gatewaysim.Part, *apiError) {
	parts, ok := gatewaysim.PartsOf(contentType, body)
	if !ok {
		return form{values: map[string][]string{}}, nil, invalid("", "", "The body must be multipart/form-data.")
	}
	out, file := form{values: map[string][]string{}}, (*gatewaysim.Part)(nil)
	for _, part := range parts {
		if part.File != "" && part.Name == "file" {
			file = &part
			continue
		}
		out.values.Add(part.Name, string(part.Data))
	}
	return out, file, nil
}
