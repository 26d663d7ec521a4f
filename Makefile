# What a person types. Needs Python 3.11 or newer and make; everything else comes into .venv from the lock files.

PORT ?= 8000
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
# A stamp is called after what was installed: an environment that holds it is complete, however new the lock file is here.
stamp = $(VENV)/.$(1)-$(word 1,$(shell cksum <$(2) 2>/dev/null))
RUNTIME := $(call stamp,runtime,requirements.lock)
DEV := $(call stamp,dev,requirements-dev.lock)

# The API servers that the real suites run against, built from the versions that tests/apiserver/go.mod pins.
KUBERNETES := $(shell awk '$$1 == "k8s.io/kubernetes" { print $$2; exit }' tests/apiserver/go.mod)
CACHE := $(or $(XDG_CACHE_HOME),$(if $(HOME),$(HOME)/.cache,$(CURDIR)/var/cache))/pane
ASSETS := $(CACHE)/apiserver/$(KUBERNETES)

# The stores and the Alertmanager, of the versions that the modules in tests/stores pin; each has its own in its name.
pinned = $(shell awk '$$1 == "$(2)" { print $$2; exit }' $(1)/go.mod)
STORES := $(CACHE)/stores
VICTORIA := $(STORES)/victoria-metrics-$(call pinned,tests/stores,github.com/VictoriaMetrics/VictoriaMetrics)
PROMETHEUS := $(STORES)/prometheus-$(call pinned,tests/stores,github.com/prometheus/prometheus)
ALERTMANAGER := $(STORES)/alertmanager-$(call pinned,tests/stores/alertmanager,github.com/prometheus/alertmanager)

# k0rdent's manager, with the charts and CRDs of its release.
KCM := $(call pinned,tests/manager,github.com/K0rdent/kcm)
MANAGER := $(CACHE)/manager/$(KCM)

# Helm, for the chart in deploy/.
HELM := $(CACHE)/helm/helm-$(call pinned,tests/helm,helm.sh/helm/v3)
GATEWAY := sigs.k8s.io/gateway-api@v1.6.0
OPERATOR := github.com/prometheus-operator/prometheus-operator@v0.92.1
HELM_CRDS := $(CACHE)/helm/crds-$(lastword $(subst @, ,$(GATEWAY)))-$(lastword $(subst @, ,$(OPERATOR)))

# The Keycloak that people sign in by.
KEYCLOAK := $(CACHE)/keycloak/$(shell sed -n 's/.*<keycloak.version>\(.*\)<.*/\1/p' tests/keycloak/pom.xml 2>/dev/null)

.PHONY: help dev demo up test lint lint-style lint-templates lint-types lint-imports lint-migrations lint-deploy
.PHONY: apiserver stores manager helm wheel vendor keycloak release lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo       a simulated fleet, and Pane showing it, on http://127.0.0.1:$(PORT)  (PORT=…, FLEET=50x2000)"
	@echo "make up         Pane for the management cluster that your kubeconfig names  (PORT=…)"
	@echo "make dev        the environment with all tools, and what checks each commit"
	@echo "make test       the tests  (ARGS=… goes to pytest)"
	@echo "make lint       style, types, import contracts, migrations, Django's deployment checks"
	@echo "make apiserver  builds kube-apiserver, etcd and kubectl, for the tests against real ones"
	@echo "make stores     builds VictoriaMetrics, Prometheus and Alertmanager, for the tests against real ones"
	@echo "make manager    builds k0rdent's own manager, for the tests against the real one"
	@echo "make helm       builds Helm, for the tests of the chart"
	@echo "make wheel      builds what pip installs, into dist/"
	@echo "make vendor     builds static/vendor from vendor/package-lock.json (needs Node; nobody who runs Pane does)"
	@echo "make keycloak   fetches and builds Keycloak, for the tests against a real one"
	@echo "make release    cuts the changelog, sets the version, commits and tags  (VERSION=…)"
	@echo "make lock       writes the lock files from pyproject.toml (needs uv)"

demo: $(RUNTIME)
	@$(PY) manage.py demo --port $(PORT) $(if $(FLEET),--fleet $(FLEET))

