// SPDX-License-Identifier: MIT
/*
 * Checks of the AXI boards that the tool cannot do. The program fails if a check fails, and says
 * what it saw.
 *
 * axi-probe readonly PORT FILE	sends a file that is mapped for reading
 * 				only, and prints the result
 * axi-probe copies CHAN COUNT	queues that many copies at once; the bytes of
 * 				each must be there when it completes
 * axi-probe receives PORT COUNT	the same for packets from a counter
 * axi-probe residue PORT		queues sends that hang, and prints their residues
 * axi-probe sends PORT COUNT MS	one after the other: the completion of each, or
 * 				that none came within MS
 * axi-probe frame PORT		receives a frame, and frees its buffer
 * axi-probe counts		reads words that count up by one, and prints the
 *				bytes, and how often a word is not the next
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <dmauser.h>

#define SECOND 1000000000ull /* ns */
#define COPY   64
#define PACKET 256

static struct dmauser_session *session;
static struct dmauser_chan *chan;
static struct dmauser_batch *batch;

static int fail(const char *what, int rc)
{
	fprintf(stderr, "axi-probe: %s: %s\n", what, dmauser_strerror(rc));
	return 1;
}

static int open_port(const char *name, unsigned int depth)
{
	int rc = dmauser_open(NULL, &session);

	if (!rc)
		rc = strchr(name, ':') ? dmauser_chan_request_port(session, name, depth, &chan)
				       : dmauser_chan_request_name(session, name, depth, &chan);
	return rc ? rc : dmauser_batch_new(&batch);
}

static int coherent(size_t len, struct dmauser_buf **buf, void **mem)
{
	int rc = dmauser_buf_alloc(session, DMACTL_BUF_COHERENT, chan, len, buf);

	return rc ? rc : dmauser_buf_map(*buf, mem);
}

static int readonly(const char *port, const char *path)
{
	struct dmactl_completion done = {0};
	struct dmauser_result result = {0};
	struct dmauser_buf *buf;
	int rc, fd = open(path, O_RDONLY | O_CLOEXEC);
	void *mem = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (mem == MAP_FAILED)
		return fail(path, -errno);
	rc = open_port(port, 0);
	if (rc)
		return fail(port, rc);
	rc = dmauser_buf_map_user(session, mem, 4096, DMACTL_MAP_USER_READ_ONLY, &buf);
	if (rc)
		return fail("the file", rc);
	rc = dmauser_batch_slave_single(batch, chan, DMACTL_DIR_MEM_TO_DEV, buf, 0, 4096, 1);
	if (!rc)
		rc = dmauser_submit_wait(session, batch, 0, &done, 1, 1, 3 * SECOND, &result);
	if (rc < 0)
		return fail("submit", rc);
	printf("completed %u, status %d, %" PRIu64 " bytes\n", result.completed, done.status,
	       (uint64_t)done.bytes);
	return 0;
}

/* Counts for ops of one length, whose memory was filled with one word before. */
struct seen {
	const uint32_t *mem;
	uint32_t before;
	size_t bytes;
	size_t records, early, wrong;
};

static int take(struct seen *seen)
{
	struct dmactl_completion done;
	int rc = dmauser_wait(session, &done, 1, 1, 10 * SECOND);

	if (rc != 1)
		return rc < 0 ? rc : -ETIMEDOUT;
	seen->records++;
	seen->early += seen->mem[(done.user_data + 1) * seen->bytes / 4 - 1] == seen->before;
	seen->wrong += done.status || done.bytes != seen->bytes;
	return 0;
}

/*
 * Queues as many ops as the channel accepts and issues them together; the rest follows as credit
 * returns. When an op completes, its bytes must be there.
 */
static int run_all(size_t count, struct seen *seen)
{
	int rc = 0;

	while (rc >= 0 && seen->records < count) {
		rc = dmauser_batch_count(batch) ? dmauser_submit(session, batch, DMACTL_SUBMIT_HOLD)
						: -EAGAIN;
		if (rc != -EAGAIN)
			continue;
		rc = dmauser_chan_issue(chan);
		if (!rc)
			rc = take(seen);
	}
	if (rc < 0)
		return fail("a transfer", rc);
	printf("%zu records, %zu before the bytes were there, %zu with another status or length\n",
	       seen->records, seen->early, seen->wrong);
	return seen->early || seen->wrong;
}

static int copies(const char *name, size_t count)
{
	struct dmauser_buf *src, *dst;
	void *from, *to;
	int rc = open_port(name, (unsigned int)count);

	if (!rc)
		rc = coherent(count * COPY, &src, &from);
	if (!rc)
		rc = coherent(count * COPY, &dst, &to);
	if (rc)
		return fail(name, rc);
	memset(from, 0xab, count * COPY);
	memset(to, 0, count * COPY);
	for (size_t i = 0; !rc && i < count; i++)
		rc = dmauser_batch_memcpy(batch, chan, dst, i * COPY, src, i * COPY, COPY, i);
	if (rc < 0)
		return fail("batch", rc);
	return run_all(count, &(struct seen){.mem = to, .before = 0, .bytes = COPY});
}

