/* SPDX-License-Identifier: MIT */
/*
 * A cyclic transfer: a ring of periods that the channel goes round and round,
 * and how far it is. Periods are numbered from 0 since the start; period n is
 * in slot n % count.
 */
#ifndef RING_H
#define RING_H

#include "cyclic/shape.h"
#include "out/print.h"
#include "slave/slave.h"

enum ring_memory { RING_ANY, RING_COHERENT, RING_STREAMING };

struct ring {
	const struct slave *slave;
	uint32_t direction;
	struct dmauser_buf *buf;
	uint8_t *memory;
	bool coherent;
	size_t period; /* bytes */
	unsigned int count;
	uint64_t slack; /* periods by which ring_position() may be behind */
	uint64_t ended; /* periods that the channel has ended, as far as we were told */
	uint64_t end;	/* with `over`: bytes that were moved in all */
	bool running;
	bool over;  /* the last record has come */
	int status; /* and this was in it */
};

/*
 * Each 0 or -errno after a message. Of `period' and `count', 0 is what the channel
 * and the limits allow.
 */
int ring_alloc(struct ring *ring, const struct slave *slave, uint32_t direction, uint64_t period,
	       uint64_t count, enum ring_memory memory);
int ring_start(struct ring *ring);
/* Takes the records that have come: `ended`, `over`, `status`. */
int ring_reap(struct ring *ring);
/*
 * The period that the channel is at this moment: all below are over. Asks the
 * channel, since a record may be on its way. 0 or -errno after a message.
 */
int ring_position(struct ring *ring, uint64_t *position);
/*
 * The same in bytes since the start, as finely as the provider can tell; never
 * more than have been moved.
 */
int ring_bytes(struct ring *ring, uint64_t *bytes);
/* Stops the channel and takes the last record: `over`, `end`. */
void ring_stop(struct ring *ring);
/*
 * Copies from the slot of a period. -ENODEV if the memory went with its device,
 * which takes coherent memory along.
 */
int ring_copy(const struct ring *ring, uint64_t period, void *to, size_t length);
/* The same the other way round, into the slot from `offset' on. */
int ring_write(const struct ring *ring, uint64_t period, size_t offset, const void *from,
	       size_t length);
void ring_free(struct ring *ring);

/* What went through a ring, as `capture' and `play' print it. */
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
/* The keys that both have; the object stays open. */
void ring_print(struct printer *printer, const struct ring_report *report);

static inline uint8_t *ring_slot(const struct ring *ring, uint64_t period)
{
	return ring->memory + period % ring->count * ring->period;
}

/*
 * From the periods told and the place in the ring, the period the channel is
 * in; apart for the tests. `place` is in bytes, 0 to ring_length.
 */
uint64_t ring_locate(uint64_t ended, uint64_t place, size_t period, unsigned int count);

#endif /* RING_H */
