#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl send, recv, stream and the options for peripherals, with dma-sim's peripherals.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

# shellcheck disable=SC2120 # some tests need no parameters
peripherals() {
	sim_reload channels=1 peripherals=loopback,counter,sink,mem "$@"
}

sink_is() {
	[ "$(cat "$sim/sink_bytes") $(cat "$sim/sink_errors")" = "$1 $2" ] || {
		echo "sink: $(cat "$sim/sink_bytes") bytes, $(cat "$sim/sink_errors") errors"
		return 1
	}
}

# bats test_tags=kernel
@test "recv: each way brings the bytes, of any length" {
	local mode size
	peripherals
	for mode in --single --sg --vec --stream; do
		if [ $mode = --vec ] && ! dmactl recv --vec --size 4 counter out 2>/dev/null; then
			continue
		fi
		for size in 4 4096 65536 300000; do
			dmactl recv $mode --size $size counter out
			numbers $((size / 4)) >expected
			same out expected
		done
	done
}

# bats test_tags=long
@test "recv: small blocks, many and few of them" {
	peripherals
	numbers 25000 >expected
	for depth in 1 3 256; do
		dmactl recv --block 1000 --depth $depth --size 100000 --json counter out >result.json
		same out expected
		jq -e '.bytes == 100000 and .dma_ops == 100 and .short_ops == 0' result.json
	done
	dmactl recv -q --size 100000 counter - >out2
	same out2 expected
}

@test "send: each way, from a file and a pipe" {
	local mode
	peripherals
	numbers 75000 >data
	for mode in --single --sg --stream; do
		dmactl send $mode sink data
		sink_is 300000 0
	done
	dmactl send --block 4K --depth 2 sink - <data
	sink_is 300000 0
	dmactl send --size 1000 sink data
	sink_is 1000 0
	# The sink does count wrong data.
	tac data >wrong
	dmactl send sink wrong
	lacks '^0$' "$sim/sink_errors"
}

@test "send, recv: more at once than the controller has descriptors" {
	peripherals descriptors=4 sink_rate=4000000
	numbers 65536 >data
	dmactl send --block 4K --depth 64 sink data
	sink_is 262144 0
	dmactl recv --block 4K --depth 64 --size 256K counter out
	same out data
}

@test "what is sent to one end of the loop comes out of the other" {
	peripherals
	make 500000 data
	spawn send.txt dmactl send loop-tx data
	dmactl recv --size 500000 loop-rx out
	ends_with 0
	same out data
}

@test "packets: a short transfer is the end" {
	peripherals
	echo 1 >"$sim/packets"
	make 1234 data
	spawn recv.txt dmactl recv --packets --size 64K --block 64K loop-rx out
	sleep 1
	dmactl send --block 64K loop-tx data
	ends_with 0
	same out data
}

# bats test_tags=kernel
@test "frames: lines and what is between them" {
	peripherals
	# 100 lines of 40 bytes at distances of 64; nothing follows the last.
	perl -e 'for my $i (0 .. 99) { print pack("V10", map { $_ + 10 * $i } 0 .. 9), "x" x ($i < 99 ? 24 : 0) }' >data
	[ "$(stat -c %s data)" = 6376 ]
	dmactl send --frame 40/64 --block 640 sink data
	sink_is 4000 0
	dmactl send --frame 40/64 --json sink data >result.json
	sink_is 4000 0
	jq -e '.mode == "frame" and .bytes == 6376 and .dma_ops == 1' result.json
	dmactl recv --frame 40/64 --block 640 --size 6376 counter out
	perl -e 'for my $i (0 .. 99) { print pack("V10", map { $_ + 10 * $i } 0 .. 9), "\0" x ($i < 99 ? 24 : 0) }' >expected
	same out expected
	head -c 650 data >short
	fails dmactl send --frame 40/64 sink short
	says 'sink: 650 bytes are no whole number of lines of 40 bytes, 64 apart'
	for bad in 0 40/39 x 40/; do
		run dmactl send --frame $bad sink data
		[ "$status" -eq 2 ]
	done
}

