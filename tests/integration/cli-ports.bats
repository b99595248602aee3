#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Ports in the verbs of the tool. dma-sim publishes ports from configfs, as software nodes.

# shellcheck disable=SC2154 # set by the helper and by bats
load cli-helper

ports=/sys/kernel/config/dma-sim/bats

make_ports() {
	mkdir "$ports"
	echo loopback,counter,sink,mem >"$ports/peripherals"
	mkdir "$ports/fir" "$ports/win" "$ports/adc"
	channel fir/tx loop-tx dmactl,directions=string:mem-to-dev dmactl,dst-addr-width=u32:4
	channel fir/rx loop-rx dmactl,directions=string:dev-to-mem
	channel win/io mem dmactl,src-addr=u64:0x1000 dmactl,src-addr-width=u32:4 \
		dmactl,dst-addr=u64:0x1000 dmactl,dst-addr-width=u32:4 dmactl,dst-maxburst=u32:16
	channel adc/rx counter
	echo 1 >"$ports/live"
	echo 1 | tee "$ports/fir/live" "$ports/win/live" "$ports/adc/live" >/dev/null
}

# channel PORT/CHANNEL NAME [PROPERTY...]: adds a channel to a port
channel() {
	local dir=$ports/$1
	mkdir "$dir"
	echo "$2" >"$dir/channel"
	shift 2
	echo "$*" >"$dir/properties"
}

