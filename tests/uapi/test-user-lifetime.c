// SPDX-License-Identifier: MIT
/* BUF_MAP_USER: memory of files, buffers that outlive their mapping or process, and the quota. */
#include <signal.h>

#include "uapi.h"

#define READ_ONLY DMACTL_MAP_USER_READ_ONLY
#define ROOM	  (8 * PAGE)

static unsigned char *file_map(size_t len, int prot, int flags)
{
	const char *dir = getenv("DMACTL_SCRATCH");
	unsigned char *p;
	char path[256];
	int fd;

	if (!dir)
		fail("DMACTL_SCRATCH does not say where there is a file system");
	if (!strcmp(dir, "none"))
		cr_skip_test("needs a disk");
	snprintf(path, sizeof(path), "%s/user", dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	check(fd >= 0);
	check_eq(unlink(path), 0);
	p = malloc(len);
	pattern_fill(p, 0, len, SRC_BODY);
	check_eq(write(fd, p, len), len);
	free(p);
	p = mmap(NULL, len, prot, flags, fd, 0);
	check(p != MAP_FAILED);
	close(fd);
	return p;
}

UAPI_TEST(user_lifetime, files_are_not_written_behind_their_backs)
{
	const size_t len = 4 * PAGE;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, len), mem;
	unsigned char *p = file_map(len, PROT_READ | PROT_WRITE, MAP_SHARED);
	struct dmactl_op op;

	check_eq(pin_try(fd, p, len, 0), -EOPNOTSUPP);
	mem = pin(fd, p, len, READ_ONLY);
	op = op_memcpy(chan, &dst, 0, &mem, 0, len);
	run_ok(fd, &op);
	pattern_check(dst.p, 0, len, SRC_BODY, 0);
	check_eq(destroy(fd, mem.buf), 0);
	munmap(p, len);

	/* A private mapping is the program's own. */
	p = file_map(len, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	mem = pin(fd, p, len, 0);
	op = op_memcpy(chan, &dst, 0, &mem, 0, len);
	run_ok(fd, &op);
	pattern_check(dst.p, 0, len, SRC_BODY, 0);
	op = op_fill(fd, chan, &mem, 5, 100, 0x99);
	run_ok(fd, &op);
	bytes_all(p + 5, 100, 0x99);
	pattern_check(p, 105, len - 105, SRC_BODY, 105);
	check_eq(destroy(fd, mem.buf), 0);
	munmap(p, len);

	p = file_map(len, PROT_READ, MAP_PRIVATE);
	mem = pin(fd, p, len, READ_ONLY);
	memset(dst.p, 0, len);
	op = op_memcpy(chan, &dst, 0, &mem, 0, len);
	run_ok(fd, &op);
	pattern_check(dst.p, 0, len, SRC_BODY, 0);
	munmap(p, len);
}

/* Memory of a memfd has no disk behind it. */
UAPI_TEST(user_lifetime, shared_memory)
{
	int fd = dev_open(0), file = memfd_create("user", MFD_CLOEXEC);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, 2 * PAGE), mem;
	unsigned char *p, *q;

	check_eq(ftruncate(file, 2 * PAGE), 0);
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	q = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, file, 0);
	check(p != MAP_FAILED && q != MAP_FAILED);
	mem = pin(fd, p, 2 * PAGE, 0);
	copy_check(fd, chan, &mem, 3, &src, 4, PAGE);
	pattern_check(q, 3, PAGE, SRC_BODY, 4);
	check_eq(pin_try(fd, q, PAGE, 0), -EFAULT);
	check_eq(pin_try(fd, q, PAGE, READ_ONLY), 0);
	munmap(p, 2 * PAGE);
	munmap(q, 2 * PAGE);
	close(file);
}

