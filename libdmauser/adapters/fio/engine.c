// SPDX-License-Identifier: MIT
/*
 * An engine for fio: copies by a channel of dmactl. The buffers of I/O are one DMA
 * buffer, what fio takes for the file is another: a write copies to it, a read from it.
 *
 *	fio --ioengine=external:dmactl-fio.so --size=64m --iodepth=32 --rw=randrw
 */
#include "config-host.h"
#include "fio.h"
#include "optgroup.h"

#include <dmauser.h>

struct engine_options {
	void *pad; /* used by fio */
	char *chan;
};

static struct fio_option options[] = {
	{
		.name = "chan",
		.lname = "Channel",
		.type = FIO_OPT_STR_STORE,
		.off1 = offsetof(struct engine_options, chan),
		.help = "Name of the DMA channel (default: any free one that copies)",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{.name = NULL},
};

/* The state of one job. */
struct engine {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_batch *batch;
	struct dmauser_ring *ring;
	struct dmauser_buf *memory; /* the buffers of io_us */
	char *base;		    /* address of memory */
	size_t len;
	struct dmauser_buf *file;
	struct io_u **events; /* io_us of the last getevents */
	struct io_u **queued; /* io_us in the batch, in its order */
	unsigned int nr_queued;
};

/* fio's structs change with each version, and fio itself does not check them. */
static int wrong_version(void)
{
	if (!strcmp(fio_version_string, FIO_VERSION))
		return 0;
	log_err("dmactl: this engine was built for %s, and this is %s; build it for that: make fio "
		"FIO_SOURCE=...\n",
		FIO_VERSION, fio_version_string);
	return 1;
}

static int failed(struct thread_data *td, const char *what, int rc)
{
	log_err("dmactl: %s: %s\n", what, dmauser_strerror(rc));
	td_verror(td, -rc, "dmactl");
	return 1;
}

static void engine_cleanup(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;

	if (!e)
		return;
	dmauser_batch_free(e->batch);
	dmauser_close(e->session);
	free(e->events);
	free(e->queued);
	free(e);
	td->io_ops_data = NULL;
}

static int request(struct thread_data *td, struct engine *e)
{
	struct engine_options *o = td->eo;

	if (o->chan)
		return dmauser_chan_request_name(e->session, o->chan, td->o.iodepth, &e->chan);
	return dmauser_chan_request_caps(e->session, DMACTL_CAP_MEMCPY, NULL, td->o.iodepth,
					 &e->chan);
}

/* fio calls iomem_alloc before init, so that may have initialized the engine already. */
static int engine_init(struct thread_data *td)
{
	struct engine_options *o = td->eo;
	struct engine *e;
	int rc;

	if (td->io_ops_data)
		return 0;
	if (wrong_version())
		return 1;
	e = calloc(1, sizeof(*e));
	if (!e)
		return failed(td, "the engine", -ENOMEM);
	td->io_ops_data = e;
	e->events = calloc(td->o.iodepth, sizeof(*e->events));
	e->queued = calloc(td->o.iodepth, sizeof(*e->queued));
	rc = e->events && e->queued ? 0 : -ENOMEM;
	if (!rc)
		rc = dmauser_open(NULL, &e->session);
	if (!rc)
		rc = request(td, e);
	if (!rc)
		rc = dmauser_batch_new(&e->batch);
	if (!rc)
		rc = dmauser_ring_new(e->session, td->o.iodepth, &e->ring);
	if (rc < 0) {
		failed(td, o->chan ? o->chan : "a channel for copies", rc);
		engine_cleanup(td);
	}
	return rc < 0;
}

static int engine_iomem_alloc(struct thread_data *td, size_t len)
{
	struct engine *e;
	void *addr;
	int rc;

	if (engine_init(td))
		return 1;
	e = td->io_ops_data;
	rc = dmauser_buf_alloc(e->session, DMACTL_BUF_STREAMING, e->chan, len, &e->memory);
	if (!rc)
		rc = dmauser_buf_map(e->memory, &addr);
	if (rc < 0)
		return failed(td, "memory for the buffers", rc);
	e->base = addr;
	e->len = len;
	td->orig_buffer = addr;
	return 0;
}

static void engine_iomem_free(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;

	if (e && !dmauser_buf_destroy(e->memory))
		e->memory = NULL;
}

/* Runs in fio's first process. Each job has one "file" of the given size. */
static int engine_setup(struct thread_data *td)
{
	if (wrong_version())
		return 1;
	if (!td->o.size) {
		log_err("dmactl: size= says how large the target in memory is; it is 0\n");
		return 1;
	}
	if (!td->files_index) {
		add_file(td, td->o.filename ? td->o.filename : "dmactl", 0, 0);
		td->o.nr_files = td->o.nr_files ? td->o.nr_files : 1;
		td->o.open_files++;
	}
	if (td->o.nr_files > 1) {
		log_err("dmactl: a job has one target in memory, not %u files\n", td->o.nr_files);
		return 1;
	}
	td->files[0]->real_file_size = td->o.size;
	td->files[0]->filetype = FIO_TYPE_FILE;
	fio_file_set_size_known(td->files[0]);
	return 0;
}

static int engine_get_file_size(struct thread_data *td, struct fio_file *f)
{
	f->real_file_size = td->o.size;
	fio_file_set_size_known(f);
	return 0;
}

/* The memory is kept between opens, as the content of a file is. */
static int engine_open(struct thread_data *td, struct fio_file *f)
{
	struct engine *e = td->io_ops_data;
	int rc = e->file ? 0
			 : dmauser_buf_alloc(e->session, DMACTL_BUF_STREAMING, e->chan,
					     f->real_file_size, &e->file);

	return rc < 0 ? failed(td, "memory for the target", rc) : 0;
}

static int engine_close(struct thread_data *td, struct fio_file *f)
{
	(void)td;
	(void)f;
	return 0;
}

static int add(struct engine *e, struct io_u *u)
{
	uint64_t off = (uint64_t)((char *)u->xfer_buf - e->base);
	uint64_t id = (uintptr_t)u;

	/* A NOP completes after all earlier ops. */
	if (ddir_sync(u->ddir))
		return dmauser_batch_nop(e->batch, e->chan, id);
	if (u->ddir == DDIR_TRIM)
		return dmauser_batch_memset(e->batch, e->chan, e->file, u->offset, 0,
					    u->xfer_buflen, id);
	if ((char *)u->xfer_buf < e->base || off + u->xfer_buflen > e->len)
		return -EFAULT;
	if (u->ddir == DDIR_READ)
		return dmauser_batch_memcpy(e->batch, e->chan, e->memory, off, e->file, u->offset,
					    u->xfer_buflen, id);
	return dmauser_batch_memcpy(e->batch, e->chan, e->file, u->offset, e->memory, off,
				    u->xfer_buflen, id);
}

static enum fio_q_status engine_queue(struct thread_data *td, struct io_u *u)
{
	struct engine *e = td->io_ops_data;
	int rc;

