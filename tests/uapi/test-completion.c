// SPDX-License-Identifier: MIT
/* Completions: reaped, read, awaited. */
#include <poll.h>
#include <pthread.h>
#include <sys/uio.h>

#include "uapi.h"

/* Submits ops that end at once, so that each has a completion in the queue. */
static void put_records(int fd, uint32_t chan, uint64_t first, unsigned int nr)
{
	struct dmactl_op op;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		op = op_nop(chan, first + i);
		submit_all(fd, &op, 1);
	}
}

UAPI_TEST(completion, read_takes_whole_records)
{
	struct dmactl_completion records[4];
	unsigned char *bytes = (unsigned char *)records;
	int fd = dev_open(O_NONBLOCK);
	uint32_t chan = chan_get(fd);
	size_t len;

	put_records(fd, chan, 10, 3);
	for (len = 0; len < sizeof(records[0]); len += len < 47 ? 47 : 1) {
		check_eq(read(fd, records, len), -1);
		check_eq(errno, EINVAL);
	}
	memset(records, 0xa5, sizeof(records));
	check_eq(read(fd, records, 2 * sizeof(records[0]) - 1), sizeof(records[0]));
	check_eq(records[0].user_data, 10);
	check_eq(bytes[sizeof(records[0])], 0xa5);
	check_eq(read(fd, records, sizeof(records)), 2 * sizeof(records[0]));
	check_eq(records[0].user_data, 11);
	check_eq(records[1].user_data, 12);
	check_eq(read(fd, records, sizeof(records)), -1);
	check_eq(errno, EAGAIN);
}

UAPI_TEST(completion, a_bad_pointer_loses_nothing)
{
	unsigned char *p =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct dmactl_completion *at, records[20];
	int i, fd = dev_open(O_NONBLOCK);
	uint32_t chan = chan_get(fd);

	check_eq(mprotect(p + PAGE, PAGE, PROT_NONE), 0);
	put_records(fd, chan, 0, 20);
	check_eq(read(fd, p + PAGE, PAGE), -1);
	check_eq(errno, EFAULT);
	check_eq(read(fd, p + PAGE - 40, 48), -1);
	check_eq(errno, EFAULT);
	check_eq(reap(fd, (void *)(p + PAGE - 40), 1, 0, 0), -EFAULT);
	check_eq(reap(fd, NULL, 5, 0, 0), -EFAULT);
	check_eq(fdinfo(fd, "completions-queued"), 20);
	/* Completions that do not fit stay in the queue. */
	at = (void *)(p + PAGE - 9 * sizeof(*at));
	i = reap(fd, at, 20, 20, 0);
	check(i == -EFAULT || (i >= 0 && i <= 9));
	if (i > 0)
		memcpy(records, at, i * sizeof(*at));
	else
		i = 0;
	check_eq(reap(fd, records + i, 20, 20 - i, 0), 20 - i);
	for (i = 0; i < 20; i++)
		check_eq(records[i].user_data, i);
	munmap(p, 2 * PAGE);
}

UAPI_TEST(completion, larger_records_end_in_zeroes)
{
	unsigned char bytes[3][4096];
	struct dmactl_completion record;
	struct dmactl_submit arg = {.size = sizeof(arg)};
	static const uint32_t sizes[] = {48, 56, 64, 4096};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	size_t i, j, k;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned char *p = &bytes[0][0];

		put_records(fd, chan, 7, 2);
		memset(bytes, 0xa5, sizeof(bytes));
		arg.completions_uptr = (uintptr_t)bytes;
		arg.nr_completions = 3;
		arg.completion_size = sizes[i];
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
		check_eq(arg.out_completed, 2);
		for (j = 0; j < 2; j++) {
			memcpy(&record, p + j * sizes[i], sizeof(record));
			check_eq(record.user_data, 7 + j);
			for (k = sizeof(record); k < sizes[i]; k++)
				check_eq(p[j * sizes[i] + k], 0);
		}
		for (k = 2 * sizes[i]; k < 3 * sizes[i]; k++)
			check_eq(p[k], 0xa5);
	}
}

UAPI_TEST(completion, sizes_that_are_refused)
{
	static const uint32_t sizes[] = {0, 1, 40, 47, 49, 52, 4100, 4104, ~0u};
	struct dmactl_completion records[2];
	struct dmactl_submit arg = {.size = sizeof(arg)};
	int fd = dev_open(0);
	size_t i;

	arg.completions_uptr = (uintptr_t)records;
	arg.nr_completions = 2;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		arg.completion_size = sizes[i];
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -EINVAL);
	}
	arg.nr_completions = 0;
	arg.completion_size = 48;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -EINVAL);
	arg.nr_completions = 2;
	arg.min_complete = 3;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -EINVAL);
	arg.min_complete = 2;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -ETIME);
}

UAPI_TEST(completion, a_timeout_is_a_duration)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint64_t start;

	check_eq(reap(fd, &record, 1, 0, 0), 0);
	start = now_ns();
	check_eq(reap(fd, &record, 1, 1, 0), -ETIME);
	check(now_ns() - start < 1 * SEC);
	start = now_ns();
	check_eq(reap(fd, &record, 1, 1, 80 * MSEC), -ETIME);
	check(now_ns() - start >= 80 * MSEC);
	/* Without a minimum there is nothing to wait for. */
	start = now_ns();
	check_eq(reap(fd, &record, 1, 0, 20 * SEC), 0);
	check(now_ns() - start < 10 * SEC);
}

