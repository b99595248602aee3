// SPDX-License-Identifier: MIT
/* Limits of the module, and of the user. */
#include <linux/capability.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "uapi.h"

static void with_limit(const char *name, const char *value, void (*fn)(void))
{
	char old[32];

	dmactl_param_get(name, old, sizeof(old));
	dmactl_param_set(name, value);
	/* In a child, so that the limit is restored even if an assertion fails. */
	pid_t pid = child_start((void (*)(void *))(void *)fn, NULL);
	int status;

	check_eq(waitpid(pid, &status, 0), pid);
	dmactl_param_set(name, old);
	check_eq(status, 0);
}

static void two_channels(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int fd = dev_open(0), other = dev_open(0);
	uint32_t first = chan_get(fd);

	chan_get(fd);
	check_eq(chan_request(fd, &arg), -EDQUOT);
	check(chan_get(other));
	check_eq(destroy(fd, first), 0);
	check_eq(chan_request(fd, &arg), 0);
	check_eq(chan_request(fd, &arg), -EDQUOT);
}

UAPI_TEST(limits, channels_of_a_session)
{
	with_limit("max_channels", "2", two_channels);
}

static void three_buffers(void)
{
	int i, fd = dev_open(0);
	struct mem mem;

	for (i = 0; i < 3; i++)
		check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), -EDQUOT);
	check_eq(fdinfo(fd, "buffers"), 3);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
}

UAPI_TEST(limits, buffers_of_a_session)
{
	with_limit("max_buffers", "3", three_buffers);
}

static void small_buffers(void)
{
	int fd = dev_open(0);
	struct mem mem;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 65536, &mem), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 65537, &mem), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, chan_get(fd), 65537, &mem), -EDQUOT);
}

UAPI_TEST(limits, bytes_of_a_buffer)
{
	with_limit("max_buffer_bytes", "65536", small_buffers);
}

static void shallow_channels(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int fd = dev_open(0);

	arg.depth = 11;
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg.depth = 0;
	check_eq(chan_request(fd, &arg), 0);
	check_eq(arg.out_depth, 10);
}

UAPI_TEST(limits, depth_of_a_channel)
{
	with_limit("max_depth", "10", shallow_channels);
}

UAPI_TEST(limits, every_channel_of_the_machine)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int i, fd = dev_open(0);
	uint32_t chan = 0;

	for (i = 0; i < 8; i++)
		chan = chan_get(fd);
	check_eq(chan_request(fd, &arg), -ENOENT);
	check_eq(destroy(fd, chan), 0);
	check_eq(chan_request(fd, &arg), 0);
}

static void one_controller_allowed(void *first)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int i, fd = dev_open(0);

	/* Root may use all channels, because it can access all memory anyway. */
	arg = chan_named(DMACTL_CHAN_BY_NAME, first);
	check_eq(chan_request(fd, &arg), 0);
	check_eq(destroy(fd, arg.out_chan), 0);
	drop_capability(CAP_SYS_RAWIO);
	arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	for (i = 0; i < 4; i++) {
		arg.out_chan = 0;
		check_eq(chan_request(fd, &arg), 0);
		check(!strcmp(arg.out.device, "dma-sim.1"));
	}
	check_eq(chan_request(fd, &arg), -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_NAME, first);
	check_eq(chan_request(fd, &arg), -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "sim0");
	check_eq(chan_request(fd, &arg), -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	check_eq(chan_request(fd, &arg), -EPERM);
	check_eq(fdinfo(fd, "channels"), 4);
}

/* dmaengine numbers the controllers, so get the name of a channel of each. */
UAPI_TEST(limits, channels_that_are_not_offered)
{
	struct dmactl_chan_request here = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	struct dmactl_chan_request there = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.1");
	char allow[128];
	int status, fd = dev_open(0);
	pid_t pid;

	check_eq(chan_request(fd, &here), 0);
	check_eq(chan_request(fd, &there), 0);
	dev_close(fd);
	there.out.name[strcspn(there.out.name, "c")] = 0;
	snprintf(allow, sizeof(allow), "allow=nothing,%schan[0-3]", there.out.name);
	dmactl_reload(allow);
	pid = child_start(one_controller_allowed, here.out.name);
	check_eq(waitpid(pid, &status, 0), pid);
	dmactl_restore();
	check_eq(status, 0);
}

