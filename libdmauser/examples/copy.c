// SPDX-License-Identifier: MIT
/*
 * The simplest copy: one op, and one system call to submit it, wait and reap.
 *
 * Usage: copy [CHANNEL]
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <dmauser.h>

#define LEN	(1u << 20)
#define TIMEOUT 10000000000ull /* ns */

static int fail(const char *what, int rc)
{
	fprintf(stderr, "copy: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* Allocates a buffer and gets its address. */
static int get_buf(struct dmauser_session *s, struct dmauser_buf **buf, unsigned char **mem)
{
	void *addr;
	int rc;

	rc = dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, LEN, buf);
	if (rc < 0)
		return fail("cannot get a buffer", rc);
	rc = dmauser_buf_map(*buf, &addr);
	if (rc < 0)
		return fail("cannot map a buffer", rc);
	*mem = (unsigned char *)addr;
	return 0;
}

static int transfer(struct dmauser_session *s, struct dmauser_batch *batch)
{
	struct dmactl_completion done;
	struct dmauser_result result;
	int rc;

	rc = dmauser_submit_wait(s, batch, 0, &done, 1, 1, TIMEOUT, &result);
	if (rc < 0)
		return fail("cannot submit", rc);
	if (!result.completed)
		return fail("no completion", result.wait);
	if (done.status < 0)
		return fail("the copy failed", done.status);
	printf("copied %" PRIu64 " bytes\n", (uint64_t)done.bytes);
	return 0;
}

static int copy(struct dmauser_session *s, struct dmauser_chan *chan, struct dmauser_batch *batch)
{
	unsigned char *from, *to;
	struct dmauser_buf *src, *dst;
	unsigned int i;
	int rc;

	if (get_buf(s, &src, &from) < 0 || get_buf(s, &dst, &to) < 0)
		return -1;
	for (i = 0; i < LEN; i++)
		from[i] = (unsigned char)(i ^ i >> 8 ^ i >> 16);
	memset(to, 0xee, LEN);
	rc = dmauser_batch_memcpy(batch, chan, dst, 0, src, 0, LEN, 1);
	if (rc < 0)
		return fail("cannot add the op", rc);
	if (transfer(s, batch) < 0)
		return -1;
	for (i = 0; i < LEN; i++) {
		if (to[i] != from[i]) {
			fprintf(stderr, "copy: byte %u is wrong\n", i);
			return -1;
		}
	}
	printf("verified %u bytes\n", LEN);
	return 0;
}

static int run(struct dmauser_session *s, const char *name)
{
	struct dmauser_batch *batch;
	struct dmauser_chan *chan;
	int rc;

	rc = name ? dmauser_chan_request_name(s, name, 0, &chan)
		  : dmauser_chan_request_caps(s, DMACTL_CAP_MEMCPY, NULL, 0, &chan);
	if (rc < 0)
		return fail(name ? name : "no channel can copy", rc);
	printf("channel %s of %s (%s)\n", dmauser_chan_name(chan), dmauser_chan_caps(chan)->device,
	       dmauser_chan_caps(chan)->driver);
	rc = dmauser_batch_new(&batch);
	if (rc < 0)
		return fail("cannot make a batch", rc);
	rc = copy(s, chan, batch);
	dmauser_batch_free(batch);
	return rc;
}

int main(int argc, char **argv)
{
	struct dmauser_session *s;
	int rc;

	if (argc > 2) {
		fprintf(stderr, "Usage: copy [CHANNEL]\n");
		return 1;
	}
	rc = dmauser_open(NULL, &s);
	if (rc < 0) {
		fail(DMACTL_DEVICE, rc);
		return 1;
	}
	rc = run(s, argc > 1 ? argv[1] : NULL);
	/* Frees the channel and the buffers, too. */
	dmauser_close(s);
	return rc < 0 ? 1 : 0;
}
