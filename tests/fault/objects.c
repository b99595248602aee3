// SPDX-License-Identifier: MIT
/* Sessions, channels and memory. */
#include <sys/mman.h>

#include "fault.h"

static struct mem coherent;
static unsigned char *mine;

static int call_open(void)
{
	made = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
	return made < 0 ? -errno : 0;
}

static int call_info(void)
{
	struct dmactl_info arg = {.size = sizeof(arg)};

	return dev_ioctl(fd, DMACTL_IOC_INFO, &arg);
}

static int call_fdinfo(void)
{
	char path[64], text[4096];
	int file, n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	n = (int)read(file, text, sizeof(text));
	n = n < 0 ? -errno : 0;
	close(file);
	return n;
}

FAULT_TEST(sessions)
{
	each_fails("open", call_open, close_made);
	each_fails("INFO", call_info, NULL);
	each_fails("fdinfo", call_fdinfo, NULL);
}

static int call_by_caps(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");

	arg.caps = DMACTL_CAP_MEMCPY;
	return request(&arg);
}

/* Requests a channel of a device of which the session has none. */
static int call_by_device(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.1");

	return request(&arg);
}

static int call_look(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_NAME, "dma0chan0");

	arg.flags = DMACTL_CHAN_LOOK;
	return chan_request(fd, &arg);
}

static int call_status(void)
{
	struct dmactl_chan_status arg = {.size = sizeof(arg), .chan = chan};

	return dev_ioctl(fd, DMACTL_IOC_CHAN_STATUS, &arg);
}

static int call_terminate(void)
{
	return chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE);
}

static int call_pause(void)
{
	return chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE);
}

static void undo_pause(void)
{
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
}

FAULT_TEST(channels)
{
	each_fails("CHAN_REQUEST by caps", call_by_caps, destroy_made);
	each_fails("CHAN_REQUEST of a device", call_by_device, destroy_made);
	each_fails("CHAN_REQUEST look", call_look, NULL);
	each_fails("CHAN_STATUS", call_status, NULL);
	each_fails("CHAN_CTRL terminate", call_terminate, NULL);
	each_fails("CHAN_CTRL pause", call_pause, undo_pause);
}

static int call_alloc(void)
{
	struct mem m;
	int ret = buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 3 << 20, &m);

	made = (int)m.buf;
	return ret;
}

static int call_alloc_coherent(void)
{
	struct mem m;
	int ret = buf_alloc(fd, DMACTL_BUF_COHERENT, chan, LEN, &m);

	made = (int)m.buf;
	return ret;
}

/* More than the largest block of the page allocator. */
static int call_alloc_contiguous(void)
{
	struct mem m;
	int ret = buf_alloc(fd, DMACTL_BUF_CONTIGUOUS, 0, 5 << 20, &m);

	made = (int)m.buf;
	return ret;
}

static int call_map_user(void)
{
	struct mem m;
	int ret = buf_map_user(fd, mine, 16 * PAGE, 0, &m);

	made = (int)m.buf;
	return ret;
}

static int call_mmap(void)
{
	void *p = map_at(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, coherent.off);

	if (p == MAP_FAILED)
		return -errno;
	check_eq(munmap(p, LEN), 0);
	return 0;
}

static int call_export(void)
{
	made = buf_export(fd, mem.buf);
	return made < 0 ? made : 0;
}

static int dmabuf = -1, importer = -1;

/* A session other than the exporting one imports it. */
static int call_import(void)
{
	struct mem m;
	int ret = buf_import(importer, dmabuf, &m);

	made = (int)m.buf;
	return ret;
}

static void destroy_imported(void)
{
	check_eq(destroy(importer, (uint32_t)made), 0);
}

static int call_sync(void)
{
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg),
		.flags = DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ,
		.buf = mem.buf,
		.len = LEN,
	};

	return dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg);
}

FAULT_TEST(memory)
{
	mine = pin_memory(16 * PAGE, PROT_READ | PROT_WRITE);
	coherent = mem_coherent(fd, chan, LEN);
	each_fails("BUF_ALLOC streaming", call_alloc, destroy_made);
	each_fails("BUF_ALLOC coherent", call_alloc_coherent, destroy_made);
	each_fails("BUF_ALLOC contiguous", call_alloc_contiguous, destroy_made);
	each_fails("BUF_MAP_USER", call_map_user, destroy_made);
	each_fails("mmap", call_mmap, NULL);
	each_fails("BUF_SYNC", call_sync, NULL);
	each_fails("BUF_EXPORT", call_export, close_made);
	dmabuf = buf_export(fd, mem.buf);
	check(dmabuf >= 0);
	importer = dev_open(0);
	each_fails("BUF_IMPORT", call_import, destroy_imported);
	close(dmabuf);
}
