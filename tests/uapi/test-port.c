// SPDX-License-Identifier: MIT
/*
 * Ports: what a program without privilege may do with one peripheral, and what
 * nobody may. dma-sim makes the ports, with software nodes in place of a
 * device tree.
 */
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>

#include "uapi.h"

#define DIR_CTL "/sys/kernel/config/dma-sim/port-test"
#define DRIVER	"/sys/bus/platform/drivers/dmactl-port/"
#define CLASS	"/sys/class/dmactl/"

/* Nobody's place in the groups that own the node. */
#define GROUP  4711
#define NOBODY 65534

#define WINDOW 65536u

static void put(const char *file, const char *text)
{
	char path[256];
	int ret;

	snprintf(path, sizeof(path), DIR_CTL "/%s", file);
	/* Nothing at all would be no call of ours. */
	ret = file_write(path, *text ? text : "\n");
	if (ret)
		fail("cannot write '%s' to %s: %s", text, path, strerror(-ret));
}

static void make(const char *dir)
{
	char path[256];

	/* mkdir() there takes no path that ends in a slash. */
	snprintf(path, sizeof(path), DIR_CTL "%s%s", *dir ? "/" : "", dir);
	if (mkdir(path, 0755))
		fail("%s: %s", path, strerror(errno));
}

/* One channel of a port: leads to @to. */
static void make_channel(const char *dir, const char *to, const char *properties)
{
	char path[128];

	make(dir);
	snprintf(path, sizeof(path), "%s/channel", dir);
	put(path, to);
	snprintf(path, sizeof(path), "%s/properties", dir);
	put(path, properties);
}

static const char *const dirs[] = {
	"win/io", "win", "reg/out", "reg/in", "reg",	"loop/tx", "loop/rx", "loop",
	"src/rx", "src", "odd/one", "odd",    "odd2/a", "odd2/b",  "odd2",    "",
};

static void cleanup(void)
{
	char path[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), DIR_CTL "/%s", dirs[i]);
		rmdir(path);
	}
}

/*
 * win: 256 bytes of the window at 0x1000, both ways. reg: a register at 0x2000
 * to write, one at 0x3000 to read. loop: what knows its peripheral by itself.
 */
static void setup(void)
{
	make("");
	put("peripherals", "loopback,counter,sink,mem");
	make("win");
	make_channel("win/io", "mem",
		     "dmactl,src-addr=u64:0x1000 dmactl,dst-addr=u64:0x1000 "
		     "dmactl,src-addr-width=u32:4 dmactl,dst-addr-width=u32:4 "
		     "dmactl,src-port-window-size=u32:64 dmactl,dst-port-window-size=u32:64 "
		     "dmactl,dst-maxburst=u32:16");
	make("reg");
	/* Of the port, so for both channels; that of "in" goes before it. */
	put("reg/properties", "dmactl,src-addr-width=u32:8 dmactl,dst-addr-width=u32:2");
	make_channel("reg/out", "mem", "dmactl,dst-addr=u64:0x2000");
	make_channel("reg/in", "mem", "dmactl,src-addr=u64:0x3000 dmactl,src-addr-width=u32:4");
	make("loop");
	make_channel("loop/tx", "loop-tx", "");
	make_channel("loop/rx", "loop-rx", "dmactl,directions=string:dev-to-mem");
	put("live", "1");
	put("win/live", "1");
	put("reg/live", "1");
	put("loop/live", "1");
}

/* What makes the ports; it may be a module that this kernel has none of. */
static bool kernel_has_configfs(void)
{
	char line[64];
	bool found = false;
	FILE *f = fopen("/proc/filesystems", "re");

	check(f);
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, "\tconfigfs\n");
	fclose(f);
	return found;
}

static void begin(void)
{
	if (!kernel_has_configfs())
		cr_skip_test("the kernel has no configfs");
	cleanup();
	uapi_begin();
	setup();
}

static void end(void)
{
	cleanup();
	uapi_end();
}

#define PORT_TEST(suite, name)                                                                     \
	Test(suite, name, .init = begin, .fini = end, .timeout = UAPI_TIMEOUT)

static int request(int fd, const char *name, struct dmactl_chan_request *arg)
{
	*arg = chan_named(DMACTL_CHAN_BY_PORT, name);
	return chan_request(fd, arg);
}

