// SPDX-License-Identifier: MIT
/*
 * A camera whose frames come by DMA, as the source of a GStreamer pipeline. Each
 * frame is received into a buffer that is a dma-buf, and the elements behind the
 * source use the same memory: no byte is copied. The buffer takes another frame
 * when the last element has let go of it.
 *
 * Usage: camera CHANNEL FRAMES CAPS PIPELINE
 *
 *	CHANNEL		name of a slave channel, or of a port
 *	FRAMES		how many; 0: until the pipeline ends
 *	CAPS		what a frame is: video/x-raw,format=GRAY8,width=W,height=H,...
 *	PIPELINE	elements behind the source, as for gst-launch-1.0
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gst/allocators/gstdmabuf.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <dmauser.h>

#define SLOTS	8u
#define TIMEOUT 5000000000ull /* ns */

/* Memory for a frame. It is with the channel, with the pipeline, or in `idle`. */
struct slot {
	struct camera *camera;
	struct dmauser_buf *buf;
	int dmabuf;
};

struct camera {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_batch *batch;
	struct slot slots[SLOTS];
	size_t len; /* of a frame */
	unsigned long long started, ended, wanted;
	unsigned int receiving;
	GstElement *pipeline, *source;
	GstAllocator *allocator;
	GAsyncQueue *idle; /* from the threads of the pipeline */
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "camera: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* Called by whichever thread drops the last reference to the memory of a frame. */
static void give_back(gpointer data)
{
	struct slot *slot = data;

	g_async_queue_push(slot->camera->idle, slot);
}

static GstBuffer *wrap(struct slot *slot)
{
	struct camera *c = slot->camera;
	GstMemory *memory;
	GstBuffer *buffer;

	memory = gst_dmabuf_allocator_alloc_with_flags(c->allocator, slot->dmabuf, c->len,
						       GST_FD_MEMORY_FLAG_DONT_CLOSE);
	gst_mini_object_set_qdata(GST_MINI_OBJECT(memory),
				  g_quark_from_static_string("camera-slot"), slot, give_back);
	buffer = gst_buffer_new();
	gst_buffer_append_memory(buffer, memory);
	return buffer;
}

static int receive(struct camera *c, struct slot *slot)
{
	int rc;

	dmauser_batch_clear(c->batch);
	rc = dmauser_batch_slave_single(c->batch, c->chan, DMACTL_DIR_DEV_TO_MEM, slot->buf, 0,
					c->len, (uint64_t)(slot - c->slots));
	if (rc >= 0)
		rc = dmauser_submit(c->session, c->batch, 0);
	if (rc < 0)
		return fail("cannot receive", rc);
	c->started++;
	c->receiving++;
	return 0;
}

/* Returns 1 if the pipeline has ended, or -1 if it failed. */
static int look_at_pipeline(struct camera *c, GstClockTime wait)
{
	GstBus *bus = gst_element_get_bus(c->pipeline);
	GstMessage *message;
	GError *error = NULL;
	gchar *details = NULL;
	int rc = 0;

	message = gst_bus_timed_pop_filtered(bus, wait, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
	gst_object_unref(bus);
	if (!message)
		return 0;
	rc = 1;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		gst_message_parse_error(message, &error, &details);
		fprintf(stderr, "camera: %s: %s\n%s\n", GST_OBJECT_NAME(message->src),
			error->message, details ? details : "");
		g_error_free(error);
		g_free(details);
		rc = -1;
	}
	gst_message_unref(message);
	return rc;
}

/* Every idle buffer takes a frame; waits for one if no frame is under way. */
static int receive_more(struct camera *c)
{
	struct slot *slot;

	while (!c->wanted || c->started < c->wanted) {
		slot = c->receiving ? g_async_queue_try_pop(c->idle)
				    : g_async_queue_timeout_pop(c->idle, TIMEOUT / 1000);
		if (!slot && c->receiving)
			return 0;
		if (!slot && look_at_pipeline(c, 0) < 0)
			return -1;
		if (!slot) {
			fprintf(stderr, "camera: the pipeline keeps all %u buffers\n", SLOTS);
			return -1;
		}
		if (receive(c, slot) < 0)
			return -1;
	}
	return 0;
}

/* The pipeline now owns the frame. */
static int pass_on(struct camera *c, const struct dmactl_completion *record)
{
	struct slot *slot = &c->slots[record->user_data];
	GstFlowReturn flow;

	c->receiving--;
	if (record->status < 0) {
		g_async_queue_push(c->idle, slot);
		return fail("a frame failed", record->status);
	}
	if (record->bytes != c->len) {
		g_async_queue_push(c->idle, slot);
		fprintf(stderr, "camera: a frame has %llu bytes, not %zu\n",
			(unsigned long long)record->bytes, c->len);
		return -1;
	}
	c->ended++;
	flow = gst_app_src_push_buffer(GST_APP_SRC(c->source), wrap(slot));
	if (flow == GST_FLOW_OK)
		return 0;
	/* The bus has the reason, if the pipeline failed. */
	return look_at_pipeline(c, 0) < 0 ? -1 : 1;
}

static int run(struct camera *c)
{
	struct dmactl_completion record;
	int rc = 0;

	while (!rc && (!c->wanted || c->ended < c->wanted)) {
		if (receive_more(c) < 0)
			return -1;
		rc = dmauser_wait(c->session, &record, 1, 1, TIMEOUT);
		if (rc < 0)
			return fail("no frame comes", rc);
		rc = pass_on(c, &record);
		if (!rc)
			rc = look_at_pipeline(c, 0);
	}
	if (rc < 0)
		return rc;
	gst_app_src_end_of_stream(GST_APP_SRC(c->source));
	if (rc == 0 && look_at_pipeline(c, GST_CLOCK_TIME_NONE) < 0)
		return -1;
	printf("%llu frames of %zu bytes\n", c->ended, c->len);
	return 0;
}

/*
 * The caps say how long a frame is. What they leave out (the shape of a pixel, the
 * colours) gets its usual value, because many elements want to know.
 */
static int take_caps(struct camera *c, const char *text)
{
	GstCaps *caps = gst_caps_from_string(text);
	GstVideoInfo info;
	int known = caps && gst_video_info_from_caps(&info, caps);

	if (caps)
		gst_caps_unref(caps);
	if (!known) {
		fprintf(stderr,
			"camera: %s: no video "
			"(video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1)\n",
			text);
		return -1;
	}
	c->len = info.size;
	caps = gst_video_info_to_caps(&info);
	gst_app_src_set_caps(GST_APP_SRC(c->source), caps);
	gst_caps_unref(caps);
	return 0;
}

static int build_pipeline(struct camera *c, const char *caps, const char *elements)
{
	char *text = g_strdup_printf("appsrc name=camera is-live=true do-timestamp=true format=time"
				     " max-buffers=%u block=false ! %s",
				     SLOTS, elements);
	GError *error = NULL;

	c->pipeline = gst_parse_launch_full(text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
	g_free(text);
	if (!c->pipeline) {
		fprintf(stderr, "camera: %s: %s\n", elements, error->message);
		g_error_free(error);
		return -1;
	}
	c->source = gst_bin_get_by_name(GST_BIN(c->pipeline), "camera");
	c->allocator = gst_dmabuf_allocator_new();
	return take_caps(c, caps);
}

static int get_channel(struct camera *c, const char *name)
{
	int rc;

	rc = dmauser_open(NULL, &c->session);
	if (rc == -EACCES || rc == -ENOENT)
		rc = dmauser_open_port(name, &c->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	rc = dmauser_chan_request_port(c->session, name, SLOTS, &c->chan);
	if (rc == -ENOENT)
		rc = dmauser_chan_request_slave(c->session, name, SLOTS, &c->chan);
	if (rc < 0)
		return fail(name, rc);
	rc = dmauser_batch_new(&c->batch);
	return rc < 0 ? fail("cannot make a batch", rc) : 0;
}

static int get_buffers(struct camera *c)
{
	unsigned int i;
	int rc;

	for (i = 0; i < SLOTS; i++) {
		struct slot *slot = &c->slots[i];

		slot->camera = c;
		rc = dmauser_buf_alloc(c->session, DMACTL_BUF_STREAMING, NULL, c->len, &slot->buf);
		if (rc == 0)
			rc = dmauser_buf_export(slot->buf, &slot->dmabuf);
		if (rc < 0)
			return fail("cannot get a buffer", rc);
		g_async_queue_push(c->idle, slot);
	}
	return 0;
}

static void end(struct camera *c)
{
	unsigned int i;

	/* The pipeline lets go of its frames. */
	if (c->pipeline)
		gst_element_set_state(c->pipeline, GST_STATE_NULL);
	/* Stops what is under way. These functions accept NULL. */
	dmauser_chan_destroy(c->chan);
	for (i = 0; i < SLOTS; i++)
		if (c->slots[i].dmabuf >= 0)
			close(c->slots[i].dmabuf);
	dmauser_batch_free(c->batch);
	dmauser_close(c->session);
	g_clear_object(&c->source);
	g_clear_object(&c->allocator);
	g_clear_object(&c->pipeline);
	g_async_queue_unref(c->idle);
}

int main(int argc, char **argv)
{
	struct camera c = {0};
	unsigned int i;
	char *rest;
	int rc;

	gst_init(&argc, &argv);
	for (i = 0; i < SLOTS; i++)
		c.slots[i].dmabuf = -1;
	if (argc != 5) {
		fprintf(stderr, "Usage: camera CHANNEL FRAMES CAPS PIPELINE\n");
		return 1;
	}
	errno = 0;
	c.wanted = strtoull(argv[2], &rest, 0);
	if (errno || *rest || rest == argv[2] || argv[2][0] == '-') {
		fprintf(stderr, "camera: %s: not a number of frames\n", argv[2]);
		return 1;
	}
	c.idle = g_async_queue_new();
	rc = build_pipeline(&c, argv[3], argv[4]);
	if (rc == 0)
		rc = get_channel(&c, argv[1]);
	if (rc == 0)
		rc = get_buffers(&c);
	if (rc == 0 &&
	    gst_element_set_state(c.pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
		rc = look_at_pipeline(&c, 0) < 0 ? -1 : fail("the pipeline does not start", -EIO);
	if (rc == 0)
		rc = run(&c);
	end(&c);
	return rc < 0 ? 1 : 0;
}
