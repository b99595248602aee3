// SPDX-License-Identifier: MIT
/* Repeats one call, each time with another failure in it. */
#include "fault.h"

/* More failures than any call can have; reaching it means that the loop does not end. */
#define MOST 5000

int fd, made;
uint32_t chan;
struct mem mem, other;

bool may_be(int error)
{
	switch (error) {
	case 0:
	case -ENOMEM:
	case -EFAULT:
	case -EAGAIN:
	case -ENOSPC:
	case -EMFILE:
	case -ENFILE:
	/* errors of mmap(2), and of a provider that cannot power up a channel */
	case -ENXIO:
	case -EIO:
		return true;
	}
	return false;
}

void still_works(void)
{
	static uint32_t seed;
	struct dmactl_op op = op_memcpy(chan, &mem, 0, &other, 0, LEN);

	noise_fill(other.p, LEN, ++seed);
	run_ok(fd, &op);
	bytes_check(mem.p, other.p, LEN, "a copy afterwards");
}

void step_fails(const char *name, struct step step)
{
	unsigned int n, refused = 0;
	bool failed;
	int ret;

	/* The call must work without a failure first. */
	if (step.before)
		step.before();
	ret = step.call();
	if (ret)
		fail("%s: %d", name, ret);
	if (step.undo)
		step.undo();
	for (n = 1; n < MOST; n++) {
		if (step.before)
			step.before();
		nth_arm(n);
		ret = step.call();
		failed = nth_disarm();
		if (!failed && ret)
			fail("%s: %d without a failure", name, ret);
		if (!may_be(ret))
			fail("%s: %d with failure %u", name, ret, n);
		refused += ret != 0;
		if (!ret && step.undo)
			step.undo();
		if (n % 16 == 1)
			still_works();
		if (!failed)
			break;
	}
	still_works();
	if (n == MOST)
		fail("%s does not come to an end", name);
	/* If the call never reports a failure, the injection did not reach it. */
	if (n > 1 && !refused)
		fail("%s: %u failures, and none was told", name, n - 1);
	fprintf(stderr, "fault: %-28s %4u failures, %4u told\n", name, n - 1, refused);
}

void each_fails(const char *name, int (*call)(void), void (*undo)(void))
{
	step_fails(name, (struct step){.call = call, .undo = undo});
}

void fault_begin(void)
{
	uapi_begin();
	if (!nth_init())
		cr_skip_test("this kernel has no fail-nth");
	fd = dev_open(0);
	chan = chan_get(fd);
	mem = mem_get(fd, LEN);
	other = mem_get(fd, LEN);
	still_works();
}

void destroy_made(void)
{
	check_eq(destroy(fd, (uint32_t)made), 0);
}

void close_made(void)
{
	check_eq(close(made), 0);
}

int request(struct dmactl_chan_request *arg)
{
	int ret = chan_request(fd, arg);

	made = (int)arg->out_chan;
	return ret;
}
