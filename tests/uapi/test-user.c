// SPDX-License-Identifier: MIT
/* BUF_MAP_USER: the program's own memory, pinned. */
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>

#include "uapi.h"

#define READ_ONLY DMACTL_MAP_USER_READ_ONLY

static unsigned char *memory(size_t len, int prot)
{
	void *p = mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	return p;
}

static struct mem pin(int fd, unsigned char *p, size_t len, uint32_t flags)
{
	struct mem mem;
	int ret = buf_map_user(fd, p, len, flags, &mem);

	if (ret)
		fail("pinning %zu bytes at page offset %zu: %d", len, (uintptr_t)p % PAGE, ret);
	return mem;
}

static int try_pin(int fd, const void *p, size_t len, uint32_t flags)
{
	struct mem mem;
	int ret = buf_map_user(fd, p, len, flags, &mem);

	if (!ret)
		check_eq(destroy(fd, mem.buf), 0);
	return ret;
}

static void expect_all(const unsigned char *p, size_t len, unsigned char want)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != want)
			fail("byte %zu of %zu is %#x, not %#x", i, len, p[i], want);
}

#define ROOM (8 * PAGE)

/* Copies to and from @len bytes at @off, and that the rest stays. */
static void check_place(int fd, uint32_t chan, unsigned char *p, size_t off, size_t len,
			const struct mem *other)
{
	struct mem mem;

	memset(p, 0x11, ROOM);
	mem = pin(fd, p + off, len, 0);
	copy_check(fd, chan, &mem, 0, other, 3, len);
	copy_check(fd, chan, other, 5, &mem, 0, len);
	if (len > 40)
		copy_check(fd, chan, &mem, 13, other, 7, len - 29);
	expect_all(p, off, 0x11);
	expect_all(p + off + len, ROOM - off - len, 0x11);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(fdinfo(fd, "pinned-pages"), 0);
}

UAPI_TEST(user, any_alignment)
{
	static const size_t offs[] = {0, 1, 63, 64, 100, PAGE - 1, PAGE, PAGE + 77};
	static const size_t lens[] = {1, 64, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 5, 4 * PAGE + 99};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem other = mem_get(fd, ROOM);
	unsigned char *p = memory(ROOM, PROT_READ | PROT_WRITE);
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(offs); i++)
		for (j = 0; j < ARRAY_SIZE(lens); j++)
			check_place(fd, chan, p, offs[i], lens[j], &other);
	munmap(p, ROOM);
}

UAPI_TEST(user, a_range_ends_where_it_was_said_to)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	unsigned char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);
	struct mem mem = pin(fd, p + 10, 100, 0);
	struct dmactl_op op;

	check_eq(fdinfo(fd, "buffer-bytes"), 100);
	op = op_fill(fd, chan, &mem, 0, 100, 1);
	run_ok(fd, &op);
	expect_all(p, 10, 0);
	expect_all(p + 10, 100, 1);
	expect_all(p + 110, PAGE, 0);
	op = op_fill(fd, chan, &mem, 0, 101, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EINVAL);
	op = op_fill(fd, chan, &mem, 100, 1, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EINVAL);
	check_eq(fdinfo(fd, "pinned-pages"), 1);
	check(map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	munmap(p, 2 * PAGE);
}

UAPI_TEST(user, large_and_in_one_piece)
{
	const size_t len = 9 << 20;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	unsigned char *p = memory(len, PROT_READ | PROT_WRITE);
	struct mem mem, other = mem_get(fd, len);

	madvise(p, len, MADV_HUGEPAGE);
	mem = pin(fd, p + 33, len - 99, 0);
	copy_check(fd, chan, &mem, 4, &other, 9, len - 200);
	copy_check(fd, chan, &other, 9, &mem, 77, len - 300);
	check_eq(fdinfo(fd, "pinned-pages"), len / PAGE);
	munmap(p, len);
}

