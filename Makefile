# What developers run. `make` alone lists the targets. Only `make test` is needed every day, and it asks for Go alone.

# Tools, pinned. Go's are run from their modules, so go.mod stays clean. All else is in .tools/, made by scripts/engines/tools:
# Python's from infra/requirements-*.txt, with hashes; DynamoDB Local from scripts/engines/, with checksums.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
PYTHON        ?= python3
ARCH          ?= arm64
STAGE         ?= dev
FUZZTIME      ?= 10s
BENCHTIME     ?= 1s
CHROMIUM      ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
SAM           := .tools/sam/bin/sam
TOOLS         := go run ./scripts/engines/tools -python "$(PYTHON)" -chromium "$(CHROMIUM)"

# Builds for Lambda: the same bytes from every machine, no RPC of the old runtime, no symbols, no C library.
# `sam build` hands them to Go. Never --cached: SAM watches the folder of a function only and would ship a stale shared/.
# Never --parallel: with a cold cache it takes six times as long.
LAMBDA_GOFLAGS := -trimpath -tags=lambda.norpc '-ldflags=-s -w'
GOARCH_OF       = $(if $(filter x86_64,$(ARCH)),amd64,$(ARCH))

export SAM_CLI_TELEMETRY := 0

# Without C everywhere but in race: what one target compiled the next one finds. With it, whatever needs the network is compiled twice.
export CGO_ENABLED := 0

# Tests make much garbage and keep little: collected a quarter as often, they and the compiler take a fifth less of the processor. The limit
# is for the largest programs that the compiler builds. Not for footprint and e2e, which run what is deployed,
# nor for the simulation, which sets its own.
test check race planted fuzz: export GOGC ?= 400
test check race planted fuzz: export GOMEMLIMIT ?= 2GiB

