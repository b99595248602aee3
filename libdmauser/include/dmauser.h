/* SPDX-License-Identifier: MIT */
/*
 * libdmauser: DMA engines for ordinary programs.
 *
 * The library wraps /dev/dmactl and adds no policy: a call makes at most one
 * system call unless its comment says otherwise. It never prints, never ends
 * the program, never touches signals or errno-based state of its own.
 *
 * Results. A function that returns int returns 0 or a positive number, or a
 * negated errno value. Each comment names the errors that have a meaning of
 * their own; on top of those, every call that reaches the module can return
 * the common list at the head of <linux/dmactl.h>. EINTR is handed on and
 * never retried. An out parameter is written only on success, unless its
 * comment says otherwise.
 *
 * Pointers. NULL is -EINVAL wherever a comment does not allow it. All names
 * are NUL-terminated, at most DMACTL_NAME_LEN - 1 bytes; a longer one is
 * -ENAMETOOLONG.
 *
 * Units. Lengths and offsets are bytes, times are nanoseconds.
 *
 * Threads. Sessions, channels and buffers may be used by any number of
 * threads at once. A batch and a channel list belong to one thread at a time.
 * A call that frees an object (close, destroy, free) must be the last one
 * that uses it: no other thread may be inside a call with that object.
 *
 * Ownership. A session owns its channels and its buffers: dmauser_close()
 * frees them all. Batches and channel lists belong to the caller.
 */
#ifndef DMAUSER_H
#define DMAUSER_H

#include <stddef.h>
#include <stdint.h>
#include <linux/dmactl.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dmauser_session;
struct dmauser_chan;
struct dmauser_buf;
struct dmauser_batch;
struct dmauser_chan_list;

/* ---- session ----------------------------------------------------------- */

/*
 * dmauser_open - open a session, a private world of channels and buffers
 * @path: the device node; NULL: DMACTL_DEVICE
 * @session: receives the session; end it with dmauser_close()
 *
 * Opens the node (close-on-exec) and asks the module for its limits. Returns
 * 0; -ENOENT no such node (module not loaded), -EACCES no permission (the
 * user is not in the group "dma"), -ENOTTY the file is not dmactl's, -ENOMEM,
 * or another error of open(2).
 * Kernel-doc: struct dmactl_info.
 */
int dmauser_open(const char *path, struct dmauser_session **session);

/*
 * dmauser_close - end a session and free all that belongs to it
 * @session: NULL does nothing
 *
 * Unmaps every buffer, closes the file and frees the session with every
 * channel and buffer that was not destroyed: none of their pointers may be
 * used afterwards. The module stops the channels first, so no memory is
 * written late. A batch that still holds ops of the session has to be cleared
 * or freed. Makes one system call per mapping and one to close.
 */
void dmauser_close(struct dmauser_session *session);

/*
 * dmauser_fd - the file descriptor, for poll(2), epoll(7), read(2)
 * @session: NULL: -EINVAL
 *
 * POLLIN: there are completions. POLLOUT: there is credit. The library keeps
 * the descriptor; do not close it. No system call.
 */
int dmauser_fd(const struct dmauser_session *session);

/*
 * dmauser_info - what the module can do, and its limits
 * @session: the session
 * @info: filled in; its size and flags fields need not be set
 *
 * Kernel-doc: struct dmactl_info.
 */
int dmauser_info(struct dmauser_session *session, struct dmactl_info *info);

/*
 * dmauser_set_eventfd - have an eventfd(2) signalled when a completion arrives
 * @session: the session
 * @fd: the eventfd, which stays the caller's; -1 takes the last one back
 *
 * The eventfd is a hint, not a count: read it, then reap until nothing is
 * left. Returns 0; -EBADF, -EINVAL not an eventfd.
 * Kernel-doc: struct dmactl_eventfd.
 */
int dmauser_set_eventfd(struct dmauser_session *session, int fd);

/* dmauser_version - version of the library, "0.1.0"; static, do not free */
const char *dmauser_version(void);

/* ---- channel ----------------------------------------------------------- */

