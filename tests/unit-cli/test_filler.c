// SPDX-License-Identifier: MIT
/* How play fills its cyclic buffer, with a channel that the test moves. */
#include "cyclic/filler.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define PERIOD 100
#define COUNT  4

static uint8_t memory[PERIOD * COUNT];
static uint64_t moved;	    /* position of the channel */
static uint64_t moves_late; /* the channel moves on by this much while data is put */
static struct slave slave = {.name = "test"};
static struct ring ring;
static struct filler filler;

/* Replaces the tool's own ring. */
int ring_bytes(struct ring *r, uint64_t *bytes)
{
	moved += moves_late;
	moves_late = 0;
	r->ended = moved / PERIOD;
	*bytes = r->slack ? r->ended * PERIOD : moved;
	return 0;
}

int ring_write(const struct ring *r, uint64_t period, size_t offset, const void *from,
	       size_t length)
{
	cr_assert(offset + length <= PERIOD);
	memcpy(ring_slot(r, period) + offset, from, length);
	return 0;
}

int dmauser_buf_sync(struct dmauser_buf *buf, uint64_t offset, uint64_t length, uint32_t flags)
{
	(void)buf, (void)offset, (void)length, (void)flags;
	return -EIO;
}

void cli_error(const struct cli *cli, const char *format, ...)
{
	(void)cli, (void)format;
}

static void begin(uint64_t slack)
{
	memset(memory, 0xee, sizeof(memory));
	moved = 0;
	ring = (struct ring){.slave = &slave,
			     .memory = memory,
			     .kind = DMACTL_BUF_COHERENT,
			     .period = PERIOD,
			     .count = COUNT,
			     .slack = slack,
			     .running = true};
	cr_assert_eq(filler_init(&filler, &ring), 0);
}

static void end(void)
{
	filler_free(&filler);
}

/* Passes this many bytes of the file. */
static void feed(size_t bytes, uint8_t value)
{
	while (bytes) {
		size_t part = bytes < filler_room(&filler) ? bytes : filler_room(&filler);
		bool done;

		cr_assert(filler_has_slot(&filler));
		memset(filler_at(&filler), value, part);
		filler_add(&filler, part);
		cr_assert_eq(filler_put(&filler, &done), 0);
		bytes -= part;
	}
}

static uint64_t played(void)
{
	uint64_t at;

	ring_bytes(&ring, &at);
	return filler_played(&filler, at);
}

Test(filler, what_was_played_is_what_the_channel_passed, .fini = end)
{
	begin(0);
	/* Before the start the channel cannot overtake. */
	ring.running = false;
	feed(250, 1);
	ring.running = true;
	cr_expect_eq(played(), 0);
	moved = 30;
	cr_expect_eq(played(), 30);
	moved = 249;
	cr_expect_eq(played(), 249);
	/* The rest of the period is silence. */
	moved = 299;
	cr_expect_eq(played(), 250);
	cr_expect_eq(memory[249], 1);
	cr_expect_eq(memory[250], 0);
}

Test(filler, pieces_of_a_period_are_there_at_once, .fini = end)
{
	begin(0);
	ring.running = false;
	feed(150, 1);
	ring.running = true;
	moved = 120;
	feed(20, 2);
	cr_expect_eq(filler.underruns, 0);
	cr_expect_eq(memory[149], 1);
	cr_expect_eq(memory[150], 2);
	cr_expect_eq(memory[170], 0);
	moved = 170;
	cr_expect_eq(played(), 170);
	cr_expect_eq(filler.filled, 1);
}

Test(filler, late_bytes_come_behind_the_channel, .fini = end)
{
	begin(0);
	ring.running = false;
	feed(150, 1);
	ring.running = true;
	/* The channel has passed the data, and is at 160. */
	moved = 160;
	feed(20, 2);
	cr_expect_eq(filler.underruns, 1);
	cr_expect_eq(filler.filled, 2);
	cr_expect_eq(memory[200], 2);
	moved = 199;
	cr_expect_eq(played(), 150);
	moved = 210;
	cr_expect_eq(played(), 160);
	moved = 299;
	cr_expect_eq(played(), 170);
}

