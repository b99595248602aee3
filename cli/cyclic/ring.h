/* SPDX-License-Identifier: MIT */
/*
 * A cyclic transfer. The channel moves the periods of a ring over and over; the
 * ring knows how far it is. Periods are numbered from 0 since the start; period
 * n is in slot n % count.
 */
#ifndef RING_H
#define RING_H

#include "cyclic/shape.h"
#include "out/print.h"
#include "slave/slave.h"

/* RING_CACHED is any, and contiguous first: for files that are read or written with O_DIRECT. */
enum ring_memory { RING_ANY, RING_COHERENT, RING_CONTIGUOUS, RING_STREAMING, RING_CACHED };

struct ring {
	const struct slave *slave;
	uint32_t direction;
	struct dmauser_buf *buf;
	uint8_t *memory;
	enum dmactl_buf_kind kind;
	size_t period; /* bytes */
	unsigned int count;
	uint64_t slack; /* periods by which ring_position() may be behind */
	uint64_t
		ended; /* periods that the channel has ended, as of the last completion or status */
	uint64_t end;  /* valid if `over': bytes moved in total */
	bool queue;    /* the kernel refills a queue, as of ring_stop() */
	uint64_t dry;  /* records that say that the queue ran dry: bytes may be missing there */
	bool running;
	bool over;  /* the last completion was reaped */
	int status; /* its status */
};

/*
 * The functions that return int return 0 or -errno after a message. A `period'
 * or `count' of 0 is chosen to suit the channel and the limits.
 */
int ring_alloc(struct ring *ring, const struct slave *slave, uint32_t direction, uint64_t period,
	       uint64_t count, enum ring_memory memory);
int ring_start(struct ring *ring);
/* Updates `ended', `over', `status' and `end' from a completion. */
void ring_note(struct ring *ring, const struct dmactl_completion *record);
/* Reaps completions, and does that for each. */
int ring_reap(struct ring *ring);
/*
 * Gets the period that the channel is in; all periods below it have ended. It
 * asks the channel, because a completion may not have arrived yet. Returns 0 or
 * -errno after a message.
 */
int ring_position(struct ring *ring, uint64_t *position);
/*
 * Gets the bytes moved since the start, as exactly as the provider can tell.
 * The result is never more than were moved.
 */
int ring_bytes(struct ring *ring, uint64_t *bytes);
/* Stops the channel and reaps the last completion, which sets `over' and `end'. */
void ring_stop(struct ring *ring);
/*
 * Copies from the slot of a period. Returns -ENODEV if the DMA device was
 * removed, because its coherent memory disappears with it.
 */
int ring_copy(const struct ring *ring, uint64_t period, void *to, size_t length);
/* Copies into the slot of a period, from `offset' on. Returns as ring_copy() does. */
int ring_write(const struct ring *ring, uint64_t period, size_t offset, const void *from,
	       size_t length);
void ring_free(struct ring *ring);

/* The results of `capture' and `play', which print them in the same form. */
struct ring_report {
	const struct ring *ring;
	const char *asked;
	const char *channel;
	const char *file;
	uint64_t bytes;
	double seconds;
	uint64_t periods;
};

double ring_speed(const struct ring_report *report);
/* Prints the keys that both verbs have. The caller adds more and closes the object. */
void ring_print(struct printer *printer, const struct ring_report *report);

/* Names the kind of memory that the ring has. */
const char *ring_memory_name(const struct ring *ring);

static inline uint8_t *ring_slot(const struct ring *ring, uint64_t period)
{
	return ring->memory + period % ring->count * ring->period;
}

/*
 * Returns the period that the channel is in, from the number of ended periods
 * and the place in the ring (bytes, 0 to the length of the ring). It has a file
 * of its own for the unit tests.
 */
uint64_t ring_locate(uint64_t ended, uint64_t place, size_t period, unsigned int count);

#endif /* RING_H */