static int receives(const char *port, size_t count)
{
	struct dmauser_buf *buf;
	void *mem;
	int rc = open_port(port, (unsigned int)count);

	if (!rc)
		rc = coherent(count * PACKET, &buf, &mem);
	if (rc)
		return fail(port, rc);
	memset(mem, 0xff, count * PACKET);
	for (size_t i = 0; !rc && i < count; i++)
		rc = dmauser_batch_slave_single(batch, chan, DMACTL_DIR_DEV_TO_MEM, buf, i * PACKET,
						PACKET, i);
	if (rc < 0)
		return fail("batch", rc);
	return run_all(count, &(struct seen){.mem = mem, .before = UINT32_MAX, .bytes = PACKET});
}

static int send_one(struct dmauser_buf *buf, size_t len, uint64_t name)
{
	return dmauser_batch_slave_single(batch, chan, DMACTL_DIR_MEM_TO_DEV, buf, 0, len, name);
}

static int residue(const char *port)
{
	struct dmauser_buf *buf;
	bool wrong = false;
	void *mem;
	int rc = open_port(port, 16);

	if (!rc)
		rc = coherent(4096, &buf, &mem);
	for (uint64_t i = 1; !rc && i <= 3; i++)
		rc = send_one(buf, 1000 * i, i);
	if (!rc)
		rc = dmauser_submit(session, batch, 0);
	if (rc < 0)
		return fail(port, rc);
	usleep(100000);
	rc = send_one(buf, 4000, 4);
	if (!rc)
		rc = dmauser_submit(session, batch, 0);
	for (uint64_t i = 1; rc >= 0 && i <= 4; i++) {
		struct dmactl_chan_status status = {0};

		rc = dmauser_chan_status_of(chan, i, &status);
		printf("of %" PRIu64 " bytes %" PRIu64 " are left\n", 1000 * i,
		       (uint64_t)status.out_residue);
		wrong |= status.out_residue != 1000 * i;
	}
	return rc < 0 ? fail("status", rc) : wrong;
}

static int sends(const char *port, uint64_t count, unsigned int ms)
{
	struct dmauser_buf *buf;
	void *mem;
	int rc = open_port(port, 64);

	if (!rc)
		rc = coherent(4096, &buf, &mem);
	for (uint64_t i = 0; !rc && i < count; i++) {
		struct dmactl_completion done;

		rc = send_one(buf, 1000, i);
		if (!rc)
			rc = dmauser_submit(session, batch, 0);
		if (rc < 0)
			break;
		rc = dmauser_wait(session, &done, 1, 1, ms * (SECOND / 1000));
		if (rc == 1)
			printf("%" PRIu64 ": op %" PRIu64 ", status %d, %" PRIu64 " bytes\n", i,
			       (uint64_t)done.user_data, done.status, (uint64_t)done.bytes);
		else
			printf("%" PRIu64 ": none\n", i);
		rc = rc == 1 || rc == -ETIME ? 0 : rc;
	}
	return rc < 0 ? fail(port, rc) : 0;
}

static int frame(const char *port)
{
	const struct dmactl_chunk chunk = {.size = 1024};
	struct dmactl_completion done = {0};
	struct dmauser_result result = {0};
	struct dmauser_buf *buf;
	int rc = open_port(port, 8);

	if (!rc)
		rc = dmauser_buf_alloc(session, DMACTL_BUF_STREAMING, chan, 16384, &buf);
	if (!rc)
		rc = dmauser_batch_interleaved(batch, chan, buf, 0, NULL, 0, &chunk, 1, 16,
					       DMACTL_OPF_DST_INC, 1);
	if (!rc)
		rc = dmauser_submit_wait(session, batch, 0, &done, 1, 1, 5 * SECOND, &result);
	if (rc < 0)
		return fail(port, rc);
	if (!result.completed || done.status)
		return fail("the frame", done.status ? done.status : -ETIMEDOUT);
	/* The core writes this buffer again and again, so it is in use. */
	rc = dmauser_buf_destroy(buf);
	if (rc != -EBUSY)
		return fail("the buffer, right after its frame", rc ? rc : -EEXIST);
	rc = dmauser_chan_terminate(chan);
	if (rc)
		return fail("terminate", rc);
	rc = dmauser_buf_destroy(buf);
	if (rc)
		return fail("the buffer, after the channel was stopped", rc);
	printf("given back\n");
	fflush(stdout);
	sleep(2);
	return 0;
}

static int counts(void)
{
	static uint32_t block[16384];
	uint64_t bytes = 0, gaps = 0;
	uint32_t next = 0;
	size_t n;

	while ((n = fread(block, sizeof(*block), sizeof(block) / sizeof(*block), stdin))) {
		for (size_t i = 0; i < n; i++) {
			gaps += (bytes || i) && le32toh(block[i]) != next;
			next = le32toh(block[i]) + 1;
		}
		bytes += n * sizeof(*block);
	}
	printf("%" PRIu64 " %" PRIu64 "\n", bytes, gaps);
	return ferror(stdin) ? fail("standard input", -EIO) : 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "counts"))
		return counts();
	if (argc == 4 && !strcmp(argv[1], "readonly"))
		return readonly(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "copies"))
		return copies(argv[2], strtoul(argv[3], NULL, 10));
	if (argc == 4 && !strcmp(argv[1], "receives"))
		return receives(argv[2], strtoul(argv[3], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "residue"))
		return residue(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "sends"))
		return sends(argv[2], strtoul(argv[3], NULL, 10),
			     (unsigned int)strtoul(argv[4], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "frame"))
		return frame(argv[2]);
	fprintf(stderr,
		"usage: axi-probe readonly|copies|receives|residue|sends|frame|counts ...\n");
	return 2;
}
