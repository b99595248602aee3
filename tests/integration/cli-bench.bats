#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl bench

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

quick=(--sizes '64,4K' --depths '1,32' --time 50ms)

@test "each size and depth, in text and JSON" {
	run dmactl bench "${quick[@]}" "$first"
	[ "$status" -eq 0 ]
	says "^Channel: +$first"
	says '^SIZE +DEPTH +COPIES +MEAN +MEDIAN +99 % +CPU +RATE'
	says '^64 +1 +[0-9]+ '
	says '^4096 +32 +[0-9]+ '
	dmactl bench "${quick[@]}" --json "$first" >result.json
	jq -e --arg c "$first" '.channel == $c and .complete and .memory == "streaming"' result.json
	jq -e '[.results[] | [.size, .depth]] == [[64, 1], [64, 32], [4096, 1], [4096, 32]]' result.json
	jq -e 'all(.results[]; .transfers >= .depth and .transfers % .depth == 0)' result.json
	jq -e 'all(.results[]; .mean_ns > 0 and .median_ns > 0 and .p99_ns >= .median_ns)' result.json
	jq -e 'all(.results[]; .bytes_per_second * .mean_ns / 1e9 - .size | fabs < 1)' result.json
}

@test "without a channel, and with coherent memory" {
	dmactl bench --sizes 1 --depths 1024 --time 1ms --memory coherent --json >result.json
	jq -e '.memory == "coherent" and .results[0].transfers >= 1024' result.json
}

# bats test_tags=long
@test "copies that are longer than the buffers of the others" {
	dmactl bench --sizes 64,40M --depths 2 --time 1ms --json "$first" >result.json
	jq -e '.results[1] | .size == 41943040 and .transfers >= 2' result.json
}

@test "a transfer that did not move its bytes does not count" {
	echo Y >"$sim/skip"
	fails dmactl bench "${quick[@]}" "$first"
	says "$first: copies of 64 bytes at depth 1: the data is wrong: byte 0 of the destination buffer"
	[[ $output != *COPIES* ]]
}

# bats test_tags=long
@test "one that fails ends it, after what was measured" {
	fails dmactl bench --sizes 4K --depths 1 --time 1ms --timeout 500ms "$first-not"
	echo 2 >"$sim/fail_nth"
	fails dmactl bench "${quick[@]}" "$first"
	says 'a copy of 64 bytes at depth 1 failed: '
}

# bats test_tags=long
@test "a channel that hangs is reported" {
	echo 1 >"$sim/hold"
	fails dmactl bench "${quick[@]}" --timeout 300ms "$first"
	says "$first: hangs: 1 of 1 copies of 64 bytes have not ended"
}

# bats test_tags=long
@test "an alignment that the channel has is kept to" {
	sim_reload copy_align=64
	fails dmactl bench --sizes 64,100 "$first"
	says "$first copies multiples of 64 bytes only, not 100"
	dmactl bench --sizes 64 --depths 3 --time 1ms "$first"
}

@test "Ctrl-C gives what was measured so far" {
	local pid status=0
	# A background job of a script ignores SIGINT, so restore its default.
	env --default-signal=INT dmactl bench --sizes 64,4K --depths 1 --time 30s --json "$first" \
		>result.json 2>log &
	pid=$!
	background+=("$pid")
	until [ "$(cat "/sys/class/dma/$first/memcpy_count" 2>/dev/null || echo 0)" -gt 0 ] ||
		[ "$(dmactl status --json "$first" 2>/dev/null | jq -r '.. | .completed? // empty' | head -n 1)" -gt 10 ]; do
		sleep 0.1
	done
	kill -INT "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	grep -q 'interrupted; these are the results so far' log
	jq -e '(.complete | not) and (.results | length == 1) and .results[0].transfers > 0' result.json
}

@test "a terminal sees how far it is" {
	script -qec "dmactl bench --sizes 4K --depths 8 --time 1s $first" /dev/null >typescript
	grep -q '1 of 1: 4 KiB.*depth 8' typescript
}
