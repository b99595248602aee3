#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Completions in shared memory: only submitting needs system calls.

load cli-helper

setup_file() {
	bats_require_minimum_version 1.5.0
	ring=${O:-$BATS_TEST_DIRNAME/../../build}/examples/ring
	export ring
}

# ioctls N: prints the number of ioctls that the program makes for N transfers
ioctls() {
	timeout 120 strace -f -c -U name,calls -o counts "$ring" "$1" >output
	grep -q "copied and verified, $1 transfers of 4096 bytes" output
	awk '$1 == "ioctl" { print $2 }' counts
}

@test "the example copies, with a system call a turn at most" {
	local few many
	few=$(ioctls 1)
	many=$(ioctls 2001)
	echo "# $few ioctls for one transfer, $many for 2001" >&3
	[ "$few" -gt 3 ]
	# At worst one submit for each transfer, and none to take completions.
	[ $((many - few)) -le 2000 ]
}
