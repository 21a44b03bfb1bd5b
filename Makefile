# The common tasks; `make help` lists them. Everything is installed into .venv; outside this folder nothing changes
# but missing system packages, which are installed when root.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# As typed, so that the name of the folder may hold spaces and dollars.
export MUSIC_FOLDER := $(value MUSIC)

.DEFAULT_GOAL := help
.PHONY: help run install dev lint test faults accept bench screenshots clean distclean

help:  ## List the tasks
	@echo "make run [MUSIC=FOLDER]  Open TagStudio on a folder of music, or on the demo library"
	@sed -n 's/^\([a-z]*\):[^#]*##  *\(.*\)/\1|\2/p' $(MAKEFILE_LIST) | grep -v '^run|' | awk -F'|' '{printf "make %-19s %s\n", $$1, $$2}'

run: install  ## Open TagStudio on the folder MUSIC, or on the demo library
	@packaging/system_packages.sh run
	@case "$$MUSIC_FOLDER" in \
		"") $(BIN)/tagstudio demo ;; \
		"~"/*) $(BIN)/tagstudio gui -- "$$HOME/$${MUSIC_FOLDER#?/}" ;; \
		*) $(BIN)/tagstudio gui -- "$$MUSIC_FOLDER" ;; \
	esac

install: $(VENV)/installed  ## Install TagStudio into .venv

dev: $(VENV)/installed-dev  ## Install it with what tests need

$(BIN)/python:
	@packaging/make_venv.sh $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	@echo "Installing TagStudio into $(VENV); the first time takes some minutes."
	$(PIP) install --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	@echo "Installing TagStudio and its test tools into $(VENV); the first time takes some minutes."
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/installed

lint: dev  ## Check form, types and import rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: dev  ## Check everything: lint, all tests, the wheel
	@packaging/system_packages.sh test
	@$(MAKE) --no-print-directory lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal \
		tests/contracts tests/unit tests/gui
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup \
		tests/e2e tests/faults
	$(BIN)/python packaging/smoke_wheel.py

faults: dev  ## Inject every fault of the plan at full count, and print the table of what broke
	@packaging/system_packages.sh test
	@rm -f tests/faults/results/full.jsonl
	@status=0; TAGSTUDIO_FAULTS=full QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests/faults || status=1; \
		$(BIN)/python tests/faults/report.py || status=1; exit $$status

accept: dev  ## Run the whole loop, by command and in the window, on the folder MUSIC of real tracks
	@packaging/system_packages.sh test
	TAGSTUDIO_MUSIC="$$MUSIC_FOLDER" QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest \
		tests/e2e/test_commands.py tests/gui/test_window.py -k "folder_of_music or whole_loop"

bench: dev  ## Run the benchmarks and print their tables, on the folder MUSIC or on the demo tracks
	@status=0; for file in tests/bench/bench_*.py; do \
		echo; echo "== $$file"; set --; \
		if [ -n "$$MUSIC_FOLDER" ] && grep -qe '"--music"' "$$file"; then set -- --music "$$MUSIC_FOLDER"; fi; \
		$(BIN)/python "$$file" "$$@" || status=1; \
	done; exit $$status

screenshots: dev  ## Make the screenshots of the README anew
	@packaging/system_packages.sh test
	$(BIN)/python tools/make_screenshots.py

clean:  ## Remove what was built; .venv stays
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find tagstudio tests tools packaging -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## Remove .venv as well
	rm -rf $(VENV)