/*
 * dmauser_chan_request_caps - get any free channel that can do something
 * @session: the session
 * @caps: DMACTL_CAP_* bits, all of which the channel must have; 0: any channel
 * @device: name of the DMA device to take it from; NULL or "": any device
 * @depth: ops that may be outstanding (submitted and not yet reaped), at most
 *	struct dmactl_info.out_max_depth; 0: the default
 * @chan: receives the channel, owned by the session; give it back with
 *	dmauser_chan_destroy() or dmauser_close()
 *
 * Returns 0; -ENOENT no free channel has these capabilities, -EPERM the
 * module does not offer it, -EDQUOT the session holds too many, -ENOMEM,
 * -EINVAL bad depth.
 * Kernel-doc: struct dmactl_chan_request, dma_request_channel().
 */
int dmauser_chan_request_caps(struct dmauser_session *session, uint64_t caps, const char *device,
			      unsigned int depth, struct dmauser_chan **chan);

/*
 * dmauser_chan_request_name - get the channel with a name
 * @session: the session
 * @name: as listed by dmauser_discover(): "dma0chan3"; "" is -EINVAL
 * @depth: as for dmauser_chan_request_caps()
 * @chan: as for dmauser_chan_request_caps()
 *
 * Returns 0; -ENOENT there is no such channel; -EBUSY it exists, but another
 * dmactl session or another client in the kernel holds it (the module cannot
 * tell the latter from a missing channel, so the library looks it up in
 * /sys/class/dma); the others as for dmauser_chan_request_caps().
 * Kernel-doc: struct dmactl_chan_request.
 */
int dmauser_chan_request_name(struct dmauser_session *session, const char *name, unsigned int depth,
			      struct dmauser_chan **chan);

/*
 * dmauser_chan_request_slave - get the channel that firmware assigned to a name
 * @session: the session
 * @name: a dma-names entry of the device tree, ACPI or a slave map; "" is
 *	-EINVAL
 * @depth: as for dmauser_chan_request_caps()
 * @chan: as for dmauser_chan_request_caps()
 *
 * Returns 0; -ENOENT no channel has this name; the others as for
 * dmauser_chan_request_caps().
 * Kernel-doc: struct dmactl_chan_request, dma_request_chan().
 */
int dmauser_chan_request_slave(struct dmauser_session *session, const char *name,
			       unsigned int depth, struct dmauser_chan **chan);

/*
 * dmauser_chan_destroy - stop a channel and give it back
 * @chan: NULL does nothing and returns 0
 *
 * Ops in flight end with ECANCELED; their completions can still be reaped.
 * Can wait for the hardware to stop. Returns 0, and the channel is freed. On
 * an error the channel is unchanged: call again, or dmauser_close().
 * Kernel-doc: struct dmactl_destroy, dmaengine_terminate_sync(),
 * dma_release_channel().
 */
int dmauser_chan_destroy(struct dmauser_chan *chan);

/*
 * dmauser_chan_caps - what the channel can do; NULL: NULL
 *
 * Lives as long as the channel. No system call: the module reported it with
 * the request. Kernel-doc: struct dmactl_chan_caps, struct dma_slave_caps.
 */
const struct dmactl_chan_caps *dmauser_chan_caps(const struct dmauser_chan *chan);

/* dmauser_chan_name - "dma0chan3", lives as long as the channel; NULL: NULL */
const char *dmauser_chan_name(const struct dmauser_chan *chan);

/* dmauser_chan_handle - the chan field of ops and completions; NULL: 0, which is never valid */
uint32_t dmauser_chan_handle(const struct dmauser_chan *chan);

/* dmauser_chan_depth - ops that may be outstanding, as the module set it; NULL: 0 */
unsigned int dmauser_chan_depth(const struct dmauser_chan *chan);

/*
 * dmauser_chan_issue - start what was submitted with DMACTL_SUBMIT_HOLD
 *
 * Returns 0; -ENODEV the device is gone.
 * Kernel-doc: enum dmactl_ctrl, dma_async_issue_pending().
 */
