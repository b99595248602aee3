// SPDX-License-Identifier: MIT
#include "dmabuf.h"

unsigned char *dmabuf_map(int dmabuf, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);

	if (p == MAP_FAILED)
		fail("cannot map a dma-buf: %s", strerror(errno));
	return p;
}

int dmabuf_export(int fd, uint32_t buf)
{
	int dmabuf = buf_export(fd, buf);

	if (dmabuf < 0)
		fail("BUF_EXPORT: %d", dmabuf);
	return dmabuf;
}

struct shared shared_on(int fd, uint32_t chan, uint64_t len)
{
	struct shared s = {.fd = fd, .chan = chan, .mem = mem_get(fd, len)};

	s.dmabuf = dmabuf_export(fd, s.mem.buf);
	return s;
}

struct mem dmabuf_import(int fd, int dmabuf)
{
	struct mem mem;

	check_eq(buf_import(fd, dmabuf, &mem), 0);
	check_eq(mem.len, lseek(dmabuf, 0, SEEK_END));
	mem.p = dmabuf_map(dmabuf, mem.len);
	return mem;
}

static void dmabuf_sync(int fd, const struct mem *mem, uint32_t flags)
{
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg), .flags = flags, .buf = mem->buf, .len = mem->len};

	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
}

void dmabuf_begin(int fd, const struct mem *mem)
{
	dmabuf_sync(fd, mem, DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE);
}

void dmabuf_end(int fd, const struct mem *mem)
{
	dmabuf_sync(fd, mem, DMACTL_SYNC_END | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE);
}

void dmabuf_check(int fd, uint32_t chan, const struct mem *theirs, const struct mem *ours)
{
	const size_t len = theirs->len - 2 * 100;
	struct dmactl_op op;

	/* The first use maps the memory. */
	op = op_memcpy(chan, ours, 0, theirs, 0, 1);
	run_ok(fd, &op);

	dmabuf_begin(fd, theirs);
	pattern_fill(theirs->p, 0, theirs->len, DST_MARGIN);
	dmabuf_end(fd, theirs);
	pattern_fill(ours->p, 50, len, SRC_BODY);
	op = op_memcpy(chan, theirs, 100, ours, 50, len);
	run_ok(fd, &op);
	dmabuf_begin(fd, theirs);
	pattern_check(theirs->p, 0, 100, DST_MARGIN, 0);
	pattern_check(theirs->p, 100, len, SRC_BODY, 50);
	pattern_check(theirs->p, 100 + len, 100, DST_MARGIN, 100 + len);

	pattern_fill(theirs->p, 0, theirs->len, SRC_BODY);
	dmabuf_end(fd, theirs);
	pattern_fill(ours->p, 0, ours->len, DST_MARGIN);
	op = op_memcpy(chan, ours, 7, theirs, 11, len);
	run_ok(fd, &op);
	pattern_check(ours->p, 0, 7, DST_MARGIN, 0);
	pattern_check(ours->p, 7, len, SRC_BODY, 11);
	pattern_check(ours->p, 7 + len, ours->len - len - 7, DST_MARGIN, 7 + len);
}
