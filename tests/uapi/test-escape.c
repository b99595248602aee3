// SPDX-License-Identifier: MIT
/*
 * Attempts by an unprivileged program to reach more than its own memory and the peripherals that
 * everybody may use. Ports have tests of their own, too.
 */
#include <linux/capability.h>
#include <linux/dma-heap.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "port.h"

/* Makes a port with one channel "io" that leads to @to. */
static void make_port(const char *port, const char *to, const char *properties)
{
	char path[128];

	port_make(port);
	snprintf(path, sizeof(path), "%s/io", port);
	port_make_channel(path, to, properties);
}

#define AT_0X1000                                                                                  \
	"dmactl,src-addr=u64:0x1000 dmactl,dst-addr=u64:0x1000 "                                   \
	"dmactl,src-addr-width=u32:4 dmactl,dst-addr-width=u32:4 "                                 \
	"dmactl,src-port-window-size=u32:64 dmactl,dst-port-window-size=u32:64"

static int request(int fd, enum dmactl_chan_by by, const char *name, uint32_t *chan)
{
	struct dmactl_chan_request arg = chan_named(by, name);
	int ret = chan_request(fd, &arg);

	*chan = arg.out_chan;
	return ret;
}

static uint32_t chan_of(int fd, enum dmactl_chan_by by, const char *name)
{
	uint32_t chan;
	int ret = request(fd, by, name, &chan);

	if (ret)
		fail("%s: %d", name, ret);
	return chan;
}

/* Returns the word at an address of the window. */
static uint32_t word_at(uint32_t address)
{
	int fd = dev_open(0);
	uint32_t word, chan = chan_of(fd, DMACTL_CHAN_BY_SLAVE, "mem");
	struct dmactl_chan_config config = config_of(chan);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 4, false);

	config.src_addr = address;
	check_eq(chan_config(fd, &config), 0);
	run_ok(fd, &op);
	memcpy(&word, mem.p, sizeof(word));
	mem_unmap(&mem);
	dev_close(fd);
	return word;
}

static void word_set(uint32_t address, uint32_t word)
{
	int fd = dev_open(0);
	uint32_t chan = chan_of(fd, DMACTL_CHAN_BY_SLAVE, "mem");
	struct dmactl_chan_config config = config_of(chan);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 4, true);

	config.dst_addr = address;
	check_eq(chan_config(fd, &config), 0);
	memcpy(mem.p, &word, sizeof(word));
	run_ok(fd, &op);
	mem_unmap(&mem);
	dev_close(fd);
}

/* ---- commands ---------------------------------------------------------- */

static struct {
	enum dmactl_chan_by by;
	const char *name;
	int want;
} command;

/* Writes 0xdeadbeef to 0x8000 by a command. */
static void send_command(void *unprivileged)
{
	int fd = dev_open(0);
	uint32_t chan;
	struct mem mem = mem_get(fd, PAGE);
	const uint32_t words[2] = {0x8000, 0xdeadbeef};
	struct dmactl_op op;

	if (unprivileged)
		drop_capability(CAP_SYS_RAWIO);
	chan = chan_of(fd, command.by, command.name);
	memcpy(mem.p, words, sizeof(words));
	op = op_single(chan, &mem, 0, sizeof(words), true);
	op.flags = DMACTL_OPF_CMD;
	if (command.want)
		op_refused(fd, &op, command.want, command.name);
	else
		run_ok(fd, &op);
}

static void expect_command(enum dmactl_chan_by by, const char *name, bool unprivileged, int want)
{
	word_set(0x8000, 7);
	command.by = by;
	command.name = name;
	command.want = want;
	child_run(send_command, unprivileged ? &command : NULL);
	check_eq(word_at(0x8000), want ? 7 : 0xdeadbeef);
}

