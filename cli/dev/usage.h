/* SPDX-License-Identifier: MIT */
/* A snapshot of what sessions hold and have done, as far as we may read /proc. */
#ifndef USAGE_H
#define USAGE_H

#include <dmauser.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers of a session in its fdinfo. USAGE_USER_* are sums for all sessions of the user. */
enum usage_session_number {
	USAGE_CHANNELS,
	USAGE_BUFFERS,
	USAGE_PREPARED,
	USAGE_BUFFER_BYTES,
	USAGE_LOCKED_PAGES,
	USAGE_PINNED_PAGES,
	USAGE_IN_FLIGHT,
	USAGE_QUEUED,
	USAGE_USER_SESSIONS,
	USAGE_USER_LOCKED_PAGES,
	USAGE_USER_KERNEL_BYTES,
	USAGE_USER_BOUNCE_BYTES,
	USAGE_SESSION_END
};

enum usage_chan_number {
	USAGE_CHAN_IN_FLIGHT,
	USAGE_CHAN_DEPTH,
	USAGE_CHAN_SUBMITTED,
	USAGE_CHAN_COMPLETED,
	USAGE_CHAN_FAILED,
	USAGE_CHAN_BYTES,
	USAGE_CHAN_STALLS,
	USAGE_CHAN_REFUSED,
	USAGE_CHAN_STRAY,
	USAGE_CHAN_END
};

struct usage_chan {
	char name[DMACTL_NAME_LEN];
	uint32_t known; /* a bit for each enum usage_chan_number that fdinfo had */
	uint64_t numbers[USAGE_CHAN_END];
};

struct usage_session {
	uint64_t session;
	int pid;
	unsigned int uid; /* the user of the process */
	char comm[64];
	uint32_t known; /* a bit for each enum usage_session_number that fdinfo had */
	uint64_t numbers[USAGE_SESSION_END];
	struct usage_chan *chans;
	size_t nr_chans;
};

struct usage {
	struct usage_session *sessions;
	size_t nr;
};

/* Reads each session once, even if processes share it. Returns 0 or -ENOMEM. */
int usage_read(struct usage *usage);
void usage_free(struct usage *usage);

#endif /* USAGE_H */