	fio_ro_check(td, u);
	if (e->nr_queued == td->o.iodepth)
		return FIO_Q_BUSY;
	rc = add(e, u);
	if (rc < 0) {
		u->error = -rc;
		return FIO_Q_COMPLETED;
	}
	e->queued[e->nr_queued++] = u;
	return FIO_Q_QUEUED;
}

/* Marks the ops as submitted: their submission latency (slat) ends and clat begins. */
static void accepted(struct thread_data *td, struct engine *e, unsigned int nr,
		     const struct timespec *now)
{
	for (unsigned int i = 0; i < nr; i++) {
		e->queued[i]->issue_time = *now;
		io_u_queued(td, e->queued[i]);
	}
	io_u_mark_submit(td, nr);
	e->nr_queued -= nr;
	memmove(e->queued, e->queued + nr, e->nr_queued * sizeof(*e->queued));
}

static int engine_commit(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;
	struct timespec now;
	int rc = 0;

	while (e->nr_queued) {
		/* Take the time first, because a transfer may end before the submit returns. */
		fio_gettime(&now, NULL);
		rc = dmauser_submit(e->session, e->batch, 0);
		if (rc > 0)
			accepted(td, e, (unsigned int)rc, &now);
		else if (!rc || rc == -EAGAIN)
			rc = dmauser_wait(e->session, NULL, 0, 1, DMACTL_TIMEOUT_INFINITE);
		if (rc < 0 && rc != -EINTR) {
			failed(td, "submitting", rc);
			return rc;
		}
	}
	return 0;
}

static unsigned int take(struct engine *e, unsigned int max)
{
	const struct dmactl_completion *records;
	unsigned int n = 0, nr;

	while (n < max && (nr = dmauser_ring_peek(e->ring, &records))) {
		nr = min(nr, max - n);
		for (unsigned int i = 0; i < nr; i++) {
			struct io_u *u = (struct io_u *)(uintptr_t)records[i].user_data;

			u->error = records[i].status < 0 ? (unsigned int)-records[i].status : 0;
			u->resid = ddir_sync(u->ddir) ? 0 : u->xfer_buflen - records[i].bytes;
			e->events[n++] = u;
		}
		dmauser_ring_advance(e->ring, nr);
	}
	return n;
}

static int engine_getevents(struct thread_data *td, unsigned int least, unsigned int max,
			    const struct timespec *t)
{
	struct engine *e = td->io_ops_data;
	uint64_t timeout = t ? (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec
			     : DMACTL_TIMEOUT_INFINITE;
	unsigned int n = 0;
	int rc;

	for (;;) {
		n += take(e, max - n);
		if (n >= least)
			return (int)n;
		/* Do not wait for more: e->events must not be overwritten. */
		if (n)
			return (int)n;
		rc = dmauser_wait(e->session, NULL, 0, least, timeout);
		if (rc == -ETIME)
			return 0;
		if (rc < 0 && rc != -EINTR)
			return rc;
	}
}

static struct io_u *engine_event(struct thread_data *td, int event)
{
	struct engine *e = td->io_ops_data;

	return e->events[event];
}

/* fio looks for this name. */
struct ioengine_ops ioengine = {
	.name = "dmactl",
	.version = FIO_IOOPS_VERSION,
	.flags = FIO_DISKLESSIO | FIO_NOEXTEND | FIO_NODISKUTIL | FIO_MEMALIGN |
		 FIO_ASYNCIO_SETS_ISSUE_TIME,
	.setup = engine_setup,
	.init = engine_init,
	.queue = engine_queue,
	.commit = engine_commit,
	.getevents = engine_getevents,
	.event = engine_event,
	.cleanup = engine_cleanup,
	.open_file = engine_open,
	.close_file = engine_close,
	.get_file_size = engine_get_file_size,
	.iomem_alloc = engine_iomem_alloc,
	.iomem_free = engine_iomem_free,
	.options = options,
	.option_struct_size = sizeof(struct engine_options),
};
