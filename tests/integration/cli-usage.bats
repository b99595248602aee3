#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Command lines and their exit status on a machine with a device. tests/unit-cli has the table for a
# machine without one.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

@test "exit status of command lines" {
	make 1000 file
	mkdir dir
	failed=0
	while read -r want line; do
		[ -n "$want" ] || continue
		# shellcheck disable=SC2086 # the line is words
		run dmactl $line
		if [ "$status" -ne "$want" ]; then
			echo "dmactl $line: status $status instead of $want: $output"
			failed=1
		fi
	done <<-TABLE
		0 list
		0 list --caps
		0 info $first
		0 status
		0 status $first
		0 version
		0 copy file out
		0 copy -c $first -b 4096 -d 1 file out
		0 copy --block=1 --depth=256 file out
		0 copy --no-direct --verify --timeout=1m file out
		0 -q copy file out
		0 -v copy file out
		0 fill --size 1000 --value 0xff out
		0 fill out
		0 test -i 5 $first
		0 test --op=memset --iterations=5 --seed=1 $first
		0 test --op=sg -i 5 --threads 2 --max-size=1 $first
		0 test --coherent -i 5 $first
		0 test --all -i 2
		1 info dma99chan0
		1 copy -c dma99chan0 file out
		1 copy missing out
		1 copy file dir
		1 copy dir out
		1 copy file file
		1 fill --size 1 dir
		1 test dma99chan0
		1 test $first $first
		2 copy file
		2 copy --depth 0 file out
		2 test
		2 test --op nothing $first
		2 nothing
	TABLE
	[ $failed = 0 ]
	wait_free
}
