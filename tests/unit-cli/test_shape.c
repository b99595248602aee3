// SPDX-License-Identifier: MIT
/* The size of a cyclic buffer if the user does not give one. */
#include "cyclic/shape.h"

#include <criterion/criterion.h>

Test(shape, follows_what_the_channel_declares)
{
	static const struct {
		struct shape_limits limits;
		uint64_t period, count;
		uint64_t want_period, want_count;
	} cases[] = {
		{{.align = 1}, 0, 0, 65536, 16},
		{{.align = 1, .segment = 4096}, 0, 0, 4096, 256},
		{{.align = 1, .segment = 65535}, 0, 0, 61440, 17},
		{{.align = 8, .segment = 65535}, 0, 0, 61440, 17},
		{{.align = 1, .segment = 4096, .periods = 100}, 0, 0, 4096, 100},
		{{.align = 1, .segment = 1}, 0, 0, 1, 65536},
		{{.align = 1, .bytes = 300000}, 0, 0, 65536, 4},
		{{.align = 1, .bytes = 65536}, 0, 0, 16384, 4},
		{{.align = 4, .bytes = 4096}, 0, 0, 1024, 4},
		{{.align = 1, .bytes = 1}, 0, 0, 1, 3},
		{{.align = 12, .bytes = 1 << 20, .segment = 1 << 20}, 0, 0, 65532, 16},
		/* Values by the user are not changed. */
		{{.align = 1, .segment = 4096}, 1024, 0, 1024, 16},
		{{.align = 1, .segment = 4096}, 8192, 5, 8192, 5},
		{{.align = 1, .bytes = 65536}, 0, 32, 2048, 32},
		{{.align = 1, .bytes = 1 << 20}, 1 << 19, 0, 1 << 19, 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct shape shape =
			shape_choose(&cases[i].limits, cases[i].period, cases[i].count);

		cr_expect_eq(shape.period, cases[i].want_period, "%zu: period %lu", i,
			     (unsigned long)shape.period);
		cr_expect_eq(shape.count, cases[i].want_count, "%zu: %u periods", i, shape.count);
	}
}

Test(shape, shrinks_to_three_periods_of_one_alignment)
{
	struct shape_limits limits = {.align = 8};
	struct shape shape = shape_choose(&limits, 0, 0);
	uint64_t before = shape.period * shape.count;

	while (shape_shrink(&shape, &limits)) {
		cr_assert_lt(shape.period * shape.count, before);
		cr_assert_eq(shape.period % 8, 0);
		before = shape.period * shape.count;
	}
	cr_expect_eq(shape.period, 8);
	cr_expect_eq(shape.count, RING_MIN_PERIODS);
	shape = shape_choose(&limits, 100, 7);
	cr_expect(!shape_shrink(&shape, &limits));
}