Test(filler, a_channel_that_comes_while_it_is_put_is_noticed, .fini = end)
{
	begin(0);
	ring.running = false;
	feed(100, 1);
	ring.running = true;
	moved = 90;
	moves_late = 240;
	feed(100, 2);
	/* The channel has reached periods 1 to 3; position 330 is in the last. */
	cr_expect_eq(filler.underruns, 3);
	cr_expect_eq(filler.filled, 5);
	moved = 500;
	cr_expect_eq(played(), 200);
}

Test(filler, one_that_counts_periods_may_be_one_further, .fini = end)
{
	begin(1);
	ring.running = false;
	feed(100, 1);
	ring.running = true;
	/* It reports period 0, but may be in period 1. */
	moved = 50;
	feed(100, 2);
	cr_expect_eq(filler.underruns, 1);
	cr_expect_eq(filler.filled, 3);
	cr_expect_eq(memory[200], 2);
}

Test(filler, the_end_of_the_file_is_no_underrun, .fini = end)
{
	bool done;

	begin(0);
	ring.running = false;
	feed(130, 1);
	ring.running = true;
	filler.file_ended = true;
	/* The channel passed the whole file before its end was known. */
	moved = 250;
	cr_assert_eq(filler_put(&filler, &done), 0);
	cr_expect_eq(filler.underruns, 0);
	cr_expect_eq(filler.last, 2);
	moved = 399;
	cr_expect_eq(played(), 130);
}

Test(filler, a_slot_is_counted_before_it_is_used_again, .fini = end)
{
	begin(0);
	ring.running = false;
	feed(400, 1);
	cr_expect(!filler_has_slot(&filler));
	ring.running = true;
	for (uint64_t at = 150; at < 2000; at += 50) {
		uint64_t now;

		moved = at;
		ring_bytes(&ring, &now);
		if (filler_has_slot(&filler) && filler.filled < ring.ended + COUNT)
			feed(100, 1);
		cr_assert_eq(played(), at);
	}
	cr_expect_eq(filler.underruns, 0);
}

Test(filler, what_was_played_does_not_come_again, .fini = end)
{
	begin(0);
	ring.running = false;
	feed(250, 1);
	ring.running = true;
	moved = 230;
	cr_expect_eq(played(), 230);
	cr_assert_eq(filler_silence(&filler), 0);
	cr_expect_eq(memory[0], 0);
	cr_expect_eq(memory[199], 0);
	cr_expect_eq(memory[200], 1);
	/* In the next round, new data stays. */
	moved = 310;
	cr_expect_eq(played(), 250);
	cr_assert_eq(filler_silence(&filler), 0);
	cr_expect_eq(memory[249], 0);
	feed(50, 2);
	cr_expect_eq(filler.filled, 4);
	cr_assert_eq(filler_silence(&filler), 0);
	cr_expect_eq(memory[0], 2);
	moved = 460;
	cr_expect_eq(played(), 300);
	cr_assert_eq(filler_silence(&filler), 0);
	cr_expect_eq(memory[0], 2);
	moved = 520;
	cr_expect_eq(played(), 300);
	cr_assert_eq(filler_silence(&filler), 0);
	cr_expect_eq(memory[0], 0);
}

Test(filler, memory_that_is_gone_is_an_error, .fini = end)
{
	bool done;

	begin(0);
	ring.kind = DMACTL_BUF_STREAMING;
	filler_add(&filler, 10);
	cr_expect_eq(filler_put(&filler, &done), -EIO);
}

Test(filler, a_file_that_stays_silent_to_the_end_is_an_underrun, .fini = end)
{
	begin(0);
	ring.running = false;
	feed(PERIOD + 50, 1);
	filler_end(&filler, PERIOD + 50);
	cr_expect_eq(filler.underruns, 0);
	/* It reached the rest of the second period, the third, and a byte of the fourth. */
	filler_end(&filler, 3 * PERIOD + 1);
	cr_expect_eq(filler.underruns, 3);
	filler.underruns = 0;
	filler.file_ended = true;
	filler_end(&filler, 3 * PERIOD + 1);
	cr_expect_eq(filler.underruns, 0);
}
