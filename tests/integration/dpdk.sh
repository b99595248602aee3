#!/bin/bash
# SPDX-License-Identifier: MIT
# The driver for DPDK: our tests of it and DPDK's own dmadev_autotest, with ordinary pages and with
# huge pages. Prints TAP.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
O=${O:-$root/build}
program=$O/dpdk/dpdk-autotest driver=$O/dpdk/librte_dma_dmactl.so
if [ ! -x "$program" ] || [ ! -e "$driver" ]; then
	echo "the driver for DPDK is not built: make dpdk" >&2
	exit 1
fi
work=$(mktemp -d)
trap 'umount "$work/huge" 2>/dev/null; rm -rf "$work"' EXIT
export LD_LIBRARY_PATH=$O
count=0 failed=0

ok() {
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || failed=1
}

# autotest NAME OPTION...: runs the program and numbers its tests on
autotest() {
	local name=$1 rc=0 line
	shift
	"$program" --iova-mode=va --no-pci --no-telemetry -l 0 -d "$driver" "$@" >"$work/log" 2>&1 || rc=$?
	# Leave out the counters that overwrite themselves.
	tr '\r' '\n' <"$work/log" | grep -v '^Ops submitted' >"$work/said" || true
	sed "s/^/# $name: /" "$work/said" >&2
	while IFS= read -r line; do
		ok "${line%% [0-9]*}" "$name: ${line#*- }"
	done < <(grep -E '^(not )?ok [0-9]+ - ' "$work/said")
	if [ "$rc" != 0 ] || ! grep -qxE '1\.\.[0-9]+' "$work/said"; then
		ok 'not ok' "$name: it ended with status $rc"
	fi
	# dmadev_autotest can skip the error tests without reporting a failure.
	if grep -q 'Dev 0: Running error handling Tests' "$work/said"; then
		ok ok "$name: dmadev_autotest handled errors"
	else
		ok 'not ok' "$name: dmadev_autotest left the errors out"
	fi
}

# refuses TEXT OPTION...: EAL does not start, and prints this text
refuses() {
	local text=$1
	shift
	if ! "$program" --no-huge -m 64 --no-pci --no-telemetry -l 0 -d "$driver" "$@" >"$work/log" 2>&1 &&
		grep -qF -- "$text" "$work/log"; then
		ok ok "refused: $text"
	else
		sed 's/^/# /' "$work/log" >&2
		ok 'not ok' "refused: $text"
	fi
}

first=$(find /sys/class/dma -mindepth 1 -printf '%f\n' | sort -V | head -n 1)
autotest 'small pages' --no-huge -m 256 --vdev "dma_dmactl0,chan=$first"
echo 256 >/proc/sys/vm/nr_hugepages
mkdir "$work/huge"
mount -t hugetlbfs none "$work/huge"
autotest 'huge pages' --huge-dir "$work/huge" --vdev dma_dmactl0
echo 0 >/proc/sys/vm/nr_hugepages
refuses 'no free channel' --vdev dma_dmactl0,chan=dma99chan0
refuses 'the only argument is chan=NAME' --vdev dma_dmactl0,channel=x
echo "1..$count"
exit $failed
