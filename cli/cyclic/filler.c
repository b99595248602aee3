// SPDX-License-Identifier: MIT
#include "cyclic/filler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int filler_init(struct filler *filler, struct ring *ring)
{
	*filler = (struct filler){.ring = ring};
	filler->next = malloc(ring->period);
	filler->number = calloc(ring->count, sizeof(*filler->number));
	filler->bytes = calloc(ring->count, sizeof(*filler->bytes));
	filler->silence = calloc(1, ring->period);
	if (filler->next && filler->silence && filler->number && filler->bytes)
		return 0;
	cli_error(ring->slave->cli, "out of memory");
	return -ENOMEM;
}

void filler_free(struct filler *filler)
{
	free(filler->next);
	free(filler->silence);
	free(filler->number);
	free(filler->bytes);
	*filler = (struct filler){0};
}

bool filler_has_slot(const struct filler *filler)
{
	return filler->filled < filler->ring->ended + filler->ring->count;
}

/* Returns the bytes of the file in this period. */
static size_t bytes_in(const struct filler *filler, uint64_t period)
{
	uint64_t slot = period % filler->ring->count;

	return filler->number[slot] == period ? filler->bytes[slot] : 0;
}

uint64_t filler_played(struct filler *filler, uint64_t moved)
{
	size_t in, at = (size_t)(moved % filler->ring->period);

	for (; filler->counted < moved / filler->ring->period; filler->counted++)
		filler->played += bytes_in(filler, filler->counted);
	in = bytes_in(filler, filler->counted);
	return filler->played + (filler->counted > moved / filler->ring->period ? 0
				 : in < at					? in
										: at);
}

static int hand_over(const struct filler *filler, uint64_t period)
{
	struct ring *ring = filler->ring;
	int err = 0;

	if (ring->kind != DMACTL_BUF_COHERENT)
		err = dmauser_buf_sync(ring->buf, period % ring->count * ring->period, ring->period,
				       DMACTL_SYNC_END | DMACTL_SYNC_WRITE);
	if (err)
		cli_error(ring->slave->cli, "%s: cannot hand over the ring: %s", ring->slave->name,
			  strerror(-err));
	return err;
}

int filler_silence(struct filler *filler)
{
	struct ring *ring = filler->ring;
	int err = 0;

	/* Slots that are filled again, or partly filled, need no silence. */
	if (filler->silent + ring->count < filler->filled + (filler->put > 0))
		filler->silent = filler->filled + (filler->put > 0) - ring->count;
	for (; !err && filler->silent < ring->ended; filler->silent++) {
		/* Count the bytes of the slot before they are overwritten. */
		filler_played(filler, ring->ended * ring->period);
		err = ring_write(ring, filler->silent, 0, filler->silence, ring->period);
		if (!err)
			err = hand_over(filler, filler->silent);
	}
	return err;
}

/* Copies the new bytes of `next' into the ring, and silence into the rest of the slot. */
static int copy(struct filler *filler)
{
	struct ring *ring = filler->ring;
	uint64_t slot = filler->filled % ring->count;
	size_t end = filler->length;
	int err;

	if (!filler->put) {
		/*
		 * The old period of the slot has ended; count its bytes before
		 * they are overwritten.
		 */
		filler_played(filler, ring->ended * ring->period);
		memset(filler->next + end, 0, ring->period - end);
		end = ring->period;
	}
	err = ring_write(ring, filler->filled, filler->put, filler->next + filler->put,
			 end - filler->put);
	filler->number[slot] = filler->filled;
	filler->bytes[slot] = filler->length;
	return err ? err : hand_over(filler, filler->filled);
}

/*
 * Sets `late' if the channel reached the current period before its bytes were
 * in the ring. The position of the channel is known in periods at least, and in
 * bytes if the provider can tell. Sets `period' to the one that the channel is
 * in.
 */
static int check_late(struct filler *filler, bool *late, uint64_t *period)
{
	struct ring *ring = filler->ring;
	uint64_t begin = filler->filled * ring->period + filler->put, moved = 0;
	int err;

	*late = false;
	if (!ring->running)
		return 0;
	err = ring_bytes(ring, &moved);
	/* The transfer has just ended by itself. */
	if (err || !ring->running)
		return err;
	*period = moved / ring->period + ring->slack;
	*late = ring->slack ? *period >= filler->filled : moved >= begin;
	return 0;
}

/* Moves the rest of the period to the next period that the channel has not begun. */
static void retreat(struct filler *filler, uint64_t period)
{
	uint64_t slot = filler->filled % filler->ring->count;

	/* Missing silence after the end of the file is no underrun. */
	if (!filler->file_ended || filler->length > filler->put)
		filler->underruns += period + 1 - filler->filled;
	if (filler->put)
		filler->last = filler->filled + 1;
	filler->bytes[slot] = filler->put;
	filler->length -= filler->put;
	memmove(filler->next, filler->next + filler->put, filler->length);
	filler->put = 0;
	filler->filled = period + 1;
}

static void advance(struct filler *filler)
{
	if (filler->length)
		filler->last = filler->filled + 1;
	filler->filled++;
	filler->length = 0;
	filler->put = 0;
}

int filler_begin_slot(struct filler *filler, uint8_t **slot)
{
	struct ring *ring = filler->ring;
	uint64_t period = 0;
	bool late = true;
	int err = 0;

	*slot = NULL;
	if (filler->length || filler->put)
		return 0;
	while (!err && late && filler_has_slot(filler)) {
		err = check_late(filler, &late, &period);
		if (!err && late)
			retreat(filler, period);
	}
	if (err || late)
		return err;
	/* As in copy(). */
	filler_played(filler, ring->ended * ring->period);
	*slot = ring_slot(ring, filler->filled);
	return 0;
}

int filler_end_slot(struct filler *filler, bool *late)
{
	struct ring *ring = filler->ring;
	uint64_t period = 0, slot = filler->filled % ring->count;
	int err = hand_over(filler, filler->filled);

	filler->number[slot] = filler->filled;
	filler->bytes[slot] = ring->period;
	if (!err)
		err = check_late(filler, late, &period);
	if (err)
		return err;
	if (*late) {
		retreat(filler, period);
		return 0;
	}
	filler->length = ring->period;
	advance(filler);
	return 0;
}

int filler_put(struct filler *filler, bool *done)
{
	uint64_t period = 0;
	bool late = true;
	int err = 0;

	*done = false;
	while (!err && late) {
		if (!filler_has_slot(filler))
			return 0;
		/*
		 * Check before the copy, too: bytes put behind the channel
		 * would be played one round later.
		 */
		err = check_late(filler, &late, &period);
		if (!err && !late)
			err = copy(filler);
		if (!err && !late)
			err = check_late(filler, &late, &period);
		if (!err && late)
			retreat(filler, period);
	}
	if (err)
		return err;
	filler->put = filler->length;
	*done = filler->length < filler->ring->period && !filler->file_ended;
	if (!*done)
		advance(filler);
	return 0;
}

void filler_end(struct filler *filler, uint64_t moved)
{
	size_t period = filler->ring->period;

	if (filler->file_ended || moved <= filler->filled * period + filler->put)
		return;
	filler->underruns += (moved - 1) / period + 1 - filler->filled;
}
