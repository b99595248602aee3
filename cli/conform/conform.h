/* SPDX-License-Identifier: MIT */
/*
 * `dmactl test --conformance': does a provider keep the contract of dmaengine?
 * Each check is a row of a table and looks at one promise, so that a provider
 * that breaks one fails one.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include "out/cli.h"
#include "slave/slave.h"
#include "test/plan.h"

#include <dmauser.h>

#define CONFORM_MAX_FINDINGS 8 /* kept, of one check */
#define CONFORM_TEXT	     400
#define CONFORM_MAX_LOAD     1024
#define CONFORM_MAX_CHECKS   32

/* Files of the kernel, for where a promise stands. */
#define CONFORM_PROVIDER "Documentation/driver-api/dmaengine/provider.rst"
#define CONFORM_CLIENT	 "Documentation/driver-api/dmaengine/client.rst"
#define CONFORM_HEADER	 "include/linux/dmaengine.h"

enum conform_status {
	CONFORM_PASSED,
	CONFORM_FAILED,
	CONFORM_NOT_APPLICABLE, /* the channel does not promise it, or it cannot be seen */
	CONFORM_NOT_RUN,	/* it could have been */
};

struct conform;

struct conform_check {
	const char *name;
	const char *says;   /* what the contract is */
	const char *source; /* where it stands */
	const char *look;   /* where the fault may be in a driver */
	const char *needs;  /* a check without which this one shows nothing, or NULL */
	/* NULL if it applies, or why it does not. May be NULL itself: always. */
	const char *(*applies)(const struct conform *c);
	void (*run)(struct conform *c);
};

/* The tables, each ending with a row without a name. */
extern const struct conform_check conform_data_checks[];
extern const struct conform_check conform_issue_checks[];
extern const struct conform_check conform_queue_checks[];
extern const struct conform_check conform_status_checks[];
extern const struct conform_check conform_pause_checks[];
extern const struct conform_check conform_stop_checks[];
extern const struct conform_check conform_slave_checks[];

struct number {
	bool known;
	int64_t value;
};

static inline struct number number(int64_t value)
{
	return (struct number){true, value};
}

/* One thing that went wrong, with the numbers that say something about it. */
struct conform_finding {
	char text[CONFORM_TEXT];
	struct number transfer; /* of the check, from 0 */
	struct number length;
	struct number offset;
	struct number expected;
	struct number actual;
};

struct conform_result {
	const struct conform_check *check;
	enum conform_status status;
	char reason[CONFORM_TEXT]; /* not applicable, not run */
	char seen[CONFORM_TEXT];
	uint64_t finding_count;
	struct conform_finding findings[CONFORM_MAX_FINDINGS];
};

struct conform_area {
	struct dmauser_buf *buf;
	uint8_t *memory;
	size_t len;
};

/* What the provider says, from the session's fdinfo. */
struct conform_provider {
	uint64_t in_flight; /* descriptors that it has */
	uint64_t refused;   /* how often it prepared nothing */
	uint64_t stray;	    /* callbacks that belong to no op */
	int64_t newest;	    /* cookie of the last descriptor */
	int64_t cookie;	    /* of the descriptor that the rest is about */
	uint64_t length;    /* 0: it has ended */
	char status[16];
	uint64_t residue;
};

struct conform_options {
	uint64_t seconds_ns; /* for a channel */
	uint64_t timeout_ns; /* for one transfer */
	uint64_t align;	     /* a power of 2; at least that of the channel is kept to */
	uint64_t seed;
	bool slave; /* a peripheral may be touched */
	struct slave_options *peripheral;
};

/* A channel under test. */
struct conform {
	struct cli *cli;
	const struct conform_options *options;
	struct slave slave;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	const struct dmactl_chan_caps *caps;
	int fdinfo;
	struct dmauser_batch *batch;
	struct random random;
	size_t page;
	size_t align;	     /* of copies */
	bool coherent;	     /* the areas are */
	bool strays;	     /* it was seen to call back twice */
	bool timed_out;	     /* something did not complete */
	const char *dead;    /* why nothing more can be tested, or NULL */
	uint64_t deadline;   /* for all checks */
	uint64_t share_ends; /* for this one */
	struct conform_area src, dst;
	uint8_t *copy; /* as long as dst: what it was at some time */
	/* What was submitted, and the records in the order they came. */
	unsigned int submitted;
	unsigned int arrived;
	struct dmactl_completion records[CONFORM_MAX_LOAD];
	struct conform_result *result;
	struct conform_result results[CONFORM_MAX_CHECKS];
	unsigned int result_count;
	double seconds;
};

/* The whole of it, for these channels, or all that are free if names is NULL. Exit status. */
int conform_main(struct cli *cli, const struct conform_options *options, const char *const *names,
		 unsigned int count);

struct printer;
/* conform/report.c: the results of a channel. */
void conform_print(struct printer *printer, const struct conform *c);
unsigned int conform_count(const struct conform *c, enum conform_status status);

/* ---- for the checks ---- */

void conform_fail(struct conform *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, with its numbers. */
void conform_fail_at(struct conform *c, struct conform_finding numbers, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void conform_skip(struct conform *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What it looked at, `count' times: a check that saw nothing has not passed. */
void conform_seen(struct conform *c, uint64_t count, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The check may go on. */
bool conform_more(const struct conform *c);

/* conform/load.c */

uint64_t conform_units(const struct conform *c, uint64_t bytes); /* rounded up to the alignment */
/* Adds a copy from the source to the destination area; its number is the user_data. */
int conform_add_copy(struct conform *c, size_t dst_off, size_t src_off, size_t len);
/*
 * Submits the batch, with all that is in it or a finding. The records start
 * anew. What is held makes no room by itself: then as much as there is room for,
 * at least one.
 */
bool conform_submit(struct conform *c, uint32_t flags);
/* Submits what the channel takes; how many or -errno. */
int conform_submit_some(struct conform *c, uint32_t flags);
/* Waits until `count` records in all have arrived. 0, -ETIME, -EINTR, -errno. */
int conform_wait(struct conform *c, unsigned int count);
/* The same for all; a finding and false if they do not come or are errors. */
bool conform_finish(struct conform *c);
/* Takes what has arrived, without waiting. */
void conform_reap(struct conform *c);
/* For a while, or until a signal. */
void conform_pass_time(const struct conform *c, uint64_t ns);
/* Everything in flight comes to its end, whichever way. */
void conform_quiet(struct conform *c);
/* What the provider says now. False if there is nothing to know. */
bool conform_ask(struct conform *c, struct conform_provider *provider);
/* Hands a range of the destination to the CPU while ops may be in flight. */
void conform_look(struct conform *c, size_t off, size_t len);

/* The source gets a pattern, the destination another; new ones each time. */
void conform_fill(struct conform *c, size_t len);
/* Place of the first block of the destination that nothing was written to, or off + len. */
size_t conform_first_stale(struct conform *c, size_t off, size_t len);

/*
 * `count` copies of `len` bytes, one behind the other, not started. Adjusts
 * both to the room, also to that of the channel. False after a finding.
 */
bool conform_hold_copies(struct conform *c, unsigned int *count, size_t *len);
int conform_issue(struct conform *c);

#endif /* CONFORM_H */
