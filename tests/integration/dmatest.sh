#!/bin/bash
# SPDX-License-Identifier: MIT
# dmatest.sh [KERNEL]: runs the kernel's own dmatest on dma-sim.
#
# On the host it builds both modules and runs itself in two guests (tests/vm/run); the second one
# bounces everything through SWIOTLB. In a guest it runs the cases below. Environment, all optional
# on the host:
#
#	KERNEL			kernel of tests/vm/kernel, 6.12 by default
#	DMATEST_KO, DMA_SIM_KO	modules for that kernel, instead of building them
#	LINUX_SOURCE_TAR	kernel source to take dmatest from
#	ITERATIONS		transfers of each thread, 20 by default
#
# Prints the summary of every thread. Exits with 1 if a transfer failed, a thread is missing or did
# nothing, or the kernel logged a fault.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
VM=$ROOT/tests/vm
# Defaults for a case: transfers of a thread, threads of a channel, bytes of a buffer (small,
# because dmatest is slow, but across a page boundary).
iterations=${ITERATIONS:-20}
threads=2
size=6000
failed=0

die() {
	echo "dmatest: $*" >&2
	exit 1
}

fail() {
	echo "FAIL: $*"
	failed=1
}

# --- on the host ---

modules_path() {
	local dir
	dir=$(PARTS=dma-sim "$VM/build-modules" "$1") || die "dma-sim does not build for $1"
	realpath "$dir/dma-sim.ko"
}