int dmauser_chan_issue(struct dmauser_chan *chan);

/*
 * dmauser_chan_terminate - stop; ops in flight end with ECANCELED
 *
 * Returns 0; -EOPNOTSUPP the channel lacks DMACTL_CAP_TERMINATE.
 * Kernel-doc: enum dmactl_ctrl, dmaengine_terminate_async().
 */
int dmauser_chan_terminate(struct dmauser_chan *chan);

/*
 * dmauser_chan_synchronize - wait until no completion is under way in the kernel
 *
 * After dmauser_chan_terminate() and this, all completions of the channel can
 * be reaped. Returns 0. Kernel-doc: enum dmactl_ctrl, dmaengine_synchronize().
 */
int dmauser_chan_synchronize(struct dmauser_chan *chan);

/*
 * dmauser_chan_pause - halt a transfer so that it can go on later
 *
 * Returns 0; -EOPNOTSUPP the channel lacks DMACTL_CAP_PAUSE.
 * Kernel-doc: enum dmactl_ctrl, dmaengine_pause().
 */
int dmauser_chan_pause(struct dmauser_chan *chan);

/*
 * dmauser_chan_resume - go on after dmauser_chan_pause()
 *
 * Returns 0; -EOPNOTSUPP the channel lacks DMACTL_CAP_RESUME.
 * Kernel-doc: enum dmactl_ctrl, dmaengine_resume().
 */
int dmauser_chan_resume(struct dmauser_chan *chan);

/*
 * dmauser_chan_status - state and residue of the oldest op, and counters
 * @chan: the channel
 * @status: filled in; its fields need not be set
 *
 * Returns 0, with DMACTL_STATE_IDLE if nothing is outstanding.
 * Kernel-doc: struct dmactl_chan_status, dmaengine_tx_status().
 */
int dmauser_chan_status(struct dmauser_chan *chan, struct dmactl_chan_status *status);

/*
 * dmauser_chan_status_of - the same for the op with a certain user_data
 * @chan: the channel
 * @user_data: as given to dmauser_batch_*()
 * @status: filled in; its fields need not be set
 *
 * Returns 0; -ENOENT no op in flight has this user_data.
 */
int dmauser_chan_status_of(struct dmauser_chan *chan, uint64_t user_data,
			   struct dmactl_chan_status *status);

/* ---- buffer ------------------------------------------------------------ */

/*
 * dmauser_buf_alloc - get zeroed DMA memory
 * @session: the session
 * @kind: DMACTL_BUF_STREAMING: cached, for any device, a valid target of
 *	O_DIRECT, libaio and io_uring; DMACTL_BUF_COHERENT: of one device
 * @chan: COHERENT: a channel of that device; STREAMING: NULL, or a channel
 *	whose NUMA node is preferred. Of the same session, otherwise -EINVAL
 * @len: bytes, not 0; rounded up to whole pages
 * @buf: receives the buffer, owned by the session; give it back with
 *	dmauser_buf_destroy() or dmauser_close()
 *
 * Counts against RLIMIT_MEMLOCK. Returns 0; -EDQUOT the limit is reached,
 * -ENOMEM, -EINVAL bad kind or length.
 * Kernel-doc: struct dmactl_buf_alloc, dma_alloc_coherent().
 */
int dmauser_buf_alloc(struct dmauser_session *session, enum dmactl_buf_kind kind,
		      struct dmauser_chan *chan, size_t len, struct dmauser_buf **buf);

/*
 * dmauser_buf_destroy - give memory back, with its mapping
 * @buf: NULL does nothing and returns 0
 *
 * Returns 0, and the buffer is freed and its address invalid. On an error
 * (-EBUSY an op in flight uses it) buffer and mapping are unchanged: call
 * again, or dmauser_close(). Two system calls if it was mapped.
 * Kernel-doc: struct dmactl_destroy.
 */
int dmauser_buf_destroy(struct dmauser_buf *buf);

