#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The recipes of docs/tracing.md, run unchanged.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

page=$BATS_TEST_DIRNAME/../../docs/tracing.md

# recipe NAME: runs that block of the page
recipe() {
	local text
	text=$(sed -n "/^\`\`\`sh $1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$page")
	[ -n "$text" ] || {
		echo "$page has no recipe $1"
		return 1
	}
	bash -euc "$text" >output 2>&1 || {
		cat output
		return 1
	}
	cat output
	cmp in out
}

setup_file() {
	# perf of another kernel's version works for tracepoints; Debian's wrapper insists on the
	# running one.
	mkdir -p "$BATS_FILE_TMPDIR/bin"
	if ! perf --version >/dev/null 2>&1; then
		ln -s "$(find /usr/bin -name 'perf_*' | sort -V | tail -n 1)" "$BATS_FILE_TMPDIR/bin/perf"
	fi
	export PATH=$BATS_FILE_TMPDIR/bin:$PATH
	mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
}

eval "helper_$(declare -f setup)"

setup() {
	helper_setup
	make 3M in
}

# counted EVENT: prints the count by perf stat
counted() {
	awk -v event="dmactl:$1" '$2 == event { gsub(/[.,]/, "", $1); print $1 }' output
}

@test "every tracepoint of the module is in the page, and none that is not" {
	diff <(find /sys/kernel/tracing/events/dmactl -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort) \
		<(sed -n '/^| `dmactl_/p' "$page" | cut -d'|' -f2 | grep -o 'dmactl_[a-z_]*' | sort)
}

@test "the page's fields are the tracepoints'" {
	local name field
	while read -r name field; do
		[ "$name $field" = "dmactl_buf_unmap nents" ] ||
			grep -q " $field;" "/sys/kernel/tracing/events/dmactl/$name/format" || {
			echo "$name has no $field"
			return 1
		}
	done < <(awk -F'|' '/^\| `dmactl_/ {
		n = split($2, names, "`")
		m = split($4, fields, "`")
		for (i = 2; i <= n; i += 2)
			for (j = 2; j <= m; j += 2)
				print names[i], fields[j]
	}' "$page")
}

@test "tracers find the values of all names in the formats" {
	local formats=(/sys/kernel/tracing/events/dmactl/*/format)
	[ "${#formats[@]}" -gt 10 ]
	grep -q '{ 1, "MEMCPY" }' /sys/kernel/tracing/events/dmactl/dmactl_op_prep/format
	grep -qE '\{ 2, "COHERENT" \}, \{ (128|0x80), "USER" \}' \
		/sys/kernel/tracing/events/dmactl/dmactl_buf_alloc/format
	# What is not a string is C; the only names in it are the fields and the functions of tracefs.
	if grep -h '^print fmt:' "${formats[@]}" | sed 's/"[^"]*"//g' |
		grep -oE '\b[A-Z][A-Z0-9_]+\b' | grep -v '^REC$'; then
		return 1
	fi
}

@test "perf counts" {
	recipe perf-count
	[ "$(counted dmactl_op_complete)" -ge 3 ]
	[ "$(counted dmactl_op_submit)" -ge "$(counted dmactl_op_complete)" ]
	[ "$(counted dmactl_chan_request)" = "$(counted dmactl_chan_release)" ]
	[ "$(counted dmactl_op_period)" = 0 ]
}

@test "perf records each op" {
	recipe perf-record
	grep -qE 'dmactl:dmactl_op_prep: session=[0-9]+ chan=[0-9]+ opcode=MEMCPY seq=0 len=[0-9]+' output
	[ "$(grep -c 'dmactl:dmactl_op_complete: .* status=0 ' output)" -ge 3 ]
}

@test "trace-cmd reports" {
	recipe trace-cmd
	grep -qE 'dmactl_chan_request: *session=[0-9]+ chan=[0-9]+ name=dma[0-9]+chan[0-9]+' output
	grep -qE 'dmactl_op_complete: .*status=0' output
}

@test "trace-cmd filters" {
	recipe trace-cmd-filter
	lacks 'dmactl_op_complete:' output
	grep -q 'dmactl_op_prep:' output
	lacks 'len=([0-9]{1,4}|[1-5][0-9]{4})( |$)' output
}

@test "bpftrace measures how long ops take" {
	recipe bpftrace-latency
	grep -qE '^@bytes: 3145728$' output
	# The rows of the histogram add up to the ops, one for each block of the file.
	sed -nE 's/^\[.*[])] +([0-9]+) \|.*/\1/p' output | awk '{ n += $1 } END { exit !(n >= 3) }'
}

@test "bpftrace counts ends by status" {
	recipe bpftrace-errors
	grep -qE '^@ended\[[0-9]+, 0\]: [0-9]+$' output
	lacks '^@ended\[[0-9]+, -' output
}
