// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* Arrays begin with this capacity and double it when they are full. */
#define FIRST_CAPACITY 16u

DMAUSER_EXPORT int dmauser_batch_new(struct dmauser_batch **batch)
{
	struct dmauser_batch *b;

	if (!batch)
		return -EINVAL;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->bad = -ENOENT;
	*batch = b;
	return 0;
}

DMAUSER_EXPORT void dmauser_batch_free(struct dmauser_batch *batch)
{
	if (!batch)
		return;
	free(batch->ops);
	free(batch->args);
	free(batch);
}

static void reset(struct dmauser_batch *b)
{
	b->session = NULL;
	b->head = 0;
	b->tail = 0;
	b->args_head = 0;
	b->args_tail = 0;
}

DMAUSER_EXPORT void dmauser_batch_clear(struct dmauser_batch *batch)
{
	if (!batch)
		return;
	reset(batch);
	batch->bad = -ENOENT;
}

DMAUSER_EXPORT int dmauser_batch_set_keep(struct dmauser_batch *batch, int keep)
{
	if (!batch)
		return -EINVAL;
	/* Some ops were removed from the front. */
	if (batch->head || batch->args_head)
		return -EBUSY;
	batch->keep = keep;
	return 0;
}

DMAUSER_EXPORT unsigned int dmauser_batch_count(const struct dmauser_batch *batch)
{
	return batch ? batch->tail - batch->head : 0;
}

DMAUSER_EXPORT const struct dmactl_op *dmauser_batch_get(const struct dmauser_batch *batch,
							 unsigned int index)
{
	if (index >= dmauser_batch_count(batch))
		return NULL;
	return &batch->ops[batch->head + index];
}

void dmauser_batch_accept(struct dmauser_batch *batch, unsigned int nr)
{
	unsigned int end = batch->head + nr;

	if (batch->args_head == batch->args_tail)
		batch->head = end;
	while (batch->head < end)
		batch->args_head += batch->ops[batch->head++].nr_args;
	if (batch->head < batch->tail)
		return;
	if (batch->keep) {
		batch->head = 0;
		batch->args_head = 0;
	} else {
		reset(batch);
	}
}

/* Returns a capacity of at least @need and at least double, 0 if that overflows. */
static unsigned int grown(unsigned int capacity, unsigned int need)
{
	if (need > UINT_MAX / 2 || capacity > UINT_MAX / 4)
		return 0;
	capacity = capacity ? capacity * 2 : FIRST_CAPACITY;
	while (capacity < need)
		capacity *= 2;
	return capacity;
}

/*
 * Makes room for @nr elements behind the last one. If half of the array or more
 * is free in front, it moves the elements there; with less free space, a long
 * queue would move too often, so then it allocates a larger array.
 */
static int make_room(void **array, size_t elem, unsigned int *head, unsigned int *tail,
		     unsigned int *capacity, unsigned int nr)
{
	unsigned int live = *tail - *head;
	char *old = *array;
	unsigned int cap;
	char *fresh;

	if (nr <= *capacity - *tail)
		return 0;
	if (nr > UINT_MAX - live)
		return -ENOMEM;
	if (*head >= *capacity / 2 && live + nr <= *capacity) {
		memmove(old, old + *head * elem, live * elem);
	} else {
		cap = grown(*capacity, live + nr);
		fresh = cap ? calloc(cap, elem) : NULL;
		if (!fresh)
			return -ENOMEM;
		if (live)
			memcpy(fresh, old + *head * elem, live * elem);
		free(old);
		*array = fresh;
		*capacity = cap;
	}
	*head = 0;
	*tail = live;
	return 0;
}

static int room_for_op(struct dmauser_batch *b)
{
	void *array = b->ops;
	int rc;

	rc = make_room(&array, sizeof(*b->ops), &b->head, &b->tail, &b->capacity, 1);
	b->ops = array;
	return rc;
}

static int room_for_args(struct dmauser_batch *b, unsigned int nr)
{
	const union dmauser_arg *first = b->args ? &b->args[b->args_head] : NULL;
	unsigned int at, i;
	void *array = b->args;
	int rc;

	rc = make_room(&array, sizeof(*b->args), &b->args_head, &b->args_tail, &b->args_capacity,
		       nr);
	b->args = array;
	if (rc < 0 || first == &b->args[b->args_head])
		return rc;
	/* The arrays moved, so update the pointers in the ops. */
	at = b->args_head;
	for (i = b->head; i < b->tail; i++) {
		if (b->ops[i].nr_args)
			b->ops[i].args_uptr = dmauser_uptr(&b->args[at]);
		at += b->ops[i].nr_args;
	}
	return 0;
}

struct dmactl_op *dmauser_batch_last(struct dmauser_batch *batch)
{
	return dmauser_batch_count(batch) ? &batch->ops[batch->tail - 1] : NULL;
}

void dmauser_batch_drop_last(struct dmauser_batch *batch)
{
	batch->args_tail -= batch->ops[--batch->tail].nr_args;
	if (batch->head == batch->tail)
		reset(batch);
}

int dmauser_batch_check(const struct dmauser_batch *batch, const struct dmauser_chan *chan)
{
	if (!batch || !chan)
		return -EINVAL;
	if (batch->session && batch->session != chan->session)
		return -EINVAL;
	return 0;
}

int dmauser_batch_check_buf(const struct dmauser_chan *chan, const struct dmauser_buf *buf)
{
	return buf && buf->session == chan->session ? 0 : -EINVAL;
}

