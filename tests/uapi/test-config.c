// SPDX-License-Identifier: MIT
/* CHAN_CONFIG, and the privileges for peripherals. */
#include <linux/capability.h>

#include "uapi.h"

static int fd;
static uint32_t chan;
static struct mem mem;

static void setup(const char *name)
{
	fd = dev_open(0);
	chan = chan_slave(fd, name).out_chan;
	mem = mem_get(fd, 4 * PAGE);
	noise_fill(mem.p, mem.len, 1);
}

static void expect_config(struct dmactl_chan_config arg, int want, const char *what)
{
	int ret = chan_config(fd, &arg);

	if (ret != want)
		fail("%s: %d, not %d", what, ret, want);
}

#define EXPECT(want, ...)                                                                          \
	expect_config((struct dmactl_chan_config){.size = sizeof(struct dmactl_chan_config),       \
						  .chan = chan,                                    \
						  __VA_ARGS__},                                    \
		      want, #__VA_ARGS__)

static void widths(int want, uint32_t width)
{
	EXPECT(want, .src_addr_width = width);
	EXPECT(want, .dst_addr_width = width);
}

static void each_field(void)
{
	uint32_t number = 5;

	setup("mem");
	EXPECT(0, .direction = 0);
	EXPECT(0, .direction = DMACTL_DIR_MEM_TO_DEV);
	EXPECT(0, .direction = DMACTL_DIR_DEV_TO_MEM);
	EXPECT(-EINVAL, .direction = DMACTL_DIR_MEM_TO_MEM);
	EXPECT(-EINVAL, .direction = DMACTL_DIR_DEV_TO_DEV);
	EXPECT(-EINVAL, .direction = DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM);
	EXPECT(-EINVAL, .direction = 1u << 31);
	widths(0, 1);
	widths(0, 2);
	widths(0, 4);
	widths(0, 8);
	widths(-EOPNOTSUPP, 3);
	widths(-EOPNOTSUPP, 16);
	/* The capabilities have no bits for these widths; this provider supports none. */
	widths(-EINVAL, 32);
	widths(-EINVAL, 64);
	widths(-EINVAL, 128);
	widths(-EINVAL, 5);
	widths(-EINVAL, 256 + 4);
	widths(-EINVAL, 1u << 31);
	EXPECT(0, .src_maxburst = 256);
	EXPECT(0, .dst_maxburst = 256);
	EXPECT(-EINVAL, .src_maxburst = 257);
	EXPECT(-EINVAL, .dst_maxburst = ~0u);
	EXPECT(0, .src_addr = 65535);
	EXPECT(0, .dst_addr = 65535);
	EXPECT(-EINVAL, .src_addr = 65536);
	EXPECT(-EINVAL, .dst_addr = ~0ull);
	EXPECT(-EINVAL, .dst_addr = 1ull << 32);
	EXPECT(0, .src_addr_width = 4, .src_port_window_size = 16384);
	EXPECT(-EINVAL, .src_addr_width = 4, .src_port_window_size = 16385);
	EXPECT(-EINVAL, .dst_addr_width = 8, .dst_port_window_size = 8193);
	EXPECT(-EINVAL, .device_fc = 1);
	EXPECT(-EINVAL, .device_fc = 2);
	EXPECT(-EINVAL, .peripheral_size = 4);
	EXPECT(-EINVAL, .peripheral_config_uptr = (uintptr_t)&number);
	EXPECT(-EINVAL, .peripheral_config_uptr = (uintptr_t)&number, .peripheral_size = 4);
	EXPECT(-EINVAL, .peripheral_config_uptr = (uintptr_t)&number, .peripheral_size = 4097);
	EXPECT(-EFAULT, .peripheral_config_uptr = 8, .peripheral_size = 4);
	EXPECT(-EOPNOTSUPP, .flags = 1);
	chan += 1000;
	EXPECT(-ENOENT, .direction = 0);
	chan = mem.buf;
	EXPECT(-ENOENT, .direction = 0);
}

UAPI_TEST(config, each_field)
{
	with_sim("peripherals=mem", each_field);
}

static void directions_of_a_channel(void)
{
	setup("loop-tx");
	EXPECT(0, .direction = DMACTL_DIR_MEM_TO_DEV);
	EXPECT(-EOPNOTSUPP, .direction = DMACTL_DIR_DEV_TO_MEM);
	EXPECT(-EINVAL, .device_fc = 1);
	EXPECT(-EINVAL, .dst_addr_width = 4, .dst_port_window_size = 4);
	chan = chan_slave(fd, "loop-rx").out_chan;
	EXPECT(0, .direction = DMACTL_DIR_DEV_TO_MEM, .device_fc = 1);
	EXPECT(-EOPNOTSUPP, .direction = DMACTL_DIR_MEM_TO_DEV);
}

UAPI_TEST(config, the_direction_of_the_channel)
{
	with_sim("peripherals=loopback", directions_of_a_channel);
}

static void no_slave(void)
{
	struct dmactl_op op;

	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY).out_chan;
	mem = mem_get(fd, PAGE);
	EXPECT(-EOPNOTSUPP, .direction = 0);
	op = op_single(chan, &mem, 0, 100, true);
	op_refused(fd, &op, -EOPNOTSUPP, "no slave channel");
}