static uint32_t chan_port(int fd, const char *name)
{
	struct dmactl_chan_request arg;
	int ret = request(fd, name, &arg);

	if (ret)
		fail("%s: %s", name, strerror(-ret));
	return arg.out_chan;
}

static void refused(int fd, const char *name, int want)
{
	struct dmactl_chan_request arg;
	int ret = request(fd, name, &arg);

	if (ret != want)
		fail("'%s': %d, not %d", name, ret, want);
}

static void device_of(const char *port, char *device, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), DIR_CTL "/%s/dev_name", port);
	file_read(path, device, size);
}

static bool is_bound(const char *port)
{
	char device[64], path[256];

	device_of(port, device, sizeof(device));
	snprintf(path, sizeof(path), DRIVER "%s", device);
	return access(path, F_OK) == 0;
}

/* The whole window, as it is, by the channel's other name. */
static void window_read(unsigned char *bytes)
{
	struct dmactl_chan_config config;
	struct dmactl_op op;
	int fd = dev_open(0);
	uint32_t chan = chan_slave(fd, "mem").out_chan;
	struct mem mem = mem_get(fd, WINDOW);

	config = config_of(chan);
	check_eq(chan_config(fd, &config), 0);
	op = op_single(chan, &mem, 0, WINDOW, false);
	run_ok(fd, &op);
	memcpy(bytes, mem.p, WINDOW);
	mem_unmap(&mem);
	dev_close(fd);
}

static void window_write(const unsigned char *bytes)
{
	struct dmactl_chan_config config;
	struct dmactl_op op;
	int fd = dev_open(0);
	uint32_t chan = chan_slave(fd, "mem").out_chan;
	struct mem mem = mem_get(fd, WINDOW);

	config = config_of(chan);
	check_eq(chan_config(fd, &config), 0);
	memcpy(mem.p, bytes, WINDOW);
	op = op_single(chan, &mem, 0, WINDOW, true);
	run_ok(fd, &op);
	mem_unmap(&mem);
	dev_close(fd);
}

/* ---- names and errors -------------------------------------------------- */

PORT_TEST(port, names)
{
	struct dmactl_chan_request arg;
	struct dmactl_info info = {.size = sizeof(info)};
	int fd = dev_open(0);

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	check(info.out_features & DMACTL_FEATURE_PORT);
	refused(fd, "", -EINVAL);
	refused(fd, "nothing", -ENOENT);
	refused(fd, "nothing:io", -ENOENT);
	refused(fd, "win:nothing", -ENOENT);
	refused(fd, "win:", -ENOENT);
	refused(fd, "win:io:", -ENOENT);
	refused(fd, "wi:io", -ENOENT);
	refused(fd, "winn:io", -ENOENT);
	refused(fd, ":io", -ENOENT);
	refused(fd, ":", -ENOENT);
	/* Which of the two? */
	refused(fd, "reg", -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	memset(arg.name, 'x', sizeof(arg.name));
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.reserved[0] = 1;
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.flags = 1;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.caps = DMACTL_CAP_SLAVE | DMACTL_CAP_MEMCPY;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	/* Behind RapidIO the program would say the address. */
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.caps = DMACTL_CAP_RIO_SG;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "win");
	arg.caps = DMACTL_CAP_SLAVE;
	check_eq(chan_request(fd, &arg), 0);
	check(!(arg.out.caps & DMACTL_CAP_RIO_SG));
	check_eq(destroy(fd, arg.out_chan), 0);
	/* Its long name is as good. */
	chan_port(fd, "win:io");
	/* These are no names of slave channels, nor the other way round. */
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "loop:tx");
	check_eq(chan_request(fd, &arg), -ENOENT);
	refused(fd, "loop-tx", -ENOENT);
	/* The next way to choose does not exist. */
	arg = chan_named(DMACTL_CHAN_BY_END, "win");
	check_eq(chan_request(fd, &arg), -EINVAL);
}

