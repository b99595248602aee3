// SPDX-License-Identifier: GPL-2.0-only
/*
 * The speed of a peripheral. The bytes so far are computed from the time, so
 * the rate holds however often they are read.
 */
#include <linux/math64.h>
#include <linux/minmax.h>

#include "core/config.h"
#include "periph/clock.h"

void sim_clock_start(struct sim_clock *clock, u64 rate)
{
	clock->rate = rate;
	clock->since = ktime_get();
	clock->bytes = 0;
}

/* Returns the bytes so far. From now on they come at @rate. */
u64 sim_clock_read(struct sim_clock *clock, u64 rate)
{
	ktime_t now = ktime_get();
	u64 seconds, bytes;
	u32 ns;

	/* Count whole seconds, so that rounding loses nothing. */
	seconds = div_u64_rem(ktime_to_ns(ktime_sub(now, clock->since)),
			      NSEC_PER_SEC, &ns);
	clock->bytes += seconds * clock->rate;
	clock->since = ktime_add_ns(clock->since, seconds * NSEC_PER_SEC);

	bytes = clock->bytes + div_u64(ns * clock->rate, NSEC_PER_SEC);
	if (clock->rate != rate) {
		clock->bytes = bytes;
		clock->since = now;
		clock->rate = rate;
	}
	return bytes;
}

/* Returns when there will be @bytes; at most some seconds ahead. */
ktime_t sim_clock_when(const struct sim_clock *clock, u64 bytes)
{
	u64 more = bytes - min(bytes, clock->bytes);

	more = min_t(u64, more, U64_MAX / NSEC_PER_SEC - 1);
	return ktime_add_ns(clock->since,
			    div64_u64(more * NSEC_PER_SEC + clock->rate - 1,
				      clock->rate));
}

/* Returns the bytes worth a wakeup: those of a millisecond. */
u64 sim_clock_chunk(const struct sim_clock *clock, u64 most)
{
	u64 chunk = div_u64(clock->rate, MSEC_PER_SEC) & ~(SIM_WORD - 1ULL);

	return max_t(u64, min(chunk, most), 1);
}