UAPI_TEST(config, a_channel_for_memory_only)
{
	with_sim("caps=memcpy", no_slave);
}

/* The peripheral's own struct sets the first number. */
static void first_number(void)
{
	uint32_t number = 0x12345678, got[4];
	struct dmactl_chan_config arg;
	struct dmactl_op op;

	setup("counter");
	arg = config_of(chan);
	arg.peripheral_config_uptr = (uintptr_t)&number;
	arg.peripheral_size = sizeof(number);
	check_eq(chan_config(fd, &arg), 0);
	op = op_single(chan, &mem, 1, sizeof(got), false);
	run_ok(fd, &op);
	memcpy(got, mem.p + 1, sizeof(got));
	check_eq(got[0], number);
	check_eq(got[3], number + 3);
	/* A refused config changes nothing. */
	arg.peripheral_size = 3;
	check_eq(chan_config(fd, &arg), -EINVAL);
	run_ok(fd, &op);
	memcpy(got, mem.p + 1, sizeof(got));
	check_eq(got[0], number + 4);
	/* Without the struct the counter starts again at 0. */
	arg = config_of(chan);
	check_eq(chan_config(fd, &arg), 0);
	run_ok(fd, &op);
	memcpy(got, mem.p + 1, sizeof(got));
	check_eq(got[0], 0);
	check_eq(got[3], 3);
}

UAPI_TEST(config, what_only_the_provider_knows)
{
	with_sim("peripherals=counter", first_number);
}

/* The width applies to ops accepted later. */
static void words(void)
{
	struct dmactl_chan_config arg;
	struct dmactl_op op;

	setup("mem");
	arg = config_of(chan);
	arg.dst_addr = 4096;
	arg.dst_addr_width = 4;
	arg.src_addr = 4096;
	check_eq(chan_config(fd, &arg), 0);
	op = op_single(chan, &mem, 0, 1000, true);
	run_ok(fd, &op);
	op.len = 1001;
	op_refused(fd, &op, -EINVAL, "no whole word");
	op = op_single(chan, &mem, PAGE, 1000, false);
	run_ok(fd, &op);
	bytes_check(mem.p + PAGE, mem.p, 1000, "through the window");
	arg.src_addr = 4097;
	check_eq(chan_config(fd, &arg), 0);
	run_ok(fd, &op);
	bytes_check(mem.p + PAGE, mem.p + 1, 999, "one address further");
	/* The window ends at 65536. */
	arg.src_addr = 65536 - 999;
	check_eq(chan_config(fd, &arg), 0);
	check_eq(run(fd, &op).status, -EIO);
	arg.src_addr = 65536 - 1000;
	check_eq(chan_config(fd, &arg), 0);
	run_ok(fd, &op);
}

UAPI_TEST(config, addresses_and_widths)
{
	with_sim("peripherals=mem", words);
}

static void in_flight(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;

	setup("sink");
	sim_set("hold", "1");
	op = op_single(chan, &mem, 0, 100, true);
	submit_all(fd, &op, 1);
	EXPECT(-EBUSY, .direction = 0);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	EXPECT(0, .direction = 0);
	check_eq(sim_bind("dma-sim.2", false), 0);
	EXPECT(-ENODEV, .direction = 0);
}

UAPI_TEST(config, ops_in_flight)
{
	with_sim("peripherals=sink", in_flight);
}

static void config_in_child(void *want)
{
	drop_capability(CAP_SYS_RAWIO);
	EXPECT(*(int *)want, .direction = 0);
}

static void op_in_child(void *want)
{
	struct dmactl_op op = op_single(chan, &mem, 0, 100, true);

	drop_capability(CAP_SYS_RAWIO);
	if (*(int *)want)
		op_refused(fd, &op, *(int *)want, "without the capability");
	else
		run_ok(fd, &op);
}

