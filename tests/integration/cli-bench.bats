#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl bench

# shellcheck disable=SC2030,SC2031,SC2154 # the helper sets them, in the shell of each test; so does bats
load cli-helper

# dmactl_moves CHANNEL: whether a transfer of it is under way
dmactl_moves() {
	command dmactl status --json "$1" | jq -e '.channels[0].state == "running"' >/dev/null
}

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

@test "--receive: each way takes what the counter sends" {
	sim_reload channels=1 peripherals=loopback,counter,sink counter_rate=1000000 counter_fifo=67108864
	run dmactl bench --receive all --sizes 4K --depths 256 --time 500ms counter
	[ "$status" -eq 0 ]
	says '^Channel: +counter \(dma'
	says '^WAY +SIZE +DEPTH +BYTES +LOST +RATE +WAKE-UP +99 % +99.9 % +CPU/GiB'
	says '^queue +4096 +256 +[1-9][0-9]* +- '
	says '^stream +4096 +256 +[1-9][0-9]* +- .* - +- +- '
	dmactl bench --receive stream,cyclic --sizes 8K,16K --depths 16,256 --time 200ms --json counter >result.json
	jq -e '.asked == "counter" and .complete' result.json
	jq -e '[.received[] | [.way, .size, .depth]] == [["cyclic", "stream"][] as $way | [8192, 16384][] as $size | [16, 256][] | [$way, $size, .]]' result.json
	jq -e 'all(.received[]; .bytes > 0 and .cpu_ns_per_gib > 0 and (.bytes_per_second * .seconds - .bytes | fabs < 2))' result.json
	jq -e 'all(.received[:4][]; .bytes % .size == 0 and .overwritten >= 0)' result.json
	jq -e 'all(.received[:4][]; .wakes > 0 and .wake_median_ns > 0 and .wake_p99_ns >= .wake_median_ns and .wake_p999_ns >= .wake_p99_ns)' result.json
	jq -e 'all(.received[4:][]; .overwritten == null and .wakes == 0 and .wake_median_ns == null)' result.json
	# The ring holds sixteen seconds, longer than a guest waits for a processor, so nothing is lost.
	dmactl bench --receive cyclic --sizes 16K --depths 1024 --time 500ms --json counter >result.json
	jq -e '.received[0].overwritten == 0' result.json
}

@test "--receive: a ring that is too small loses periods, and they are counted" {
	sim_reload channels=1 peripherals=counter counter_rate=100000000 counter_fifo=67108864
	dmactl bench --receive cyclic --sizes 4K --depths 3 --time 500ms --json counter >result.json
	jq -e '.received[0].overwritten > 0' result.json
}

@test "--receive: a peripheral that sends nothing, one that only takes, and Ctrl-C" {
	sim_reload channels=1 peripherals=loopback,counter,sink counter_rate=1000000 counter_fifo=67108864
	for way in cyclic queue stream; do
		fails dmactl bench --receive "$way" --timeout 300ms --time 10s loop-rx
		says 'loop-rx: nothing has come for 300 ms; --timeout sets another limit'
	done
	fails dmactl bench --receive all sink
	says 'sink: the channel does not move bytes from a peripheral'
	env --default-signal=INT dmactl bench --receive all --time 60s --json counter >result.json 2>log &
	pid=$!
	background+=("$pid")
	wait_until dmactl_moves counter
	kill -INT "$pid"
	ends_with 130
	grep -q 'interrupted; these are the results so far' log
	jq -e '(.complete | not) and (.received | length == 1) and .received[0].way == "cyclic"' result.json
}
