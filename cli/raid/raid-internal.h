/* SPDX-License-Identifier: MIT */
/* Shared by the files of the RAID operations. */
#ifndef RAID_INTERNAL_H
#define RAID_INTERNAL_H

#include "dev/blocks.h"
#include "file/target.h"
#include "raid/raid.h"

#define RAID_SETS 2 /* one is read or written while the channel works on the other */

/* One block of each file, all at the same offset. */
struct set {
	uint64_t offset;
	size_t length;
	bool in_flight;
	bool ended;
	struct dmactl_completion record;
};

/*
 * A set has these blocks: the sources, P and Q (or the sum), and maybe scratch
 * memory of two blocks.
 */
struct raid {
	const struct raid_options *options;
	struct cli *cli;
	bool check; /* P and Q are read and checked, not written */
	uint8_t coef[RAID_MAX_SOURCES];
	struct source sources[RAID_MAX_SOURCES + 2];
	unsigned int opened;
	struct source *p_source, *q_source;
	struct target targets[2];
	struct target *p, *q;
	uint64_t size;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control;
	struct dmauser_batch *batch;
	struct blocks blocks;
	unsigned int blocks_per_set;
	bool scratch;
	size_t align;
	struct set sets[RAID_SETS];
	uint64_t done;
	uint64_t ops;
	/* the first block that does not match */
	bool bad;
	uint64_t bad_offset, bad_length;
	uint32_t bad_flags;
};

/* raid/files.c: each 0 or -errno after a message */
int raid_open_files(struct raid *r);
int raid_commit(
	struct raid *r); /* checks that the sources have not changed, then commits the targets */
void raid_close_files(struct raid *r);

/* raid/report.c: the exit status */
int raid_report(const struct raid *r, const char *chan, double seconds);

#endif /* RAID_INTERNAL_H */
