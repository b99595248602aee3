#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The example for GStreamer: frames that come by DMA reach the elements of a pipeline
# in the same memory, each once and in order.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

caps=video/x-raw,format=GRAY8,width=256,height=128,framerate=25/1
frame=$((256 * 128))

setup_file() {
	export CAMERA=${O:-$BATS_TEST_DIRNAME/../../build}/examples/gstreamer/camera
	[ -e "$CAMERA" ] || {
		echo "the example for GStreamer is not built: make gstreamer"
		return 1
	}
	# An output of HDMI, which takes pictures without interlacing.
	modprobe -q vivid n_devs=1 node_types=0x100 num_outputs=1 output_types=1 || true
}

# numbers FILE: each number of 32 bits is the one before, plus one, and the first is 0
numbers() {
	python3 -c '
import sys, array
n = array.array("I", open(sys.argv[1], "rb").read())
bad = [i for i in range(len(n)) if n[i] != i]
sys.exit(f"number {bad[0]} is {n[bad[0]]}" if bad else 0)' "$1"
}

# films ARGUMENT...: the program succeeds
films() {
	run "$CAMERA" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "frames reach a file in order, without a gap" {
	films counter 40 "$caps" "filesink location=frames"
	says "40 frames of $frame bytes"
	[ "$(stat -c %s frames)" = $((40 * frame)) ]
	numbers frames
}

@test "a queue between holds frames and gives them back" {
	films counter 60 "$caps" "queue max-size-buffers=3 max-size-bytes=0 max-size-time=0 ! filesink location=frames"
	numbers frames
	[ "$(stat -c %s frames)" = $((60 * frame)) ]
}

@test "an element computes on the frames" {
	films counter 8 "$caps" "videoflip method=vertical-flip ! videoflip method=vertical-flip ! filesink location=frames"
	numbers frames
}

@test "the output of a video driver reads the same memory" {
	device=
	for node in /sys/class/video4linux/video*; do
		[ ! -e "$node" ] || ! grep -q 'vivid.*vid-out' "$node/name" || device=/dev/${node##*/}
	done
	[ -n "$device" ] || skip "this kernel has no vivid"
	films counter 20 video/x-raw,format=YUY2,width=1280,height=720,framerate=60/1 \
		"v4l2sink device=$device io-mode=dmabuf-import sync=false"
	says "20 frames of $((1280 * 720 * 2)) bytes"
	# A format that the driver does not have.
	fails "$CAMERA" counter 20 "$caps" "v4l2sink device=$device io-mode=dmabuf-import sync=false"
	says 'not-negotiated'
}

@test "an element that keeps all frames is named, and nothing hangs" {
	fails timeout 60 "$CAMERA" counter 40 "$caps" "queue min-threshold-buffers=30 max-size-buffers=40 max-size-bytes=0 max-size-time=0 ! fakesink"
	says 'the pipeline keeps all 8 buffers'
}

@test "errors of the pipeline, of the channel, of the user" {
	fails "$CAMERA" counter 4 "$caps" 'filesink location=/nowhere/frames'
	says '/nowhere/frames'
	fails "$CAMERA" counter 4 "$caps" 'nosuchelement'
	says 'nosuchelement'
	fails "$CAMERA" nosuch 4 "$caps" fakesink
	says 'nosuch: '
	fails "$CAMERA" counter 4x "$caps" fakesink
	says '4x: not a number of frames'
	fails "$CAMERA" counter 4 audio/x-raw fakesink
	says 'audio/x-raw: no video'
	echo 2 >"$sim/fail_nth"
	fails "$CAMERA" counter 4 "$caps" fakesink
	says 'a frame failed'
}

@test "killed in mid-stream, the channel and the memory are free again" {
	"$CAMERA" counter 0 "$caps" fakesink 3>&- &
	pid=$!
	sleep 2
	kill -9 "$pid"
	wait "$pid" || true
	films counter 4 "$caps" "filesink location=frames"
	numbers frames
}
