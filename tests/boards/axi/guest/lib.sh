# SPDX-License-Identifier: MIT
# shellcheck shell=dash disable=SC2034,SC2154
# Shared by these tests. Each test runs as root in an empty directory, and passes if it exits with
# 0; `user' runs a command as nobody.
# shellcheck source=/dev/null
. /board/job
[ "$(pwd)" = /tmp/work ] || exit 1
chmod 777 .

fail() {
	echo "$*"
	exit 1
}

# same WHAT GOT WANTED
same() {
	[ "$2" = "$3" ] || fail "$1: $2, not $3"
}

# user COMMAND...: runs it as nobody
user() {
	su -s /bin/sh -c 'exec "$@"' -- nobody sh "$@"
}

# start COMMAND...: the same in the background; sets pid to the command's
start() {
	su -s /bin/sh -c 'exec "$@"' -- nobody sh "$@" &
	pid=$!
}

# bench CORE NAME [VALUE]: reads or writes a register of the core's bench
bench() {
	local base at
	case $1 in
	dma) base=0x1000f000 ;;
	cdma) base=0x1001f000 ;;
	mcdma) base=0x1002f000 ;;
	vdma) base=0x1003f000 ;;
	*) fail "no core $1" ;;
	esac
	at=0
	for name in source packet rate latency fifo fail_in fail_with quirks done_tx done_rx bytes_tx bytes_rx interrupts \
		strays resets stale lost wrong sunk packets word0 word1 word2 word3 word4; do
		[ $name != "$2" ] || break
		at=$((at + 4))
	done
	if [ $# = 3 ]; then
		devmem $((base + at)) 32 "$3"
	else
		printf '%d\n' "$(devmem $((base + at)) 32)"
	fi
}

STUCK=1 ALONE=2 HANG=4 UNMARKED=8 SEALED=16

# calm: resets every bench to its settings at power-on, but not its counts
calm() {
	local core
	for core in dma cdma mcdma vdma; do
		bench $core quirks 0
		bench $core fail_in 0
		bench $core packet 4096
		bench $core latency 0
		bench $core fifo 65536
		bench $core rate 0
		bench $core source 0
	done
}

# data FILE BYTES: writes random data
data() {
	head -c "$2" /dev/urandom >"$1"
}

# words FILE: fails unless its words count up by one
words() {
	hexdump -v -e '1/4 "%u\n"' "$1" | awk 'NR > 1 && $1 != (last + 1) % 4294967296 { bad++ } { last = $1 }
		END { if (bad || !NR) { print FILENAME NR " words, " bad + 0 " gaps"; exit 1 } }' || fail "$1 does not count"
}

size() {
	wc -c <"$1"
}

# until_ SECONDS COMMAND...: repeats it until it succeeds
until_() {
	local tries=$(($1 * 20))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		usleep 50000
	done
}

# more CORE NAME THAN: whether the register is above THAN
more() {
	[ "$(bench "$1" "$2")" -gt "$3" ]
}

# The status registers of AXI DMA. going STATUS: whether that direction is not halted
MM2S=0x10000004 S2MM=0x10000034
going() {
	[ $(($(devmem "$1" 32) & 1)) = 0 ]
}

# unused: whether no program holds a session or stream of dmactl, nor does one still end
unused() {
	[ "$(cat /sys/module/dmactl/refcnt)" = 0 ]
}

# silent WHAT: both directions are halted, and for a while AXI DMA accesses no memory
silent() {
	local strays moved
	strays=$(bench dma strays)
	bench dma quirks $SEALED
	moved=$(bench dma done_rx)
	going $S2MM && fail "$1: the core receives, and its memory is free"
	going $MM2S && fail "$1: the core sends, and its memory is free"
	usleep 5000
	same "$1: descriptors after the end" "$(bench dma done_rx)" "$moved"
	same "$1: accesses after the end" "$(bench dma strays)" "$strays"
	bench dma quirks 0
}

# sg: skips the test on a core without scatter-gather
sg() {
	[ $(($(devmem $MM2S 32) & 8)) = 8 ] || {
		echo "the core has no scatter-gather"
		exit 77
	}
}

# kernel SERIES: whether the guest runs it
kernel() {
	case $(uname -r) in
	"$1".*) ;;
	*) false ;;
	esac
}

calm
