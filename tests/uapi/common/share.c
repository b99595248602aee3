// SPDX-License-Identifier: MIT
/* Memory shared with others: pinned, imported, exported. */
#include <sys/socket.h>

#include "private.h"

int buf_map_user(int fd, const void *p, uint64_t len, uint32_t flags, struct mem *mem)
{
	struct dmactl_buf_map_user arg = {
		.size = sizeof(arg), .flags = flags, .addr = (uintptr_t)p, .len = len};
	int ret = dev_ioctl(fd, DMACTL_IOC_BUF_MAP_USER, &arg);

	if (ret)
		return ret;
	*mem = (struct mem){.buf = arg.out_buf, .len = len, .p = (unsigned char *)(uintptr_t)p};
	check(mem->buf);
	return 0;
}

unsigned char *pin_memory(size_t len, int prot)
{
	void *p = mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	return p;
}

struct mem pin(int fd, unsigned char *p, size_t len, uint32_t flags)
{
	struct mem mem;
	int ret = buf_map_user(fd, p, len, flags, &mem);

	if (ret)
		fail("pinning %zu bytes at page offset %zu: %d", len, (uintptr_t)p % PAGE, ret);
	return mem;
}

int pin_try(int fd, const void *p, size_t len, uint32_t flags)
{
	struct mem mem;
	int ret = buf_map_user(fd, p, len, flags, &mem);

	if (!ret)
		check_eq(destroy(fd, mem.buf), 0);
	return ret;
}

void bytes_all(const unsigned char *p, size_t len, unsigned char want)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != want)
			fail("byte %zu of %zu is %#x, not %#x", i, len, p[i], want);
}

int buf_import(int fd, int dmabuf, struct mem *mem)
{
	struct dmactl_buf_import arg = {.size = sizeof(arg), .fd = dmabuf};
	int ret = dev_ioctl(fd, DMACTL_IOC_BUF_IMPORT, &arg);

	if (ret)
		return ret;
	*mem = (struct mem){.buf = arg.out_buf, .len = arg.out_len};
	check(mem->buf);
	return 0;
}

int buf_export(int fd, uint32_t buf)
{
	struct dmactl_buf_export arg = {.size = sizeof(arg), .buf = buf};
	int ret = dev_ioctl(fd, DMACTL_IOC_BUF_EXPORT, &arg);

	return ret ? ret : arg.out_fd;
}

/* Because of the command line, or because there is memory that the devices do not reach. */
bool devices_bounce(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	char cmdline[2048] = "";
	int fd = dev_open(0);
	FILE *f;

	check_eq(chan_request(fd, &arg), 0);
	dev_close(fd);
	f = fopen("/proc/cmdline", "re");
	check(f);
	check(fgets(cmdline, sizeof(cmdline), f));
	fclose(f);
	return arg.out.caps & DMACTL_CAP_ADDRESSING_LIMITED || strstr(cmdline, "swiotlb=force");
}

void fd_send(int sock, int fd, const void *data, size_t len)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {(void *)data, len};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	check_eq(sendmsg(sock, &msg, 0), len);
}

int fd_recv(int sock, void *data, size_t len)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = {data, len};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	int fd;

	check_eq(recvmsg(sock, &msg, 0), len);
	check(CMSG_FIRSTHDR(&msg));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}