BARE_PORT_TEST(escape, a_command_writes_where_it_says)
{
	port_make("");
	port_put("peripherals", "mem");
	make_port("win", "mem", AT_0X1000);
	make_port("cmd", "mem", AT_0X1000 " dmactl,commands");
	port_put("live", "1");
	port_live("win", true);
	port_live("cmd", true);
	expect_command(DMACTL_CHAN_BY_PORT, "win", true, -EPERM);
	/* A port's rules hold for root, too. */
	expect_command(DMACTL_CHAN_BY_PORT, "win", false, -EPERM);
	expect_command(DMACTL_CHAN_BY_PORT, "cmd", true, 0);
	expect_command(DMACTL_CHAN_BY_SLAVE, "mem", false, 0);
}

/* ---- settings of the previous client, and other ways to choose an address ---- */

static void offered_mem(void)
{
	int fd = dev_open(0);
	uint32_t chan;
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_chunk chunk = {.size = 4};
	struct dmactl_op op;

	drop_capability(CAP_SYS_RAWIO);
	command.by = DMACTL_CHAN_BY_SLAVE;
	command.name = "mem";
	command.want = -EPERM;
	child_run(send_command, &command);
	chan = chan_of(fd, DMACTL_CHAN_BY_SLAVE, "mem");
	memset(mem.p, 0x5a, 8);
	op = op_single(chan, &mem, 0, 4, true);
	run_ok(fd, &op);
	/* The peripheral's side uses the configured address. */
	op = (struct dmactl_op){.opcode = DMACTL_OP_INTERLEAVED,
				.chan = chan,
				.src_buf = mem.buf,
				.len = 4,
				.flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_SRC_SGL,
				.args_uptr = (uintptr_t)&chunk,
				.nr_args = 1,
				.arg_size = sizeof(chunk)};
	run_ok(fd, &op);
	op.flags |= DMACTL_OPF_DST_INC;
	op_refused(fd, &op, -EPERM, "an address that goes up");
	op.flags ^= DMACTL_OPF_DST_INC | DMACTL_OPF_DST_SGL;
	op_refused(fd, &op, -EPERM, "gaps in the peripheral");
	op.flags ^= DMACTL_OPF_DST_SGL;
	chunk.dst_icg = 4096;
	op_refused(fd, &op, -EPERM, "a gap in the peripheral");
	chunk.dst_icg = 0;
	/* Gaps on the memory's side are allowed. */
	chunk.src_icg = 64;
	run_ok(fd, &op);
}

/* The provider keeps root's config, but the next client must not use it. */
UAPI_TEST(escape, what_the_last_client_configured)
{
	int status;
	pid_t pid;

	sim_reload("peripherals=mem");
	word_set(0x8000, 7);
	dmactl_reload("allow=mem");
	pid = child_start((void (*)(void *))(void *)offered_mem, NULL);
	check_eq(waitpid(pid, &status, 0), pid);
	dmactl_restore();
	if (!status) {
		check_eq(word_at(0x8000), 7);
		check_eq(word_at(0), 0x5a5a5a5a);
	}
	sim_restore();
	check_eq(status, 0);
}

struct rio_list {
	struct dmactl_rio rio;
	struct dmactl_sg sg;
};

static void offered_rio(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_SLAVE, "mem");
	struct rio_list list = {.rio = {.role = DMACTL_SG_RIO, .rio_addr = 0x4000}};
	int fd = dev_open(0);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op;

	check_eq(chan_request(fd, &arg), 0);
	list.sg = sg_piece(DMACTL_SG_SRC, &mem, 0, 4);
	op = op_list(DMACTL_OP_RIO_SG, arg.out_chan, &list.sg, 2, 4);
	op.args_uptr = (uintptr_t)&list;
	if (!(arg.out.caps & DMACTL_CAP_RIO_SG)) {
		op_refused(fd, &op, -EOPNOTSUPP, "no RapidIO in this kernel");
		return;
	}
	run_ok(fd, &op);
	drop_capability(CAP_SYS_RAWIO);
	op_refused(fd, &op, -EPERM, "an address behind RapidIO");
}

