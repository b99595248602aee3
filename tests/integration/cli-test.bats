#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl test

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

# Only some kernels let a provider offer IMM_DATA.
offers_imm_data() {
	dmactl info --json "$first" | jq -e '.operations | index("imm_data") != null' >/dev/null
}

@test "every operation passes, in text and JSON" {
	for op in memcpy memset sg memset_sg xor xor_val pq pq_val interleave imm_data interrupt; do
		# Linux 6.15 removed this operation.
		if [ $op = imm_data ] && ! offers_imm_data; then
			continue
		fi
		run dmactl test --op $op --iterations 100 "$first"
		[ "$status" -eq 0 ]
		says "^$first +dma-sim\.0 +1 +100 +0 "
		says '^Result: +passed'
		dmactl test --op $op --iterations 50 --threads 3 --json "$first" >result.json
		jq -e --arg o $op '.passed and .ops == [$o] and .failures == []' result.json
		jq -e '.channels[0] | .threads == 3 and .transfers == 150 and .failed == 0' result.json
		jq -e --arg o $op '.channels[0].bytes > 0 or $o == "interrupt"' result.json
	done
}

@test "--op all takes what each channel offers, in turn" {
	local ops=10
	if offers_imm_data; then
		ops=11
	fi
	dmactl test --op all --iterations 110 --json "$first" >result.json
	jq -e '.passed and (.ops | length) == 11' result.json
	jq -e --argjson n $ops '.channels[0].by_op | length == $n and all(.[]; . == 110 / $n)' result.json
	dmactl test --op xor,pq --iterations 10 --json "$first" >result.json
	jq -e '.ops == ["xor", "pq"] and .channels[0].by_op == {"xor": 5, "pq": 5}' result.json
	sim_reload caps=memcpy,xor
	dmactl test --op all --iterations 30 --json "$first" >result.json
	jq -e '.channels[0].by_op | keys == ["memcpy", "sg", "xor"]' result.json
	fails dmactl test --op xor,pq "$first"
	says "$first: the channel lacks PQ"
}

# bats test_tags=long
@test "interleave is not for channels that only reach a peripheral" {
	sim_reload channels=1 peripherals=sink caps=slave,interleave
	local sink
	sink=$(dmactl list --json | jq -r '.channels[-1].name')
	[ "$sink" != "$first" ]
	fails dmactl test --op interleave "$sink"
	says "$sink: the channel lacks transfers from memory to memory"
	dmactl test --op interleave --iterations 5 "$first"
}

# bats test_tags=long
@test "--reuse prepares once and runs often; --fence" {
	dmactl test --op all --reuse 5 --iterations 50 --json "$first" >result.json
	jq -e '.passed and .channels[0].transfers == 50' result.json
	jq -e '.channels[0].by_op | has("xor_val") or has("pq_val") | not' result.json
	# dmactl calls DMACTL_IOC_PREPARE once for five transfers.
	strace -f -e trace=ioctl -o calls dmactl test -q --reuse 5 --iterations 20 "$first"
	[ "$(grep -c '0xda, 0xe, ' calls)" = 4 ]
	dmactl test --op all --fence --iterations 50 "$first"
	run dmactl test --reuse 2 --op xor_val "$first"
	[ "$status" -eq 2 ]
	says 'reuse: a check has its result in one place'
	# On a channel that cannot reuse descriptors, too.
	sim_reload caps=memcpy
	dmactl info --json "$first" | jq -e '.reuse == false'
	strace -f -e trace=ioctl -o calls dmactl test -q --reuse 5 --iterations 20 "$first"
	[ "$(grep -c '0xda, 0xe, ' calls)" = 4 ]
}

# bats test_tags=long
@test "checks of more sources than the channel takes" {
	sim_reload max_xor=4 max_pq=5
	run dmactl test --seed 5 --op xor_val,pq_val --iterations 60 "$first"
	echo "$output"
	[ "$status" = 0 ]
}

@test "--all tests every channel, at the same time" {
	dmactl test --all --threads 2 --iterations 30 --json >result.json
	[ "$(jq '.channels | length' result.json)" = "$(channels | wc -l)" ]
	jq -e 'all(.channels[]; .transfers == 60)' result.json
}

@test "--seconds ends the test" {
	SECONDS=0
	dmactl test --seconds 2 --threads 4 --json "$first" >result.json
	[ $SECONDS -ge 2 ]
	[ $SECONDS -lt 10 ]
	jq -e '.passed and .seconds >= 2' result.json
}

