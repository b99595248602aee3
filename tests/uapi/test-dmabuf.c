// SPDX-License-Identifier: MIT
/* BUF_IMPORT and BUF_EXPORT: shared memory. */
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "dmabuf.h"

#define LEN (4 * PAGE)

UAPI_TEST(dmabuf, export_is_the_buffers_memory)
{
	int fd = dev_open(0), dmabuf, second;
	struct mem mem = mem_get(fd, LEN);
	unsigned char *p, *q;

	dmabuf = dmabuf_export(fd, mem.buf);
	second = dmabuf_export(fd, mem.buf);
	check_eq(fcntl(dmabuf, F_GETFL) & O_ACCMODE, O_RDWR);
	check_eq(fcntl(dmabuf, F_GETFD), FD_CLOEXEC);
	check_eq(lseek(dmabuf, 0, SEEK_END), LEN);
	p = dmabuf_map(dmabuf, LEN);
	q = dmabuf_map(second, LEN);
	pattern_fill(mem.p, 0, LEN, SRC_BODY);
	pattern_check(p, 0, LEN, SRC_BODY, 0);
	pattern_fill(p, 0, LEN, DST_BODY);
	pattern_check(q, 0, LEN, DST_BODY, 0);
	pattern_check(mem.p, 0, LEN, DST_BODY, 0);
	/* Pages that were dropped come back with the same data. */
	check_eq(madvise(p, LEN, MADV_DONTNEED), 0);
	pattern_check(p, 0, LEN, DST_BODY, 0);
	munmap(p, LEN);
	munmap(q, LEN);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dmabuf, 3 * PAGE);
	check(p != MAP_FAILED);
	pattern_check(p, 0, PAGE, DST_BODY, 3 * PAGE);
	munmap(p, PAGE);
	check(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, dmabuf, 3 * PAGE) == MAP_FAILED);
	check(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dmabuf, 0) == MAP_FAILED);
	close(dmabuf);
	close(second);
}

UAPI_TEST(dmabuf, what_cannot_be_exported)
{
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem coherent = mem_coherent(fd, chan, PAGE), mem = mem_get(other, PAGE);
	struct mem theirs, user;

	dmabuf = dmabuf_export(other, mem.buf);
	check_eq(buf_import(fd, dmabuf, &theirs), 0);
	check_eq(buf_map_user(fd, mem.p, PAGE, 0, &user), 0);
	check_eq(buf_export(fd, coherent.buf), -EOPNOTSUPP);
	check_eq(buf_export(fd, theirs.buf), -EOPNOTSUPP);
	check_eq(buf_export(fd, user.buf), -EOPNOTSUPP);
	check_eq(buf_export(fd, chan), -ENOENT);
	check_eq(buf_export(fd, 0), -ENOENT);
	check_eq(buf_export(fd, 4711), -ENOENT);
	close(dmabuf);
}

UAPI_TEST(dmabuf, what_cannot_be_imported)
{
	int fd = dev_open(0), dmabuf, event = eventfd(0, EFD_CLOEXEC);
	struct mem mem = mem_get(fd, PAGE), got;

	dmabuf = dmabuf_export(fd, mem.buf);
	check_eq(buf_import(fd, dmabuf, &got), -EINVAL);
	check_eq(buf_import(fd, event, &got), -EINVAL);
	check_eq(buf_import(fd, fd, &got), -EINVAL);
	check_eq(buf_import(fd, -1, &got), -EBADF);
	check_eq(buf_import(fd, 9999, &got), -EBADF);
	close(dmabuf);
	check_eq(buf_import(fd, dmabuf, &got), -EBADF);
	close(event);
	check_eq(fdinfo(fd, "buffers"), 1);
}

