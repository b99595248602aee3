// SPDX-License-Identifier: MIT
/* STREAM_OPEN: a slave channel as a file, byte by byte. */
#include <poll.h>
#include <pthread.h>
#include <sys/uio.h>

#include "stream.h"

struct writer {
	int fd;
	size_t len, step;
};

static void *writer(void *arg)
{
	struct writer *w = arg;

	write_all(w->fd, 0, w->len, w->step);
	return NULL;
}

static void a_few_bytes(void)
{
	struct pair p = pair_get(0);
	struct pollfd polled = {.fd = p.rx, .events = POLLIN};
	size_t from = 0, i;

	for (i = 1; i < 40; i++) {
		write_all(p.tx, from, i * 77, i * 77);
		read_all(p.rx, from, i * 77, 1000);
		from += i * 77;
	}
	/* And the rest of the block that was begun. */
	write_all(p.tx, from, 3 * 65536, 65536);
	read_all(p.rx, from, 3 * 65536, 65536);
	from += 3 * 65536;
	check_eq(poll(&polled, 1, 100), 0);
	write_all(p.tx, from, 3, 3);
	check_eq(poll(&polled, 1, 10000), 1);
	read_all(p.rx, from, 3, 3);
}

UAPI_TEST(stream, a_few_bytes_are_not_kept_back)
{
	with_peripherals(a_few_bytes);
}

static void through_loopback(void)
{
	static const size_t steps[][2] = {
		{65536, 65536}, {1000, 70001}, {200000, 333}, {4096, 4096}, {MIB, 100001}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		struct pair p = pair_get(0);
		struct writer w = {p.tx, MIB + 12345, steps[i][0]};
		pthread_t thread;

		check_eq(pthread_create(&thread, NULL, writer, &w), 0);
		read_all(p.rx, 0, w.len, steps[i][1]);
		check_eq(pthread_join(thread, NULL), 0);
		close(p.rx);
		close(p.tx);
		dev_close(p.fd);
	}
}

UAPI_TEST(stream, what_goes_in_comes_out)
{
	with_peripherals(through_loopback);
}

static void packets(void)
{
	static const size_t lens[] = {1, 100, 65536, 65535, 4096, 7};
	struct pair p = {.fd = dev_open(0)};
	unsigned char *buf = malloc(MIB);
	size_t i, j, from = 0;

	check(buf);
	sim_set("packets", "Y");
	p.rx = stream_get(p.fd, chan_slave(p.fd, "loop-rx").out_chan, DMACTL_DIR_DEV_TO_MEM,
			  DMACTL_STREAM_PACKETS);
	p.tx = stream_get(p.fd, chan_slave(p.fd, "loop-tx").out_chan, DMACTL_DIR_MEM_TO_DEV, 0);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		write_all(p.tx, from, lens[i], lens[i]);
		check_eq(read(p.rx, buf, MIB), lens[i]);
		for (j = 0; j < lens[i]; j++)
			check_eq(buf[j], byte_at(from + j));
		from += lens[i];
	}
	/* Half a packet, and the other half. */
	write_all(p.tx, 0, 1000, 1000);
	check_eq(read(p.rx, buf, 600), 600);
	check_eq(read(p.rx, buf + 600, 600), 400);
	for (j = 0; j < 1000; j++)
		check_eq(buf[j], byte_at(j));
	free(buf);
}

UAPI_TEST(stream, packets_are_reads)
{
	with_peripherals(packets);
}

static void nonblocking(void)
{
	struct pair p = pair_get(DMACTL_STREAM_NONBLOCK);
	struct pollfd polled = {.fd = p.rx, .events = POLLIN};
	unsigned char *block = malloc(65536);
	size_t total = 0;
	ssize_t n;

	check(block);
	check_eq(read(p.rx, block, 10), -1);
	check_eq(errno, EAGAIN);
	check_eq(poll(&polled, 1, 50), 0);
	memset(block, 0x5a, 65536);
	/* Until FIFO and blocks of both sides are full. */
	for (;;) {
		n = write(p.tx, block, 65536);
		if (n < 0)
			break;
		total += n;
		check(total < 2 * MIB);
		sleep_ms(5);
	}
	check_eq(errno, EAGAIN);
	check(total >= 4 * 65536);
	check_eq(poll(&polled, 1, 1000), 1);
	check_eq(polled.revents, POLLIN);
	polled = (struct pollfd){.fd = p.tx, .events = POLLOUT};
	check_eq(poll(&polled, 1, 0), 0);
	n = read(p.rx, block, 65536);
	check_eq(n, 65536);
	check_eq(block[0], 0x5a);
	check_eq(poll(&polled, 1, 1000), 1);
	check_eq(polled.revents, POLLOUT);
	free(block);
}

UAPI_TEST(stream, nonblocking_and_poll)
{
	with_peripherals(nonblocking);
}

static void vectors(void)
{
	struct pair p = pair_get(0);
	unsigned char a[1000], b[64536], c[3], d[65533];
	struct iovec out[] = {{a, sizeof(a)}, {b, sizeof(b)}};
	struct iovec in[] = {{c, sizeof(c)}, {d, sizeof(d)}};
	size_t i;

	for (i = 0; i < sizeof(a); i++)
		a[i] = byte_at(i);
	for (i = 0; i < sizeof(b); i++)
		b[i] = byte_at(sizeof(a) + i);
	check_eq(writev(p.tx, out, 2), 65536);
	check_eq(readv(p.rx, in, 2), 65536);
	for (i = 0; i < 65536; i++)
		check_eq(i < 3 ? c[i] : d[i - 3], byte_at(i));
	/* There is no place in it. */
	check_eq(lseek(p.rx, 0, SEEK_SET), -1);
	check_eq(errno, ESPIPE);
	check_eq(pread(p.rx, c, 1, 0), -1);
	check_eq(errno, ESPIPE);
	check_eq(write(p.rx, c, 1), -1);
	check_eq(errno, EBADF);
	check_eq(read(p.tx, c, 1), -1);
	check_eq(errno, EBADF);
	check_eq(read(p.rx, c, 0), 0);
	check_eq(write(p.tx, c, 0), 0);
}