int dmauser_batch_sum(const struct dmauser_chan *chan, const struct dmauser_piece *piece,
		      unsigned int nr, uint64_t *sum)
{
	unsigned int i;

	if (!piece || !nr)
		return -EINVAL;
	*sum = 0;
	for (i = 0; i < nr; i++) {
		if (dmauser_batch_check_buf(chan, piece[i].buf) < 0 ||
		    piece[i].len > UINT64_MAX - *sum)
			return -EINVAL;
		*sum += piece[i].len;
	}
	return 0;
}

static __attribute__((noinline)) int make_room_for(struct dmauser_batch *batch,
						   const struct dmactl_op *op)
{
	int rc = 0;

	if (batch->keep && batch->head)
		return -EBUSY;
	if (op->nr_args)
		rc = room_for_args(batch, op->nr_args);
	return rc < 0 ? rc : room_for_op(batch);
}

int dmauser_batch_append(struct dmauser_batch *batch, struct dmauser_session *session,
			 uint32_t chan, const struct dmactl_op *op)
{
	struct dmactl_op *new_op;
	int rc;

	if (op->nr_args || batch->keep || batch->tail == batch->capacity) {
		rc = make_room_for(batch, op);
		if (rc < 0)
			return rc;
	}
	batch->session = session;
	new_op = &batch->ops[batch->tail++];
	*new_op = *op;
	new_op->chan = chan;
	if (op->nr_args)
		new_op->args_uptr = dmauser_uptr(&batch->args[batch->args_tail]);
	return 0;
}

union dmauser_arg *dmauser_batch_arg(struct dmauser_batch *batch)
{
	return &batch->args[batch->args_tail++];
}

void dmauser_batch_put(struct dmauser_batch *batch, enum dmactl_sg_role role,
		       const struct dmauser_piece *piece, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		dmauser_batch_arg(batch)->sg = (struct dmactl_sg){
			.buf = piece[i].buf->handle,
			.role = (uint16_t)role,
			.off = piece[i].off,
			.len = piece[i].len,
		};
	}
}

int dmauser_batch_extend(struct dmauser_batch *batch)
{
	struct dmactl_op *op = dmauser_batch_last(batch);
	int rc = room_for_args(batch, 1);

	if (rc < 0)
		return rc;
	if (!op->nr_args)
		op->args_uptr = dmauser_uptr(&batch->args[batch->args_tail]);
	op->nr_args++;
	op->arg_size = sizeof(struct dmactl_sg);
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_nop(struct dmauser_batch *batch, struct dmauser_chan *chan,
				     uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_NOP, .user_data = user_data};

	if (dmauser_batch_check(batch, chan) < 0)
		return -EINVAL;
	return dmauser_batch_append(batch, chan->session, chan->handle, &op);
}

DMAUSER_EXPORT int dmauser_batch_memcpy(struct dmauser_batch *batch, struct dmauser_chan *chan,
					struct dmauser_buf *dst, uint64_t dst_off,
					struct dmauser_buf *src, uint64_t src_off, uint64_t len,
					uint64_t user_data)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_MEMCPY,
		.user_data = user_data,
		.dst_off = dst_off,
		.src_off = src_off,
		.len = len,
	};

	if (dmauser_batch_check(batch, chan) < 0 || dmauser_batch_check_buf(chan, dst) < 0 ||
	    dmauser_batch_check_buf(chan, src) < 0)
		return -EINVAL;
	op.dst_buf = dst->handle;
	op.src_buf = src->handle;
	return dmauser_batch_append(batch, chan->session, chan->handle, &op);
}

DMAUSER_EXPORT int dmauser_batch_memset(struct dmauser_batch *batch, struct dmauser_chan *chan,
					struct dmauser_buf *dst, uint64_t dst_off, uint8_t value,
					uint64_t len, uint64_t user_data)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_MEMSET,
		.user_data = user_data,
		.dst_off = dst_off,
		.len = len,
		.value = value,
	};

	if (dmauser_batch_check(batch, chan) < 0 || dmauser_batch_check_buf(chan, dst) < 0)
		return -EINVAL;
	op.dst_buf = dst->handle;
	return dmauser_batch_append(batch, chan->session, chan->handle, &op);
}

DMAUSER_EXPORT int dmauser_batch_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
				    const struct dmauser_piece *dst, unsigned int nr_dst,
				    const struct dmauser_piece *src, unsigned int nr_src,
				    uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_SG, .user_data = user_data};
	uint64_t dst_len, src_len;
	int rc;

	if (dmauser_batch_check(batch, chan) < 0 ||
	    dmauser_batch_sum(chan, dst, nr_dst, &dst_len) < 0 ||
	    dmauser_batch_sum(chan, src, nr_src, &src_len) < 0)
		return -EINVAL;
	if (dst_len != src_len || nr_src > UINT_MAX - nr_dst)
		return -EINVAL;
	op.len = dst_len;
	op.nr_args = nr_dst + nr_src;
	op.arg_size = sizeof(struct dmactl_sg);
	rc = dmauser_batch_append(batch, chan->session, chan->handle, &op);
	if (rc < 0)
		return rc;
	dmauser_batch_put(batch, DMACTL_SG_DST, dst, nr_dst);
	dmauser_batch_put(batch, DMACTL_SG_SRC, src, nr_src);
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_set_flags(struct dmauser_batch *batch, uint16_t flags)
{
	if (!batch)
		return -EINVAL;
	if (batch->head == batch->tail)
		return -ENOENT;
	batch->ops[batch->tail - 1].flags = flags;
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_bad_index(const struct dmauser_batch *batch)
{
	return batch ? batch->bad : -EINVAL;
}
