// SPDX-License-Identifier: MIT
/* Channels in use by others, and channels that root offers to everybody. */
#include <linux/capability.h>

#include "port.h"

static void look(int fd, const char *name)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_NAME, name);

	arg.flags = DMACTL_CHAN_LOOK;
	check_eq(chan_request(fd, &arg), 0);
	check_eq(arg.out_chan, 0);
	check(!strcmp(arg.out.name, name));
}

/*
 * In AXI DMA, stopping one direction resets the other one. So closing a channel that was not used
 * does not stop it.
 */
BARE_PORT_TEST(offer, requesting_a_channel_stops_nobody)
{
	int a = dev_open(0), b = dev_open(0);
	struct dmactl_chan_request arg;
	struct dmactl_completion record;
	uint32_t rx, tx;
	struct mem mem, other;
	struct dmactl_op op;

	port_make("");
	port_put("peripherals", "loopback");
	port_put("shared_reset", "1");
	port_put("live", "1");
	rx = chan_slave(a, "loop-rx").out_chan;
	mem = mem_get(a, PAGE);
	op = op_single(rx, &mem, 0, PAGE, false);
	submit_all(a, &op, 1);
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "loop-tx");
	check_eq(chan_request(b, &arg), 0);
	look(b, arg.out.name);
	check_eq(chan_ctrl(b, arg.out_chan, DMACTL_CTRL_TERMINATE), 0);
	check_eq(destroy(b, arg.out_chan), 0);
	look(b, arg.out.name);
	tx = chan_slave(b, "loop-tx").out_chan;
	dev_close(b);
	b = dev_open(0);
	tx = chan_slave(b, "loop-tx").out_chan;
	other = mem_get(b, PAGE);
	noise_fill(other.p, PAGE, 3);
	op = op_single(tx, &other, 0, PAGE, true);
	run_ok(b, &op);
	check_eq(reap(a, &record, 1, 1, 20 * SEC), 1);
	check_eq(record.status, 0);
	bytes_check(mem.p, other.p, PAGE, "through the loop");
	/* This channel was used, so it is stopped, and the other direction with it. */
	op = op_single(rx, &mem, 0, PAGE, false);
	submit_all(a, &op, 1);
	check_eq(destroy(b, tx), 0);
	tx = chan_slave(b, "loop-tx").out_chan;
	op = op_single(tx, &other, 0, PAGE, true);
	run_ok(b, &op);
	check_eq(reap(a, &record, 1, 1, 500 * MSEC), -ETIME);
}

static char slave_only[DMACTL_NAME_LEN], memory[DMACTL_NAME_LEN];

static void by_default(void)
{
	struct dmactl_chan_request arg;
	int fd = dev_open(0);

	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "mem");
	check_eq(chan_request(fd, &arg), 0);
	check(!(arg.out.caps & DMACTL_CAP_OFFERED));
	strcpy(slave_only, arg.out.name);
	/* LOOK works on a channel that is in use. */
	arg = chan_named(DMACTL_CHAN_BY_NAME, slave_only);
	arg.flags = DMACTL_CHAN_LOOK;
	check_eq(chan_request(fd, &arg), 0);
	check(arg.out.caps & DMACTL_CAP_SLAVE);
	check(!(arg.out.caps & DMACTL_CAP_OFFERED));
	dev_close(fd);
	fd = dev_open(0);
	drop_capability(CAP_SYS_RAWIO);
	arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	arg.caps = DMACTL_CAP_MEMCPY | DMACTL_CAP_OFFERED;
	check_eq(chan_request(fd, &arg), 0);
	strcpy(memory, arg.out.name);
	check_eq(destroy(fd, arg.out_chan), 0);
	arg = chan_named(DMACTL_CHAN_BY_NAME, memory);
	check_eq(chan_request(fd, &arg), 0);
	check(arg.out.caps & DMACTL_CAP_OFFERED);
	arg = chan_named(DMACTL_CHAN_BY_NAME, slave_only);
	check_eq(chan_request(fd, &arg), -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "mem");
	check_eq(chan_request(fd, &arg), -EPERM);
	/* It could copy, too, but by its slave name it is a peripheral's channel. */
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "sim0.1");
	check_eq(chan_request(fd, &arg), -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.2");
	check_eq(chan_request(fd, &arg), -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_NAME, slave_only);
	arg.flags = DMACTL_CHAN_LOOK;
	check_eq(chan_request(fd, &arg), 0);
	arg.by = DMACTL_CHAN_BY_SLAVE;
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_NAME, "nothing");
	arg.flags = DMACTL_CHAN_LOOK;
	check_eq(chan_request(fd, &arg), -ENOENT);
}

UAPI_TEST(offer, what_is_offered_by_default)
{
	with_sim("devices=2 peripherals=mem", by_default);
}

static void all_offered(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_SLAVE, "mem");
	int fd = dev_open(0);

	drop_capability(CAP_SYS_RAWIO);
	check_eq(chan_request(fd, &arg), 0);
	check(arg.out.caps & DMACTL_CAP_OFFERED);
	/* Offering a channel does not allow choosing an address. */
	check_eq(chan_config(fd,
			     &(struct dmactl_chan_config){.size = sizeof(struct dmactl_chan_config),
							  .chan = arg.out_chan,
							  .dst_addr = 0x8000}),
		 -EPERM);
}

UAPI_TEST(offer, what_root_offers)
{
	static const char *const bad[] = {
		"allow=@memroy", "allow=mem,@",
		"allow=0123456789012345678901234567890123456789012345678901234567890123"};
	const char *all[] = {"allow=*", "allow=@memory,mem"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		dmactl_reload(all[i]);
		with_sim("peripherals=mem", all_offered);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (dmactl_takes(bad[i]))
			fail("it loads with '%s'", bad[i]);
	dmactl_restore();
}
