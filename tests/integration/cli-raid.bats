#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl xor, pq and verify: compares the bytes with sums that perl computes.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

# sources N SIZE: makes files s0 to s(N-1) that differ everywhere
sources() {
	local i
	files=()
	for ((i = 0; i < $1; i++)); do
		seq $((1000000 + i * 7919)) 9999999 | head -c "$2" >"s$i"
		files+=("s$i")
	done
}

# expect_xor FILE...: prints the sum
expect_xor() {
	perl -e 'local $/; my $x;
		for (@ARGV) { open my $f, "<:raw", $_ or die; my $d = <$f>; $x = defined $x ? $x ^ $d : $d }
		print $x' -- "$@"
}

# expect_q LIST FILE...: prints the sum of each file times its coefficient, polynomial 0x11d
expect_q() {
	perl -e 'local $/;
		sub mul { my ($a, $b) = @_; my $r = 0;
			while ($b) { $r ^= $a if $b & 1; $a <<= 1; $a ^= 0x11d if $a & 0x100; $b >>= 1 } $r }
		my @c = split /,/, shift; my $x;
		for (@ARGV) {
			open my $f, "<:raw", $_ or die; my $d = <$f>; my $c = shift @c;
			my $to = join "", map { chr mul($_, $c) } 0 .. 255;
			my @t = map { ord } split //, $to;
			$d = pack "C*", map { $t[$_] } unpack "C*", $d;
			$x = defined $x ? $x ^ $d : $d;
		}
		print $x' -- "$@"
}

# flip FILE OFFSET: changes one bit of one byte
flip() {
	perl -e 'open my $f, "+<:raw", $ARGV[0] or die; seek $f, $ARGV[1], 0; read $f, my $c, 1;
		seek $f, $ARGV[1], 0; print $f chr(ord($c) ^ 4)' "$1" "$2"
}

# bats test_tags=long
@test "xor: any size, from two sources to thirty" {
	local size n
	for size in 0 1 4095 100001; do
		for n in 2 3 30; do
			sources $n $size
			dmactl xor -o sum --block 16K "${files[@]}"
			expect_xor "${files[@]}" >expected
			same sum expected
		done
	done
}

@test "xor: what was lost comes back" {
	sources 4 300000
	dmactl xor -o parity "${files[@]}"
	mv s2 lost
	dmactl xor -o s2 s0 s1 s3 parity
	same s2 lost
}

@test "xor: facts in JSON" {
	sources 3 100000
	dmactl xor --json --block 32K -o sum "${files[@]}" >result.json
	jq -e '.bytes == 100000 and .dma_ops == 4 and .block == 32768 and .target == "sum"' result.json
	jq -e '.sources == ["s0", "s1", "s2"] and (.channel | startswith("dma"))' result.json
}

@test "pq: P and Q, both and one of them, with the usual coefficients" {
	sources 10 50001
	dmactl pq -P p -Q q --block 16K "${files[@]}"
	expect_xor "${files[@]}" >p.expected
	expect_q 1,2,4,8,16,32,64,128,29,58 "${files[@]}" >q.expected
	same p p.expected
	same q q.expected
	dmactl pq -Q q2 "${files[@]}"
	same q2 q.expected
	dmactl pq -P p2 "${files[@]}"
	same p2 p.expected
}

# bats test_tags=long
@test "pq: coefficients of one's own, more sources than the channel takes" {
	sources 20 20000
	local coef
	coef=$(seq 3 11 250 | head -n 20 | paste -sd,)
	dmactl pq -P p -Q q --coef "$coef" "${files[@]}"
	expect_q "$coef" "${files[@]}" >q.expected
	same q q.expected
	expect_xor "${files[@]}" >p.expected
	same p p.expected
	dmactl verify pq -P p -Q q --coef "$coef" "${files[@]}"
	flip q 12345
	fails dmactl verify pq -P p -Q q --coef "$coef" "${files[@]}"
	says 'Q does not match'
}

@test "verify xor: a sum of zero, and the first block that is not" {
	sources 4 200000
	dmactl xor -o parity "${files[@]}"
	run dmactl verify xor parity "${files[@]}"
	[ "$status" -eq 0 ]
	says '5 sources of .* match'
	flip s1 123456
	fails dmactl verify xor --block 4K parity "${files[@]}"
	says 'the sum of the files is not zero in the block of bytes 122880 to 126975'
	run dmactl verify xor --json --block 4K parity "${files[@]}"
	[ "$status" -eq 1 ]
	jq -e '.matches == false and .bad_offset == 122880' < <(sed -n '/^{/,/^}/p' <<<"$output")
}

# bats test_tags=long
@test "verify pq: which of the two is wrong, and where" {
	sources 3 100000
	dmactl pq -P p -Q q "${files[@]}"
	dmactl verify pq -P p -Q q "${files[@]}"
	dmactl verify pq -P p "${files[@]}"
	dmactl verify pq -Q q "${files[@]}"
	flip p 99999
	fails dmactl verify pq --block 4K -P p -Q q "${files[@]}"
	says 'P does not match in the block of bytes 98304 to 99999'
	flip q 5
	fails dmactl verify pq --block 4K -P p -Q q "${files[@]}"
	says 'Q does not match in the block of bytes 0 to 4095'
	flip s0 5
	flip p 5
	flip q 5
	fails dmactl verify pq --block 128K -P p -Q q "${files[@]}"
	says 'neither P nor Q matches'
}

@test "nonsense: files of different lengths, of none, the same file" {
	sources 2 1000
	echo more >>s1
	fails dmactl xor -o sum s0 s1
	says 's0 has 1000 bytes and s1 has 1005'
	[ ! -e sum ]
	fails dmactl xor -o s0 s0 s0
	says 'the same file'
	[ "$(stat -c %s s0)" -eq 1000 ]
	fails dmactl xor -o sum s0 /dev/zero
	says 'has no size'
	fails dmactl xor -o sum s0 missing
	says 'missing: cannot open'
	fails dmactl xor -c no-such-channel -o sum s0 s0
	says 'no-such-channel: there is no such DMA channel, port or slave name'
	nothing_left . 'sum*'
}

@test "a channel that cannot" {
	sources 2 1000
	sim_reload caps=memcpy
	fails dmactl xor -c "$first" -o sum "${files[@]}"
	says "$first: the channel lacks XOR"
	fails dmactl pq -P p -Q q "${files[@]}"
	says 'no free DMA channel can do PQ'
	[ ! -e p ]
}

@test "a failed transfer leaves the old file as it was" {
	sources 2 1000000
	echo old >sum
	echo 3 >"$sim/fail_nth"
	fails dmactl xor --block 64K -o sum "${files[@]}"
	says 'the DMA of bytes 131072 to 196607 failed'
	[ "$(cat sum)" = old ]
	nothing_left . '.sum*'
}

# bats test_tags=long
@test "killed half-way, nothing is left, and the channel is free" {
	sources 3 3000000
	echo 200000000 >"$sim/latency"
	for signal in TERM KILL; do
		spawn out.txt dmactl xor -c "$first" --block 16K -o sum "${files[@]}"
		wait_until held "$first"
		sleep 0.5
		kill "-$signal" "$pid"
		wait "$pid" || true
		[ ! -e sum ]
		wait_until test "$(cat "/sys/class/dma/$first/in_use")" = 0
	done
	echo 0 >"$sim/latency"
	dmactl xor -c "$first" -o sum "${files[@]}"
	expect_xor "${files[@]}" >expected
	same sum expected
}
