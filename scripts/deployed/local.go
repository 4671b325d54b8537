package deployed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	"till/scripts/engines"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gateways"
	"till/scripts/localcloud/stripesim"
	"till/scripts/permissions"
)

// LocalOptions says how a whole shop is put up on this machine.
type LocalOptions struct {
	Root      string    // The project's folder, with what `sam build` made.
	Tools     string    // The folder of the tools; Root/.tools unless set.
	Dir       string    // Where the engine keeps its files and logs, and SAM what it says.
	Port      int       // Of the shop; 0 is a free one.
	Gateways  int       // The port of the simulated gateways; 0 is a free one.
	StockHold string    // How long an unpaid order keeps its stock; "5m" is the least.
	LogLevel  string    // Of the functions.
	Log       io.Writer // Progress.
}

// Local is a whole shop on this machine: a local AWS with the stack, the simulated gateways, and one address in front. What
// people do goes to that address and to the gateways' pages.
type Local struct {
	Engine   *engines.MiniStack
	Stack    *Stack
	Gateways *gateways.Gateways
	Stripe   *stripesim.Sim // Of Gateways.
	Routes   []string       // As API Gateway names them.

	ShopURL     string
	GatewaysURL string
	Began       time.Time

	options  LocalOptions
	calls    *calls
	roles    permissions.Roles
	service  permissions.Seen
	aws      net.Listener // What functions take for AWS.
	shop     net.Listener
	gateways net.Listener
	servers  []*http.Server
	stop     context.CancelFunc
}

const (
	stackName    = "till-local"
	headerLimit  = 10 * time.Second
	webhookLimit = 20 * time.Second // Stripe's own patience.
	answerMax    = 1 << 20
)

// Put up a shop: take the addresses, start the engine, deploy, make the routes, and do what the README tells a deployer to do.
// front makes what answers at the shop's address, from the API behind it.
func Put(ctx context.Context, o LocalOptions, front func(l *Local, api http.Handler) http.Handler) (_ *Local, err error) {
	if o.Tools == "" {
		o.Tools = filepath.Join(o.Root, engines.ToolsFolder)
	}
	l := &Local{options: o, Began: time.Now()}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close(context.WithoutCancel(ctx)))
		}
	}()
	if err := l.listen(ctx); err != nil {
		return nil, err
	}
	if err := l.simulate(background); err != nil {
		return nil, err
	}
	if err := l.start(ctx); err != nil {
		return nil, err
	}
	if err := l.deploy(ctx); err != nil {
		return nil, err
	}
	api, err := l.Stack.API()
	if err != nil {
		return nil, err
	}
	l.serve(l.shop, front(l, api))
	l.serve(l.gateways, l.Gateways)
	return l, nil
}

func (l *Local) listen(ctx context.Context) (err error) {
	if l.shop, l.ShopURL, err = listen(ctx, l.options.Port); err != nil {
		return err
	}
	if l.gateways, l.GatewaysURL, err = listen(ctx, l.options.Gateways); err != nil {
		return err
	}
	l.aws, err = new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	return err
}

// listen takes a port of this machine alone.
func listen(ctx context.Context, port int) (net.Listener, string, error) {
	at, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf("localhost:%d", port))
	if err != nil {
		return nil, "", fmt.Errorf("%w: end what listens there, or name another port", err)
	}
	_, taken, err := net.SplitHostPort(at.Addr().String())
	return at, "http://localhost:" + taken, err
}

// start starts the engine, and tells it that its functions find AWS where calls are watched.
func (l *Local) start(ctx context.Context) error {
	_, port, err := net.SplitHostPort(l.aws.Addr().String())
	if err != nil {
		return err
	}
	l.Engine, err = engines.StartMiniStack(ctx, engines.MiniStackOptions{
		Tools: l.options.Tools, Dir: filepath.Join(l.options.Dir, "aws"), Persist: true, Region: Region, Log: l.options.Log,
		Env: []string{"AWS_ENDPOINT_URL=http://127.0.0.1:" + port},
	})
	if err != nil {
		return err
	}
	engine, err := url.Parse(l.Engine.Endpoint)
	if err != nil {
		return err
	}
	l.calls = &calls{engine: &httputil.ReverseProxy{ErrorLog: quiet(), Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(engine) }}}
	l.serve(l.aws, l.calls)
	return nil
}

// simulate opens the gateways, on the wall's clock.
func (l *Local) simulate(ctx context.Context) (err error) {
	now := clock.New(time.Now(), clock.NewPool())
	l.Gateways, err = gateways.New(gateways.Config{
		URL: l.GatewaysURL, ShopURL: l.ShopURL, Clock: now, Seed: l.Began.String(), Wait: clock.Sleep,
		Deliver: func(url string, header http.Header, body []byte) (int, error) { return post(ctx, url, header, body) },
	})
	if err != nil {
		return err
	}
	l.Stripe = l.Gateways.Stripe
	go now.Follow(ctx, time.Now)
	return nil
}

// deploy puts the stack up, or anew over one that stands.
func (l *Local) deploy(ctx context.Context) (err error) {
	hold, level := l.options.StockHold, l.options.LogLevel
	if hold == "" {
		hold = "30m"
	}
	if level == "" {
		level = "info"
	}
	parameters := map[string]string{
		"Stage": "local", "Local": "true", "Arch": processor(), "DeletionProtection": "false", "StockHold": hold, "LogLevel": level,
		"ShopUrl": l.ShopURL, "ApiUrl": l.ShopURL, "AllowedOrigins": l.ShopURL, "ReturnOrigins": l.ShopURL, "GatewaysUrl": l.GatewaysURL, "Gateways": gateways.Offered,
	}
	l.Stack, err = Deploy(ctx, Options{
		Root: l.options.Root, SAM: filepath.Join(l.options.Tools, "sam", "bin", "sam"),
		Template: filepath.Join(l.options.Root, ".aws-sam", "build", "template.yaml"), Endpoint: l.Engine.Endpoint, Name: stackName,
		Parameters: parameters, Log: l.options.Log,
	})
	if err != nil {
		return err
	}
	if l.Routes, err = l.Stack.MakeRoutes(ctx); err != nil {
		return err
	}
	return errors.Join(l.watch(ctx), l.Stack.PutGatewayKeys(ctx, l.Gateways.Secret()), l.Stack.VerifySender(ctx))
}

// processor is what Lambda calls the one that this machine has: MiniStack runs the functions on it.
func processor() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// Close ends everything, the engine last, with what it has to keep.
func (l *Local) Close(ctx context.Context) error {
	var faults []error
	for _, server := range l.servers {
		faults = append(faults, server.Close())
	}
	for _, at := range []net.Listener{l.shop, l.gateways, l.aws} {
		if at != nil {
			_ = at.Close() // Closed already, if it was served.
		}
	}
	if l.stop != nil {
		l.stop()
	}
	if l.Engine != nil {
		faults = append(faults, l.Engine.Stop(ctx))
	}
	return errors.Join(faults...)
}

func (l *Local) serve(at net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: headerLimit}
	l.servers = append(l.servers, server)
	go func() { _ = server.Serve(at) }() // Ends with Close.
}

// post delivers a webhook.
func post(ctx context.Context, url string, header http.Header, body []byte) (int, error) {
	ctx, stop := context.WithTimeout(ctx, webhookLimit)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header = header.Clone()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }() // Its status is all that counts.
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, answerMax))
	return res.StatusCode, err
}
