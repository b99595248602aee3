#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl capture and play: cyclic transfers that run until stopped.

# shellcheck disable=SC2016,SC2154 # eval expands it; set by the helper and by bats
load cli-helper

# shellcheck disable=SC2120 # some tests need no parameters
peripherals() {
	sim_reload channels=1 peripherals=loopback,counter,sink,mem "$@"
}

# At its default rate of 1 MiB per second, play underruns after some 60 ms without a processor.
slow_play() {
	peripherals bandwidth=262144
}

# So slow, and with such a large FIFO, that a loaded machine loses nothing.
slow_counter() {
	peripherals counter_rate=200000 counter_fifo=1048576
}

# jumps FILE: prints how often a number is not the previous one plus 1; dies if the first number is
# not 0
jumps() {
	perl -e 'local $/; open my $f, "<:raw", $ARGV[0] or die; my @n = unpack "V*", <$f>;
		my $jumps = 0; $n[0] == 0 or die "begins with $n[0]\n";
		for (1 .. $#n) { $jumps++ if $n[$_] != $n[$_ - 1] + 1 } print "$jumps\n"' "$1"
}

# The same for a file with any first number.
jumps_within() {
	perl -e 'local $/; open my $f, "<:raw", $ARGV[0] or die; my @n = unpack "V*", <$f>;
		my $jumps = 0; for (1 .. $#n) { $jumps++ if $n[$_] != $n[$_ - 1] + 1 } print "$jumps\n"' "$1"
}

sink_is() {
	[ "$(cat "$sim/sink_bytes") $(cat "$sim/sink_errors")" = "$1 $2" ] || {
		echo "sink: $(cat "$sim/sink_bytes") bytes, $(cat "$sim/sink_errors") errors"
		return 1
	}
}

@test "capture: --size is met to the byte, and the numbers have no gap" {
	peripherals counter_rate=1000000 counter_fifo=4194304
	for size in 4 65536 1000000; do
		dmactl capture counter out --size $size --period 16K --json >result.json
		numbers $((size / 4)) >expected
		same out expected
		jq -e --argjson s $size '.bytes == $s and .lost_periods == 0 and .period == 16384' result.json
	done
}

# bats test_tags=kernel,long
@test "capture: --time, each kind of memory, to a file and a pipe" {
	local memory
	slow_counter
	for memory in coherent contiguous streaming; do
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
	# Every number between the first and the last is in the file or counted as lost.
	first_lost=$(jq .lost_periods result.json)
	last=$(tail -c 4 out | od -An -t u4)
	[ $((last + 1)) -eq $((($(stat -c %s out) + first_lost * 16384) / 4)) ]
}

# bats test_tags=long
@test "capture: --strict stops at the first loss" {
	peripherals counter_rate=1000000 counter_fifo=4194304
	SECONDS=0
	run dmactl capture counter out --strict --rate-limit 50K --period 8K --periods 4
	[ "$status" -eq 1 ]
	[ $SECONDS -lt 60 ]
	[ "$(jumps out)" = 0 ]
	says ' lost'
}

# bats test_tags=long
@test "capture: the bar has a percentage where the end is known, also in 40 columns" {
	slow_counter
	in_terminal 40 dmactl capture counter out --time 2s | tr '\r' '\n' | sed 's/\x1b\[K//' >seen
	cat seen
	grep -E '^counter \[#+ *\] +[1-9][0-9]%  [0-9.]+ [KM]iB/s$' seen
	[ "$(grep '^counter \[' seen | wc -L)" -le 39 ]
	in_terminal 80 dmactl capture counter out --size 400000 | tr '\r' '\n' | sed 's/\x1b\[K//' >seen
	grep -E '^counter \[#+ *\] +[1-9][0-9]%  [0-9.]+ KiB of 390.6 KiB  [0-9.]+ KiB/s  00:0[0-9]$' seen
	# It shows what has arrived, not only the periods that have ended.
	creeping_counter
	in_terminal 80 dmactl capture counter out --size 4000 | tr '\r' '\n' | sed 's/\x1b\[K//' >seen
	grep -E '^counter \[#+ *\] +[1-9][0-9]%  [0-9.]+ (K?i?B) of 3.9 KiB  [1-9][0-9]* B/s  00:0[0-9]$' seen
	slow_counter
	# Without --size the end is unknown, so there is no percentage.
	spawn seen script -qec 'dmactl capture counter out' /dev/null
	sleep 1
	dmactl terminate counter
	ends_with 0
	lacks '%' seen
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

# bats test_tags=kernel
@test "capture: an interrupt and a kill keep what there is" {
	slow_counter
	spawn out.txt dmactl capture counter out --period 4K --periods 256
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	sleep 1
	kill -INT "$pid"
	ends_with 130
	[ -s out ]
	[ "$(jumps out)" = 0 ]
	spawn out.txt dmactl capture counter out2 --period 4K --periods 256
	wait_until test -s out2
	sleep 1
	kill -KILL "$pid"
	wait "$pid" || true
	[ "$(jumps out2)" = 0 ]
	wait_until test ! -e /sys/class/misc/dmactl/dma:counter
	dmactl capture counter out --size 64K --period 4K
	[ "$(jumps out)" = 0 ]
}

# So slow that no period ends.
creeping_counter() {
	peripherals counter_rate=1000 counter_fifo=65536
}

# unbroken FILE MIN: the file has all numbers that the counter sent so far, and more than MIN bytes
unbroken() {
	local size
	size=$(stat -c %s "$1")
	[ "$size" -gt "$2" ] || {
		echo "$1 has $size bytes"
		return 1
	}
	numbers $((size / 4)) >expected
	cmp -n $((size / 4 * 4)) "$1" expected
}

@test "capture: the period that is not full is saved, too" {
	creeping_counter
	dmactl capture counter out --time 4s --json >result.json
	unbroken out 2000
	[ "$(jq .bytes result.json)" = "$(stat -c %s out)" ]
	creeping_counter
	spawn out.txt dmactl capture counter out
	sleep 4
	wait_until dmactl terminate counter
	ends_with 0
	unbroken out 1000
	creeping_counter
	spawn out.txt dmactl capture counter out --memory streaming
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	sleep 4
	kill -INT "$pid"
	ends_with 130
	unbroken out 1000
}

@test "capture: --size ends when the bytes are there, not when a period ends" {
	creeping_counter
	SECONDS=0
	dmactl capture counter out --size 4000
	[ $SECONDS -lt 40 ]
	numbers 1000 >expected
	same out expected
}

@test "capture: no byte at all is said, and is a failure" {
	peripherals
	echo 1 >"$sim/hold"
	fails dmactl capture counter out --time 1s
	says 'counter: no byte arrived in .*: does the peripheral run\?'
	nothing_left . 'out*'
	echo old >out
	fails dmactl capture counter out --time 1s
	[ "$(cat out)" = old ]
}

@test "capture: a disk that fills up keeps what it has" {
	slow_counter
	mkdir full
	mount -t tmpfs -o size=256K none full
	run dmactl capture counter full/out --period 4K --periods 256
	cp full/out . || true
	umount full
	[ "$status" -eq 1 ]
	says 'full/out: cannot write it: No space left'
	says 'full/out: has the first 262144 bytes, without a gap'
	mount -t tmpfs -o size=256K none full
	head -c 1M /dev/zero >full/other || true
	run dmactl capture counter full/out --period 4K --periods 256
	umount full
	[ "$status" -eq 1 ]
	says 'full/out: cannot write it: No space left'
	says 'full/out: has no byte of the capture'
	lacks 'no byte arrived' <<<"$output"
	unbroken out 262143
}

@test "capture: to a disk, no byte is copied" {
	peripherals counter_rate=4000000 counter_fifo=4194304
	# Whole periods go from the ring to the disk; the rest, which is none, is copied.
	strace -f -e trace=pwrite64,write -o trace dmactl -v capture counter "$DMACTL_SCRATCH/out" --size 1050000 \
		--period 16K --periods 64 >out.txt 2>&1
	cat out.txt
	grep -q 'using a ring of 64 periods of 16 KiB, contiguous memory' out.txt
	grep -q 'out: is written from the ring, with O_DIRECT' out.txt
	mv "$DMACTL_SCRATCH/out" .
	numbers 262500 >expected
	same out expected
	[ "$(sed -n 's/.*pwrite64.* = \([0-9]*\)$/\1/p' trace | paste -sd+ | bc)" = 1048576 ]
	grep -qE 'write(\(| resumed).* = 1424$' trace
	lacks ' write(\(| resumed).* = 16384$' trace
	# What cannot be written so is copied, and it is said why.
	echo 400000 >"$sim/counter_rate"
	for options in '--memory coherent=coherent memory' '--period 6000=no multiple of 4096' '--sync 1M=synced'; do
		# shellcheck disable=SC2086 # options
		dmactl -v capture counter "$DMACTL_SCRATCH/out" --size 100000 ${options%=*} >out.txt 2>&1
		grep -q "out: each period is copied, because .*${options#*=}" out.txt
		numbers 25000 >expected
		same "$DMACTL_SCRATCH/out" expected
	done
	rm "$DMACTL_SCRATCH/out"
}

# bats test_tags=long
@test "capture: a disk that is slower than the source loses what is counted" {
	peripherals counter_rate=1000000 counter_fifo=4194304
	run dmactl capture counter "$DMACTL_SCRATCH/out" --time 3s --rate-limit 200K --period 16K --periods 4 --json
	[ "$status" -eq 1 ]
	mv "$DMACTL_SCRATCH/out" .
	sed -n '/^{/,/^}/p' <<<"$output" >result.json
	[ "$(jq .gaps result.json)" -gt 0 ]
	[ "$(jumps out)" = "$(jq .gaps result.json)" ]
	[ "$(jq .bytes result.json)" = "$(stat -c %s out)" ]
	last=$(tail -c 4 out | od -An -t u4)
	[ $((last + 1)) -eq $((($(stat -c %s out) + $(jq .lost_periods result.json) * 16384) / 4)) ]
}

# bats test_tags=long
@test "capture: a disk with O_DIRECT that fills up keeps what it has" {
	peripherals counter_rate=4000000 counter_fifo=4194304
	# All but some MiB of it: ext4 keeps 16 MiB for itself.
	fallocate -l $(($(stat -f -c '%f * %S' "$DMACTL_SCRATCH") - 23068672)) "$DMACTL_SCRATCH/rest"
	run dmactl capture counter "$DMACTL_SCRATCH/out" --period 16K --periods 64
	rm "$DMACTL_SCRATCH/rest"
	mv "$DMACTL_SCRATCH/out" .
	[ "$status" -eq 1 ]
	says '/out: cannot write it: No space left'
	says "/out: has the first $(stat -c %s out) bytes, without a gap"
	[ "$(stat -c %s out)" -gt 1048576 ]
	unbroken out 1048576
}

# bats test_tags=kernel
@test "capture: a device that goes leaves the file" {
	local memory
	for memory in coherent contiguous streaming; do
		slow_counter
		spawn out.txt dmactl capture counter out --period 4K --periods 256 --memory $memory --time 60s
		wait_until test -s out
		sleep 1
		# Unbind the controller of the peripherals, which comes after that of the channels.
		echo dma-sim.1 >/sys/bus/platform/drivers/dma-sim/unbind
		ends_with 1
		cat out.txt
		grep -q 'the capture ended after' out.txt
		grep -q 'out: has the first [0-9]* bytes, without a gap' out.txt
		unbroken out 4095
		rm out
	done
}

# bats test_tags=long
@test "capture: places that are counted are jumps of the file" {
	local rate
	peripherals counter_rate=1000000 counter_fifo=4194304
	for rate in 100K 150K 300K; do
		run dmactl capture counter out --time 2s --rate-limit $rate --period 16K --periods 4 --json
		sed -n '/^{/,/^}/p' <<<"$output" >result.json
		[ "$(jq .gaps result.json)" = "$(jumps_within out)" ]
	done
}

# bats test_tags=long
@test "capture: --sync brings the file to the disk as it grows" {
	slow_counter
	strace -f -e trace=fdatasync -o trace.txt dmactl capture counter out --period 4K --periods 256 \
		--size 256K --sync 64K
	[ "$(grep -c 'fdatasync(.*= 0' trace.txt)" -ge 2 ]
	strace -f -e trace=fdatasync -o trace.txt dmactl capture counter out --period 4K --periods 256 \
		--time 2s --sync 200ms
	[ "$(grep -c 'fdatasync(.*= 0' trace.txt)" -ge 3 ]
	[ "$(jumps_within out)" = 0 ]
	run dmactl capture counter out --sync 5x
	[ "$status" -eq 2 ]
	says "--sync: '5x' is neither a time"
}

@test "nonsense: channels that cannot, a ring that is too large, a full disk" {
	peripherals
	fails dmactl capture sink out --time 1s
	says 'does not move bytes from a peripheral'
	fails dmactl capture no-such out --time 1s
	says 'no-such: there is no such DMA channel, port or slave name'
	fails dmactl capture counter out --period 64M --periods 65536
	says '4 TiB of DMA memory in one buffer are more than root allows'
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
	slow_play
	numbers 262144 >data
	dmactl play sink data --period 16K --periods 16 --json >result.json
	jq -e '.bytes == 1048576 and .underruns == 0' result.json
	[ "$(cat "$sim/sink_bytes")" -ge 1048576 ]
	# Zeros follow the last byte, and the sink counts each change.
	[ "$(cat "$sim/sink_errors")" -le $((16384 * 16 / 4)) ]
	dmactl play sink - --period 16K --periods 16 --size 512K --json <data >result.json
	jq -e '.bytes == 524288 and .underruns == 0' result.json
}

# bats test_tags=kernel
@test "play: through the loop, the bytes are the file's, then zeros" {
	slow_play
	make 300000 data
	for memory in coherent contiguous streaming; do
		spawn play.txt dmactl play loop-tx data --period 4K --periods 32 --memory $memory --time 60s
		dmactl recv --size 303104 --timeout 20s loop-rx out
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" || true
		cmp -n 300000 out data
		tail -c 3104 out | tr -d '\0' >rest
		[ ! -s rest ]
	done
}

# bats test_tags=long
@test "play --loop: the file comes again without a gap" {
	slow_play
	make 10007 data
	spawn play.txt dmactl play loop-tx data --loop --period 4K --periods 32
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

# bats test_tags=long
@test "play: --time begins with the channel, and bytes is what was played" {
	local played
	peripherals sink_rate=100000
	numbers 250000 >data
	# The source is slow to start, and has more data than is played.
	(sleep 2 && cat data) | dmactl play sink - --time 1s --json >result.json
	jq -e '.seconds >= 1 and .seconds < 1.8 and .underruns == 0' result.json
	played=$(jq .bytes result.json)
	[ "$played" -ge 80000 ]
	[ "$played" -le "$(cat "$sim/sink_bytes")" ]
	[ "$played" -ge $(($(cat "$sim/sink_bytes") - 4096)) ]
	[ "$(cat "$sim/sink_errors")" = 0 ]
	run dmactl play sink data --time 500ms --verbose
	[ "$status" -eq 0 ]
	says '[0-9]+ bytes were read and not played'
}

# bats test_tags=long
@test "play: a live pipe is heard after --latency, not when the ring is full" {
	peripherals sink_rate=5000
	numbers 12500 >data
	split -b 5000 data piece.
	mkfifo live
	spawn out dmactl play sink live --json
	# Write faster than the sink reads, in pieces unlike periods; filling the whole buffer first
	# would take minutes.
	exec 4>live
	cat piece.aa >&4
	wait_until eval '[ "$(cat "$sim/sink_bytes")" -gt 500 ]'
	[ "$(cat "$sim/sink_bytes")" -lt 5000 ]
	for piece in piece.a[b-j]; do
		cat "$piece" >&4
	done
	exec 4>&-
	wait_until eval '[ "$(cat "$sim/sink_bytes")" -ge 50000 ]'
	dmactl terminate sink
	ends_with 0
	# All data was there in time and in order; zeros follow.
	jq -e '.bytes == 50000 and .underruns == 0' out
	errors=$(cat "$sim/sink_errors")
	[ "$errors" -le $((($(cat "$sim/sink_bytes") - 50000) / 4 + 1)) ]
}

# bats test_tags=long
@test "play: a source that stops is an underrun, and its bytes come behind the gap" {
	peripherals bandwidth=262144
	spawn recv.txt dmactl recv --size 16M --timeout 20s loop-rx out
	wait_until held dma1chan1
	make 20000 data
	(head -c 10000 data && sleep 0.6 && tail -c 10000 data) |
		dmactl play loop-tx - --period 4K --periods 16 --latency 0 --json >played.json || [ "$?" -eq 1 ]
	jq -e '.underruns > 0 and .bytes == 20000' played.json
	kill -INT "$pid"
	wait "$pid" || true
	# All bytes that are not zero are those of the file.
	tr -d '\0' <out | cmp -n 20000 - data
}

@test "play: a source that stays silent to the end is an underrun" {
	slow_play
	numbers 2000 >data
	(cat data && sleep 4) | dmactl play sink - --time 1s --json >played.json || [ "$?" -eq 1 ]
	jq -e '.underruns > 0 and .bytes == 8000 and .error.exit_status == 1' played.json
	# The same bytes, and then the end.
	dmactl play sink - --time 1s --json <data | jq -e '.underruns == 0 and .bytes == 8000'
}

# bats test_tags=long
@test "play: of a peripheral that takes nothing, it is said" {
	peripherals
	echo 1 >"$sim/hold"
	numbers 250 >data
	fails dmactl play sink data --time 500ms
	says 'sink: no byte was played in .*: does the peripheral run'
}

# bats test_tags=long
@test "capture and play: what nobody said follows from what the channel declares" {
	sim_reload channels=1 peripherals=loopback,counter,sink,mem counter_rate=400000 counter_fifo=1048576 \
		max_segment=4096 sink_rate=400000
	numbers 25000 >data
	dmactl capture counter out --size 100000 --json >result.json
	jq -e '.period == 4096 and .ring_periods == 256 and .bytes == 100000' result.json
	same out data
	dmactl play sink data --json | jq -e '.period == 4096 and .ring_periods == 256 and .bytes == 100000'
	# Longer periods, and more of them, than the driver is asked for are a queue.
	dmactl capture counter out --size 100000 --period 8K --json >result.json
	jq -e '.ring == "queue" and .period == 8192 and .bytes == 100000' result.json
	same out data
	dmactl play sink data --period 4K --periods 2000 --json >result.json
	jq -e '.ring == "queue" and .ring_periods == 2000 and .bytes == 100000' result.json
	fails dmactl capture counter out --src-addr 0 --width 4 --period 4002 --force
	says 'counter: a period of 4002 bytes is no whole number of words of 4 bytes'
	# With larger limits, the usual defaults apply.
	sim_reload channels=1 peripherals=counter counter_rate=400000 counter_fifo=1048576 max_segment=1048576 copy_align=64
	dmactl capture counter out --size 100000 --json | jq -e '.period == 65536 and .ring_periods == 16'
	same out data
}

# bats test_tags=kernel,long
@test "capture and play: what nobody said follows from the limits of memory" {
	peripherals counter_rate=400000 counter_fifo=1048576 sink_rate=400000
	numbers 25000 >data
	most=$(cat /sys/module/dmactl/parameters/max_buffer_bytes)
	echo 300000 >/sys/module/dmactl/parameters/max_buffer_bytes
	dmactl capture counter out --size 100000 --json >result.json || true
	run dmactl play sink data --json
	played=$output
	run dmactl capture counter other --size 1000 --periods 16 --period 64K
	echo "$most" >/sys/module/dmactl/parameters/max_buffer_bytes
	jq -e '.period == 65536 and .ring_periods == 4 and .bytes == 100000' result.json
	same out data
	jq -e '.ring_periods == 4 and .bytes == 100000' <<<"$played"
	[ "$status" -eq 1 ]
	says 'counter: 1 MiB of DMA memory in one buffer are more than root allows, which is 29[0-9]\.[0-9] KiB \(max_buffer_bytes'
	# Coherent memory is in one piece.
	fails dmactl capture counter other --period 64K --periods 1024 --memory coherent
	says 'counter: a ring of 64 MiB has to be in one piece of memory, and the kernel has none so long now'
	says 'Up to 4 MiB it has one at most times, .* cma=SIZE'
	says 'or no --memory: a ring of several pieces is a queue'
	run dmactl capture counter other --memory contigous
	[ "$status" -eq 2 ]
	says "--memory: 'contigous' is none of coherent, contiguous and streaming"
}

@test "capture: a ring that is larger than any block of the kernel" {
	peripherals counter_rate=4000000 counter_fifo=67108864
	dmactl capture counter out --size 8M --period 64K --periods 1024 --json >result.json
	jq -e '.memory == "contiguous" and .ring_periods == 1024 and .lost_periods == 0' result.json
	numbers 2097152 >expected
	same out expected
}

# bats test_tags=kernel
@test "capture and play: a ring in many pieces is a queue that the kernel refills" {
	# The FIFO holds more than is captured, however long a loaded machine waits.
	peripherals counter_rate=4000000 counter_fifo=67108864 sink_rate=4000000
	dmactl capture counter out --size 8M --period 64K --periods 1024 --memory streaming --json >result.json
	jq -e '.memory == "streaming" and .ring == "queue" and .dry == 0 and .lost_periods == 0' result.json
	numbers 2097152 >expected
	same out expected
	# Periods that are longer than the driver is asked for in one piece.
	dmactl capture counter out --size 8M --period 1M --periods 64 --json >result.json
	jq -e '.ring == "queue" and .period == 1048576 and .ring_periods == 64 and .dry == 0' result.json
	[ "$(stat -c %s out)" -eq $((8 << 20)) ]
	[ "$(jumps_within out)" = 0 ]
	head -c 4M expected >data
	dmactl play sink data --period 64K --periods 1024 --memory streaming --json >result.json
	jq -e '.ring == "queue" and .bytes == 4194304 and .underruns == 0 and .dry == 0' result.json
	# Each zero that it played behind the file is an error, and nothing else is.
	[ $(($(cat "$sim/sink_errors") * 4)) -le $(($(cat "$sim/sink_bytes") - (4 << 20))) ]
	dmactl capture counter out --size 1M --json | jq -e '.ring == "hardware" and .dry == 0'
}

# bats test_tags=kernel
@test "capture: a queue that ran dry is told" {
	echo 'dma-sim.*/descriptors=1' >/sys/module/dmactl/parameters/bounds
	peripherals counter_rate=4000000 counter_fifo=67108864
	status=0
	dmactl capture counter out --size 2M --period 64K --periods 64 --memory streaming --json \
		>result.json 2>errors || status=$?
	echo >/sys/module/dmactl/parameters/bounds
	[ "$status" -eq 1 ]
	jq -e '.dry > 0 and .ring == "queue" and .bytes == 2097152' result.json
	grep -q 'time(s) the channel had nothing to write to' errors
}

# bats test_tags=long
@test "play: from a disk, no byte is copied" {
	peripherals sink_rate=4000000
	numbers 262500 >"$DMACTL_SCRATCH/data"
	# Whole periods go from the disk to the ring; the rest is copied.
	strace -f -e trace=pread64,read -o trace dmactl -v play sink "$DMACTL_SCRATCH/data" --period 16K --periods 64 \
		>out.txt 2>&1
	rm "$DMACTL_SCRATCH/data"
	cat out.txt
	# Every number came after the one before; only the zeros at the end did not.
	[ $((1050000 + 4 * $(cat "$sim/sink_errors"))) -le "$(cat "$sim/sink_bytes")" ]
	grep -q ' 0 underruns' out.txt
	grep -q 'using a ring of 64 periods of 16 KiB, contiguous memory' out.txt
	[ "$(sed -n 's/.*pread64.* = \([0-9]*\)$/\1/p' trace | grep -c '^16384$')" = 64 ]
	lacks ' read(\(| resumed).* = 16384$' trace
}

@test "play, capture: a driver that never calls back is followed by its residue" {
	peripherals sink_rate=1000000 counter_rate=200000 counter_fifo=1048576
	numbers 262144 >data
	echo period_silent >"$sim/misbehave"
	dmactl play sink data --period 16K --periods 32 --json >result.json
	jq -e '.underruns == 0' result.json
	[ "$(cat "$sim/sink_bytes")" -ge 1048576 ]
	dmactl capture counter out --period 16K --periods 32 --size 512K
	numbers 131072 >expected
	same out expected
}

@test "play --no-cyclic: exact to the byte" {
	peripherals
	numbers 75001 >data
	dmactl play --no-cyclic sink data
	sink_is 300004 0
}
