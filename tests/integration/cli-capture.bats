#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl capture and play: rings that never stop.

# shellcheck disable=SC2154 # from the helper, and from bats
load cli-helper

# shellcheck disable=SC2120 # some tests need no parameters
peripherals() {
	sim_reload channels=1 peripherals=loopback,counter,sink,mem "$@"
}

# So slow, and with so much room, that a machine under load loses nothing.
slow_counter() {
	peripherals counter_rate=200000 counter_fifo=1048576
}

numbers() {
	perl -e 'print pack "V*", $ARGV[1] .. $ARGV[1] + $ARGV[0] - 1' "$1" "${2:-0}"
}

# jumps FILE: how often the next number is not the next; dies on another first
# number than 0
jumps() {
	perl -e 'local $/; open my $f, "<:raw", $ARGV[0] or die; my @n = unpack "V*", <$f>;
		my $jumps = 0; $n[0] == 0 or die "begins with $n[0]\n";
		for (1 .. $#n) { $jumps++ if $n[$_] != $n[$_ - 1] + 1 } print "$jumps\n"' "$1"
}

sink_is() {
	[ "$(cat "$sim/sink_bytes") $(cat "$sim/sink_errors")" = "$1 $2" ] || {
		echo "sink: $(cat "$sim/sink_bytes") bytes, $(cat "$sim/sink_errors") errors"
		return 1
	}
}

@test "capture: --size is met to the byte, and the numbers have no gap" {
	peripherals counter_rate=2000000
	for size in 4 65536 1000000; do
		dmactl capture counter out --size $size --period 16K --json >result.json
		numbers $((size / 4)) >expected
		same out expected
		jq -e --argjson s $size '.bytes == $s and .lost_periods == 0 and .period == 16384' result.json
	done
}

@test "capture: --time, each kind of memory, to a file and a pipe" {
	local memory
	slow_counter
	for memory in coherent streaming; do
		SECONDS=0
		dmactl capture counter out --time 1500ms --period 4K --periods 256 --memory $memory --json >result.json
		[ $SECONDS -ge 1 ]
		[ $SECONDS -lt 20 ]
		jq -e --arg m $memory '.memory == $m and .lost_periods == 0 and .bytes > 100000' result.json
		[ "$(jumps out)" = 0 ]
		[ "$(jq .bytes result.json)" = "$(stat -c %s out)" ]
	done
	dmactl capture counter - --time 1s --period 4K --periods 256 2>err.txt | cat >out
	[ "$(jumps out)" = 0 ]
	grep -q ' 0 lost' err.txt
}

@test "capture: what is lost is counted exactly, and nowhere else is a gap" {
	peripherals counter_rate=1000000 counter_fifo=4194304
	run dmactl capture counter out --time 3s --rate-limit 200K --period 16K --periods 4 --json
	[ "$status" -eq 1 ]
	says 'periods are lost from byte'
	says 'periods of 16384 bytes were lost, in [0-9]+ place'
	sed -n '/^{/,/^}/p' <<<"$output" >result.json
	gaps=$(jq .gaps result.json)
	[ "$gaps" -gt 0 ]
	[ "$(jumps out)" = "$gaps" ]
	# Every number between the first and the last is there or counted.
	first_lost=$(jq .lost_periods result.json)
	last=$(tail -c 4 out | od -An -t u4)
	[ $((last + 1)) -eq $((($(stat -c %s out) + first_lost * 16384) / 4)) ]
}

@test "capture: --strict stops at the first loss" {
	peripherals counter_rate=1000000
	SECONDS=0
	run dmactl capture counter out --strict --rate-limit 50K --period 8K --periods 4
	[ "$status" -eq 1 ]
	[ $SECONDS -lt 60 ]
	[ "$(jumps out)" = 0 ]
	says ' lost'
}

@test "capture: pause and resume leave no gap, terminate ends it well" {
	slow_counter
	spawn out.txt dmactl capture counter out --period 4K --periods 256
	wait_until dmactl pause counter
	sleep 1
	dmactl resume counter
	sleep 1
	dmactl terminate counter
	ends_with 0
	[ "$(jumps out)" = 0 ]
	grep -q ' 0 lost' out.txt
}

@test "capture: an interrupt keeps what there is, a kill nothing" {
	slow_counter
	spawn out.txt dmactl capture counter out --period 4K --periods 256
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	sleep 1
	kill -INT "$pid"
	ends_with 130
	[ -s out ]
	[ "$(jumps out)" = 0 ]
	spawn out.txt dmactl capture counter out2 --period 4K
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	kill -KILL "$pid"
	wait "$pid" || true
	nothing_left . 'out2*'
	wait_until test ! -e /sys/class/misc/dmactl/dma:counter
	dmactl capture counter out --size 64K --period 4K
	[ "$(jumps out)" = 0 ]
}

@test "nonsense: channels that cannot, a ring that is too large, a full disk" {
	peripherals
	fails dmactl capture sink out --time 1s
	says 'does not move bytes from a peripheral'
	fails dmactl capture no-such out --time 1s
	says 'neither a slave channel nor a port nor a DMA channel'
	fails dmactl capture counter out --period 64M --periods 65536
	says 'cannot get .* bytes for the ring'
	fails dmactl capture counter /no/such/directory/out
	nothing_left . 'out*'
	fails dmactl capture counter /dev/full --time 5s --period 4K
	says '/dev/full: cannot write it: No space left'
	: >empty
	fails dmactl play sink empty
	says 'is empty'
	fails dmactl play counter empty
	says 'does not move bytes to a peripheral'
}

@test "play: every byte arrives in order, from a file and a pipe" {
	peripherals
	numbers 262144 >data
	dmactl play sink data --period 16K --json >result.json
	jq -e '.bytes == 1048576 and .underruns == 0' result.json
	[ "$(cat "$sim/sink_bytes")" -ge 1048576 ]
	# After the last byte come zeros, of which the sink counts each change.
	[ "$(cat "$sim/sink_errors")" -le $((16384 * 16 / 4)) ]
	dmactl play sink - --period 16K --size 512K --json <data >result.json
	jq -e '.bytes == 524288 and .underruns == 0' result.json
}

@test "play: through the loop, the bytes are the file's, then zeros" {
	peripherals
	make 300000 data
	for memory in coherent streaming; do
		spawn play.txt dmactl play loop-tx data --period 4K --memory $memory --time 60s
		dmactl recv --size 303104 --timeout 20s loop-rx out
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" || true
		cmp -n 300000 out data
		tail -c 3104 out | tr -d '\0' >rest
		[ ! -s rest ]
	done
}

@test "play --loop: the file comes again without a gap" {
	peripherals
	make 10007 data
	spawn play.txt dmactl play loop-tx data --loop --period 4K
	dmactl recv --size 100000 --timeout 20s loop-rx out
	dmactl terminate loop-tx
	ends_with 0
	for _ in 1 2 3 4 5 6 7 8 9 10; do cat data; done | head -c 100000 >expected
	same out expected
}

@test "play: a file that is too slow is counted as underruns" {
	peripherals sink_rate=1000000
	numbers 250000 >data
	run dmactl play sink data --rate-limit 200K --period 4K --periods 4
	[ "$status" -eq 1 ]
	says 'periods were played before data had filled them'
}

@test "play --no-cyclic: exact to the byte" {
	peripherals
	numbers 75001 >data
	dmactl play --no-cyclic sink data
	sink_is 300004 0
}
