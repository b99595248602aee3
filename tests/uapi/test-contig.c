// SPDX-License-Identifier: MIT
/*
 * CONTIGUOUS buffers: one piece of memory, which the kernel lends to others as it does any other
 * page. test-aio has them as memory of O_DIRECT and io_uring, test-mmap in a program's address
 * space.
 */
#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dmabuf.h"

#define MIB   (1ul << 20)
#define LARGE (64 * MIB)

/* Sets the page frame of each page of a mapping, which is in memory. */
static void frames(const unsigned char *p, size_t nr, uint64_t *frame)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t i;

	check(fd >= 0);
	check_eq(pread(fd, frame, nr * 8, (off_t)((uintptr_t)p / PAGE * 8)), nr * 8);
	close(fd);
	for (i = 0; i < nr; i++) {
		check(frame[i] >> 63);
		frame[i] &= (1ull << 55) - 1;
	}
}

/* Returns the first page frame; the others follow it. */
static uint64_t one_piece(const struct mem *mem)
{
	size_t i, nr = mem->len / PAGE;
	uint64_t *frame = malloc(nr * 8), first;

	frames(mem->p, nr, frame);
	first = frame[0];
	check(first);
	for (i = 1; i < nr; i++)
		check_eq(frame[i], first + i);
	free(frame);
	return first;
}

UAPI_TEST(contig, any_length_is_one_piece)
{
	static const uint64_t lens[] = {1,	 PAGE,		 3 * PAGE, 2 * MIB + 1,
					4 * MIB, 4 * MIB + PAGE, LARGE + 1};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		mem = mem_contiguous(fd, i % 2 ? chan : 0, lens[i]);
		check_eq(mem.len, (lens[i] + PAGE - 1) / PAGE * PAGE);
		for (at = 0; at < mem.len; at += 512)
			check_eq(*(uint64_t *)(mem.p + at), 0);
		memset(mem.p, 0xff, mem.len);
		one_piece(&mem);
		mem_unmap(&mem);
		check_eq(destroy(fd, mem.buf), 0);
	}
}

UAPI_TEST(contig, what_is_refused)
{
	int fd = dev_open(0);
	struct mem mem, other;

	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, 0, &mem), -EINVAL);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 777, PAGE, &mem), -ENOENT);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, PAGE, &other), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, other.buf, PAGE, &mem), -ENOENT);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, 1ull << 60, &mem), -EDQUOT);
	check_eq(fdinfo(fd, "buffers"), 1);
}

UAPI_TEST(contig, copies_by_several_devices)
{
	int fd = dev_open(0);
	uint32_t here = chan_of_device(fd, "dma-sim.0"), there = chan_of_device(fd, "dma-sim.1");
	struct mem large = mem_contiguous(fd, here, LARGE), small = mem_get(fd, 3 * PAGE);

	copy_check(fd, here, &large, LARGE - 2 * PAGE, &small, 5, PAGE + 7);
	copy_check(fd, there, &small, 3, &large, LARGE / 2 - 100, 2 * PAGE);
	/* It is no memory of a device. */
	check_eq(sim_bind("dma-sim.0", false), 0);
	large.p[LARGE - 1] = 1;
	copy_check(fd, there, &small, 3, &large, LARGE - PAGE, 100);
	check_eq(sim_bind("dma-sim.0", true), 0);
	here = chan_of_device(fd, "dma-sim.0");
	copy_check(fd, here, &large, 1, &small, 2, PAGE);
}

static void low_memory(void)
{
	int fd = dev_open(0);
	struct mem mem = mem_contiguous(fd, chan_get(fd), LARGE);

	check(one_piece(&mem) + LARGE / PAGE <= 1ull << 20);
	copy_check(fd, chan_get(fd), &mem, 0, &mem, LARGE / 2, PAGE);
	check_eq(fdinfo(fd, "user-bounce-bytes"), 0);
}

/* It lies where the device reaches it: a ring that is bounced is not in one piece. */
UAPI_TEST(contig, a_device_with_few_address_bits)
{
	with_sim("dma_mask=32", low_memory);
}

#define PERIOD (256u << 10)
#define RING   (1024ul * PERIOD)

/* Goes round a ring of 256 MiB, and on. */
static void large_ring(void)
{
	static struct dmactl_cyclic periods = {.period_len = PERIOD};
	int fd = dev_open(0);
	uint32_t chan = chan_slave(fd, "counter").out_chan;
	struct mem ring = mem_contiguous(fd, chan, RING);
	struct dmactl_op op = op_single(chan, &ring, 0, RING, false);
	struct dmactl_completion record = {0};
	uint64_t at;
	uint32_t word;

	op.opcode = DMACTL_OP_CYCLIC;
	op.args_uptr = (uintptr_t)&periods;
	op.nr_args = 1;
	op.arg_size = sizeof(periods);
	submit_all(fd, &op, 1);
	while (chan_status(fd, chan).out_count < 1030)
		sleep_ms(10);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	do
		reap_all(fd, &record, 1);
	while (record.flags & DMACTL_COMP_MORE);
	check_eq(record.status, -ECANCELED);
	check(record.bytes > RING);
	/* The last RING bytes that came are all there, each in its place. */
	for (at = record.bytes - RING; at < record.bytes; at += 4 * 511) {
		memcpy(&word, ring.p + at % RING, sizeof(word));
		check_eq(word, (uint32_t)(at / 4));
	}
}

