// SPDX-License-Identifier: MIT
/*
 * A ring of periods, which the hardware fills over and over. Messages refer to the ring
 * itself. The hardware does not wait for them: when it comes near a period that a
 * message still has, the period is copied, and the copy takes the place of the ring's
 * pages at the address that the message knows. If that was too late, the message is
 * known to be spoilt. The ring is mapped many times, so that the next period in the same
 * place has another address while a slow reader still has the copy.
 */
#include "source.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Beside those in ZeroMQ's queue, a message or two are on their way. */
#define MORE_VIEWS 4
#define MAX_VIEWS  64

enum slot_state {
	SLOT_FREE,
	SLOT_SENT,     /* a message has it, and the hardware may come */
	SLOT_SAVED,    /* a message has the copy */
	SLOT_DOUBTFUL, /* a message has it, and the hardware was here already */
	SLOT_LATE,     /* given back when it was not known how far the hardware was */
	SLOT_SPOILT,   /* given back too late; the readers do not know yet */
};

struct slot {
	struct ring *ring;
	_Atomic(enum slot_state) state;
	uint64_t period; /* its number */
	bool moved;	 /* the copy is mapped in place of the ring's pages */
};

struct ring {
	struct source source;
	struct slot *slots;   /* of each view, one after the other */
	struct slot **latest; /* for each place in the ring, the last one that was sent */
	uint8_t *views;	      /* all mappings, readable, without a gap */
	uint64_t nr_views;
	atomic_bool dirty; /* a slot was given back and is not free */
	uint64_t offset;   /* of the ring, for mmap(2) */
	size_t period;	   /* bytes */
	uint64_t count;	   /* periods in the ring */
	uint64_t room;	   /* periods that the hardware may be ahead of one that is intact */
	uint64_t guarded;  /* periods before this one need no look any more */
	uint64_t ended;	   /* as of the last completion */
	uint64_t ended_ns; /* when, CLOCK_REALTIME */
	uint64_t end;	   /* valid if over: bytes in total */
};

static struct ring *ring_of(struct source *source)
{
	return (struct ring *)((char *)source - offsetof(struct ring, source));
}

static size_t length_of(const struct ring *ring)
{
	return ring->period * ring->count;
}

/* Finds a free slot for a period, NULL: messages have all of them. */
static struct slot *find_slot(const struct ring *ring, uint64_t period)
{
	for (uint64_t view = 0; view < ring->nr_views; view++) {
		struct slot *slot = &ring->slots[view * ring->count + period % ring->count];

		if (atomic_load(&slot->state) == SLOT_FREE)
			return slot;
	}
	return NULL;
}

static uint8_t *bytes_of(const struct ring *ring, const struct slot *slot)
{
	return ring->views + (size_t)(slot - ring->slots) * ring->period;
}

/*
 * Gets the period that the hardware is in, from any thread. Returns -ENOENT if the
 * transfer has ended.
 */
static int ask_position(const struct ring *ring, uint64_t *position)
{
	const uint64_t length = length_of(ring);
	struct dmactl_chan_status status;
	uint64_t ahead;
	int err = dmauser_chan_status_of(ring->source.channel.chan, 0, &status);

	if (err)
		return err;
	*position = status.out_count;
	if (ring->room < ring->count || status.out_residue > length)
		return 0;
	/*
	 * The residue is newer than the count, as the callback of a period may be on its way. A
	 * place more than half a ring ahead is really a little behind.
	 */
	ahead = (length - status.out_residue) / ring->period % ring->count;
	ahead = (ahead + ring->count - status.out_count % ring->count) % ring->count;
	if (ahead <= ring->count / 2)
		*position += ahead;
	return 0;
}

/* The same for the main thread, which knows the end. */
static int find_position(struct ring *ring, uint64_t *position)
{
	int err = ring->source.over ? 0 : ask_position(ring, position);

	if (ring->source.over)
		*position = ring->end / ring->period;
	/* The last completion is in the queue; nothing moves any more. */
	if (err == -ENOENT)
		*position = ring->ended;
	else if (err)
		source_failed(&ring->source, "cannot tell how far it is", err);
	return err == -ENOENT ? 0 : err;
}