UAPI_TEST(stream, vectors_and_no_offsets)
{
	with_peripherals(vectors);
}

static void bad_pointers(void)
{
	/* The compiler would know better. */
	void *volatile nowhere = (void *)8;
	struct pair p = pair_get(0);

	write_all(p.tx, 0, 65536, 65536);
	check_eq(read(p.rx, nowhere, 100), -1);
	check_eq(errno, EFAULT);
	/* Nothing was lost. */
	read_all(p.rx, 0, 65536, 1000);
	check_eq(write(p.tx, nowhere, 100), -1);
	check_eq(errno, EFAULT);
	write_all(p.tx, 0, 65536, 4096);
	read_all(p.rx, 0, 65536, 65536);
}

UAPI_TEST(stream, bad_pointers_lose_nothing)
{
	with_peripherals(bad_pointers);
}

static void in_use(void)
{
	int fd = dev_open(0);
	uint32_t rx = chan_slave(fd, "loop-rx").out_chan;
	struct dmactl_chan_config config = {.size = sizeof(config), .chan = rx};
	struct dmactl_stream_open arg = stream_arg(rx, DMACTL_DIR_DEV_TO_MEM);
	struct dmactl_op op = op_nop(rx, 1);
	int stream = stream_get(fd, rx, DMACTL_DIR_DEV_TO_MEM, 0);

	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EBUSY);
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EBUSY);
	check_eq(dev_ioctl(fd, DMACTL_IOC_CHAN_CONFIG, &config), -EBUSY);
	check_eq(chan_status(fd, rx).out_in_flight, 4);
	close(stream);
	check_eq(chan_status(fd, rx).out_in_flight, 0);
	check_eq(dev_ioctl(fd, DMACTL_IOC_CHAN_CONFIG, &config), 0);
	run_ok(fd, &op);
	/* None of its ops is a record of the session. */
	check_eq(fdinfo(fd, "completions-queued"), 0);
	close(stream_get(fd, rx, DMACTL_DIR_DEV_TO_MEM, 0));
}

UAPI_TEST(stream, has_the_channel_to_itself)
{
	with_peripherals(in_use);
}

static void nonsense(void)
{
	int fd = dev_open(0);
	uint32_t rx = chan_slave(fd, "loop-rx").out_chan;
	struct dmactl_stream_open arg = stream_arg(rx, DMACTL_DIR_MEM_TO_DEV);

	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EOPNOTSUPP);
	arg = stream_arg(rx, 0);
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EINVAL);
	arg = stream_arg(rx, DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM);
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EINVAL);
	arg = stream_arg(rx + 100, DMACTL_DIR_DEV_TO_MEM);
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -ENOENT);
	arg = stream_arg(rx, DMACTL_DIR_DEV_TO_MEM);
	arg.nr_blocks = 1;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EINVAL);
	arg.nr_blocks = 1025;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EINVAL);
	arg.nr_blocks = 2;
	arg.block_len = ~0ull;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EDQUOT);
	arg.block_len = 1;
	arg.reserved = 1;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EINVAL);
	arg.reserved = 0;
	arg.flags = 1u << 31;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), -EOPNOTSUPP);
	arg.flags = 0;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	check_eq(arg.out_block_len, sysconf(_SC_PAGESIZE));
	check_eq(arg.out_nr_blocks, 2);
	close(arg.out_fd);
}

UAPI_TEST(stream, refuses_nonsense)
{
	with_peripherals(nonsense);
}

static void counts(void)
{
	static uint32_t numbers[65536];
	int fd = dev_open(0);
	int stream = stream_get(fd, chan_slave(fd, "counter").out_chan, DMACTL_DIR_DEV_TO_MEM, 0);
	uint64_t end = now_ns() + SEC / 2;
	uint32_t next = 0;
	size_t have = 0, i;

	do {
		ssize_t n = read(stream, (char *)numbers + have, sizeof(numbers) - have);

		check(n > 0);
		have += n;
		for (i = 0; i < have / 4; i++)
			if (numbers[i] != next++)
				fail("%u came instead of %u", numbers[i], next - 1);
		memmove(numbers, (char *)numbers + have / 4 * 4, have % 4);
		have %= 4;
	} while (now_ns() < end);
	check(next > 100000);
}

UAPI_TEST(stream, counter_is_unbroken)
{
	with_peripherals(counts);
}

static void failing(void)
{
	int fd = dev_open(0);
	unsigned char byte;
	int stream;

	sim_set("fail_how", "read");
	sim_set("fail_nth", "2");
	stream = stream_get(fd, chan_slave(fd, "counter").out_chan, DMACTL_DIR_DEV_TO_MEM, 0);
	{
		static unsigned char block[65536];

		/* First what came before it. */
		check_eq(read(stream, block, 65536), 65536);
	}
	check_eq(read(stream, &byte, 1), -1);
	check_eq(errno, EFAULT);
	check_eq(read(stream, &byte, 1), 1);
}

UAPI_TEST(stream, an_error_in_its_place)
{
	with_peripherals(failing);
}
