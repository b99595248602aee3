#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl copy without errors; see cli-faults.bats for those.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

M=$((1024 * 1024))
sizes="0 1 511 512 4095 4097 $((M - 1)) $M $((M + 1)) $((10 * M + 123))"

copy_sizes() {
	local dir=$1 size
	shift
	for size in $sizes; do
		make "$size" "$dir/src"
		dmactl copy "$@" "$dir/src" "$dir/dst" || {
			echo "failed at $size bytes"
			return 1
		}
		same "$dir/src" "$dir/dst" || {
			echo "differs at $size bytes"
			return 1
		}
		[ "$(stat -c %s "$dir/dst")" = "$size" ]
	done
}

@test "any size, on tmpfs" {
	copy_sizes .
}

# bats test_tags=kernel
@test "any size, on ext4 with O_DIRECT" {
	make_ext4 64M
	copy_sizes mnt
	dmactl copy --json mnt/src mnt/dst >summary.json
	jq -e '.direct_read and .direct_write' summary.json
	jq -e ".bytes == $((10 * M + 123)) and .dma_ops == 11" summary.json
}

# bats test_tags=long
@test "any size, through the page cache" {
	copy_sizes . --no-direct
	dmactl copy --no-direct --json src dst | jq -e '(.direct_read or .direct_write) | not'
}

# bats test_tags=long
@test "any size, in small blocks and one at a time" {
	copy_sizes . --block 64K --depth 1
}

# bats test_tags=long
@test "any size, with --verify" {
	make_ext4 64M
	copy_sizes mnt --verify
	dmactl copy --verify --json mnt/src mnt/dst | jq -e .verified
}

# bats test_tags=long
@test "every byte goes through DMA where the channel wants aligned lengths" {
	sim_reload copy_align=64
	copy_sizes .
}

# bats test_tags=kernel
@test "O_DIRECT refused: a message, and the copy is made" {
	mkdir -p mnt
	mount -t ramfs none mnt
	make 3000123 src
	cp src mnt/src
	run dmactl copy mnt/src mnt/dst
	[ "$status" -eq 0 ]
	says 'mnt/src: O_DIRECT is refused .*page cache'
	says 'mnt/dst: O_DIRECT is refused .*page cache'
	same src mnt/dst
	dmactl copy --json mnt/src mnt/dst 2>/dev/null >summary.json
	jq -e '(.direct_read or .direct_write) | not' summary.json
	[ -z "$(dmactl copy --quiet --verify mnt/src mnt/dst 2>&1)" ]
	# With --no-direct the message about O_DIRECT is absent.
	run dmactl copy --no-direct mnt/src mnt/dst
	[ "$status" -eq 0 ]
	[[ $output != *O_DIRECT* ]]
}

# bats test_tags=kernel
@test "files of /proc, which seem to be empty" {
	dmactl copy /proc/version dst
	cmp /proc/version dst
}

# bats test_tags=kernel,long
@test "holes are zeros" {
	make_ext4 64M
	truncate -s 5M mnt/src
	printf x | dd of=mnt/src bs=1 seek=3000000 conv=notrunc status=none
	dmactl copy mnt/src mnt/dst
	same mnt/src mnt/dst
}

@test "the summary says how much, how fast, through what" {
	make 1000000 src
	run dmactl copy -c "$first" src dst
	says "^src -> dst: 976.6 KiB in .*/s, through $first$"
	dmactl copy --json -c "$first" src dst >summary.json
	jq -e --arg c "$first" '.bytes == 1000000 and .seconds > 0 and .bytes_per_second > 0 and
		.channel == $c and .device == "dma-sim.0" and .source == "src" and .target == "dst"' \
		summary.json
	[ -z "$(dmactl copy --quiet src dst 2>&1)" ]
}

@test "the mode of the source is kept, and an old target is replaced" {
	make 5000 src
	echo old >dst
	ln dst link
	for mode in 600 644 755 444; do
		chmod $mode src
		dmactl copy src dst
		[ "$(stat -c %a dst)" = $mode ]
		same src dst
	done
	# dmactl replaced the old file; it did not write into it.
	[ "$(cat link)" = old ]
	nothing_left . '.dst*'
}

# bats test_tags=long
@test "a symbolic link to the target stays a link" {
	make 5000 src
	mkdir dir
	echo old >dir/real
	ln -s dir/real dst
	dmactl copy src dst
	[ -L dst ]
	same src dir/real
	ln -s nowhere dangling
	fails dmactl copy src dangling
	says 'dangling: it is a link that leads nowhere'
}

