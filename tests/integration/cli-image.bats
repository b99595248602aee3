#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl interleave: compares parts of images with those that perl cuts.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

# crop IN HEADER WIDTH PIXEL W H X Y: prints the pixels of the part
crop() {
	perl -e 'my ($in, $header, $width, $pixel, $w, $h, $x, $y) = @ARGV;
		open my $f, "<:raw", $in or die;
		for my $row ($y .. $y + $h - 1) {
			seek $f, $header + ($row * $width + $x) * $pixel, 0;
			read $f, my $line, $w * $pixel; print $line
		}' "$@"
}

# image KIND WIDTH HEIGHT MAXVAL PIXEL: makes in.pnm; sets $header
image() {
	printf 'P%d\n# a comment\n%d %d\n%d\n' "$1" "$2" "$3" "$4" >in.pnm
	header=$(stat -c %s in.pnm)
	seq 1000000 9999999 | head -c $(($2 * $3 * $5)) >>in.pnm
}

@test "a PPM: parts in the middle, at the corners, one pixel, the whole" {
	local part
	image 6 320 200 255 3
	for part in 100x50+20+30 1x1+0+0 1x1+319+199 320x200+0+0 7x200+313+0 320x1+0+199; do
		read -r w h x y <<<"${part//[x+]/ }"
		dmactl interleave --crop "$part" in.pnm out.pnm
		{
			printf 'P6\n%d %d\n255\n' "$w" "$h"
			crop in.pnm "$header" 320 3 "$w" "$h" "$x" "$y"
		} >expected
		same out.pnm expected
	done
}

# bats test_tags=long
@test "a PGM of one and of two bytes a pixel" {
	image 5 101 33 255 1
	dmactl interleave --crop 50x20+51+13 in.pnm out.pnm
	{
		printf 'P5\n50 20\n255\n'
		crop in.pnm "$header" 101 1 50 20 51 13
	} >expected
	same out.pnm expected
	image 5 101 33 65535 2
	dmactl interleave --crop 50x20+51+13 in.pnm out.pnm
	{
		printf 'P5\n50 20\n65535\n'
		crop in.pnm "$header" 101 2 50 20 51 13
	} >expected
	same out.pnm expected
}

@test "without a header, and to standard output" {
	make 60000 in.raw
	crop in.raw 0 100 4 30 40 70 110 >expected
	dmactl interleave --width 100 --height 150 --bytes-per-pixel 4 --crop 30x40+70+110 in.raw out.raw
	same out.raw expected
	dmactl interleave -q --width 100 --height 150 --bytes-per-pixel 4 --crop 30x40+70+110 in.raw - >out2
	same out2 expected
}

# bats test_tags=long
@test "an image larger than one transfer" {
	make $((3000 * 3000)) in.raw
	dmactl interleave --json --width 3000 --height 3000 --bytes-per-pixel 1 \
		--crop 1501x2999+7+1 in.raw out.raw >result.json
	crop in.raw 0 3000 1 1501 2999 7 1 >expected
	same out.raw expected
	jq -e '.bytes == 1501 * 2999 and .dma_ops > 1 and .width == 1501' result.json
}

@test "nonsense: no image, cut off, a part beyond it" {
	make 1000 text
	fails dmactl interleave --crop 1x1+0+0 text out.pnm
	says 'text: is no PGM or PPM image'
	printf 'P6 10 x 255\n' >bad
	fails dmactl interleave --crop 1x1+0+0 bad out.pnm
	says 'width and height'
	printf 'P6 10 10 70000\n' >bad
	fails dmactl interleave --crop 1x1+0+0 bad out.pnm
	says 'largest value'
	printf 'P6 10 10 255\nshort' >bad
	fails dmactl interleave --crop 1x1+0+0 bad out.pnm
	says 'cut off: 10x10 pixels of 3 bytes make 313 bytes, it has 18'
	image 6 10 10 255 3
	fails dmactl interleave --crop 5x5+6+0 in.pnm out.pnm
	says 'has 10x10 pixels; 5x5\+6\+0 is not within it'
	fails dmactl interleave --crop 16777216x16777216+0+0 in.pnm out.pnm
	says 'not within it'
	fails dmactl interleave --crop 1x1+0+0 in.pnm in.pnm
	says 'the same file'
	nothing_left . 'out*'
}

@test "a channel that cannot, and one that fails" {
	image 6 100 100 255 3
	echo old >out.pnm
	echo 1 >"$sim/fail_nth"
	fails dmactl interleave --crop 50x50+0+0 in.pnm out.pnm
	says 'the transfer failed'
	[ "$(cat out.pnm)" = old ]
	sim_reload caps=memcpy
	fails dmactl interleave --crop 50x50+0+0 in.pnm out.pnm
	says 'no free DMA channel can do INTERLEAVE'
	[ "$(cat out.pnm)" = old ]
}

# bats test_tags=long
@test "killed half-way, nothing is left" {
	image 6 100 100 255 3
	echo 1 >"$sim/hold"
	spawn out.txt dmactl interleave -c "$first" --crop 50x50+0+0 in.pnm out.pnm
	wait_until held "$first"
	kill -TERM "$pid"
	ends_with 143
	nothing_left . 'out.pnm*'
	nothing_left . '.out.pnm*'
}
