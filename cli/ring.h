/* SPDX-License-Identifier: MIT */
/*
 * A cyclic transfer: a ring of periods that the channel goes round and round,
 * and how far it is. Periods are numbered from 0 since the start; period n is
 * in slot n % count.
 */
#ifndef RING_H
#define RING_H

#include "slave.h"

#define RING_MIN_PERIODS 3
#define RING_MAX_PERIODS 65536

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
	bool running;
	bool over;  /* the last record has come */
	int status; /* and this was in it */
};

/* Each 0 or -errno after a message. */
int ring_alloc(struct ring *ring, const struct slave *slave, uint32_t direction, size_t period,
	       unsigned int count, enum ring_memory memory);
int ring_start(struct ring *ring);
/* Takes the records that have come: `ended`, `over`, `status`. */
int ring_reap(struct ring *ring);
/*
 * The period that the channel is at this moment: all below are over. Asks the
 * channel, since a record may be on its way. 0 or -errno after a message.
 */
int ring_position(struct ring *ring, uint64_t *position);
void ring_stop(struct ring *ring);
void ring_free(struct ring *ring);

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
