#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The verbs that only show facts: version, list, info, status, help.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

@test "version names the tool, the library and the module" {
	dmactl version | grep -E '^module: +[0-9]+\.[0-9]+\.[0-9]+$'
	dmactl version --json | jq -e '.dmactl == .libdmauser and (.module | type == "string")'
	dmactl --version | grep -E '^dmactl [0-9]'
}

# bats test_tags=kernel
@test "list shows every channel of sysfs with its capabilities" {
	run dmactl list
	[ "$status" -eq 0 ]
	for channel in /sys/class/dma/*; do
		says "^${channel##*/} +dma-sim\.0 +dma-sim +[0-9]+ .*MEMCPY"
	done
	dmactl list --json >list.json
	[ "$(jq '.channels | length' list.json)" = "$(channels | wc -l)" ]
	jq -e '.channels | all(.capabilities | index("MEMCPY") != null)' list.json
	wait_free
}

# bats test_tags=long
@test "list fits the terminal; a pipe gets all" {
	in_terminal 80 dmactl list | tr -d '\r' >seen
	cat seen
	[ "$(wc -L <seen)" -le 80 ]
	grep -E "^$first +dma-sim.0 +dma-sim +0 +- +yes +MEMCPY" seen
	lacks CACHE_COHERENT seen
	in_terminal 400 dmactl list | grep -E "^$first .*MEMCPY.* CACHE_COHERENT"
	dmactl list | grep -E "^$first .*MEMCPY.* CACHE_COHERENT"
	# A terminal that is too narrow only cuts off the end.
	in_terminal 30 dmactl list | grep "^$first"
}

# bats test_tags=long
@test "info breaks its lines between words; a pipe gets one line for each fact" {
	in_terminal 80 dmactl info "$first" | tr -d '\r' >seen
	cat seen
	[ "$(wc -L <seen)" -le 80 ]
	# The whole list is there, its other lines below its first.
	sed -n '/^Capabilities:/,/^[A-Z][a-z]/p' seen | sed '$d' >list
	[ "$(grep -cE '^ {32}[A-Z]' list)" -ge 1 ]
	[ "$(tr -s ' \n' ' ' <list | sed 's/ $//')" = "$(dmactl info "$first" | grep '^Capabilities:' | tr -s ' ')" ]
}

@test "list --no-caps asks no channel" {
	run dmactl list --no-caps
	[ "$status" -eq 0 ]
	[[ $output != *MEMCPY* ]]
	dmactl list --no-caps --json | jq -e '.channels | all(.capabilities == null)'
}

@test "list says which channel is in use" {
	echo 1 >"$sim/hold"
	make 4096 src
	spawn out dmactl copy -c "$first" src dst
	wait_until held "$first"
	run dmactl list
	[ "$status" -eq 0 ]
	says "^$first .* 1 +dmactl \\($pid\\) +yes +MEMCPY"
	dmactl list --json | jq -e --arg c "$first" \
		'.channels[] | select(.name == $c) | .clients == 1 and .offered and (.capabilities | length > 0)'
}

@test "list works without the right to use the device, with a hint" {
	chmod 600 /dev/dmactl
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl list
	[ "$status" -eq 0 ]
	says "^$first"
	says 'Permission denied.*group dma'
}

@test "without the module: list goes on, the others say what to do" {
	rmmod dmactl
	run dmactl list
	run2_status=$status
	says 'modprobe dmactl'
	fails dmactl test "$first"
	says '/dev/dmactl: No such file.*modprobe dmactl'
	fails dmactl info "$first"
	says 'modprobe dmactl'
	says 'Device: +dma-sim'
	make 10 src
	fails dmactl copy src dst
	says 'modprobe dmactl'
	nothing_left . '*dst*'
	dmactl version | grep 'not loaded'
	insmod "$DMACTL_MODULES_DIR/dmactl.ko"
	[ "$run2_status" -eq 0 ]
}

