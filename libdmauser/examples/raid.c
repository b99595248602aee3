// SPDX-License-Identifier: MIT
/*
 * RAID-6 on four pieces of memory: a channel calculates P and Q, recovers a
 * lost piece as the exclusive or of the others, and detects a wrong bit. The
 * sources are the program's own memory, pinned.
 *
 * Usage: raid
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmauser.h>

#define SOURCES	   4u
#define LEN	   (64u << 10)
#define TIMEOUT_NS 10000000000ull

struct raid {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_batch *batch;
	struct dmauser_buf *user, *parity;
	unsigned char *memory; /* the sources, one after the other */
	unsigned char *pq;     /* P, Q, and a recovered piece */
	struct dmauser_piece src[SOURCES], p, q, back;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "raid: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* Submits the op of the batch and waits for it. Returns the completion's flags, or -1. */
static int run_op(struct raid *r)
{
	struct dmactl_completion done;
	struct dmauser_result result;
	int rc;

	rc = dmauser_submit_wait(r->session, r->batch, 0, &done, 1, 1, TIMEOUT_NS, &result);
	if (rc == 0 && !result.completed)
		rc = result.wait;
	if (rc == 0)
		rc = done.status;
	return rc < 0 ? fail("the channel", rc) : (int)done.flags;
}

static int prepare(struct raid *r)
{
	const uint64_t caps = DMACTL_CAP_XOR | DMACTL_CAP_PQ | DMACTL_CAP_PQ_VAL;
	void *addr = NULL;
	unsigned int i;
	int rc;

	rc = dmauser_open(NULL, &r->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	rc = dmauser_chan_request_caps(r->session, caps, NULL, 0, &r->chan);
	if (rc < 0)
		return fail("no channel can do XOR, PQ and PQ_VAL", rc);
	r->memory = (unsigned char *)malloc((size_t)SOURCES * LEN);
	if (!r->memory)
		return -1;
	for (i = 0; i < SOURCES * LEN; i++)
		r->memory[i] = (unsigned char)(i * 7 + i / LEN);
	rc = dmauser_buf_map_user(r->session, r->memory, (size_t)SOURCES * LEN, 0, &r->user);
	if (rc == 0)
		rc = dmauser_buf_alloc(r->session, DMACTL_BUF_STREAMING, r->chan, 3ul * LEN,
				       &r->parity);
	if (rc == 0)
		rc = dmauser_buf_map(r->parity, &addr);
	if (rc == 0)
		rc = dmauser_batch_new(&r->batch);
	if (rc < 0)
		return fail("cannot get memory", rc);
	r->pq = (unsigned char *)addr;
	for (i = 0; i < SOURCES; i++)
		r->src[i] = (struct dmauser_piece){r->user, (uint64_t)i * LEN, LEN};
	r->p = (struct dmauser_piece){r->parity, 0, LEN};
	r->q = (struct dmauser_piece){r->parity, LEN, LEN};
	r->back = (struct dmauser_piece){r->parity, 2ul * LEN, LEN};
	return 0;
}

static int check(struct raid *r, const uint8_t *scf, int expected, const char *what)
{
	int flags;
	int rc = dmauser_batch_pq_val(r->batch, r->chan, &r->p, &r->q, r->src, SOURCES, scf, NULL,
				      0);

	if (rc < 0)
		return fail("cannot add an op", rc);
	flags = run_op(r);
	if (flags < 0)
		return -1;
	printf("%s: P %s, Q %s\n", what, flags & DMACTL_COMP_P_BAD ? "differs" : "matches",
	       flags & DMACTL_COMP_Q_BAD ? "differs" : "matches");
	return flags == expected ? 0 : -1;
}

/* Recovers piece 2 as the sum of P and all other pieces. */
static int recover(struct raid *r)
{
	struct dmauser_piece rest[SOURCES] = {r->src[0], r->src[1], r->p, r->src[3]};
	int rc = dmauser_batch_xor(r->batch, r->chan, &r->back, rest, SOURCES, 0);

	if (rc < 0)
		return fail("cannot add an op", rc);
	if (run_op(r) < 0)
		return -1;
	rc = memcmp(r->pq + 2ul * LEN, r->memory + 2ul * LEN, LEN);
	printf("piece 2 %s\n", rc ? "is wrong" : "came back");
	return rc ? -1 : 0;
}

static int run(struct raid *r)
{
	static const uint8_t scf[SOURCES] = {1, 2, 4, 8};
	int rc = dmauser_batch_pq(r->batch, r->chan, &r->p, &r->q, r->src, SOURCES, scf, 0);

	if (rc < 0)
		return fail("cannot add an op", rc);
	if (run_op(r) < 0 || check(r, scf, 0, "calculated") < 0 || recover(r) < 0)
		return -1;
	r->memory[LEN + 5] ^= 1;
	return check(r, scf, DMACTL_COMP_P_BAD | DMACTL_COMP_Q_BAD, "one bit changed");
}

int main(void)
{
	struct raid r = {0};
	int rc = prepare(&r);

	if (rc == 0)
		rc = run(&r);
	dmauser_batch_free(r.batch);
	dmauser_close(r.session);
	/* Free it after the session is closed; until then the device may access it. */
	free(r.memory);
	return rc < 0 ? 1 : 0;
}
