# shellcheck shell=bash disable=SC2034,SC2119,SC2120,SC2154 # shared with the .bats files
# SPDX-License-Identifier: MIT
# For tests of the command-line tool, which run as root in a guest with both modules loaded and
# dma-sim's four channels (tests/vm/run -- bats ...).

sim=/sys/module/dma_sim/parameters

# Checked once for all files: without a program, a test could wait for its output forever.
if [ ! -e "$BATS_RUN_TMPDIR/programs-are-there" ]; then
	(
		# shellcheck source=../vm/lib.sh
		. "${BASH_SOURCE[0]%/*}/../vm/lib.sh"
		need_list integration
	) || exit 1
	touch "$BATS_RUN_TMPDIR/programs-are-there"
fi

# Also stores each JSON document that dmactl prints; teardown_file() compares them with the schema.
json_seen=$BATS_FILE_TMPDIR/json-seen

dmactl() {
	case " $* " in
	*' --json '* | *' -j '*)
		command dmactl "$@" | tee -a "$json_seen"
		return "${PIPESTATUS[0]}"
		;;
	*) command dmactl "$@" ;;
	esac
}

# In a suite the host checks them, because here it takes ten times as long.
teardown_file() {
	if [ ! -s "$json_seen" ]; then
		return 0
	elif [ -n "$TAP" ]; then
		cp "$json_seen" "${TAP%.tap}.json-seen"
	else
		"${BASH_SOURCE[0]%/*}/json-check" "$json_seen"
	fi
}

# Resets dma-sim, so that settings of one test do not affect the next.
sim_reset() {
	echo 0 >"$sim/hold"
	echo 0 >"$sim/skip"
	echo 0 >"$sim/latency"
	echo 0 >"$sim/bandwidth"
	echo 0 >"$sim/fail_nth"
	echo read >"$sim/fail_how"
	echo none >"$sim/misbehave"
	echo 0 >"$sim/first_cookie"
}

channels() {
	find /sys/class/dma -mindepth 1 -printf '%f\n' | sort -V
}

# Sets $first to the first channel. Each test comes here several times, so it starts no program.
find_first() {
	local devices=(/sys/class/dma/*)
	first=${devices[0]##*/}
}

# Makes teardown() load dma-sim again for the next test.
sim_spoiled() {
	spoiled=1
}

# sim_reload [PARAMETER...]: loads dma-sim with these parameters; the next test has the usual ones.
# A program that has ended may still hold the old controller for a moment.
sim_reload() {
	local i
	sim_spoiled
	for i in 1 2 3 4 5 6 7 8 9 10; do
		rmmod dma-sim && break
		sleep 0.2
	done
	insmod "$DMACTL_MODULES_DIR/dma-sim.ko" "$@"
	find_first
}

setup() {
	find_first
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	local pid
	# JSON documents of programs in the background, and others in files.
	find "$BATS_TEST_TMPDIR" -maxdepth 1 -type f -size -64k -exec cat {} + >>"$json_seen"
	sim_reset
	for pid in "${background[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	cd /
	while mountpoint -q "$BATS_TEST_TMPDIR/mnt"; do
		umount "$BATS_TEST_TMPDIR/mnt"
	done
	if [ -n "$loop" ]; then
		losetup -d "$loop"
	fi
	# All users of the modules must be gone.
	wait_free || return
	[ -z "$spoiled" ] || sim_reload
}

background=()
loop=''
pid=''
spoiled=''

# spawn FILE COMMAND...: runs it in the background, with output to FILE; sets $pid. Restores default
# signals, which background jobs of a script ignore.
spawn() {
	local out=$1
	shift
	env --default-signal=INT,TERM,HUP "$@" >"$out" 2>&1 3>&- &
	pid=$!
	background+=("$pid")
}

# ends_with STATUS: waits for the spawned program
ends_with() {
	local ended=0
	wait "$pid" || ended=$?
	[ "$ended" -eq "$1" ] || {
		echo "ended with status $ended, not $1"
		return 1
	}
}

# completed CHANNEL N: whether the session with this channel has completed at least N transfers
completed() {
	dmactl status --json "$1" |
		jq -e --argjson n "$2" '.sessions[0].channels_held[0].completed >= $n' >/dev/null
}

held() {
	grep -q '^1' "/sys/class/dma/$1/in_use"
}

# make_ext4 SIZE [MOUNT OPTION]: mounts a new file system at mnt/
make_ext4() {
	modprobe loop 2>/dev/null || true
	modprobe ext4 2>/dev/null || true
	truncate -s "$1" image
	mkfs.ext4 -q -F -m 0 -E lazy_itable_init=1 image
	loop=$(losetup --find --show image)
	mkdir -p mnt
	mount -t ext4 ${2:+-o "$2"} "$loop" mnt
}

# make SIZE FILE: fills a file quickly with content that differs at every offset; computes it once
# for each size
make() {
	local made=$BATS_FILE_TMPDIR/made.$1
	[ -e "$made" ] || seq 1000000 9999999 | head -c "$1" >"$made"
	cat "$made" >"$2"
}

# numbers COUNT [FIRST]: prints the data of `counter'; computes the first million bytes once
numbers() {
	local all=$BATS_FILE_TMPDIR/numbers
	if [ $((${2:-0} + $1)) -gt 262144 ]; then
		perl -e 'print pack "V*", $ARGV[1] .. $ARGV[1] + $ARGV[0] - 1' "$1" "${2:-0}"
		return
	fi
	[ -e "$all" ] || perl -e 'print pack "V*", 0 .. 262143' >"$all"
	tail -c +$((4 * ${2:-0} + 1)) "$all" | head -c $((4 * $1))
}

same() {
	cmp "$1" "$2"
}

# in_terminal COLUMNS COMMAND...: prints the output in a terminal of this width
in_terminal() {
	local columns=$1
	shift
	script -qec "stty cols $columns; $(printf '%q ' "$@")" /dev/null </dev/null
}

wait_free() {
	local i users
	for ((i = 0; i < 100; i++)); do
		read -r users </sys/module/dmactl/refcnt
		[ "$users" != 0 ] || return 0
		sleep 0.1
	done
	echo "dmactl is still in use"
	return 1
}

# wait_until COMMAND...: repeats it until it succeeds, for at most a minute
wait_until() {
	local end=$((SECONDS + 60))
	while [ $SECONDS -lt $end ]; do
		"$@" 2>/dev/null && return 0
		sleep 0.1
	done
	echo "did not come true: $*"
	return 1
}

# dma-sim's controllers and ports are made in configfs.
need_configfs() {
	grep -qw configfs /proc/filesystems || skip "the kernel has no configfs"
}

# fails COMMAND...: it exits with 1, and not because of a signal
fails() {
	run "$@"
	echo "$output"
	[ "$status" -eq 1 ]
}

says() {
	grep -qE -- "$1" <<<"$output" || {
		echo "nothing like '$1' in:"
		echo "$output"
		return 1
	}
}

# lacks PATTERN [FILE]; a plain ! would not fail a test
lacks() {
	if grep -E -- "$@"; then
		return 1
	fi
}

# nothing_left DIR PATTERN: no file is left, not even a temporary one
nothing_left() {
	local found
	found=$(find "$1" -mindepth 1 -name "$2")
	[ -z "$found" ] || {
		echo "left: $found"
		return 1
	}
}
