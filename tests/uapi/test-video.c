// SPDX-License-Identifier: MIT
/* Memory and fences shared with drivers of video and graphics: vivid and vgem. */
#include <linux/dma-buf.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "dmabuf.h"
#include "vgem.h"

#define FRAMES 2
#define WIDTH  320
#define HEIGHT 180

/* The memory that modules take when they are loaded is not leaked by a test. */
static void video_begin(void)
{
	if (system("modprobe -q vivid n_devs=1; modprobe -q vgem") < 0)
		fail("system: %s", strerror(errno));
	uapi_begin();
}

#define VIDEO_TEST(name)                                                                           \
	Test(video, name, .init = video_begin, .fini = uapi_end, .timeout = UAPI_TIMEOUT)

/* --- vivid: a camera --- */

static int vivid_open(void)
{
	struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	const uint32_t wanted = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
	struct v4l2_capability cap;
	char path[32];
	int i, fd;

	for (i = 0; i < 64; i++) {
		snprintf(path, sizeof(path), "/dev/video%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!ioctl(fd, VIDIOC_QUERYCAP, &cap) && (cap.device_caps & wanted) == wanted &&
		    !strcmp((const char *)cap.driver, "vivid"))
			break;
		close(fd);
	}
	if (i == 64)
		cr_skip_test("this kernel has no vivid");
	format.fmt.pix.width = WIDTH;
	format.fmt.pix.height = HEIGHT;
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
	check_eq(ioctl(fd, VIDIOC_S_FMT, &format), 0);
	check_eq(format.fmt.pix.sizeimage, WIDTH * HEIGHT * 2);
	return fd;
}

static struct v4l2_buffer vivid_buffer(uint32_t memory, uint32_t index)
{
	return (struct v4l2_buffer){
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = memory, .index = index};
}

static void vivid_request(int fd, uint32_t memory)
{
	struct v4l2_requestbuffers request = {
		.count = FRAMES, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = memory};

	check_eq(ioctl(fd, VIDIOC_REQBUFS, &request), 0);
	check_eq(request.count, FRAMES);
}

static void vivid_stream(int fd, bool on)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	check_eq(ioctl(fd, on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type), 0);
}

/* Waits for a frame, and returns the index of its buffer. */
static uint32_t vivid_frame(int fd, uint32_t memory)
{
	struct v4l2_buffer buffer = vivid_buffer(memory, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};

	check_eq(poll(&p, 1, 60000), 1);
	check_eq(ioctl(fd, VIDIOC_DQBUF, &buffer), 0);
	check(!(buffer.flags & V4L2_BUF_FLAG_ERROR));
	check(buffer.index < FRAMES);
	return buffer.index;
}

/* A picture has no long run of any byte. */
static void picture_check(const unsigned char *p, size_t len)
{
	size_t i, same = 0, longest = 0;

	for (i = 1; i < len; i++) {
		same = p[i] == p[i - 1] ? same + 1 : 0;
		if (same > longest)
			longest = same;
	}
	if (longest >= WIDTH * 2)
		fail("%zu bytes in a row are the same: no picture", longest);
}

