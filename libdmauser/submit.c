// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stddef.h>

#include "private.h"

/* Value of struct dmactl_submit.out_accepted if no single op caused the error. */
#define NO_INDEX UINT32_MAX

/*
 * Only a submit with fences needs the rest of the struct. Modules that do not
 * know it take the first part, too, and have a short way for it.
 */
#define WITHOUT_FENCES offsetof(struct dmactl_submit, in_fence)

#define FENCES (DMACTL_SUBMIT_IN_FENCE | DMACTL_SUBMIT_OUT_FENCE | DMACTL_SUBMIT_DEFER)

static unsigned int put_ops(const struct dmauser_session *s, const struct dmauser_batch *b,
			    struct dmactl_submit *arg)
{
	unsigned int nr;

	if (!b || b->head == b->tail)
		return 0;
	nr = b->tail - b->head;
	if (s->max_batch && nr > s->max_batch) {
		nr = s->max_batch;
		/*
		 * Ops that are not submitted cannot complete, so wait for at
		 * most 1, as without credit.
		 */
		if (arg->min_complete > 1)
			arg->min_complete = 1;
	}
	arg->ops_uptr = dmauser_uptr(&b->ops[b->head]);
	arg->nr_ops = nr;
	arg->op_size = sizeof(*b->ops);
	return nr;
}

static void put_records(struct dmactl_submit *arg, struct dmactl_completion *records,
			unsigned int nr)
{
	if (!nr)
		return;
	arg->completions_uptr = dmauser_uptr(records);
	arg->nr_completions = nr;
	arg->completion_size = sizeof(*records);
}

static void accept(struct dmauser_batch *b, unsigned int nr_ops, unsigned int accepted)
{
	/* A kept batch that was accepted completely does not change. */
	if (b->keep && !b->head && accepted == nr_ops && nr_ops == b->tail)
		return;
	dmauser_batch_accept(b, accepted);
}

/* Makes the system call. The caller has set flags, min_complete and timeout_ns in @arg. */
static inline __attribute__((always_inline)) int
transfer(struct dmauser_session *s, struct dmauser_batch *b, struct dmactl_completion *records,
	 unsigned int nr, struct dmactl_submit *arg)
{
	const struct dmauser_ring *ring;
	unsigned int nr_ops;
	int rc;

	if (!s || (nr && !records))
		return -EINVAL;
	ring = __atomic_load_n(&s->ring, __ATOMIC_ACQUIRE);
	if (arg->min_complete > (ring ? ring->entries : nr))
		return -EINVAL;
	if (b) {
		if (b->session && b->session != s)
			return -EINVAL;
		b->bad = -ENOENT;
	}
	nr_ops = put_ops(s, b, arg);
	put_records(arg, records, nr);
	if (!nr_ops && !nr && !arg->min_complete)
		return 0;
	arg->size = arg->flags & FENCES ? sizeof(*arg) : WITHOUT_FENCES;
	/* Remains NO_INDEX if the call fails before the module reads the ops. */
	arg->out_accepted = NO_INDEX;
	rc = dmauser_ioctl(s->fd, DMACTL_IOC_SUBMIT, arg);
	if (nr_ops && rc == 0)
		accept(b, nr_ops, arg->out_accepted);
	else if (rc != -EAGAIN && arg->out_accepted < nr_ops)
		b->bad = (int)arg->out_accepted;
	return rc;
}

DMAUSER_EXPORT int dmauser_submit(struct dmauser_session *session, struct dmauser_batch *batch,
				  uint32_t flags)
{
	struct dmactl_submit arg = {.flags = flags};
	int rc;

	if (!batch)
		return -EINVAL;
	rc = transfer(session, batch, NULL, 0, &arg);
	return rc < 0 ? rc : (int)arg.out_accepted;
}

DMAUSER_EXPORT int dmauser_submit_fence(struct dmauser_session *session,
					struct dmauser_batch *batch, uint32_t flags, int in_fence,
					int *out_fence)
{
	struct dmactl_submit arg = {.flags = flags | DMACTL_SUBMIT_DEFER, .out_fence = -1};
	int rc;

	if (out_fence) {
		*out_fence = -1;
		arg.flags |= DMACTL_SUBMIT_OUT_FENCE;
	}
	if (!batch || in_fence < -1)
		return -EINVAL;
	if (in_fence >= 0) {
		arg.flags |= DMACTL_SUBMIT_IN_FENCE;
		arg.in_fence = in_fence;
	}
	rc = transfer(session, batch, NULL, 0, &arg);
	/* An older module does not know the end of the struct. */
	if (rc == -E2BIG)
		return -EOPNOTSUPP;
	if (rc < 0)
		return rc;
	if (out_fence)
		*out_fence = arg.out_fence;
	return (int)arg.out_accepted;
}

DMAUSER_EXPORT int dmauser_reap(struct dmauser_session *session, struct dmactl_completion *records,
				unsigned int nr)
{
	return dmauser_wait(session, records, nr, 0, 0);
}

DMAUSER_EXPORT int dmauser_wait(struct dmauser_session *session, struct dmactl_completion *records,
				unsigned int nr, unsigned int min, uint64_t timeout_ns)
{
	struct dmactl_submit arg = {.min_complete = min, .timeout_ns = timeout_ns};
	int rc = transfer(session, NULL, records, nr, &arg);

	return rc < 0 ? rc : (int)arg.out_completed;
}

DMAUSER_EXPORT int dmauser_submit_wait(struct dmauser_session *session, struct dmauser_batch *batch,
				       uint32_t flags, struct dmactl_completion *records,
				       unsigned int nr, unsigned int min, uint64_t timeout_ns,
				       struct dmauser_result *result)
{
	struct dmactl_submit arg = {
		.flags = flags,
		.min_complete = min,
		.timeout_ns = timeout_ns,
	};
	int rc;

	if (!result)
		return -EINVAL;
	*result = (struct dmauser_result){0};
	rc = transfer(session, batch, records, nr, &arg);
	if (rc < 0) {
		if (rc == -ETIME || rc == -EINTR)
			result->wait = rc;
		return rc;
	}
	result->accepted = arg.out_accepted;
	result->completed = arg.out_completed;
	result->wait = arg.out_wait;
	return 0;
}