UAPI_TEST(user_lifetime, it_stays_what_it_was)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, 2 * PAGE), mem;
	unsigned char *p = pin_memory(2 * PAGE, PROT_READ | PROT_WRITE);
	struct dmactl_op op;
	void *again;

	memset(p, 0x21, 2 * PAGE);
	mem = pin(fd, p, 2 * PAGE, 0);
	munmap(p, 2 * PAGE);
	op = op_memcpy(chan, &dst, 0, &mem, 0, 2 * PAGE);
	run_ok(fd, &op);
	bytes_all(dst.p, 2 * PAGE, 0x21);

	/* A new mapping at this address is other memory, which the op does not write. */
	again = mmap(p, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		     -1, 0);
	check(again == p);
	memset(p, 0x22, 2 * PAGE);
	op = op_fill(fd, chan, &mem, 0, 2 * PAGE, 0x23);
	run_ok(fd, &op);
	bytes_all(p, 2 * PAGE, 0x22);
	op = op_memcpy(chan, &dst, 0, &mem, 0, 2 * PAGE);
	run_ok(fd, &op);
	bytes_all(dst.p, 2 * PAGE, 0x23);
	munmap(p, 2 * PAGE);
}

UAPI_TEST(user_lifetime, unmapped_in_flight)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, PAGE), mem;
	unsigned char *p = pin_memory(PAGE, PROT_READ | PROT_WRITE);
	struct dmactl_op op;

	memset(p, 0x31, PAGE);
	mem = pin(fd, p, PAGE, 0);
	op = op_memcpy(chan, &dst, 0, &mem, 0, PAGE);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	munmap(p, PAGE);
	check_eq(destroy(fd, mem.buf), -EBUSY);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	bytes_all(dst.p, PAGE, 0x31);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(fdinfo(fd, "pinned-pages"), 0);
}

struct forked {
	unsigned char *p;
	int fd;
};

static void child_sees_a_copy(void *arg)
{
	struct forked *f = arg;

	/* The parent's op writes meanwhile. */
	bytes_all(f->p, 3 * PAGE, 0x51);
	memset(f->p, 0x52, 3 * PAGE);
	sleep_ms(200);
	bytes_all(f->p, 3 * PAGE, 0x52);
}

/* The pinned pages stay the parent's, whether parent or child writes first. */
UAPI_TEST(user_lifetime, fork_leaves_the_pages_to_the_parent)
{
	struct forked f = {.fd = dev_open(0)};
	uint32_t chan = chan_get(f.fd);
	struct mem dst = mem_get(f.fd, 3 * PAGE), mem;
	struct dmactl_op op;
	pid_t pid;

	f.p = pin_memory(3 * PAGE, PROT_READ | PROT_WRITE);
	memset(f.p, 0x51, 3 * PAGE);
	mem = pin(f.fd, f.p, 3 * PAGE, 0);
	pid = child_start(child_sees_a_copy, &f);
	sleep_ms(100);
	op = op_fill(f.fd, chan, &mem, 0, PAGE, 0x53);
	run_ok(f.fd, &op);
	bytes_all(f.p, PAGE, 0x53);
	bytes_all(f.p + PAGE, 2 * PAGE, 0x51);
	memset(f.p + PAGE, 0x54, PAGE);
	op = op_memcpy(chan, &dst, 0, &mem, 0, 3 * PAGE);
	run_ok(f.fd, &op);
	bytes_all(dst.p, PAGE, 0x53);
	bytes_all(dst.p + PAGE, PAGE, 0x54);
	bytes_all(dst.p + 2 * PAGE, PAGE, 0x51);
	child_expect_ok(pid);
	munmap(f.p, 3 * PAGE);
}

static void child_dies_in_flight(void *arg)
{
	int fd = dev_open(0), i;
	uint32_t chan = chan_get(fd);
	struct mem mem;
	struct dmactl_op ops[8];

	(void)arg;
	mem = pin(fd, pin_memory(1 << 20, PROT_READ | PROT_WRITE) + 7, 900000, 0);
	for (i = 0; i < 8; i++)
		ops[i] = op_fill(fd, chan, &mem, 100000 * i, 20000, i);
	submit_all(fd, ops, 8);
	kill(getpid(), SIGKILL);
}

