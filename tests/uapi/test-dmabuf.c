// SPDX-License-Identifier: MIT
/* BUF_IMPORT and BUF_EXPORT: memory that others have as well. */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "uapi.h"

#define LEN (4 * PAGE)

/* A dma-buf as the CPU sees it. */
static unsigned char *map_dmabuf(int dmabuf, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);

	if (p == MAP_FAILED)
		fail("cannot map a dma-buf: %s", strerror(errno));
	return p;
}

static int exported(int fd, uint32_t buf)
{
	int dmabuf = buf_export(fd, buf);

	if (dmabuf < 0)
		fail("BUF_EXPORT: %d", dmabuf);
	return dmabuf;
}

static struct mem imported(int fd, int dmabuf)
{
	struct mem mem;

	check_eq(buf_import(fd, dmabuf, &mem), 0);
	check_eq(mem.len, lseek(dmabuf, 0, SEEK_END));
	mem.p = map_dmabuf(dmabuf, mem.len);
	return mem;
}

static void sync_buf(int fd, const struct mem *mem, uint32_t flags)
{
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg), .flags = flags, .buf = mem->buf, .len = mem->len};

	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
}

static void cpu_begin(int fd, const struct mem *mem)
{
	sync_buf(fd, mem, DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE);
}

static void cpu_end(int fd, const struct mem *mem)
{
	sync_buf(fd, mem, DMACTL_SYNC_END | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE);
}

/* To and from imported memory, which the CPU has to bracket. */
static void check_imported(int fd, uint32_t chan, const struct mem *theirs, const struct mem *ours)
{
	const size_t len = theirs->len - 2 * 100;
	struct dmactl_op op;

	/* The first use maps it. */
	op = op_memcpy(chan, ours, 0, theirs, 0, 1);
	run_ok(fd, &op);

	cpu_begin(fd, theirs);
	pattern_fill(theirs->p, 0, theirs->len, DST_MARGIN);
	cpu_end(fd, theirs);
	pattern_fill(ours->p, 50, len, SRC_BODY);
	op = op_memcpy(chan, theirs, 100, ours, 50, len);
	run_ok(fd, &op);
	cpu_begin(fd, theirs);
	pattern_check(theirs->p, 0, 100, DST_MARGIN, 0);
	pattern_check(theirs->p, 100, len, SRC_BODY, 50);
	pattern_check(theirs->p, 100 + len, 100, DST_MARGIN, 100 + len);

	pattern_fill(theirs->p, 0, theirs->len, SRC_BODY);
	cpu_end(fd, theirs);
	pattern_fill(ours->p, 0, ours->len, DST_MARGIN);
	op = op_memcpy(chan, ours, 7, theirs, 11, len);
	run_ok(fd, &op);
	pattern_check(ours->p, 0, 7, DST_MARGIN, 0);
	pattern_check(ours->p, 7, len, SRC_BODY, 11);
	pattern_check(ours->p, 7 + len, ours->len - len - 7, DST_MARGIN, 7 + len);
}

