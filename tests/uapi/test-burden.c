// SPDX-License-Identifier: MIT
/*
 * The memory that a user makes the kernel hold: it counts in the user's memory control group, it
 * has a limit even while a call waits for memory of the program, and no other process is killed for
 * it.
 */
#include <dirent.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "uapi.h"

#define KIB	  1024l
#define MIB	  (1024l * KIB)
#define KERNEL	  (32 * MIB)
#define MAX_PIECE 1024u

/* An op that fills its buffer so often that its list, in segments of 256 bytes, takes 4 MiB. */
static struct dmactl_sg pieces[MAX_PIECE];

static struct dmactl_op long_op(uint32_t chan, const struct mem *mem)
{
	unsigned int i;

	for (i = 0; i < MAX_PIECE; i++)
		pieces[i] = sg_piece(DMACTL_SG_DST, mem, 0, mem->len);
	return op_list(DMACTL_OP_MEMSET_SG, chan, pieces, MAX_PIECE, MAX_PIECE * mem->len);
}

static int ring_new(int fd, uint32_t entries, uint32_t record)
{
	struct dmactl_ring arg = {.size = sizeof(arg), .entries = entries, .record_size = record};

	return dev_ioctl(fd, DMACTL_IOC_RING, &arg);
}

/* The memory control group. */

static char root[32] = "/tmp/cgroup.XXXXXX", group[64];

static void group_write(const char *dir, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	check_eq(file_write(path, text), 0);
}

static long group_field(const char *file, const char *word)
{
	char path[128], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	f = fopen(path, "re");
	check(f);
	while (n < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, word, strlen(word)))
			n = strtol(line + strlen(word), NULL, 10);
	fclose(f);
	check(n >= 0);
	return n;
}

static long group_current(void)
{
	return group_field("memory.current", "");
}

/* Returns false if the kernel has no memory control groups. */
static bool group_new(void)
{
	char path[64], text[256] = "";

	check(mkdtemp(root));
	if (mount("none", root, "cgroup2", 0, NULL))
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.controllers", root);
	file_read(path, text, sizeof(text));
	if (!strstr(text, "memory"))
		return false;
	group_write(root, "cgroup.subtree_control", "+memory");
	snprintf(group, sizeof(group), "%s/dmactl", root);
	check_eq(mkdir(group, 0755), 0);
	return true;
}

static void group_free(void)
{
	int i, ret = -1;

	/* The last process of the group may not have been reaped completely. */
	for (i = 0; i < 100 && group[0] && ret; i++) {
		ret = rmdir(group);
		if (ret)
			sleep_ms(50);
	}
	if (umount2(root, MNT_DETACH) && errno != EINVAL)
		fail("umount: %s", strerror(errno));
	check_eq(rmdir(root), 0);
}

/* Checks that the group grew by about this much at least. */
static long grown(long before, long bytes, const char *what)
{
	long now = group_current();

	if (now - before < bytes - bytes / 8)
		fail("%s: %ld KiB of %ld are in the group", what, (now - before) / KIB,
		     bytes / KIB);
	return now;
}

static void take_in_group(void *arg)
{
	struct mem mem, large;
	char text[32];
	long before;
	uint32_t chan;
	struct dmactl_op op;
	int fd, other, i, ret = 0;

	(void)arg;
	group_write(group, "cgroup.procs", "0");
	fd = dev_open(0);
	before = group_current();
	chan = chan_with(fd, DMACTL_CAP_MEMSET_SG).out_chan;
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 8 * MIB, &large), 0);
	before = grown(before, 8 * MIB, "a buffer");
	check_eq(ring_new(fd, 32768, 496), 0);
	before = grown(before, 32768l * 496, "a ring");
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 32 * KIB, &mem), 0);
	op = long_op(chan, &mem);
	for (i = 0; i < 4; i++)
		submit_all(fd, &op, 1);
	/* An entry takes 32 bytes. */
	grown(before, 4 * 1024 * 128 * 32, "lists");

	snprintf(text, sizeof(text), "%ld", group_current() + 12 * MIB);
	group_write(group, "memory.max", text);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 64 * MIB, &large), -ENOMEM);
	other = dev_open(0);
	check_eq(ring_new(other, 32768, 496), -ENOMEM);
	for (i = 0; i < 8 && !ret; i++)
		ret = submit_flags(fd, &op, 1, DMACTL_SUBMIT_HOLD, NULL);
	check_eq(ret, -ENOMEM);
	check(i > 1);
	dev_close(other);
	/* Existing objects still work. */
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	dev_close(fd);
}

static void in_group(void)
{
	dmactl_param_set("bounds", "*/entries=262144/outstanding=16M");
	sim_set("hold", "1");
	child_run(take_in_group, NULL);
	check_eq(group_field("memory.events", "oom_kill "), 0);
	/* Nothing of the module is left in the group. */
	check(group_current() < 4 * MIB);
}