# bats test_tags=kernel
@test "through pipes, standard input and output" {
	make 3000001 src
	cp src twin
	dmactl copy - - <src | cmp - twin
	# shellcheck disable=SC2002 # the test needs a pipe
	cat src | dmactl copy - dst
	same src dst
	dmactl copy src - | cat >dst2
	same src dst2
	dmactl copy src - >dst3
	same src dst3
	mkfifo fifo
	dmactl copy src fifo &
	cmp fifo src
	wait $!
	dmactl copy - dst </dev/null
	[ "$(stat -c %s dst)" = 0 ]
	head -c 100 src >part
	echo more >expected
	cat part expected >both
	{
		head -c 100 src
		dmactl copy - - <expected
	} | cmp - both
}

# bats test_tags=long
@test "devices: /dev/zero limited by a pipe, /dev/null in place" {
	make 100000 src
	run dmactl copy src /dev/null
	[ "$status" -eq 0 ]
	says '/dev/null: is not a regular file and is written in place'
	[ -c /dev/null ]
	head -c 2000000 /dev/zero >zeros
	head -c 2000000 /dev/zero | dmactl copy - dst
	same zeros dst
}

# bats test_tags=kernel
@test "a block device, in place, as target and as source" {
	make_ext4 16M
	umount mnt
	make 1000123 src
	run dmactl copy --verify src "$loop"
	echo "$output"
	[ "$status" -eq 0 ]
	says "$loop: is not a regular file and is written in place"
	cmp -n 1000123 src "$loop"
	dmactl copy "$loop" dst
	cmp dst "$loop"
	[ "$(stat -c %s dst)" = $((16 * M)) ]
	make $((17 * M)) big
	fails dmactl copy big "$loop"
	says 'has room for 16777216 bytes, not for 17825792'
	fails dmactl copy "$loop" "$loop"
	says 'same file'
}

# bats test_tags=kernel,long
@test "a small RLIMIT_MEMLOCK makes the blocks fewer and smaller" {
	chmod 666 /dev/dmactl
	chmod 777 .
	make 3000000 src
	chmod 644 src
	for limit in 65536 1048576 3145728; do
		run prlimit --memlock=$limit:$limit setpriv --reuid=65534 --regid=65534 \
			--clear-groups dmactl copy --verbose src dst
		echo "$output"
		[ "$status" -eq 0 ]
		says 'blocks of'
		same src dst
		rm dst
	done
	says 'the limits of memory allow'
	run prlimit --memlock=4096:4096 setpriv --reuid=65534 --regid=65534 \
		--clear-groups dmactl copy src dst
	echo "$output"
	[ "$status" -eq 1 ]
	says 'ulimit -l'
	nothing_left . '*dst*'
	chmod 600 /dev/dmactl
}

@test "a progress bar on a terminal, and only there" {
	make 3000000 src
	echo 2000000 >"$sim/bandwidth"
	script -qec 'dmactl copy -b 64K src dst' typescript </dev/null >/dev/null
	grep -q '%.*MiB' typescript
	grep -q '\[#' typescript
	echo 0 >"$sim/bandwidth"
	same src dst
	dmactl copy src dst >out 2>&1
	lacks '%' out
}

@test "several copies at once use several channels" {
	make 5000000 src
	echo 20000000 >"$sim/bandwidth"
	for i in 1 2 3 4; do
		dmactl copy --json src dst$i >$i.json 3>&- &
	done
	wait
	for i in 1 2 3 4; do
		same src dst$i
	done
	[ "$(jq -s 'map(.channel) | unique | length' 1.json 2.json 3.json 4.json)" = 4 ]
}

@test "fill writes one byte, of any size" {
	for size in 0 1 511 512 4095 4097 1048577 10485883; do
		dmactl fill --verify --value 0x5a --size $size dst
		head -c $size /dev/zero | tr '\0' Z | cmp - dst
	done
	dmactl fill --json --value 7 --size 4096 dst | jq -e '.value == 7 and .bytes == 4096'
	# Without --size the file keeps its length.
	dmactl fill dst
	head -c 4096 /dev/zero | cmp - dst
	dmactl fill --value 65 --size 3 - | grep -qx AAA
}

@test "fill without a channel that can do it" {
	sim_reload caps=memcpy
	fails dmactl fill --size 4096 dst
	says 'no free DMA channel can do MEMSET'
	fails dmactl fill --size 4096 -c "$first" dst
	says "$first: the channel lacks MEMSET"
	nothing_left . '*dst*'
	sim_reload caps=memset
	dmactl fill --size 4096 dst
	make 10 src
	fails dmactl copy src dst
	says 'no free DMA channel can do MEMCPY'
	[ "$(stat -c %s dst)" = 4096 ]
}