/* The following tests run as an unprivileged user who may lock one MiB. */

#define QUOTA (1u << 20)

static void expect_quota_free(int fd)
{
	struct mem mem;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA + 1, &mem), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA, &mem), 0);
	check_eq(destroy(fd, mem.buf), 0);
}

static void spend_quota(void *arg)
{
	int fd = *(int *)arg;
	struct mem half, rest, mem;

	user_become(NOBODY, QUOTA);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA / 2, &half), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA / 2 + 1, &mem), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, chan_get(fd), QUOTA / 2, &rest), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 1, &mem), -EDQUOT);
	check_eq(fdinfo(fd, "buffers"), 2);
	check_eq(destroy(fd, half.buf), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA / 2, &half), 0);
	check_eq(destroy(fd, half.buf), 0);
	check_eq(destroy(fd, rest.buf), 0);
	expect_quota_free(fd);
}

UAPI_TEST(limits, memory_counts_against_memlock)
{
	int fd = dev_open(0);

	child_run(spend_quota, &fd);
	check_eq(fdinfo(fd, "locked-pages"), 0);
}

static void spend_and_die(void *arg)
{
	int fd = *(int *)arg;
	struct mem mem;

	user_become(NOBODY, QUOTA);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, QUOTA, &mem), 0);
	kill(getpid(), SIGKILL);
}

static void check_quota(void *arg)
{
	user_become(NOBODY, QUOTA);
	expect_quota_free(*(int *)arg);
}

static void check_no_quota(void *arg)
{
	struct mem mem;

	user_become(NOBODY, QUOTA);
	check_eq(buf_alloc(*(int *)arg, DMACTL_BUF_STREAMING, 0, 1, &mem), -EDQUOT);
}

/* The session keeps its memory and the charge for it. */
UAPI_TEST(limits, the_charge_is_the_users)
{
	int fd = dev_open(0), other = dev_open(0);

	child_expect_killed(child_start(spend_and_die, &fd));
	check_eq(fdinfo(fd, "locked-pages"), QUOTA / PAGE);
	child_run(check_no_quota, &other);
	dev_close(fd);
	child_run(check_quota, &other);
}

static void mapped_is_charged(void *arg)
{
	int fd = *(int *)arg;
	struct mem mem, more;

	user_become(NOBODY, QUOTA);
	mem = mem_get(fd, QUOTA);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 1, &more), -EDQUOT);
	mem_unmap(&mem);
	expect_quota_free(fd);
}

UAPI_TEST(limits, memory_is_charged_until_it_is_unmapped)
{
	int fd = dev_open(0);

	child_run(mapped_is_charged, &fd);
}

/* A call that fails, because the result cannot be written, leaves no charge. */
static void failed_alloc(void *arg)
{
	int fd = *(int *)arg, i;
	struct dmactl_buf_alloc *alloc;

	alloc = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	alloc->size = sizeof(*alloc);
	alloc->kind = DMACTL_BUF_STREAMING;
	alloc->len = QUOTA;
	check_eq(mprotect(alloc, PAGE, PROT_READ), 0);
	user_become(NOBODY, QUOTA);
	for (i = 0; i < 5; i++)
		check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_ALLOC, alloc), -EFAULT);
	expect_quota_free(fd);
}

UAPI_TEST(limits, a_failed_call_charges_nothing)
{
	int fd = dev_open(0);

	child_run(failed_alloc, &fd);
}

