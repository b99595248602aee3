#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl-zmq between two network namespaces, with readers in Python that check each number of
# dma-sim's counter.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq's variables; set by the helper and by bats
load cli-helper

setup_file() {
	[ -x "$(command -v dmactl-zmq)" ] || {
		echo "dmactl-zmq is not built: make zmq"
		return 1
	}
	modprobe veth
	ip netns add near
	ip netns add far
	ip link add near0 netns near type veth peer name far0 netns far
	ip -n near addr add 10.8.0.1/24 dev near0
	ip -n far addr add 10.8.0.2/24 dev far0
	ip -n near link set near0 up
	ip -n far link set far0 up
	# What TCP would buffer is more than a test captures.
	ip netns exec near sysctl -q -w net.ipv4.tcp_wmem='4096 16384 32768'
	export reader=$BATS_TEST_DIRNAME/zmq-reader to=tcp://10.8.0.1:5555
	rmmod dma-sim
	insmod "$DMACTL_MODULES_DIR/dma-sim.ko" channels=1 peripherals=loopback,counter,sink,mem
}

teardown_file() {
	ip netns del near
	ip netns del far
	rmmod dma-sim
	insmod "$DMACTL_MODULES_DIR/dma-sim.ko"
}

# counter RATE [FIFO]: the FIFO is larger than what the tests capture, so that nothing is lost in it
counter() {
	echo "$1" >"$sim/counter_rate"
	echo "${2:-67108864}" >"$sim/counter_fifo"
}

near() {
	ip netns exec near "$@"
}

# sends ARGUMENT...: starts a capture of the counter in the near namespace; its output goes to
# sent.json and sent.err
sends() {
	env --default-signal=INT,TERM,HUP ip netns exec near dmactl-zmq capture --json counter "$@" >sent.json 2>sent.err 3>&- &
	sender=$!
	background+=("$sender")
}

# reads FILE ARGUMENT...: starts a reader in the far namespace, and waits until it is there, as Python
# takes its time
reads() {
	local out=$1
	shift
	ip netns exec far "$reader" "$@" >"$out" 2>"$out.err" 3>&- &
	readers+=("$!")
	background+=("$!")
	wait_until grep -q ready "$out.err"
}
readers=()

# ended STATUS: waits for the sender
ended() {
	local pid=$sender
	ends_with "$1" || {
		cat sent.err
		return 1
	}
}

reader_ended() {
	wait "${readers[0]}" || {
		cat read.json.err
		return 1
	}
}

# moves CHANNEL: whether a transfer of it is under way
moves() {
	command dmactl status --json "$1" | jq -e '.channels[0].state == "running"' >/dev/null
}

# has_arrived N: whether the sink has had more bytes
has_arrived() {
	[ "$(cat "$sim/sink_bytes")" -gt "$1" ]
}

# holds FILTER: a condition on the two summaries, $s of the sender and $r of the reader
holds() {
	jq -e -n --slurpfile s sent.json --slurpfile r "${2:-read.json}" "\$s[0] as \$s | \$r[0] as \$r | $1" >/dev/null || {
		echo "not so: $1"
		cat sent.json sent.err "${2:-read.json}"
		return 1
	}
}

@test "a reader in Python sees each period once, and the header as docs/zmq.md has it" {
	counter 200000
	sends "$to" --period 16K --periods 64 --count 30
	reads read.json "$to"
	reader_ended
	ended 0
	holds '$r.received == 30 and $r.missed == 0 and $r.end == 30 and $r.bytes == 30 * 16384'
	holds '$r.wrong == [] and $r.bad == [] and $r.void == [] and $r.overrun == [] and $r.jumps == []'
	holds '$r.age_ns > 0 and $r.age_ns < 60e9'
	holds '$s.sent == 30 and $s.lost == 0 and $s.spoilt == 0 and $s.unsent == 0 and $s.bytes == $r.bytes'
}

