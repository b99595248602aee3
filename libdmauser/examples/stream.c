// SPDX-License-Identifier: MIT
/*
 * A peripheral as a file: read(2), poll(2), select(2), splice(2) and whatever else
 * works with pipes work with it. dmactl keeps descriptors queued, so that the
 * peripheral need not wait for the program.
 *
 * Usage: stream NAME BYTES
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmauser.h>

#define TIMEOUT_MS 10000

static int fail(const char *what, int rc)
{
	fprintf(stderr, "stream: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* For system calls on other files, whose errors have their usual meaning. */
static int fail_call(const char *what)
{
	fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
	return -1;
}

/* A port, or the slave name of a peripheral. */
static int get_channel(struct dmauser_session *s, const char *name, struct dmauser_chan **chan)
{
	int rc = dmauser_chan_request_port(s, name, 0, chan);

	if (rc == -ENOENT)
		rc = dmauser_chan_request_slave(s, name, 0, chan);
	return rc < 0 ? fail(name, rc) : 0;
}

static int copy(int fd, unsigned long long left)
{
	static char block[64 << 10];
	struct pollfd p = {fd, POLLIN, 0};
	ssize_t n;

	while (left) {
		n = poll(&p, 1, TIMEOUT_MS);
		if (n == 0)
			return fail("nothing comes", -ETIME);
		if (n > 0)
			n = read(fd, block, left < sizeof(block) ? left : sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail("cannot read", -errno);
		if (n == 0)
			return 0;
		if (fwrite(block, 1, (size_t)n, stdout) != (size_t)n)
			return fail_call("cannot write");
		left -= (unsigned long long)n;
	}
	return 0;
}

static int run(struct dmauser_session *s, const char *name, unsigned long long bytes)
{
	struct dmauser_chan *chan;
	int fd, rc;

	if (get_channel(s, name, &chan) < 0)
		return -1;
	rc = dmauser_stream_open(chan, DMACTL_DIR_DEV_TO_MEM, 0, NULL, NULL, &fd);
	if (rc < 0)
		return fail("cannot open a stream", rc);
	rc = copy(fd, bytes);
	close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	struct dmauser_session *s;
	int rc;

	if (argc != 3) {
		fprintf(stderr, "Usage: stream NAME BYTES\n");
		return 1;
	}
	rc = dmauser_open(NULL, &s);
	if (rc < 0) {
		fail(DMACTL_DEVICE, rc);
		return 1;
	}
	rc = run(s, argv[1], strtoull(argv[2], NULL, 0));
	dmauser_close(s);
	return rc < 0 || fflush(stdout) ? 1 : 0;
}
