# The two commands: `make demo` shows it, `make test` proves it. `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
OLDEST := .venv-oldest
NEWEST := .venv-newest
ANSIBLE := .venv-ansible
FAST   := -m 'not lab' --numprocesses=auto --dist=loadfile

# A shell that forbids Python to keep compiled files has them compiled anew for each of the tests' processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check oldest newest lab-test attack compare engines releases accuracy short-outages split-brain drill readiness matrix matrix-15s clusters fleet keepalived alerts dashboards pictures status-pictures sdist-test release-test release package venv packages lock clean ansible

help:
	@echo 'make demo        bring up a real cluster, fail it over, show what is seen and who is notified (root, Debian 12)'
	@echo 'make test        install what is missing, then all tests; the lab (Debian 12, and 13) where the machine allows it'
	@echo 'make check       format, types, imports and the fast tests; no lab'
	@echo 'make oldest      the fast tests with the lowest versions that pyproject.toml allows'
	@echo 'make newest      the fast tests on the newest Python that is on this machine'
	@echo 'make compare     compare with the exporters people use today (root, Debian 12)'
	@echo 'make accuracy    compare the outages of the exporter with those that clients had (root, Debian 12)'
	@echo 'make short-outages  outages of 0.05 to 0.13 s, and what is counted of them (root, Debian 12, no cluster)'
	@echo 'make releases    the lab on clean roots of Debian 11, 12, 13 and unstable: readings, failovers, faults (root, Debian 12)'
	@echo 'make split-brain which sign shows which split-brain, and that nothing else does (root, Debian 12)'
	@echo 'make drill       the stress cases of the article, while clients write (root, Debian 12)'
	@echo 'make readiness   what is predicted of a takeover, and what then happens (root, Debian 12)'
	@echo 'make keepalived  what breaks under Keepalived, and what is told of it: docs/keepalived.md (root, Debian 12)'
	@echo 'make matrix      every fault of the lab, and which alerts reach the on-call person (root, Debian 12)'
	@echo 'make matrix-15s  the same at scrapes every 15 s (root, Debian 12)'
	@echo 'make clusters    what breaks in other clusters: an arbiter, three nodes, fencing, IPv6 (root, Debian 12)'
	@echo 'make engines     the same faults told by Prometheus 2 and 3, VictoriaMetrics and a pair of replicas (root, Debian 12)'
	@echo 'make fleet       a thousand clusters in one Prometheus: what each costs, and ten that fail at once (root, Debian 12)'
	@echo 'make attack      attacks on pages, passwords, tools and journal, and what came of them (no lab)'
	@echo 'make alerts      write the alert rules and their unit tests, for each scrape interval'
	@echo 'make dashboards  write the JSON of the Grafana dashboards from dashboards/src'
	@echo 'make pictures    what the dashboards show of a failover in the lab: docs/pictures (root, Debian 12, npm)'
	@echo 'make status-pictures  the status page of each story in Chromium: docs/pictures (root, Debian 12)'
	@echo 'make package     build the packages for Debian 12 and 13 and Enterprise Linux 9 into dist/ (root, Debian 12)'
	@echo 'make ansible     ansible-lint, then the molecule scenario of the role on the hosts of a lab (root, Debian 12)'
	@echo 'make sdist-test  build sdist and wheel, run the fast tests of the sdist in an environment of its own'
	@echo 'make release     sdist-test, release-test; wheel, sdist, packages and checksums of a tagged commit (DRY_RUN=yes: of any)'
	@echo 'make clean       take the lab down, remove what was built'

demo: packages venv
	$(RUN)/python -m deploy.lab.demo

test: packages-if-root check oldest newest lab-test

check: venv
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache
	$(RUN)/pytest $(FAST)

oldest: $(OLDEST)/.complete
	$(OLDEST)/bin/pytest $(FAST) -p no:cacheprovider

newest:
	tests/newest.sh $(PYTHON) $(NEWEST)

sdist-test: venv
	tests/sdist.sh $(PYTHON) $(RUN)/python build/sdist

release: venv sdist-test release-test
	$(RUN)/python -m deploy.release $(if $(DRY_RUN),--dry-run)

package: venv
	deploy/lab/packages.sh deploy/packages/packages.txt
	$(RUN)/python -m deploy.packages

ansible: packages venv $(ANSIBLE)/.complete
	deploy/lab/packages.sh deploy/packages/packages.txt deploy/ansible/packages.txt
	cd deploy/ansible && PATH="$(CURDIR)/$(ANSIBLE)/bin:$$PATH" ansible-lint
	deploy/ansible/molecule.sh $(CURDIR)/$(ANSIBLE)/bin $(CURDIR)/build/ansible.log