/* The leak check after each test detects pages that stay pinned. */
UAPI_TEST(user_lifetime, killed_in_flight)
{
	int i;

	sim_set("hold", "1");
	for (i = 0; i < 5; i++)
		child_expect_killed(child_start(child_dies_in_flight, NULL));
	sim_set("hold", "0");
}

#define QUOTA (1u << 20)

static void child_spends_its_quota(void *arg)
{
	int fd = *(int *)arg;
	unsigned char *p = pin_memory(2 * QUOTA, PROT_READ | PROT_WRITE);
	struct mem half, mem;

	user_become(NOBODY, QUOTA);
	check_eq(pin_try(fd, p, QUOTA + 1, 0), -EDQUOT);
	/* At this offset the range touches one page more. */
	check_eq(pin_try(fd, p + 1, QUOTA, 0), -EDQUOT);
	check_eq(pin_try(fd, p, QUOTA, 0), 0);
	half = pin(fd, p + 1, QUOTA / 2 - 1, 0);
	check_eq(fdinfo(fd, "locked-pages"), QUOTA / 2 / PAGE);
	check_eq(pin_try(fd, p + QUOTA, QUOTA / 2 + 1, READ_ONLY), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA / 2 + 1, &mem), -EDQUOT);
	/* A failed call charges nothing. */
	check_eq(munmap(p + QUOTA + PAGE, PAGE), 0);
	check_eq(pin_try(fd, p + QUOTA, QUOTA / 2, 0), -EFAULT);
	check_eq(pin_try(fd, p, QUOTA / 2, 0), 0);
	check_eq(destroy(fd, half.buf), 0);
	check_eq(pin_try(fd, p, QUOTA, 0), 0);
	check_eq(fdinfo(fd, "locked-pages"), 0);
}

UAPI_TEST(user_lifetime, pinned_memory_counts_against_memlock)
{
	int fd = dev_open(0);

	child_run(child_spends_its_quota, &fd);
}

/* The alignment of the device's address counts. */
static void aligned_memory(void)
{
	static const struct {
		size_t at, off;
		int ret;
	} cases[] = {
		{0, 0, 0},	  {64, 0, 0},	     {PAGE - 64, 64, 0},      {1, 0, -EINVAL},
		{1, 64, -EINVAL}, {32, 64, -EINVAL}, {PAGE - 1, 64, -EINVAL}, {63, 1, -EINVAL},
	};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem other = mem_get(fd, ROOM);
	unsigned char *p = pin_memory(ROOM, PROT_READ | PROT_WRITE);
	bool bounced = devices_bounce();
	struct dmactl_op op;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mem mem;

		/*
		 * The device gets the address of a bounce slot, whose alignment the DMA API
		 * chooses.
		 */
		if (bounced && cases[i].at % 64 && cases[i].off % 64 == 0)
			continue;
		mem = pin(fd, p + cases[i].at, 3 * PAGE, 0);
		op = op_memcpy(chan, &other, 0, &mem, cases[i].off, 2 * PAGE);
		if (cases[i].ret)
			op_refused(fd, &op, cases[i].ret, "a source");
		else
			run_ok(fd, &op);
		op = op_memcpy(chan, &mem, cases[i].off, &other, 0, 2 * PAGE);
		if (cases[i].ret)
			op_refused(fd, &op, cases[i].ret, "a destination");
		else
			run_ok(fd, &op);
		op = op_memset(chan, &mem, cases[i].off, 64, 1);
		if (cases[i].ret)
			op_refused(fd, &op, cases[i].ret, "a fill");
		else
			run_ok(fd, &op);
		check_eq(destroy(fd, mem.buf), 0);
	}
	munmap(p, ROOM);
}

UAPI_TEST(user_lifetime, memory_that_is_aligned)
{
	with_sim("copy_align=64", aligned_memory);
}