UAPI_TEST(completion, a_timeout_is_a_point_in_time)
{
	struct dmactl_completion record;
	struct dmactl_submit arg = {.size = sizeof(arg), .flags = DMACTL_SUBMIT_ABS_TIMEOUT};
	int fd = dev_open(0);
	uint64_t until;

	arg.completions_uptr = (uintptr_t)&record;
	arg.nr_completions = arg.min_complete = 1;
	arg.completion_size = sizeof(record);
	until = now_ns() + 80 * MSEC;
	arg.timeout_ns = until;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -ETIME);
	check(now_ns() >= until);
	check(now_ns() < until + 10 * SEC);
	/* A time in the past. */
	arg.timeout_ns = 1;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -ETIME);
	arg.timeout_ns = 0;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -ETIME);
	check_eq(arg.out_wait, -ETIME);
}

/* After a timeout the call returns the completions that arrived, and succeeds. */
UAPI_TEST(completion, a_timeout_after_some)
{
	struct dmactl_completion records[3];
	struct dmactl_submit arg = {.size = sizeof(arg)};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);

	put_records(fd, chan, 5, 2);
	arg.completions_uptr = (uintptr_t)records;
	arg.nr_completions = arg.min_complete = 3;
	arg.completion_size = sizeof(records[0]);
	arg.timeout_ns = 30 * MSEC;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_completed, 2);
	check_eq(arg.out_wait, -ETIME);
	check_eq(records[1].user_data, 6);
}

static void *release_later(void *unused)
{
	sleep_ms(100);
	sim_set("hold", "0");
	return unused;
}

static void expect_awaited(uint64_t timeout)
{
	struct dmactl_completion record;
	pthread_t thread;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, 1, 1);
	uint64_t start = now_ns();

	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(pthread_create(&thread, NULL, release_later, NULL), 0);
	check_eq(reap(fd, &record, 1, 1, timeout), 1);
	check(now_ns() - start >= 90 * MSEC);
	check_eq(record.status, 0);
	pthread_join(thread, NULL);
}

UAPI_TEST(completion, a_long_wait_ends_with_the_record)
{
	expect_awaited(100 * SEC);
}

UAPI_TEST(completion, a_wait_without_end)
{
	expect_awaited(DMACTL_TIMEOUT_INFINITE);
	expect_awaited((~0ull >> 1) - 1);
}

UAPI_TEST(completion, a_blocking_read_waits)
{
	struct dmactl_completion record;
	pthread_t thread;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, 1, 1);

	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(pthread_create(&thread, NULL, release_later, NULL), 0);
	check_eq(read(fd, &record, sizeof(record)), sizeof(record));
	check_eq(record.status, 0);
	pthread_join(thread, NULL);
}

#define NR_READ 2000

struct reader {
	pthread_t thread;
	int fd;
	unsigned int nr;
	bool use_read;
	unsigned int *seen;
};

static void *reader_run(void *arg)
{
	struct reader *r = arg;
	struct dmactl_completion records[7];
	int i, n;

	for (;;) {
		if (r->use_read) {
			n = read(r->fd, records, sizeof(records));
			check(n > 0);
			n /= sizeof(records[0]);
		} else {
			n = reap(r->fd, records, 7, 1, 60 * SEC);
			check(n > 0);
		}
		for (i = 0; i < n; i++) {
			if (records[i].user_data == NR_READ)
				return NULL;
			__atomic_fetch_add(&r->seen[records[i].user_data], 1, __ATOMIC_RELAXED);
			r->nr++;
		}
	}
}

UAPI_TEST(completion, readers_share_without_doubles)
{
	static unsigned int seen[NR_READ];
	struct reader readers[3];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	unsigned int n = 0;

	for (i = 0; i < 3; i++) {
		readers[i] = (struct reader){.fd = fd, .use_read = i == 1, .seen = seen};
		check_eq(pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]), 0);
	}
	while (n < NR_READ) {
		struct dmactl_op op = op_nop(chan, n);
		int ret = submit_flags(fd, &op, 1, 0, NULL);

		check(!ret || ret == -EAGAIN);
		n += !ret;
	}
	/*
	 * One completion for each reader to end with; the next is added only when the previous one
	 * was taken, because otherwise one reader could take them all.
	 */
	while (fdinfo(fd, "completions-queued"))
		sleep_ms(1);
	for (i = 0; i < 3; i++) {
		put_records(fd, chan, NR_READ, 1);
		while (fdinfo(fd, "completions-queued"))
			sleep_ms(1);
	}
	for (i = 0, n = 0; i < 3; i++) {
		pthread_join(readers[i].thread, NULL);
		n += readers[i].nr;
	}
	check_eq(n, NR_READ);
	for (i = 0; i < NR_READ; i++)
		check_eq(seen[i], 1);
}

UAPI_TEST(completion, min_complete_counts_what_is_there)
{
	struct dmactl_completion records[8];
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);

	put_records(fd, chan, 0, 5);
	check_eq(reap(fd, records, 8, 5, DMACTL_TIMEOUT_INFINITE), 5);
	put_records(fd, chan, 0, 5);
	check_eq(reap(fd, records, 2, 2, DMACTL_TIMEOUT_INFINITE), 2);
	check_eq(reap(fd, records, 8, 0, 0), 3);
}

/* The queue outlives its channel. */
UAPI_TEST(completion, records_outlive_their_channel)
{
	struct dmactl_completion records[5];
	struct dmactl_op ops[5];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);

	for (i = 0; i < 5; i++) {
		ops[i] = op_memset(chan, &mem, 0, 64, 1);
		ops[i].user_data = i;
	}
	sim_set("hold", "1");
	submit_all(fd, ops, 5);
	check_eq(destroy(fd, chan), 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), -ENOENT);
	/* Nothing is in flight, so the buffer is free. */
	check_eq(destroy(fd, mem.buf), 0);
	reap_all(fd, records, 5);
	for (i = 0; i < 5; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].chan, chan);
		check_eq(records[i].status, -ECANCELED);
	}
	check_eq(mem.p[0], 0);
}