UAPI_TEST(user, memory_that_may_only_be_read)
{
	struct dmactl_sg sg[2];
	struct dmactl_op op;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, 4 * PAGE), mem, whole;
	unsigned char *p = memory(4 * PAGE, PROT_READ | PROT_WRITE);

	pattern_fill(p, 0, 4 * PAGE, SRC_BODY);
	check_eq(mprotect(p, 4 * PAGE, PROT_READ), 0);
	check_eq(try_pin(fd, p, PAGE, 0), -EFAULT);
	mem = pin(fd, p + 50, 3 * PAGE, READ_ONLY);
	op = op_memcpy(chan, &dst, 20, &mem, 10, 2 * PAGE);
	run_ok(fd, &op);
	pattern_check(dst.p, 20, 2 * PAGE, SRC_BODY, 60);
	expect_all(dst.p, 20, 0);

	/* Nothing may be written to it, one way or the other. */
	op = op_fill(fd, chan, &mem, 0, 1, 0xee);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	op = op_memcpy(chan, &mem, 0, &dst, 0, 16);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	sg[0] = sg_piece(DMACTL_SG_SRC, &dst, 0, 16);
	sg[1] = sg_piece(DMACTL_SG_DST, &mem, 0, 16);
	op = op_sg(chan, sg, 2, 16);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	pattern_check(p, 0, 4 * PAGE, SRC_BODY, 0);
	/* The refused ops let go of it. */
	check_eq(destroy(fd, mem.buf), 0);

	/* Also what could be written. */
	check_eq(mprotect(p, 4 * PAGE, PROT_READ | PROT_WRITE), 0);
	whole = pin(fd, p, 4 * PAGE, READ_ONLY);
	op = op_fill(fd, chan, &whole, 0, 1, 0xee);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	munmap(p, 4 * PAGE);
}

/* What a device's bounce buffer holds never goes over memory it may only read. */
UAPI_TEST(user, a_sync_does_not_write_to_it)
{
	struct dmactl_buf_sync arg = {.size = sizeof(arg), .len = PAGE};
	struct dmactl_op op;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, PAGE), mem;
	unsigned char *p = memory(PAGE, PROT_READ | PROT_WRITE);

	mem = pin(fd, p, PAGE, READ_ONLY);
	op = op_memcpy(chan, &dst, 0, &mem, 0, PAGE);
	run_ok(fd, &op);
	memset(p, 0x77, PAGE);
	arg.buf = mem.buf;
	arg.flags = DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	expect_all(p, PAGE, 0x77);
	run_ok(fd, &op);
	expect_all(dst.p, PAGE, 0x77);
	munmap(p, PAGE);
}

/* Pinned before it was ever touched, and then written. */
UAPI_TEST(user, what_is_written_later_is_read)
{
	int fd = dev_open(0), round;
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, 2 * PAGE);

	for (round = 0; round < 2; round++) {
		unsigned char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);
		struct mem mem = pin(fd, p, 2 * PAGE, round ? READ_ONLY : 0);
		struct dmactl_op op = op_memcpy(chan, &dst, 0, &mem, 0, 2 * PAGE);

		memset(p, 0x40 + round, 2 * PAGE);
		run_ok(fd, &op);
		expect_all(dst.p, 2 * PAGE, 0x40 + round);
		munmap(p, 2 * PAGE);
	}
}

UAPI_TEST(user, bad_ranges)
{
	int fd = dev_open(0);
	unsigned char *p = memory(6 * PAGE, PROT_READ | PROT_WRITE);
	struct dmactl_buf_map_user arg = {.size = sizeof(arg), .addr = (uintptr_t)p, .len = PAGE};

	memset(p, 1, 6 * PAGE);
	check_eq(munmap(p + 4 * PAGE, PAGE), 0);
	check_eq(mprotect(p + 2 * PAGE, PAGE, PROT_NONE), 0);
	check_eq(try_pin(fd, p, 0, 0), -EINVAL);
	check_eq(try_pin(fd, p, 2 * PAGE, 0), 0);
	check_eq(try_pin(fd, p, 2 * PAGE + 1, 0), -EFAULT);
	check_eq(try_pin(fd, p + 2 * PAGE, 10, READ_ONLY), -EFAULT);
	check_eq(try_pin(fd, p + 3 * PAGE, PAGE, 0), 0);
	check_eq(try_pin(fd, p + 3 * PAGE, 2 * PAGE, 0), -EFAULT);
	check_eq(try_pin(fd, p + 4 * PAGE, 1, READ_ONLY), -EFAULT);
	check_eq(try_pin(fd, p + 5 * PAGE, PAGE, 0), 0);
	check_eq(try_pin(fd, NULL, PAGE, 0), -EFAULT);
	check_eq(try_pin(fd, (void *)-(uintptr_t)PAGE, PAGE, 0), -EFAULT);
	check_eq(try_pin(fd, p, (1u << 30) + 1, 0), -EDQUOT);
	arg.addr = 0xffff888000001000ull;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_MAP_USER, &arg), -EFAULT);
	arg.addr = ~0ull - 10;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_MAP_USER, &arg), -EFAULT);
	check_eq(fdinfo(fd, "buffers"), 0);
	check_eq(fdinfo(fd, "pinned-pages"), 0);
	munmap(p, 6 * PAGE);
}