PORT_TEST(port, directions_of_the_answer)
{
	struct dmactl_chan_request arg;
	int fd = dev_open(0);

	check_eq(request(fd, "win", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM);
	check_eq(destroy(fd, arg.out_chan), 0);
	/* The address says which way; the channel could do both. */
	check_eq(request(fd, "reg:out", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_MEM_TO_DEV);
	check_eq(destroy(fd, arg.out_chan), 0);
	check_eq(request(fd, "reg:in", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_DEV_TO_MEM);
	check_eq(request(fd, "loop:rx", &arg), 0);
	check_eq(arg.out.directions, DMACTL_DIR_DEV_TO_MEM);
}

PORT_TEST(port, two_sessions)
{
	int a = dev_open(0), b = dev_open(0);
	uint32_t chan = chan_port(a, "win");

	refused(a, "win", -EBUSY);
	refused(b, "win", -EBUSY);
	/* The same channel, by way of another port: all know that it is taken. */
	refused(b, "reg:in", -ENODEV);
	chan_port(b, "loop:tx");
	refused(a, "loop:tx", -EBUSY);
	chan_port(a, "loop:rx");
	check_eq(destroy(a, chan), 0);
	chan = chan_port(b, "win");
	refused(a, "win", -EBUSY);
	dev_close(b);
	chan_port(a, "win");
}

static void only_ports(void)
{
	struct dmactl_chan_request arg;
	int fd = dev_open(0);

	chan_port(fd, "win");
	refused(fd, "loop:tx", -EPERM);
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

/* ---- what a program may ------------------------------------------------ */

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
	chan = chan_port(fd, "win");
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
	/* The same channel without the port is not for everybody. */
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "mem");
	check_eq(chan_request(fd, &arg), 0);
	config = config_of(arg.out_chan);
	check_eq(chan_config(fd, &config), -EPERM);
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
	/* There and nowhere else. */
	window_read(after);
	noise_fill(noise, PAGE, 7);
	bytes_check(after, before, 0x1000, "below the port");
	bytes_check(after + 0x1000, noise, 256, "the port's place");
	bytes_check(after + 0x1100, before + 0x1100, WINDOW - 0x1100, "above the port");
}

/* A transfer that is longer goes round in the port's window, no further. */
PORT_TEST(port, the_end_of_the_window)
{
	static unsigned char zero[WINDOW], after[WINDOW];
	int fd = dev_open(0);
	struct dmactl_op op;
	struct mem mem;
	uint32_t chan;

	window_write(zero);
	chan = chan_port(fd, "win");
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
	chan = chan_port(fd, "reg:out");
	op = op_single(chan, &mem, 0, 64, true);
	run_ok(fd, &op);
	/* It has two bytes in a word; "in" has four, which is its own. */
	op.len = 3;
	check_eq(run(fd, &op).status, -EIO);
	op = op_single(chan, &mem, 0, 64, false);
	op_refused(fd, &op, -EOPNOTSUPP, "a direction that the port does not have");
	check_eq(destroy(fd, chan), 0);
	chan = chan_port(fd, "reg:in");
	op = op_single(chan, &mem, 100, 60, false);
	run_ok(fd, &op);
	bytes_check(mem.p + 100, before + 0x3000, 60, "what is at the address");
	op.len = 62;
	check_eq(run(fd, &op).status, -EIO);
	op = op_single(chan, &mem, 0, 64, true);
	op_refused(fd, &op, -EOPNOTSUPP, "a direction that the port does not have");
	check_eq(destroy(fd, chan), 0);
	memcpy(before + 0x2000, mem.p, 64);
	window_read(after);
	bytes_check(after, before, WINDOW, "the window");
}

/* Nobody said where; and who had the channel last left nothing behind. */
PORT_TEST(port, a_peripheral_that_needs_no_address)
{
	int fd = dev_open(0);
	uint32_t tx = chan_port(fd, "loop:tx"), rx = chan_port(fd, "loop:rx");
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
	chan = chan_port(fd, "loop:tx");
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
	arg.chan = chan_port(fd, "src:rx");
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	check_eq(read(arg.out_fd, numbers, sizeof(numbers)), sizeof(numbers));
	for (i = 0; i < 64; i++)
		check_eq(numbers[i], i);
	close(arg.out_fd);
}

PORT_TEST(port, a_stream)
{
	put("live", "0");
	make("src");
	make_channel("src/rx", "counter", "dmactl,src-addr-width=u32:4");
	put("live", "1");
	put("src/live", "1");
	child_run(stream_as_nobody, NULL);
}

/* ---- what nobody may --------------------------------------------------- */

static int port_fd;
static uint32_t port_chan;

static void expect_config(struct dmactl_chan_config arg, int want, const char *what)
{
	int ret = chan_config(port_fd, &arg);

	if (ret != want)
		fail("%s: %d, not %d", what, ret, want);
}

#define EXPECT(want, ...)                                                                          \
	expect_config((struct dmactl_chan_config){.size = sizeof(struct dmactl_chan_config),       \
						  .chan = port_chan,                               \
						  __VA_ARGS__},                                    \
		      want, #__VA_ARGS__)

/* Where the bus has 32 bits, more are no address at all. */
static void expect_no_wrap(uint64_t addr)
{
	struct dmactl_chan_config arg = {.size = sizeof(arg), .chan = port_chan, .src_addr = addr};
	int ret = chan_config(port_fd, &arg);

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
	/* The port says this one and not the other. */
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
	port_fd = dev_open(0);
	port_chan = chan_port(port_fd, "win");
	child_run(each_field_without, NULL);
	/* No more with the capability: the port is what it says. */
	each_field(NULL);
	/* After all of that, it still leads there. */
	mem = mem_get(port_fd, PAGE);
	noise_fill(mem.p, PAGE, 11);
	op = op_single(port_chan, &mem, 0, 256, true);
	run_ok(port_fd, &op);
	check_eq(destroy(port_fd, port_chan), 0);
	window_read(after);
	bytes_check(after + 0x1000, mem.p, 256, "the port's place");
	bytes_check(after, zero, 0x1000, "below");
	bytes_check(after + 0x1100, zero, WINDOW - 0x1100, "above");
	port_chan = chan_port(port_fd, "reg:out");
	EXPECT(0, .direction = DMACTL_DIR_MEM_TO_DEV);
	EXPECT(-EPERM, .direction = DMACTL_DIR_DEV_TO_MEM);
	EXPECT(-EPERM, .src_addr = 0x2000);
	EXPECT(-EPERM, .dst_port_window_size = 2);
}

/* ---- ports that go ----------------------------------------------------- */

static int poll_now(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

	check(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static void unbind(const char *port)
{
	char device[64];

	device_of(port, device, sizeof(device));
	check_eq(file_write(DRIVER "unbind", device), 0);
}

static void bind_again(const char *port)
{
	char device[64];

	device_of(port, device, sizeof(device));
	check_eq(file_write(DRIVER "bind", device), 0);
}

static void remove_device(const char *port)
{
	char file[64];

	snprintf(file, sizeof(file), "%s/live", port);
	put(file, "0");
}

static void bring_device(const char *port)
{
	char file[64];

	snprintf(file, sizeof(file), "%s/live", port);
	put(file, "1");
}

static void goes_in_flight(void (*go)(const char *port), void (*come)(const char *port))
{
	struct dmactl_completion records[4];
	struct dmactl_op ops[4];
	int i, fd = dev_open(0);
	uint32_t chan = chan_port(fd, "win");
	struct mem mem = mem_get(fd, PAGE), coherent = mem_coherent(fd, chan, PAGE);

	for (i = 0; i < 4; i++) {
		ops[i] = op_single(chan, i % 2 ? &mem : &coherent, 0, 256, true);
		ops[i].user_data = i;
	}
	put("hold", "1");
	submit_all(fd, ops, 4);
	go("win");
	check(poll_now(fd) & POLLERR);
	check(poll_now(fd) & POLLHUP);
	reap_all(fd, records, 4);
	for (i = 0; i < 4; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, -ENODEV);
	}
	check_eq(chan_status(fd, chan).out_state, DMACTL_STATE_GONE);
	check_eq(submit_flags(fd, ops, 1, 0, NULL), -ENODEV);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), -ENODEV);
	port_fd = fd;
	port_chan = chan;
	EXPECT(-ENODEV, .direction = 0);
	refused(fd, "win", -ENOENT);
	put("hold", "0");
	/* The controller is still there: the channel can be had at once. */
	check_eq(destroy(fd, chan_slave(fd, "mem").out_chan), 0);
	/* What the device of the memory is has not changed. */
	coherent.p[0] = 1;
	come("win");
	/* While the old one is still held. */
	check_eq(poll_now(fd) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
	chan_port(fd, "win");
	check_eq(destroy(fd, chan), 0);
	check(!(poll_now(fd) & (POLLERR | POLLHUP)));
	refused(fd, "win", -EBUSY);
}

PORT_TEST(port, unbound_in_flight)
{
	goes_in_flight(unbind, bind_again);
}

PORT_TEST(port, removed_in_flight)
{
	goes_in_flight(remove_device, bring_device);
}

PORT_TEST(port, the_session_ends_after_the_port)
{
	int fd = dev_open(0);
	uint32_t chan = chan_port(fd, "win");
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 256, true);

	put("hold", "1");
	submit_all(fd, &op, 1);
	remove_device("win");
	dev_close(fd);
	put("hold", "0");
	bring_device("win");
	fd = dev_open(0);
	chan_port(fd, "win");
}

PORT_TEST(port, the_controller_goes)
{
	int fd = dev_open(0), other = dev_open(0);
	uint32_t chan = chan_port(fd, "win");
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 256, true);
	struct dmactl_completion record;

	put("hold", "1");
	submit_all(fd, &op, 1);
	put("live", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, -ENODEV);
	/* The port is there, and leads nowhere. */
	refused(other, "win", -ENODEV);
	put("hold", "0");
	put("live", "1");
	/* What the first one has left is not in the way. */
	chan_port(other, "win");
	check_eq(destroy(fd, chan), 0);
	refused(fd, "win", -EBUSY);
	/* And the port can go before a channel that lost its controller. */
	chan = chan_port(fd, "loop:tx");
	put("live", "0");
	remove_device("loop");
	check_eq(destroy(fd, chan), 0);
}

PORT_TEST(port, hardware_that_does_not_stop)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	struct dmactl_op op;
	struct mem mem;
	uint32_t chan;

	/* Without a way to stop it, the port's end waits for what is there. */
	put("live", "0");
	put("no_terminate", "1");
	put("live", "1");
	chan = chan_port(fd, "win");
	mem = mem_get(fd, PAGE);
	op = op_single(chan, &mem, 0, 256, true);
	put("latency", "200000000");
	submit_all(fd, &op, 1);
	unbind("win");
	/* It was waited for: it is over, and as it should be. */
	check_eq(reap(fd, &record, 1, 0, 0), 1);
	check_eq(record.status, 0);
	check_eq(record.bytes, 256);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENODEV);
	put("latency", "0");
	bind_again("win");
}

