// SPDX-License-Identifier: MIT
/* No user starves others: limits for each user. */
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "uapi.h"

#define SMALL	  (64u << 10)
#define LARGE	  (8u << 20)
#define MIB	  (1l << 20)
#define KERNEL	  (32 * MIB)
#define MAX_PIECE 1024

static void take_lists(void *arg)
{
	long before = available_kib(), most;
	rlim_t memlock = *(rlim_t *)arg;
	int i, ret = 0, fd;
	struct mem mem;
	struct dmactl_op op;
	uint32_t chan;

	user_become(NOBODY, memlock);
	fd = dev_open(0);
	chan = chan_long(fd, 64);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, SMALL / 2, &mem), 0);
	op = op_long(chan, &mem);
	for (i = 0; i < 40 && !ret; i++)
		ret = submit_flags(fd, &op, 1, DMACTL_SUBMIT_HOLD, NULL);
	check_eq(ret, -EDQUOT);
	check(i > 2);
	most = fdinfo(fd, "user-kernel-bytes");
	check(most > KERNEL / 2 && most <= KERNEL);
	/* The provider allocates about as much. */
	check(before - available_kib() < 4 * KERNEL / 1024);
	/* Refused ops are not charged, and ended ops not any longer. */
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	check(fdinfo(fd, "user-kernel-bytes") < MIB);
	dev_close(fd);
}

static void lists_of_two_users(void)
{
	rlim_t small = SMALL, large = LARGE;

	/* An op's list is one descriptor, so that there are few descriptors. */
	dmactl_param_set("bounds", "*/entries=262144/outstanding=16M");
	user_run(take_lists, &small);
	user_run(take_lists, &large);
}

UAPI_TEST(starve, lists_are_charged)
{
	with_sim("max_segment=256", lists_of_two_users);
}

/* A batch is charged only while SUBMIT checks it. */
static void take_spans(void *arg)
{
	static struct dmactl_op ops[4096];
	struct dmactl_sg sg[MAX_PIECE];
	uint32_t i, chan, bad = 0;
	struct mem mem;
	int fd;

	(void)arg;
	user_become(NOBODY, SMALL);
	fd = dev_open(0);
	chan = chan_get_depth(fd, 4096);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
	for (i = 0; i < MAX_PIECE; i++)
		sg[i] = sg_piece(i % 2 ? DMACTL_SG_SRC : DMACTL_SG_DST, &mem, i % 2 * 2048, 1);
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = op_sg(chan, sg, MAX_PIECE, MAX_PIECE / 2);
	check_eq(submit_flags(fd, ops, ARRAY_SIZE(ops), DMACTL_SUBMIT_HOLD, &bad), -EDQUOT);
	/*
	 * out_accepted is the index of the first op beyond the limit; those before it would be
	 * accepted.
	 */
	check(bad > 100 && bad < 2000);
	/* Only the channel is still charged. */
	check(fdinfo(fd, "user-kernel-bytes") < 4 * MIB);
	check_eq(fdinfo(fd, "in-flight"), 0);
	dev_close(fd);
}

UAPI_TEST(starve, a_batch_is_charged)
{
	user_run(take_spans, NULL);
}

static int ring_new(int fd, uint32_t entries, uint32_t record)
{
	struct dmactl_ring arg = {.size = sizeof(arg), .entries = entries, .record_size = record};

	return dev_ioctl(fd, DMACTL_IOC_RING, &arg);
}

/* Returns how many of 8 rings of the largest size this user gets. */
static unsigned int rings_taken(int *fds)
{
	unsigned int i, nr = 0;

	for (i = 0; i < 8; i++) {
		int ret;

		fds[i] = dev_open(0);
		ret = ring_new(fds[i], 32768, 496);
		nr += !ret;
		if (ret)
			check_eq(ret, -EDQUOT);
	}
	return nr;
}

static void take_rings(void *arg)
{
	long before = available_kib();
	int fds[8], i;

	(void)arg;
	user_become(NOBODY, SMALL);
	check_eq(rings_taken(fds), 2);
	check(fdinfo(fds[0], "user-kernel-bytes") <= KERNEL);
	check(before - available_kib() < 2 * KERNEL / 1024);
	/* Closing the session frees the ring. */
	dev_close(fds[0]);
	check_eq(ring_new(fds[7], 32768, 496), 0);
	for (i = 1; i < 8; i++)
		dev_close(fds[i]);
}

UAPI_TEST(starve, rings_are_charged)
{
	user_run(take_rings, NULL);
}

/* The limit is per user: another user has a limit of its own, and root has none. */
static void rings_beside(void *arg)
{
	int fds[8];
	pid_t pid;

	(void)arg;
	pid = fork();
	check(pid >= 0);
	if (!pid) {
		user_become(SOMEBODY, SMALL);
		_exit(rings_taken(fds) == 2 ? 0 : 1);
	}
	child_expect_ok(pid);
	user_become(NOBODY, SMALL);
	check_eq(rings_taken(fds), 2);
	pid = fork();
	check(pid >= 0);
	if (!pid)
		_exit(rings_taken(fds) == 0 ? 0 : 1);
	child_expect_ok(pid);
}