@test "a slow reader: received and lost are all, and no message has wrong bytes" {
	counter 300000
	sends "$to" --period 16K --periods 32 --count 120 --linger 60s
	reads read.json "$to" --delay 0.15
	reader_ended
	ended 1
	holds '$r.end == 120 and $r.received + $r.missed == 120 and $r.received == $s.sent'
	holds '$s.lost > 10 and $s.lost == $r.missed and $r.lost == $s.lost and $s.sent + $s.lost == 120'
	holds '$r.wrong - $r.void == [] and $r.bad == [] and $s.spoilt == ($r.void | length)'
	# The ring came round to periods that messages still had; they were copied in time.
	holds '$s.rescued > 10 and $s.spoilt * 4 < $s.rescued'
	# Each gap is announced by the message behind it, and nothing else is a gap.
	holds '$r.overrun == $r.jumps and ($r.overrun | length) > 0'
	grep -q 'periods are in no message: the readers did not keep up' sent.err
}

# overwritten: a sender that does not run for a second; all that readers see wrong, they are told
overwritten() {
	readers=()
	sends "$to" --period 16K --periods 8 --count 240 --linger 60s
	reads read.json "$to" --delay 0.1
	wait_until moves counter
	sleep 1
	kill -STOP "$sender"
	sleep 1
	kill -CONT "$sender"
	reader_ended
	ended 1
	holds '$r.wrong - $r.void == []'
	holds '$s.spoilt == ($r.void | length) and $r.spoilt == $s.spoilt'
	holds '$r.end == 240 and $r.received + $r.missed == 240 and $r.missed == $s.lost and $r.bad == []'
}

@test "what the hardware overwrote while a message had it is told, to the message" {
	local try
	counter 500000
	# At the moment of the stop, all messages may have copies, or none may be waiting.
	for try in 1 2 3 4 5 6; do
		overwritten
		[ "$(jq '.wrong | length' read.json)" = 0 ] || break
		echo "# try $try: nothing was overwritten" >&3
	done
	holds '$r.wrong != [] and $s.spoilt > 0'
	grep -q 'messages may have wrong bytes, and readers were told' sent.err
}

@test "--no-cyclic: a slow reader costs whole buffers, counted, and the hardware never waits" {
	counter 300000
	sends "$to" --no-cyclic --period 16K --periods 64 --count 160 --hwm 1000 --linger 60s
	reads read.json "$to" --delay 0.15
	reader_ended
	ended 1
	holds '$r.end == 160 and $r.received + $r.missed == 160 and $r.received == $s.sent'
	holds '$s.lost > 10 and $s.lost == $r.missed and $s.sent + $s.lost == 160 and $s.starved == 0'
	holds '$r.wrong == [] and $r.bad == [] and $r.overrun == $r.jumps and ($r.overrun | length) > 0'
}

@test "--no-cyclic: hardware without a buffer is a gap that the next message tells" {
	# What comes while the sender sleeps is more than the FIFO holds.
	counter 500000 65536
	sends "$to" --no-cyclic --period 16K --periods 12 --count 240
	reads read.json "$to"
	wait_until moves counter
	kill -STOP "$sender"
	sleep 3
	kill -CONT "$sender"
	reader_ended
	ended 1
	holds '$r.received + $r.missed == 240 and $s.starved > 0'
	holds '($r.starved | length) > 0 and $r.jumps != [] and $r.jumps - $r.starved - $r.overrun == []'
	grep -q 'the hardware had no buffer' sent.err
}

@test "PUB: each reader counts what it misses itself, and a slow one costs others nothing" {
	counter 500000
	reads read.json --sub "$to"
	reads slow.json --sub --delay 0.2 "$to"
	# The sender may stand still for a second; the slow reader is behind by more than 32.
	sends "$to" --pub --period 16K --periods 64 --hwm 32 --count 150 --linger 60s
	wait "${readers[1]}"
	reader_ended
	ended 0
	holds '$s.sent == 150 and $s.lost == 0'
	holds '$r.end == 150 and $r.missed == 0 and $r.received == 150 - $r.first and $r.wrong == [] and $r.bad == []'
	holds '$r.end == 150 and $r.missed > 0 and $r.received + $r.missed == 150 - $r.first and $r.wrong == [] and $r.bad == []' slow.json
}