/* An engine copies what the camera has written into its own buffers. */
VIDEO_TEST(frames_of_a_camera)
{
	const size_t len = WIDTH * HEIGHT * 2;
	struct v4l2_exportbuffer export = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					   .flags = O_RDWR | O_CLOEXEC};
	int camera = vivid_open(), fd = dev_open(0), k;
	struct mem frame[FRAMES], copy = mem_get(fd, len);
	unsigned char *seen[FRAMES];
	uint32_t chan = chan_get(fd), i;
	struct v4l2_buffer buffer;
	struct dmactl_op op;

	vivid_request(camera, V4L2_MEMORY_MMAP);
	for (i = 0; i < FRAMES; i++) {
		export.index = i;
		check_eq(ioctl(camera, VIDIOC_EXPBUF, &export), 0);
		check_eq(buf_import(fd, export.fd, &frame[i]), 0);
		close(export.fd);
		check(frame[i].len >= len);
		buffer = vivid_buffer(V4L2_MEMORY_MMAP, i);
		check_eq(ioctl(camera, VIDIOC_QUERYBUF, &buffer), 0);
		seen[i] = mmap(NULL, len, PROT_READ, MAP_SHARED, camera, buffer.m.offset);
		check(seen[i] != MAP_FAILED);
		check_eq(ioctl(camera, VIDIOC_QBUF, &buffer), 0);
	}
	vivid_stream(camera, true);
	for (k = 0; k < 3 * FRAMES; k++) {
		i = vivid_frame(camera, V4L2_MEMORY_MMAP);
		memset(copy.p, 0, len);
		op = op_memcpy(chan, &copy, 0, &frame[i], 0, len);
		run_ok(fd, &op);
		picture_check(seen[i], len);
		bytes_check(copy.p, seen[i], len, "the copy of a frame");
		buffer = vivid_buffer(V4L2_MEMORY_MMAP, i);
		check_eq(ioctl(camera, VIDIOC_QBUF, &buffer), 0);
	}
	vivid_stream(camera, false);
	for (i = 0; i < FRAMES; i++) {
		check_eq(destroy(fd, frame[i].buf), 0);
		munmap(seen[i], len);
	}
	close(camera);
}

/* Buffers of ours, exported to the camera. */
static void camera_take(int camera, int fd, struct mem *frame, int *dmabuf)
{
	uint32_t i;

	vivid_request(camera, V4L2_MEMORY_DMABUF);
	for (i = 0; i < FRAMES; i++) {
		struct v4l2_buffer buffer = vivid_buffer(V4L2_MEMORY_DMABUF, i);

		frame[i] = mem_get(fd, WIDTH * HEIGHT * 2);
		dmabuf[i] = dmabuf_export(fd, frame[i].buf);
		buffer.m.fd = dmabuf[i];
		check_eq(ioctl(camera, VIDIOC_QBUF, &buffer), 0);
	}
	vivid_stream(camera, true);
}

/* The camera writes into our buffers, and an engine copies them. */
VIDEO_TEST(frames_in_our_buffers)
{
	const size_t len = WIDTH * HEIGHT * 2;
	int camera = vivid_open(), fd = dev_open(0), dmabuf[FRAMES], k;
	struct mem frame[FRAMES], copy = mem_get(fd, len);
	uint32_t chan = chan_get(fd), i;
	struct v4l2_buffer buffer;
	struct dmactl_op op;

	camera_take(camera, fd, frame, dmabuf);
	for (k = 0; k < 3 * FRAMES; k++) {
		i = vivid_frame(camera, V4L2_MEMORY_DMABUF);
		picture_check(frame[i].p, len);
		op = op_memcpy(chan, &copy, 0, &frame[i], 0, len);
		run_ok(fd, &op);
		bytes_check(copy.p, frame[i].p, len, "the copy of a frame");
		memset(frame[i].p, 0, len);
		buffer = vivid_buffer(V4L2_MEMORY_DMABUF, i);
		buffer.m.fd = dmabuf[i];
		check_eq(ioctl(camera, VIDIOC_QBUF, &buffer), 0);
	}
	vivid_stream(camera, false);
	for (i = 0; i < FRAMES; i++)
		close(dmabuf[i]);
	close(camera);
}