# bats test_tags=long
@test "the same seed makes the same transfers" {
	dmactl test --seed 42 --iterations 50 --json "$first" >one.json
	dmactl test --seed 42 --iterations 50 --json "$first" >two.json
	dmactl test --seed 43 --iterations 50 --json "$first" >three.json
	jq -e '.seed == 42' one.json
	[ "$(jq '.channels[0].bytes' one.json)" = "$(jq '.channels[0].bytes' two.json)" ]
	[ "$(jq '.channels[0].bytes' one.json)" != "$(jq '.channels[0].bytes' three.json)" ]
	dmactl test --iterations 1 "$first" | grep -qE '^Seed: +[0-9]+$'
}

# bats test_tags=long
@test "--max-size and alignments" {
	dmactl test --max-size 1 --iterations 50 "$first"
	dmactl test --max-size 3M --iterations 5 "$first"
	# Each length is the shortest possible.
	dmactl test --max-size 1 --align 64 --iterations 50 --json "$first" >aligned.json
	jq -e '.passed and .channels[0].bytes == 50 * 64' aligned.json
	sim_reload copy_align=256
	dmactl test --max-size 1 --align 64 --iterations 50 --json "$first" >aligned.json
	jq -e '.passed and .channels[0].bytes == 50 * 256' aligned.json
	dmactl test --max-size 1 --iterations 50 "$first"
	dmactl test --op sg --iterations 50 "$first"
}

# bats test_tags=long
@test "coherent memory" {
	dmactl test --coherent --iterations 50 "$first"
}

# With at most a byte each, a transfer is one descriptor.
@test "a transfer that fails is reported with its channel" {
	echo 5 >"$sim/fail_nth"
	fails dmactl test --iterations 20 --max-size 1 "$first"
	says "$first, thread 0, transfer 4 \(memcpy of 1 bytes\): the DMA device could not read"
	says '^Result: +FAILED'
	says "^$first +dma-sim\.0 +1 +20 +1 "
	echo 3 >"$sim/fail_nth"
	dmactl test --json --iterations 10 --max-size 1 "$first" 2>/dev/null >result.json || [ $? = 1 ]
	jq -e '(.passed | not) and (.failures | length == 1)' result.json
	jq -e '.failures[0] | .kind == "error" and .transfer == 2 and .thread == 0' result.json
	# One of the descriptors of a longer transfer fails.
	echo 30 >"$sim/fail_nth"
	fails dmactl test --iterations 40 "$first"
	says 'the DMA device could not read'
}

@test "a channel that hangs is reported and left alone" {
	echo 1 >"$sim/hold"
	fails dmactl test --timeout 500ms --threads 3 "$first"
	says "$first, thread [0-9], transfer 0 \(memcpy of [0-9]+ bytes\): the channel hangs"
	says '^Result: +FAILED'
	[ "$(grep -c hangs <<<"$output")" = 1 ]
	dmactl test --timeout 300ms --json "$first" 2>/dev/null >result.json || true
	jq -e '.failures[0].kind == "hang" and .failures[0].residue > 0' result.json
	wait_free
	echo 0 >"$sim/hold"
	dmactl test --iterations 10 "$first"
}

@test "SIGINT prints what there is and ends by the signal" {
	spawn out dmactl test --seconds 60 --threads 2 "$first"
	wait_until held "$first"
	sleep 1
	kill -INT "$pid"
	ends_with 130
	cat out
	grep -q interrupted out
	grep -qE "^$first +dma-sim\.0 +2 +[1-9]" out
	wait_free
}

@test "SIGKILL leaves nothing behind" {
	for i in 1 2 3; do
		spawn out dmactl test --all --threads 2 --seconds 60
		wait_until held "$first"
		sleep 0.$i
		kill -KILL "$pid"
		ends_with 137
		wait_free
	done
	dmactl test --all --iterations 5
}

@test "a channel that cannot, and one that is taken" {
	sim_reload caps=memcpy
	fails dmactl test --op memset "$first"
	says "$first: the channel lacks MEMSET"
	fails dmactl test --op memset --all
	says 'no free DMA channel can do MEMSET'
	dmactl test --op sg --iterations 10 "$first"
	sim_reload
	fails dmactl test "$first" "$first"
	says "$first: another program has this channel"
}

# bats test_tags=long
@test "more threads than the channel has credit for" {
	dmactl test --threads 64 --iterations 3 --max-size 4K "$first"
}