@test "a reader that is killed: the next one goes on, and sees what is missing" {
	counter 500000
	sends "$to" --period 16K --periods 64 --hwm 8 --time 60s --linger 10s
	reads first.json "$to"
	wait_until moves counter
	kill -KILL "${readers[0]}"
	reads read.json "$to"
	sleep 2
	kill -INT "$sender"
	wait "${readers[1]}"
	ended 1
	# It sees the number of its first message, and misses what the first reader had.
	holds '$r.end == $s.periods and $s.sent + $s.lost == $s.periods and $r.received + $r.missed == $s.periods'
	holds '$r.wrong == [] and $r.bad == [] and $r.received > 0 and $s.unsent == 0'
}

@test "play: the counter of one machine reaches the sink of another, without a gap" {
	counter 400000
	echo 300000 >"$sim/sink_rate"
	spawn played.json ip netns exec far dmactl-zmq play --json sink "$to" --periods 32 --latency 10s
	sends "$to" --period 16K --periods 64 --count 64
	ended 0
	ends_with 0
	[ "$(cat "$sim/sink_bytes") $(cat "$sim/sink_errors")" = "$((64 * 16384)) 0" ]
	sed '/^{/,$!d' played.json >read.json
	holds '$r.messages == 64 and $r.played_bytes == 64 * 16384 and $r.missed == 0 and $r.ended and $r.streams == 1 and $r.underruns == 0'
}

@test "play: a sink that is slower is a slow reader, and what does not come is counted" {
	counter 1000000
	echo 200000 >"$sim/sink_rate"
	spawn played.json ip netns exec far dmactl-zmq play --json sink "$to" --periods 4 --hwm 1 --period 4K
	sends "$to" --period 16K --periods 8 --count 100 --linger 60s
	ended 1
	ends_with 1
	sed '/^{/,/^}/!d' played.json >read.json
	holds '$s.lost > 0 and $r.missed == $s.lost and $r.messages + $r.missed == 100 and $r.lost == $s.lost'
	holds '$r.played_bytes == $r.bytes and $r.bytes == $r.messages * 16384'
	[ "$(cat "$sim/sink_bytes")" = "$(jq .played_bytes read.json)" ]
	# The sink sees a jump for each gap, of which there are fewer than periods.
	[ "$(cat "$sim/sink_errors")" -gt 0 ]
	grep -q 'periods did not come; the sender lost' played.json
}

@test "play: a sender that is killed is noticed, the next one is played, and signals end it well" {
	counter 400000
	echo 0 >"$sim/sink_rate"
	spawn played.json ip netns exec far dmactl-zmq play --json sink "$to" --timeout 20s
	# The count of the last test ends when the channel is requested.
	wait_until test -e /sys/class/misc/dmactl/dma:sink
	sends "$to" --period 16K --periods 64 --time 60s
	wait_until has_arrived 100000
	kill -KILL "$sender"
	wait_until grep -q 'a sender has gone, without the end' played.json || {
		cat played.json
		return 1
	}
	wait_until dmactl capture counter out --size 4K
	sends "$to" --period 16K --periods 64 --time 60s
	wait_until grep -q 'another capture begins' played.json
	sleep 1
	kill -TERM "$sender"
	ended 0
	# The second capture has an end, which ends the playback. Between them the sink ran dry.
	ends_with 1
	sed '/^{/,/^}/!d' played.json >read.json
	holds '$r.streams == 2 and $r.ended and $r.missed == 0 and $r.bytes == $r.played_bytes and $r.messages > 8 and $r.underruns > 0'
}

@test "play: nothing for --timeout is a failure; an interrupt is none, and frees the channel" {
	fails ip netns exec far dmactl-zmq play sink "$to" --timeout 500ms
	says 'tcp://10.8.0.1:5555: no message came for 500 ms'
	spawn played.json ip netns exec far dmactl-zmq play sink "$to"
	wait_until test -e /sys/class/misc/dmactl/dma:sink
	kill -INT "$pid"
	ends_with 0
	[ ! -e /sys/class/misc/dmactl/dma:sink ]
	# Nobody reads: the capture waits, and ends at once.
	sends "$to" --period 16K
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	kill -TERM "$sender"
	ended 0
}

