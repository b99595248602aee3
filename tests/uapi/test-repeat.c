// SPDX-License-Identifier: MIT
/* INTERLEAVED with REPEAT: repeats until another op takes over. */
#include <poll.h>

#include "uapi.h"

#define LEN 3000
#define INC (DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC)

static int fd;
static uint32_t chan;
static struct mem mem;
static const struct dmactl_chunk chunk = {.size = 1000, .dst_icg = 24};

/* Each part is in one page, so nothing is split. */
static void setup(void)
{
	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_REPEAT | DMACTL_CAP_LOAD_EOT | DMACTL_CAP_INTERLEAVE)
		       .out_chan;
	mem = mem_coherent(fd, chan, 4 * PAGE);
	noise_fill(mem.p, mem.len, 1);
}

static struct dmactl_op op_frames(uint16_t flags, uint64_t user_data, uint64_t dst, uint64_t src)
{
	return (struct dmactl_op){
		.opcode = DMACTL_OP_INTERLEAVED,
		.flags = INC | flags,
		.chan = chan,
		.user_data = user_data,
		.dst_buf = mem.buf,
		.dst_off = dst,
		.src_buf = mem.buf,
		.src_off = src,
		.len = LEN,
		.args_uptr = (uintptr_t)&chunk,
		.nr_args = 1,
		.arg_size = sizeof(chunk),
	};
}

static void frames_check(size_t dst, size_t src)
{
	size_t i;

	for (i = 0; i < 3; i++)
		bytes_check(mem.p + dst + i * 1024, mem.p + src + i * 1000, 1000, "a frame");
}

/* Reaps completions of one repeating op, until the last. Its count must not decrease. */
static struct dmactl_completion last_record(uint64_t user_data, uint64_t *count)
{
	struct dmactl_completion record;

	for (;;) {
		reap_all(fd, &record, 1);
		check_eq(record.user_data, user_data);
		if (!(record.flags & DMACTL_COMP_MORE))
			return record;
		check_eq(record.flags, DMACTL_COMP_MORE);
		more_check(&record, LEN, count);
	}
}

UAPI_TEST(repeat, ends_when_another_takes_over)
{
	struct dmactl_completion record;
	struct dmactl_op op;
	uint64_t count = 0;
	unsigned int i;

	setup();
	op = op_frames(DMACTL_OPF_REPEAT, 1, PAGE, 0);
	submit_all(fd, &op, 1);
	for (i = 0; i < 10; i++) {
		reap_all(fd, &record, 1);
		check_eq(record.user_data, 1);
		check_eq(record.flags, DMACTL_COMP_MORE);
		check_eq(record.status, 0);
		check(record.count > count);
		check_eq(record.bytes, record.count * LEN);
		count = record.count;
	}
	frames_check(PAGE, 0);
	check_eq(chan_status(fd, chan).out_in_flight, 1);
	check(chan_status(fd, chan).out_count >= count);

	/* The next op, without REPEAT, ends as usual. */
	op = op_frames(DMACTL_OPF_LOAD_EOT, 2, 2 * PAGE, 7);
	submit_all(fd, &op, 1);
	record = last_record(1, &count);
	check_eq(record.status, 0);
	check_eq(record.flags, 0);
	check(record.count >= count);
	check_eq(record.bytes, record.count * LEN);
	count = record.bytes;
	reap_all(fd, &record, 1);
	check_eq(record.user_data, 2);
	check_eq(record.status, 0);
	check_eq(record.flags, 0);
	check_eq(record.count, 1);
	check_eq(record.bytes, LEN);
	frames_check(2 * PAGE, 7);
	check_eq(chan_status(fd, chan).out_bytes, count + LEN);
	check_eq(chan_status(fd, chan).out_in_flight, 0);
	check_eq(chan_status(fd, chan).out_failed, 0);
}