# need NAME,HOW stops with a hint when a program is missing.
need = @command -v $(1) >/dev/null 2>&1 || { echo "make $@ needs $(1). $(2)" >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help run test check verify doctor tools fmt vet tidy lint lint-template race sim sim-verify sim-profiles sim-determinism sim-exhaustive sim-planted planted models badinput schemathesis iam-diff fuzz bench benchmarks footprint contract machine-paths e2e deploy-local build \
	sam-validate sam-build browser deploy clean
# What stands first is done first: doctor before any long work. Go itself uses all processors.
.NOTPARALLEL:

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Serve the demo shop, the API and simulated gateways on this machine: http://localhost:8080
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	go run ./scripts/devserver

test: fmt vet tidy ## Every Go test; needs Go alone, no C compiler
	go test -vet=off -shuffle=on ./...

check: fmt tidy lint ## Before each commit, under 90 s warm: format, modules, linters, short tests
	go test -short -vet=off -shuffle=on ./...

# Those with a + run beside the rest, from the start: they take longest, and wait for the most of it. What needs one processor or waits,
# too, comes first, while they run, and last what needs all processors.
verify: doctor tools ## Before each release: all that needs more than Go; `make doctor` lists it
	@scripts/verify.sh "$(MAKE)" +e2e +browser lint sam-validate sim-verify planted fuzz footprint schemathesis machine-paths contract race

doctor: ## Say what of gcc, Python, Java, Maven, Node, npm and Chromium is missing or too old, and how to get it
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	@$(TOOLS) doctor

tools: ## Install SAM CLI, MiniStack, cfn-lint, DynamoDB Local and Schemathesis into .tools/; what is there is kept
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	@$(TOOLS) install

fmt: ## Fail if a file is not as gofmt writes it
	$(call need,gofmt,It comes with Go: https://go.dev/dl/)
	@bad=$$(git ls-files -co --exclude-standard -- '*.go' | xargs -r gofmt -l) || exit 1; \
	if [ -n "$$bad" ]; then echo "gofmt -w these:"; echo "$$bad"; exit 1; fi

vet: ## Go's own checks
	go vet ./...

tidy: ## Fail if go.mod or go.sum is not as the imports say
	go mod tidy -diff

lint: ## golangci-lint, with the reasons of .golangci.yaml
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	go run $(GOLANGCI_LINT) run --allow-parallel-runners ./...

lint-template: ## template.yaml and the state machine by Till's own rules, and each rule on what it must refuse
	go test -count=1 ./scripts/templatecheck

race: ## Every Go test under the race detector
	$(call need,gcc,The race detector is C: apt-get install gcc$(comma) or xcode-select --install)
	CGO_ENABLED=1 go test -race -vet=off -timeout 20m ./...

# The simulation: `make sim SEED=7` repeats one seed, `make sim SEED=7 ORDER=ord_…` shows one order's way through it.
SEEDS     ?= 100
ORDERS    ?= 1000
PROFILE   ?= swarm
MODELS    ?= 10000
HISTORIES ?= 1000

sim: ## Whole worlds in virtual time, with everything going wrong: SEEDS (100) of ORDERS (1000) each, of PROFILE (swarm)
	go run ./scripts/simulate -profile $(PROFILE) -orders $(ORDERS) $(if $(SEED),-seed $(SEED) $(if $(ORDER),-order $(ORDER)),-seeds $(SEEDS))

sim-verify: ## A minute of it: 15 worlds of 100 orders, then every single fault on the golden path of each gateway
	go run ./scripts/simulate -seeds 15 -orders 100 -progress 0
	go run ./scripts/simulate -exhaustive -path golden

sim-profiles: ## Each kind of world in the size in which it is believed, or with SIZE orders
	go run ./scripts/simulate -profile all $(if $(SIZE),-orders $(SIZE))

sim-determinism: ## SEEDS (100) worlds of 60 orders of the swarm, twice: equal histories
	@mkdir -p .tools/out
	go run ./scripts/simulate -orders 60 -seeds $(SEEDS) -hashes | sed -n 's/ orders=.*//p' | sort >.tools/out/histories.1
	go run ./scripts/simulate -orders 60 -seeds $(SEEDS) -hashes | sed -n 's/ orders=.*//p' | sort >.tools/out/histories.2
	cmp .tools/out/histories.1 .tools/out/histories.2 && wc -l <.tools/out/histories.1

sim-exhaustive: ## Every single fault, and every pair, at every call of an order's paths
	go run ./scripts/simulate -exhaustive -pairs

sim-planted: ## Each planted mistake must be found by the simulation within 200 seeds
	go run -tags planted ./scripts/simulate -planted all -seeds 200 -orders 60

planted: ## Each planted mistake, switched on and brought to light by hand; without one nothing is wrong
	go vet -tags planted ./shared/... ./functions/... ./scripts/plantedtest/...
	go test -tags planted -count=1 ./shared/planted ./scripts/plantedtest

models: ## Naive models against MODELS (10,000) lives each; HISTORIES (1,000) histories of five clients, checked for linearizability
	RAPID_CHECKS=$(MODELS) go test -count=1 -timeout 30m ./shared/order ./shared/ledger ./shared/memory ./shared/catalog -run 'NaiveModels|NewsInAnyOrder|TestMoves$$|TestModel$$|TestKeepsTheContract/models'
	HISTORIES=$(HISTORIES) go test -count=1 -timeout 30m -run 'Histories|AStoreThatIsWrong' ./functions/assembly

badinput: ## Everything that may come in and is wrong, and what only looks so, through the API
	go test -count=1 -run 'TestBadInputs|TestNearMisses|TestEveryFault|TestN[0-9]' ./scripts/localshop

schemathesis: .tools/schemathesis/installed ## Requests made up from infra/openapi.yaml, good and bad: no 5xx, every answer as promised
	go run ./scripts/schemathesis

iam-diff: ## Each role allows what its function calls, and nothing else
	go test -v -run TestRoles ./scripts/permissions

fuzz: ## Each fuzz target for FUZZTIME (10s)
	@set -e; for dir in $$(git ls-files -co --exclude-standard -- '*_test.go' | xargs -r grep -l '^func Fuzz' | xargs -r -n1 dirname | sort -u); do \
		for target in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$dir/*_test.go | cut -d' ' -f2 | sort -u); do \
			echo "$$dir $$target $(FUZZTIME)"; \
			go test ./$$dir -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME); \
		done; done

bench: ## What one whole checkout costs: units, calls, transitions; time and allocations by function
	go run ./scripts/cost/report

benchmarks: ## Every benchmark of every package, for BENCHTIME (1s) each
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

footprint: ## Every function's zip and its time from start to first poll; fails over 5 MiB
	go run ./scripts/footprint

contract: .tools/cloud/installed .tools/dynamodb-local/installed ## The store's contract on DynamoDB Local and on MiniStack; every call to Stripe against its own specification
	go run ./scripts/engines/contract
	go run ./scripts/stripemock

machine-paths: .tools/cloud/installed ## The fulfillment machine's table of inputs and paths, on MiniStack's Step Functions
	go test -tags engines -count=1 ./scripts/machinepaths

# The local AWS runs the functions on this machine's own processor.
LOCAL_ARCH = $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)

e2e: .tools/sam/installed .tools/cloud/installed ## Build with SAM, deploy onto a local AWS, shop there, kill and restart things, check everything
	$(MAKE) sam-build STAGE=default ARCH=$(LOCAL_ARCH)
	@mkdir -p .tools/out && go build -o .tools/out/e2e.program ./scripts/e2e && exec .tools/out/e2e.program # exec: signals reach it

deploy-local: .tools/sam/installed .tools/cloud/installed ## The same stack, left up with the demo shop in front: http://localhost:8080
	$(MAKE) sam-build STAGE=default ARCH=$(LOCAL_ARCH)
	go run ./scripts/deploylocal

build: ## Every function's program for Lambda, for ARCH (arm64), into bin/
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	@set -e; for dir in functions/*/*/lambda; do \
		name=$${dir#functions/}; name=$${name%/lambda}; \
		CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH_OF) GOFLAGS="$(LAMBDA_GOFLAGS)" go build -o bin/$$name/bootstrap ./$$dir; \
		echo "bin/$$name/bootstrap $$(wc -c < bin/$$name/bootstrap) bytes"; \
	done

sam-validate: .tools/sam/installed .tools/cloud/installed ## The template as written and as SAM translates it, by SAM, two versions of cfn-lint and our own rules
	$(SAM) validate --lint --config-env $(STAGE)
	go test -count=1 -tags engines -run 'Translat|Linters|Misspelt' ./scripts/templatecheck

sam-build: .tools/sam/installed ## What `sam deploy` uploads, for ARCH (arm64), into .aws-sam/
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	CGO_ENABLED=0 GOFLAGS="$(LAMBDA_GOFLAGS)" $(SAM) build --config-env $(STAGE) --parameter-overrides Arch=$(ARCH)

browser: ## The demo shop in a real browser, against a server that is started for it on free ports
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	$(call need,node,Install Node 20 or newer: https://nodejs.org/)
	$(call need,npm,It comes with Node: https://nodejs.org/)
	npm --prefix scripts/browser ci --no-audit --no-fund
	CHROMIUM="$(CHROMIUM)" node scripts/browser/run.js

deploy: sam-validate sam-build ## Build and deploy STAGE (dev, staging, prod); needs AWS credentials
	$(SAM) deploy --config-env $(STAGE)
	@echo
	@echo "After the first deploy: put Stripe's keys into the secret of the output GatewaySecretsArn,"
	@echo "  aws secretsmanager put-secret-value --secret-id ARN --secret-string file://stripe.json"
	@echo "with {\"api_key\":…,\"publishable_key\":…,\"webhook_secrets\":[…]}; make the endpoint ApiUrl/webhooks/stripe at Stripe;"
	@echo "confirm the mail that the alarms' topic sent; and invite the staff into the pool StaffPoolId."

clean: ## Remove what builds and tools left behind
	rm -rf .aws-sam .tools .venv .venv-cfn-lint bin coverage scripts/browser/node_modules scripts/browser/shots

# A tool is made anew when its list is newer. Its marker is written last: an interrupted installation is done again.
.tools/sam/installed: infra/requirements-sam.txt
.tools/cloud/installed: infra/requirements-cloud.txt
.tools/schemathesis/installed: infra/requirements-schemathesis.txt
.tools/dynamodb-local/installed: scripts/engines/pom.xml scripts/engines/dynamodb-local.sha256
.tools/%/installed:
	$(call need,go,Install Go 1.26 or newer: https://go.dev/dl/)
	@$(TOOLS) install $*

comma := ,