dmatest_path() {
	local dir tar=${LINUX_SOURCE_TAR:-}
	"$VM/kernel" ensure "$1" || die "no kernel $1"
	case $1 in
	*/*) dir=$1 ;;
	*) dir=$("$VM/kernel" dir "$1") ;;
	esac
	[ -n "$tar" ] || tar=$("$VM/kernel" source 6.12) || die "no kernel source"
	"$VM/build-dmatest" "$dir/build" "$ROOT/${O:-build}/dmatest/$(basename "$dir")" "$tar"
}

run_guests() {
	local kernel=$1 append args
	: "${DMA_SIM_KO:=$(modules_path "$kernel")}"
	: "${DMATEST_KO:=$(dmatest_path "$kernel")}"
	[ -e "$DMA_SIM_KO" ] || die "no dma-sim.ko"
	[ -e "$DMATEST_KO" ] || die "no dmatest.ko"
	for append in '' swiotlb=force; do
		echo "# $kernel $append"
		args=(--kernel "$kernel" --no-modules --deadline 1800)
		args+=(--env "DMA_SIM_KO=$DMA_SIM_KO" --env "DMATEST_KO=$DMATEST_KO")
		args+=(--env "ITERATIONS=$iterations")
		[ -z "$append" ] || args+=(--append "$append")
		"$VM/run" "${args[@]}" -- "$ROOT/tests/integration/dmatest.sh" || failed=1
	done
	exit $failed
}

# --- in the guest ---

# Starting processes is slow in an emulated guest, so bash does as much as it can.

count_channels() {
	local n=0 chan
	for chan in /sys/class/dma/*; do
		[ ! "$chan/device" -ef "/sys/bus/platform/devices/$1" ] || n=$((n + 1))
	done
	echo $n
}

# look MARK: reads the kernel's log since the case began, and sets the number of threads that were
# added, that have reported, and that did all of their work, the last also by kind; the lines to
# show; and the errors.
look() {
	local log line
	added=0 reported=0 clean=0 lines='' wrong=''
	of_kind=()
	log=$(dmesg)
	log=${log##*"dmatest.sh: $1"}
	while read -r line; do
		line=${line#*] dmatest: }
		if [[ $line =~ ^Added\ ([0-9]+)\ threads ]]; then
			added=$((added + BASH_REMATCH[1]))
		elif [[ $line =~ ^[^\ ]+-([a-z]+)[0-9]*:\ summary ]]; then
			reported=$((reported + 1))
			lines+="  $line"$'\n'
			if [[ $line == *": summary $iterations tests, 0 failures "*"(0)" ]]; then
				clean=$((clean + 1))
				line=${BASH_REMATCH[1]}
				of_kind[$line]=$((${of_kind[$line]:-0} + 1))
			fi
		elif [[ $line =~ ^[^\ ]+:\ (result\ #|srcbuf|dstbuf) ]]; then
			wrong+="  $line"$'\n'
		fi
	done <<<"$log"
}

# check MARK KINDS CHANNELS: every thread must have reported, without failures.
check() {
	local expected=$(($3 * threads)) kind i
	local added reported clean lines wrong
	local -A of_kind
	cat /sys/module/dmatest/parameters/wait >/dev/null
	# On newer kernels reading this returns early.
	for ((i = 0; i < 120; i++)); do
		look "$1"
		[ "$reported" -lt "$added" ] || break
		sleep 0.5
	done
	printf '%s%s' "$lines" "$wrong"
	for kind in $2; do
		[ "${of_kind[$kind]:-0}" = $expected ] ||
			fail "$1: ${of_kind[$kind]:-0} clean threads of kind $kind, not $expected"
	done
	[ "$reported" = "$added" ] || fail "$1: $reported threads reported, of $added"
	[ "$clean" = "$reported" ] ||
		fail "$1: $((reported - clean)) threads with failures, or not all transfers"
	[ -z "$wrong" ] || fail "$1: transfers went wrong"
}

# run_case NAME KINDS DEVICE [parameters of dmatest]; a kind is copy, set, xor or pq, as in the
# names of dmatest's threads.
run_case() {
	local mark="case $1" kinds=$2 device=$3 channels
	shift 3
	channels=$(count_channels "$device")
	[ "$channels" -gt 0 ] || {
		fail "$mark: $device has no channel"
		return
	}
	echo "$mark, $channels channels of $device"
	echo "dmatest.sh: $mark" >/dev/kmsg
	# run comes last, because parameters take effect in order.
	insmod "$DMATEST_KO" device="$device" iterations="$iterations" \
		threads_per_chan="$threads" test_buf_size="$size" "$@" run=1 || {
		fail "$mark: dmatest does not load"
		return
	}
	check "$mark" "$kinds" "$channels"
	rmmod dmatest || fail "$mark: dmatest does not unload"
}

load() {
	echo "# dma-sim $*"
	modprobe -q configfs
	insmod "$DMA_SIM_KO" "$@" || die "dma-sim does not load"
}

unload() {
	rmmod dma_sim || die "dma-sim does not unload"
}

# dmatest terminates the channel after each transfer that it polled for, which also ends other
# threads' transfers: use one thread.
run_polled() {
	threads=1 run_case "$@" polled=1
}

run_plain_cases() {
	load
	run_case all 'copy xor pq' dma-sim.0
	unload

	# dmatest adds threads for XOR and PQ on any device that has these.
	load caps=memcpy,memset
	size=16384 run_case memcpy copy dma-sim.0
	run_case memset 'set' dma-sim.0 dmatest=1
	run_polled memcpy-polled copy dma-sim.0
	run_polled memset-polled 'set' dma-sim.0 dmatest=1
	run_case memcpy-aligned copy dma-sim.0 alignment=6
	# More bytes than the engine copies in one softirq.
	size=150000 threads=1 iterations=5 run_case memcpy-large copy dma-sim.0
	run_case memcpy-byte copy dma-sim.0 transfer_size=1
	unload

	load caps=xor
	run_polled xor-polled xor dma-sim.0 xor_sources=7
	unload
	load caps=pq
	run_polled pq-polled pq dma-sim.0 pq_sources=9
	unload

	load devices=2 channels=3 copy_align=8 residue=segment
	run_case copy_align 'copy xor pq' dma-sim.1
	run_case memset-copy_align 'set' dma-sim.0 dmatest=1
	unload

	load caps=memcpy no_terminate=1 no_synchronize=1 descriptors=4
	run_case memcpy-no_terminate copy dma-sim.0
	run_polled memcpy-no_terminate-polled copy dma-sim.0
	unload

	load caps=memcpy,memset latency=100000 bandwidth=100000000
	run_case memcpy-slow copy dma-sim.0
	run_case memset-slow 'set' dma-sim.0 dmatest=1
	unload

	load
	run_vanish
	unload
}

# Unbinds the controller while dmatest uses it, and binds it again.
run_vanish() {
	local driver=/sys/bus/platform/drivers/dma-sim
	echo "case vanish"
	insmod "$DMATEST_KO" device=dma-sim.0 threads_per_chan=$threads run=1 ||
		fail "vanish: dmatest does not load"
	sleep 0.5
	! rmmod dma_sim 2>/dev/null || fail "vanish: dma-sim unloads while its channels are held"
	echo dma-sim.0 >$driver/unbind
	sleep 0.5
	echo dma-sim.0 >$driver/bind
	rmmod dmatest || fail "vanish: dmatest does not unload"
	run_case memcpy-returned copy dma-sim.0
}

run_bounced_cases() {
	local file=/sys/kernel/debug/swiotlb/io_tlb_used_hiwater
	load caps=memcpy,memset dma_mask=32
	run_case memcpy-bounced copy dma-sim.0
	run_case memset-bounced 'set' dma-sim.0 dmatest=1
	run_polled memcpy-bounced-polled copy dma-sim.0
	unload
	# 6.1 does not count bounces.
	if [ -e $file ] && [ "$(cat $file)" = 0 ]; then
		fail "nothing was bounced"
	fi
}

if [ -z "${DMACTL_VM:-}" ]; then
	run_guests "${1:-${KERNEL:-6.12}}"
fi
[ -n "${DMATEST_KO:-}" ] || die "DMATEST_KO is not set"
[ -n "${DMA_SIM_KO:-}" ] || die "DMA_SIM_KO is not set"
if grep -q 'swiotlb=force' /proc/cmdline; then
	run_bounced_cases
else
	run_plain_cases
fi
[ $failed = 0 ] && echo "dmatest: all clean"
exit $failed
