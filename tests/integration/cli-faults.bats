#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl copy with errors: the message names the file and the reason, the status is 1, and no file
# is left under the target's name.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

@test "a missing source" {
	fails dmactl copy missing dst
	says 'missing: cannot open it for reading: No such file or directory'
	nothing_left . '*dst*'
}

@test "directories" {
	mkdir dir
	make 10 src
	fails dmactl copy dir dst
	says 'dir: is a directory'
	fails dmactl copy src dir
	says 'dir: is a directory'
	fails dmactl copy src newdir/
	says 'newdir/: name the file'
	fails dmactl copy src missing/dst
	says 'missing/dst: .*No such file or directory'
	fails dmactl copy src src/dst
	says 'src/dst: .*Not a directory'
	nothing_left . '*dst*'
}

# bats test_tags=long
@test "the same file twice" {
	make 5000 src
	cp src before
	ln src hard
	ln -s src soft
	for name in src ./src hard soft; do
		fails dmactl copy src $name
		says 'same file'
	done
	same src before
}

@test "a directory that may not be written" {
	chmod 666 /dev/dmactl
	make 5000 src
	chmod 644 src
	chmod 711 .
	mkdir closed
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl copy src closed/dst
	echo "$output"
	[ "$status" -eq 1 ]
	says 'closed/dst: cannot create a file in its directory: Permission denied'
	nothing_left closed '*'
	make_ext4 16M
	mount -o remount,ro mnt
	fails dmactl copy src mnt/dst
	says 'mnt/dst: .*Read-only file system'
	chmod 600 /dev/dmactl
}

@test "a target and a source that may not be touched" {
	chmod 666 /dev/dmactl
	mkdir -m 777 open
	make 5000 src
	chmod 600 src
	echo mine >open/dst
	chmod 644 open/dst
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl copy src open/new
	[ "$status" -eq 1 ]
	says 'src: cannot open it for reading: Permission denied'
	chmod 644 src
	chmod 711 .
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl copy src open/dst
	[ "$status" -eq 1 ]
	says 'open/dst: cannot replace it: Permission denied'
	[ "$(cat open/dst)" = mine ]
	chmod 600 /dev/dmactl
}

@test "no right to use the device" {
	chmod 600 /dev/dmactl
	mkdir -m 777 open
	chmod 711 .
	make 10 src
	chmod 644 src
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl copy src open/dst
	[ "$status" -eq 1 ]
	says '/dev/dmactl: Permission denied.*group dma'
	nothing_left open '*'
}

# bats test_tags=kernel
@test "a full disk" {
	make_ext4 8M
	make 20000000 src
	fails dmactl copy src mnt/dst
	says 'mnt/dst: .*No space left on device'
	says 'mnt/dst: was not written'
	nothing_left mnt '*dst*'
	# A source of unknown size finds out in the middle.
	run bash -c 'cat src | dmactl copy - mnt/dst'
	echo "$output"
	[ "$status" -eq 1 ]
	says 'No space left on device'
	nothing_left mnt '*dst*'
	echo old >mnt/dst
	fails dmactl copy --no-direct src mnt/dst
	says 'the old file is as it was'
	[ "$(cat mnt/dst)" = old ]
}

# bats test_tags=long
@test "a target that takes nothing" {
	make 1000 src
	fails dmactl copy src /dev/full
	says '/dev/full: cannot write it: No space left on device'
	says '/dev/full: is incomplete'
	run bash -c 'dmactl copy src - | true'
	# Without a reader, dmactl dies of SIGPIPE without a message.
	run bash -c 'head -c 10000000 /dev/zero | dmactl copy -q --no-direct - - 2>err.txt | head -c 1 >/dev/null; exit "${PIPESTATUS[1]}"'
	[ "$status" -eq 141 ]
	lacks -i broken err.txt
}

# half_copy: starts a copy in the background that stops half way, with output to the file out
half_copy() {
	sim_reset
	make 4000000 src
	echo 100000 >"$sim/bandwidth"
	spawn out dmactl copy --block 128K --timeout 0 src dst
	wait_until completed "$first" 2
	echo 1 >"$sim/hold"
	kill -0 "$pid"
	[ ! -e dst ] || [ "$(cat dst)" = old ]
}

go_on() {
	sim_reset
	ends_with "$1"
	cat out
}