@test "play: messages of others are dropped, and counted" {
	spawn played.json ip netns exec far dmactl-zmq play --json sink --bind tcp://10.8.0.2:5556
	near python3 -c 'import struct, zmq
s = zmq.Context().socket(zmq.PUSH)
s.connect("tcp://10.8.0.2:5556")
head = lambda kind, seq, size=0, version=1, end=64: struct.pack("<4sBBHIIQQQQQQ", b"DMAZ", version, kind, end, 0, size, 7, seq, seq, 0, 0, 0)
data = struct.pack("<4I", 0, 1, 2, 3)
for frames in ([b"x"], [b"", b""], [head(0, 0, 16, 2), data], [head(0, 0, 16)], [head(0, 0, 17), data], [head(9, 0)], [head(0, 0, 16, 1, 65), data],
               [head(0, 0, 16), data], [head(0, 0, 16), data], [head(0, 1, 16), data, data], [head(1, 1)]):
    s.send_multipart(frames)
s.close(5000)'
	ends_with 1
	sed '/^{/,/^}/!d' played.json >read.json
	jq -e '.malformed == 9 and .messages == 1 and .played_bytes == 16 and .ended and .missed == 0' read.json
	grep -q 'a message is dropped: its first frame does not begin with DMAZ' played.json
	[ "$(cat "$sim/sink_bytes") $(cat "$sim/sink_errors")" = '16 0' ]
}

# refused STATUS PATTERN ARGUMENT...
refused() {
	run dmactl-zmq "${@:3}"
	[ "$status" = "$1" ] || {
		echo "status $status: $output"
		return 1
	}
	says "$2"
}

@test "what is wrong is named" {
	refused 2 "'fly' is no verb" fly
	refused 2 'a channel and an endpoint are needed' capture counter
	refused 2 "'x' is one argument too many" capture counter tcp://127.0.0.1:5557 x
	refused 2 "period: '1X' is not a size, such as 4096, 64K, 1.5M" capture counter tcp://127.0.0.1:5557 --period 1X
	refused 2 "period: 1000 bytes are no whole number of pages of 4096 bytes" capture counter tcp://127.0.0.1:5557 --period 1000
	refused 2 "periods: '3' is not a number from 4 to 4096" capture counter tcp://127.0.0.1:5557 --periods 3
	refused 2 "count: '-1' is not a number above 0" capture counter tcp://127.0.0.1:5557 --count=-1
	refused 2 "time: '1q' is not a time, such as 500ms" capture counter tcp://127.0.0.1:5557 --time 1q
	refused 2 "latency: '-1s' is not a time" play counter tcp://127.0.0.1:5557 --latency=-1s
	refused 1 "'nothing': there is no such port or slave name" capture nothing tcp://127.0.0.1:5557
	refused 1 'sink: the channel does not lead from a peripheral' capture sink tcp://127.0.0.1:5557
	refused 1 'counter: the channel does not lead to a peripheral' play counter tcp://127.0.0.1:5557
	refused 1 'mem: nobody said where its peripheral is' capture mem tcp://127.0.0.1:5557
	refused 1 'udp//x: cannot bind it: Invalid argument' capture counter udp//x
	refused 1 'tcp://192.0.2.1:5557: cannot bind it: Cannot assign requested address' capture counter tcp://192.0.2.1:5557
	refused 1 'counter: the ring has to be in one piece' capture --pub counter tcp://127.0.0.1:5557 --period 64K --periods 256
	spawn out dmactl stream counter --in -- sleep 30
	wait_until test -e /sys/class/misc/dmactl/dma:counter
	refused 1 'counter: another program has this channel' capture counter tcp://127.0.0.1:5557
	kill "$pid"
}

@test "the manual page has the options of --help, and no others" {
	local page=$BATS_TEST_DIRNAME/../../libdmauser/adapters/zmq/dmactl-zmq.1
	{
		dmactl-zmq capture --help
		dmactl-zmq play --help
	} | grep -oE -- '--[a-z-]+' | grep -vxE -- '--(help|usage)' | sort -u >help
	sed 's/\\-/-/g' "$page" | grep -oE -- '--[a-z]+(-[a-z]+)*' | sort -u >written
	diff help written
}
