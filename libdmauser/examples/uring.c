// SPDX-License-Identifier: MIT
/*
 * Copies a buffer repeatedly without a system call: io_uring with
 * IORING_SETUP_SQPOLL takes the ops from memory that it shares with the
 * program, and puts the results there. The program polls; it and the kernel's
 * thread each need a processor of their own.
 *
 * Usage: uring [TRANSFERS [CHANNEL]]
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmauser.h>
#include <liburing.h>

#define DEPTH	32u
#define BLOCK	4096u
#define LEN	(DEPTH * BLOCK)
#define IDLE_MS 10000 /* time that the kernel's thread polls before it sleeps */

struct copier {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_buf *src, *dst;
	unsigned char *from, *to;
	struct dmauser_batch *batch; /* one op for each block, submitted many times */
	struct io_uring ring;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "uring: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

static int get_buf(struct copier *c, struct dmauser_buf **buf, unsigned char **mem)
{
	void *addr;
	int rc;

	rc = dmauser_buf_alloc(c->session, DMACTL_BUF_STREAMING, c->chan, LEN, buf);
	if (rc == 0)
		rc = dmauser_buf_map(*buf, &addr);
	if (rc < 0)
		return fail("cannot get a buffer", rc);
	*mem = (unsigned char *)addr;
	return 0;
}

static int put_block(struct copier *c, unsigned int block)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&c->ring);

	/* There are twice as many SQEs as ops in flight. */
	if (!sqe)
		return fail("no SQE", -EAGAIN);
	return dmauser_uring_prep(sqe, c->batch, block, 0);
}

/* Takes completions, and submits their blocks again while @left is not 0. */
static int turn(struct copier *c, uint64_t *left, uint64_t *done)
{
	struct io_uring_cqe *cqe;
	unsigned int head, seen = 0, again = 0;
	int rc = 0;

	io_uring_for_each_cqe(&c->ring, head, cqe)
	{
		seen++;
		if (cqe->res != (int)BLOCK) {
			rc = fail("a copy failed", cqe->res < 0 ? cqe->res : -EIO);
			break;
		}
		if (!*left)
			continue;
		rc = put_block(c, (unsigned int)cqe->user_data);
		if (rc < 0)
			break;
		(*left)--;
		again++;
	}
	io_uring_cq_advance(&c->ring, seen);
	*done += seen;
	if (rc == 0 && again)
		rc = io_uring_submit(&c->ring);
	return rc < 0 ? rc : 0;
}

static int copy(struct copier *c, uint64_t transfers)
{
	uint64_t left = transfers, done = 0;
	unsigned int i;
	int rc;

	for (i = 0; i < LEN; i++)
		c->from[i] = (unsigned char)(i ^ i >> 8 ^ i >> 16);
	memset(c->to, 0xee, LEN);
	for (i = 0; i < DEPTH && left; i++, left--)
		if (put_block(c, i) < 0)
			return -1;
	rc = io_uring_submit(&c->ring);
	if (rc < 0)
		return fail("cannot submit", rc);
	while (done < transfers) {
		rc = turn(c, &left, &done);
		if (rc < 0)
			return rc;
	}
	if (memcmp(c->to, c->from, transfers < DEPTH ? transfers * BLOCK : LEN)) {
		fprintf(stderr, "uring: the copy is not like the original\n");
		return -1;
	}
	printf("copied and verified, %" PRIu64 " transfers of %u bytes\n", done, BLOCK);
	return 0;
}

static int prepare(struct copier *c)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SQE128 | IORING_SETUP_SQPOLL,
		.sq_thread_idle = IDLE_MS,
	};
	unsigned int i;
	int rc;

	if (get_buf(c, &c->src, &c->from) < 0 || get_buf(c, &c->dst, &c->to) < 0)
		return -1;
	rc = dmauser_batch_new(&c->batch);
	for (i = 0; i < DEPTH && rc == 0; i++)
		rc = dmauser_batch_memcpy(c->batch, c->chan, c->dst, (size_t)i * BLOCK, c->src,
					  (size_t)i * BLOCK, BLOCK, i);
	if (rc < 0)
		return fail("cannot make a batch", rc);
	rc = io_uring_queue_init_params(2 * DEPTH, &c->ring, &params);
	return rc < 0 ? fail("no ring", rc) : 0;
}

static int run(struct copier *c, uint64_t transfers, const char *name)
{
	int rc;

	rc = name ? dmauser_chan_request_name(c->session, name, 0, &c->chan)
		  : dmauser_chan_request_caps(c->session, DMACTL_CAP_MEMCPY, NULL, 0, &c->chan);
	if (rc < 0)
		return fail(name ? name : "no channel can copy", rc);
	rc = prepare(c);
	if (rc < 0)
		return rc;
	rc = copy(c, transfers);
	io_uring_queue_exit(&c->ring);
	return rc;
}

int main(int argc, char **argv)
{
	uint64_t transfers = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000;
	struct copier c = {0};
	struct dmactl_info info;
	int rc;

	if (argc > 3 || !transfers) {
		fprintf(stderr, "Usage: uring [TRANSFERS [CHANNEL]]\n");
		return 1;
	}
	rc = dmauser_open(NULL, &c.session);
	if (rc == 0)
		rc = dmauser_info(c.session, &info);
	if (rc < 0) {
		fail(DMACTL_DEVICE, rc);
		return 1;
	}
	rc = -1;
	if (info.out_features & DMACTL_FEATURE_URING)
		rc = run(&c, transfers, argc > 2 ? argv[2] : NULL);
	else
		fprintf(stderr, "uring: this kernel has no io_uring\n");
	dmauser_batch_free(c.batch);
	/* Ends the ops in flight, and frees the channel and the buffers, too. */
	dmauser_close(c.session);
	return rc < 0 ? 1 : 0;
}