static bool is_reached(const struct ring *ring, uint64_t period, uint64_t position)
{
	return position >= period + ring->room;
}

/* ZeroMQ calls it, in a thread of its own. */
static void give_back(void *data, void *hint)
{
	struct slot *slot = hint;
	struct ring *ring = slot->ring;
	enum slot_state from = SLOT_SENT, to = SLOT_LATE;
	uint64_t position;

	(void)data;
	if (atomic_load(&slot->state) == SLOT_SENT && ask_position(ring, &position) == 0)
		to = is_reached(ring, slot->period, position) ? SLOT_SPOILT : SLOT_FREE;
	/* The main thread may have saved it meanwhile. */
	if (!atomic_compare_exchange_strong(&slot->state, &from, to)) {
		to = from == SLOT_SAVED ? SLOT_FREE : SLOT_SPOILT;
		atomic_store(&slot->state, to);
	}
	if (to != SLOT_FREE)
		atomic_store(&ring->dirty, true);
	atomic_fetch_sub(&ring->source.outstanding, 1);
	if (to != SLOT_FREE || ring->source.stopping)
		source_wake(&ring->source);
}

/* Puts a copy of the slot in its place. Other threads read either, never nothing. */
static int replace(struct ring *ring, struct slot *slot)
{
	uint8_t *bytes = bytes_of(ring, slot);
	void *copy = mmap(NULL, ring->period, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (copy == MAP_FAILED)
		return -errno;
	memcpy(copy, bytes, ring->period);
	if (mremap(copy, ring->period, ring->period, MREMAP_MAYMOVE | MREMAP_FIXED, bytes) !=
	    bytes) {
		munmap(copy, ring->period);
		return -ENOMEM;
	}
	slot->moved = true;
	return 0;
}

/* Has the slot show the ring again. */
static int restore(struct ring *ring, struct slot *slot)
{
	uint8_t *bytes = bytes_of(ring, slot);
	uint64_t offset = ring->offset + (uint64_t)(bytes - ring->views) % length_of(ring);

	if (!slot->moved)
		return 0;
	if (mmap(bytes, ring->period, PROT_READ, MAP_SHARED | MAP_FIXED,
		 dmauser_fd(ring->source.channel.session), (off_t)offset) != bytes) {
		source_failed(&ring->source, "cannot map the ring", -errno);
		return -ENOMEM;
	}
	slot->moved = false;
	return 0;
}

static int save(struct ring *ring, struct slot *slot, uint64_t *position)
{
	enum slot_state from = SLOT_SENT;
	bool reached = is_reached(ring, slot->period, *position);
	int err;

	/* Without memory for the copy, give_back() sees whether the period was intact. */
	if (!reached && replace(ring, slot) < 0)
		return 0;
	err = find_position(ring, position);
	if (err)
		return err;
	/* Until the copy was in its place, readers may have read what the hardware wrote. */
	reached = is_reached(ring, slot->period, *position);
	if (atomic_compare_exchange_strong(&slot->state, &from,
					   reached ? SLOT_DOUBTFUL : SLOT_SAVED) &&
	    !reached)
		ring->source.rescued++;
	return 0;
}

/* Saves what messages still have when half of the ring is left to the hardware. */
static int guard(struct ring *ring)
{
	uint64_t position;
	int err = find_position(ring, &position);

	while (!err && !ring->source.over && ring->guarded < ring->source.next &&
	       position >= ring->guarded + ring->count / 2) {
		struct slot *slot = ring->latest[ring->guarded % ring->count];

		if (slot && slot->period == ring->guarded && atomic_load(&slot->state) == SLOT_SENT)
			err = save(ring, slot, &position);
		ring->guarded++;
	}
	return err;
}

static void lose(struct ring *ring, uint64_t periods)
{
	const uint64_t limit = ring->source.options->count;

	if (limit && periods > limit - ring->source.next)
		periods = limit - ring->source.next;
	feed_lose(&ring->source.feed, periods);
	ring->source.next += periods;
}

static int send_period(struct ring *ring, uint64_t number, size_t length)
{
	struct slot *slot = find_slot(ring, number);
	/* The rest at the end has not ended. */
	uint64_t count = ring->ended > number ? ring->ended : number + 1;
	int err;

	if (!slot) {
		feed_lose(&ring->source.feed, 1);
		return 0;
	}
	err = restore(ring, slot);
	if (err)
		return err;
	slot->period = number;
	ring->latest[number % ring->count] = slot;
	atomic_store(&slot->state, SLOT_SENT);
	atomic_fetch_add(&ring->source.outstanding, 1);
	err = feed_data(&ring->source.feed, number, count, ring->ended_ns, bytes_of(ring, slot),
			length, give_back, slot);
	/* Nobody has got it, so it does not matter what give_back() saw. */
	if (err)
		atomic_store(&slot->state, SLOT_FREE);
	return err == -EAGAIN ? 0 : err;
}

/* Sends the next period, or counts it and others as lost. */
static int take(struct ring *ring)
{
	/* A message needs some time before the hardware comes. */
	const uint64_t room = ring->source.over ? ring->room : ring->room - ring->count / 4;
	uint64_t position;
	int err = find_position(ring, &position);

	if (err)
		return err;
	if (position >= ring->source.next + room) {
		/* Half of the ring: if more were kept, the next loss would come soon. */
		uint64_t keep =
			ring->source.over || ring->count / 2 >= room ? room - 1 : ring->count / 2;

		lose(ring, position - keep - ring->source.next);
		return 0;
	}
	err = send_period(ring, ring->source.next, ring->period);
	if (!err)
		ring->source.next++;
	return err;
}

static int reap(struct ring *ring)
{
	struct source *source = &ring->source;
	struct dmactl_completion records[4];
	int count;

	do {
		count = dmauser_reap(source->channel.session, records, 4);
		if (count < 0 && count != -EAGAIN) {
			source_failed(source, "cannot reap", count);
			return count;
		}
		for (int i = 0; i < count; i++) {
			if (records[i].count > ring->ended) {
				ring->ended = records[i].count;
				ring->ended_ns = source_time(&records[i]);
			}
			if (records[i].flags & DMACTL_COMP_MORE)
				continue;
			source->over = true;
			source->status = source->stopping ? 0 : records[i].status;
			ring->end = records[i].bytes;
			/* The count of the last completion may lack periods that its bytes have. */
			if (ring->end / ring->period > ring->ended)
				ring->ended = ring->end / ring->period;
		}
	} while (count > 0);
	return 0;
}

static int ring_settle(struct source *source)
{
	struct ring *ring = ring_of(source);
	int err = 0;

	if (!atomic_exchange(&ring->dirty, false))
		return 0;
	for (uint64_t i = 0; !err && i < ring->nr_views * ring->count; i++) {
		struct slot *slot = &ring->slots[i];
		enum slot_state state = atomic_load(&slot->state);

		if (state == SLOT_LATE && !source->over)
			atomic_store(&ring->dirty, true);
		if (state == SLOT_LATE && source->over)
			state = is_reached(ring, slot->period, ring->end / ring->period)
					? SLOT_SPOILT
					: SLOT_FREE;
		if (state == SLOT_SPOILT)
			err = feed_void(&source->feed, slot->period, ring->ended);
		if (!err && (state == SLOT_SPOILT || state == SLOT_FREE))
			atomic_store(&slot->state, SLOT_FREE);
	}
	if (err)
		atomic_store(&ring->dirty, true);
	return err;
}

/* Sends the beginning of a period that the end has cut. */
static int send_rest(struct ring *ring)
{
	size_t rest = (size_t)(ring->end % ring->period);
	int err;

	if (!rest || ring->source.next != ring->end / ring->period)
		return 0;
	err = send_period(ring, ring->source.next, rest);
	if (!err)
		ring->source.next++;
	return err;
}

static int ring_step(struct source *source)
{
	struct ring *ring = ring_of(source);
	int err = reap(ring);

	if (!err)
		err = ring_settle(source);
	if (err == -EAGAIN)
		err = 0;
	while (!err && source->next < ring->ended && !source_is_full(source)) {
		err = take(ring);
		if (!err)
			err = guard(ring);
	}
	if (!err)
		err = guard(ring);
	if (!err && source->over && !source_is_full(source))
		err = send_rest(ring);
	return err;
}

static int ring_start(struct source *source)
{
	struct ring *ring = ring_of(source);
	struct dmauser_batch *batch;
	int err = dmauser_batch_new(&batch);

	if (!err) {
		err = dmauser_batch_cyclic(batch, source->channel.chan, DMACTL_DIR_DEV_TO_MEM,
					   source->buf, 0, ring->period * ring->count, ring->period,
					   0);
		if (!err)
			err = dmauser_submit(source->channel.session, batch, 0);
		dmauser_batch_free(batch);
	}
	if (err == -EXDEV)
		tool_error("%s: the ring has to be in one piece of memory: try fewer or smaller "
			   "periods, or --no-cyclic",
			   source->channel.name);
	else if (err < 0)
		source_failed(source, "cannot start", err);
	return err < 0 ? err : 0;
}

static void ring_close(struct source *source)
{
	struct ring *ring = ring_of(source);

	if (ring->views)
		munmap(ring->views, ring->nr_views * length_of(ring));
	source_close(source);
	free(ring->latest);
	free(ring->slots);
	free(ring);
}

/* Reserves addresses for all views, then maps the ring there, many times. */
static int map_views(struct ring *ring)
{
	const size_t length = length_of(ring);
	void *views;
	int err = dmauser_buf_mmap_offset(ring->source.buf, &ring->offset);

	if (err)
		return err;
	views = mmap(NULL, ring->nr_views * length, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (views == MAP_FAILED)
		return -errno;
	ring->views = views;
	for (uint64_t i = 0; i < ring->nr_views; i++)
		if (mmap(ring->views + i * length, length, PROT_READ, MAP_SHARED | MAP_FIXED,
			 dmauser_fd(ring->source.channel.session),
			 (off_t)ring->offset) == MAP_FAILED)
			return -errno;
	return 0;
}

static int ring_open(struct source **source, const struct options *options)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	int err;

	if (!ring)
		return -ENOMEM;
	*source = &ring->source;
	err = source_open(&ring->source, options);
	if (err)
		return err;
	ring->period = (size_t)options->period;
	ring->count = options->number;
	/* With such a residue, the hardware may be one period further than is known. */
	ring->room =
		ring->count - (dmauser_chan_caps(ring->source.channel.chan)->residue_granularity ==
			       DMACTL_RESIDUE_DESCRIPTOR);
	/* A slow reader can have all its messages in one place of the ring, a round apart. */
	ring->nr_views =
		options->hwm + MORE_VIEWS < MAX_VIEWS ? options->hwm + MORE_VIEWS : MAX_VIEWS;
	ring->slots = calloc(ring->nr_views * ring->count, sizeof(*ring->slots));
	ring->latest = calloc(ring->count, sizeof(*ring->latest));
	if (!ring->slots || !ring->latest) {
		tool_error("out of memory");
		return -ENOMEM;
	}
	for (uint64_t i = 0; i < ring->nr_views * ring->count; i++)
		ring->slots[i].ring = ring;
	err = map_views(ring);
	if (err)
		source_failed(&ring->source, "cannot map the ring", err);
	return err;
}

const struct source_ops ring_ops = {
	.open = ring_open,
	.start = ring_start,
	.step = ring_step,
	.settle = ring_settle,
	.close = ring_close,
};
