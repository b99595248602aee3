# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Emulated devices behind QEMU's vfio-user-pci, for scripts that start QEMU:
#
#	. tests/boards/vfio/lib.sh	# after tests/vm/lib.sh

VFIO_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
emulator=''

# start_emulator PROGRAM DIR LOG [ARGUMENT...]: starts a Python program that takes commands at
# DIR/control; its standard error goes to DIR/emulator.err
start_emulator() {
	local program=$1 dir=$2 log=$3 i
	shift 3
	need python3
	rm -f "$dir/control"
	python3 -B "$program" --control "$dir/control" --log "$log" "$@" 2>"$dir/emulator.err" &
	emulator=$!
	for ((i = 0; i < 300; i++)); do
		[ ! -S "$dir/control" ] || return 0
		kill -0 "$emulator" 2>/dev/null || break
		sleep 0.1
	done
	cat "$dir/emulator.err" >&2
	die "the emulated controller does not start"
}

stop_emulator() {
	if [ -n "$emulator" ]; then
		kill "$emulator" 2>/dev/null || true
		wait "$emulator" 2>/dev/null || true
		emulator=''
	fi
}

# shared_memory SIZE: sets vfio_qemu, QEMU's arguments for devices that access the guest's memory
shared_memory() {
	# shellcheck disable=SC2054 # commas of QEMU's syntax
	vfio_qemu=(-object "memory-backend-memfd,id=mem,size=$1,share=on" -machine memory-backend=mem)
}

# vfio_device SOCKET [PROPERTY]: adds QEMU's arguments for the device; the property is JSON
vfio_device() {
	vfio_qemu+=(-device "{\"driver\":\"vfio-user-pci\",${2:+$2,}\"socket\":{\"type\":\"unix\",\"path\":\"$1\"}}")
}

# judge_emulator DIR RESULTS: stops the emulator at the end of a board, and adds a test each for its
# strays and its error messages
judge_emulator() {
	local strays result=pass
	[ -n "$emulator" ] || return 0
	strays=$("$VFIO_DIR/ask" "$1/control" strays) || strays='the controller does not answer,'
	[ "$strays" = 0 ] || result=fail
	printf 'strays\tof the controller\t%s\t0\t%s\n' "$result" "$strays accesses outside what is mapped" >>"$2/tests"
	stop_emulator
	result=pass
	[ ! -s "$1/emulator.err" ] || result=fail
	printf 'strays\tcomplaints of the controller\t%s\t0\t%s\n' "$result" "$(tail -n 1 "$1/emulator.err")" >>"$2/tests"
}
