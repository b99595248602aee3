#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The engine for fio: fio verifies data, compares latencies with dma-sim's, sees errors, and refuses
# another version.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

setup_file() {
	built=${O:-$BATS_TEST_DIRNAME/../../build}
	export ENGINE=$built/fio/dmactl-fio.so LD_LIBRARY_PATH=$built
	[ -e "$ENGINE" ] || {
		echo "the engine for fio is not built: make fio"
		return 1
	}
	jobs=$BATS_TEST_DIRNAME/../../libdmauser/adapters/fio
	export jobs
}

# job NAME=VALUE...: runs fio with these options, with its JSON in the file "result"
job() {
	fio --name=job --ioengine="external:$ENGINE" --output-format=json --output=result "$@"
}

@test "what is written is read back, by crc32c" {
	fio --output-format=json --output=result "$jobs/verify.fio"
	jq -e '.jobs[0] | .error == 0 and .read.total_ios >= 100 and .read.total_ios == .write.total_ios' result
}

@test "a channel that moves nothing is found out" {
	echo 1 >"$sim/skip"
	fails fio "$jobs/verify.fio"
	says 'verify: bad (header|magic)|crc32c: verify failed'
}

@test "mixed reads and writes, several jobs, a certain channel" {
	job --size=4m --rw=randrw --bs=16k --iodepth=8 --verify=crc32c --numjobs=2
	jq -e '.jobs | length == 2 and all(.error == 0)' result
	job --size=1m --rw=write --chan="$first" --bs=64k
	jq -e '.jobs[0] | .error == 0 and .write.total_ios == 16' result
}

@test "trims and syncs come to their end, each counted" {
	job --size=1m --rw=trimwrite --bs=64k --iodepth=8
	jq -e '.jobs[0] | .error == 0 and .trim.total_ios == 16 and .write.total_ios == 16' result
	job --size=1m --rw=write --bs=64k --fsync=4 --iodepth=8
	jq -e '.jobs[0] | .error == 0 and .sync.total_ios > 0 and .write.total_ios == 16' result
}

@test "clat is the channel's time, slat is not" {
	# A descriptor takes 20 ms, and they run one at a time.
	echo 20000000 >"$sim/latency"
	job --size=64k --rw=write --bs=4k --iodepth=1
	jq '.jobs[0].write | .slat_ns.mean, .clat_ns.mean' result
	jq -e '.jobs[0].write | .clat_ns.min >= 20000000 and .slat_ns.mean < .clat_ns.mean / 2 and .lat_ns.min >= .clat_ns.min' result
	# Of eight that are submitted at once, the last waits for the others.
	job --size=32k --rw=write --bs=4k --iodepth=8 --iodepth_batch_submit=8
	jq -e '.jobs[0].write | .clat_ns.max >= 150000000 and .slat_ns.max < 150000000' result
}

@test "a transfer that fails is fio's error" {
	echo 5 >"$sim/fail_nth"
	fails job --size=1m --rw=write --bs=64k
	jq -e '.jobs[0].error == 14' result
}

@test "bad input" {
	fails job --size=1m --rw=write --chan=dma99chan0
	says 'dma99chan0: no free channel'
	fails job --size=1m --rw=write --nrfiles=2
	says 'one target in memory, not 2 files'
	fails job --size=100t --rw=write
	says 'memory for the target'
}

@test "another version of fio is refused" {
	# An engine that was built for another version.
	sed 's/fio-3\.33/fio-3.32/' "$ENGINE" >other.so
	fails fio --name=job --ioengine="external:$PWD/other.so" --size=1m --rw=write
	says 'built for fio-3\.32, and this is fio-3\.33'
}

@test "the job file of the page runs" {
	fio --runtime=1 --output-format=json --output=result <(sed 's/^runtime=.*/runtime=1/' "$jobs/memcpy.fio")
	jq -e '.jobs | length == 2 and all(.error == 0) and .[0].write.bw_bytes > 0 and .[1].read.iops > 0' result
}