/* Each op takes over from the previous one; at 1 MiB/s a repetition takes 3 ms. */
UAPI_TEST(repeat, one_after_another)
{
	struct dmactl_completion record;
	uint64_t count, total = 0;
	struct dmactl_op op;
	unsigned int i;

	setup();
	op = op_frames(DMACTL_OPF_REPEAT, 0, PAGE, 0);
	submit_all(fd, &op, 1);
	for (i = 1; i < 20; i++) {
		sleep_ms(5);
		op = op_frames(DMACTL_OPF_REPEAT | DMACTL_OPF_LOAD_EOT, i, PAGE * (1 + i % 3), i);
		submit_all(fd, &op, 1);
		count = 0;
		record = last_record(i - 1, &count);
		check_eq(record.status, 0);
		check(record.count >= 1);
		check_eq(record.bytes, record.count * LEN);
		total += record.bytes;
	}
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	count = 0;
	record = last_record(19, &count);
	check_eq(record.status, -ECANCELED);
	check(record.bytes >= count * LEN);
	check_eq(chan_status(fd, chan).out_bytes, total + record.bytes);
	check_eq(reap(fd, &record, 1, 1, 20 * MSEC), -ETIME);
}

/* Without LOAD_EOT the next op waits forever; TERMINATE ends both. */
UAPI_TEST(repeat, another_that_does_not_take_over)
{
	struct dmactl_completion record;
	struct dmactl_op op;
	uint64_t count = 0;

	setup();
	pattern_fill(mem.p, 2 * PAGE, PAGE, DST_MARGIN);
	op = op_frames(DMACTL_OPF_REPEAT, 1, PAGE, 0);
	submit_all(fd, &op, 1);
	op = op_frames(0, 2, 2 * PAGE, 0);
	submit_all(fd, &op, 1);
	sleep_ms(50);
	check_eq(chan_status(fd, chan).out_in_flight, 2);
	pattern_check(mem.p, 2 * PAGE, PAGE, DST_MARGIN, 2 * PAGE);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	record = last_record(1, &count);
	check_eq(record.status, -ECANCELED);
	check(record.count >= 3);
	reap_all(fd, &record, 1);
	check_eq(record.user_data, 2);
	check_eq(record.status, -ECANCELED);
	check_eq(record.bytes, 0);
	pattern_check(mem.p, 2 * PAGE, PAGE, DST_MARGIN, 2 * PAGE);
}

/* A program that does not reap finds one completion with the count of all repetitions. */
UAPI_TEST(repeat, one_record_waits)
{
	struct dmactl_completion records[8];
	struct dmactl_op op;
	uint64_t count;

	setup();
	op = op_frames(DMACTL_OPF_REPEAT, 1, PAGE, 0);
	submit_all(fd, &op, 1);
	sleep_ms(200);
	/* At most one more completion may arrive while the first is handed out. */
	check_eq(reap(fd, records, 1, 1, 0), 1);
	check(records[0].count >= 10);
	count = records[0].count;
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	check(reap(fd, records, 8, 1, SEC) <= 2);
	check(records[0].count >= count);
}

/* Maps the same page twice, so that adjacent pages of the buffer are not adjacent in memory. */
UAPI_TEST(repeat, memory_in_pieces)
{
	struct dmactl_chunk across = {.size = PAGE}, within = {.size = PAGE / 2};
	int file = memfd_create("pages", 0);
	struct dmactl_op op;
	unsigned char *p;
	struct mem torn;

	setup();
	check(file >= 0);
	check_eq(ftruncate(file, PAGE), 0);
	p = map_at(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(p != MAP_FAILED);
	check(map_at(p, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == p);
	check(map_at(p + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) ==
	      p + PAGE);
	noise_fill(p, PAGE, 5);
	check_eq(buf_map_user(fd, p, 2 * PAGE, 0, &torn), 0);
	op = op_frames(DMACTL_OPF_REPEAT, 1, PAGE, PAGE / 2);
	op.src_buf = torn.buf;
	op.args_uptr = (uintptr_t)&across;
	op.len = PAGE;
	op_refused(fd, &op, -EXDEV, "a chunk across both");
	op.args_uptr = (uintptr_t)&within;
	op_refused(fd, &op, -EXDEV, "a frame in each");
	/* Without REPEAT it may be split. */
	op.flags = INC;
	run_ok(fd, &op);
	bytes_check(mem.p + PAGE, p + PAGE / 2, PAGE, "once");
	close(file);
	munmap(p, 2 * PAGE);
}
