#!/usr/bin/env bash
# Runs the benchmarks that bench/README.md lists, in its order.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t entries < <(grep -oE 'bench/[a-z0-9_]+\.py' bench/README.md 2>/dev/null | awk '!seen[$0]++')
if [ "${#entries[@]}" = 0 ]; then
    echo "bench: bench/README.md lists no benchmark" >&2
    exit 1
fi
for entry in "${entries[@]}"; do
    echo "bench: $entry"
    PYTHONPATH=. .venv/bin/python "$entry"
done
