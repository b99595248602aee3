#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each example of the library does what its first comment says.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

ports=/sys/kernel/config/dma-sim/bats
cases=$BATS_TEST_DIRNAME/../../libdmauser/examples

setup_file() {
	export EXAMPLES=${O:-$BATS_TEST_DIRNAME/../../build}/examples
}

eval "helper_$(declare -f teardown)"

teardown() {
	local dir
	[ -d /sys/module/dmactl ] || insmod "$DMACTL_MODULES_DIR/dmactl.ko"
	for dir in "$ports"/*/*/ "$ports"/*/ "$ports"; do
		[ ! -d "$dir" ] || rmdir "$dir"
	done
	helper_teardown
}

# numbers FIRST COUNT: prints them as dma-sim's counter sends them
numbers() {
	python3 -c 'import array, sys
array.array("I", range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2]))).tofile(sys.stdout.buffer)' "$1" "$2"
}

@test "no example is left out here" {
	local file name
	for file in "$cases"/*.c; do
		name=$(basename "$file" .c)
		grep -q "EXAMPLES\"*/$name\b" "$BATS_TEST_FILENAME" || {
			echo "$name is not run"
			return 1
		}
	done
}

@test "copy, epoll, raid, ring, uring verify what they do" {
	"$EXAMPLES/copy" "$first" >output
	grep -q "channel $first of dma-sim" output
	grep -q 'verified 1048576 bytes' output
	"$EXAMPLES/epoll"
	"$EXAMPLES/raid"
	"$EXAMPLES/ring" 100 | grep -q 'verified, 100 transfers'
	"$EXAMPLES/uring" 100 | grep -q 'verified, 100 transfers'
}

@test "they notice a channel that moves nothing" {
	echo 1 >"$sim/skip"
	fails "$EXAMPLES/copy"
	says 'byte [0-9]+ is wrong'
	fails "$EXAMPLES/ring" 10
	says 'wrong data'
	fails "$EXAMPLES/dmabuf"
	says 'byte 0 is wrong'
}

@test "aio copies a file" {
	make_ext4 16M
	head -c 3M /dev/urandom >mnt/in
	"$EXAMPLES/aio" mnt/in mnt/out
	cmp mnt/in mnt/out
	fails "$EXAMPLES/aio" nosuch mnt/out
	says 'nosuch: No such file or directory'
}

@test "capture writes periods without a gap" {
	"$EXAMPLES/capture" counter 100 >out
	numbers 0 $((100 * 16384 / 4)) | cmp - out
}

@test "stream reads so many bytes" {
	"$EXAMPLES/stream" counter 1000000 >out
	numbers 0 250000 | cmp - out
	fails "$EXAMPLES/stream" nosuch 4
	says 'nosuch: no free channel'
}

@test "port receives through a port" {
	need_configfs
	mkdir "$ports"
	echo counter >"$ports/peripherals"
	mkdir "$ports/adc" "$ports/adc/rx"
	echo counter >"$ports/adc/rx/channel"
	echo 1 >"$ports/live"
	echo 1 >"$ports/adc/live"
	"$EXAMPLES/port" adc 20 >out
	numbers 0 $((20 * 16384 / 4)) | cmp - out
	# A user who has nothing but the port's node.
	chmod 600 /dev/dmactl
	cp "$EXAMPLES/port" .
	chmod 777 .
	chown 65534 /dev/dma/adc
	setpriv --reuid 65534 --clear-groups ./port adc 20 >out
	numbers 0 $((20 * 16384 / 4)) | cmp - out
	run setpriv --reuid 65534 --clear-groups ./port counter 20
	[ "$status" -eq 1 ]
}

@test "playback sends every period, and tells when the input is late" {
	numbers 0 100000 >in
	echo 1000000 >"$sim/sink_rate"
	"$EXAMPLES/playback" sink <in 2>output
	grep -q 'playback: 98 periods of 4096 bytes, 0 late' output
	# The last period ends with zeros, which are not the next numbers.
	[ "$(cat "$sim/sink_bytes")" -ge 400000 ]
	echo 4000000 >"$sim/sink_rate"
	run bash -c '(head -c 40000; sleep 2; cat) <in | "$EXAMPLES/playback" sink'
	echo "$output"
	[ "$status" -eq 1 ]
	says ' [1-9][0-9]* late'
}

@test "dmabuf: another process writes into the memory" {
	"$EXAMPLES/dmabuf" | grep -q 'the other process wrote 65536 bytes'
}

@test "without the module, each says so" {
	local name
	rmmod dmactl
	for name in copy ring raid epoll; do
		run "$EXAMPLES/$name"
		[ "$status" -eq 1 ]
		says 'is the module loaded'
	done
}
