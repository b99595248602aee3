// SPDX-License-Identifier: MIT
/*
 * Plays standard input to a peripheral without a gap: a cyclic op sends the periods
 * of a ring over and over, and the program fills each period again that was sent.
 * Where the input is too slow, the peripheral gets old bytes: that is reported.
 *
 * Usage: playback SLAVE <FILE
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmauser.h>

#define PERIOD	(4u << 10)
#define RING	8u	       /* periods */
#define TIMEOUT 10000000000ull /* ns */

struct playback {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_buf *ring;
	unsigned char *memory;
	struct dmauser_batch *batch;
	unsigned long long filled; /* periods */
	unsigned long long late;   /* periods that were sent before they were filled */
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "playback: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* For system calls on other files, whose errors have their usual meaning. */
static int fail_call(const char *what)
{
	fprintf(stderr, "playback: %s: %s\n", what, strerror(errno));
	return -1;
}

/* Fills the next period. Returns 1 if there is one, 0 at the end of the input. */
static int fill(struct playback *p)
{
	unsigned char *to = p->memory + p->filled % RING * PERIOD;
	size_t n = fread(to, 1, PERIOD, stdin);

	if (ferror(stdin))
		return fail_call("cannot read");
	if (n == 0)
		return 0;
	/* The last period may be short: silence for the rest. */
	memset(to + n, 0, PERIOD - n);
	p->filled++;
	return 1;
}

static int prepare(struct playback *p, const char *name)
{
	void *addr = NULL;
	int rc;

	rc = dmauser_open(NULL, &p->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	rc = dmauser_chan_request_slave(p->session, name, 0, &p->chan);
	if (rc < 0)
		return fail(name, rc);
	/* COHERENT memory needs no sync when the CPU writes while the device reads. */
	rc = dmauser_buf_alloc(p->session, DMACTL_BUF_COHERENT, p->chan, (size_t)RING * PERIOD,
			       &p->ring);
	if (rc == 0)
		rc = dmauser_buf_map(p->ring, &addr);
	if (rc == 0)
		rc = dmauser_batch_new(&p->batch);
	if (rc < 0)
		return fail("cannot get a ring", rc);
	p->memory = (unsigned char *)addr;
	return 0;
}

static int start(struct playback *p)
{
	int rc = 1;

	while (rc > 0 && p->filled < RING)
		rc = fill(p);
	if (rc < 0)
		return rc;
	rc = dmauser_batch_cyclic(p->batch, p->chan, DMACTL_DIR_MEM_TO_DEV, p->ring, 0,
				  (uint64_t)RING * PERIOD, PERIOD, 0);
	if (rc == 0)
		rc = dmauser_submit(p->session, p->batch, 0);
	return rc < 0 ? fail("cannot start", rc) : 0;
}

/* Waits until more periods were sent, and returns how many in all. */
static int sent(struct playback *p, unsigned long long *count)
{
	struct dmactl_completion record;
	int rc = dmauser_wait(p->session, &record, 1, 1, TIMEOUT);

	if (rc < 0)
		return fail("the peripheral takes nothing", rc);
	if (!(record.flags & DMACTL_COMP_MORE))
		return fail("the playback ended", record.status);
	*count = record.count;
	return 0;
}

static int run(struct playback *p)
{
	unsigned long long count = 0;
	int more = 1;

	if (start(p) < 0)
		return -1;
	for (;;) {
		/* Only periods that were sent may be overwritten. */
		while (more > 0 && p->filled < count + RING)
			more = fill(p);
		if (more < 0)
			return -1;
		if (!more && count >= p->filled)
			break;
		if (sent(p, &count) < 0)
			return -1;
		/* The one that is being sent now was not filled either. */
		if (more && count >= p->filled) {
			p->late += count + 1 - p->filled;
			p->filled = count + 1;
		}
	}
	fprintf(stderr, "playback: %llu periods of %u bytes, %llu late\n", p->filled, PERIOD,
		p->late);
	return p->late ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct playback p = {0};
	int rc;

	if (argc != 2) {
		fprintf(stderr, "Usage: playback SLAVE <FILE\n");
		return 1;
	}
	rc = prepare(&p, argv[1]);
	if (rc == 0)
		rc = run(&p);
	/* Destroying the channel stops it. These functions accept NULL. */
	dmauser_chan_destroy(p.chan);
	dmauser_batch_free(p.batch);
	dmauser_close(p.session);
	return rc < 0 ? 1 : 0;
}