UAPI_TEST(dmabuf, from_another_session)
{
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(other, LEN), ours = mem_get(fd, LEN + PAGE), theirs;

	dmabuf = dmabuf_export(other, mem.buf);
	theirs = dmabuf_import(fd, dmabuf);
	close(dmabuf);
	check(map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	dmabuf_check(fd, chan, &theirs, &ours);
	/* The exporter sees the same data. */
	pattern_check(mem.p, 0, LEN, SRC_BODY, 0);
	check_eq(destroy(fd, theirs.buf), 0);
	munmap(theirs.p, LEN);
}

UAPI_TEST(dmabuf, ranges_are_checked)
{
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(other, LEN), theirs;
	struct dmactl_buf_sync arg = {.size = sizeof(arg)};
	struct dmactl_op op;

	dmabuf = dmabuf_export(other, mem.buf);
	theirs = dmabuf_import(fd, dmabuf);
	op = op_memset(chan, &theirs, LEN - 1, 2, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EINVAL);
	op = op_memset(chan, &theirs, LEN, 1, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EINVAL);
	op = op_memset(chan, &theirs, LEN - 1, 1, 1);
	run_ok(fd, &op);
	arg.flags = DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ;
	arg.buf = theirs.buf;
	arg.len = LEN + 1;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), -EINVAL);
	arg.len = LEN;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	arg.chan = chan;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	arg.chan = theirs.buf;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), -ENOENT);
	check_eq(theirs.p[LEN - 2], 0);
	check_eq(theirs.p[LEN - 1], 1);
	munmap(theirs.p, LEN);
	close(dmabuf);
}

/* 16 MiB of scattered pages. */
UAPI_TEST(dmabuf, a_large_one)
{
	const size_t len = 16 << 20;
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(other, len), ours = mem_get(fd, len), theirs;

	dmabuf = dmabuf_export(other, mem.buf);
	theirs = dmabuf_import(fd, dmabuf);
	close(dmabuf);
	dmabuf_check(fd, chan, &theirs, &ours);
	munmap(theirs.p, len);
}

/* Uses both controllers, one after the other. */
UAPI_TEST(dmabuf, on_two_devices)
{
	struct dmactl_chan_request here = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	struct dmactl_chan_request there = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.1");
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	struct mem mem = mem_get(other, LEN), ours = mem_get(fd, LEN), theirs;
	struct dmactl_op op;

	check_eq(chan_request(fd, &here), 0);
	check_eq(chan_request(fd, &there), 0);
	dmabuf = dmabuf_export(other, mem.buf);
	theirs = dmabuf_import(fd, dmabuf);
	dmabuf_check(fd, here.out_chan, &theirs, &ours);
	check_eq(destroy(fd, here.out_chan), 0);
	dmabuf_check(fd, there.out_chan, &theirs, &ours);
	/* Unbinding the provider removes its mapping. */
	check_eq(sim_bind("dma-sim.1", false), 0);
	check_eq(sim_bind("dma-sim.1", true), 0);
	op = op_memset(there.out_chan, &theirs, 0, 1, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENODEV);
	check_eq(destroy(fd, there.out_chan), 0);
	check_eq(chan_request(fd, &there), 0);
	dmabuf_check(fd, there.out_chan, &theirs, &ours);
	munmap(theirs.p, LEN);
	close(dmabuf);
}

static void child_exports_and_dies(void *arg)
{
	int fd = dev_open(0), dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, LEN), src = mem_get(fd, LEN);
	struct dmactl_op op = op_memcpy(chan, &mem, 0, &src, 0, LEN);

	pattern_fill(src.p, 0, LEN, SRC_BODY);
	run_ok(fd, &op);
	dmabuf = dmabuf_export(fd, mem.buf);
	fd_send(*(int *)arg, dmabuf, "x", 1);
	kill(getpid(), SIGKILL);
}

UAPI_TEST(dmabuf, to_another_process)
{
	int fd = dev_open(0), socks[2], dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem ours = mem_get(fd, LEN), theirs;
	char c;

	check_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks), 0);
	child_expect_killed(child_start(child_exports_and_dies, &socks[1]));
	dmabuf = fd_recv(socks[0], &c, 1);
	theirs = dmabuf_import(fd, dmabuf);
	pattern_check(theirs.p, 0, LEN, SRC_BODY, 0);
	close(dmabuf);
	dmabuf_check(fd, chan, &theirs, &ours);
	munmap(theirs.p, LEN);
	close(socks[0]);
	close(socks[1]);
}