/* The memory lasts as long as the camera writes there, also after our session has ended. */
VIDEO_TEST(camera_outlives_the_session)
{
	const size_t len = WIDTH * HEIGHT * 2;
	int camera = vivid_open(), fd = dev_open(0), dmabuf[FRAMES], k;
	struct v4l2_buffer buffer;
	struct mem frame[FRAMES];
	unsigned char *p[FRAMES];
	uint32_t i;

	camera_take(camera, fd, frame, dmabuf);
	for (i = 0; i < FRAMES; i++) {
		check_eq(destroy(fd, frame[i].buf), 0);
		mem_unmap(&frame[i]);
	}
	dev_close(fd);
	for (i = 0; i < FRAMES; i++)
		p[i] = dmabuf_map(dmabuf[i], len);
	for (k = 0; k < 2 * FRAMES; k++) {
		i = vivid_frame(camera, V4L2_MEMORY_DMABUF);
		picture_check(p[i], len);
		memset(p[i], 0, len);
		buffer = vivid_buffer(V4L2_MEMORY_DMABUF, i);
		buffer.m.fd = dmabuf[i];
		check_eq(ioctl(camera, VIDIOC_QBUF, &buffer), 0);
	}
	vivid_stream(camera, false);
	for (i = 0; i < FRAMES; i++) {
		munmap(p[i], len);
		close(dmabuf[i]);
	}
	close(camera);
}

/* --- vgem: a graphics driver --- */

/* One thread runs the op, while the test does the work of the graphics driver. */
struct behind {
	pthread_t thread;
	int fd;
	struct dmactl_op op;
	struct dmactl_completion record;
	int done;
};