# bats test_tags=kernel
@test "info prints every field, in text and JSON" {
	run dmactl info "$first"
	[ "$status" -eq 0 ]
	for label in Channel Device Driver Capabilities Directions 'Copy alignment' 'Fill alignment' \
		'Largest segment' 'DMA mask' 'Coherent DMA mask' 'Behind an IOMMU' 'SWIOTLB bouncing' \
		'NUMA node' 'Residue counted per'; do
		says "^$label:"
	done
	dmactl info --json "$first" >info.json
	jq -e --arg c "$first" '.name == $c and .device == "dma-sim.0" and .driver == "dma-sim"' info.json
	jq -e '[.copy_align, .fill_align, .xor_align, .pq_align, .max_xor, .max_pq, .max_segment,
		.min_burst, .max_burst, .max_sg_burst, .default_depth] | all(type == "number")' info.json
	jq -e '[.dma_mask, .coherent_dma_mask] | all(startswith("0x"))' info.json
	jq -e 'has("src_addr_widths") and has("dst_addr_widths") and has("directions") and
		has("residue_granularity") and has("numa_node") and has("iommu") and has("bounces")' info.json
}

# bats test_tags=long
@test "info tells what the controller was made with" {
	sim_reload dma_mask=28 copy_align=8 max_segment=65536 residue=segment caps=memcpy
	run dmactl info "$first"
	says '^Copy alignment: +8 bytes'
	says '^DMA mask: +28 bits \(0xfffffff\)'
	says '^SWIOTLB bouncing: +yes, memory above 0xfffffff is copied'
	says '^Largest segment: +64 KiB'
	says '^Residue counted per: +segment'
	dmactl info --json "$first" | jq -e '.bounces and .dma_mask == "0xfffffff" and
		.copy_align == 8 and .max_segment == 65536'
}

@test "info on a missing channel fails and says why, on a busy one it is told all the same" {
	fails dmactl info dma99chan0
	says 'dma99chan0: there is no such DMA channel'
	echo 1 >"$sim/hold"
	make 4096 src
	spawn out dmactl copy -c "$first" src dst
	wait_until held "$first"
	dmactl info --json "$first" | jq -e '.offered and (.capabilities | length > 0)'
	run dmactl info "$first"
	says '^Driver: +dma-sim'
	says '^Offered to everybody: +yes'
	[ "$(channels | xargs -I {} cat /sys/class/dma/{}/in_use | grep -c 1)" = 1 ]
}

@test "status shows channels and who holds them" {
	run dmactl status
	[ "$status" -eq 0 ]
	says "^$first +- +free"
	dmactl status --json | jq -e '(.channels | length > 0) and .sessions == []'
	echo 1 >"$sim/hold"
	make 4096 src
	spawn out dmactl copy -c "$first" src dst
	wait_until held "$first"
	wait_until eval "dmactl status --json | jq -e '.sessions[0].channels_held[0].in_flight == 1'"
	run dmactl status "$first"
	says "^dmactl, process $pid,"
	says "^ +$first +1 +[0-9]+ "
	dmactl status --json "$first" >status.json
	jq -e --argjson p "$pid" '.sessions[0].pid == $p and .sessions[0].buffers == 2' status.json
	jq -e --arg c "$first" '.channels[0].name == $c and (.channels | length == 1)' status.json
	# No session has another channel.
	dmactl status --json "$(channels | sed -n 2p)" | jq -e '.sessions == []'
	echo 0 >"$sim/hold"
	ends_with 0
	same src dst
}

@test "status of a missing channel fails" {
	fails dmactl status dma99chan0
	says 'dma99chan0: there is no such'
}

# bats test_tags=long
@test "every verb has help with examples" {
	for verb in list info copy fill test status help version; do
		dmactl help $verb | grep -q Examples
		dmactl $verb --help | grep -q "^Usage: dmactl $verb"
	done
	run dmactl help
	says '^  copy +copy a file'
}

@test "global options may stand before and after the verb" {
	dmactl --json list | jq -e '.channels | length > 0'
	dmactl list --json | jq -e '.channels | length > 0'
}

@test "output that cannot be written is an error" {
	run bash -c 'dmactl list >/dev/full'
	[ "$status" -eq 1 ]
	says 'standard output'
}