UAPI_TEST(escape, an_address_behind_rapidio)
{
	with_sim("peripherals=mem", offered_rio);
}

/* ---- memory that must not be written ------------------------------------ */

/* Returns a dma-buf of 2 pages with a read-only fd, or -1 without such an exporter. */
static int read_only_dmabuf(void)
{
	struct dma_heap_allocation_data data = {.len = 2 * PAGE, .fd_flags = O_RDONLY | O_CLOEXEC};
	int heap = open("/dev/dma_heap/system", O_RDWR | O_CLOEXEC);

	if (heap < 0)
		return -1;
	check_eq(ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data), 0);
	close(heap);
	return (int)data.fd;
}

UAPI_TEST(escape, a_dmabuf_that_may_only_be_read)
{
	int dmabuf = read_only_dmabuf(), fd = dev_open(0);
	uint32_t chan = chan_with(fd, DMACTL_CAP_MEMSET | DMACTL_CAP_MEMCPY | DMACTL_CAP_XOR |
					      DMACTL_CAP_MEMSET_SG)
				.out_chan;
	struct mem shared, own = mem_get(fd, 2 * PAGE);
	struct dmactl_sg sgs[3];
	struct dmactl_op op;
	unsigned char *p;

	if (dmabuf < 0)
		cr_skip_test("the kernel has no heap of dma-bufs");
	p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);
	check(p != MAP_FAILED);
	check(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0) == MAP_FAILED);
	check_eq(buf_import(fd, dmabuf, &shared), 0);
	op = op_memset(chan, &shared, 0, PAGE, 0xa5);
	op_refused(fd, &op, -EPERM, "a fill");
	op = op_memcpy(chan, &shared, 0, &own, 0, PAGE);
	op_refused(fd, &op, -EPERM, "a copy into it");
	sgs[0] = sg_piece(DMACTL_SG_DST, &shared, 0, PAGE);
	op = op_list(DMACTL_OP_MEMSET_SG, chan, sgs, 1, PAGE);
	op_refused(fd, &op, -EPERM, "a fill by a list");
	sgs[1] = sg_piece(DMACTL_SG_SRC, &own, 0, PAGE);
	sgs[2] = sg_piece(DMACTL_SG_SRC, &own, PAGE, PAGE);
	op = op_list(DMACTL_OP_XOR, chan, sgs + 1, 2, PAGE);
	op.dst_buf = shared.buf;
	op_refused(fd, &op, -EPERM, "a sum");
	check_eq(p[0], 0);
	memset(own.p, 0x11, 2 * PAGE);
	op = op_memcpy(chan, &own, 0, &shared, PAGE, PAGE);
	run_ok(fd, &op);
	check_eq(own.p[PAGE - 1], 0);
	check_eq(own.p[PAGE], 0x11);
	munmap(p, 2 * PAGE);
	close(dmabuf);
}

