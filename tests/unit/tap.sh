# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# TAP for the check scripts: `check NAME COMMAND...`, and `finish` at the end.
tap_count=0
tap_failed=0

check() {
	local name=$1 out line
	shift
	tap_count=$((tap_count + 1))
	if out=$("$@" 2>&1); then
		echo "ok $tap_count - $name"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $name"
		while IFS= read -r line; do echo "# $line"; done <<<"$out"
	fi
}

finish() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}

# `same A B`: compares two lists, one word a line, and prints the differences.
same() {
	diff <(sort -u <<<"$1") <(sort -u <<<"$2")
}
