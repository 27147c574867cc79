#!/usr/bin/env bash
# Sees to it that this machine has PostgreSQL's programs. The tests start a throw-away server of their own with them.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/apt.sh
. .ci/apt.sh

found() { command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1 || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

if ! found && can_install; then
    # Without this file the package would make and start a server of its own.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    apt_install postgresql || true
fi
if ! found; then
    echo "set-up: PostgreSQL is missing (initdb and pg_ctl, on PATH or in /usr/lib/postgresql). Install the package postgresql, then run this again." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ] && ! id postgres >/dev/null 2>&1; then
    echo "set-up: PostgreSQL does not run as root and there is no user postgres. Add one, or run this as another user." >&2
    exit 1
fi
