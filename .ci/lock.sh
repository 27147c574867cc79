#!/usr/bin/env bash
# Writes the lock files anew from setup.cfg. Pins stay as they are unless a bound moved; UPGRADE=1 takes the newest.
# --no-header keeps the command line, and with it the paths of this machine, out of what is committed.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/bin/uv)
[ -x "$uv" ] || { echo "lock: uv is needed: install it, or remove .venv and run make run" >&2; exit 1; }
compile() { "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header ${UPGRADE:+--upgrade} "$@" >/dev/null; }
compile setup.cfg --extra scale -o requirements.txt
compile setup.cfg --extra dev -c requirements.txt -o requirements-dev.txt
compile .ci/uv.in -o .ci/uv.txt
echo "lock: requirements.txt, requirements-dev.txt and .ci/uv.txt are written"
