// SPDX-License-Identifier: MIT
/*
 * Captures from a peripheral without a gap: a cyclic op fills the periods of a
 * ring of coherent memory over and over, and the program writes each finished
 * period to standard output while the channel fills the others.
 *
 * Usage: capture SLAVE PERIODS
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmauser.h>

#define PERIOD	   (16u << 10)
#define RING	   16u /* periods */
#define TIMEOUT_NS 10000000000ull

struct capture {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_buf *ring;
	unsigned char *memory;
	struct dmauser_batch *batch;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "capture: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* For system calls on other files, whose errors have their usual meaning. */
static int fail_call(const char *what)
{
	fprintf(stderr, "capture: %s: %s\n", what, strerror(errno));
	return -1;
}

static int prepare(struct capture *c, const char *name)
{
	void *addr = NULL;
	int rc;

	rc = dmauser_open(NULL, &c->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	/* A slave name identifies the peripheral, so no address is needed. */
	rc = dmauser_chan_request_slave(c->session, name, 0, &c->chan);
	if (rc < 0)
		return fail(name, rc);
	rc = dmauser_buf_alloc(c->session, DMACTL_BUF_COHERENT, c->chan, (size_t)RING * PERIOD,
			       &c->ring);
	if (rc == 0)
		rc = dmauser_buf_map(c->ring, &addr);
	if (rc < 0)
		return fail("cannot get a ring", rc);
	c->memory = (unsigned char *)addr;
	rc = dmauser_batch_new(&c->batch);
	if (rc == 0)
		rc = dmauser_batch_cyclic(c->batch, c->chan, DMACTL_DIR_DEV_TO_MEM, c->ring, 0,
					  (uint64_t)RING * PERIOD, PERIOD, 0);
	if (rc == 0)
		rc = dmauser_submit(c->session, c->batch, 0);
	return rc < 0 ? fail("cannot start", rc) : 0;
}

/* Checks that the channel has not reached the slot of this period again. */
static int check_intact(struct capture *c, unsigned long long period)
{
	struct dmactl_chan_status status;
	int rc = dmauser_chan_status_of(c->chan, 0, &status);

	if (rc < 0)
		return fail("cannot tell how far the channel is", rc);
	/* One period less than the ring: the channel may already fill the slot. */
	if (status.out_count - period < RING - 1)
		return 0;
	fprintf(stderr, "capture: too slow: period %llu is lost\n", period);
	return -1;
}

static int save(struct capture *c, unsigned long long period)
{
	static unsigned char copy[PERIOD];

	memcpy(copy, c->memory + period % RING * PERIOD, PERIOD);
	if (check_intact(c, period) < 0)
		return -1;
	if (fwrite(copy, 1, PERIOD, stdout) != PERIOD)
		return fail_call("cannot write");
	return 0;
}

static int run(struct capture *c, unsigned long long wanted)
{
	struct dmactl_completion record;
	unsigned long long next = 0;
	int rc;

	while (next < wanted) {
		rc = dmauser_wait(c->session, &record, 1, 1, TIMEOUT_NS);
		if (rc < 0)
			return fail("nothing comes", rc);
		if (!(record.flags & DMACTL_COMP_MORE))
			return fail("the capture ended", record.status);
		/* A completion counts all periods that ended before it was reaped. */
		for (; next < record.count && next < wanted; next++)
			if (save(c, next) < 0)
				return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct capture c = {0};
	int rc;

	if (argc != 3) {
		fprintf(stderr, "Usage: capture SLAVE PERIODS\n");
		return 1;
	}
	rc = prepare(&c, argv[1]);
	if (rc == 0)
		rc = run(&c, strtoull(argv[2], NULL, 0));
	/* Destroying the channel stops it. These functions accept NULL. */
	dmauser_chan_destroy(c.chan);
	dmauser_batch_free(c.batch);
	dmauser_close(c.session);
	return rc < 0 ? 1 : 0;
}
