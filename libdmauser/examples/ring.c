// SPDX-License-Identifier: MIT
/*
 * Copies with a completion ring: each round submits the free slots, and takes
 * completions from shared memory without a system call.
 *
 * Usage: ring [TRANSFERS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmauser.h>

#define SLOTS	 16u
#define SLOT_LEN 4096u
#define TIMEOUT	 10000000000ull /* ns */

struct copies {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_ring *ring;
	struct dmauser_batch *batch;
	struct dmauser_buf *src, *dst;
	unsigned char *from, *to;
	unsigned int started, ended, wanted;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "ring: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

static int get_buf(struct copies *c, struct dmauser_buf **buf, unsigned char **mem)
{
	void *addr = NULL;
	int rc;

	rc = dmauser_buf_alloc(c->session, DMACTL_BUF_STREAMING, NULL, SLOTS * SLOT_LEN, buf);
	if (rc == 0)
		rc = dmauser_buf_map(*buf, &addr);
	*mem = (unsigned char *)addr;
	return rc < 0 ? fail("cannot get a buffer", rc) : 0;
}

/* Each copy has other data, so that the data of an old copy is not taken for new. */
static int start_copy(struct copies *c, unsigned int slot)
{
	unsigned int i, off = slot * SLOT_LEN, nr = c->started++;
	int rc;

	for (i = 0; i < SLOT_LEN; i++)
		c->from[off + i] = (unsigned char)(i * 7 + nr);
	rc = dmauser_batch_memcpy(c->batch, c->chan, c->dst, off, c->src, off, SLOT_LEN, slot);
	return rc < 0 ? fail("cannot add an op", rc) : 0;
}

static int end_copy(struct copies *c, const struct dmactl_completion *done)
{
	unsigned int slot = (unsigned int)done->user_data, off = slot * SLOT_LEN;

	if (done->status < 0)
		return fail("a copy failed", done->status);
	if (memcmp(c->to + off, c->from + off, SLOT_LEN) != 0) {
		fprintf(stderr, "ring: slot %u holds wrong data\n", slot);
		return -1;
	}
	c->ended++;
	return c->started < c->wanted ? start_copy(c, slot) : 0;
}

/* One system call submits the batch, and waits if there is no completion yet. */
static int submit(struct copies *c)
{
	struct dmauser_result result;
	int rc;

	rc = dmauser_submit_wait(c->session, c->batch, 0, NULL, 0, 1, TIMEOUT, &result);
	if (rc == 0 && !result.completed)
		rc = result.wait;
	return rc < 0 ? fail("cannot submit, or no copy has ended", rc) : 0;
}

static int take(struct copies *c)
{
	const struct dmactl_completion *done;
	unsigned int i, nr;

	while ((nr = dmauser_ring_peek(c->ring, &done)) > 0) {
		for (i = 0; i < nr; i++)
			if (end_copy(c, &done[i]) < 0)
				return -1;
		dmauser_ring_advance(c->ring, nr);
	}
	return 0;
}

static int run(struct copies *c)
{
	unsigned int slot;

	for (slot = 0; slot < SLOTS && c->started < c->wanted; slot++)
		if (start_copy(c, slot) < 0)
			return -1;
	while (c->ended < c->wanted)
		if (submit(c) < 0 || take(c) < 0)
			return -1;
	printf("copied and verified, %u transfers of %u bytes\n", c->ended, SLOT_LEN);
	return 0;
}

static int prepare(struct copies *c)
{
	int rc;

	rc = dmauser_open(NULL, &c->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	rc = dmauser_chan_request_caps(c->session, DMACTL_CAP_MEMCPY, NULL, SLOTS, &c->chan);
	if (rc < 0)
		return fail("no channel can copy", rc);
	rc = dmauser_ring_new(c->session, SLOTS, &c->ring);
	if (rc < 0)
		return fail("cannot make a ring", rc);
	rc = dmauser_batch_new(&c->batch);
	if (rc < 0)
		return fail("cannot make a batch", rc);
	return get_buf(c, &c->src, &c->from) < 0 || get_buf(c, &c->dst, &c->to) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct copies c = {.wanted = 1000};
	int rc;

	if (argc > 1)
		c.wanted = (unsigned int)strtoul(argv[1], NULL, 0);
	if (argc > 2 || !c.wanted) {
		fprintf(stderr, "Usage: ring [TRANSFERS]\n");
		return 1;
	}
	rc = prepare(&c);
	if (rc == 0)
		rc = run(&c);
	/* These functions accept NULL. */
	dmauser_batch_free(c.batch);
	dmauser_close(c.session);
	return rc < 0 ? 1 : 0;
}
