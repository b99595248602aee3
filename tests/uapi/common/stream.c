// SPDX-License-Identifier: MIT
/* Streams of dma-sim's peripherals. */
#include "stream.h"

#define PERIPHERALS "peripherals=loopback,counter,sink"

void with_peripherals(void (*fn)(void))
{
	int status;
	pid_t pid;

	sim_reload(PERIPHERALS);
	pid = child_start((void (*)(void *))(void *)fn, NULL);
	check_eq(waitpid(pid, &status, 0), pid);
	sim_restore();
	check_eq(status, 0);
}

struct dmactl_stream_open stream_arg(uint32_t chan, uint32_t direction)
{
	return (struct dmactl_stream_open){
		.size = sizeof(struct dmactl_stream_open),
		.chan = chan,
		.direction = direction,
	};
}

int stream_get(int fd, uint32_t chan, uint32_t direction, uint32_t flags)
{
	struct dmactl_stream_open arg = stream_arg(chan, direction);

	arg.flags = flags;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	check(arg.out_fd >= 0);
	check(fcntl(arg.out_fd, F_GETFD) & FD_CLOEXEC);
	check_eq(arg.out_block_len, 65536);
	check_eq(arg.out_nr_blocks, 4);
	return arg.out_fd;
}

struct pair pair_get(uint32_t flags)
{
	struct pair p = {.fd = dev_open(0)};

	p.rx = stream_get(p.fd, chan_slave(p.fd, "loop-rx").out_chan, DMACTL_DIR_DEV_TO_MEM, flags);
	p.tx = stream_get(p.fd, chan_slave(p.fd, "loop-tx").out_chan, DMACTL_DIR_MEM_TO_DEV, flags);
	return p;
}

unsigned char byte_at(size_t i)
{
	return (i * 2654435761u) >> 13;
}

void write_all(int fd, size_t from, size_t len, size_t step)
{
	unsigned char *p = malloc(step);
	size_t i, n;

	check(p);
	for (; len; from += n, len -= n) {
		ssize_t ret;

		n = len < step ? len : step;
		for (i = 0; i < n; i++)
			p[i] = byte_at(from + i);
		ret = write(fd, p, n);
		check_eq(ret, n);
	}
	free(p);
}

void read_all(int fd, size_t from, size_t len, size_t step)
{
	unsigned char *p = malloc(step);
	size_t i;

	check(p);
	while (len) {
		ssize_t n = read(fd, p, len < step ? len : step);

		check(n > 0);
		for (i = 0; i < (size_t)n; i++)
			if (p[i] != byte_at(from + i))
				fail("byte %zu is wrong", from + i);
		from += n;
		len -= n;
	}
	free(p);
}
