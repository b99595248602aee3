#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Counters for monitoring: OpenMetrics' reference parser and node_exporter's textfile collector,
# which takes Prometheus' older format, read them.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

# value FILE NAME [LABEL=VALUE...]: prints the value of the one sample with these labels. The parser
# reads each file once, because Python starts slowly in a guest.
value() {
	local file=$1 name=$2 line label found=()
	shift 2
	if ! [ "$file.samples" -nt "$file" ]; then
		"$BATS_TEST_DIRNAME/openmetrics-samples" "$file" >"$file.samples" || return 1
	fi
	while IFS= read -r line; do
		[[ $line == "$name"$'\t'* ]] || continue
		for label in "$@"; do
			[[ $line == *$'\t'"$label"$'\t'* ]] || continue 2
		done
		found+=("${line##*$'\t'}")
	done <"$file.samples"
	if [ "${#found[@]}" != 1 ]; then
		echo "$file: ${#found[@]} samples of $name with $*" >&2
		return 1
	fi
	echo "${found[0]}"
}

in_flight() {
	dmactl stats >held
	[ "$(value held dmactl_held_in_flight_ops "pid=$pid")" -gt 0 ]
}

scrape() {
	python3 -c 'import urllib.request as r; print(r.urlopen("http://127.0.0.1:9100/metrics").read().decode())' >scraped
}

@test "an idle machine: each channel, and no session" {
	dmactl stats --openmetrics >idle
	[ "$(value idle dmactl_up)" = 1 ]
	[ "$(value idle dmactl_quarantined_channels)" = 0 ]
	for channel in $(channels); do
		[ "$(value idle dmactl_channel_clients "channel=$channel")" = 0 ]
	done
	value idle dmactl_build_info "module=$(modinfo -F version "$DMACTL_MODULES_DIR/dmactl.ko")"
	lacks 'dmactl_session_channels\{' idle
	[ "$(tail -n 1 idle)" = '# EOF' ]
}

@test "a session at work: what it holds and has done" {
	spawn log dmactl test --seconds 600 --op memcpy "$first"
	wait_until completed "$first" 100
	dmactl stats -o one
	dmactl stats --output=two
	by=("pid=$pid" "comm=dmactl" uid=0)
	[ "$(value two dmactl_channel_clients "channel=$first")" = 1 ]
	[ "$(value two dmactl_session_channels "${by[@]}")" = 1 ]
	[ "$(value two dmactl_session_buffers "${by[@]}")" -gt 0 ]
	[ "$(value two dmactl_session_buffer_bytes "${by[@]}")" -gt 4096 ]
	[ "$(value two dmactl_session_locked_bytes "${by[@]}")" = "$(value two dmactl_user_locked_bytes uid=0)" ]
	[ "$(value two dmactl_user_sessions uid=0)" = 1 ]
	held=("${by[@]}" "channel=$first")
	[ "$(value two dmactl_held_depth_ops "${held[@]}")" -gt 0 ]
	[ "$(value two dmactl_held_failed_ops_total "${held[@]}")" = 0 ]
	[ "$(value two dmactl_held_completed_ops_total "${held[@]}")" -ge 100 ]
	# Counters must not decrease.
	for name in submitted_ops completed_ops moved_bytes; do
		[ "$(value two dmactl_held_${name}_total "${held[@]}")" -ge "$(value one dmactl_held_${name}_total "${held[@]}")" ]
	done
	kill -INT "$pid"
	wait "$pid" || true
}

@test "failures and in flight are counted" {
	echo 3 >"$sim/fail_nth"
	make 1M in
	dmactl copy -c "$first" in out || true
	echo 1 >"$sim/hold"
	spawn log dmactl copy -c "$first" in out
	wait_until held "$first"
	wait_until in_flight
	[ "$(value held dmactl_session_in_flight_ops "pid=$pid")" = "$(value held dmactl_held_in_flight_ops "pid=$pid")" ]
	echo 0 >"$sim/hold"
	ends_with 0
}

@test "a session that is shared is counted once" {
	python=$(cat "${O:-$BATS_TEST_DIRNAME/../../build}/python/dmauser/.built")
	"$python" -c '
import os, time
fd = os.open("/dev/dmactl", os.O_RDWR)
os.dup(fd)
ours, theirs = os.pipe()
if os.fork():
	print("ready", flush=True)
	time.sleep(600)
# The child ends with its parent.
os.close(theirs)
os.read(ours, 1)' >ready &
	background+=("$!")
	wait_until grep -q ready ready
	dmactl stats >shared
	[ "$(grep -c '^dmactl_session_channels{' shared)" = 1 ]
	[ "$(value shared dmactl_user_sessions uid=0)" = 1 ]
}

@test "names that a process chooses break nothing" {
	local name='x"} 1\ '
	cp "$(type -P dmactl)" "$name"
	ln -s "${O:-$BATS_TEST_DIRNAME/../../build}"/libdmauser.so* .
	echo 1 >"$sim/hold"
	make 1M in
	spawn log "./$name" copy -c "$first" in out
	wait_until held "$first"
	dmactl stats >named
	value named dmactl_session_channels "comm=$name"
	echo 0 >"$sim/hold"
	ends_with 0
}

@test "without the module, it says so" {
	rmmod dmactl
	dmactl stats >without
	insmod "$DMACTL_MODULES_DIR/dmactl.ko"
	[ "$(value without dmactl_up)" = 0 ]
	value without dmactl_channel_clients "channel=$first"
}

@test "another user sees his own" {
	spawn log dmactl test --seconds 600 --op memcpy "$first"
	wait_until held "$first"
	setpriv --reuid 65534 --clear-groups "$(type -P dmactl)" stats --verbose >own 2>said
	grep -q 'not counted' said
	lacks 'dmactl_session_channels\{' own
	value own dmactl_channel_clients "channel=$first" >/dev/null
	kill -INT "$pid"
	wait "$pid" || true
}

@test "a file is replaced whole, or stays as it is" {
	echo old >metrics
	dmactl stats -o metrics
	value metrics dmactl_up
	mkdir directory
	fails dmactl stats -o directory/none/file
	fails dmactl stats -o directory
	nothing_left directory '*'
}

@test "the service and its timer; node_exporter takes the file" {
	units=$BATS_TEST_DIRNAME/../../packaging/systemd
	grep -q '^ExecStart=/usr/bin/dmactl stats --openmetrics --output /var/lib/prometheus/node-exporter/dmactl.prom$' \
		"$units/dmactl-stats.service"
	mkdir textfile
	dmactl stats -o textfile/dmactl.prom
	spawn log prometheus-node-exporter --collector.disable-defaults --collector.textfile \
		--collector.textfile.directory="$PWD/textfile" --web.listen-address=127.0.0.1:9100
	ip link set lo up
	wait_until scrape
	grep -qx 'node_textfile_scrape_error 0' scraped
	grep -qx 'dmactl_up 1' scraped
	grep -q "^dmactl_channel_copies_total{channel=\"$first\",device=\"[^\"]*\",driver=\"[^\"]*\"} [0-9.e+]*$" scraped
}