$(ANSIBLE)/.complete: deploy/ansible/requirements.txt
	$(PYTHON) -m venv $(ANSIBLE)
	$(ANSIBLE)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/ansible/requirements.txt
	touch $@

lab-test: roots-if-possible venv
	$(RUN)/pytest -m 'lab and not release' --numprocesses=2 --dist=loadscope --durations=20

release-test: packages-if-root venv
	$(RUN)/pytest -m release --durations=20

compare: packages venv
	$(RUN)/python -m tests.trials.compare

releases: packages venv
	$(RUN)/pytest -m lab -rP --durations=20 tests/lab/test_installing.py
	$(RUN)/pytest -m lab --release=bullseye tests/lab/test_healthy.py tests/lab/test_failovers.py tests/lab/test_readiness.py \
	  tests/lab/faults
	for release in bookworm trixie sid; do \
	  $(RUN)/pytest -m lab --release=$$release tests/lab/test_healthy.py tests/lab/test_parity.py tests/lab/test_failovers.py \
	    tests/lab/faults tests/lab/test_matrix.py || exit 1; \
	done

accuracy: packages venv
	$(RUN)/python -m tests.trials.accuracy

short-outages: packages venv
	$(RUN)/python -m tests.trials.short_outages

split-brain: packages venv
	$(RUN)/python -m tests.trials.split_brain

drill: packages venv
	$(RUN)/python -m tests.trials.drill

readiness: packages venv
	$(RUN)/python -m tests.trials.readiness

keepalived: packages venv
	$(RUN)/python -m tests.trials.keepalived

matrix: packages venv
	$(RUN)/python -m tests.trials.matrix

matrix-15s: packages venv
	$(RUN)/python -m tests.trials.matrix --scrape-interval 15 --topology article

clusters: packages venv
	$(RUN)/python -m tests.trials.matrix.clusters

engines: packages venv
	$(RUN)/python -m tests.trials.matrix.engines

fleet: packages venv
	$(RUN)/python -m tests.trials.fleet

attack: venv
	$(RUN)/python -m tests.trials.attack

alerts: venv
	$(RUN)/python -m alerts.src

dashboards: venv
	$(RUN)/python -m dashboards.src

pictures: packages venv
	deploy/lab/packages.sh tests/trials/pictures/packages.txt
	$(RUN)/python -m tests.trials.pictures

status-pictures: venv
	deploy/lab/packages.sh tests/trials/pictures/packages.txt
	$(RUN)/python -m tests.trials.status

venv: $(VENV)/.complete

$(VENV)/.complete: pyproject.toml requirements-dev.txt
	deploy/lab/venv.sh $(PYTHON) $(VENV)
	touch $@

$(OLDEST)/.complete: pyproject.toml requirements-dev.txt
	deploy/lab/venv.sh --lowest $(PYTHON) $(OLDEST)
	touch $@

.PHONY: packages-if-root
packages-if-root:
	deploy/lab/packages.sh --if-possible deploy/lab/packages.txt deploy/lab/topologies/packages.txt \
	  deploy/lab/peers.txt tests/packages.txt deploy/packages/packages.txt

# Before the tests, and not beside them: what takes minutes is said.
.PHONY: roots-if-possible
roots-if-possible: packages-if-root venv
	$(RUN)/python -m deploy.lab.roots --if-possible trixie

packages:
	deploy/lab/packages.sh deploy/lab/packages.txt deploy/lab/topologies/packages.txt deploy/lab/peers.txt

lock:
	$(RUN)/pip-compile --quiet --extra dev --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --output-file requirements-dev.txt pyproject.toml
	$(RUN)/pip-compile --quiet --extra ed25519 --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --constraint requirements-dev.txt --output-file requirements.txt \
	  pyproject.toml
	$(RUN)/pip-compile --quiet --only-build-deps --build-deps-for wheel --strip-extras --allow-unsafe --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements-build.txt pyproject.toml

clean:
	@if [ -x $(RUN)/python ]; then $(RUN)/python -m deploy.lab down; fi
	rm -rf $(VENV) $(OLDEST) $(NEWEST) $(ANSIBLE) build dist tests/trials/pictures/page/node_modules *.egg-info deploy/ansible/.ansible \
	  deploy/ansible/roles/failover_exporter/.ansible .mypy_cache .ruff_cache .pytest_cache .hypothesis