/* Behind an IOMMU it may be made of pages, which can. */
UAPI_TEST(user, device_memory_cannot_be_pinned)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem coherent = mem_coherent(fd, chan, 4 * PAGE);

	if (chan_can(DMACTL_CAP_IOMMU) && !try_pin(fd, coherent.p, PAGE, 0)) {
		struct mem other = mem_get(fd, 4 * PAGE),
			   mem = pin(fd, coherent.p + 9, 3 * PAGE, 0);

		copy_check(fd, chan, &other, 0, &mem, 1, 2 * PAGE);
		copy_check(fd, chan, &mem, 1, &other, 0, 2 * PAGE);
		pattern_check(coherent.p, 10, 2 * PAGE, SRC_BODY, 0);
		return;
	}
	check_eq(try_pin(fd, coherent.p, PAGE, 0), -EOPNOTSUPP);
	check_eq(try_pin(fd, coherent.p + 100, 2 * PAGE, READ_ONLY), -EOPNOTSUPP);
	check_eq(fdinfo(fd, "buffers"), 1);
}

UAPI_TEST(user, a_mapping_of_a_buffer_can)
{
	int fd = dev_open(0), other = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem streaming = mem_get(other, 4 * PAGE), dst = mem_get(fd, 4 * PAGE), mem;

	mem = pin(fd, streaming.p + 9, 3 * PAGE, 0);
	copy_check(fd, chan, &dst, 0, &mem, 1, 2 * PAGE);
	copy_check(fd, chan, &mem, 1, &dst, 0, 2 * PAGE);
	pattern_check(streaming.p, 10, 2 * PAGE, SRC_BODY, 0);
}

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

UAPI_TEST(user, files_are_not_written_behind_their_backs)
{
	const size_t len = 4 * PAGE;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, len), mem;
	unsigned char *p = file_map(len, PROT_READ | PROT_WRITE, MAP_SHARED);
	struct dmactl_op op;

	check_eq(try_pin(fd, p, len, 0), -EOPNOTSUPP);
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
	expect_all(p + 5, 100, 0x99);
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
UAPI_TEST(user, shared_memory)
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
	check_eq(try_pin(fd, q, PAGE, 0), -EFAULT);
	check_eq(try_pin(fd, q, PAGE, READ_ONLY), 0);
	munmap(p, 2 * PAGE);
	munmap(q, 2 * PAGE);
	close(file);
}

UAPI_TEST(user, it_stays_what_it_was)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, 2 * PAGE), mem;
	unsigned char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);
	struct dmactl_op op;
	void *again;

	memset(p, 0x21, 2 * PAGE);
	mem = pin(fd, p, 2 * PAGE, 0);
	munmap(p, 2 * PAGE);
	op = op_memcpy(chan, &dst, 0, &mem, 0, 2 * PAGE);
	run_ok(fd, &op);
	expect_all(dst.p, 2 * PAGE, 0x21);

	/* What is there now is something else, and not written. */
	again = mmap(p, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		     -1, 0);
	check(again == p);
	memset(p, 0x22, 2 * PAGE);
	op = op_fill(fd, chan, &mem, 0, 2 * PAGE, 0x23);
	run_ok(fd, &op);
	expect_all(p, 2 * PAGE, 0x22);
	op = op_memcpy(chan, &dst, 0, &mem, 0, 2 * PAGE);
	run_ok(fd, &op);
	expect_all(dst.p, 2 * PAGE, 0x23);
	munmap(p, 2 * PAGE);
}

