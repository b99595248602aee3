#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl test --conformance: a provider that keeps its promises passes, however few operations it
# has, and each check fails when dma-sim breaks its promise.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

# Long limits for a loaded machine; they do not delay a test that is in time.
time=(--seconds 150 --timeout 4s)

conforms() {
	dmactl test --conformance --json "${time[@]}" "$@" >result.json || {
		jq '.channels[0].broken' result.json
		return 1
	}
	jq -e '.passed and .channels[0].fail == 0 and .channels[0].not_run == 0' result.json
}

# result_of CHECK
result_of() {
	jq -r --arg c "$1" '.channels[0].checks[] | select(.check == $c) | .result' result.json
}

# passes CHECK...: each of them passed
passes() {
	local check
	for check in "$@"; do
		[ "$(result_of "$check")" = pass ] || {
			jq --arg c "$check" '.channels[0].checks[] | select(.check == $c)' result.json
			return 1
		}
	done
}

# Slow enough to be in the middle of transfers, and with no more operations than the checks of the
# queue need.
slow() {
	sim_reload caps=memcpy,interrupt,slave,cyclic bandwidth=15000000
}

# broken FAULT,... CHECK...: with these faults these checks fail. Other checks may fail, too, since
# a fault can break several promises; a test below shows that none fails without a fault.
broken() {
	local faults=$1 check failed
	shift
	echo "$faults" >"$sim/misbehave"
	dmactl test --conformance --slave --json "${time[@]}" sim0 >result.json && {
		echo "$faults: nothing failed"
		return 1
	}
	echo none >"$sim/misbehave"
	failed=" $(jq -r '[.channels[0].checks[] | select(.result == "fail") | .check] | join(" ")' result.json) "
	jq -r '.channels[0].broken[] | .check + ": " + .findings[0].seen' result.json
	for check in "$@"; do
		[[ $failed == *" $check "* ]] || {
			echo "$faults: $check does not fail"
			jq --arg c "$check" '.channels[0].checks[] | select(.check == $c)' result.json
			return 1
		}
	done
	wait_free
}

# finds CHECK PATTERN: one of the check's findings matches
finds() {
	jq -r --arg c "$1" '.channels[0].broken[] | select(.check == $c) | .findings[].seen' result.json |
		grep -qE -- "$2"
}

@test "dma-sim keeps the contract" {
	conforms "$first"
	passes data bounds align length issue issue-busy once order cookie exhaust fence interrupt final
}

# bats test_tags=long
@test "nothing fails where everything can be seen, and cookies go over their end" {
	slow
	echo 2147483000 >"$sim/first_cookie"
	conforms --slave sim0
	[ "$(jq '.channels[0].pass' result.json)" -eq "$(jq '.channels[0].checks | length' result.json)" ]
	jq -e '.channels[0].checks[] | select(.check == "cookie") | .seen | test("2\\^31 was crossed")' result.json
}

# bats test_tags=long
@test "a provider that aligns and has few descriptors" {
	sim_reload copy_align=8 descriptors=4
	conforms "$first"
	passes align length once order cookie exhaust fence interrupt
}

# bats test_tags=long
@test "a provider with one descriptor" {
	sim_reload caps=memcpy,interrupt descriptors=1
	conforms "$first"
	passes data once exhaust
	[ "$(result_of order)" = not_applicable ]
	[ "$(result_of fence)" = not_applicable ]
}

# bats test_tags=long
@test "a provider that cannot terminate, and tells no residue; or more than it declares" {
	sim_reload caps=memcpy,interrupt,slave,cyclic bandwidth=15000000 no_terminate=1 residue=descriptor
	conforms "$first"
	passes data granularity
	[ "$(result_of terminate-memory)" = not_applicable ]
	broken residue_fine granularity
	finds granularity 'is DESCRIPTOR, and the residue'
}

# bats test_tags=long
@test "a provider that can neither pause nor synchronize, with a residue of segments" {
	sim_reload caps=memcpy,interrupt,slave,cyclic bandwidth=15000000 no_pause=1 no_synchronize=1 residue=segment
	conforms "$first"
	passes granularity terminate-memory terminate-callbacks terminate-result terminate-again
	[ "$(result_of pause)" = not_applicable ]
	[ "$(result_of resume)" = not_applicable ]
}