static volatile bool stop;

static void *keep_asking(void *name)
{
	struct dmactl_completion records[8];
	unsigned long had = 0;

	while (!stop) {
		struct dmactl_chan_request arg;
		int i, ret, fd = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
		struct mem mem;

		check(fd >= 0);
		ret = request(fd, name, &arg);
		if (ret && ret != -ENOENT && ret != -EBUSY && ret != -ENODEV)
			fail("%s: %d", (char *)name, ret);
		if (!ret) {
			had++;
			check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
			for (i = 0; i < 8; i++) {
				struct dmactl_op op = op_single(arg.out_chan, &mem, 0, 256, true);

				submit_flags(fd, &op, 1, 0, NULL);
				check(reap(fd, records, 8, 0, 0) >= 0);
			}
		}
		close(fd);
	}
	return (void *)had;
}

PORT_TEST(port, again_and_again_under_load)
{
	static char name[] = "win";
	pthread_t threads[2];
	unsigned long had = 0;
	void *result;
	int i;

	stop = false;
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&threads[i], NULL, keep_asking, name), 0);
	for (i = 0; i < 20; i++) {
		sleep_ms(10 + i % 3);
		if (i % 2)
			unbind("win");
		else
			remove_device("win");
		sleep_ms(i % 4);
		if (i % 2)
			bind_again("win");
		else
			bring_device("win");
	}
	sleep_ms(20);
	stop = true;
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &result);
		had += (unsigned long)result;
	}
	if (!had)
		fail("none of the threads ever got the channel");
	i = dev_open(0);
	chan_port(i, "win");
}

