#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --explain

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

instances() {
	ls /sys/kernel/tracing/instances
}

@test "a copy has all the steps, in order" {
	make 3000000 src
	dmactl --explain copy src dst >out
	cat out
	same src dst
	# The first step of each kind appears in the order of a transfer.
	for function in dma_request_channel alloc_pages dma_map_sgtable device_prep_dma_memcpy \
		dmaengine_submit dma_async_issue_pending 'callback  ' dma_unmap_sgtable dma_release_channel; do
		grep -n -m 1 "^ *[0-9]*\..*  $function" out | cut -d: -f1
	done >order
	[ "$(wc -l <order)" = 9 ]
	sort -n order | cmp - order
	grep -q "$first is ours now, as handle 1" out
	# Shows handles, not addresses.
	lacks '0x[0-9a-f]{6,}' out
	[ -z "$(instances)" ]
}

# bats test_tags=long
@test "steps are numbered from 1 and repetitions collapsed" {
	make 3000000 src
	dmactl --explain copy --block 64K src dst >out
	grep -oE '^ *[0-9]+\.' out | tr -d ' .' >numbers
	seq "$(wc -l <numbers)" | cmp - numbers
	grep -qE '\.\.\. [0-9]+ more like this: dmaengine_submit' out
	grep -qE '\.\.\. [0-9]+ more like this: callback' out
	[ "$(wc -l <numbers)" -lt 60 ]
	# Each of the 46 blocks appears, in one descriptor or more.
	shown=$(grep -c '^ *[0-9]*\..*callback  ' out)
	more=$(sed -n 's/.* \([0-9]*\) more like this: callback.*/\1/p' out | paste -sd+ | bc)
	[ $((shown + more)) = 46 ]
}

@test "the JSON is an array of steps and nothing else" {
	make 100000 src
	dmactl --explain --json copy src dst >out.json
	jq -e '.steps | length > 8' out.json
	jq -e '.steps[0] | .event == "dmactl_chan_request" and .phase == 1 and .time_us == 0' out.json
	jq -e '.steps[-1].event == "dmactl_chan_release"' out.json
	jq -e '[.steps[] | select(.phase).phase] | unique == [1, 4, 5, 6, 7, 8]' out.json
}

@test "other verbs and other places of the option" {
	# list has no steps to explain.
	run dmactl list --explain
	[ "$status" -eq 0 ]
	[[ $output != *dma_request_channel* ]]
	dmactl --explain fill --size 4096 dst | grep -q device_prep_dma_memset
	dmactl test --explain --iterations 3 "$first" | grep -q device_prep_dma_memcpy
	dmactl test --explain --coherent --iterations 3 "$first" | grep -q dma_alloc_coherent
	dmactl test --explain --op sg --iterations 3 "$first" | grep -q dmaengine_submit
	[ -z "$(instances)" ]
}

# bats test_tags=long
@test "only the own session is shown" {
	last=$(channels | tail -n 1)
	spawn out dmactl test --seconds 60 "$last"
	wait_until held "$last"
	# A single page, which needs one descriptor.
	make 4096 src
	dmactl --explain --json copy -c "$first" src dst >out.json
	[ "$(jq '[.steps[] | select(.event == "dmactl_op_complete")] | length' out.json)" = 1 ]
	[ "$(jq '[.steps[] | select(.event == "dmactl_op_complete" and .more_like_this)] | length' out.json)" = 0 ]
}

@test "a failed run is explained too" {
	make 100000 src
	echo 1 >"$sim/fail_nth"
	fails dmactl --explain copy src dst
	says 'FAILED: status -'
	says dma_release_channel
	[ -z "$(instances)" ]
}

# bats test_tags=long
@test "the instance goes away after a signal, and after SIGKILL with the next run" {
	make 3000000 src
	echo 500000 >"$sim/bandwidth"
	for signal in INT TERM KILL; do
		spawn out dmactl --explain copy -b 64K src dst
		wait_until test -d "/sys/kernel/tracing/instances/dmactl-$pid"
		sleep 0.5
		kill -$signal "$pid"
		ends_with $((128 + $(kill -l $signal)))
		[ ! -e dst ]
		if [ $signal != KILL ]; then
			[ -z "$(instances)" ]
			grep -q dma_release_channel out
		fi
	done
	echo 0 >"$sim/bandwidth"
	dmactl --explain list >/dev/null
	[ -z "$(instances)" ]
}

@test "who is not root gets a clear message and no copy" {
	chmod 666 /dev/dmactl
	mkdir -m 777 open
	chmod 711 .
	make 10 src
	chmod 644 src
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl --explain copy src open/dst
	[ "$status" -eq 1 ]
	says '--explain reads the kernel.s tracepoints, which only root may do'
	nothing_left open '*'
	chmod 600 /dev/dmactl
}