UAPI_TEST(burden, memory_control_group)
{
	if (group_new())
		with_sim("max_segment=256", in_group);
	else if (!chan_given())
		fail("this kernel has no memory control group");
	group_free();
}

/* Calls that wait for a page of the program that never comes. */

#define THREADS 24
#define OPS	64

struct hole {
	int uffd;
	unsigned char *pages;
};

static bool hole_new(struct hole *hole, unsigned int nr)
{
	struct uffdio_register reg = {.mode = UFFDIO_REGISTER_MODE_MISSING};
	struct uffdio_api api = {.api = UFFD_API};

	hole->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (hole->uffd < 0 && errno == ENOSYS)
		return false;
	check(hole->uffd >= 0);
	check_eq(ioctl(hole->uffd, UFFDIO_API, &api), 0);
	hole->pages =
		mmap(NULL, nr * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(hole->pages != MAP_FAILED);
	reg.range.start = (uintptr_t)hole->pages;
	reg.range.len = nr * PAGE;
	check_eq(ioctl(hole->uffd, UFFDIO_REGISTER, &reg), 0);
	return true;
}

/* Returns whether another call has reached the missing page. */
static bool hole_is_touched(const struct hole *hole)
{
	struct pollfd p = {.fd = hole->uffd, .events = POLLIN};
	struct uffd_msg msg;

	if (poll(&p, 1, 10) != 1)
		return false;
	return read(hole->uffd, &msg, sizeof(msg)) == sizeof(msg);
}

static int to_parent[2], to_child[2];

static void say(int fd)
{
	char c = 0;

	check_eq(write(fd, &c, 1), 1);
}

static void hear(int fd)
{
	char c;

	check_eq(read(fd, &c, 1), 1);
}

struct caller {
	pthread_t thread;
	int fd;
	int ret;
	bool done;
	struct dmactl_op ops[OPS];
};

static void *call(void *p)
{
	struct caller *caller = p;

	caller->ret = submit_flags(caller->fd, caller->ops, OPS, DMACTL_SUBMIT_HOLD, NULL);
	__atomic_store_n(&caller->done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Only the array of the last op is missing. */
static void caller_start(struct caller *caller, int fd, uint32_t chan, struct dmactl_sg *sg,
			 void *missing)
{
	unsigned int i;

	caller->fd = fd;
	for (i = 0; i < OPS; i++)
		caller->ops[i] = op_sg(chan, sg, MAX_PIECE, MAX_PIECE / 2);
	caller->ops[OPS - 1].args_uptr = (uintptr_t)missing;
	check_eq(pthread_create(&caller->thread, NULL, call, caller), 0);
}

static void wait_in_calls(void *arg)
{
	static struct caller callers[THREADS];
	static struct dmactl_sg sg[MAX_PIECE];
	unsigned int i, waiting = 0, refused = 0;
	long before, held, session;
	uint32_t chan;
	struct hole hole;
	struct mem mem;
	int fd;

	(void)arg;
	check(hole_new(&hole, THREADS));
	before = available_kib();
	user_become(NOBODY, 64 * KIB);
	fd = dev_open(0);
	chan = chan_get_depth(fd, 4096);
	session = fdinfo(fd, "user-kernel-bytes");
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
	for (i = 0; i < MAX_PIECE; i++)
		sg[i] = sg_piece(i % 2 ? DMACTL_SG_SRC : DMACTL_SG_DST, &mem, i % 2 * 2048, 1);
	for (i = 0; i < THREADS; i++)
		caller_start(&callers[i], fd, chan, sg, hole.pages + i * PAGE);
	while (waiting + refused < THREADS) {
		waiting += hole_is_touched(&hole);
		for (i = 0, refused = 0; i < THREADS; i++)
			refused += __atomic_load_n(&callers[i].done, __ATOMIC_SEQ_CST);
	}
	for (i = 0; i < THREADS; i++)
		if (__atomic_load_n(&callers[i].done, __ATOMIC_SEQ_CST))
			check_eq(callers[i].ret, -EDQUOT);
	/* Some calls hold the user's memory, so others find none left. */
	held = fdinfo(fd, "user-kernel-bytes");
	check(waiting > 2 && refused > 2);
	check(held > session + KERNEL / 2 && held <= KERNEL);
	check(before - available_kib() < 3 * KERNEL / KIB);
	say(to_parent[1]);
	for (;;)
		pause();
}

static void calls_that_wait(void)
{
	uint64_t start;
	pid_t pid;
	int fd;

	check_eq(pipe(to_parent), 0);
	check_eq(chmod(DMACTL_DEVICE, 0666), 0);
	pid = child_start(wait_in_calls, NULL);
	hear(to_parent[0]);
	check_eq(chmod(DMACTL_DEVICE, 0600), 0);
	/* Meanwhile other users can use the same controller, */
	fd = dev_open(0);
	{
		uint32_t chan = chan_get(fd);
		struct mem mem = mem_get(fd, 2 * PAGE);

		copy_check(fd, chan, &mem, PAGE, &mem, 0, 100);
	}
	/* and a process that waits can be killed. */
	start = now_ns();
	check_eq(kill(pid, SIGKILL), 0);
	child_expect_killed(pid);
	if (now_ns() - start > 3 * SEC)
		fail("gone after %llu ms", (unsigned long long)((now_ns() - start) / MSEC));
	dev_close(fd);
}

UAPI_TEST(burden, calls_that_wait_for_memory)
{
	struct hole hole;

	if (!hole_new(&hole, 1)) {
		cr_skip_test("this kernel has no userfaultfd");
		return;
	}
	close(hole.uffd);
	check_eq(munmap(hole.pages, PAGE), 0);
	calls_that_wait();
}

/* A machine with little free memory, and another program that has most of it. */

#define LEFT	 (450 * MIB)
#define VICTIM	 (300 * MIB)
#define SESSIONS 48

static unsigned char *fill(size_t len)
{
	unsigned char *p =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	check(p != MAP_FAILED);
	for (i = 0; i < len; i += PAGE)
		p[i] = i / PAGE;
	return p;
}

/* Takes memory until the machine is small, and is never killed for it. */
static void take_the_rest(void *arg)
{
	(void)arg;
	check_eq(file_write("/proc/self/oom_score_adj", "-1000"), 0);
	fill(available_kib() * KIB - LEFT);
	say(to_parent[1]);
	for (;;)
		pause();
}

static void be_the_victim(void *arg)
{
	unsigned char *p = fill(VICTIM);
	size_t i;

	(void)arg;
	say(to_parent[1]);
	hear(to_child[0]);
	for (i = 0; i < VICTIM; i += PAGE)
		check_eq(p[i], i / PAGE & 0xff);
}

/* Tries everything that takes memory; any call may be refused. */
static void take_all(void *arg)
{
	/* Many ops at once, then as many as are accepted. */
	static const unsigned int rounds[] = {32, 4, 1, 1, 1};
	uint64_t memlock = *(uint64_t *)arg;
	int i, fds[SESSIONS];
	struct dmactl_op ops[32];
	struct mem mem;

	user_become(memlock == 8 * MIB ? SOMEBODY : NOBODY, memlock);
	for (i = 0; i < SESSIONS; i++) {
		struct dmactl_chan_request req = chan_named(DMACTL_CHAN_BY_CAPS, "");
		unsigned int k;

		fds[i] = dev_open(0);
		req.caps = DMACTL_CAP_MEMSET_SG;
		req.depth = 64;
		/* The lists first, because one ring takes most of the user's limit. */
		if (!chan_request(fds[i], &req) &&
		    !buf_alloc(fds[i], DMACTL_BUF_STREAMING, 0, 32 * KIB, &mem)) {
			for (k = 0; k < ARRAY_SIZE(ops); k++)
				ops[k] = long_op(req.out_chan, &mem);
			for (k = 0; k < ARRAY_SIZE(rounds); k++)
				submit_flags(fds[i], ops, rounds[k], DMACTL_SUBMIT_HOLD, NULL);
		}
		ring_new(fds[i], 32768, 496);
	}
	say(to_parent[1]);
	hear(to_child[0]);
}

static void on_a_small_machine(void)
{
	static uint64_t memlocks[] = {64 * KIB, 8 * MIB};
	pid_t rest, victim, attackers[2];
	unsigned int i;
	int status;

	check_eq(pipe(to_parent), 0);
	check_eq(pipe(to_child), 0);
	check_eq(chmod(DMACTL_DEVICE, 0666), 0);
	rest = child_start(take_the_rest, NULL);
	hear(to_parent[0]);
	victim = child_start(be_the_victim, NULL);
	hear(to_parent[0]);
	for (i = 0; i < 2; i++) {
		attackers[i] = child_start(take_all, &memlocks[i]);
		hear(to_parent[0]);
		check_eq(waitpid(victim, &status, WNOHANG), 0);
	}
	for (i = 0; i < 3; i++)
		say(to_child[1]);
	child_expect_ok(victim);
	for (i = 0; i < 2; i++)
		child_expect_ok(attackers[i]);
	check_eq(kill(rest, SIGKILL), 0);
	child_expect_killed(rest);
	check_eq(chmod(DMACTL_DEVICE, 0600), 0);
}

UAPI_TEST(burden, nobody_else_is_killed)
{
	if (sizeof(long) == 4)
		cr_skip_test("a 32-bit program cannot take the rest of the memory");
	if (available_kib() * KIB < 700 * MIB)
		fail("a machine with less memory is not made small, but is");
	with_sim("max_segment=256", on_a_small_machine);
}