/* Holders of an exported buffer's memory. */
enum holder { HANDLE, MAPPING, SESSION, DMABUF, DMABUF_MAPPING, IMPORTER, NR_HOLDERS };

struct held {
	int fd, other, dmabuf;
	struct mem mem, theirs;
	unsigned char *p;
};

static void let_go(struct held *h, enum holder holder)
{
	switch (holder) {
	case HANDLE:
		if (h->fd >= 0)
			check_eq(destroy(h->fd, h->mem.buf), 0);
		break;
	case MAPPING:
		check_eq(munmap(h->mem.p, LEN), 0);
		h->mem.p = NULL;
		break;
	case SESSION:
		dev_close(h->fd);
		h->fd = -1;
		break;
	case DMABUF:
		check_eq(close(h->dmabuf), 0);
		break;
	case DMABUF_MAPPING:
		check_eq(munmap(h->p, LEN), 0);
		h->p = NULL;
		break;
	default:
		dev_close(h->other);
		h->other = -1;
	}
}

static void check_held(const struct held *h, uint32_t chan, const struct mem *ours)
{
	struct dmactl_op op = op_memcpy(chan, ours, 0, &h->theirs, 0, LEN);

	if (h->mem.p)
		pattern_check(h->mem.p, 0, LEN, SRC_BODY, 0);
	if (h->p)
		pattern_check(h->p, 0, LEN, SRC_BODY, 0);
	if (h->other < 0)
		return;
	memset(ours->p, 0, LEN);
	run_ok(h->other, &op);
	pattern_check(ours->p, 0, LEN, SRC_BODY, 0);
}

/* Releases the holders in one of the 6! orders, by its number. */
static void one_order(unsigned int order)
{
	enum holder left[NR_HOLDERS] = {HANDLE, MAPPING, SESSION, DMABUF, DMABUF_MAPPING, IMPORTER};
	struct held h = {.fd = dev_open(0), .other = dev_open(0)};
	uint32_t chan = chan_get(h.other);
	struct mem ours = mem_get(h.other, LEN);
	unsigned int n, i;

	check_eq(buf_alloc(h.fd, DMACTL_BUF_STREAMING, 0, LEN, &h.mem), 0);
	h.mem.p = map_at(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, h.fd, h.mem.off);
	check(h.mem.p != MAP_FAILED);
	h.dmabuf = dmabuf_export(h.fd, h.mem.buf);
	h.p = dmabuf_map(h.dmabuf, LEN);
	check_eq(buf_import(h.other, h.dmabuf, &h.theirs), 0);
	pattern_fill(h.mem.p, 0, LEN, SRC_BODY);
	for (n = NR_HOLDERS; n; n--) {
		check_held(&h, chan, &ours);
		i = order % n;
		order /= n;
		let_go(&h, left[i]);
		left[i] = left[n - 1];
	}
	mem_unmap(&ours);
}

UAPI_TEST(dmabuf, it_lives_until_the_last_has_gone)
{
	unsigned int order;

	/* 7 is prime, so every choice occurs at every step. */
	for (order = 0; order < 720; order += 7)
		one_order(order);
}

UAPI_TEST(dmabuf, destroyed_by_the_importer_in_flight)
{
	struct dmactl_completion record;
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(other, LEN), theirs;
	struct dmactl_op op;

	dmabuf = dmabuf_export(other, mem.buf);
	check_eq(buf_import(fd, dmabuf, &theirs), 0);
	close(dmabuf);
	op = op_memset(chan, &theirs, 0, LEN, 0x5e);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(destroy(fd, theirs.buf), -EBUSY);
	/* The exporter can destroy its buffer: the memory stays. */
	check_eq(destroy(other, mem.buf), 0);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(destroy(fd, theirs.buf), 0);
	check_eq(mem.p[LEN - 1], 0x5e);
}
