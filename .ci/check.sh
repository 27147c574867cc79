#!/usr/bin/env bash
# `make check`: every rule that needs no journey. Names each step with its time and stops at the first that fails.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1
bin=.venv/bin

step() {
    local name=$1 started=$SECONDS
    shift
    if "$@"; then
        echo "check: $name, $((SECONDS - started)) s"
    else
        echo "check: $name FAILED: $*" >&2
        exit 1
    fi
}

step "format" "$bin/ruff" format --check --quiet .
step "lint" "$bin/ruff" check --quiet .
step "types" "$bin/mypy" --no-error-summary
step "import contracts" env PYTHONPATH=. "$bin/lint-imports" --no-logo
if [ -d templates ]; then step "templates" "$bin/djlint" templates --lint --quiet; fi
step "house rules, translations, package, migrations on both databases" \
    "$bin/python" -m pytest -q --no-header -n 2 tests/architecture -m "not world"
echo "check: all good"