static void open_as_nobody(void *arg)
{
	struct mem src, dst;
	uint32_t chan;
	int fd;

	(void)arg;
	user_become(NOBODY, QUOTA);
	fd = dev_open(0);
	chan = chan_get(fd);
	src = mem_get(fd, 2 * PAGE);
	dst = mem_get(fd, 2 * PAGE);
	copy_check(fd, chan, &dst, 1, &src, 2, PAGE);
	check_eq(fdinfo(fd, "locked-pages"), 4);
}

static void refused_as_nobody(void *arg)
{
	(void)arg;
	user_become(NOBODY, QUOTA);
	check_eq(open(DMACTL_DEVICE, O_RDWR), -1);
	check_eq(errno, EACCES);
}

UAPI_TEST(limits, the_node_is_roots_until_given_away)
{
	struct stat st;

	check_eq(stat(DMACTL_DEVICE, &st), 0);
	check_eq(st.st_mode & 0777, 0600);
	child_run(refused_as_nobody, NULL);
	check_eq(chmod(DMACTL_DEVICE, 0666), 0);
	child_run(open_as_nobody, NULL);
	check_eq(chmod(DMACTL_DEVICE, 0600), 0);
}

#define NR_SESSIONS 1000

/* Each session has a buffer, a mapping and its own numbers. */
UAPI_TEST(limits, a_thousand_sessions)
{
	const struct rlimit files = {NR_SESSIONS + 100, NR_SESSIONS + 100};
	static int fds[NR_SESSIONS];
	static struct mem mem[NR_SESSIONS];
	int i;

	check_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	for (i = 0; i < NR_SESSIONS; i++) {
		fds[i] = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
		check(fds[i] >= 0);
		check_eq(buf_alloc(fds[i], DMACTL_BUF_STREAMING, 0, 4 * PAGE, &mem[i]), 0);
		mem[i].p = map_at(NULL, mem[i].len, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i],
				  mem[i].off);
		check(mem[i].p != MAP_FAILED);
		memset(mem[i].p, i, mem[i].len);
	}
	for (i = 0; i < NR_SESSIONS; i++)
		check_eq(mem[i].p[4 * PAGE - 1], (unsigned char)i);
	/* In turn: close first, unmap first, or destroy first. */
	for (i = 0; i < NR_SESSIONS; i++) {
		if (i % 3 == 0)
			check_eq(destroy(fds[i], mem[i].buf), 0);
		if (i % 2)
			munmap(mem[i].p, mem[i].len);
		close(fds[i]);
		if (!(i % 2))
			munmap(mem[i].p, mem[i].len);
	}
}

/* A thousand sessions take turns on the few channels. */
UAPI_TEST(limits, a_thousand_sessions_that_copy)
{
	const struct rlimit files = {NR_SESSIONS + 100, NR_SESSIONS + 100};
	static int fds[NR_SESSIONS];
	struct dmactl_op op;
	struct mem mem;
	int i;

	check_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	for (i = 0; i < NR_SESSIONS; i++) {
		fds[i] = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
		check(fds[i] >= 0);
	}
	for (i = 0; i < NR_SESSIONS; i += 10) {
		check_eq(buf_alloc(fds[i], DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
		op = op_memset(chan_get_depth(fds[i], 4), &mem, 0, PAGE, i);
		run_ok(fds[i], &op);
		/* Closing the session gives the channel back. */
		close(fds[i]);
	}
	for (i = 0; i < NR_SESSIONS; i++)
		if (i % 10)
			close(fds[i]);
}

/* Many repetitions, so that a leak of a single page each time is noticed. */
UAPI_TEST(limits, many_times_over)
{
	struct mem mem;
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);

	for (i = 0; i < 300; i++) {
		struct dmactl_op op;

		mem = mem_get(fd, 1 << 18);
		op = op_memset(chan, &mem, 0, mem.len, i);
		if (i % 30 == 0)
			run_ok(fd, &op);
		mem.p[0] = 1;
		mem_unmap(&mem);
		check_eq(destroy(fd, mem.buf), 0);
	}
}
