// SPDX-License-Identifier: MIT
/* BUF_IMPORT: memory of other exporters. */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>

#include "dmabuf.h"

#define LEN (4 * PAGE)

/*
 * Skips the test if the kernel lacks the exporter, or it does not work here: udmabuf syncs only
 * with its own device, and a heap has pieces that SWIOTLB does not take.
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

UAPI_TEST(dmabuf_foreign, from_udmabuf)
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
	theirs = dmabuf_import(fd, dmabuf);
	close(dmabuf);
	dmabuf_check(fd, chan, &theirs, &ours);
	p = dmabuf_map(file, 2 * LEN);
	pattern_check(p, PAGE, LEN, SRC_BODY, 0);
	check_eq(p[0], 0);
	check_eq(p[PAGE + LEN], 0);
	munmap(p, 2 * LEN);
	munmap(theirs.p, theirs.len);
	close(file);
	close(maker);
}

#define PIECES 128

/* Pages of a file in reverse order, so that none are adjacent. */
UAPI_TEST(dmabuf_foreign, many_segments)
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
	theirs = dmabuf_import(fd, dmabuf);
	close(dmabuf);
	dmabuf_check(fd, chan, &theirs, &ours);
	pattern_fill(ours.p, 0, PIECES * PAGE, DST_BODY);
	op = op_memcpy(chan, &theirs, 0, &ours, 0, PIECES * PAGE);
	run_ok(fd, &op);
	dmabuf_begin(fd, &theirs);
	p = dmabuf_map(file, PIECES * PAGE);
	for (i = 0; i < PIECES; i++)
		pattern_check(p, (size_t)(i * 37 % PIECES) * PAGE, PAGE, DST_BODY,
			      (size_t)i * PAGE);
	dmabuf_end(fd, &theirs);
	munmap(p, PIECES * PAGE);
	munmap(theirs.p, theirs.len);
	close(file);
	close(maker);
}

/* No more than a device takes in one piece, because the heap does not check that. */
UAPI_TEST(dmabuf_foreign, from_a_heap)
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
	theirs = dmabuf_import(fd, alloc.fd);
	close(alloc.fd);
	dmabuf_check(fd, chan, &theirs, &ours);
	munmap(theirs.p, theirs.len);
	close(heap);
}