static void ops_in_child(void *unused)
{
	struct dmactl_cyclic cyclic = {.period_len = 50};
	struct dmactl_chunk chunk = {.size = 100};
	struct dmactl_sg sg = sg_piece(DMACTL_SG_DST, &mem, 0, 100);
	struct dmactl_op op;

	(void)unused;
	drop_capability(CAP_SYS_RAWIO);
	op = op_single(chan, &mem, 0, 100, false);
	op_refused(fd, &op, -EPERM, "single");
	op = op_list(DMACTL_OP_SLAVE_SG, chan, &sg, 1, 100);
	op_refused(fd, &op, -EPERM, "sg");
	op = op_single(chan, &mem, 0, 100, false);
	op.opcode = DMACTL_OP_CYCLIC;
	op.args_uptr = (uintptr_t)&cyclic;
	op.nr_args = 1;
	op.arg_size = sizeof(cyclic);
	op_refused(fd, &op, -EPERM, "cyclic");
	op.opcode = DMACTL_OP_INTERLEAVED;
	op.flags = DMACTL_OPF_DST_INC;
	op.args_uptr = (uintptr_t)&chunk;
	op.arg_size = sizeof(chunk);
	op_refused(fd, &op, -EPERM, "interleaved");
	/* Memory-to-memory ops need no privilege. */
	op = op_memcpy(chan, &mem, 200, &mem, 0, 100);
	run_ok(fd, &op);
}

/* Channels of the plain controllers, whose peripheral is unknown. */
UAPI_TEST(config, who_may)
{
	int allowed = 0, denied = -EPERM;

	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_SLAVE | DMACTL_CAP_CYCLIC | DMACTL_CAP_MEMCPY |
				     DMACTL_CAP_INTERLEAVE)
		       .out_chan;
	mem = mem_get(fd, PAGE);
	child_run(config_in_child, &denied);
	child_run(op_in_child, &denied);
	child_run(ops_in_child, NULL);
	/* With the capability CHAN_CONFIG is allowed, and sets the peripheral. */
	EXPECT(0, .direction = 0);
	child_run(config_in_child, &denied);
	child_run(op_in_child, &allowed);
}

UAPI_TEST(config, who_has_the_capability_may_without_it)
{
	struct dmactl_op op;

	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_SLAVE).out_chan;
	mem = mem_get(fd, PAGE);
	/* A plain slave channel of dma-sim reads zeros. */
	pattern_fill(mem.p, 0, PAGE, DST_MARGIN);
	op = op_single(chan, &mem, 10, 100, false);
	run_ok(fd, &op);
	memcpy(mem.p + 2000, mem.p + 10, 100);
	memset(mem.p + 2100, 0, 100);
	bytes_check(mem.p + 2000, mem.p + 2100, 100, "zeros");
	pattern_check(mem.p, 0, 10, DST_MARGIN, 0);
	pattern_check(mem.p, 110, 100, DST_MARGIN, 110);
}

/* The slave name determines the peripheral. */
static void by_slave(void)
{
	int allowed = 0, denied = -EPERM;

	setup("sink");
	child_run(op_in_child, &allowed);
	child_run(config_in_child, &denied);
	check_eq(chan_status(fd, chan).out_bytes, 100);
}

UAPI_TEST(config, a_channel_that_was_asked_for_by_its_name)
{
	with_sim("peripherals=sink", by_slave);
}

/* Transfers that are not a whole number of the peripheral's words are refused, not cut. */
static void aligned_words(void)
{
	struct dmactl_chan_config config;
	struct dmactl_sg sg[2];
	struct dmactl_op op;

	setup("mem");
	config = config_of(chan);
	config.dst_addr_width = config.src_addr_width = 4;
	config.dst_addr = config.src_addr = 0x100;
	check_eq(chan_config(fd, &config), 0);
	op = op_single(chan, &mem, 0, 64, true);
	run_ok(fd, &op);
	op = op_single(chan, &mem, PAGE, 64, false);
	run_ok(fd, &op);
	op = op_single(chan, &mem, 2, 64, true);
	op_refused(fd, &op, -EINVAL, "an odd place in memory");
	op = op_single(chan, &mem, PAGE + 1, 64, false);
	op_refused(fd, &op, -EINVAL, "an odd place to write to");
	op = op_single(chan, &mem, 0, 66, true);
	op_refused(fd, &op, -EINVAL, "an odd length");
	sg[0] = sg_piece(DMACTL_SG_SRC, &mem, 0, 62);
	sg[1] = sg_piece(DMACTL_SG_SRC, &mem, 64, 2);
	op = op_list(DMACTL_OP_SLAVE_SG, chan, sg, 2, 64);
	op_refused(fd, &op, -EINVAL, "odd pieces");
	config.dst_addr = 0x102;
	check_eq(chan_config(fd, &config), -EINVAL);
	config.dst_addr = 0x104;
	config.src_addr = 0x101;
	check_eq(chan_config(fd, &config), -EINVAL);
	/* Each direction has its own width. */
	config.src_addr_width = 1;
	check_eq(chan_config(fd, &config), 0);
	op = op_single(chan, &mem, PAGE + 1, 63, false);
	run_ok(fd, &op);
}

UAPI_TEST(config, words_are_whole)
{
	with_sim("peripherals=mem", aligned_words);
}