# bats test_tags=long
@test "frames that repeat until the next one takes over" {
	peripherals
	for i in 0 1 2; do numbers 16 $((16 * i)); done >data
	dmactl send --frame 16 --block 64 --repeat 300ms --json sink data >result.json
	jq -e '.dma_ops == 3 and .bytes == 192 and .repetitions > 3' result.json
	# The sink got whole blocks, at least as many as dmactl reports.
	[ $(($(cat "$sim/sink_bytes") % 64)) = 0 ]
	[ "$(cat "$sim/sink_bytes")" -ge $((64 * $(jq .repetitions result.json))) ]
	run dmactl send --repeat 1s sink data
	[ "$status" -eq 2 ]
	says '--repeat goes only with --frame$'
	run dmactl recv --repeat 1s --frame 4 counter out
	[ "$status" -eq 2 ]
	# Another program ends it.
	spawn send.txt dmactl send --frame 16 --block 64 --repeat 100s sink data
	wait_until dmactl synchronize sink
	dmactl terminate sink
	ends_with 1
	grep -q 'was terminated by' send.txt
}

# bats test_tags=long
@test "a provider that prepares frames only if they repeat until the next one" {
	peripherals repeat_only=1
	for i in 0 1 2; do numbers 16 $((16 * i)); done >data
	dmactl send --frame 16 --block 64 --repeat 300ms --json sink data >result.json
	jq -e '.dma_ops == 3 and .bytes == 192 and .repetitions > 3' result.json
	[ $(($(cat "$sim/sink_bytes") % 64)) = 0 ]
	[ "$(cat "$sim/sink_bytes")" -ge $((64 * $(jq .repetitions result.json))) ]
	# Without the flag it refuses frames, and moves nothing.
	fails dmactl send --frame 16 --block 64 sink data
	sink_is 0 0
	# A transfer without frames works as usual.
	numbers 48 >data
	dmactl send sink data
	sink_is 192 0
}

# bats test_tags=long
@test "what only the driver understands: --peripheral-config" {
	peripherals
	printf '\350\3\0\0' >first
	dmactl recv --peripheral-config first --size 4096 counter out
	numbers 1024 1000 >expected
	same out expected
	fails dmactl recv --peripheral-config none --size 4 counter out2
	says 'peripheral-config: none: No such file'
	: >empty
	run dmactl recv --peripheral-config empty --size 4 counter out2
	[ "$status" -eq 2 ]
	says 'has not 1 to 4096 bytes'
	printf 123 >three
	fails dmactl recv --peripheral-config three --size 4 counter out2
	says 'its driver refuses the address 0x0, or another of these options'
	nothing_left . 'out2*'
}

# bats test_tags=kernel,long
@test "metadata of either mode, fences, and what is not there" {
	peripherals
	make 1000 data
	printf 'about it' >about
	# Metadata needs packets.
	echo 1 >"$sim/packets"
	for mode in client engine; do
		spawn recv.txt dmactl recv --size 1000 --metadata got --metadata-size 8 --metadata-mode $mode loop-rx out
		wait_until test -e /sys/class/misc/dmactl/dma:loop-rx
		dmactl send --fence --metadata about --metadata-mode $mode loop-tx data
		ends_with 0
		same out data
		same got about
	done
	run dmactl send --metadata about --metadata-mode x loop-tx data
	[ "$status" -eq 2 ]
	fails dmactl send --rapidio 1:0x1000 sink data
	says 'sink: the channel lacks RIO_SG'
	run dmactl send --rapidio 1 sink data
	[ "$status" -eq 2 ]
	says "--rapidio: '1' is not DESTID:ADDR, such as 1:0x40000000"
}

@test "a window in the device: addresses, widths and bursts" {
	peripherals
	make 4096 data
	dmactl send --dst-addr 0x1000 --width 4 --burst 8 mem data
	dmactl recv --src-addr 0x1000 --width 4 --burst 8 --size 4096 mem out
	same out data
	dmactl recv --src-addr 0x1800 --size 2048 mem out
	tail -c 2048 data >expected
	same out expected
	fails dmactl recv --src-addr 0x100000 --size 4 mem out2
	says 'mem: its driver refuses the address 0x100000'
	fails dmactl recv --src-addr 0 --width 16 --size 64 mem out2
	says 'mem: the channel has no words of 16 bytes .--width., only of 1, 2, 4, 8'
	fails dmactl recv --src-addr 0 --burst 1000 --size 64 mem out2
	says 'mem: bursts of 1000 words .--burst. are too long: the channel has 256 at most'
	fails dmactl recv --src-addr 2 --width 4 --size 64 mem out2
	says 'mem: the address 0x2 is no multiple of the width of 4 bytes'
	fails dmactl recv --src-addr 0xfff0 --size 64 mem out2
	says 'mem: .* does not take 64 bytes at 0xfff0, .* beyond what the peripheral has there'
	nothing_left . 'out2*'
}