/*
 * dmauser_buf_map - the address of the memory
 * @buf: the buffer
 * @addr: receives the address, page aligned, valid until dmauser_buf_unmap(),
 *	dmauser_buf_destroy() or dmauser_close()
 *
 * The first call maps the whole buffer (shared, readable and writable), later
 * ones return the same address without a system call. Returns 0, or an error
 * of mmap(2).
 */
int dmauser_buf_map(struct dmauser_buf *buf, void **addr);

/*
 * dmauser_buf_unmap - undo dmauser_buf_map()
 *
 * Calls of dmauser_buf_map() are not counted: one unmap undoes all. Returns
 * 0, also if the buffer was not mapped, or an error of munmap(2).
 */
int dmauser_buf_unmap(struct dmauser_buf *buf);

/* dmauser_buf_len - bytes after rounding; NULL: 0 */
size_t dmauser_buf_len(const struct dmauser_buf *buf);

/* dmauser_buf_handle - as in struct dmactl_op; NULL: 0, which is never valid */
uint32_t dmauser_buf_handle(const struct dmauser_buf *buf);

/*
 * dmauser_buf_sync - hand a range over between CPU and device
 * @buf: the buffer
 * @off: offset in bytes
 * @len: bytes, not 0
 * @flags: exactly one of DMACTL_SYNC_BEGIN (before the CPU touches it) and
 *	DMACTL_SYNC_END (after), and DMACTL_SYNC_READ, DMACTL_SYNC_WRITE or both
 *
 * Only needed around ops with DMACTL_OPF_NO_SYNC. Returns 0; -EINVAL bad range
 * or flags. Kernel-doc: struct dmactl_buf_sync,
 * dma_sync_single_for_cpu(), dma_sync_single_for_device().
 */
int dmauser_buf_sync(struct dmauser_buf *buf, size_t off, size_t len, uint32_t flags);

/* ---- batch ------------------------------------------------------------- */

/*
 * A batch is a queue of ops: dmauser_batch_*() adds at the end, a submit takes
 * those that the module accepted from the front. Its memory grows by itself
 * and is kept, so that a batch in steady use allocates nothing.
 *
 * Only pointers, sessions and sums of lengths are checked when an op is added.
 * The module checks the rest (ranges, alignment, capabilities) when the batch
 * is submitted, see dmauser_batch_bad_index(). Channels and buffers have to
 * live until then, and belong to one session: the first op of an empty batch
 * chooses it, -EINVAL for another one.
 */

/*
 * dmauser_batch_new - an empty batch
 * @batch: receives it; free it with dmauser_batch_free()
 *
 * Returns 0 or -ENOMEM. No system call, as for all dmauser_batch_*().
 */
int dmauser_batch_new(struct dmauser_batch **batch);

/* dmauser_batch_free - free a batch and the ops left in it; NULL does nothing */
void dmauser_batch_free(struct dmauser_batch *batch);

/* dmauser_batch_clear - drop all ops, keep the memory for later ones; NULL does nothing */
void dmauser_batch_clear(struct dmauser_batch *batch);

/* dmauser_batch_count - ops in the batch, that is not accepted yet; NULL: 0 */
unsigned int dmauser_batch_count(const struct dmauser_batch *batch);

/*
 * dmauser_batch_get - look at an op
 * @batch: NULL: NULL
 * @index: from 0; NULL is returned if it is not below dmauser_batch_count()
 *
 * The pointer is valid until the batch is changed or submitted.
 */
const struct dmactl_op *dmauser_batch_get(const struct dmauser_batch *batch, unsigned int index);

/*
 * dmauser_batch_nop - an op that completes when all earlier ones of the channel have
 * @batch: the batch
 * @chan: the channel
 * @user_data: any value, handed back in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: struct dmactl_op, DMACTL_OP_NOP.
 */
int dmauser_batch_nop(struct dmauser_batch *batch, struct dmauser_chan *chan, uint64_t user_data);

/*
 * dmauser_batch_memcpy - copy bytes from one buffer to another, or within one
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_MEMCPY
 * @dst: destination
 * @dst_off: offset in it, in bytes
 * @src: source
 * @src_off: offset in it, in bytes
 * @len: bytes, not 0
 * @user_data: any value, handed back in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: struct dmactl_op,
 * dmaengine_prep_dma_memcpy().
 */
