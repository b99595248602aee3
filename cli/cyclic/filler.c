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

/* Bytes of the file in this period. */
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

	if (!ring->coherent)
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

	/* Those that are filled again, or being filled, need none. */
	if (filler->silent + ring->count < filler->filled + (filler->put > 0))
		filler->silent = filler->filled + (filler->put > 0) - ring->count;
	for (; !err && filler->silent < ring->ended; filler->silent++) {
		/* It has to be counted before it goes. */
		filler_played(filler, ring->ended * ring->period);
		err = ring_write(ring, filler->silent, 0, filler->silence, ring->period);
		if (!err)
			err = hand_over(filler, filler->silent);
	}
	return err;
}

/* Copies what has come since the last time; the rest of the slot is silence. */
static int copy(struct filler *filler)
{
	struct ring *ring = filler->ring;
	uint64_t slot = filler->filled % ring->count;
	size_t end = filler->length;
	int err;

	if (!filler->put) {
		/* What was there is over; it has to be counted before it goes. */
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
 * Was the channel there before what was copied just now? It says how far it is in
 * periods at least, and if it can, in bytes. `period': the one that it is in.
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
	/* It has just ended by itself. */
	if (err || !ring->running)
		return err;
	*period = moved / ring->period + ring->slack;
	*late = ring->slack ? *period >= filler->filled : moved >= begin;
	return 0;
}

/* The rest of the period goes behind the channel, to the next one that is not begun. */
static void retreat(struct filler *filler, uint64_t period)
{
	uint64_t slot = filler->filled % filler->ring->count;

	/* What comes after the end of the file is no loss. */
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

int filler_put(struct filler *filler, bool *done)
{
	uint64_t period = 0;
	bool late = true;
	int err = 0;

	*done = false;
	while (!err && late) {
		if (!filler_has_slot(filler))
			return 0;
		/* Before, too: else it would play some of what is put behind it once more. */
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