@test "no address: not to 0, unless somebody insists" {
	local chan
	peripherals
	make 64 data
	# A channel by its own name, without a slave name.
	chan=$(channels | head -n 1)
	fails dmactl recv --size 64 "$chan" out
	says "$chan: nobody said where its peripheral is, so the channel would use address 0"
	says 'give --src-addr .needs root., or --force'
	fails dmactl capture --size 64 "$chan" out
	says 'nobody said where its peripheral is'
	fails dmactl send mem data
	says 'mem: nobody said where its peripheral is, .* give --dst-addr'
	fails dmactl send --src-addr 0 mem data
	says 'give --dst-addr'
	fails dmactl send --width 4 mem data
	says 'give --dst-addr'
	fails dmactl play mem data
	says 'give --dst-addr'
	fails dmactl stream --out mem -- cat data
	says 'give --dst-addr'
	nothing_left . 'out*'
	run dmactl send --force mem data
	[ "$status" -eq 0 ]
	says 'mem: without an address, as --force says'
	dmactl recv --src-addr 0 --size 64 mem out
	same out data
}

@test "limits: a refusal names the one that it was" {
	peripherals
	head -c 1001 /dev/zero >odd
	fails dmactl send --width 8 sink odd
	says 'odd: 1001 bytes are no whole number of words of 8 bytes .--width.'
	sink_is 0 0
	fails dmactl send --width 8 sink - <odd
	says 'sink: 1001 bytes are no whole number of words of 8 bytes'
	fails dmactl recv --width 8 --size 20 counter out
	says 'size: 20 bytes are no whole number of words'
	fails dmactl recv --width 8 --block 20 --size 40 counter out
	says 'block: 20 bytes are no whole number of words'
	echo 131072 >/sys/module/dmactl/parameters/max_buffer_bytes
	fails dmactl stream --block 64K counter -- true
	says 'counter: 256 KiB of DMA memory in one buffer are more than root allows, which is 128 KiB .max_buffer_bytes'
	# Values that are not given are chosen to fit.
	dmactl recv counter out --size 100000
	[ "$(dmactl stream counter -- head -c 100000 | wc -c)" -eq 100000 ]
	fails dmactl bench --sizes 1M --depths 1
	says "dma0chan[0-9]: 1 MiB of DMA memory in one buffer are more than root allows, which is 128 KiB .max_buffer_bytes"
	says 'try smaller --sizes or --depths'
	fails dmactl test --max-size 1M "$first"
	says "$first: 2056 KiB of DMA memory in one buffer"
	says 'try a smaller --max-size or fewer --threads'
	echo 65536 >/sys/module/dmactl/parameters/max_buffer_bytes
	dmactl test --iterations 10 --json "$first" | jq -e '.passed and .max_size == 32768'
	echo 67108864 >/sys/module/dmactl/parameters/max_buffer_bytes
	fails dmactl stream --blocks 1000 counter -- true
	says 'counter: 1000 blocks are too many: the channel takes 256 at once'
	limited() {
		# shellcheck disable=SC2016 # the other shell expands it
		setpriv --bounding-set -ipc_lock sh -c 'ulimit -l "$1"; shift; exec "$@"' sh "$@"
	}
	rm -f out
	fails limited 0 dmactl recv counter out --size 16
	says 'more than your limit of locked memory leaves, which is 0 B in all'
	lacks 'arrived' <<<"$output"
	make 10000 src
	for command in 'copy src out' 'fill --size 10000 out' "test $first" "bench $first" "test --conformance $first"; do
		# shellcheck disable=SC2086 # words
		fails limited 0 dmactl $command
		says "dma[0-9]*chan[0-9]*: [0-9]+ [KM]iB of DMA memory are more than your limit of locked memory leaves, which is 0 B in all"
	done
	nothing_left . 'out*'
}

