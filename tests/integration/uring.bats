#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# io_uring: transfers without system calls.

load cli-helper

setup_file() {
	bats_require_minimum_version 1.5.0
	uring=${O:-$BATS_TEST_DIRNAME/../../build}/examples/uring
	export uring
}

# calls COMMAND...: prints the number of system calls of it and its threads
calls() {
	timeout 120 strace -f -c -U name,calls -o counts "$@" >output
	awk '$2 == "total" || $1 == "total" { print $1 + $2 }' counts
}

# transfers N: the same for N transfers through a ring
transfers() {
	calls "$uring" "$1"
	grep -q "copied and verified, $1 transfers of 4096 bytes" output
}

@test "the number of system calls does not depend on that of transfers" {
	local few many
	few=$(transfers 100)
	many=$(transfers 20100)
	echo "# $few system calls for 100 transfers, $many for 20100" >&3
	[ "$few" -gt 20 ]
	# The kernel's thread may fall asleep at times; a system call wakes it.
	[ "$many" -le $((few + 4)) ]
}

@test "where there are calls, they are counted" {
	local few many
	head -c 4K /dev/urandom >few
	head -c 1M /dev/urandom >many
	few=$(calls dmactl copy --quiet --block 4K few copy)
	many=$(calls dmactl copy --quiet --block 4K many copy)
	echo "$few system calls for one block, $many for 256"
	[ "$many" -ge $((few + 255)) ]
}