UAPI_TEST(starve, the_limit_is_the_users)
{
	int fds[8], i;

	user_run(rings_beside, NULL);
	check_eq(rings_taken(fds), 8);
	for (i = 0; i < 8; i++)
		dev_close(fds[i]);
}

/* All users of a user namespace count as the user who made it. */

static void write_map(pid_t pid, const char *file, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	check_eq(file_write(path, text), 0);
}

static void be_many(int ready, int go)
{
	int fds[8];
	char c = 0;

	user_become(NOBODY, SMALL);
	if (unshare(CLONE_NEWUSER))
		_exit(77);
	/* Otherwise the parent could not write the maps. */
	if (write(ready, &c, 1) != 1 || read(go, &c, 1) != 1)
		_exit(2);
	if (rings_taken(fds) != 2)
		_exit(3);
	/* Another user ID of the namespace. */
	if (setresuid(1, 1, 1))
		_exit(4);
	_exit(rings_taken(fds) ? 5 : 0);
}

static void many_in_namespace(void *arg)
{
	int ready[2], go[2], status;
	char c = 0;
	pid_t pid;

	(void)arg;
	check_eq(pipe(ready), 0);
	check_eq(pipe(go), 0);
	pid = fork();
	check(pid >= 0);
	if (!pid)
		be_many(ready[1], go[0]);
	close(ready[1]);
	if (read(ready[0], &c, 1) == 1) {
		write_map(pid, "uid_map", "0 65534 1\n1 100000 1\n");
		check_eq(write(go[1], &c, 1), 1);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		fail("this kernel makes no user namespaces for users");
	check_eq(WEXITSTATUS(status), 0);
}

UAPI_TEST(starve, user_namespaces_make_no_new_users)
{
	user_run(many_in_namespace, NULL);
}

static void take_sessions(void *arg)
{
	int fds[5], fd, i;

	(void)arg;
	user_become(NOBODY, SMALL);
	for (i = 0; i < 5; i++)
		fds[i] = dev_open(0);
	check_eq(fdinfo(fds[0], "user-sessions"), 5);
	check_eq(open(DMACTL_DEVICE, O_RDWR), -1);
	check_eq(errno, EDQUOT);
	dev_close(fds[0]);
	fd = dev_open(0);
	dev_close(fd);
	for (i = 1; i < 5; i++)
		dev_close(fds[i]);
}

UAPI_TEST(starve, sessions_of_a_user)
{
	dmactl_param_set("max_sessions", "5");
	user_run(take_sessions, NULL);
	dmactl_param_set("max_sessions", "1024");
}

/* A user gets half of a controller's channels, in any number of sessions. */

static unsigned int chans_taken(const char *device)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, device);
	unsigned int nr = 0;
	int ret;

	do {
		arg.depth = 4;
		ret = chan_request(dev_open(0), &arg);
		nr += !ret;
	} while (!ret);
	if (ret != -ENOENT)
		check_eq(ret, -EDQUOT);
	return nr;
}

static void take_channels(void *arg)
{
	unsigned int share = *(unsigned int *)arg;
	pid_t pid;

	pid = fork();
	check(pid >= 0);
	if (!pid) {
		user_become(NOBODY, SMALL);
		check_eq(chans_taken("dma-sim.0"), share);
		/* Another process of the user gets no more, */
		pid = fork();
		check(pid >= 0);
		if (!pid)
			_exit(chans_taken("dma-sim.0"));
		child_expect_ok(pid);
		/* but another controller has a share of its own. */
		check_eq(chans_taken("dma-sim.1"), share);
		_exit(0);
	}
	child_expect_ok(pid);
	user_become(SOMEBODY, SMALL);
	check_eq(chans_taken("dma-sim.0"), share);
}

UAPI_TEST(starve, channels_are_shared)
{
	unsigned int share = 2;

	user_run(take_channels, &share);
	dmactl_param_set("max_channels_user", "3");
	share = 3;
	user_run(take_channels, &share);
	dmactl_param_set("max_channels_user", "0");
	/* The limit does not apply to root. */
	check_eq(chans_taken("dma-sim.0"), 4);
}

/* SWIOTLB: memory is charged before it is mapped. */

#define SLOT 2048

static long slots(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/debug/swiotlb/%s", name);
	return read_number(path);
}

static void fill_bounced(void *arg)
{
	struct mem mem[2], big;
	uint32_t chan;
	long used, high;
	int fd, ret;
	struct dmactl_op op;

	high = slots("io_tlb_used_hiwater");
	(void)arg;
	check_eq(file_write("/sys/kernel/debug/swiotlb/io_tlb_used_hiwater", "0"),
		 high < 0 ? -ENOENT : 0);
	used = slots("io_tlb_used");
	user_become(NOBODY, 256u << 20);
	fd = dev_open(0);
	chan = chan_get(fd);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 60u << 20, &big), 0);
	op = op_memset(chan, &big, 0, PAGE, 1);
	ret = submit_flags(fd, &op, 1, 0, NULL);
	check_eq(ret, -EDQUOT);
	check_eq(fdinfo(fd, "user-bounce-bytes"), 0);
	/* A user may use half of SWIOTLB. */
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 12u << 20, &mem[0]), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 12u << 20, &mem[1]), 0);
	op = op_memset(chan, &mem[0], 0, PAGE, 1);
	run_ok(fd, &op);
	check_eq(fdinfo(fd, "user-bounce-bytes"), 12u << 20);
	op = op_memset(chan, &mem[1], 0, PAGE, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EDQUOT);
	check_eq(fdinfo(fd, "user-bounce-bytes"), 12u << 20);
	check_eq(destroy(fd, mem[0].buf), 0);
	check_eq(fdinfo(fd, "user-bounce-bytes"), 0);
	run_ok(fd, &op);
	dev_close(fd);
	if (high >= 0 && used >= 0)
		printf("# bounce slots before %ld\n", used);
}

