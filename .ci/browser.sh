#!/usr/bin/env bash
# Sees to it that this machine has Chromium and a font with Chinese characters, for the journeys in a real browser.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/apt.sh
. .ci/apt.sh

found() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return 0
    local name
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}
has_font() {
    [ "$(uname)" != Linux ] && return 0
    if command -v fc-list >/dev/null 2>&1; then
        [ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ]
    else
        [ -n "$(find /usr/share/fonts "${HOME:-/nonexistent}/.fonts" \( -iname '*cjk*' -o -iname 'wqy*' \) 2>/dev/null)" ]
    fi
}

if ! found && can_install; then apt_install chromium-headless-shell || apt_install chromium || true; fi
if ! found; then
    echo "set-up: a browser is missing (chromium or google-chrome on PATH, or CHROMIUM=/path). Install the package chromium, then run this again." >&2
    exit 1
fi
if ! has_font && can_install; then apt_install fonts-noto-cjk || true; fi
if ! has_font; then
    echo "set-up: no font with Chinese characters (package fonts-noto-cjk): the journeys run, but pictures of pages show boxes." >&2
fi
