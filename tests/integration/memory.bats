#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl's allocations, as the kernel reports them: the tracepoints of kmem, between the marks of
# tests/bench around the measured stretch.

load cli-helper

setup_file() {
	bats_require_minimum_version 1.5.0
	export tracing=/sys/kernel/tracing
	mountpoint -q $tracing || mount -t tracefs tracefs $tracing
	export PATH=${O:-$BATS_TEST_DIRNAME/../../build}/tests/bench:$PATH
	[ -x "$(command -v bench)" ]
}

# text MODULE: prints the address range of its code, as numbers for a filter
text() {
	local start size
	read -r _ size _ < <(grep "^$1 " /proc/modules)
	start=$(awk -v module="$1" '$1 == module { print $6 }' /proc/modules)
	printf '0x%x 0x%x\n' "$((start))" "$((start + size))"
}

# traced COMMAND...: runs it, and writes to the file `trace` all allocations, with stacks, by the
# process, and by dmactl in any context
traced() {
	local dir=$tracing/instances/dmactl-$BASHPID event from to status=0
	read -r from to < <(text dmactl)
	mkdir "$dir"
	echo 8192 >"$dir/buffer_size_kb"
	echo 1 >"$dir/options/stacktrace"
	(
		for event in kmalloc kmalloc_node kmem_cache_alloc kmem_cache_alloc_node; do
			# Kernels differ in which of these events they have.
			[ -e "$dir/events/kmem/$event" ] || continue
			echo "common_pid == $BASHPID || (call_site >= $from && call_site < $to)" \
				>"$dir/events/kmem/$event/filter"
			echo 1 >"$dir/events/kmem/$event/enable"
		done
		echo "common_pid == $BASHPID" >"$dir/events/kmem/mm_page_alloc/filter"
		echo 1 >"$dir/events/kmem/mm_page_alloc/enable"
		marker=$dir/trace_marker exec "$@"
	) >output 2>&1 || status=$?
	echo 0 >"$dir/tracing_on"
	cat "$dir/trace" >trace
	# No event was lost.
	cat "$dir"/per_cpu/*/stats >stats
	rmdir "$dir"
	cat output
	[ "$status" = 0 ]
	! grep -E '^(overrun|dropped events): *[1-9]' stats
}

# measured TRANSFERS CASE...: lets bench do that many transfers of each case, for allocations()
measured() {
	local transfers=$1 name patterns=() chans
	shift
	for name; do
		patterns+=(-k "$name")
	done
	mapfile -t chans < <(channels)
	# shellcheck disable=SC2016 # traced sets $marker
	traced bash -c 'exec bench -t "$marker" "$@"' bench -o result.json -n "$transfers" \
		"${patterns[@]}" "${chans[@]}"
	# bench ran all cases, and every transfer was right.
	jq -se --argjson n $# 'length == $n and all(.[]; .ok)' result.json >/dev/null
	rm result.json
}

# allocations CASE: writes the allocations between the case's marks to the file `allocations`
allocations() {
	# Both marks must be there exactly once.
	[ "$(grep -c "tracing_mark_write: begin $1\$" trace)" = 1 ]
	[ "$(grep -c "tracing_mark_write: end $1\$" trace)" = 1 ]
	listed "tracing_mark_write: begin $1\$" "tracing_mark_write: end $1\$" >allocations
	callers
}

# listed FROM TO: prints the allocations in `trace` between the two lines, each as `slab|page BYTES
# FUNCTION...`
listed() {
	awk -v from="$1" -v to="$2" '
		function out() { if (bytes) print kind, bytes, stack; bytes = 0; stack = "" }
		/^ => / { stack = stack " " $2; next }
		/<stack trace>/ { next }
		{ out() }
		$0 ~ from { inside = 1 }
		$0 ~ to { exit }
		inside && match($0, /bytes_alloc=[0-9]+/) {
			kind = "slab"
			bytes = substr($0, RSTART + 12, RLENGTH - 12)
		}
		inside && /mm_page_alloc:/ && match($0, /order=[0-9]+/) {
			kind = "page"
			bytes = 4096 * 2 ^ substr($0, RSTART + 6, RLENGTH - 6)
		}
		END { out() }
	' trace
}

count() {
	wc -l <allocations
}

# Prints the most frequent callers, to explain a failure.
callers() {
	awk '{
		who = $NF
		for (i = 3; i <= NF; i++)
			if ($i ~ /^(dmactl|sim)_/) {
				who = $i
				break
			}
		n[who]++
	} END { for (who in n) print n[who], who }' allocations | sort -rn | head -n 6
}

# bytes: prints the bytes that dmactl allocated, without dma-sim's. Allocations that are too large
# for the slab count as pages; pages of the slab do not count.
bytes() {
	awk '!/ dmactl_/ || / sim_/ { next }
		$1 == "slab" && $2 <= 8192 { sum += $2 }
		$1 == "page" && !/allocate_slab|___slab_alloc|new_slab/ { sum += $2 }
		END { print sum + 0 }' allocations
}

@test "in steady state a copy allocates nothing" {
	local name names=(dmactl/memcpy/4096/{1,32,256}/streaming/1/1 dmactl/memcpy/4096/32/{user,coherent}/1/1
		dmactl/memcpy/4096/32/streaming/4/1 dmactl/buffers-100/4096/32/streaming/1/1
		dmactl-{ring,prepared}/memcpy/4096/32/streaming/1/1)
	measured 20000 "${names[@]}"
	for name in "${names[@]}"; do
		allocations "$name"
		echo "# $name: $(count) allocations in 20000 transfers" >&3
		[ "$(count)" = 0 ]
	done
}

@test "nor does one through io_uring" {
	local transfers total=()
	for transfers in 1000 20000; do
		traced "${O:-$BATS_TEST_DIRNAME/../../build}/examples/uring" $transfers
		grep -q "copied and verified, $transfers transfers of 4096 bytes" output
		listed '' '^$' >allocations
		callers
		total+=("$(count)")
	done
	echo "# io_uring: ${total[0]} allocations by a program of 1000 transfers, ${total[1]} by one of 20000" >&3
	# The allocations at a program's start vary a little.
	[ "${total[0]}" -gt 50 ]
	[ $((total[1] - total[0])) -le 200 ]
}

@test "an op with a list allocates, and that is seen" {
	measured 800 dmactl/sg/65536/8/streaming/1/1
	allocations dmactl/sg/65536/8/streaming/1/1
	# The list, and the spans made from it.
	[ "$(grep -c ' dmactl_copy_args ' allocations)" -ge 800 ]
	[ "$(grep -c ' dmactl_alloc_spans ' allocations)" -ge 800 ]
	[ "$(bytes)" -ge $((800 * (1024 + 1280))) ]
}

@test "a session, a channel and a buffer take no more than docs/performance.md says" {
	local depth places used before=0
	measured 1 dmactl/open/0/1//1/1 dmactl/request/0/{1,64,256,4096}//1/1 dmactl/buffer/8192/1/streaming/1/1
	allocations dmactl/open/0/1//1/1
	used=$(bytes)
	echo "# a session: $used bytes" >&3
	[ "$used" -ge 256 ]
	[ "$used" -le 2048 ]
	for depth in 1 64 256 4096; do
		allocations "dmactl/request/0/$depth//1/1"
		places=$((depth > 64 ? depth : 64))
		used=$(bytes)
		echo "# a channel of depth $depth: $used bytes" >&3
		# The kernel rounds up to powers of two.
		[ "$used" -le $((2 * (1024 + 448 * depth + 64 * places))) ]
		# The measurement must have found the memory.
		[ "$used" -ge $((256 * depth)) ]
		[ "$used" -gt "$before" ]
		before=$used
	done
	allocations dmactl/buffer/8192/1/streaming/1/1
	used=$(bytes)
	echo "# a buffer of two pages, mapped for a device: $used bytes with its own" >&3
	[ "$used" -ge 8192 ]
	[ "$used" -le $((8192 + 2048 + 2 * 80)) ]
}
