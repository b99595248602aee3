// SPDX-License-Identifier: MIT
/* Sessions and their objects. */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "private.h"

#define MAX_OPEN   64
#define MAX_MAPPED 64

/* Closed and unmapped at the end of the test. */
static int open_fds[MAX_OPEN];
static unsigned int nr_open;
static struct mem mapped[MAX_MAPPED];
static unsigned int nr_mapped;

int dev_try(const char *path, int flags)
{
	int fd = open(path, O_CLOEXEC | flags);

	if (fd < 0)
		return -errno;
	check(nr_open < MAX_OPEN);
	open_fds[nr_open++] = fd;
	return fd;
}

int dev_open(int flags)
{
	int fd = dev_try(DMACTL_DEVICE, O_RDWR | flags);

	if (fd < 0)
		fail("cannot open " DMACTL_DEVICE ": %s", strerror(-fd));
	return fd;
}

void dev_close(int fd)
{
	unsigned int i;

	for (i = 0; i < nr_open; i++) {
		if (open_fds[i] == fd) {
			open_fds[i] = open_fds[--nr_open];
			break;
		}
	}
	check_eq(close(fd), 0);
}

void session_close_all(void)
{
	while (nr_open)
		close(open_fds[--nr_open]);
}

int dev_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

/* Returns a number of /proc/self/fdinfo. */
long fdinfo(int fd, const char *key)
{
	char path[64], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	check(f);
	while (fgets(line, sizeof(line), f)) {
		size_t len = strlen(key);

		if (!strncmp(line, key, len) && line[len] == ':')
			n = strtol(line + len + 1, NULL, 10);
	}
	fclose(f);
	if (n < 0)
		fail("fdinfo has no %s", key);
	return n;
}

struct dmactl_chan_request chan_named(enum dmactl_chan_by by, const char *name)
{
	struct dmactl_chan_request arg = {.size = sizeof(arg), .by = by};

	if (!strncmp(name, "dma-sim", strlen("dma-sim")))
		need_sim();
	snprintf(arg.name, sizeof(arg.name), "%s", name);
	return arg;
}

const char *chan_given(void)
{
	return getenv("DMACTL_TEST_CHAN");
}

/* Capabilities of the channel that chan_get() found last. */
static uint64_t channel_caps;

bool chan_can(uint64_t caps)
{
	return (channel_caps & caps) == caps;
}

void need_terminate(void)
{
	if (!chan_can(DMACTL_CAP_TERMINATE))
		cr_skip_test("needs a channel that can be terminated");
}

int chan_request(int fd, struct dmactl_chan_request *arg)
{
	return dev_ioctl(fd, DMACTL_IOC_CHAN_REQUEST, arg);
}

uint32_t chan_get_depth(int fd, uint32_t depth)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int ret;

	arg.caps = DMACTL_CAP_MEMCPY | DMACTL_CAP_MEMSET;
	if (chan_given())
		arg = chan_named(DMACTL_CHAN_BY_NAME, chan_given());
	arg.depth = depth;
	ret = chan_request(fd, &arg);
	/* With DMACTL_TEST_CHAN there is only one channel, which the test already has. */
	if (ret == -EBUSY && chan_given())
		cr_skip_test("needs another channel");
	check_eq(ret, 0);
	check(arg.out_chan);
	channel_caps = arg.out.caps;
	return arg.out_chan;
}

uint32_t chan_get(int fd)
{
	return chan_get_depth(fd, 0);
}

int chan_ctrl(int fd, uint32_t chan, uint32_t ctrl)
{
	struct dmactl_chan_ctrl arg = {.size = sizeof(arg), .chan = chan, .ctrl = ctrl};

	return dev_ioctl(fd, DMACTL_IOC_CHAN_CTRL, &arg);
}

struct dmactl_chan_status chan_status(int fd, uint32_t chan)
{
	struct dmactl_chan_status arg = {.size = sizeof(arg), .chan = chan};

	check_eq(dev_ioctl(fd, DMACTL_IOC_CHAN_STATUS, &arg), 0);
	return arg;
}

int destroy(int fd, uint32_t handle)
{
	struct dmactl_destroy arg = {.size = sizeof(arg), .handle = handle};

	return dev_ioctl(fd, DMACTL_IOC_DESTROY, &arg);
}

void *map_at(void *addr, size_t len, int prot, int flags, int fd, uint64_t off)
{
	return mmap64(addr, len, prot, flags, fd, (off64_t)off);
}

/* Allocates without mapping. */
int buf_alloc(int fd, enum dmactl_buf_kind kind, uint32_t chan, uint64_t len, struct mem *mem)
{
	struct dmactl_buf_alloc arg = {.size = sizeof(arg), .kind = kind, .chan = chan, .len = len};
	int ret = dev_ioctl(fd, DMACTL_IOC_BUF_ALLOC, &arg);

	if (ret)
		return ret;
	*mem = (struct mem){.buf = arg.out_buf, .len = arg.out_len, .off = arg.out_mmap_offset};
	check(mem->buf);
	return 0;
}

static struct mem mem_map(int fd, enum dmactl_buf_kind kind, uint32_t chan, uint64_t len)
{
	struct mem mem;
	void *p;

	check_eq(buf_alloc(fd, kind, chan, len, &mem), 0);
	p = map_at(NULL, mem.len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mem.off);
	if (p == MAP_FAILED)
		fail("cannot map a buffer: %s", strerror(errno));
	mem.p = p;
	mem_keep(&mem);
	return mem;
}

void mem_keep(const struct mem *mem)
{
	check(nr_mapped < MAX_MAPPED);
	mapped[nr_mapped++] = *mem;
}

struct mem mem_get(int fd, uint64_t len)
{
	return mem_map(fd, DMACTL_BUF_STREAMING, 0, len);
}

struct mem mem_coherent(int fd, uint32_t chan, uint64_t len)
{
	return mem_map(fd, DMACTL_BUF_COHERENT, chan, len);
}

struct mem mem_contiguous(int fd, uint32_t chan, uint64_t len)
{
	return mem_map(fd, DMACTL_BUF_CONTIGUOUS, chan, len);
}

void mem_unmap(struct mem *mem)
{
	unsigned int i;

	for (i = 0; i < nr_mapped; i++) {
		if (mapped[i].p == mem->p) {
			mapped[i] = mapped[--nr_mapped];
			break;
		}
	}
	check_eq(munmap(mem->p, mem->len), 0);
	mem->p = NULL;
}

void mem_forget_all(void)
{
	while (nr_mapped) {
		nr_mapped--;
		munmap(mapped[nr_mapped].p, mapped[nr_mapped].len);
	}
}

uint32_t chan_of_device(int fd, const char *device)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, device);

	check_eq(chan_request(fd, &arg), 0);
	return arg.out_chan;
}

int poll_now(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

	check(poll(&p, 1, 0) >= 0);
	return p.revents;
}

uint32_t quarantined(int fd)
{
	struct dmactl_info info = {.size = sizeof(info)};

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	return info.out_quarantined;
}
