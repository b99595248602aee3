// SPDX-License-Identifier: MIT
/* Channels with operations other than copies, and expected results for them. */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "private.h"

struct dmactl_chan_request chan_with(int fd, uint64_t caps)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");

	need_sim();
	arg.caps = caps;
	check_eq(chan_request(fd, &arg), 0);
	return arg;
}

struct dmactl_chan_request chan_slave(int fd, const char *name)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_SLAVE, name);

	need_sim();
	check_eq(chan_request(fd, &arg), 0);
	return arg;
}

struct dmactl_op op_list(uint16_t opcode, uint32_t chan, struct dmactl_sg *sg, uint32_t nr,
			 uint64_t len)
{
	struct dmactl_op op = op_sg(chan, sg, nr, len);

	op.opcode = opcode;
	return op;
}

void op_refused(int fd, const struct dmactl_op *op, int want, const char *what)
{
	struct dmactl_chan_status before = chan_status(fd, op->chan);
	uint32_t accepted;
	int ret = submit_flags(fd, op, 1, 0, &accepted);

	if (ret != want)
		fail("%s: %d, not %d", what, ret, want);
	check_eq(accepted, 0);
	check_eq(chan_status(fd, op->chan).out_submitted, before.out_submitted);
}

/* Fills memory with pseudo-random bytes, determined by the seed. */
void noise_fill(unsigned char *p, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u | 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = x >> 11;
	}
}

void bytes_check(const unsigned char *p, const unsigned char *want, size_t len, const char *what)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != want[i])
			fail("%s: byte %zu of %zu is %#x, not %#x", what, i, len, p[i], want[i]);
}

/* An op that takes long, because it fills the buffer LONG_TIMES times. */
struct dmactl_op op_long(uint32_t chan, const struct mem *mem)
{
	static struct dmactl_sg pieces[LONG_TIMES];
	unsigned int i;

	for (i = 0; i < LONG_TIMES; i++)
		pieces[i] = sg_piece(DMACTL_SG_DST, mem, 0, mem->len);
	return op_list(DMACTL_OP_MEMSET_SG, chan, pieces, LONG_TIMES, LONG_TIMES * mem->len);
}

uint32_t chan_long(int fd, uint32_t depth)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");

	arg.caps = DMACTL_CAP_MEMSET_SG;
	arg.depth = depth;
	check_eq(chan_request(fd, &arg), 0);
	return arg.out_chan;
}

struct dmactl_op op_single(uint32_t chan, const struct mem *mem, uint64_t off, uint64_t len,
			   bool to_device)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_SLAVE_SINGLE, .chan = chan, .len = len};

	if (to_device) {
		op.src_buf = mem->buf;
		op.src_off = off;
	} else {
		op.dst_buf = mem->buf;
		op.dst_off = off;
	}
	return op;
}

struct dmactl_chan_config config_of(uint32_t chan)
{
	return (struct dmactl_chan_config){.size = sizeof(struct dmactl_chan_config), .chan = chan};
}

int chan_config(int fd, struct dmactl_chan_config *arg)
{
	return dev_ioctl(fd, DMACTL_IOC_CHAN_CONFIG, arg);
}

void drop_capability(unsigned int nr)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	check_eq(syscall(SYS_capget, &header, data), 0);
	data[nr / 32].effective &= ~(1u << nr % 32);
	check_eq(syscall(SYS_capset, &header, data), 0);
}

bool kernel_is_at_least(unsigned int major, unsigned int minor)
{
	unsigned int a, b;
	struct utsname u;

	check_eq(uname(&u), 0);
	check_eq(sscanf(u.release, "%u.%u", &a, &b), 2);
	return a > major || (a == major && b >= minor);
}

unsigned char gf_mul(unsigned char a, unsigned char b)
{
	unsigned int sum = 0, x = a;

	for (; b; b >>= 1, x <<= 1) {
		if (x & 0x100)
			x ^= 0x11d;
		if (b & 1)
			sum ^= x;
	}
	return sum;
}