# bats test_tags=kernel
@test "without privilege: no addresses, and the message says why" {
	peripherals
	chmod 666 /dev/dmactl
	chmod 777 .
	fails setpriv --reuid 65534 --clear-groups --bounding-set=-all dmactl recv --size 4K counter out
	says 'does not offer this channel'
	# A channel that firmware names needs no privilege if root offers it.
	rmmod dmactl
	insmod "$DMACTL_MODULES_DIR/dmactl.ko" 'allow=*'
	chmod 666 /dev/dmactl
	setpriv --reuid 65534 --clear-groups --bounding-set=-all dmactl recv --size 4K counter out
	numbers 1024 >expected
	same out expected
	fails setpriv --reuid 65534 --clear-groups --bounding-set=-all \
		dmactl recv --src-addr 0 --size 4K mem out3
	says 'only root .CAP_SYS_RAWIO. may say where the peripheral is'
	chan=$(basename "$(dirname "$(grep -lx 0 /sys/class/dma/*/in_use | tail -n 1)")")
	fails setpriv --reuid 65534 --clear-groups --bounding-set=-all \
		dmactl recv --size 4K "$chan" out3
	says 'nobody said where its peripheral is'
	rmmod dmactl
	insmod "$DMACTL_MODULES_DIR/dmactl.ko"
}

@test "nonsense: names, directions, capabilities" {
	peripherals
	fails dmactl recv --size 4 no-such out
	says "no-such: there is no such DMA channel, port or slave name; .dmactl list"
	fails dmactl recv --size 4 sink out
	says 'sink: the channel does not move bytes from a peripheral'
	make 4 data
	fails dmactl send counter data
	says 'counter: the channel does not move bytes to a peripheral'
	fails dmactl send loop-tx missing
	says 'missing: cannot open'
	spawn recv.txt dmactl recv --size 4 --timeout 0 loop-rx out
	wait_until dmactl pause loop-rx
	fails dmactl recv --size 4 loop-rx out2
	says "loop-rx: the channel is held by dmactl, process $pid"
	nothing_left . 'out2*'
}

@test "a peripheral that sends nothing: --timeout, and what it says" {
	peripherals
	fails dmactl recv --size 4K --timeout 500ms loop-rx out
	says 'loop-rx: no byte moved for 500 ms; the oldest transfer has 4096 bytes to go'
	says 'loop-rx: no byte has arrived'
	nothing_left . 'out*'
	echo 1 >"$sim/fail_nth"
	fails dmactl recv --size 4K counter out
	says 'counter: the transfer of byte 0 failed'
}

# So slow that 8 KiB take longer than recv's timeout.
creeping_counter() {
	peripherals counter_rate=1000 counter_fifo=65536 "$@"
}

# first_numbers FILE MIN: the file has more than MIN bytes, which are the first numbers
first_numbers() {
	local size
	size=$(stat -c %s "$1")
	[ "$size" -gt "$2" ] || {
		echo "$1 has $size bytes"
		return 1
	}
	numbers $((size / 4 + 1)) | cmp -n "$size" "$1" -
}

# bats test_tags=long
@test "recv: a peripheral that moves is not given up, however slow" {
	local mode
	for mode in --single --sg --stream; do
		creeping_counter
		dmactl recv $mode --size 8K --timeout 3s counter out
		numbers 2048 >expected
		same out expected
	done
	creeping_counter no_pause=1
	dmactl recv --size 8K --timeout 3s counter out
	same out expected
	# Without a residue that shows progress, only the end of a transfer counts.
	creeping_counter residue=descriptor
	fails dmactl recv --size 8K --timeout 3s counter out2
	says 'no transfer ended for 3 s, and this channel does not tell what moves within one'
	creeping_counter residue=descriptor
	dmactl recv --size 8K --block 1K --timeout 5s counter out
	same out expected
}

# bats test_tags=long
@test "send: a peripheral that moves is not given up, one that does not is" {
	local mode
	numbers 2048 >data
	for mode in --single --stream; do
		peripherals sink_rate=1000
		dmactl send $mode --timeout 3s sink data
		sink_is 8192 0
		echo 1 >"$sim/hold"
		fails dmactl send $mode --timeout 1s sink data
		says 'sink: no byte moved for 1 s; the oldest transfer has 8192 bytes to go'
		echo 0 >"$sim/hold"
	done
}

@test "recv: what had arrived stays, however it ends" {
	local mode how
	for mode in --single --sg --stream "--frame 40/64 --block 16K"; do
		peripherals counter_rate=4000
		# shellcheck disable=SC2086 # several words
		spawn recv.txt dmactl recv $mode --size 64000 --timeout 1s counter out
		sleep 4
		echo 1 >"$sim/hold"
		ends_with 1
		cat recv.txt
		grep -q 'counter: no byte moved for 1 s' recv.txt
		grep -q "out: has the first $(stat -c %s out) of 64000 bytes" recv.txt
		[ "$mode" = "${mode#--frame}" ] || continue
		first_numbers out 1000
	done
	for how in pause no_pause; do
		creeping_counter ${how/#pause/no_pause=0}
		spawn recv.txt dmactl recv --size 60000 counter out
		wait_until test -e /sys/class/misc/dmactl/dma:counter
		sleep 4
		kill -INT "$pid"
		ends_with 130
		first_numbers out 1000
		creeping_counter ${how/#pause/no_pause=0}
		spawn recv.txt dmactl recv --size 60000 counter out
		wait_until dmactl synchronize counter
		sleep 4
		dmactl terminate counter
		ends_with 1
		first_numbers out 1000
	done
	creeping_counter
	spawn recv.txt sh -c 'dmactl recv --size 60000 counter - >out 2>err.txt'
	sleep 5
	echo 1 >"$sim/hold"
	dmactl terminate counter
	ends_with 1
	grep -q 'standard output: has the first' err.txt
	first_numbers out 1000
}

# bats test_tags=kernel,long
@test "recv: on memory that bounces, what had arrived is not stale" {
	peripherals counter_rate=1000 counter_fifo=65536 dma_mask=31
	spawn recv.txt dmactl recv --size 60000 counter out
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	sleep 4
	kill -INT "$pid"
	ends_with 130
	first_numbers out 1000
}

@test "recv: a disk that fills up keeps what it has" {
	peripherals
	mkdir mnt
	mount -t tmpfs -o size=256K none mnt
	fails dmactl recv --size 1M counter mnt/out
	says 'mnt/out: cannot write it: No space left'
	says 'mnt/out: has the first 262144 of 1048576 bytes'
	first_numbers mnt/out 262143
}


# bats test_tags=kernel
@test "stream: a program reads from a peripheral and writes to one" {
	peripherals
	numbers 250000 >expected
	dmactl stream counter -- head -c 1000000 >out
	same out expected
	dmactl stream --in counter -- dd bs=10007 count=1000000 iflag=count_bytes,fullblock status=none >out
	same out expected
	dmactl stream sink --out -- cat expected
	sink_is 1000000 0
	dmactl stream --json --block 4K --blocks 2 sink -- cat expected >result.json
	sink_is 1000000 0
	jq -e '.exit_status == 0 and .streams[0].bytes == 1000000 and .streams[0].direction == "out"' result.json
}

# bats test_tags=long
@test "stream: both directions at once" {
	peripherals
	# Use whole blocks: a FIFO without packets never ends a block that is not full.
	make $((48 * 4096)) data
	timeout 60 dmactl stream --block 4K --in loop-rx --out loop-tx -- \
		sh -c 'cat data & head -c 196608 >out; wait'
	same out data
}

@test "stream: the exit status is the program's" {
	peripherals
	run dmactl stream counter -- sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run dmactl stream counter -- sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	dmactl stream --json counter -- sh -c 'exit 7' >result.json || [ "$?" -eq 7 ]
	jq -e '.exit_status == 7 and .error.message == "sh: ended with exit status 7"' result.json
	fails dmactl stream counter -- /no/such/program
	says '/no/such/program: cannot run it: No such file'
	fails dmactl stream mem -- true
	says 'say --in or --out'
}

@test "pause, resume and terminate reach the dmactl that holds the channel" {
	peripherals
	echo 4194304 >"$sim/counter_fifo"
	echo 100000 >"$sim/counter_rate"
	spawn recv.txt dmactl recv --size 100M --block 4K --timeout 1s counter out
	wait_until dmactl pause counter
	chan=$(basename "$(readlink -f /sys/class/misc/dmactl/dma:counter)")
	before=$(dmactl status --json "$chan" | jq '.sessions[0].channels_held[0].completed')
	sleep 2
	after=$(dmactl status --json "$chan" | jq '.sessions[0].channels_held[0].completed')
	[ "$before" = "$after" ]
	kill -0 "$pid"
	run dmactl resume --json "$chan"
	[ "$status" -eq 0 ]
	jq -e --argjson p "$pid" '.pid == $p and .verb == "resume"' <<<"$output"
	more() {
		[ "$(dmactl status --json "$chan" | jq '.sessions[0].channels_held[0].completed')" -gt "$after" ]
	}
	wait_until more
	dmactl terminate counter
	ends_with 1
	grep -q 'was terminated by .dmactl terminate' recv.txt
	grep -q "out: has the first $(stat -c %s out) of 104857600 bytes" recv.txt
	numbers $(($(stat -c %s out) / 4)) >expected
	cmp -n $(($(stat -c %s out) / 4 * 4)) out expected
}

# bats test_tags=long
@test "pause: nobody there, another program, another user" {
	peripherals
	fails dmactl pause counter
	says 'no dmactl runs a transfer on such a channel'
	fails dmactl pause "$first"
	says "$first: nobody uses this channel now"
	fails dmactl terminate no-such
	says 'no-such: no dmactl runs'
	chmod 666 /dev/dmactl
	spawn recv.txt dmactl recv --size 4 --timeout 0 loop-rx out
	wait_until dmactl pause loop-rx
	fails setpriv --reuid 65534 --clear-groups --bounding-set=-all dmactl terminate loop-rx
	says "loop-rx: process $pid, which holds it, is another user's"
	kill -0 "$pid"
	dmactl terminate loop-rx
	ends_with 1
	chmod 600 /dev/dmactl
}

# bats test_tags=kernel
@test "killed half-way: nothing is left, and the channel works again" {
	peripherals
	for signal in TERM KILL; do
		spawn recv.txt dmactl recv --size 4K --timeout 0 loop-rx out
		wait_until test -e /sys/class/misc/dmactl/dma:loop-rx
		sleep 0.3
		kill "-$signal" "$pid"
		wait "$pid" || true
		[ ! -s out ]
		rm -f out
		wait_until test ! -e /sys/class/misc/dmactl/dma:loop-rx
	done
	make 1000 data
	spawn recv.txt dmactl recv --size 1000 loop-rx out
	# Data that is sent while no client has the other end is lost.
	wait_until test -e /sys/class/misc/dmactl/dma:loop-rx
	dmactl send loop-tx data
	ends_with 0
	same out data
	spawn stream.txt dmactl stream counter -- sleep 100
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	sleep 0.3
	kill -TERM "$pid"
	ends_with 143
}

# bats test_tags=kernel
@test "--explain shows the peripheral's steps" {
	peripherals
	run dmactl recv --explain --size 4K counter out
	[ "$status" -eq 0 ]
	says 'prepare a descriptor +device_prep_slave_sg\(\)'
}

# bats test_tags=long
@test "info and status know a channel by its slave name" {
	peripherals
	dmactl info --json counter >info.json
	jq -e '.name | startswith("dma1chan")' info.json
	jq -e '(.operations | index("cyclic") != null and index("slave_sg") != null) and .directions == ["dev-to-mem"]' info.json
	jq -e '(.src_addr_widths | index("4") != null) and has("metadata_modes") and has("reuse")' info.json
	spawn recv.txt dmactl recv --size 4 --timeout 0 loop-rx out
	wait_until dmactl pause loop-rx
	dmactl status --json loop-rx | jq -e --argjson p "$pid" '.sessions[0].pid == $p'
}

# squat NAME: as nobody, answers in place of a channel's holder, and reports success
squat() {
	cat >squat.py <<'PY'
import os, socket, struct, sys
os.setgid(65534); os.setuid(65534)
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind("\0dmactl/" + sys.argv[1])
s.listen()
open("/dev/shm/squat", "w").close()
while True:
    c, _ = s.accept()
    if c.recv(4):
        open("/dev/shm/asked", "w").close()
        c.send(struct.pack("ii", 0, os.getpid()))
    c.close()
PY
	rm -f /dev/shm/squat /dev/shm/asked
	python3 squat.py "$1" &
	squatter=$!
	wait_until test -e /dev/shm/squat
}

@test "terminate does not believe who only took the name" {
	peripherals
	squat loop-rx
	fails dmactl terminate loop-rx
	says "loop-rx: process $squatter of user 65534 answers for it and does not hold it"
	spawn recv.txt dmactl recv --size 4 --timeout 0 loop-rx out
	wait_until grep -q 'another process listens by this name' recv.txt
	fails dmactl terminate loop-rx
	says "process $squatter of user 65534 answers"
	says "loop-rx: is held by dmactl, process $pid"
	# The other process was not even asked, and the channel's holder goes on.
	[ ! -e /dev/shm/asked ]
	kill -0 "$pid"
	kill "$squatter" "$pid"
}

# bats test_tags=long
@test "the name of a process does not reach the terminal as it is" {
	cat >name.py <<'PY'
import ctypes, fcntl, os, time
ctypes.CDLL(None).prctl(15, b"x\x1b[31my", 0, 0, 0)
fd = os.open("/dev/dmactl", os.O_RDWR)
open("named", "w").close()
time.sleep(100)
PY
	python3 name.py &
	named=$!
	wait_until test -e named
	run dmactl status
	says "^x\?\[31my, process $named"
	kill "$named"
}
