// SPDX-License-Identifier: MIT
/* Ports: firmware describes a peripheral, and no program can override it. */
#include <linux/capability.h>

#include "port.h"

/* ---- what no program may set -------------------------------------------- */

static int win_fd;
static uint32_t win_chan;

static void expect_config(struct dmactl_chan_config arg, int want, const char *what)
{
	int ret = chan_config(win_fd, &arg);

	if (ret != want)
		fail("%s: %d, not %d", what, ret, want);
}

#define EXPECT(want, ...)                                                                          \
	expect_config((struct dmactl_chan_config){.size = sizeof(struct dmactl_chan_config),       \
						  .chan = win_chan,                                \
						  __VA_ARGS__},                                    \
		      want, #__VA_ARGS__)

/* On a 32-bit bus larger addresses are invalid. */
static void expect_no_wrap(uint64_t addr)
{
	struct dmactl_chan_config arg = {.size = sizeof(arg), .chan = win_chan, .src_addr = addr};
	int ret = chan_config(win_fd, &arg);

	if (ret != -EPERM && ret != -EINVAL)
		fail("%#llx: %d", (unsigned long long)addr, ret);
}

static void each_field(void *unused)
{
	uint32_t number = 1;

	(void)unused;
	EXPECT(0, .direction = 0);
	EXPECT(0, .direction = DMACTL_DIR_MEM_TO_DEV);
	EXPECT(0, .direction = DMACTL_DIR_DEV_TO_MEM);
	EXPECT(0, .src_addr = 0x1000, .dst_addr = 0x1000, .src_addr_width = 4, .dst_addr_width = 4,
	       .src_port_window_size = 64, .dst_port_window_size = 64, .dst_maxburst = 16);
	EXPECT(-EPERM, .src_addr = 0x1001);
	expect_no_wrap(0x100001000);
	EXPECT(-EPERM, .dst_addr = 1);
	EXPECT(-EPERM, .src_addr_width = 1);
	EXPECT(-EPERM, .dst_addr_width = 8);
	EXPECT(-EPERM, .src_port_window_size = 65);
	EXPECT(-EPERM, .dst_port_window_size = 1);
	EXPECT(-EPERM, .device_fc = 1);
	EXPECT(-EPERM, .peripheral_size = 4, .peripheral_config_uptr = (uintptr_t)&number);
	/* The port fixes dst_maxburst, but not src_maxburst. */
	EXPECT(-EPERM, .dst_maxburst = 8);
	EXPECT(0, .src_maxburst = 8);
	EXPECT(0, .src_maxburst = 256);
	EXPECT(-EINVAL, .src_maxburst = 257);
	EXPECT(-EINVAL, .direction = DMACTL_DIR_MEM_TO_MEM);
	EXPECT(-EINVAL, .device_fc = 2);
}

static void each_field_without(void *unused)
{
	drop_capability(CAP_SYS_RAWIO);
	each_field(unused);
}

PORT_TEST(port, what_the_port_fixes)
{
	static unsigned char zero[WINDOW], after[WINDOW];
	struct dmactl_op op;
	struct mem mem;

	window_write(zero);
	win_fd = dev_open(0);
	win_chan = port_chan(win_fd, "win");
	child_run(each_field_without, NULL);
	/* The capability makes no difference: the port's settings hold. */
	each_field(NULL);
	/* After all these attempts the channel still leads to the port's address. */
	mem = mem_get(win_fd, PAGE);
	noise_fill(mem.p, PAGE, 11);
	op = op_single(win_chan, &mem, 0, 256, true);
	run_ok(win_fd, &op);
	check_eq(destroy(win_fd, win_chan), 0);
	window_read(after);
	bytes_check(after + 0x1000, mem.p, 256, "the port's place");
	bytes_check(after, zero, 0x1000, "below");
	bytes_check(after + 0x1100, zero, WINDOW - 0x1100, "above");
	win_chan = port_chan(win_fd, "reg:out");
	EXPECT(0, .direction = DMACTL_DIR_MEM_TO_DEV);
	EXPECT(-EPERM, .direction = DMACTL_DIR_DEV_TO_MEM);
	EXPECT(-EPERM, .src_addr = 0x2000);
	EXPECT(-EPERM, .dst_port_window_size = 2);
}

/* ---- what firmware may say --------------------------------------------- */

/* A port "odd" with a channel "one" that leads to @to. */
static void odd_port(const char *to, const char *of_port, const char *of_channel)
{
	port_put("live", "0");
	port_make("odd");
	port_put("odd/properties", of_port);
	port_make_channel("odd/one", to, of_channel);
	port_put("live", "1");
	port_put("odd/live", "1");
}

static void odd_gone(void)
{
	port_put("odd/live", "0");
	rmdir(PORT_DIR "/odd/one");
	rmdir(PORT_DIR "/odd");
}

static void expect_odd(const char *of_port, const char *of_channel, int want)
{
	int fd = dev_open(0);

	odd_port("mem", of_port, of_channel);
	if (!port_is_bound("odd"))
		fail("%s %s: not bound", of_port, of_channel);
	if (want)
		port_refused(fd, "odd", want);
	else
		port_chan(fd, "odd");
	dev_close(fd);
	odd_gone();
}

static void expect_unbound(const char *of_port, const char *of_channel)
{
	odd_port("mem", of_port, of_channel);
	if (port_is_bound("odd"))
		fail("%s %s: bound", of_port, of_channel);
	odd_gone();
}

PORT_TEST(port, what_the_channel_cannot_do)
{
	static const char to_dev[] = "dmactl,directions=string:mem-to-dev";

	/* No directions; the driver declares both, so probing already fails. */
	expect_unbound("", "");
	expect_unbound("", "dmactl,src-addr-width=u32:4");
	expect_odd("", "dmactl,directions=string:dev-to-mem", 0);
	/* dma-sim has words of up to eight bytes, and bursts of up to 256. */
	expect_odd(to_dev, "dmactl,src-addr-width=u32:16", -EOPNOTSUPP);
	expect_odd(to_dev, "dmactl,src-addr-width=u32:5", -EINVAL);
	expect_odd(to_dev, "dmactl,dst-maxburst=u32:257", -EINVAL);
	expect_odd(to_dev, "dmactl,dst-maxburst=u32:256", 0);
	expect_odd(to_dev, "dmactl,device-fc", -EINVAL);
	expect_odd("", "dmactl,src-addr=u64:65536 dmactl,src-addr-width=u32:1", -EINVAL);
	expect_odd("", "dmactl,src-addr=u64:65535 dmactl,src-addr-width=u32:1", 0);
	/* Address 0 is valid. */
	expect_odd("", "dmactl,dst-addr=u64:0 dmactl,dst-addr-width=u32:1", 0);
}

PORT_TEST(port, what_makes_no_port)
{
	char link[64];

	expect_unbound("", "dmactl,src-addr=u64:0x1000");
	expect_unbound("", "dmactl,dst-addr=u64:0x1000 dmactl,src-addr-width=u32:4");
	expect_unbound("", "dmactl,src-addr-width");
	/* An address must have 64 bits. */
	expect_unbound("", "dmactl,src-addr=u32:0x1000 dmactl,src-addr-width=u32:4");
	expect_unbound("dmactl,directions=string:both", "");
	expect_unbound("dmactl,directions=string:mem-to-dev,dev-to-mem,mem-to-dev", "");
	/*
	 * Not tested with a number of the same size, because software nodes would return it as a
	 * pointer to a string.
	 */
	expect_unbound("dmactl,directions", "");
	expect_unbound("label", "");
	expect_unbound("label=string:a:b", "");
	expect_unbound("label=string:a/b", "");
	expect_unbound("label=string:.", "");
	expect_unbound("label=string:", "");
	/* The name is taken by another port, which stays. */
	expect_unbound("label=string:win", "");
	check(port_is_bound("win"));
	/* 60 bytes plus ":one" is one too many. */
	expect_unbound("label=string:"
		       "012345678901234567890123456789012345678901234567890123456789",
		       "");
	snprintf(link, sizeof(link), "%s",
		 "label=string:01234567890123456789012345678901234567890123456789");
	/* the port has another name */
	expect_odd(link, "dmactl,directions=string:mem-to-dev", -ENOENT);
}

PORT_TEST(port, a_port_without_channels)
{
	port_put("live", "0");
	port_make("odd");
	port_put("live", "1");
	port_put("odd/live", "1");
	check(!port_is_bound("odd"));
}

/* Without a label the node's name is the name of the port. */
PORT_TEST(port, without_a_label)
{
	char device[64], name[80];
	int fd = dev_open(0);

	/* The property "no-label" is not "label". */
	odd_port("mem", "no-label", "dmactl,directions=string:mem-to-dev");
	check(port_is_bound("odd"));
	port_device("odd", device, sizeof(device));
	snprintf(name, sizeof(name), "dma-sim-port%s", strchr(device, '.'));
	port_chan(fd, name);
}
