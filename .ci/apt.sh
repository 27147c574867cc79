# Sourced by the set-up scripts: installs Debian packages when that is possible, says so when it is not.

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# apt_install PACKAGE... : the package lists are fetched only when the first try fails, as on a new machine.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    echo "set-up: installing $* (this can take a minute)"
    apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    apt-get update -q >/dev/null
    apt-get install -y -q --no-install-recommends "$@" >/dev/null
}
