// SPDX-License-Identifier: MIT
#include "cyclic/shape.h"

#define USUAL_PERIOD (UINT64_C(64) << 10)
#define USUAL_COUNT  16
#define USUAL_BYTES  (USUAL_PERIOD * USUAL_COUNT)
#define PAGE	     UINT64_C(4096)

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t round_down(uint64_t value, uint64_t align)
{
	return value > align ? value / align * align : align;
}

/* Chooses enough periods to bridge a delay of this program: 1 MiB by default. */
static unsigned int choose_count(const struct shape_limits *limits, const struct shape *shape)
{
	uint64_t count = USUAL_COUNT;

	/* If a limit makes the periods short, take more of them. */
	if (!shape->period_given && shape->period < USUAL_PERIOD)
		count = USUAL_BYTES / shape->period;
	if (limits->periods)
		count = least(count, limits->periods);
	if (limits->bytes)
		count = least(count, limits->bytes / shape->period);
	if (count > RING_MAX_PERIODS)
		count = RING_MAX_PERIODS;
	return count < RING_MIN_PERIODS ? RING_MIN_PERIODS : (unsigned int)count;
}

static uint64_t power_of_two_up_to(uint64_t value)
{
	uint64_t power = 1;

	while (power <= value / 2)
		power *= 2;
	return power;
}

/* Whole pages can be written from the ring itself, so make use of them if that is possible. */
static uint64_t choose_period(const struct shape_limits *limits, const struct shape *shape)
{
	uint64_t period = USUAL_PERIOD;

	if (limits->segment)
		period = least(period, limits->segment);
	if (limits->bytes)
		period = least(period, power_of_two_up_to(limits->bytes /
							  (shape->count_given ? shape->count
									      : RING_MIN_PERIODS)));
	if (period > PAGE && PAGE % limits->align == 0)
		period = round_down(period, PAGE);
	return round_down(period, limits->align);
}

struct shape shape_choose(const struct shape_limits *limits, uint64_t period, uint64_t count)
{
	struct shape shape = {.period = period,
			      .count = (unsigned int)count,
			      .period_given = period != 0,
			      .count_given = count != 0};

	if (!shape.period_given)
		shape.period = choose_period(limits, &shape);
	if (!shape.count_given)
		shape.count = choose_count(limits, &shape);
	return shape;
}

bool shape_shrink(struct shape *shape, const struct shape_limits *limits)
{
	if (!shape->count_given && shape->count > RING_MIN_PERIODS) {
		shape->count =
			shape->count / 2 < RING_MIN_PERIODS ? RING_MIN_PERIODS : shape->count / 2;
		return true;
	}
	if (!shape->period_given && shape->period > limits->align) {
		shape->period = round_down(shape->period / 2, limits->align);
		return true;
	}
	return false;
}