up: $(RUNTIME)
	@$(PY) manage.py up --port $(PORT)

dev: $(DEV)
	$(VENV)/bin/pre-commit install --install-hooks

test: $(DEV)
	$(PY) -m pytest $(ARGS)

lint: lint-style lint-templates lint-types lint-imports lint-migrations lint-deploy

lint-style: $(DEV)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

lint-templates: $(DEV)
	find templates -name "*.html" | xargs $(VENV)/bin/djade --check --target-version 5.2

lint-types: $(DEV)
	$(PY) -m mypy

lint-imports: $(DEV)
	$(VENV)/bin/lint-imports

lint-migrations: $(DEV)
	$(PY) manage.py makemigrations --check --dry-run

# As in production: a key, a host, no debug. Nothing is read or written but in an empty folder.
lint-deploy: $(DEV)
	@data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && \
	  PANE_PRODUCTION=1 PANE_DATA="$$data" PANE_ALLOWED_HOSTS=pane.example.org \
	  PANE_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))') \
	  $(PY) manage.py check --deploy --fail-level WARNING

# Without a home, Go keeps what it fetches and builds in our cache.
ifeq ($(HOME),)
export GOPATH := $(CACHE)/go
export GOCACHE := $(CACHE)/go-build
endif

apiserver: $(ASSETS)/kube-apiserver $(ASSETS)/etcd $(ASSETS)/kubectl

# Each is built beside its place and then moved, so that an interrupted build leaves nothing that looks done.
$(ASSETS)/kube-apiserver $(ASSETS)/kubectl: PACKAGE = k8s.io/kubernetes/cmd/$(@F)
$(ASSETS)/kube-apiserver $(ASSETS)/kubectl: LDFLAGS = -s -w \
  -X k8s.io/component-base/version.gitVersion=$(KUBERNETES) \
  -X k8s.io/component-base/version.gitMajor=$(word 1,$(subst ., ,$(KUBERNETES:v%=%))) \
  -X k8s.io/component-base/version.gitMinor=$(word 2,$(subst ., ,$(KUBERNETES:v%=%)))
$(ASSETS)/etcd: PACKAGE = go.etcd.io/etcd/server/v3
$(ASSETS)/etcd: LDFLAGS = -s -w

$(ASSETS)/kube-apiserver $(ASSETS)/etcd $(ASSETS)/kubectl:
	@command -v go >/dev/null || { echo "Building $(@F) needs Go; there is none on PATH." >&2; exit 1; }
	@echo "Building $(@F) of $(KUBERNETES) into $(ASSETS): minutes the first time, never again."
	@mkdir -p $(ASSETS)
	cd tests/apiserver && go build -trimpath -ldflags "$(LDFLAGS)" -o "$@.part" $(PACKAGE)
	@mv "$@.part" "$@"

stores: $(VICTORIA) $(PROMETHEUS) $(ALERTMANAGER)

$(VICTORIA): PACKAGE = github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics
$(VICTORIA): VERSION = github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version=$(@F)
$(PROMETHEUS): PACKAGE = github.com/prometheus/prometheus/cmd/prometheus
$(ALERTMANAGER): PACKAGE = github.com/prometheus/alertmanager/cmd/alertmanager
$(PROMETHEUS) $(ALERTMANAGER): VERSION = github.com/prometheus/common/version.Version=$(lastword $(subst -, ,$(@F)))
$(VICTORIA) $(PROMETHEUS): MODULE = tests/stores
$(ALERTMANAGER): MODULE = $(COPY)

# None of them needs C here, nor to discover what runs in clouds.
$(VICTORIA) $(PROMETHEUS) $(ALERTMANAGER):
	@command -v go >/dev/null || { echo "Building $(@F) needs Go; there is none on PATH." >&2; exit 1; }
	@echo "Building $(@F) into $(STORES): minutes the first time, never again."
	cd $(MODULE) && CGO_ENABLED=0 \
	  go build -tags remove_all_sd -trimpath -ldflags "-s -w -X $(VERSION)" -o "$@.part" $(PACKAGE)
	@mv "$@.part" "$@"

