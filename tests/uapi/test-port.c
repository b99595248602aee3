// SPDX-License-Identifier: MIT
/* Ports: their names, and an unprivileged program's operations. */
#include <grp.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include "port.h"

/* The group that owns the device node. */
#define GROUP 4711

/* ---- names and errors -------------------------------------------------- */

PORT_TEST(port, names)
{
	struct dmactl_chan_request arg;
	struct dmactl_info info = {.size = sizeof(info)};
	int fd = dev_open(0);

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	check(info.out_features & DMACTL_FEATURE_PORT);
	port_refused(fd, "", -EINVAL);
	port_refused(fd, "nothing", -ENOENT);
	port_refused(fd, "nothing:io", -ENOENT);
	port_refused(fd, "win:nothing", -ENOENT);
	port_refused(fd, "win:", -ENOENT);
	port_refused(fd, "win:io:", -ENOENT);
	port_refused(fd, "wi:io", -ENOENT);
	port_refused(fd, "winn:io", -ENOENT);
	port_refused(fd, ":io", -ENOENT);
	port_refused(fd, ":", -ENOENT);
	/* The port has two channels, so the name is ambiguous. */
	port_refused(fd, "reg", -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	memset(arg.name, 'x', sizeof(arg.name));
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.reserved[0] = 1;
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.flags = 2;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.caps = DMACTL_CAP_SLAVE | DMACTL_CAP_MEMCPY;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	/* With RapidIO the program would choose the address. */
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.caps = DMACTL_CAP_RIO_SG;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.caps = DMACTL_CAP_SLAVE;
	check_eq(chan_request(fd, &arg), 0);
	check(!(arg.out.caps & DMACTL_CAP_RIO_SG));
	check_eq(destroy(fd, arg.out_chan), 0);
	/* The long name works, too. */
	port_chan(fd, "win:io");
	/* Names of ports are not slave names, and slave names are not ports. */
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "loop:tx");
	check_eq(chan_request(fd, &arg), -ENOENT);
	port_refused(fd, "loop-tx", -ENOENT);
	/* The next way to choose a channel does not exist. */
	arg = chan_named(DMACTL_CHAN_BY_END, "win");
	check_eq(chan_request(fd, &arg), -EINVAL);
}