static void bounced_by_a_user(void)
{
	long used = slots("io_tlb_used"), high;

	user_run(fill_bounced, NULL);
	high = slots("io_tlb_used_hiwater");
	/* Refused ops had not mapped anything. */
	if (high >= 0)
		check(high - used < (16 << 20) / SLOT);
}

UAPI_TEST(starve, bounce_buffers_are_reserved_first)
{
	with_sim("dma_mask=32", bounced_by_a_user);
}

UAPI_TEST(starve, bounce_buffers_of_a_device_that_is_not_coherent)
{
	if (!sim_takes("noncoherent=1"))
		cr_skip_test("on this processor all devices are cache coherent");
	with_sim("dma_mask=32 noncoherent=1", bounced_by_a_user);
}

/* Of what kmalloc() gives, objects of up to 32 bytes share cache lines. */
#define SHORT  20
#define SHORTS 16

/* These architectures bounce an entry that is as short as objects which share cache lines. */
static bool bounces_short(void)
{
	struct utsname name;

	check_eq(uname(&name), 0);
	return kernel_is_at_least(6, 5) &&
	       (!strcmp(name.machine, "aarch64") || !strcmp(name.machine, "riscv64"));
}

/* Each takes a slot, although the device reaches them. */
static void fill_short(void *arg)
{
	unsigned char *p;
	struct dmactl_op op;
	struct mem mem[SHORTS + 1];
	uint32_t chan;
	int fd, i;

	(void)arg;
	user_become(NOBODY, 256u << 20);
	fd = dev_open(0);
	chan = chan_get(fd);
	p = pin_memory((SHORTS + 1) * PAGE, PROT_READ | PROT_WRITE);
	for (i = 0; i <= SHORTS; i++)
		mem[i] = pin(fd, p + i * PAGE + 8, SHORT, 0);
	for (i = 0; i < SHORTS; i++) {
		op = op_memset(chan, &mem[i], 0, SHORT, i + 1);
		run_ok(fd, &op);
		check_eq(p[i * PAGE + 7], 0);
		check_eq(p[i * PAGE + 8], i + 1);
		check_eq(p[i * PAGE + 8 + SHORT - 1], i + 1);
		check_eq(p[i * PAGE + 8 + SHORT], 0);
		check_eq(fdinfo(fd, "user-bounce-bytes"), (i + 1) * SLOT);
	}
	op = op_memset(chan, &mem[SHORTS], 0, SHORT, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EDQUOT);
	check_eq(fdinfo(fd, "user-bounce-bytes"), SHORTS * SLOT);
	check_eq(destroy(fd, mem[0].buf), 0);
	run_ok(fd, &op);
	check_eq(p[SHORTS * PAGE + 8], 1);
	dev_close(fd);
}

static void short_by_a_user(void)
{
	long used = slots("io_tlb_used"), high;

	if (used >= 0)
		check_eq(file_write("/sys/kernel/debug/swiotlb/io_tlb_used_hiwater", "0"), 0);
	dmactl_param_set("max_bounce_bytes_user", "32768");
	user_run(fill_short, NULL);
	dmactl_param_set("max_bounce_bytes_user", "0");
	high = slots("io_tlb_used_hiwater");
	if (high >= 0)
		check(high - used <= SHORTS);
}

UAPI_TEST(starve, bounce_buffers_of_short_entries)
{
	if (!bounces_short())
		cr_skip_test("this kernel bounces no entry because it is short");
	with_sim("noncoherent=1", short_by_a_user);
}

/* More than SWIOTLB has: the error is ENOMEM, not EIO. */
static void bounced_by_root(void)
{
	uint32_t chan;
	struct mem mem;
	struct dmactl_op op;
	int fd = dev_open(0), ret;

	chan = chan_get(fd);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 400u << 20, &mem), 0);
	op = op_memset(chan, &mem, 0, PAGE, 1);
	dmactl_param_set("max_bounce_bytes", "1073741824");
	ret = submit_flags(fd, &op, 1, 0, NULL);
	dmactl_param_set("max_bounce_bytes", "33554432");
	check_eq(ret, -ENOMEM);
	check_eq(fdinfo(fd, "user-bounce-bytes"), 0);
}

UAPI_TEST(starve, bounce_buffers_that_run_out)
{
	with_sim("dma_mask=32", bounced_by_root);
}