/* ---- what firmware may say --------------------------------------------- */

/* A port "odd" with a channel "one" that leads to @to. */
static void odd_port(const char *to, const char *of_port, const char *of_channel)
{
	put("live", "0");
	make("odd");
	put("odd/properties", of_port);
	make_channel("odd/one", to, of_channel);
	put("live", "1");
	put("odd/live", "1");
}

static void odd_gone(void)
{
	put("odd/live", "0");
	rmdir(DIR_CTL "/odd/one");
	rmdir(DIR_CTL "/odd");
}

static void expect_odd(const char *of_port, const char *of_channel, int want)
{
	int fd = dev_open(0);

	odd_port("mem", of_port, of_channel);
	if (!is_bound("odd"))
		fail("%s %s: not bound", of_port, of_channel);
	if (want)
		refused(fd, "odd", want);
	else
		chan_port(fd, "odd");
	dev_close(fd);
	odd_gone();
}

static void expect_unbound(const char *of_port, const char *of_channel)
{
	odd_port("mem", of_port, of_channel);
	if (is_bound("odd"))
		fail("%s %s: bound", of_port, of_channel);
	odd_gone();
}

PORT_TEST(port, what_the_channel_cannot_do)
{
	expect_odd("", "", 0);
	/* dma-sim has words of up to eight bytes, and bursts of up to 256. */
	expect_odd("", "dmactl,src-addr-width=u32:16", -EOPNOTSUPP);
	expect_odd("", "dmactl,src-addr-width=u32:5", -EINVAL);
	expect_odd("", "dmactl,dst-maxburst=u32:257", -EINVAL);
	expect_odd("", "dmactl,dst-maxburst=u32:256", 0);
	expect_odd("", "dmactl,device-fc", -EINVAL);
	expect_odd("", "dmactl,src-addr=u64:65536 dmactl,src-addr-width=u32:1", -EINVAL);
	expect_odd("", "dmactl,src-addr=u64:65535 dmactl,src-addr-width=u32:1", 0);
	/* Address 0 is an address. */
	expect_odd("", "dmactl,dst-addr=u64:0 dmactl,dst-addr-width=u32:1", 0);
}

