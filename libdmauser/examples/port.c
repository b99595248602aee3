// SPDX-License-Identifier: MIT
/*
 * Receives from a port without privilege, with several transfers in flight, and
 * writes what arrived to standard output. Works for a member of the group `dma',
 * and for a user to whom the port's own node is given.
 *
 * Usage: port PORT TRANSFERS
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmauser.h>

#define SLOTS	4u
#define LEN	(16u << 10)    /* bytes in a transfer; a packet must fit */
#define TIMEOUT 10000000000ull /* ns */

struct port {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_buf *buf;
	unsigned char *memory;
	struct dmauser_batch *batch;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "port: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* For system calls on other files, whose errors have their usual meaning. */
static int fail_call(const char *what)
{
	fprintf(stderr, "port: %s: %s\n", what, strerror(errno));
	return -1;
}

static int prepare(struct port *p, const char *name)
{
	void *addr = NULL;
	int rc;

	rc = dmauser_open(NULL, &p->session);
	/* Without access to all of dmactl, there may be access to this port. */
	if (rc == -EACCES)
		rc = dmauser_open_port(name, &p->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	/* The port knows the channel, the address and the width. */
	rc = dmauser_chan_request_port(p->session, name, SLOTS, &p->chan);
	if (rc < 0)
		return fail(name, rc);
	rc = dmauser_buf_alloc(p->session, DMACTL_BUF_STREAMING, p->chan, (size_t)SLOTS * LEN,
			       &p->buf);
	if (rc == 0)
		rc = dmauser_buf_map(p->buf, &addr);
	if (rc == 0)
		rc = dmauser_batch_new(&p->batch);
	if (rc < 0)
		return fail("cannot get memory", rc);
	p->memory = (unsigned char *)addr;
	return 0;
}

static int receive(struct port *p, uint64_t slot)
{
	int rc;

	rc = dmauser_batch_slave_single(p->batch, p->chan, DMACTL_DIR_DEV_TO_MEM, p->buf,
					slot * LEN, LEN, slot);
	if (rc == 0)
		rc = dmauser_submit(p->session, p->batch, 0);
	return rc < 0 ? fail("cannot submit", rc) : 0;
}

/* A packet that ends early is shorter than the transfer: `bytes' says how long it was. */
static int save(struct port *p, const struct dmactl_completion *done)
{
	if (done->status < 0)
		return fail("a transfer failed", done->status);
	if (fwrite(p->memory + done->user_data * LEN, 1, done->bytes, stdout) != done->bytes)
		return fail_call("cannot write");
	return 0;
}

static int run(struct port *p, unsigned long wanted)
{
	unsigned long started, ended;
	struct dmactl_completion done;
	int rc;

	for (started = 0; started < SLOTS && started < wanted; started++)
		if (receive(p, started) < 0)
			return -1;
	for (ended = 0; ended < wanted; ended++) {
		rc = dmauser_wait(p->session, &done, 1, 1, TIMEOUT);
		if (rc < 0)
			return fail("nothing comes", rc);
		if (save(p, &done) < 0)
			return -1;
		if (started < wanted && receive(p, done.user_data) < 0)
			return -1;
		started += started < wanted;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct port p = {0};
	int rc;

	if (argc != 3) {
		fprintf(stderr, "Usage: port PORT TRANSFERS\n");
		return 1;
	}
	rc = prepare(&p, argv[1]);
	if (rc == 0)
		rc = run(&p, strtoul(argv[2], NULL, 0));
	/* Stops what is under way, and frees the channel and the memory. */
	dmauser_batch_free(p.batch);
	dmauser_close(p.session);
	return rc < 0 || fflush(stdout) ? 1 : 0;
}
