// SPDX-License-Identifier: MIT
/* The node of a port as a stream: cat, dd, poll; and what the first use decides. */
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#include "port.h"

#define BYTES (256u << 10)

/* ---- programs that know nothing of DMA --------------------------------- */

static unsigned char byte_at(size_t i)
{
	return (unsigned char)((i * 2654435761u) >> 13);
}

static void expect_bytes(int fd)
{
	unsigned char *p = malloc(BYTES);
	size_t done = 0, i;

	check(p);
	while (done < BYTES) {
		ssize_t n = read(fd, p + done, BYTES - done);

		check(n > 0);
		done += (size_t)n;
	}
	for (i = 0; i < BYTES; i++)
		if (p[i] != byte_at(i))
			fail("byte %zu is wrong", i);
	free(p);
}

static char file[] = "/tmp/dmactl-bytes.XXXXXX";

static void file_make(void)
{
	unsigned char *p = malloc(BYTES);
	int fd = mkstemp(file);
	size_t i;

	check(p && fd >= 0);
	for (i = 0; i < BYTES; i++)
		p[i] = byte_at(i);
	check_eq(write(fd, p, BYTES), BYTES);
	close(fd);
	free(p);
}

static void exec_shell(void *command)
{
	execl("/bin/sh", "sh", "-c", (char *)command, NULL);
	fail("/bin/sh: %s", strerror(errno));
}

/* cat and dd are the ones of the system, run by nobody in particular. */
static void exec_as_nobody(void *command)
{
	user_become(NOBODY, 8u << 20);
	exec_shell(command);
}

/* Runs cat with its output in a pipe. dash redirects to descriptors below 10 only. */
static void cat_into(void *pipe)
{
	check(dup2(*(int *)pipe, STDOUT_FILENO) >= 0);
	exec_as_nobody("exec cat " DMACTL_PORT_DIR "loop");
}

PORT_TEST(port_stream, cat_and_dd)
{
	char command[256];
	int pipes[2];
	pid_t cat;

	file_make();
	check_eq(chmod(file, 0644), 0);
	check_eq(chown(DMACTL_PORT_DIR "loop", NOBODY, 0), 0);
	check_eq(pipe(pipes), 0);
	cat = child_start(cat_into, &pipes[1]);
	port_wait_in_use("loop", "rx", true);
	snprintf(command, sizeof(command),
		 "exec dd if=%s of=" DMACTL_PORT_DIR "loop bs=10000 conv=fsync 2>/dev/null", file);
	child_run(exec_as_nobody, command);
	expect_bytes(pipes[0]);
	check_eq(kill(cat, SIGKILL), 0);
	child_expect_killed(cat);
	port_wait_in_use("loop", "rx", false);
	check_eq(unlink(file), 0);
}

/* A source and a sink that a test of its own makes. */
static void make_more(void)
{
	port_put("live", "0");
	port_make("src");
	port_make_channel("src/rx", "counter", "dmactl,src-addr-width=u32:4");
	port_make("two");
	port_make_channel("two/a", "loop-rx", "dmactl,directions=string:dev-to-mem");
	port_make_channel("two/b", "counter", "dmactl,directions=string:dev-to-mem");
	port_put("live", "1");
	port_put("src/live", "1");
	port_put("two/live", "1");
}

PORT_TEST(port_stream, dd_from_a_source)
{
	static uint32_t numbers[16384];
	char command[256];
	unsigned int i;
	int fd;

	make_more();
	check(mkstemp(file) >= 0);
	snprintf(command, sizeof(command),
		 "exec dd if=" DMACTL_PORT_DIR
		 "src of=%s bs=4096 count=16 iflag=fullblock 2>/dev/null",
		 file);
	child_run(exec_shell, command);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	check_eq(read(fd, numbers, sizeof(numbers)), 65536);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		check_eq(numbers[i], i);
	close(fd);
	check_eq(unlink(file), 0);
}

/* ---- directions -------------------------------------------------------- */

PORT_TEST(port_stream, both_directions_of_one_file)
{
	unsigned char out[1000], in[1000];
	int fd = port_open("loop", O_RDWR);
	size_t done = 0;

	noise_fill(out, sizeof(out), 5);
	/* To read comes first: the loop keeps nothing. */
	check_eq(poll_now(fd), POLLOUT);
	check_eq(fdinfo(fd, "channels"), 1);
	check_eq(write(fd, out, sizeof(out)), sizeof(out));
	check_eq(fsync(fd), 0);
	while (done < sizeof(in)) {
		ssize_t n = read(fd, in + done, sizeof(in) - done);

		check(n > 0);
		done += (size_t)n;
	}
	bytes_check(in, out, sizeof(in), "through the loop");
	check_eq(fdinfo(fd, "channels"), 2);
}