PORT_TEST(port, what_makes_no_port)
{
	char link[64];

	expect_unbound("", "dmactl,src-addr=u64:0x1000");
	expect_unbound("", "dmactl,dst-addr=u64:0x1000 dmactl,src-addr-width=u32:4");
	expect_unbound("", "dmactl,src-addr-width");
	/* 32 bits are no address. */
	expect_unbound("", "dmactl,src-addr=u32:0x1000 dmactl,src-addr-width=u32:4");
	expect_unbound("dmactl,directions=string:both", "");
	expect_unbound("dmactl,directions=string:mem-to-dev,dev-to-mem,mem-to-dev", "");
	/* Not a number: of its size, software nodes give it out as a pointer to a word. */
	expect_unbound("dmactl,directions", "");
	expect_unbound("label", "");
	expect_unbound("label=string:a:b", "");
	expect_unbound("label=string:a/b", "");
	expect_unbound("label=string:.", "");
	expect_unbound("label=string:", "");
	/* Taken by another; that one stays. */
	expect_unbound("label=string:win", "");
	check(is_bound("win"));
	/* 60 bytes, and ":one" after it is one too many. */
	expect_unbound("label=string:"
		       "012345678901234567890123456789012345678901234567890123456789",
		       "");
	snprintf(link, sizeof(link), "%s",
		 "label=string:01234567890123456789012345678901234567890123456789");
	expect_odd(link, "", -ENOENT); /* it has another name */
}

PORT_TEST(port, a_port_without_channels)
{
	put("live", "0");
	make("odd");
	put("live", "1");
	put("odd/live", "1");
	check(!is_bound("odd"));
}

/* The name of the node is the name of the port, if there is no label. */
PORT_TEST(port, without_a_label)
{
	char device[64], name[80];
	int fd = dev_open(0);

	/* The word is there, the property is another. */
	odd_port("mem", "no-label", "");
	check(is_bound("odd"));
	device_of("odd", device, sizeof(device));
	snprintf(name, sizeof(name), "dma-sim-port%s", strchr(device, '.'));
	chan_port(fd, name);
}

/* ---- sysfs ------------------------------------------------------------- */

static void expect_file(const char *file, const char *want)
{
	char path[256], text[128];

	snprintf(path, sizeof(path), CLASS "%s", file);
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
	chan = chan_port(fd, "win");
	expect_file("win/channel-io/in_use", "1");
	/* dmaengine's own link, by which a program finds the channel's name. */
	check_eq(access(CLASS "win/device/dma:io", F_OK), 0);
	check_eq(destroy(fd, chan), 0);
	expect_file("win/channel-io/in_use", "0");
	check(access(CLASS "win/device/dma:io", F_OK) < 0);
	/* Not even root is told where it is. */
	check(access(CLASS "win/channel-io/src_addr", F_OK) < 0);
	unbind("win");
	check(access(CLASS "win", F_OK) < 0);
	bind_again("win");
	check_eq(access(CLASS "win", F_OK), 0);
}
