/* SPDX-License-Identifier: MIT */
/*
 * `dmactl test --conformance' checks whether a provider keeps the contract of
 * dmaengine. Each check tests one promise, so that a provider that breaks one
 * promise fails one check.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include "out/cli.h"
#include "slave/slave.h"
#include "test/plan.h"

#include <dmauser.h>

#define CONFORM_MAX_FINDINGS 8 /* kept for one check */
#define CONFORM_TEXT	     400
#define CONFORM_MAX_LOAD     1024
#define CONFORM_MAX_CHECKS   32

/* Files of the kernel that document the promises. */
#define CONFORM_PROVIDER "Documentation/driver-api/dmaengine/provider.rst"
#define CONFORM_CLIENT	 "Documentation/driver-api/dmaengine/client.rst"
#define CONFORM_HEADER	 "include/linux/dmaengine.h"

enum conform_status {
	CONFORM_PASSED,
	CONFORM_FAILED,
	CONFORM_NOT_APPLICABLE, /* the channel does not promise it, or it cannot be observed */
	CONFORM_NOT_RUN,	/* it would apply, but did not run */
};

struct conform;

struct conform_check {
	const char *name;
	const char *says;   /* the promise */
	const char *source; /* where the promise is documented */
	const char *look;   /* where to look for the fault in a driver */
	const char *needs;  /* a check that must pass before this one is useful, or NULL */
	/*
	 * Returns NULL if the check applies, else the reason why not. A NULL
	 * pointer: always applies.
	 */
	const char *(*applies)(const struct conform *c);
	void (*run)(struct conform *c);
};

/* The tables of checks. Each ends with a row without a name. */
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

/* One fault that was found, with its numbers. */
struct conform_finding {
	char text[CONFORM_TEXT];
	struct number transfer; /* number of the transfer in the check, from 0 */
	struct number length;
	struct number offset;
	struct number expected;
	struct number actual;
};

struct conform_result {
	const struct conform_check *check;
	enum conform_status status;
	char reason[CONFORM_TEXT]; /* why it is not applicable or did not run */
	char seen[CONFORM_TEXT];
	uint64_t finding_count;
	struct conform_finding findings[CONFORM_MAX_FINDINGS];
};

struct conform_area {
	struct dmauser_buf *buf;
	uint8_t *memory;
	size_t len;
};

/* The state of the provider, from the session's fdinfo. */
struct conform_provider {
	uint64_t in_flight; /* descriptors in flight */
	uint64_t refused;   /* how often prep returned NULL */
	uint64_t stray;	    /* callbacks for ops that had ended */
	int64_t newest;	    /* cookie of the last submitted descriptor */
	int64_t cookie;	    /* cookie of the descriptor that the fields below describe */
	uint64_t length;    /* bytes in that descriptor; 0: it has ended */
	char status[16];
	uint64_t residue;
};

struct conform_options {
	uint64_t seconds_ns; /* for all checks of a channel */
	uint64_t timeout_ns; /* for one transfer */
	uint64_t align;	     /* a power of 2; the channel's own alignment is used if larger */
	uint64_t seed;
	bool slave; /* transfers with the peripheral are allowed */
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
	size_t align;	     /* alignment of copies */
	bool coherent;	     /* the areas are coherent memory */
	bool strays;	     /* the provider was seen to call back twice */
	bool timed_out;	     /* a transfer did not complete */
	const char *dead;    /* why nothing more can be tested, or NULL */
	uint64_t deadline;   /* end of the time for all checks */
	uint64_t share_ends; /* end of the time for the current check */
	struct conform_area src, dst;
	uint8_t *copy; /* an earlier content of dst, same length */
	/* Number of submitted ops and of completions, and the completions in order of arrival. */
	unsigned int submitted;
	unsigned int arrived;
	struct dmactl_completion records[CONFORM_MAX_LOAD];
	struct conform_result *result;
	struct conform_result results[CONFORM_MAX_CHECKS];
	unsigned int result_count;
	double seconds;
};

/* Tests these channels, or all free ones if names is NULL. Returns the exit status. */
int conform_main(struct cli *cli, const struct conform_options *options, const char *const *names,
		 unsigned int count);

struct printer;
/* conform/report.c: prints the results of a channel. */
void conform_print(struct printer *printer, const struct conform *c);
unsigned int conform_count(const struct conform *c, enum conform_status status);

/* ---- for the checks ---- */

void conform_fail(struct conform *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, with numbers. */
void conform_fail_at(struct conform *c, struct conform_finding numbers, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void conform_skip(struct conform *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Records what the check observed, and how often. If count is 0, the check has not passed. */
void conform_seen(struct conform *c, uint64_t count, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Returns whether the check may continue. */
bool conform_more(const struct conform *c);

/* conform/load.c */

uint64_t conform_units(const struct conform *c, uint64_t bytes); /* rounds up to the alignment */
/* Adds a copy from src to dst to the batch. Its index in the batch is its user_data. */
int conform_add_copy(struct conform *c, size_t dst_off, size_t src_off, size_t len);
/*
 * Submits the whole batch; records a finding and returns false if that fails.
 * Resets the records. Ops with HOLD never make room by themselves, so with that
 * flag it submits only as many as there is room for, at least one.
 */
bool conform_submit(struct conform *c, uint32_t flags);
/* Submits as many ops as the channel accepts. Returns their number or -errno. */
int conform_submit_some(struct conform *c, uint32_t flags);
/*
 * Waits until `count' completions have arrived in total. Returns 0, -ETIME,
 * -EINTR or another -errno.
 */
int conform_wait(struct conform *c, unsigned int count);
/* Waits for all completions. Records a finding and returns false if one is missing or an error. */
bool conform_finish(struct conform *c);
/* Reaps completions without waiting. */
void conform_reap(struct conform *c);
/* Sleeps for ns, or until a signal. */
void conform_pass_time(const struct conform *c, uint64_t ns);
/* Ends everything in flight: terminates the channel if it can, otherwise waits. */
void conform_quiet(struct conform *c);
/* Reads the state of the provider. Returns false if it is not available. */
bool conform_ask(struct conform *c, struct conform_provider *provider);
/* Syncs a range of dst for the CPU; ops may be in flight. */
void conform_look(struct conform *c, size_t off, size_t len);

/* Fills src and dst with two different patterns, which are new each time. */
void conform_fill(struct conform *c, size_t len);
/* Returns the offset of the first block of dst that was not written, or off + len. */
size_t conform_first_stale(struct conform *c, size_t off, size_t len);

/*
 * Submits `count' copies of `len' bytes with HOLD, one behind the other.
 * Reduces both to the room in the areas and in the channel. Returns false after
 * a finding.
 */
bool conform_hold_copies(struct conform *c, unsigned int *count, size_t *len);
int conform_issue(struct conform *c);

#endif /* CONFORM_H */
