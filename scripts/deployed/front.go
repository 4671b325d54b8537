package deployed

import (
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// API is the stack's HTTP API, on the engine's one port: MiniStack tells APIs apart by the name in the Host header.
func (s *Stack) API() (http.Handler, error) {
	engine, err := url.Parse(s.Endpoint)
	if err != nil {
		return nil, err
	}
	host := s.Physical("HttpApi") + ".execute-api.localhost:" + engine.Port()
	return &httputil.ReverseProxy{
		ErrorLog: quiet(), // While the engine is restarted, 502 says enough.
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(engine)
			r.Out.Host = host
		},
		ModifyResponse: func(r *http.Response) error {
			// MiniStack answers a preflight of any origin with these; API Gateway leaves empty ones out.
			for name, values := range r.Header {
				if strings.HasPrefix(name, "Access-Control-") && strings.Join(values, "") == "" {
					r.Header.Del(name)
				}
			}
			return nil
		},
	}, nil
}

// quiet is a log that nobody reads.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