int dmauser_batch_memcpy(struct dmauser_batch *batch, struct dmauser_chan *chan,
			 struct dmauser_buf *dst, uint64_t dst_off, struct dmauser_buf *src,
			 uint64_t src_off, uint64_t len, uint64_t user_data);

/*
 * dmauser_batch_memset - fill bytes of a buffer
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_MEMSET
 * @dst: destination
 * @dst_off: offset in it, in bytes
 * @value: the byte to fill with
 * @len: bytes, not 0
 * @user_data: any value, handed back in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: struct dmactl_op,
 * dmaengine_prep_dma_memset().
 */
int dmauser_batch_memset(struct dmauser_batch *batch, struct dmauser_chan *chan,
			 struct dmauser_buf *dst, uint64_t dst_off, uint8_t value, uint64_t len,
			 uint64_t user_data);

/* A piece of a buffer: @len bytes (not 0) from offset @off. */
struct dmauser_piece {
	struct dmauser_buf *buf;
	uint64_t off;
	uint64_t len;
};

/*
 * dmauser_batch_sg - copy a list of pieces to another list of pieces
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_MEMCPY
 * @dst: destination pieces, filled in order; copied, so the array may go
 * @nr_dst: their number, not 0
 * @src: source pieces, read in order; copied, so the array may go
 * @nr_src: their number, not 0; together at most
 *	struct dmactl_info.out_max_args
 * @user_data: any value, handed back in the completion
 *
 * The lists may be cut differently, but must have the same sum. Returns 0;
 * -EINVAL if not, or if a sum does not fit 64 bits; -ENOMEM.
 * Kernel-doc: struct dmactl_op, struct dmactl_sg, DMACTL_OP_SG.
 */
int dmauser_batch_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
		     const struct dmauser_piece *dst, unsigned int nr_dst,
		     const struct dmauser_piece *src, unsigned int nr_src, uint64_t user_data);

/*
 * dmauser_batch_set_flags - set the flags of the op added last
 * @batch: the batch
 * @flags: DMACTL_OP_* flags, replacing those set before
 *
 * Returns 0; -ENOENT the batch is empty. Kernel-doc: struct dmactl_op.
 */
int dmauser_batch_set_flags(struct dmauser_batch *batch, uint16_t flags);

/* ---- transfer ---------------------------------------------------------- */

/*
 * dmauser_submit - hand ops to the module and start them
 * @session: the session
 * @batch: the ops, of this session, otherwise -EINVAL
 * @flags: 0 or DMACTL_SUBMIT_HOLD (start later: dmauser_chan_issue())
 *
 * Returns how many ops were accepted, at most struct dmactl_info.out_max_batch
 * of them; they leave the batch, the rest stays in order. 0 only for an empty
 * batch, without a system call. On an error nothing was accepted and the batch
 * is unchanged: -EAGAIN no credit, reap or poll for POLLOUT; -EXDEV the
 * channel cannot reach a buffer; -ENODEV the device is gone; otherwise a bad
 * op, see dmauser_batch_bad_index().
 * Kernel-doc: struct dmactl_submit, dmaengine_submit().
 */
int dmauser_submit(struct dmauser_session *session, struct dmauser_batch *batch, uint32_t flags);

/*
 * dmauser_batch_bad_index - which op made the last submit of this batch fail
 *
 * Returns the index for dmauser_batch_get(), or -ENOENT: the last submit
 * succeeded, or its error was not the fault of one op, or the batch was
 * cleared since.
 */
int dmauser_batch_bad_index(const struct dmauser_batch *batch);

/*
 * dmauser_reap - take completions, oldest first, without waiting
 * @session: the session
 * @records: receives them; NULL only if @nr is 0
 * @nr: elements in @records
 *
 * Returns how many were written, 0 if there were none. A record is the end of
 * one op: look at its status. Kernel-doc: struct dmactl_completion.
 */
