#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Names: list prints all of them, and each verb accepts every kind.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

peripherals() {
	sim_reload channels=2 peripherals=loopback,counter,sink,mem
}

@test "list names the slave channels, which nobody has to guess" {
	peripherals
	run dmactl list
	[ "$status" -eq 0 ]
	says '^Slave names$'
	for name in counter sink mem loop-tx loop-rx sim0.0 sim0.1; do
		says "^ *$name +- +-$"
	done
	dmactl list --json >list.json
	jq -e '[.slave_names[].name] | index("counter") != null and index("sim0.1") != null' list.json
	jq -e '.slave_names | all(.held_by == null and (has("channel") | not))' list.json
	jq -e '.channels | all(.held_by == null)' list.json
	# A name that two controllers have is listed once.
	[ "$(jq '[.slave_names[].name] | length' list.json)" = "$(jq '[.slave_names[].name] | unique | length' list.json)" ]
}

@test "each name that list prints can be asked for" {
	peripherals
	dmactl list --names >names
	grep -x counter names
	grep -x sim0.0 names
	grep -x "$first" names
	while read -r name; do
		dmactl info --json "$name" | jq -e '.name | startswith("dma")'
		dmactl status --json "$name" | jq -e '.channels | length == 1 and .[0].state == "free"'
	done <names
	[ "$(wc -l <names)" -ge 13 ]
}

# bats test_tags=long
@test "list says who has a channel, and by which name" {
	peripherals
	echo 1 >"$sim/hold"
	make 4096 src
	spawn out dmactl copy -c sim0.1 src dst
	wait_until eval "grep -q sim0.1 /sys/class/misc/dmactl/claimed"
	run dmactl list
	says "^dma0chan1 .* dmactl \\($pid\\) "
	says "^ *sim0.1 +dma0chan1 +dmactl \\($pid\\)$"
	dmactl list --json >list.json
	jq -e --argjson p "$pid" '.channels[1].held_by == {uid: 0, user: "root", pid: $p, comm: "dmactl"}' list.json
	jq -e '.slave_names[] | select(.name == "sim0.1") | .channel == "dma0chan1" and .held_by.uid == 0' list.json
	# A user who may not inspect the process sees only its user.
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl list
	says '^dma0chan1 .* user root$'
	setpriv --reuid=65534 --regid=65534 --clear-groups dmactl list --json >other.json
	jq -e '.channels[1].held_by == {uid: 0, user: "root"}' other.json
	echo 0 >"$sim/hold"
	ends_with 0
	same src dst
}

@test "--channel takes a slave name, and says what that lacks" {
	peripherals
	make 100000 src
	dmactl copy --json --channel sim0.1 src dst | jq -e '.channel == "dma0chan1"'
	same src dst
	dmactl fill --channel sim0.0 --size 1000 --value 7 zeros
	dmactl xor -c sim0.1 -o parity src dst
	dmactl verify xor -c sim0.1 src dst parity
	dmactl bench --sizes 4K --depths 1 --time 10ms --json sim0.0 | jq -e '.channel == "dma0chan0"'
	dmactl test sim0.1 --seconds 1
	make 10000 raw
	dmactl interleave --channel sim0.0 --width 100 --height 100 --bytes-per-pixel 1 --crop 10x10+5+5 raw cut
	[ "$(stat -c %s cut)" -eq 100 ]
	fails dmactl copy --channel counter src other
	says 'counter: the channel lacks MEMCPY; `dmactl info counter'
	fails dmactl copy --channel no-such src other
	says "no-such: there is no such DMA channel, port or slave name; .dmactl list"
	fails dmactl status no-such
	says 'no-such: there is no such DMA channel, port or slave name'
	nothing_left . 'other*'
}

@test "a name that is mistyped: each verb says which it may have been" {
	peripherals
	make 10 data
	for command in 'info countr' 'status countr' 'recv --size 4 countr out' 'capture countr out' 'stream countr -- true' \
		'copy -c countr data out' 'test countr' 'bench countr'; do
		# shellcheck disable=SC2086 # words
		fails dmactl $command
		says "countr: there is no such DMA channel, port or slave name; did you mean 'counter'\?"
	done
	fails dmactl info dma0chan99
	says "did you mean 'dma0chan[0-9]'\?"
	nothing_left . 'out*'
}

# complete_words WORD...: prints bash's completions of the last word
complete_words() {
	bash -c '
		_init_completion() { words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}; }
		__ltrim_colon_completions() { :; }
		_filedir() { :; }
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_dmactl
		printf "%s\n" "${COMPREPLY[@]}"' bash "$BATS_TEST_DIRNAME/../../packaging/completions/dmactl" "$@"
}

# bats test_tags=long
@test "completion offers each kind of name" {
	peripherals
	dmactl list --names | sort >names
	for words in "status" "info" "pause" "bench" "test" "copy --channel" "stream --in" "capture"; do
		# shellcheck disable=SC2086 # several words
		complete_words dmactl $words '' | sort | cmp - names
	done
	[ "$(complete_words dmactl recv --size 4 loop-r)" = loop-rx ]
	[ "$(complete_words dmactl fill -c sim0.1)" = sim0.1 ]
}

@test "status takes the slave name of a channel that nobody has, and leaves it alone" {
	peripherals
	dmactl status counter --json >status.json
	jq -e '.channels == [{name: "counter", slave: null, device: null, state: "free", op_direction: null,
		to_go: null, held_by: null}] and .sessions == []' status.json
	run dmactl status counter
	says '^counter +- +free +- +- +- +- +-$'
	# A program that starts meanwhile is not disturbed.
	(while :; do dmactl status counter; done) >/dev/null 3>&- &
	background+=("$!")
	echo 100000 >"$sim/counter_rate"
	for _ in 1 2 3 4 5; do
		dmactl recv --size 100 counter got
	done
}

# bats test_tags=long
@test "pause reaches a transfer by any name of its channel" {
	peripherals
	echo 100000 >"$sim/counter_rate"
	spawn out dmactl capture counter numbers
	wait_until dmactl pause counter
	chan=$(dmactl status --json counter | jq -r '.channels[0].name')
	dmactl resume "$chan"
	dmactl terminate counter
	ends_with 0
	# The same, requested by the channel's own name.
	spawn out dmactl capture --force "$chan" numbers
	wait_until dmactl pause "$chan"
	dmactl terminate "$chan"
	ends_with 0
}

# bats test_tags=kernel
@test "the module lists slave names while all channels of their provider are taken" {
	sim_reload channels=1
	echo 1 >"$sim/hold"
	make 4096 src
	spawn out dmactl copy -c "$first" src dst
	wait_until held "$first"
	grep -x sim0 /sys/class/misc/dmactl/slaves
	grep -x "$first 0" /sys/class/misc/dmactl/claimed
	echo 0 >"$sim/hold"
	ends_with 0
	[ -z "$(cat /sys/class/misc/dmactl/claimed)" ]
}
