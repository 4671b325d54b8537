package stripesim

import (
	"net/http"

	"till/scripts/localcloud/gatewaysim"
)

// ServeHTTP serves the API below BaseURL's path (or at the root) and the pages. A lost answer closes the connection.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gatewaysim.Handler(s.serve).ServeHTTP(w, r)
}

// Transport answers requests in the caller's goroutine, whatever their host: for clients in the same process. A lost
// answer is an error that is a timeout; a Stripe that is down refuses the connection.
func (s *Sim) Transport() http.RoundTripper { return gatewaysim.Transport(s.serve) }
