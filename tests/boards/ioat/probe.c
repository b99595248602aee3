// SPDX-License-Identifier: MIT
/*
 * Checks of the I/OAT board that the tool cannot do:
 *
 *	probe scatter CHAN PAGES	copies between pages that are not adjacent in
 *					memory, and checks every byte
 *	probe quarantined		prints the number of quarantined channels
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <dmauser.h>

#define TIMEOUT 10000000000ull /* ns */

static size_t page;

static int fail(const char *what, int rc)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(-rc));
	return 1;
}

/*
 * Returns memory whose neighbouring pages are not physically adjacent: it touches first every other
 * page, then the rest.
 */
static unsigned char *scattered(size_t pages)
{
	unsigned char *mem = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return NULL;
	madvise(mem, pages * page, MADV_NOHUGEPAGE);
	for (size_t start = 0; start < 2; start++)
		for (size_t i = start; i < pages; i += 2)
			mem[i * page] = 1;
	return mem;
}

/*
 * Returns the number of physically contiguous pieces, or 0 without access to pagemap, which only
 * root has.
 */
static size_t pieces(const unsigned char *mem, size_t pages)
{
	uint64_t entry, frame, last = 0;
	size_t found = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < pages; i++) {
		off_t at = (off_t)((uintptr_t)(mem + i * page) / page * sizeof(entry));

		if (pread(fd, &entry, sizeof(entry), at) != sizeof(entry)) {
			found = 0;
			break;
		}
		frame = entry & ((1ull << 55) - 1);
		if (!i || frame != last + 1)
			found++;
		last = frame;
	}
	close(fd);
	return found;
}

static int transfer(struct dmauser_session *s, struct dmauser_chan *chan, struct dmauser_buf *dst,
		    struct dmauser_buf *src, size_t len)
{
	struct dmauser_batch *batch;
	struct dmauser_result result;
	struct dmactl_completion done;
	int rc = dmauser_batch_new(&batch);

	if (rc < 0)
		return fail("no batch", rc);
	rc = dmauser_batch_memcpy(batch, chan, dst, 0, src, 0, len, 0);
	if (rc == 0)
		rc = dmauser_submit_wait(s, batch, 0, &done, 1, 1, TIMEOUT, &result);
	dmauser_batch_free(batch);
	if (rc < 0)
		return fail("cannot submit", rc);
	if (!result.completed)
		return fail("no completion", result.wait);
	return done.status < 0 ? fail("the copy failed", done.status) : 0;
}

static int scatter(const char *name, size_t pages)
{
	size_t len = pages * page;
	unsigned char *from = scattered(pages), *to = scattered(pages);
	struct dmauser_session *s;
	struct dmauser_chan *chan;
	struct dmauser_buf *src, *dst;
	int rc;

	if (!from || !to)
		return fail("no memory", -ENOMEM);
	for (size_t i = 0; i < len; i++)
		from[i] = (unsigned char)(i * 7 + i / page);
	memset(to, 0xee, len);
	rc = dmauser_open(NULL, &s);
	if (rc < 0)
		return fail("cannot open", rc);
	rc = dmauser_chan_request_name(s, name, 0, &chan);
	if (rc < 0)
		return fail(name, rc);
	rc = dmauser_buf_map_user(s, from, len, 0, &src);
	if (rc == 0)
		rc = dmauser_buf_map_user(s, to, len, 0, &dst);
	if (rc < 0)
		return fail("cannot pin memory", rc);
	printf("pieces %zu %zu\n", pieces(from, pages), pieces(to, pages));
	rc = transfer(s, chan, dst, src, len);
	if (rc == 0 && memcmp(from, to, len) != 0)
		rc = fail("what arrived differs", -EIO);
	dmauser_close(s);
	return rc;
}

static int quarantined(void)
{
	struct dmauser_session *s;
	struct dmactl_info info = {0};
	int rc = dmauser_open(NULL, &s);

	if (rc < 0)
		return fail("cannot open", rc);
	rc = dmauser_info(s, &info);
	dmauser_close(s);
	if (rc < 0)
		return fail("cannot ask", rc);
	printf("%" PRIu32 "\n", info.out_quarantined);
	return 0;
}

int main(int argc, char **argv)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	if (argc == 4 && !strcmp(argv[1], "scatter"))
		return scatter(argv[2], strtoul(argv[3], NULL, 10));
	if (argc == 2 && !strcmp(argv[1], "quarantined"))
		return quarantined();
	fprintf(stderr, "usage: probe scatter CHAN PAGES | quarantined\n");
	return 2;
}