int dmauser_reap(struct dmauser_session *session, struct dmactl_completion *records,
		 unsigned int nr);

/*
 * dmauser_wait - the same, but wait for some
 * @session: the session
 * @records: receives them; NULL only if @nr is 0
 * @nr: elements in @records
 * @min: wait until there are this many, at most @nr, otherwise -EINVAL
 * @timeout_ns: longest wait in ns; 0 does not wait; DMACTL_TIMEOUT_INFINITE
 *
 * Returns how many were written: fewer than @min if the time was up or a
 * signal came. If there was none at all: 0 if @min is 0, -ETIME, or -EINTR.
 */
int dmauser_wait(struct dmauser_session *session, struct dmactl_completion *records,
		 unsigned int nr, unsigned int min, uint64_t timeout_ns);

/* What dmauser_submit_wait() did. */
struct dmauser_result {
	unsigned int accepted;	/* ops accepted; they left the batch */
	unsigned int completed; /* records written */
	int wait;		/* 0: @min was reached; -ETIME, -EINTR or -EFAULT: not */
};

/*
 * dmauser_submit_wait - submit, wait and reap in one system call
 * @session: the session
 * @batch: ops to submit, as for dmauser_submit(); NULL or empty: none
 * @flags: DMACTL_SUBMIT_* flags; with DMACTL_SUBMIT_ABS_TIMEOUT the timeout is
 *	a point in time on CLOCK_MONOTONIC
 * @records: receives completions; NULL only if @nr is 0
 * @nr: elements in @records
 * @min: wait until there are this many, at most @nr, otherwise -EINVAL; if not
 *	all ops were accepted, more than 1 counts as 1, so that the caller can
 *	submit the rest
 * @timeout_ns: as for dmauser_wait()
 * @result: written in any case, unless it is NULL, which is -EINVAL
 *
 * Returns 0 if an op was accepted or a record was written, or nothing was
 * asked for; look at @result. On an error nothing was accepted or written:
 * -EAGAIN no credit and nothing to reap; -ETIME, -EINTR the wait brought
 * nothing; the others as for dmauser_submit(). Kernel-doc: struct dmactl_submit.
 */
int dmauser_submit_wait(struct dmauser_session *session, struct dmauser_batch *batch,
			uint32_t flags, struct dmactl_completion *records, unsigned int nr,
			unsigned int min, uint64_t timeout_ns, struct dmauser_result *result);

/* ---- discovery --------------------------------------------------------- */

/* A channel in /sys/class/dma, whoever uses it. The strings are never NULL. */
struct dmauser_chan_desc {
	const char *name;   /* dma0chan3 */
	const char *device; /* name of the DMA device, "" unknown */
	const char *driver; /* its driver, "" unknown */
	int in_use;	    /* clients */
	uint64_t memcpy_count;
	uint64_t bytes_transferred;
};

/*
 * dmauser_discover - list the channels of the system
 * @list: receives the list; free it with dmauser_chan_list_free()
 *
 * Needs no session and no privilege. Sorted with numbers by value: dma0chan2
 * before dma0chan10. Returns 0, also for an empty list; -ENOENT the kernel was
 * built without dmaengine (or sysfs is not mounted); -ENOMEM. Makes several
 * system calls per channel; one that vanishes meanwhile can be missing.
 */
int dmauser_discover(struct dmauser_chan_list **list);

/* dmauser_chan_list_count - channels in the list; NULL: 0 */
size_t dmauser_chan_list_count(const struct dmauser_chan_list *list);

/*
 * dmauser_chan_list_get - one channel of the list
 * @list: NULL: NULL
 * @index: from 0; NULL is returned if it is not below the count
 *
 * The description and its strings live as long as the list.
 */
const struct dmauser_chan_desc *dmauser_chan_list_get(const struct dmauser_chan_list *list,
						      size_t index);

/* dmauser_chan_list_free - free a list and its strings; NULL does nothing */
void dmauser_chan_list_free(struct dmauser_chan_list *list);

#ifdef __cplusplus
}
#endif

#endif /* DMAUSER_H */
