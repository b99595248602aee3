#!/bin/bash
# SPDX-License-Identifier: MIT
# install.sh PURPOSE...: installs the missing Debian packages of some lists.
# PURPOSE is the name of a list in the directory of this script. In a list, @FILE
# includes another list, and # starts a comment. A list has the packages that the
# project itself uses, not their dependencies; programs.txt, which is not a list,
# has the reasons for each package.
#
#	install.sh --list PURPOSE...	prints the packages
#	install.sh --update		refreshes apt's indexes
#	install.sh --satisfy DEPENDS	installs the dependencies of an unpacked
#				package, written as in its Depends
set -euo pipefail
cd "$(dirname "$0")/../.."

say() {
	echo "dependencies: $*" >&2
}

read_list() {
	local line
	[ -r "$1" ] || {
		say "no list $1"
		exit 1
	}
	sed 's/#.*//' "$1" | tr -s ' \t' '\n' | grep . | while read -r line; do
		case $line in
		@*) read_list "${line#@}" ;;
		*) echo "$line" ;;
		esac
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

need_apt() {
	if ! command -v apt-get >/dev/null; then
		say "this machine has no apt-get; what is needed is known under Debian 12's names only: $*"
		exit 1
	fi
	if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
		say "not root, and sudo wants a password or is not there; as root, run: apt-get install $*"
		exit 1
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" </dev/null
}

update() {
	say "refreshing apt's indexes"
	apt update >/dev/null
}

lists_there() {
	compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null
}

# install_logged VERB PACKAGE...: prints apt-get's output only after a failure.
install_logged() {
	local verb=$1
	shift
	need_apt "$@"
	lists_there || update
	say "installing $*"
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	# The mirror may have removed the versions of old indexes.
	if ! apt --no-install-recommends "$verb" "$@" >"$log" 2>&1 &&
		! { update && apt --no-install-recommends "$verb" "$@"; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		say "apt-get could not install $*"
		exit 1
	fi
}

if [ "${1:-}" = --satisfy ]; then
	[ $# = 2 ] || exit 2
	install_logged satisfy "$2"
	exit
fi
if [ "${1:-}" = --update ]; then
	need_apt
	update
	exit
fi
list=
if [ "${1:-}" = --list ]; then
	list=1
	shift
fi
[ $# -gt 0 ] || {
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2
	exit 2
}
packages=$(for purpose; do read_list "packaging/deps/$purpose.txt"; done | sort -u)
if [ -n "$list" ]; then
	echo "$packages"
	exit
fi
# This does not support architectures in brackets and virtual packages; no list has them.
# shellcheck disable=SC2016,SC2086 # dpkg's variables; a list
mapfile -t missing < <(comm -23 <(echo "$packages") \
	<(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null | sed -n 's/^installed //p' | sort -u))
if [ ${#missing[@]} -gt 0 ]; then
	install_logged install "${missing[@]}"
fi
# Kernels are downloaded with apt, too, so make sure that it has indexes.
case " $* " in
*" build "*) ;;
*) lists_there || { need_apt && update; } ;;
esac