PORT_TEST(port, directions_of_the_answer)
{
	struct dmactl_chan_request arg;
	int fd = dev_open(0);

	check_eq(port_request(fd, "win", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM);
	check_eq(destroy(fd, arg.out_chan), 0);
	/* The address determines the direction, although the channel has both. */
	check_eq(port_request(fd, "reg:out", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_MEM_TO_DEV);
	check_eq(destroy(fd, arg.out_chan), 0);
	check_eq(port_request(fd, "reg:in", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_DEV_TO_MEM);
	check_eq(port_request(fd, "loop:rx", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_DEV_TO_MEM);
}

PORT_TEST(port, two_sessions)
{
	int a = dev_open(0), b = dev_open(0);
	uint32_t chan = port_chan(a, "win");

	port_refused(a, "win", -EBUSY);
	port_refused(b, "win", -EBUSY);
	/* The other port has the same channel, which is in use. */
	port_refused(b, "reg:in", -ENODEV);
	port_chan(b, "loop:tx");
	port_refused(a, "loop:tx", -EBUSY);
	port_chan(a, "loop:rx");
	check_eq(destroy(a, chan), 0);
	chan = port_chan(b, "win");
	port_refused(a, "win", -EBUSY);
	dev_close(b);
	port_chan(a, "win");
}

static void only_ports(void)
{
	struct dmactl_chan_request arg;
	int fd = dev_open(0);

	drop_capability(CAP_SYS_RAWIO);
	port_chan(fd, "win");
	port_refused(fd, "loop:tx", -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "loop-tx");
	check_eq(chan_request(fd, &arg), -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	check_eq(chan_request(fd, &arg), -EPERM);
}

PORT_TEST(port, what_the_module_parameter_offers)
{
	int status;
	pid_t pid;

	dmactl_reload("allow=win:*,reg:in");
	pid = child_start((void (*)(void *))(void *)only_ports, NULL);
	check_eq(waitpid(pid, &status, 0), pid);
	dmactl_restore();
	check_eq(status, 0);
}

/* ---- what a program may do ---------------------------------------------- */

static void become_nobody(bool in_group)
{
	gid_t group = GROUP;

	check_eq(setgroups(in_group, &group), 0);
	check_eq(setresgid(NOBODY, NOBODY, NOBODY), 0);
	check_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
}

static void use_as_outsider(void *unused)
{
	(void)unused;
	become_nobody(false);
	check(open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC) < 0);
	check_eq(errno, EACCES);
}

static void use_as_nobody(void *unused)
{
	struct dmactl_chan_config config;
	struct dmactl_chan_request arg;
	struct dmactl_op op;
	uint32_t chan;
	struct mem mem;
	int fd;

	(void)unused;
	become_nobody(true);
	fd = dev_open(0);
	mem = mem_get(fd, 2 * PAGE);
	chan = port_chan(fd, "win");
	noise_fill(mem.p, PAGE, 7);
	op = op_single(chan, &mem, 0, 256, true);
	run_ok(fd, &op);
	op = op_single(chan, &mem, PAGE, 256, false);
	run_ok(fd, &op);
	bytes_check(mem.p + PAGE, mem.p, 256, "back through the port");
	config = config_of(chan);
	config.src_maxburst = 8;
	check_eq(chan_config(fd, &config), 0);
	config.src_addr = 0x1004;
	check_eq(chan_config(fd, &config), -EPERM);
	check_eq(destroy(fd, chan), 0);
	/* Without the port, an unprivileged program cannot use this channel. */
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "mem");
	check_eq(chan_request(fd, &arg), -EPERM);
}

PORT_TEST(port, without_privilege)
{
	static unsigned char before[WINDOW], after[WINDOW], noise[PAGE];
	struct stat st;
	size_t i;

	for (i = 0; i < WINDOW; i++)
		before[i] = (unsigned char)(i * 7 + (i >> 8));
	window_write(before);
	check_eq(stat(DMACTL_DEVICE, &st), 0);
	check_eq(chown(DMACTL_DEVICE, 0, GROUP), 0);
	check_eq(chmod(DMACTL_DEVICE, 0660), 0);
	child_run(use_as_outsider, NULL);
	child_run(use_as_nobody, NULL);
	check_eq(chown(DMACTL_DEVICE, st.st_uid, st.st_gid), 0);
	check_eq(chmod(DMACTL_DEVICE, st.st_mode & 0777), 0);
	/* The program reached only the port's window. */
	window_read(after);
	noise_fill(noise, PAGE, 7);
	bytes_check(after, before, 0x1000, "below the port");
	bytes_check(after + 0x1000, noise, 256, "the port's place");
	bytes_check(after + 0x1100, before + 0x1100, WINDOW - 0x1100, "above the port");
}

/* A longer transfer wraps within the port's window. */
PORT_TEST(port, the_end_of_the_window)
{
	static unsigned char zero[WINDOW], after[WINDOW];
	int fd = dev_open(0);
	struct dmactl_op op;
	struct mem mem;
	uint32_t chan;

	window_write(zero);
	chan = port_chan(fd, "win");
	mem = mem_get(fd, PAGE);
	noise_fill(mem.p, PAGE, 3);
	op = op_single(chan, &mem, 0, 1024, true);
	run_ok(fd, &op);
	check_eq(destroy(fd, chan), 0);
	window_read(after);
	bytes_check(after, zero, 0x1000, "below the port");
	bytes_check(after + 0x1000, mem.p + 768, 256, "what came last");
	bytes_check(after + 0x1100, zero, WINDOW - 0x1100, "above the port");
}

PORT_TEST(port, the_address_of_each_channel)
{
	static unsigned char before[WINDOW], after[WINDOW];
	int fd = dev_open(0);
	struct dmactl_op op;
	struct mem mem;
	uint32_t chan;

	noise_fill(before, WINDOW, 5);
	window_write(before);
	mem = mem_get(fd, PAGE);
	noise_fill(mem.p, PAGE, 6);
	chan = port_chan(fd, "reg:out");
	op = op_single(chan, &mem, 0, 64, true);
	run_ok(fd, &op);
	/* Channel "out" has words of two bytes; "in" has its own width, four. */
	op.len = 3;
	op_refused(fd, &op, -EINVAL, "no whole word");
	op = op_single(chan, &mem, 0, 64, false);
	op_refused(fd, &op, -EOPNOTSUPP, "a direction that the port does not have");
	check_eq(destroy(fd, chan), 0);
	chan = port_chan(fd, "reg:in");
	op = op_single(chan, &mem, 100, 60, false);
	run_ok(fd, &op);
	bytes_check(mem.p + 100, before + 0x3000, 60, "what is at the address");
	op.len = 62;
	op_refused(fd, &op, -EINVAL, "no whole word");
	op = op_single(chan, &mem, 0, 64, true);
	op_refused(fd, &op, -EOPNOTSUPP, "a direction that the port does not have");
	check_eq(destroy(fd, chan), 0);
	memcpy(before + 0x2000, mem.p, 64);
	window_read(after);
	bytes_check(after, before, WINDOW, "the window");
}

/* No address was set, and the previous client's config is gone. */
PORT_TEST(port, a_peripheral_that_needs_no_address)
{
	int fd = dev_open(0);
	uint32_t tx = port_chan(fd, "loop:tx"), rx = port_chan(fd, "loop:rx");
	struct mem mem = mem_get(fd, 2 * PAGE);
	struct dmactl_chan_config config = config_of(tx);
	struct dmactl_completion records[2];
	struct dmactl_op ops[2];

	noise_fill(mem.p, PAGE, 9);
	ops[0] = op_single(tx, &mem, 0, 3001, true);
	ops[1] = op_single(rx, &mem, PAGE, 3001, false);
	submit_all(fd, ops, 2);
	reap_all(fd, records, 2);
	check_eq(records[0].status, 0);
	check_eq(records[1].status, 0);
	bytes_check(mem.p + PAGE, mem.p, 3001, "through the loop");
	config.dst_addr = 4;
	check_eq(chan_config(fd, &config), -EPERM);
	config.dst_addr = 0;
	config.dst_addr_width = 4;
	check_eq(chan_config(fd, &config), -EPERM);
}

PORT_TEST(port, what_the_last_client_left)
{
	int fd = dev_open(0);
	struct dmactl_chan_config config;
	struct dmactl_op op;
	struct mem mem;
	uint32_t chan;

	mem = mem_get(fd, PAGE);
	chan = chan_slave(fd, "loop-tx").out_chan;
	config = config_of(chan);
	config.dst_addr_width = 8;
	check_eq(chan_config(fd, &config), 0);
	check_eq(destroy(fd, chan), 0);
	chan = port_chan(fd, "loop:tx");
	op = op_single(chan, &mem, 0, 3, true);
	run_ok(fd, &op);
}

static void stream_as_nobody(void *unused)
{
	struct dmactl_stream_open arg = {.size = sizeof(arg), .direction = DMACTL_DIR_DEV_TO_MEM};
	uint32_t numbers[64], i;
	int fd;

	(void)unused;
	drop_capability(CAP_SYS_RAWIO);
	fd = dev_open(0);
	arg.chan = port_chan(fd, "src:rx");
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	check_eq(read(arg.out_fd, numbers, sizeof(numbers)), sizeof(numbers));
	for (i = 0; i < 64; i++)
		check_eq(numbers[i], i);
	close(arg.out_fd);
}

PORT_TEST(port, a_stream)
{
	port_put("live", "0");
	port_make("src");
	port_make_channel("src/rx", "counter", "dmactl,src-addr-width=u32:4");
	port_put("live", "1");
	port_put("src/live", "1");
	child_run(stream_as_nobody, NULL);
}

/* ---- sysfs ------------------------------------------------------------- */

static void expect_file(const char *file, const char *want)
{
	char path[256], text[128];

	snprintf(path, sizeof(path), PORT_CLASS "%s", file);
	file_read(path, text, sizeof(text));
	if (strcmp(text, want))
		fail("%s: '%s', not '%s'", path, text, want);
}

PORT_TEST(port, class)
{
	int fd = dev_open(0);
	uint32_t chan;

	expect_file("win/channel-io/directions", "mem-to-dev dev-to-mem");
	expect_file("win/channel-io/src_addr_width", "4");
	expect_file("win/channel-io/dst_addr_width", "4");
	expect_file("win/channel-io/src_maxburst", "0");
	expect_file("win/channel-io/dst_maxburst", "16");
	expect_file("reg/channel-out/directions", "mem-to-dev");
	expect_file("reg/channel-out/dst_addr_width", "2");
	expect_file("reg/channel-in/directions", "dev-to-mem");
	expect_file("reg/channel-in/src_addr_width", "4");
	expect_file("loop/channel-tx/directions", "mem-to-dev dev-to-mem");
	expect_file("win/channel-io/in_use", "0");
	chan = port_chan(fd, "win");
	expect_file("win/channel-io/in_use", "1");
	/* Programs find the channel's name by dmaengine's own link. */
	check_eq(access(PORT_CLASS "win/device/dma:io", F_OK), 0);
	check_eq(destroy(fd, chan), 0);
	expect_file("win/channel-io/in_use", "0");
	check(access(PORT_CLASS "win/device/dma:io", F_OK) < 0);
	/* sysfs does not show the address, even to root. */
	check(access(PORT_CLASS "win/channel-io/src_addr", F_OK) < 0);
	port_bind("win", false);
	check(access(PORT_CLASS "win", F_OK) < 0);
	port_bind("win", true);
	check_eq(access(PORT_CLASS "win", F_OK), 0);
}
