#!/usr/bin/env bats
# shellcheck disable=SC2154 # cli-helper sets pid
# SPDX-License-Identifier: MIT
# Streams in programs that do not know of DMA.

load cli-helper

setup_file() {
	bats_require_minimum_version 1.5.0
}

with_peripherals() {
	sim_reload peripherals=loopback,counter,sink
}

# fio_job ENGINE DEPTH: one job writes, the other reads and verifies
fio_job() {
	cat >job <<-END
		[global]
		ioengine=$1
		iodepth=$2
		bs=64k
		size=8m
		verify=crc32c
		verify_fatal=1
		[writer]
		filename=/dev/fd/1
		rw=write
		do_verify=0
		[reader]
		filename=/dev/fd/0
		rw=read
	END
	timeout 120 dmactl stream --in loop-rx --out loop-tx -- \
		fio --output=report --output-format=json job
	jq -c '[.jobs[] | [.jobname, .error, .read.io_bytes, .write.io_bytes]]' <report >result
	echo '[["writer",0,0,8388608],["reader",0,8388608,0]]' | diff - result
}

@test "fio, libaio: what is written is what is read" {
	with_peripherals
	fio_job libaio 4
}

# io_uring does not order requests that are in flight together, hence depth 1.
@test "fio, io_uring: what is written is what is read" {
	with_peripherals
	fio_job io_uring 1
}

# Shows that the tests above can fail.
@test "fio finds a wrong byte" {
	with_peripherals
	cat >job <<-END
		[reader]
		ioengine=libaio
		bs=64k
		size=1m
		verify=crc32c
		verify_fatal=1
		filename=/dev/fd/0
		rw=read
	END
	run timeout 60 dmactl stream --in counter -- fio --output=report job
	[ "$status" -ne 0 ]
	{ echo "$output"; cat report; } | grep -q 'verify: bad'
}

@test "dd, cat and pv" {
	with_peripherals
	head -c 1M /dev/urandom >src
	# cat ends with its input, dd with its count.
	dmactl stream --in loop-rx --out loop-tx -- bash -c '
		cat src >&1 &
		dd of=got bs=64K count=16 iflag=fullblock status=none
		wait'
	cmp src got
	dmactl stream --in loop-rx --out loop-tx -- bash -c '
		pv -q src >&1 &
		head -c 1M >got2
		wait'
	cmp src got2
}

@test "a program that waits for a silent peripheral can be stopped" {
	with_peripherals
	spawn out dmactl stream --in loop-rx -- bash -c 'touch started; exec cat'
	until [ -e started ]; do
		sleep 0.1
	done
	sleep 0.5
	kill -TERM "$pid"
	ends_with 143
	# A program that ignores SIGTERM ends, too.
	spawn out dmactl stream --in loop-rx -- bash -c 'trap "" TERM; touch ready; cat'
	until [ -e ready ]; do
		sleep 0.1
	done
	kill -TERM "$pid"
	ends_with 143
	grep -q 'Operation canceled' out
}