/* Tries to overwrite the memory being sent with the data in the loop. */
static void send_secret(void *arg)
{
	static unsigned char evil[PAGE];
	const char *path = arg;
	int file = open(path, O_RDONLY | O_CLOEXEC), fd = dev_open(0), dmabuf;
	uint32_t tx = chan_of(fd, DMACTL_CHAN_BY_PORT, "tx");
	uint32_t any = chan_of(fd, DMACTL_CHAN_BY_PORT, "any");
	struct mem mem = mem_get(fd, PAGE), secret, shared;
	struct dmactl_completion record;
	struct dmactl_op op;
	void *p;

	check_eq(setgid(65534), 0);
	check_eq(setuid(65534), 0);
	check(file >= 0);
	check(open(path, O_RDWR | O_CLOEXEC) < 0);
	memset(evil, 0xee, sizeof(evil));
	memcpy(mem.p, evil, PAGE);
	op = op_single(tx, &mem, 0, PAGE, true);
	run_ok(fd, &op);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0);
	check(p != MAP_FAILED);
	check_eq(buf_map_user(fd, p, PAGE, DMACTL_MAP_USER_READ_ONLY, &secret), 0);
	op = op_single(any, &secret, 0, PAGE, true);
	op_refused(fd, &op, -EPERM, "a file that may only be read");
	op = op_list(DMACTL_OP_SLAVE_SG, any,
		     (struct dmactl_sg[]){sg_piece(DMACTL_SG_SRC, &secret, 0, PAGE)}, 1, PAGE);
	op_refused(fd, &op, -EPERM, "the same by a list");
	dmabuf = read_only_dmabuf();
	if (dmabuf >= 0) {
		check_eq(buf_import(fd, dmabuf, &shared), 0);
		op = op_single(any, &shared, 0, PAGE, true);
		op_refused(fd, &op, -EPERM, "a dma-buf that may only be read");
		close(dmabuf);
	}
	/* The peripheral's data is still in the loop, and the file can be sent. */
	op = op_single(any, &mem, 0, PAGE, false);
	memset(mem.p, 0, PAGE);
	run_ok(fd, &op);
	bytes_check(mem.p, evil, PAGE, "what was in the loop");
	op = op_single(tx, &secret, 0, PAGE, true);
	record = run(fd, &op);
	check_eq(record.status, 0);
}

/*
 * Channels that declare both directions, as xilinx_dma's do: the receiving one always receives,
 * whatever direction it is given.
 */
BARE_PORT_TEST(escape, a_channel_that_declares_both_directions)
{
	char path[] = "/tmp/escape-XXXXXX", byte;
	int i, file = mkstemp(path), fd;
	struct dmactl_chan_request arg;
	struct dmactl_op op;
	struct mem mem;
	uint32_t rx;

	check(file >= 0);
	check_eq(ftruncate(file, PAGE), 0);
	for (i = 0; i < (int)PAGE; i++)
		check_eq(pwrite(file, "s", 1, i), 1);
	check_eq(fchmod(file, 0644), 0);
	port_make("");
	port_put("peripherals", "loopback");
	port_put("any_direction", "1");
	make_port("tx", "loop-tx", "dmactl,directions=string:mem-to-dev");
	make_port("rx", "loop-rx", "dmactl,directions=string:dev-to-mem");
	make_port("any", "loop-rx", "");
	port_put("live", "1");
	port_live("tx", true);
	port_live("rx", true);
	/* A port without directions. */
	port_live("any", true);
	check(!port_is_bound("any"));
	fd = dev_open(0);
	rx = chan_of(fd, DMACTL_CHAN_BY_PORT, "rx");
	mem = mem_get(fd, PAGE);
	op = op_single(rx, &mem, 0, PAGE, true);
	op_refused(fd, &op, -EOPNOTSUPP, "the other direction");
	dev_close(fd);
	/* If the controller comes after the port, the request fails instead. */
	port_live("any", false);
	port_put("live", "0");
	port_live("any", true);
	check(port_is_bound("any"));
	port_put("live", "1");
	arg = chan_named(DMACTL_CHAN_BY_PORT, "any");
	fd = dev_open(0);
	check_eq(chan_request(fd, &arg), -EINVAL);
	mem_unmap(&mem);
	dev_close(fd);
	/* With both directions in firmware, the port works. */
	port_live("any", false);
	port_put("any/io/properties", "dmactl,directions=string:mem-to-dev,dev-to-mem");
	port_live("any", true);
	check(port_is_bound("any"));
	check_eq(chmod(DMACTL_DEVICE, 0666), 0);
	child_run(send_secret, path);
	check_eq(chmod(DMACTL_DEVICE, 0600), 0);
	for (i = 0; i < (int)PAGE; i++) {
		check_eq(pread(file, &byte, 1, i), 1);
		check_eq(byte, 's');
	}
	unlink(path);
	close(file);
}