UAPI_TEST(contig, a_ring_of_256_mib)
{
	dmactl_param_set("bounds", "*/segment=256K");
	with_sim("peripherals=counter bandwidth=8589934592", large_ring);
	dmactl_param_set("bounds", "\n");
}

UAPI_TEST(contig, exported_and_imported)
{
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	uint32_t chan = chan_get(other);
	struct mem mem = mem_contiguous(fd, 0, 8 * MIB), ours = mem_get(other, 5 * PAGE), theirs;
	unsigned char *p;

	dmabuf = dmabuf_export(fd, mem.buf);
	p = dmabuf_map(dmabuf, 8 * MIB);
	mem.p[8 * MIB - 1] = 7;
	check_eq(p[8 * MIB - 1], 7);
	check_eq(madvise(p, 8 * MIB, MADV_DONTNEED), 0);
	check_eq(p[8 * MIB - 1], 7);
	munmap(p, 8 * MIB);
	theirs = dmabuf_import(other, dmabuf);
	theirs.len = 4 * PAGE;
	dmabuf_check(other, chan, &theirs, &ours);
	/* The memory lives as long as the dma-buf does. */
	check_eq(destroy(fd, mem.buf), 0);
	mem_unmap(&mem);
	dev_close(fd);
	dmabuf_check(other, chan, &theirs, &ours);
	check_eq(munmap(theirs.p, 8 * MIB), 0);
	close(dmabuf);
}

/* Pins the buffer for long, as io_uring and RDMA do. */
UAPI_TEST(contig, pinned_for_long)
{
	int fd = dev_open(0), other = dev_open(0);
	uint32_t chan = chan_get(other);
	struct mem mem = mem_contiguous(fd, 0, 8 * MIB), pinned, dst = mem_get(other, PAGE);

	pattern_fill(mem.p, 0, mem.len, SRC_BODY);
	check_eq(buf_map_user(other, mem.p, mem.len, 0, &pinned), 0);
	check_eq(destroy(fd, mem.buf), 0);
	mem_unmap(&mem);
	dev_close(fd);
	run_ok(other, &(struct dmactl_op){.opcode = DMACTL_OP_MEMCPY,
					  .chan = chan,
					  .dst_buf = dst.buf,
					  .src_buf = pinned.buf,
					  .src_off = 5 * MIB,
					  .len = PAGE});
	pattern_check(dst.p, 0, PAGE, SRC_BODY, 5 * MIB);
}

/* Takes what memory the buffer has given back, and writes there. */
static void overwrite(size_t len)
{
	int fd = dev_open(0), i;
	struct mem mem;

	for (i = 0; i < 4; i++) {
		mem = mem_contiguous(fd, 0, len);
		memset(mem.p, 0xee, mem.len);
	}
	dev_close(fd);
	mem_forget_all();
}

/* Pages that lie in a pipe when the buffer goes. */
UAPI_TEST(contig, a_pipe_keeps_its_pages)
{
	enum { NR = 16, AT = 3 };
	unsigned char *data = malloc(NR * PAGE);
	struct iovec iov;
	struct mem mem;
	int fd, ends[2];

	fd = dev_open(0);
	mem = mem_contiguous(fd, 0, LARGE);
	check_eq(pipe2(ends, O_CLOEXEC), 0);
	pattern_fill(mem.p, 0, mem.len, SRC_BODY);
	iov = (struct iovec){mem.p + AT * PAGE, NR * PAGE};
	check_eq(vmsplice(ends[1], &iov, 1, 0), NR * PAGE);
	check_eq(destroy(fd, mem.buf), 0);
	mem_unmap(&mem);
	dev_close(fd);
	overwrite(LARGE);
	check_eq(read(ends[0], data, NR * PAGE), NR * PAGE);
	pattern_check(data, 0, NR * PAGE, SRC_BODY, AT * PAGE);
	close(ends[0]);
	close(ends[1]);
	free(data);
}

static void loopback_up(void)
{
	struct ifreq req = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(fd >= 0);
	check_eq(ioctl(fd, SIOCGIFFLAGS, &req), 0);
	req.ifr_flags |= IFF_UP;
	check_eq(ioctl(fd, SIOCSIFFLAGS, &req), 0);
	close(fd);
}