static void *behind_run(void *arg)
{
	struct behind *b = arg;

	b->record = run(b->fd, &b->op);
	__atomic_store_n(&b->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void behind_start(struct behind *b, int fd, const struct dmactl_op *op)
{
	*b = (struct behind){.fd = fd, .op = *op};
	check_eq(pthread_create(&b->thread, NULL, behind_run, b), 0);
	sleep_ms(300);
	check_eq(__atomic_load_n(&b->done, __ATOMIC_ACQUIRE), 0);
}

static void behind_end(struct behind *b)
{
	check_eq(pthread_join(b->thread, NULL), 0);
	check_eq(b->record.status, 0);
}

/* A picture of vgem that a session has imported, with memory of its own. */
struct canvas {
	struct vgem v;
	int fd;
	uint32_t chan;
	struct mem ours, theirs;
};

static struct canvas canvas_new(void)
{
	struct canvas c = {.v = vgem_new(), .fd = dev_open(0)};

	if (devices_bounce())
		cr_skip_test("vgem does not bounce");
	c.chan = chan_get(c.fd);
	c.ours = mem_get(c.fd, c.v.len + PAGE);
	c.theirs = dmabuf_import(c.fd, c.v.dmabuf);
	return c;
}

static void canvas_free(const struct canvas *c)
{
	check_eq(destroy(c->fd, c->theirs.buf), 0);
	munmap(c->theirs.p, c->theirs.len);
	vgem_free(&c->v);
}

VIDEO_TEST(memory_of_a_graphics_driver)
{
	struct canvas c = canvas_new();

	dmabuf_check(c.fd, c.chan, &c.theirs, &c.ours);
	canvas_free(&c);
}

/* A copy of a picture waits until the picture is drawn. */
VIDEO_TEST(copy_waits_for_the_picture)
{
	struct canvas c = canvas_new();
	int fence;
	struct dmactl_op op;
	struct behind b;

	pattern_fill(c.theirs.p, 0, c.v.len, SRC_MARGIN);
	fence = vgem_attach(&c.v, VGEM_FENCE_WRITE);
	check(fence > 0);
	op = op_memcpy(c.chan, &c.ours, 0, &c.theirs, 0, c.v.len);
	behind_start(&b, c.fd, &op);
	pattern_fill(c.theirs.p, 0, c.v.len, SRC_BODY);
	vgem_signal(&c.v, fence);
	behind_end(&b);
	pattern_check(c.ours.p, 0, c.v.len, SRC_BODY, 0);
	canvas_free(&c);
}

/* An op that writes a picture waits until the display has read the one before. */
VIDEO_TEST(write_waits_for_the_reader)
{
	struct canvas c = canvas_new();
	int fence;
	struct dmactl_op op;
	struct behind b;

	pattern_fill(c.theirs.p, 0, c.v.len, SRC_BODY);
	pattern_fill(c.ours.p, 0, c.v.len, DST_BODY);
	fence = vgem_attach(&c.v, 0);
	check(fence > 0);
	/* Two readers do not wait for each other. */
	op = op_memcpy(c.chan, &c.ours, 0, &c.theirs, 0, c.v.len);
	run_ok(c.fd, &op);
	pattern_check(c.ours.p, 0, c.v.len, SRC_BODY, 0);
	pattern_fill(c.ours.p, 0, c.v.len, DST_BODY);
	op = op_memcpy(c.chan, &c.theirs, 0, &c.ours, 0, c.v.len);
	behind_start(&b, c.fd, &op);
	pattern_check(c.theirs.p, 0, c.v.len, SRC_BODY, 0);
	vgem_signal(&c.v, fence);
	behind_end(&b);
	pattern_check(c.theirs.p, 0, c.v.len, DST_BODY, 0);
	canvas_free(&c);
}

/* The graphics driver sees our ops, by the memory's fences and by a sync_file of them. */
VIDEO_TEST(graphics_wait_for_the_copy)
{
	struct dma_buf_export_sync_file file = {.flags = DMA_BUF_SYNC_READ, .fd = -1};
	struct dmactl_completion record;
	struct canvas c = canvas_new();
	int fence;
	struct pollfd p = {.events = POLLIN};
	struct dmactl_op op;

	need_sim();
	pattern_fill(c.ours.p, 0, c.v.len, SRC_BODY);
	op = op_memcpy(c.chan, &c.theirs, 0, &c.ours, 0, c.v.len);
	sim_set("hold", "1");
	submit_all(c.fd, &op, 1);
	check_eq(vgem_attach(&c.v, 0), -EBUSY);
	check_eq(vgem_attach(&c.v, VGEM_FENCE_WRITE), -EBUSY);
	check_eq(ioctl(c.v.dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &file), 0);
	p.fd = file.fd;
	check_eq(poll(&p, 1, 200), 0);
	sim_set("hold", "0");
	check_eq(poll(&p, 1, 10000), 1);
	pattern_check(c.theirs.p, 0, c.v.len, SRC_BODY, 0);
	reap_all(c.fd, &record, 1);
	check_eq(record.status, 0);
	fence = vgem_attach(&c.v, VGEM_FENCE_WRITE);
	check(fence > 0);
	vgem_signal(&c.v, fence);
	close(file.fd);
	canvas_free(&c);
}

/* The graphics driver draws into a buffer of ours. */
VIDEO_TEST(graphics_use_our_buffer)
{
	int fd = dev_open(0), fence;
	uint32_t chan = chan_get(fd);
	struct mem shared = mem_get(fd, 4 * PAGE), ours = mem_get(fd, 4 * PAGE);
	struct drm_prime_handle prime = {.fd = dmabuf_export(fd, shared.buf)};
	struct vgem v = {.fd = vgem_open(), .dmabuf = prime.fd, .len = 4 * PAGE};
	struct dmactl_op op;
	struct behind b;

	check_eq(ioctl(v.fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime), 0);
	v.handle = prime.handle;
	fence = vgem_attach(&v, VGEM_FENCE_WRITE);
	check(fence > 0);
	op = op_memcpy(chan, &ours, 0, &shared, 0, v.len);
	behind_start(&b, fd, &op);
	pattern_fill(shared.p, 0, v.len, SRC_BODY);
	vgem_signal(&v, fence);
	behind_end(&b);
	pattern_check(ours.p, 0, v.len, SRC_BODY, 0);
	/* vgem keeps the memory when the session has ended. */
	mem_unmap(&shared);
	mem_unmap(&ours);
	dev_close(fd);
	fence = vgem_attach(&v, VGEM_FENCE_WRITE);
	check(fence > 0);
	vgem_signal(&v, fence);
	vgem_free(&v);
}
