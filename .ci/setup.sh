#!/usr/bin/env bash
# Makes .venv from a hashed lock file: `setup.sh runtime` for `make run`, `setup.sh dev` for tests and checks.
# uv does it in seconds: the one on PATH, else the pinned wheel put into .venv; when neither can be had, pip does it.
# A stamp in .venv remembers what is installed, so that a second run does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/apt.sh
. .ci/apt.sh

level=${1:-runtime}
case $level in
    runtime) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    *) echo "usage: .ci/setup.sh runtime|dev" >&2; exit 2 ;;
esac
python=.venv/bin/python

fail() { echo "set-up: $*" >&2; exit 1; }

stamp() { "$python" - "$@" <<'PY'
import hashlib, pathlib, sys
print(sys.version.split()[0], *(hashlib.sha256(pathlib.Path(name).read_bytes()).hexdigest() for name in sys.argv[1:]))
PY
}

# The development lock holds everything of the runtime lock, so either stamp will do for `runtime`.
is_ready() {
    [ -x "$python" ] || return 1
    local current
    current=$(stamp requirements.txt requirements-dev.txt 2>/dev/null) || return 1
    [ "$current" = "$(cat .venv/.ready-dev 2>/dev/null || true)" ] && return 0
    [ "$level" = runtime ] && [ "$current" = "$(cat .venv/.ready-runtime 2>/dev/null || true)" ]
}

# The first interpreter that is new enough. PYTHON= chooses another.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    fail "Python 3.11 or newer is needed and was not found (tried: ${PYTHON:-python3}). Install it, or name it: make PYTHON=/path/to/python3 ..."
}

has_pip() { "$python" -m pip --version >/dev/null 2>&1; }

# A virtual environment with pip in it. Debian's Python lacks ensurepip until python3-venv is installed.
make_venv() {
    local base=$1 said
    said=$("$base" -m venv --clear .venv 2>&1) && return 0
    if can_install; then
        apt_install python3-venv || true
        said=$("$base" -m venv --clear .venv 2>&1) && return 0
    fi
    rm -rf .venv
    fail "$base cannot make a virtual environment. Install the package python3-venv, or install uv. It said: $(echo "$said" | head -n 1)"
}

install_with_uv() {
    echo "set-up: installing $lock with uv"
    "$1" pip install --quiet --python "$python" --require-hashes --compile-bytecode -r "$lock"
}

install_with_pip() {
    echo "set-up: installing $lock with pip"
    has_pip || make_venv "$base"
    "$python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
}

# The console script of the checkout. The package itself is not installed: what is run is what lies here.
put_command() {
    cat >.venv/bin/marketplace <<'SH'
#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
PYTHONPATH="$root" exec "$root/.venv/bin/python" -m marketplace "$@"
SH
    chmod +x .venv/bin/marketplace
}

if is_ready; then
    [ -x .venv/bin/marketplace ] || put_command
    exit 0
fi
started=$SECONDS
base=$(find_python)
uv=$(command -v uv || true)
if ! [ -x "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "set-up: making .venv with $("$base" -V)"
    if [ -z "$uv" ] || ! "$uv" venv --quiet --clear --python "$base" .venv; then
        make_venv "$base"
    fi
fi
rm -f .venv/.ready-*
if [ -z "$uv" ] && [ -x .venv/bin/uv ]; then
    uv=.venv/bin/uv
elif [ -z "$uv" ] && has_pip && "$python" -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/uv.txt; then
    uv=.venv/bin/uv
fi
if [ -z "$uv" ] || ! install_with_uv "$uv"; then
    [ -z "$uv" ] || echo "set-up: uv could not install; trying pip, which reads this machine's pip settings"
    install_with_pip || fail "$lock could not be installed; the lines above say why"
fi
put_command
stamp requirements.txt requirements-dev.txt >".venv/.ready-$level"
echo "set-up: .venv is ready ($level, $((SECONDS - started)) s)"