remove_ports() {
	local dir
	for dir in "$ports"/*/*/ "$ports"/*/ "$ports"; do
		[ ! -d "$dir" ] || rmdir "$dir"
	done
}

# Call the helper's setup first and its teardown last.
eval "helper_$(declare -f setup)"
eval "helper_$(declare -f teardown)"

setup() {
	helper_setup
	need_configfs
	make_ports
}

teardown() {
	chown root:root /dev/dmactl
	chmod 600 /dev/dmactl
	remove_ports
	helper_teardown
}

# as_nobody COMMAND...: runs it in group 4711, which owns the device node
as_nobody() {
	chown root:4711 /dev/dmactl
	chmod 660 /dev/dmactl
	chmod 777 .
	setpriv --reuid 65534 --regid 65534 --groups 4711 --no-new-privs "$@"
}

# bats test_tags=kernel
@test "list: the ports, after the channels" {
	dmactl list >out
	cat out
	sed '/^Ports$/q' out | grep "^$first "
	sed '1,/^Ports$/d' out >table
	grep -E '^ *NAME +DEVICE +IN USE +HELD BY +DIRECTIONS +READ WIDTH +WRITE WIDTH +READ BURST +WRITE BURST$' table
	grep -E '^ *adc:rx +dmactl-port\.[0-9]+ +no +- +mem-to-dev dev-to-mem +any +any +any +any$' table
	grep -E '^ *fir:rx +dmactl-port\.[0-9]+ +no +- +dev-to-mem +any +any +any +any$' table
	grep -E '^ *fir:tx +dmactl-port\.[0-9]+ +no +- +mem-to-dev +any +4 B +any +any$' table
	grep -E '^ *win:io +dmactl-port\.[0-9]+ +no +- +mem-to-dev dev-to-mem +4 B +4 B +any +16$' table
	[ "$(wc -l <table)" -eq 5 ]
}

# bats test_tags=long
@test "list: as JSON, the channels are what they were, and the ports are asked for" {
	dmactl list --json | jq -e '.channels | all(.[]; has("capabilities"))'
	dmactl list --ports --json >out.json
	jq -e '[.ports[].name] == ["adc:rx", "fir:rx", "fir:tx", "win:io"]' out.json
	jq -e '.ports[2] | .port_name == "fir" and .port_channel == "tx" and .directions == ["mem-to-dev"] and
		.dst_addr_width == 4 and .src_addr_width == null and .in_use == false' out.json
	jq -e '.ports[3].dst_maxburst == 16' out.json
	dmactl list --ports >out
	[ "$(wc -l <out)" -eq 5 ]
	# Unprivileged users see the same.
	as_nobody dmactl list --ports --json | cmp - out.json
}

# bats test_tags=long
@test "list: without ports" {
	remove_ports
	dmactl list >out
	lacks Ports out
	dmactl list --ports --json 2>err | jq -e '.ports | length == 0'
	grep 'there are no ports' err
	make_ports
}

@test "info: what the port says, and what its channel can do" {
	dmactl info win:io >out
	cat out
	grep -E '^Channel: +dma[0-9]+chan[0-9]+$' out
	grep -E '^ *Write burst: +16$' out
	dmactl info --json fir:tx >out.json
	jq -e '.port.name == "fir:tx" and .port.dst_addr_width == 4' out.json
	# Only the directions of the port, not all of the channel's.
	jq -e '.directions == ["mem-to-dev"]' out.json
	dmactl info --json win | jq -e '.port.name == "win:io"'
	as_nobody dmactl info --json win | jq -e '.port.name == "win:io" and .directions == ["mem-to-dev", "dev-to-mem"]'
	dmactl info --json "$first" | jq -e 'has("port") | not'
	# The port has several channels, so the name is ambiguous.
	fails dmactl info fir
}

# bats test_tags=kernel
@test "info: a port whose controller is not there" {
	echo 0 >"$ports/live"
	fails dmactl info win
	says "win:io: the port's DMA controller is not there"
	fails dmactl recv --size 16 win out
	says 'the port is there, but not its DMA controller'
}

# bats test_tags=kernel
@test "send and recv through a port, without privilege" {
	make 500000 data
	chmod a+r data
	as_nobody dmactl recv -q --size 500000 fir:rx - >out &
	as_nobody dmactl send fir:tx data
	wait $!
	same out data
	make 4096 data
	chmod a+r data
	as_nobody dmactl send win data
	as_nobody dmactl recv -q --size 4096 win - >out
	same out data
	# Only the range of the port was written.
	dmactl recv --src-addr 0x1000 --size 4096 mem all
	same all data
	dmactl recv --src-addr 0 --size 4096 mem all
	head -c 4096 /dev/zero >zeros
	same all zeros
}

@test "a port that has one channel each way: the direction says which" {
	# More than the FIFO holds: the end of `send` empties it if nobody reads yet.
	make 300000 data
	spawn send.txt dmactl send fir data
	dmactl recv --size 300000 fir out
	ends_with 0
	same out data
	spawn send.txt dmactl stream fir --out -- cat data
	dmactl stream fir --in -- head -c 300000 >out
	same out data
}

@test "capture, play and stream take a port's name" {
	as_nobody dmactl capture -q --size 40000 adc - >out
	perl -e 'print pack "V*", 0 .. 9999' >expected
	same out expected
	dmactl stream adc:rx --in -- head -c 4000 >out
	head -c 4000 expected >part
	same out part
	echo 1 >"$ports/hold"
	spawn play.txt dmactl play --loop fir:tx expected
	wait_until eval 'dmactl status fir:tx --json | jq -e ".sessions | length == 1"'
	wait_until dmactl pause fir:tx
	dmactl list --ports --json | jq -e '.ports[2].in_use'
	echo 0 >"$ports/hold"
	dmactl resume fir:tx
	dmactl terminate fir:tx
	ends_with 0
}

# bats test_tags=long
@test "capture: a ring that nobody said the size of fits RLIMIT_MEMLOCK" {
	echo 400000 >"$sim/counter_rate"
	numbers=$(perl -e 'print join " ", 0 .. 24')
	as_nobody bash -c 'ulimit -l 100; dmactl capture adc:rx out --size 100 --json' >result.json
	jq -e '.bytes == 100 and .period * .ring_periods <= 102400 and .ring_periods >= 3' result.json
	[ "$(od -An -v -tu4 out | xargs)" = "$numbers" ]
	run as_nobody bash -c 'ulimit -l 100; dmactl capture adc:rx other --size 100 --period 64K --periods 16'
	[ "$status" -eq 1 ]
	says "adc:rx: 1 MiB of DMA memory are more than your limit of locked memory leaves, which is 100 KiB in all \\(RLIMIT_MEMLOCK, .ulimit -l.\\): ask for less"
}

@test "what a port fixes is nobody's to change" {
	make 64 data
	fails dmactl send --dst-addr 0x2000 win data
	says 'win:io: the port says where its peripheral is'
	fails dmactl send --width 8 win data
	says 'win:io: the port says'
	fails dmactl recv --direction dev-to-mem --size 16 fir:tx out
	says 'does not move bytes from a peripheral'
	# The port does not fix the burst for reading.
	dmactl recv --burst 16 --size 64 win out
	fails dmactl recv --burst 8 --size 64 win out
}

# as_outsider COMMAND...: who has the node of fir, and not /dev/dmactl
as_outsider() {
	chown 65534 /dev/dma/fir
	chmod 777 .
	setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$@"
}

# bats test_tags=kernel
@test "the node of a port is enough for the verbs that take the port" {
	make 30000 data
	chmod a+r data
	as_outsider dmactl recv -q --size 30000 fir:rx - >out &
	# Without a reader, the end of `send` would empty the FIFO.
	wait_until eval 'dmactl status fir:rx --json | jq -e ".sessions | length == 1"'
	as_outsider dmactl send fir:tx data
	wait $!
	same out data
	as_outsider dmactl info --json fir:tx >out.json
	jq -e '.port.name == "fir:tx" and .directions == ["mem-to-dev"]' out.json
	# Who has neither is told of both.
	fails as_outsider dmactl send win data
	says '/dev/dmactl: Permission denied, and /dev/dma/win: Permission denied; join the group dma, have root give'
	fails as_outsider dmactl copy data other
	says '/dev/dmactl: Permission denied; join the group dma'
}

# bats test_tags=long
@test "status and terminate know sessions of a port's node" {
	make 4096 data
	chmod a+r data
	echo 1 >"$ports/hold"
	as_outsider dmactl send fir data 2>send.txt &
	wait_until eval 'dmactl status fir:tx --json | jq -e ".sessions[0].port_name == \"fir\""'
	dmactl terminate fir:tx
	echo 0 >"$ports/hold"
	wait $! && return 1
	cat send.txt
	grep terminated send.txt
}

# bats test_tags=kernel
@test "head from the node of a port" {
	perl -e 'print pack "V*", 0 .. 999' >expected
	head -c 4000 /dev/dma/adc >out
	same out expected
}

@test "names that are no ports, and ports that are taken" {
	fails dmactl recv --size 16 win:no out
	says 'win:no: there is no such DMA channel, port or slave name'
	echo 1 >"$ports/hold"
	spawn recv.txt dmactl recv --size 64 win out
	wait_until eval 'dmactl status win --json | jq -e ".sessions | length == 1"'
	fails dmactl recv --size 16 win:io out2
	says "held by dmactl, process $pid"
	echo 0 >"$ports/hold"
	ends_with 0
}

# bats test_tags=kernel
@test "a port that goes ends the transfer" {
	echo 1 >"$ports/hold"
	spawn recv.txt dmactl recv --size 64 win out
	wait_until eval 'dmactl status win --json | jq -e ".sessions | length == 1"'
	echo 0 >"$ports/win/live"
	ends_with 1
	cat recv.txt
	grep 'the DMA device is gone' recv.txt
}
