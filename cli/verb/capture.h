/* SPDX-License-Identifier: MIT */
/* The state of `dmactl capture', and its report. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "cyclic/direct.h"
#include "cyclic/flusher.h"
#include "cyclic/options.h"
#include "file/target.h"

struct capture {
	const struct ring_options *options;
	struct cli *cli;
	struct slave slave;
	struct ring ring;
	struct ring_events events;
	struct target target;
	struct flusher *flusher;
	struct direct direct;
	uint8_t *copy; /* one period, copied out of the ring so that the channel cannot overwrite it
			*/
	size_t length; /* bytes of `copy' to write */
	size_t done;   /* bytes of `copy' already written */
	uint64_t next; /* number of the next period to copy */
	uint64_t bytes;
	uint64_t saved, lost;
	uint64_t gaps; /* places in the file where periods are missing */
	bool torn;     /* periods were lost after the last byte of the file */
	bool complete; /* the ring holds the last bytes that --size asks for */
	uint64_t start_ns;
	double seconds;
};

/*
 * Keeps the file after a failure, too, because a capture cannot be repeated. Prints the result;
 * `err' is what ended the capture. Returns the exit status.
 */
int capture_finish(struct capture *c, const char *chan, int err);

#endif /* CAPTURE_H */