PORT_TEST(port_stream, directions_that_a_port_lacks)
{
	unsigned char byte = 0;
	int fd, other;

	make_more();
	fd = port_open("src", O_RDWR);
	check_eq(write(fd, &byte, 1), -1);
	check_eq(errno, EBADF);
	check(!(poll_now(fd) & POLLOUT));
	/* The mode of the file counts as well. */
	fd = port_open("loop", O_RDONLY);
	check_eq(write(fd, &byte, 1), -1);
	check_eq(errno, EBADF);
	check_eq(poll_now(fd), 0);
	fd = port_open("loop", O_WRONLY);
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EBADF);
	check_eq(poll_now(fd), POLLOUT);
	/* Which of the two? A read would say so at once. */
	fd = port_open("two", O_RDONLY);
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EINVAL);
	check_eq(poll_now(fd), POLLIN);
	/* One channel for both: who has it in one direction has it. */
	fd = port_open("win", O_RDWR);
	check_eq(write(fd, "abcd", 4), 4);
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EBUSY);
	other = port_open("win", O_RDWR);
	check_eq(write(other, "abcd", 4), -1);
	check_eq(errno, EBUSY);
}

/* ---- waiting ----------------------------------------------------------- */

PORT_TEST(port_stream, poll_waits_for_bytes)
{
	unsigned char byte;
	int fd = port_open("loop", O_RDONLY | O_NONBLOCK), out = port_open("loop", O_WRONLY);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int count = -1;

	check_eq(poll(&p, 1, 0), 0);
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EAGAIN);
	check_eq(write(out, "abc", 3), 3);
	check_eq(poll(&p, 1, 20000), 1);
	check_eq(p.revents, POLLIN);
	check_eq(ioctl(fd, FIONREAD, &count), 0);
	check_eq(count, 3);
	check_eq(read(fd, &byte, 1), 1);
	check_eq(byte, 'a');
}

/* Who waited for room before there was a stream must be woken by it. */
PORT_TEST(port_stream, epoll_from_before_the_first_write)
{
	struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
	int fd = port_open("loop", O_WRONLY | O_NONBLOCK), epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned char *block = calloc(1, 65536);
	ssize_t n;

	check(block && epoll >= 0);
	check_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
	check_eq(epoll_wait(epoll, &event, 1, 0), 1);
	port_put("hold", "1");
	while ((n = write(fd, block, 65536)) > 0)
		;
	check_eq(errno, EAGAIN);
	/* Edges of before. */
	while (epoll_wait(epoll, &event, 1, 0) > 0)
		;
	port_put("hold", "0");
	check_eq(read(port_open("loop", O_RDONLY), block, 100), 100);
	check_eq(epoll_wait(epoll, &event, 1, 20000), 1);
	check(event.events & EPOLLOUT);
	free(block);
	close(epoll);
}

/* ---- the first use ----------------------------------------------------- */

static int info_try(int fd)
{
	struct dmactl_info info = {.size = sizeof(info)};

	return dev_ioctl(fd, DMACTL_IOC_INFO, &info);
}

PORT_TEST(port_stream, after_an_ioctl_it_is_a_session)
{
	struct dmactl_completion record;
	int fd = port_open("loop", O_RDWR | O_NONBLOCK);

	check_eq(info_try(fd), 0);
	check_eq(write(fd, "abcd", 4), -1);
	check_eq(errno, EBUSY);
	check_eq(read(fd, &record, sizeof(record)), -1);
	check_eq(errno, EAGAIN);
	check_eq(read(fd, &record, 1), -1);
	check_eq(errno, EINVAL);
	check_eq(poll_now(fd), 0);
	check_eq(fdinfo(fd, "channels"), 0);
	port_loop(fd);
}

PORT_TEST(port_stream, after_a_read_it_is_a_stream)
{
	unsigned char byte;
	int fd = port_open("loop", O_RDWR | O_NONBLOCK);

	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EAGAIN);
	check_eq(info_try(fd), -EBUSY);
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &byte), -EBUSY);
	check(map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	check_eq(errno, EBUSY);
	check_eq(write(fd, "abcd", 4), 4);
}

PORT_TEST(port_stream, what_does_not_decide)
{
	int fd = port_open("loop", O_RDWR | O_NONBLOCK), other = port_open("loop", O_RDWR);
	uint32_t rx = port_chan(other, "loop:rx");
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	struct termios termios;
	unsigned char byte;

	/* isatty(3), as many programs begin. */
	check_eq(dev_ioctl(fd, TCGETS, &termios), -ENOTTY);
	check_eq(poll(&p, 1, 0), 1);
	check_eq(p.revents, POLLOUT);
	/* What fails. */
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EBUSY);
	check(poll_now(fd) & POLLIN);
	check_eq(info_try(fd), 0);
	check_eq(destroy(other, rx), 0);
	port_loop(fd);
}

PORT_TEST(port_stream, a_session_needs_both_modes)
{
	unsigned char byte;
	int fd = port_open("loop", O_RDONLY | O_NONBLOCK);

	check_eq(info_try(fd), -EACCES);
	check_eq(info_try(port_open("loop", O_WRONLY)), -EACCES);
	/* It is still undecided. */
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EAGAIN);
}
