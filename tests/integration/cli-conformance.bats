#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl test --conformance

# shellcheck disable=SC2154 # from the helper, and from bats
load cli-helper

conforms() {
	dmactl test --conformance --json "$@" "$first" >result.json
	jq -e '.passed and .channels[0].fail == 0 and .channels[0].not_run == 0' result.json
}

result_of() {
	jq -r --arg c "$1" '.channels[0].checks[] | select(.check == $c) | .result' result.json
}

@test "dma-sim keeps the contract" {
	conforms
	[ "$(result_of data)" = pass ]
	[ "$(result_of terminate-memory)" = pass ]
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