UAPI_TEST(user, unmapped_in_flight)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, PAGE), mem;
	unsigned char *p = memory(PAGE, PROT_READ | PROT_WRITE);
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
	expect_all(dst.p, PAGE, 0x31);
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

	/* The parent's op comes meanwhile. */
	expect_all(f->p, 3 * PAGE, 0x51);
	memset(f->p, 0x52, 3 * PAGE);
	sleep_ms(200);
	expect_all(f->p, 3 * PAGE, 0x52);
}

/* The pinned pages stay the parent's, whoever writes first. */
UAPI_TEST(user, fork_leaves_the_pages_to_the_parent)
{
	struct forked f = {.fd = dev_open(0)};
	uint32_t chan = chan_get(f.fd);
	struct mem dst = mem_get(f.fd, 3 * PAGE), mem;
	struct dmactl_op op;
	pid_t pid;

	f.p = memory(3 * PAGE, PROT_READ | PROT_WRITE);
	memset(f.p, 0x51, 3 * PAGE);
	mem = pin(f.fd, f.p, 3 * PAGE, 0);
	pid = child_start(child_sees_a_copy, &f);
	sleep_ms(100);
	op = op_fill(f.fd, chan, &mem, 0, PAGE, 0x53);
	run_ok(f.fd, &op);
	expect_all(f.p, PAGE, 0x53);
	expect_all(f.p + PAGE, 2 * PAGE, 0x51);
	memset(f.p + PAGE, 0x54, PAGE);
	op = op_memcpy(chan, &dst, 0, &mem, 0, 3 * PAGE);
	run_ok(f.fd, &op);
	expect_all(dst.p, PAGE, 0x53);
	expect_all(dst.p + PAGE, PAGE, 0x54);
	expect_all(dst.p + 2 * PAGE, PAGE, 0x51);
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
	mem = pin(fd, memory(1 << 20, PROT_READ | PROT_WRITE) + 7, 900000, 0);
	for (i = 0; i < 8; i++)
		ops[i] = op_fill(fd, chan, &mem, 100000 * i, 20000, i);
	submit_all(fd, ops, 8);
	kill(getpid(), SIGKILL);
}

/* That nothing stays pinned is looked at after each test. */
UAPI_TEST(user, killed_in_flight)
{
	int i;

	sim_set("hold", "1");
	for (i = 0; i < 5; i++)
		child_expect_killed(child_start(child_dies_in_flight, NULL));
	sim_set("hold", "0");
}

#define NOBODY 65534
#define QUOTA  (1u << 20)

static void become_nobody(void)
{
	const struct rlimit limit = {QUOTA, QUOTA};

	check_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	check_eq(setgroups(0, NULL), 0);
	check_eq(setgid(NOBODY), 0);
	check_eq(setuid(NOBODY), 0);
}

static void child_spends_its_quota(void *arg)
{
	int fd = *(int *)arg;
	unsigned char *p = memory(2 * QUOTA, PROT_READ | PROT_WRITE);
	struct mem half, mem;

	become_nobody();
	check_eq(try_pin(fd, p, QUOTA + 1, 0), -EDQUOT);
	/* One page more than it is long. */
	check_eq(try_pin(fd, p + 1, QUOTA, 0), -EDQUOT);
	check_eq(try_pin(fd, p, QUOTA, 0), 0);
	half = pin(fd, p + 1, QUOTA / 2 - 1, 0);
	check_eq(fdinfo(fd, "locked-pages"), QUOTA / 2 / PAGE);
	check_eq(try_pin(fd, p + QUOTA, QUOTA / 2 + 1, READ_ONLY), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA / 2 + 1, &mem), -EDQUOT);
	/* A failed call charges nothing. */
	check_eq(munmap(p + QUOTA + PAGE, PAGE), 0);
	check_eq(try_pin(fd, p + QUOTA, QUOTA / 2, 0), -EFAULT);
	check_eq(try_pin(fd, p, QUOTA / 2, 0), 0);
	check_eq(destroy(fd, half.buf), 0);
	check_eq(try_pin(fd, p, QUOTA, 0), 0);
	check_eq(fdinfo(fd, "locked-pages"), 0);
}

UAPI_TEST(user, pinned_memory_counts_against_memlock)
{
	int fd = dev_open(0);

	child_run(child_spends_its_quota, &fd);
}