/* A pair of connected sockets; the first sends without a copy. */
static void connect_pair(int pair[2])
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	socklen_t len = sizeof(addr);

	loopback_up();
	check_eq(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	check_eq(listen(listener, 1), 0);
	check_eq(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_eq(connect(pair[0], (struct sockaddr *)&addr, sizeof(addr)), 0);
	pair[1] = accept(listener, NULL, NULL);
	check(pair[1] >= 0);
	check_eq(setsockopt(pair[0], SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)), 0);
	close(listener);
}

/* Waits until the kernel says that it no longer needs what was sent. */
static void sent_check(int fd)
{
	char control[128];
	struct msghdr msg = {.msg_control = control, .msg_controllen = sizeof(control)};
	const struct sock_extended_err *err;
	uint64_t begin = now_ns();

	while (recvmsg(fd, &msg, MSG_ERRQUEUE) < 0) {
		check_eq(errno, EAGAIN);
		check(now_ns() - begin < 20 * SEC);
		sleep_ms(5);
	}
	check(CMSG_FIRSTHDR(&msg));
	err = (const struct sock_extended_err *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	check_eq(err->ee_errno, 0);
	check_eq(err->ee_origin, SO_EE_ORIGIN_ZEROCOPY);
}

/* The buffer goes while its pages are in packets that nobody has read. */
UAPI_TEST(contig, packets_keep_their_pages)
{
	enum { LEN = 32 * PAGE, AT = 7 * PAGE };
	unsigned char *data = malloc(LEN);
	int fd = dev_open(0), pair[2];
	struct mem mem = mem_contiguous(fd, 0, LARGE);
	size_t got = 0;
	ssize_t n;

	connect_pair(pair);
	pattern_fill(mem.p, 0, mem.len, SRC_BODY);
	check_eq(send(pair[0], mem.p + AT, LEN, MSG_ZEROCOPY), LEN);
	check_eq(destroy(fd, mem.buf), 0);
	mem_unmap(&mem);
	dev_close(fd);
	overwrite(LARGE);
	for (; got < LEN; got += (size_t)n) {
		n = recv(pair[1], data + got, LEN - got, 0);
		check(n > 0);
	}
	pattern_check(data, 0, LEN, SRC_BODY, AT);
	sent_check(pair[0]);
	close(pair[0]);
	close(pair[1]);
	free(data);
}

/* Takes pieces until there are no more. */
static size_t take_all(int fd, uint64_t len, uint32_t *bufs, size_t max)
{
	struct mem mem;
	size_t nr = 0;
	int ret = 0;

	while (nr < max && !(ret = buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, len, &mem)))
		bufs[nr++] = mem.buf;
	check_eq(ret, -ENOMEM);
	return nr;
}

/* No program is killed for such a buffer, and the rest still gets memory. */
UAPI_TEST(contig, exhausted)
{
	uint32_t bufs[64];
	int fd = dev_open(0), round;
	struct mem mem;
	size_t nr, i;
	char most[32];

	dmactl_param_get("max_buffer_bytes", most, sizeof(most));
	dmactl_param_set("max_buffer_bytes", "68719476736");
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, (uint64_t)available_kib() * 1024 + LARGE,
			   &mem),
		 -ENOMEM);
	dmactl_param_set("max_buffer_bytes", most);
	for (round = 0; round < 2; round++) {
		nr = take_all(fd, 256 * MIB, bufs, ARRAY_SIZE(bufs));
		check(nr >= 3);
		check_eq(fdinfo(fd, "buffers"), nr);
		mem = mem_get(fd, MIB);
		memset(mem.p, 1, mem.len);
		mem_unmap(&mem);
		check_eq(destroy(fd, mem.buf), 0);
		for (i = 0; i < nr; i++)
			check_eq(destroy(fd, bufs[i]), 0);
	}
	check_eq(fdinfo(fd, "locked-pages"), 0);
}

#define QUOTA (8 * MIB)

static void spend_quota(void *arg)
{
	int fd = *(int *)arg;
	struct mem mem, more;

	user_become(NOBODY, QUOTA);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, QUOTA + 1, &mem), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, QUOTA, &mem), 0);
	check_eq(fdinfo(fd, "locked-pages"), QUOTA / PAGE);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, 1, &more), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 1, &more), -EDQUOT);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, QUOTA, &mem), 0);
	check_eq(destroy(fd, mem.buf), 0);
}

UAPI_TEST(contig, counts_against_memlock)
{
	int fd = dev_open(0);

	child_run(spend_quota, &fd);
	check_eq(fdinfo(fd, "locked-pages"), 0);
}

static void map_and_die(void *arg)
{
	int fd = dev_open(0);
	struct mem mem = mem_contiguous(fd, 0, 4 * LARGE);

	(void)arg;
	memset(mem.p, 1, mem.len);
	kill(getpid(), SIGKILL);
}

/* The end of the test checks that the memory is back. */
UAPI_TEST(contig, killed)
{
	int i;

	for (i = 0; i < 4; i++)
		child_expect_killed(child_start(map_and_die, NULL));
}