@test "faults of bytes, order, pause and termination, each where it is looked for" {
	slow
	broken write_past_end,unaligned_wrong,odd_length_wrong,early_start,out_of_order,residue_grows,pause_ignored,late_write,period_lost,config_refused \
		bounds align length issue order residue pause terminate-memory cyclic slave-config
	finds residue 'residue [0-9]+ after residue'
}

# bats test_tags=long
@test "faults of data, callbacks, fences and resume, each where it is looked for" {
	slow
	broken wrong_byte,double_completion,fence_ignored,interrupt_early,residue_coarse,resume_gap,late_callback,cookie_restarts \
		data once cookie fence interrupt granularity resume terminate-callbacks
	finds once 'called back 64 times'
	finds cookie 'cookie [0-9] after cookie 6[0-9]'
	[ "$(result_of align)" = not_run ]
}

# bats test_tags=long
@test "of many at once, those that wait are taken for done" {
	slow
	broken bunch_lost exhaust
	finds exhaust 'had called back, and its byte at offset [0-9]+ was not there'
}

# bats test_tags=long
@test "a status too early, descriptors lost when it runs dry, no resume, success for what was aborted" {
	# Fewer descriptors than dmactl submits at a time.
	sim_reload caps=memcpy,interrupt,slave,cyclic bandwidth=15000000 descriptors=128
	broken lost_when_dry,status_early,resume_ignored,terminate_success \
		exhaust status cookie resume terminate-result
	finds cookie 'is complete before it was issued'
	finds resume 'did not complete within'
}

# bats test_tags=long
@test "a status that never comes, and a channel that termination spoils or empties by half" {
	slow
	broken status_never,terminate_spoils,terminate_keeps \
		final cookie terminate-again slave-terminate
}

# bats test_tags=long
@test "termination that does nothing" {
	slow
	broken terminate_ignored terminate-memory terminate-callbacks slave-terminate
}

# bats test_tags=long
@test "what is issued while a transfer runs does not start when that ends" {
	slow
	broken issue_ignored issue-busy
	finds issue-busy 'transfer 1, issued while transfer 0 ran, did not start when that had ended, but only when'
	[ "$(result_of issue)" = pass ]
}

# bats test_tags=long
@test "callbacks that get lost" {
	# At full speed, so that enough transfers end for some callbacks to be lost.
	sim_reload caps=memcpy,interrupt,slave,cyclic
	broken lost_completion once
	finds once 'did not complete within'
}

@test "faults are told by name, and each controller has its own" {
	local own=/sys/kernel/config/dma-sim/own
	need_configfs
	echo late_write,out_of_order >"$sim/misbehave"
	[ "$(cat "$sim/misbehave")" = out_of_order,late_write ]
	fails bash -c "echo late_write,early_bird >$sim/misbehave"
	[ "$(cat "$sim/misbehave")" = out_of_order,late_write ]
	fails bash -c "echo 1 >$sim/first_cookie"
	mount -t configfs none /sys/kernel/config 2>/dev/null || true
	mkdir "$own"
	[ "$(cat "$own/misbehave")" = none ]
	echo wrong_byte >"$own/misbehave"
	[ "$(cat "$own/misbehave")" = wrong_byte ]
	[ "$(cat "$sim/misbehave")" = out_of_order,late_write ]
	rmdir "$own"
}

@test "a descriptor that fails fails the check of data, and no other" {
	echo 3 >"$sim/fail_nth"
	fails dmactl test --conformance "$first"
	says 'data +FAIL +memset? of|data +FAIL +memcpy of [0-9]+ bytes: transfer 0'
	says 'could not read'
	says 'Where to look'
	says ' 1 failed'
}

@test "a channel that completes nothing is left, in time" {
	echo 1 >"$sim/hold"
	SECONDS=0
	fails dmactl test --conformance --timeout 300ms "$first"
	[ $SECONDS -lt 30 ]
	says 'did not complete within 300 ms'
	says 'not run +the channel completes nothing any more'
	wait_free
}