UAPI_TEST(dmabuf, export_is_the_buffers_memory)
{
	int fd = dev_open(0), dmabuf, second;
	struct mem mem = mem_get(fd, LEN);
	unsigned char *p, *q;

	dmabuf = exported(fd, mem.buf);
	second = exported(fd, mem.buf);
	check_eq(fcntl(dmabuf, F_GETFL) & O_ACCMODE, O_RDWR);
	check_eq(fcntl(dmabuf, F_GETFD), FD_CLOEXEC);
	check_eq(lseek(dmabuf, 0, SEEK_END), LEN);
	p = map_dmabuf(dmabuf, LEN);
	q = map_dmabuf(second, LEN);
	pattern_fill(mem.p, 0, LEN, SRC_BODY);
	pattern_check(p, 0, LEN, SRC_BODY, 0);
	pattern_fill(p, 0, LEN, DST_BODY);
	pattern_check(q, 0, LEN, DST_BODY, 0);
	pattern_check(mem.p, 0, LEN, DST_BODY, 0);
	/* Taken out, they come back the same. */
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

	dmabuf = exported(other, mem.buf);
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

	dmabuf = exported(fd, mem.buf);
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

	dmabuf = exported(other, mem.buf);
	theirs = imported(fd, dmabuf);
	close(dmabuf);
	check(map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	check_imported(fd, chan, &theirs, &ours);
	/* The exporter sees the same. */
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

	dmabuf = exported(other, mem.buf);
	theirs = imported(fd, dmabuf);
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

/* 16 MiB, whose pages are anywhere. */
UAPI_TEST(dmabuf, a_large_one)
{
	const size_t len = 16 << 20;
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(other, len), ours = mem_get(fd, len), theirs;

	dmabuf = exported(other, mem.buf);
	theirs = imported(fd, dmabuf);
	close(dmabuf);
	check_imported(fd, chan, &theirs, &ours);
	munmap(theirs.p, len);
}

/* Both controllers, one after the other. */
UAPI_TEST(dmabuf, on_two_devices)
{
	struct dmactl_chan_request here = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	struct dmactl_chan_request there = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.1");
	int fd = dev_open(0), other = dev_open(0), dmabuf;
	struct mem mem = mem_get(other, LEN), ours = mem_get(fd, LEN), theirs;
	struct dmactl_op op;

	check_eq(chan_request(fd, &here), 0);
	check_eq(chan_request(fd, &there), 0);
	dmabuf = exported(other, mem.buf);
	theirs = imported(fd, dmabuf);
	check_imported(fd, here.out_chan, &theirs, &ours);
	check_eq(destroy(fd, here.out_chan), 0);
	check_imported(fd, there.out_chan, &theirs, &ours);
	/* The provider goes, and takes its mapping along. */
	check_eq(sim_bind("dma-sim.1", false), 0);
	check_eq(sim_bind("dma-sim.1", true), 0);
	op = op_memset(there.out_chan, &theirs, 0, 1, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENODEV);
	check_eq(destroy(fd, there.out_chan), 0);
	check_eq(chan_request(fd, &there), 0);
	check_imported(fd, there.out_chan, &theirs, &ours);
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
	dmabuf = exported(fd, mem.buf);
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
	theirs = imported(fd, dmabuf);
	pattern_check(theirs.p, 0, LEN, SRC_BODY, 0);
	close(dmabuf);
	check_imported(fd, chan, &theirs, &ours);
	munmap(theirs.p, LEN);
	close(socks[0]);
	close(socks[1]);
}

/* What has the memory of an exported buffer. */
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

/* One of the 6! orders, by its number. */
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
	h.dmabuf = exported(h.fd, h.mem.buf);
	h.p = map_dmabuf(h.dmabuf, LEN);
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

	/* 7 is prime: every choice at every step comes up. */
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

	dmabuf = exported(other, mem.buf);
	check_eq(buf_import(fd, dmabuf, &theirs), 0);
	close(dmabuf);
	op = op_memset(chan, &theirs, 0, LEN, 0x5e);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(destroy(fd, theirs.buf), -EBUSY);
	/* The exporter may: the memory stays. */
	check_eq(destroy(other, mem.buf), 0);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(destroy(fd, theirs.buf), 0);
	check_eq(mem.p[LEN - 1], 0x5e);
}

/* From here on memory of other exporters. */

/*
 * Skips the test if the kernel has none, or it is no good here. udmabuf syncs with a device
 * of its own only, and a heap gives pieces that SWIOTLB does not take.
 */
static int exporter_open(const char *path)
{
	int fd;

	if (devices_bounce())
		cr_skip_test("the exporter of %s does not bounce", path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		cr_skip_test("%s: %s", path, strerror(errno));
	return fd;
}

static int memfd_new(size_t len)
{
	int fd = memfd_create("dmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	check(fd >= 0);
	check_eq(ftruncate(fd, len), 0);
	check_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	return fd;
}

UAPI_TEST(dmabuf, from_udmabuf)
{
	int maker = exporter_open("/dev/udmabuf"), file, fd, dmabuf;
	struct udmabuf_create create = {.flags = UDMABUF_FLAGS_CLOEXEC, .size = LEN};
	struct mem ours, theirs;
	unsigned char *p;
	uint32_t chan;

	file = memfd_new(2 * LEN);
	create.memfd = file;
	create.offset = PAGE;
	dmabuf = ioctl(maker, UDMABUF_CREATE, &create);
	check(dmabuf >= 0);
	fd = dev_open(0);
	chan = chan_get(fd);
	ours = mem_get(fd, LEN + PAGE);
	theirs = imported(fd, dmabuf);
	close(dmabuf);
	check_imported(fd, chan, &theirs, &ours);
	p = map_dmabuf(file, 2 * LEN);
	pattern_check(p, PAGE, LEN, SRC_BODY, 0);
	check_eq(p[0], 0);
	check_eq(p[PAGE + LEN], 0);
	munmap(p, 2 * LEN);
	munmap(theirs.p, theirs.len);
	close(file);
	close(maker);
}

#define PIECES 128

/* Pages of a file in the wrong order: nothing is in one piece. */
UAPI_TEST(dmabuf, many_segments)
{
	int maker = exporter_open("/dev/udmabuf"), file, fd, dmabuf, i;
	struct udmabuf_create_list *list;
	struct mem ours, theirs;
	struct dmactl_op op;
	unsigned char *p;
	uint32_t chan;

	file = memfd_new(PIECES * PAGE);
	list = calloc(1, sizeof(*list) + PIECES * sizeof(list->list[0]));
	list->flags = UDMABUF_FLAGS_CLOEXEC;
	list->count = PIECES;
	for (i = 0; i < PIECES; i++) {
		list->list[i].memfd = file;
		list->list[i].offset = (uint64_t)(i * 37 % PIECES) * PAGE;
		list->list[i].size = PAGE;
	}
	dmabuf = ioctl(maker, UDMABUF_CREATE_LIST, list);
	check(dmabuf >= 0);
	free(list);
	fd = dev_open(0);
	chan = chan_get(fd);
	ours = mem_get(fd, PIECES * PAGE);
	theirs = imported(fd, dmabuf);
	close(dmabuf);
	check_imported(fd, chan, &theirs, &ours);
	pattern_fill(ours.p, 0, PIECES * PAGE, DST_BODY);
	op = op_memcpy(chan, &theirs, 0, &ours, 0, PIECES * PAGE);
	run_ok(fd, &op);
	cpu_begin(fd, &theirs);
	p = map_dmabuf(file, PIECES * PAGE);
	for (i = 0; i < PIECES; i++)
		pattern_check(p, (size_t)(i * 37 % PIECES) * PAGE, PAGE, DST_BODY,
			      (size_t)i * PAGE);
	cpu_end(fd, &theirs);
	munmap(p, PIECES * PAGE);
	munmap(theirs.p, theirs.len);
	close(file);
	close(maker);
}

/* No more than a device takes in one piece: the heap does not look. */
UAPI_TEST(dmabuf, from_a_heap)
{
	struct dma_heap_allocation_data alloc = {.len = 1 << 16, .fd_flags = O_RDWR | O_CLOEXEC};
	int heap = exporter_open("/dev/dma_heap/system"), fd;
	struct mem ours, theirs;
	uint32_t chan;

	if (heap < 0)
		return;
	check_eq(ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &alloc), 0);
	fd = dev_open(0);
	chan = chan_get(fd);
	ours = mem_get(fd, 1 << 16);
	theirs = imported(fd, alloc.fd);
	close(alloc.fd);
	check_imported(fd, chan, &theirs, &ours);
	munmap(theirs.p, theirs.len);
	close(heap);
}