# Alertmanager embeds pages that its Go module does not hold, so it is built from a copy that has an empty one.
COPY := $(ALERTMANAGER).source
$(ALERTMANAGER): | $(COPY)
$(COPY):
	@rm -rf "$@.part" && mkdir -p "$@.part" && cp tests/stores/alertmanager/go.* "$@.part"
	cd "$@.part" && module=$$(go mod download -json github.com/prometheus/alertmanager | \
	  sed -n 's/.*"Dir": "\(.*\)".*/\1/p') && cp -r "$$module" "$@.part/module" && chmod -R u+w "$@.part/module"
	@mkdir "$@.part/module/ui/app/dist" && touch "$@.part/module/ui/app/dist/index.html"
	@cd "$@.part" && go mod edit -replace "github.com/prometheus/alertmanager=./module"
	@mv "$@.part" "$@"

manager: $(MANAGER)/manager $(MANAGER)/charts $(MANAGER)/crds

# It looks for the Release of the version that it was built as.
$(MANAGER)/manager:
	@command -v go >/dev/null || { echo "Building k0rdent's manager needs Go; there is none on PATH." >&2; exit 1; }
	@echo "Building k0rdent's manager $(KCM) into $(MANAGER): minutes the first time, never again."
	@mkdir -p $(MANAGER)
	cd tests/manager && CGO_ENABLED=0 go build -trimpath \
	  -ldflags "-s -w -X github.com/K0rdent/kcm/internal/build.Version=$(KCM:v%=%)" -o "$@.part" github.com/K0rdent/kcm/cmd
	@mv "$@.part" "$@"

# Where Go keeps the source of a module: one that tests/manager/go.mod lists, or the whole repository of one of its APIs.
source = $$(cd tests/manager && go list -m -f '{{.Dir}}' $(1))
whole = $$(cd tests/manager && go mod download -json $(1)@$(call pinned,tests/manager,$(1)/api) | \
  sed -n 's/.*"Dir": "\(.*\)".*/\1/p')

$(MANAGER)/charts: | $(MANAGER)/manager
	@rm -rf "$@.part" && cp -r "$(call source,github.com/K0rdent/kcm)/templates" "$@.part" && chmod -R u+w "$@.part"
	@mv "$@.part" "$@"

