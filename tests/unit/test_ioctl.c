// SPDX-License-Identifier: MIT
/* Tests dmauser_ioctl(), which the other tests replace, on files of this machine. */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mock.h"

/* The linker's name of the library's own function, see mock.c. */
int __real_dmauser_ioctl(int fd, unsigned long request, void *arg);

Test(ioctl, passes_request_and_argument)
{
	int fds[2], waiting = -1;

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], "12345", 5), 5);
	cr_assert_eq(__real_dmauser_ioctl(fds[0], FIONREAD, &waiting), 0);
	cr_assert_eq(waiting, 5);
	close(fds[0]);
	close(fds[1]);
}

Test(ioctl, returns_the_error)
{
	struct dmactl_info info = {.size = sizeof(info)};
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(__real_dmauser_ioctl(fds[0], DMACTL_IOC_INFO, &info), -ENOTTY);
	close(fds[0]);
	close(fds[1]);
	cr_assert_eq(__real_dmauser_ioctl(fds[0], DMACTL_IOC_INFO, &info), -EBADF);
}