# bats test_tags=long
@test "a source that grows while it is read" {
	half_copy
	echo more >>src
	go_on 1
	grep -q 'src: the file changed while it was read: it had 4000000 bytes, now 4000005' out
	nothing_left . '*dst*'
}

# bats test_tags=long
@test "a source that shrinks while it is read" {
	half_copy
	truncate -s 3900000 src
	go_on 1
	grep -q 'src: the file changed while it was read' out
	nothing_left . '*dst*'
}

# bats test_tags=long
@test "a source that is written while it is read" {
	echo old >dst
	half_copy
	printf x | dd of=src bs=1 seek=10 conv=notrunc status=none
	go_on 1
	grep -q 'src: the file changed while it was read' out
	[ "$(cat dst)" = old ]
	nothing_left . '.dst*'
}

@test "SIGINT and SIGTERM leave nothing and end by the signal" {
	for signal in INT TERM HUP; do
		half_copy
		kill -$signal "$pid"
		ends_with $((128 + $(kill -l $signal)))
		grep -q 'interrupted' out
		grep -q 'dst: was not written' out
		nothing_left . '*dst*'
		wait_free
	done
}

# bats test_tags=kernel
@test "SIGKILL leaves nothing, on a filesystem with O_TMPFILE" {
	make_ext4 64M
	cd mnt
	half_copy
	kill -KILL "$pid"
	ends_with 137
	nothing_left . '*dst*'
	cd "$BATS_TEST_TMPDIR"
	wait_free
	[ "$(cat /sys/module/dmactl/refcnt)" = 0 ]
	wait_until grep -q '^0' "/sys/class/dma/$first/in_use"
}

# bats test_tags=kernel,long
@test "signals while the channel holds still" {
	make 4000000 src
	echo 1 >"$sim/hold"
	for signal in TERM KILL; do
		spawn out dmactl copy src dst
		wait_until eval "dmactl status --json | jq -e '.sessions[0].in_flight > 0'"
		kill -$signal "$pid"
		ends_with $((128 + $(kill -l $signal)))
		[ ! -e dst ]
		wait_free
	done
}

@test "a transfer that fails" {
	make 3000000 src
	for how in read write abort; do
		for nth in 1 2 5; do
			echo $how >"$sim/fail_how"
			echo $nth >"$sim/fail_nth"
			fails dmactl copy --block 256K src dst
			says "$first: the DMA of bytes [0-9]+ to [0-9]+ failed: "
			says 'dst: was not written'
			nothing_left . '*dst*'
		done
	done
	echo 0 >"$sim/fail_nth"
	dmactl copy src dst
	same src dst
	echo 1 >"$sim/fail_nth"
	fails dmactl fill --size 1M dst
	says "$first: the DMA of bytes"
	same src dst
}

@test "a channel that hangs" {
	make 3000000 src
	echo 1 >"$sim/hold"
	fails dmactl copy --timeout 500ms src dst
	says "$first: the channel hangs: nothing completed for 500 ms, [0-9]+ transfers? (is|are) in flight"
	nothing_left . '*dst*'
	wait_free
}

# bats test_tags=kernel
@test "the device goes away in the middle" {
	half_copy
	sim_spoiled
	echo dma-sim.0 >/sys/bus/platform/drivers/dma-sim/unbind
	ends_with 1
	cat out
	grep -qE 'dma0chan[0-9]+|the channel' out
	nothing_left . '*dst*'
	wait_free
}

# bats test_tags=kernel,long
@test "the filesystem without O_TMPFILE: a temporary name, removed by SIGTERM" {
	modprobe vfat 2>/dev/null || true
	truncate -s 32M image
	mkfs.vfat image >/dev/null
	modprobe loop 2>/dev/null || true
	loop=$(losetup --find --show image)
	mkdir -p mnt
	mount -t vfat "$loop" mnt
	make 4000000 src
	dmactl copy src mnt/dst
	same src mnt/dst
	rm mnt/dst
	echo 1 >"$sim/hold"
	spawn out dmactl copy --block 128K src mnt/dst
	wait_until eval "ls -A mnt | grep -q '^\.dst\.'"
	[ ! -e mnt/dst ]
	kill -TERM "$pid"
	ends_with 143
	nothing_left mnt '*dst*'
}