$(MANAGER)/crds: | $(MANAGER)/charts
	@rm -rf "$@.part" && mkdir "$@.part" && cp $(MANAGER)/charts/provider/kcm*/templates/crds/*.yaml \
	  "$(call source,sigs.k8s.io/cluster-api)"/config/crd/bases/*.yaml \
	  "$(call source,sigs.k8s.io/cluster-api-operator)"/config/crd/bases/*.yaml \
	  "$(call source,sigs.k8s.io/cluster-api-ipam-provider-in-cluster)"/config/crd/bases/*.yaml \
	  "$(call source,github.com/projectsveltos/libsveltos)"/config/crd/bases/*.yaml \
	  "$(call source,github.com/projectsveltos/addon-controller)"/config/crd/bases/*.yaml \
	  "$(call source,github.com/vmware-tanzu/velero)"/config/crd/v1/bases/*.yaml \
	  "$(call whole,github.com/fluxcd/source-controller)"/config/crd/bases/*.yaml \
	  "$(call whole,github.com/fluxcd/helm-controller)"/config/crd/bases/*.yaml "$@.part"
	@chmod -R u+w "$@.part" && mv "$@.part" "$@"

helm: $(HELM) $(HELM_CRDS)

$(HELM):
	@command -v go >/dev/null || { echo "Building Helm needs Go; there is none on PATH." >&2; exit 1; }
	@echo "Building $(@F) into $(@D): minutes the first time, never again."
	@mkdir -p $(@D)
	cd tests/helm && CGO_ENABLED=0 go build -trimpath \
	  -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=$(lastword $(subst -, ,$(@F)))" -o "$@.part" helm.sh/helm/v3/cmd/helm
	@mv "$@.part" "$@"

# Those of what the chart makes beside Kubernetes' own kinds, as their modules have them.
$(HELM_CRDS):
	@rm -rf "$@.part" && mkdir -p "$@.part"
	@folder() { cd tests/helm && go mod download -json "$$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; }; \
	  gateway=$$(folder $(GATEWAY)) && operator=$$(folder $(OPERATOR)) && \
	  cp "$$gateway"/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml \
	    "$$operator"/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml \
	    "$$operator"/example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml "$@.part"
	@chmod -R u+w "$@.part" && mv "$@.part" "$@"

# What pip installs; and an environment of its own that holds nothing but that and the locked versions of what it needs.
WHEEL_ENV = $(CACHE)/wheel/$(word 1,$(shell cksum <requirements.lock))

wheel: $(PY) | $(WHEEL_ENV)
	@rm -rf dist && mkdir dist
	$(PY) -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@$(WHEEL_ENV)/bin/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps --force-reinstall dist/*.whl

$(WHEEL_ENV):
	@rm -rf "$@.part" && mkdir -p $(@D) && $(PY) -m venv "$@"
	@$@/bin/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r requirements.lock || \
	  { rm -rf "$@"; exit 1; }

# Libraries for browsers, each bundled into one module; what is built is committed.
vendor:
	@command -v npm >/dev/null || { echo "Building static/vendor needs Node; there is no npm on PATH." >&2; exit 1; }
	@rm -rf $(CACHE)/vendor && mkdir -p $(CACHE) static/vendor && cp -r vendor $(CACHE)/vendor
	cd $(CACHE)/vendor && npm ci --no-audit --no-fund && node build.mjs $(CURDIR)/static/vendor

keycloak: $(KEYCLOAK)/bin/kc.sh

# What it does at each first start (its augmentation) is done once here. Maven's own copies are not kept.
$(KEYCLOAK)/bin/kc.sh:
	@command -v mvn >/dev/null || { echo "Fetching Keycloak needs Maven; there is none on PATH." >&2; exit 1; }
	@echo "Building $(notdir $(KEYCLOAK)) of Keycloak into $(KEYCLOAK): minutes the first time, never again."
	@rm -rf "$(KEYCLOAK).part" "$(KEYCLOAK)"
	mvn --batch-mode --quiet --file tests/keycloak/pom.xml -Dmaven.repo.local="$(KEYCLOAK).part/m2" \
	  -Dfolder="$(KEYCLOAK).part" generate-resources
	@"$(KEYCLOAK).part/keycloak-$(notdir $(KEYCLOAK))/bin/kc.sh" build --db=dev-mem
	@mv "$(KEYCLOAK).part/keycloak-$(notdir $(KEYCLOAK))" "$(KEYCLOAK)" && rm -rf "$(KEYCLOAK).part"

release:
	@python3 .ci/release.py "$(VERSION)"

LOCK = uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11

lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group pyproject.toml:dev -o requirements-dev.lock

# One environment, two sizes: what runs Pane, and that with what tests it.
PIP = $(PY) -m pip install --no-input --disable-pip-version-check --require-hashes

$(DEV): | $(PY)
	@$(OWN)
	@echo "Installing Pane's tools into $(VENV), once."
	@$(PIP) -r requirements-dev.lock
	@touch $(RUNTIME) $@

$(RUNTIME): | $(PY)
	@$(OWN)
	@echo "Installing what Pane runs on into $(VENV), once; about a minute."
	@$(PIP) -r requirements.lock
	@touch $@

# An environment that lies elsewhere is used by others, who did not ask for other versions.
OWN = [ ! -L $(VENV) ] || { \
  echo "$(VENV) leads to $$(readlink $(VENV)), which lacks what the lock files here ask for; whoever shares it would get" \
    "it, too. Remove the link (rm $(VENV)) to have an environment of this clone's own." >&2; exit 1; }

$(PY):
	@python=$$(for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done); \
	  if [ -z "$$python" ]; then \
	    echo "Pane needs Python 3.11 or newer; here is $$(python3 --version 2>&1 || echo none)." >&2; \
	    echo "Install one, or name it: make PYTHON=/path/to/python3.12 …" >&2; exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$($$python --version)."; \
	  "$$python" -m venv --clear $(VENV) || { \
	    echo "Python could not make an environment: on Debian and Ubuntu, install python3-venv." >&2; rm -rf $(VENV); exit 1; }

clean:
	rm -rf $(VENV) staticfiles test-artefacts
