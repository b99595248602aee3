// SPDX-License-Identifier: MIT
/*
 * Copies a file: libaio reads it with O_DIRECT into a DMA buffer, a DMA channel
 * copies the buffer to a second one, and libaio writes that with O_DIRECT. The
 * CPU touches no byte until it compares both files at the end.
 *
 * Usage: aio IN OUT [CHANNEL]
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_DIRECT; C++ defines it */
#endif
#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dmauser.h>

#define CHUNK	(1u << 20)
#define BLOCK	4096u /* O_DIRECT writes in whole blocks */
#define TIMEOUT 10000000000ull

struct copier {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_buf *src, *dst;
	void *from, *to;
	struct dmauser_batch *batch;
	io_context_t aio;
	int in, out;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "aio: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* For system calls on other files, whose errors have their usual meaning. */
static int fail_call(const char *what)
{
	fprintf(stderr, "aio: %s: %s\n", what, strerror(errno));
	return -1;
}

/* Runs one request and waits for it. Returns the bytes transferred, or -1. */
static long run_io(struct copier *c, struct iocb *request, const char *what)
{
	struct io_event event;
	int rc;

	rc = io_submit(c->aio, 1, &request);
	if (rc != 1)
		return fail(what, rc < 0 ? rc : -EAGAIN);
	do
		rc = io_getevents(c->aio, 1, 1, &event, NULL);
	while (rc == -EINTR);
	if (rc != 1)
		return fail("io_getevents", rc < 0 ? rc : -EIO);
	if ((long)event.res < 0)
		return fail(what, (int)event.res);
	return (long)event.res;
}

static long read_chunk(struct copier *c, long long off)
{
	struct iocb request;

	io_prep_pread(&request, c->in, c->from, CHUNK, off);
	return run_io(c, &request, "cannot read");
}

/* Writes whole blocks. copy_file() sets the exact length of the file at the end. */
static int write_chunk(struct copier *c, long long off, long len)
{
	long blocks = (len + BLOCK - 1) / BLOCK * BLOCK, done;
	struct iocb request;

	io_prep_pwrite(&request, c->out, c->to, (size_t)blocks, off);
	done = run_io(c, &request, "cannot write");
	if (done < 0)
		return -1;
	return done == blocks ? 0 : fail("short write", -EIO);
}

static int dma_chunk(struct copier *c, long len)
{
	struct dmactl_completion done;
	struct dmauser_result result;
	int rc;

	rc = dmauser_batch_memcpy(c->batch, c->chan, c->dst, 0, c->src, 0, (uint64_t)len, 0);
	if (rc < 0)
		return fail("cannot add the op", rc);
	rc = dmauser_submit_wait(c->session, c->batch, 0, &done, 1, 1, TIMEOUT, &result);
	if (rc < 0)
		return fail("cannot submit", rc);
	if (!result.completed)
		return fail("no completion", result.wait);
	return done.status < 0 ? fail("the copy failed", done.status) : 0;
}

static long long copy_file(struct copier *c)
{
	long long off = 0;
	long len;

	/* With O_DIRECT, a short read means the end of the file. */
	do {
		len = read_chunk(c, off);
		if (len < 0)
			return -1;
		if (len == 0)
			break;
		if (dma_chunk(c, len) < 0 || write_chunk(c, off, len) < 0)
			return -1;
		off += len;
	} while (len == CHUNK);
	if (ftruncate(c->out, off) < 0)
		return fail_call("cannot set the length");
	return off;
}

/* Compares the files with ordinary reads. */
static int same_content(FILE *a, FILE *b, long long len)
{
	long long i;
	int x, y;

	for (i = 0; i < len; i++) {
		x = getc(a);
		y = getc(b);
		if (x == EOF || x != y) {
			fprintf(stderr, "aio: byte %lld is wrong\n", i);
			return -1;
		}
	}
	if (getc(a) != EOF || getc(b) != EOF) {
		fprintf(stderr, "aio: the files differ in length\n");
		return -1;
	}
	return 0;
}

static int verify(const char *in, const char *out, long long len)
{
	FILE *a = fopen(in, "rb"), *b = fopen(out, "rb");
	int rc = -1;

	if (!a || !b)
		fail_call(a ? out : in);
	else
		rc = same_content(a, b, len);
	if (a)
		fclose(a);
	if (b)
		fclose(b);
	return rc;
}

static int open_files(struct copier *c, const char *in, const char *out)
{
	struct stat a, b;

	c->in = open(in, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (c->in < 0)
		return fail_call(in);
	if (fstat(c->in, &a) == 0 && stat(out, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino) {
		fprintf(stderr, "aio: IN and OUT are the same file\n");
		return -1;
	}
	c->out = open(out, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0644);
	return c->out < 0 ? fail_call(out) : 0;
}

static int get_buf(struct copier *c, struct dmauser_buf **buf, void **addr)
{
	int rc = dmauser_buf_alloc(c->session, DMACTL_BUF_STREAMING, NULL, CHUNK, buf);

	if (rc == 0)
		rc = dmauser_buf_map(*buf, addr);
	return rc < 0 ? fail("cannot get a buffer", rc) : 0;
}

static int prepare(struct copier *c, const char *name)
{
	int rc;

	rc = dmauser_open(NULL, &c->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	rc = name ? dmauser_chan_request_name(c->session, name, 0, &c->chan)
		  : dmauser_chan_request_caps(c->session, DMACTL_CAP_MEMCPY, NULL, 0, &c->chan);
	if (rc < 0)
		return fail(name ? name : "no channel can copy", rc);
	printf("channel %s\n", dmauser_chan_name(c->chan));
	rc = dmauser_batch_new(&c->batch);
	if (rc < 0)
		return fail("cannot make a batch", rc);
	rc = io_setup(1, &c->aio);
	if (rc < 0)
		return fail("io_setup", rc);
	if (get_buf(c, &c->src, &c->from) < 0 || get_buf(c, &c->dst, &c->to) < 0)
		return -1;
	return 0;
}

static void finish(struct copier *c)
{
	/* End the I/O before the memory that it uses is freed. */
	if (c->aio)
		io_destroy(c->aio);
	dmauser_batch_free(c->batch);
	dmauser_close(c->session);
	if (c->in >= 0)
		close(c->in);
	if (c->out >= 0)
		close(c->out);
}

int main(int argc, char **argv)
{
	struct copier c = {.in = -1, .out = -1};
	long long len = -1;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "Usage: aio IN OUT [CHANNEL]\n");
		return 1;
	}
	if (prepare(&c, argc > 3 ? argv[3] : NULL) == 0 && open_files(&c, argv[1], argv[2]) == 0)
		len = copy_file(&c);
	finish(&c);
	if (len < 0)
		return 1;
	printf("copied %lld bytes with O_DIRECT and DMA\n", len);
	if (verify(argv[1], argv[2], len) < 0)
		return 1;
	printf("verified %lld bytes\n", len);
	return 0;
}
