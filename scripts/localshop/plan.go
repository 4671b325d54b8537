package localshop

import (
	"fmt"
	"io/fs"
	"maps"
	"sync"

	"till/scripts/localcloud"
	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/gateways"
	"till/scripts/localcloud/template"
	"till/shared/edge/sfntask"
)

// Plan is what the project's files say of a shop. Reading them takes longer than a small shop lives, so whoever opens many
// shops reads them once. Safe for concurrent use: nothing changes it.
type Plan struct {
	template    *template.Template
	definitions map[string]*asl.Definition
}

// Read reads the plan of a shop with these options, for others that differ from it in neither addresses, log level nor parameters. Files is
// required. Errors: everything in the files that cannot run here, joined.
func Read(o Options) (*Plan, error) {
	o.defaults()
	source, err := fs.ReadFile(o.Files, templateFile)
	if err != nil {
		return nil, fmt.Errorf("localshop: %w (run it in the project's folder)", err)
	}
	parameters := map[string]string{
		"Stage": localStage, "Local": "true", "Arch": "x86_64", "ShopUrl": o.ShopURL, "ApiUrl": o.ShopURL,
		"AllowedOrigins": origins(o.ShopURL), "ReturnOrigins": origins(o.ShopURL), "GatewaysUrl": o.Gateways, "Gateways": gateways.Offered,
		"LogLevel": o.LogLevel, "DeletionProtection": "false",
	}
	maps.Copy(parameters, o.Parameters)
	described, err := template.Load(source, template.Options{Parameters: parameters})
	if err != nil {
		return nil, err
	}
	definitions, err := localcloud.Definitions(described, o.Files, sfntask.Names())
	return &Plan{described, definitions}, err
}

// Plans reads the plans of shops that differ in what their owner chooses, each once. Safe for concurrent use.
type Plans struct {
	files fs.FS

	mu   sync.Mutex
	read map[string]*Plan
}

// NewPlans gives those of the project's folder. Nothing is read yet.
func NewPlans(files fs.FS) *Plans { return &Plans{files: files, read: map[string]*Plan{}} }

// Of is the plan with these parameters of the template; see Options.Parameters. Errors: as Read.
func (p *Plans) Of(parameters map[string]string) (*Plan, error) {
	key := fmt.Sprint(parameters) // Sorted by name.
	p.mu.Lock()
	defer p.mu.Unlock()
	if have := p.read[key]; have != nil {
		return have, nil
	}
	plan, err := Read(Options{Files: p.files, Parameters: parameters})
	if err == nil {
		p.read[key] = plan
	}
	return plan, err
}
