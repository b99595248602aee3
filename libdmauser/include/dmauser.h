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
 * threads at once. A batch, a list and a ring belong to one thread at a time.
 * A call that frees an object (close, destroy, free) must be the last one
 * that uses it: no other thread may be inside a call with that object.
 *
 * Ownership. A session owns its channels, its buffers, its ring and what was prepared:
 * dmauser_close() frees them all. Batches and lists belong to the
 * caller, and so do descriptors of dma-bufs and streams.
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
struct dmauser_prepared;
struct dmauser_ring;
struct dmauser_chan_list;
struct dmauser_port_list;

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
 * dmauser_chan_request_port - get a channel of a port
 * @session: the session
 * @name: "PORT:CHANNEL", as listed by dmauser_discover_ports(), or "PORT" if it
 *	has only one channel; "" is -EINVAL
 * @depth: as for dmauser_chan_request_caps()
 * @chan: as for dmauser_chan_request_caps()
 *
 * A port is one peripheral, which firmware describes: the channel is
 * configured for it and needs no privilege. Returns 0; -ENOENT there is no such
 * port or channel; -EINVAL the port has several channels, say which; -EBUSY a
 * dmactl session has it by way of the port; -ENODEV its DMA controller is not
 * there, or somebody else has the channel; -EOPNOTSUPP the channel cannot do
 * what the port says; the others as for dmauser_chan_request_caps().
 * Kernel-doc: struct dmactl_chan_request, dma_request_chan(),
 * dmaengine_slave_config().
 */
int dmauser_chan_request_port(struct dmauser_session *session, const char *name, unsigned int depth,
			      struct dmauser_chan **chan);

/*
 * dmauser_chan_destroy - stop a channel and give it back
 * @chan: NULL does nothing and returns 0
 *
 * Copies that move on may come to their end, for 200 ms at most; other ops end
 * with ECANCELED. Their completions can still be reaped. Can wait for the
 * hardware to stop. Returns 0, and the channel is freed. On
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

/*
 * dmauser_chan_config - tell a slave channel about its peripheral
 * @chan: the channel
 * @config: what the module gets; its size field is sizeof(*config), so that
 *	the struct can grow, and its chan field need not be set. The pointer in
 *	peripheral_config_uptr is read during the call only
 *
 * For ops accepted from now on, until the next call. A channel that was
 * requested by its slave name may need none. That of a port takes the direction
 * and bursts that the port leaves open, from anybody; 0 is as the port has it.
 * Returns 0; -EPERM needs CAP_SYS_RAWIO, as the channel can then reach any bus
 * address, or the port says otherwise; -EOPNOTSUPP no
 * slave channel, or a width or direction that it does not declare; -EINVAL bad
 * size, a burst beyond its maximum, or the provider refuses; -E2BIG fields that
 * this library does not know are not 0; -EBUSY ops are in flight.
 * Kernel-doc: struct dmactl_chan_config, dmaengine_slave_config().
 */
int dmauser_chan_config(struct dmauser_chan *chan, const struct dmactl_chan_config *config);

/*
 * dmauser_stream_open - a peripheral as a file
 * @chan: a slave channel with nothing in flight
 * @direction: DMACTL_DIR_DEV_TO_MEM: a file to read from; DMACTL_DIR_MEM_TO_DEV:
 *	one to write to
 * @flags: DMACTL_STREAM_* bits
 * @block_len: in: bytes in one descriptor, 0: the default of 64 KiB; out: after
 *	rounding to whole pages. NULL: the default
 * @nr_blocks: in: descriptors, 2 to 1024, 0: the default of 4; out: how many
 *	there are. NULL: the default
 * @fd: receives the descriptor (close-on-exec), which is the caller's to close;
 *	reads and writes are -ENODEV once channel or session are gone
 *
 * Until it is closed, nothing can be submitted to the channel. Returns 0;
 * -EOPNOTSUPP no slave channel, or not this direction; -EPERM nobody said where
 * the peripheral is, see dmauser_chan_config(); -EBUSY ops are in flight or a
 * stream is open; -EINVAL bad length or number; -EMFILE, -ENOMEM, -EDQUOT.
 * Kernel-doc: struct dmactl_stream_open.
 */
int dmauser_stream_open(struct dmauser_chan *chan, uint32_t direction, uint32_t flags,
			size_t *block_len, unsigned int *nr_blocks, int *fd);

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
 * dmauser_buf_map_user - use memory of the program for DMA
 * @session: the session
 * @addr: where it begins, any alignment; it stays the caller's and must not be
 *	freed for other use before the buffer is destroyed: the device still
 *	reaches the old pages
 * @len: bytes, not 0
 * @flags: 0, or DMACTL_MAP_USER_READ_ONLY: only as a source
 * @buf: receives the buffer, owned by the session; give it back with
 *	dmauser_buf_destroy() or dmauser_close()
 *
 * The pages are pinned and count against RLIMIT_MEMLOCK. Offset 0 of the buffer
 * is @addr, and dmauser_buf_map() returns it. Returns 0; -EFAULT no memory, or
 * not writable and no READ_ONLY; -EOPNOTSUPP memory that cannot be pinned for
 * long (most file mappings); -EDQUOT, -ENOMEM, -EINVAL.
 * Kernel-doc: struct dmactl_buf_map_user, dma_map_sg().
 */
int dmauser_buf_map_user(struct dmauser_session *session, void *addr, size_t len, uint32_t flags,
			 struct dmauser_buf **buf);

/*
 * dmauser_buf_import - use somebody's dma-buf
 * @session: the session
 * @fd: of the dma-buf; it stays the caller's, who may close it at once
 * @buf: receives the buffer, owned by the session; give it back with
 *	dmauser_buf_destroy() or dmauser_close()
 *
 * Around the CPU's own access, dmauser_buf_sync() is needed, as with
 * DMA_BUF_IOCTL_SYNC. Two system calls: the library keeps a descriptor for
 * dmauser_buf_map(). Returns 0; -EBADF; -EINVAL no dma-buf, or this session's
 * own export; -EMFILE, -ENOMEM. Kernel-doc: struct dmactl_buf_import.
 */
int dmauser_buf_import(struct dmauser_session *session, int fd, struct dmauser_buf **buf);

/*
 * dmauser_buf_export - make a dma-buf of a buffer
 * @buf: a STREAMING buffer
 * @fd: receives the descriptor of the dma-buf (close-on-exec), which is the
 *	caller's to close
 *
 * The memory lives as long as the dma-buf does, also after the buffer and the
 * session. Returns 0; -EOPNOTSUPP another kind of buffer; -EMFILE, -ENOMEM.
 * Kernel-doc: struct dmactl_buf_export.
 */
int dmauser_buf_export(struct dmauser_buf *buf, int *fd);

/*
 * dmauser_buf_destroy - give memory back, with its mapping
 * @buf: NULL does nothing and returns 0
 *
 * Returns 0, and the buffer is freed and its address invalid (memory of
 * dmauser_buf_map_user() stays the program's). On an error (-EBUSY an op in
 * flight uses it) buffer and mapping are unchanged: call again, or
 * dmauser_close(). Two system calls if it was mapped, one more for a dma-buf.
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
 * ones return the same address without a system call. Of a buffer of
 * dmauser_buf_map_user() it is the program's own address, of any alignment.
 * Returns 0, or an error of mmap(2).
 */
int dmauser_buf_map(struct dmauser_buf *buf, void **addr);

/*
 * dmauser_buf_unmap - undo dmauser_buf_map()
 *
 * Calls of dmauser_buf_map() are not counted: one unmap undoes all. Memory of
 * dmauser_buf_map_user() is left alone. Returns 0, also if the buffer was not
 * mapped, or an error of munmap(2).
 */
int dmauser_buf_unmap(struct dmauser_buf *buf);

/* dmauser_buf_len - bytes, where it was allocated after rounding; NULL: 0 */
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

/*
 * dmauser_batch_set_keep - have the ops stay in the batch when they are submitted
 * @batch: the batch
 * @keep: 1 to keep them, 0 (the default) to have them leave it
 *
 * A batch that is kept is submitted over and over: once all of its ops were accepted,
 * it is as before, and dmauser_batch_count() says so. As long as only some were, no
 * op can be added (-EBUSY), and the next submit goes on with the rest. Returns 0, or
 * -EBUSY if some of its ops have left it: clear it first.
 */
int dmauser_batch_set_keep(struct dmauser_batch *batch, int keep);

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
 * dmauser_batch_memset_sg - fill a list of pieces
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_MEMSET_SG or DMACTL_CAP_MEMSET
 * @dst: pieces; copied, so the array may go
 * @nr_dst: their number, not 0, at most struct dmactl_info.out_max_args
 * @value: the byte to fill with
 * @user_data: any value, handed back in the completion
 *
 * Returns 0; -EINVAL a sum that does not fit 64 bits; -ENOMEM.
 * Kernel-doc: DMACTL_OP_MEMSET_SG, device_prep_dma_memset_sg().
 */
int dmauser_batch_memset_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
			    const struct dmauser_piece *dst, unsigned int nr_dst, uint8_t value,
			    uint64_t user_data);

/*
 * dmauser_batch_xor - the exclusive or of several pieces
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_XOR
 * @dst: where the result goes, as long as each source; may be one of them
 * @src: pieces of one and the same length; copied, so the array may go
 * @nr_src: their number, not 0; more than struct dmactl_chan_caps.max_xor are
 *	done in several steps
 * @user_data: any value, handed back in the completion
 *
 * Returns 0; -EINVAL lengths that differ; -ENOMEM.
 * Kernel-doc: DMACTL_OP_XOR, device_prep_dma_xor().
 */
int dmauser_batch_xor(struct dmauser_batch *batch, struct dmauser_chan *chan,
		      const struct dmauser_piece *dst, const struct dmauser_piece *src,
		      unsigned int nr_src, uint64_t user_data);

/*
 * dmauser_batch_xor_val - check that the exclusive or of several pieces is zero
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_XOR_VAL
 * @src: as for dmauser_batch_xor()
 * @nr_src: as for dmauser_batch_xor()
 * @scratch: NULL, or memory as long as one source, whose content is lost. More
 *	than max_xor sources need it, and DMACTL_CAP_XOR
 * @user_data: any value, handed back in the completion
 *
 * If it is not zero, the completion has DMACTL_COMP_P_BAD. Returns 0; -EINVAL
 * lengths that differ, or a scratch that is too short; -ENOMEM.
 * Kernel-doc: DMACTL_OP_XOR_VAL, device_prep_dma_xor_val().
 */
int dmauser_batch_xor_val(struct dmauser_batch *batch, struct dmauser_chan *chan,
			  const struct dmauser_piece *src, unsigned int nr_src,
			  const struct dmauser_piece *scratch, uint64_t user_data);

/*
 * dmauser_batch_pq - RAID-6: parity P and syndrome Q
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_PQ
 * @p: where the exclusive or of the sources goes; NULL: not wanted
 * @q: where the sum of each source times its coefficient goes, in GF(2^8) with
 *	the polynomial 0x11d; NULL: not wanted. One of the two is needed
 * @src: pieces, all (also @p and @q) of one and the same length; copied
 * @nr_src: their number, not 0; more than struct dmactl_chan_caps.max_pq are
 *	done in several steps
 * @scf: @nr_src coefficients; may be NULL without @q; copied
 * @user_data: any value, handed back in the completion
 *
 * Returns 0; -EINVAL lengths that differ; -ENOMEM.
 * Kernel-doc: DMACTL_OP_PQ, device_prep_dma_pq().
 */
int dmauser_batch_pq(struct dmauser_batch *batch, struct dmauser_chan *chan,
		     const struct dmauser_piece *p, const struct dmauser_piece *q,
		     const struct dmauser_piece *src, unsigned int nr_src, const uint8_t *scf,
		     uint64_t user_data);

/*
 * dmauser_batch_pq_val - check that P and Q match the sources
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_PQ_VAL
 * @p: as for dmauser_batch_pq(), but read
 * @q: the same
 * @src: as for dmauser_batch_pq()
 * @nr_src: as for dmauser_batch_pq()
 * @scf: as for dmauser_batch_pq()
 * @scratch: NULL, or memory twice as long as one source, whose content is lost.
 *	More than max_pq sources need it, and DMACTL_CAP_PQ
 * @user_data: any value, handed back in the completion
 *
 * If one does not match, the completion has DMACTL_COMP_P_BAD or
 * DMACTL_COMP_Q_BAD. Returns 0; -EINVAL lengths that differ, or a scratch that
 * is too short; -ENOMEM.
 * Kernel-doc: DMACTL_OP_PQ_VAL, device_prep_dma_pq_val().
 */
int dmauser_batch_pq_val(struct dmauser_batch *batch, struct dmauser_chan *chan,
			 const struct dmauser_piece *p, const struct dmauser_piece *q,
			 const struct dmauser_piece *src, unsigned int nr_src, const uint8_t *scf,
			 const struct dmauser_piece *scratch, uint64_t user_data);

/*
 * dmauser_batch_interleaved - frames of chunks and gaps, such as part of an image
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_INTERLEAVE
 * @dst: destination; NULL: the peripheral
 * @dst_off: offset in it, in bytes; 0 for a peripheral
 * @src: source; NULL: the peripheral, but not both
 * @src_off: offset in it, in bytes; 0 for a peripheral
 * @chunks: one frame: bytes, and the gap after them on sides with SGL; copied
 * @nr_chunks: their number, not 0
 * @frames: how often, not 0
 * @flags: DMACTL_OPF_SRC_INC, DST_INC (the address goes up), SRC_SGL, DST_SGL
 *	(the gaps apply), and those of all ops
 * @user_data: any value, handed back in the completion
 *
 * The op's length is what is moved, without gaps. Returns 0; -EINVAL a sum that
 * does not fit 64 bits; -ENOMEM. Kernel-doc: DMACTL_OP_INTERLEAVED, struct
 * dmactl_chunk, struct dma_interleaved_template.
 */
int dmauser_batch_interleaved(struct dmauser_batch *batch, struct dmauser_chan *chan,
			      struct dmauser_buf *dst, uint64_t dst_off, struct dmauser_buf *src,
			      uint64_t src_off, const struct dmactl_chunk *chunks,
			      unsigned int nr_chunks, uint64_t frames, uint16_t flags,
			      uint64_t user_data);

/*
 * dmauser_batch_imm_data - write 8 bytes
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_IMM_DATA
 * @dst: destination
 * @dst_off: offset in it, in bytes
 * @data: what to write, in the CPU's byte order
 * @user_data: any value, handed back in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: DMACTL_OP_IMM_DATA,
 * device_prep_dma_imm_data().
 */
int dmauser_batch_imm_data(struct dmauser_batch *batch, struct dmauser_chan *chan,
			   struct dmauser_buf *dst, uint64_t dst_off, uint64_t data,
			   uint64_t user_data);

/*
 * dmauser_batch_interrupt - a descriptor that moves nothing
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_INTERRUPT
 * @user_data: any value, handed back in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: DMACTL_OP_INTERRUPT,
 * device_prep_dma_interrupt().
 */
int dmauser_batch_interrupt(struct dmauser_batch *batch, struct dmauser_chan *chan,
			    uint64_t user_data);

/*
 * Ops with a peripheral take a direction: DMACTL_DIR_MEM_TO_DEV or
 * DMACTL_DIR_DEV_TO_MEM, -EINVAL otherwise. Submitting them is -EPERM unless
 * the channel was requested by its slave name or dmauser_chan_config() has set
 * it up.
 */

/*
 * dmauser_batch_slave_sg - a list of pieces to or from the peripheral
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_SLAVE
 * @direction: DMACTL_DIR_MEM_TO_DEV or DMACTL_DIR_DEV_TO_MEM
 * @piece: pieces, in order; copied, so the array may go
 * @nr: their number, not 0, at most struct dmactl_info.out_max_args
 * @user_data: any value, handed back in the completion
 *
 * Returns 0; -EINVAL also for a sum that does not fit 64 bits; -ENOMEM.
 * Kernel-doc: DMACTL_OP_SLAVE_SG, dmaengine_prep_slave_sg().
 */
int dmauser_batch_slave_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
			   uint32_t direction, const struct dmauser_piece *piece, unsigned int nr,
			   uint64_t user_data);

/*
 * dmauser_batch_peripheral_vec - the same, where the provider takes DMA vectors
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_PERIPHERAL_VEC
 * @direction: as for dmauser_batch_slave_sg()
 * @piece: as for dmauser_batch_slave_sg()
 * @nr: as for dmauser_batch_slave_sg()
 * @user_data: any value, handed back in the completion
 *
 * Returns as dmauser_batch_slave_sg(). Kernel-doc: DMACTL_OP_PERIPHERAL_VEC,
 * dmaengine_prep_peripheral_dma_vec().
 */
int dmauser_batch_peripheral_vec(struct dmauser_batch *batch, struct dmauser_chan *chan,
				 uint32_t direction, const struct dmauser_piece *piece,
				 unsigned int nr, uint64_t user_data);

/*
 * dmauser_batch_rio_sg - the same, with memory behind RapidIO on the other side
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_RIO_SG
 * @direction: as for dmauser_batch_slave_sg()
 * @piece: as for dmauser_batch_slave_sg()
 * @nr: as for dmauser_batch_slave_sg()
 * @rio: where; its role need not be set; copied
 * @user_data: any value, handed back in the completion
 *
 * Returns as dmauser_batch_slave_sg(). Kernel-doc: DMACTL_OP_RIO_SG, struct
 * dmactl_rio, dmaengine_prep_rio_sg().
 */
int dmauser_batch_rio_sg(struct dmauser_batch *batch, struct dmauser_chan *chan, uint32_t direction,
			 const struct dmauser_piece *piece, unsigned int nr,
			 const struct dmactl_rio *rio, uint64_t user_data);

/*
 * dmauser_batch_slave_single - one piece to or from the peripheral
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_SLAVE
 * @direction: DMACTL_DIR_MEM_TO_DEV or DMACTL_DIR_DEV_TO_MEM
 * @buf: the memory
 * @off: offset in it, in bytes
 * @len: bytes, not 0
 * @user_data: any value, handed back in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: DMACTL_OP_SLAVE_SINGLE,
 * dmaengine_prep_slave_single().
 */
int dmauser_batch_slave_single(struct dmauser_batch *batch, struct dmauser_chan *chan,
			       uint32_t direction, struct dmauser_buf *buf, uint64_t off,
			       uint64_t len, uint64_t user_data);

/*
 * dmauser_batch_cyclic - a ring, over and over, until the channel is terminated
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_CYCLIC
 * @direction: DMACTL_DIR_MEM_TO_DEV or DMACTL_DIR_DEV_TO_MEM
 * @buf: the memory, in one piece for the device: COHERENT always is
 * @off: offset of the ring in it, in bytes
 * @len: bytes in the ring, a multiple of @period_len
 * @period_len: bytes from one completion to the next, not 0
 * @user_data: any value, handed back in every completion
 *
 * Completions have DMACTL_COMP_MORE but for the last, and count periods.
 * Returns 0; -EINVAL bad period; -ENOMEM. Kernel-doc: DMACTL_OP_CYCLIC, struct
 * dmactl_cyclic, dmaengine_prep_dma_cyclic().
 */
int dmauser_batch_cyclic(struct dmauser_batch *batch, struct dmauser_chan *chan, uint32_t direction,
			 struct dmauser_buf *buf, uint64_t off, uint64_t len, uint64_t period_len,
			 uint64_t user_data);

/*
 * dmauser_batch_add_metadata - give the op added last a piece of metadata
 * @batch: the batch; the op is a MEMCPY or one with a peripheral
 * @buf: memory of the same session
 * @off: offset in it, in bytes
 * @len: bytes, not 0, at most 4096
 *
 * Without DMACTL_OPF_METADATA_ENGINE the channel needs
 * DMACTL_CAP_METADATA_CLIENT, with it DMACTL_CAP_METADATA_ENGINE. Returns 0;
 * -ENOENT the batch is empty; -EINVAL the op is CYCLIC or INTERLEAVED; -ENOMEM.
 * Kernel-doc: struct dmactl_sg, enum dma_desc_metadata_mode.
 */
int dmauser_batch_add_metadata(struct dmauser_batch *batch, struct dmauser_buf *buf, uint64_t off,
			       uint64_t len);

/*
 * dmauser_prepare - prepare the op added last, for many submits
 * @batch: the op leaves it on success; on an error the batch is unchanged
 * @prepared: receives what was prepared, owned by the session; give it back
 *	with dmauser_unprepare() or dmauser_close()
 *
 * Its buffers stay in use. One system call. Returns 0; -ENOENT the batch is
 * empty; -EOPNOTSUPP the channel lacks DMACTL_CAP_REUSE, or an op that cannot
 * be used again; -EAGAIN the provider has no descriptors left; and the errors
 * of the op. Kernel-doc: struct dmactl_prepare, DMA_CTRL_REUSE.
 */
int dmauser_prepare(struct dmauser_batch *batch, struct dmauser_prepared **prepared);

/*
 * dmauser_unprepare - give a prepared op back
 * @prepared: NULL does nothing and returns 0
 *
 * Returns 0, and it is freed. On an error (-EBUSY it is in flight) nothing has
 * changed: call again, or dmauser_close().
 * Kernel-doc: struct dmactl_destroy, dmaengine_desc_free().
 */
int dmauser_unprepare(struct dmauser_prepared *prepared);

/*
 * dmauser_batch_prepared - add a prepared op
 * @batch: the batch
 * @prepared: what dmauser_prepare() made; -EBUSY at submit if it is in flight
 * @user_data: any value, handed back in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: DMACTL_OP_PREPARED.
 */
int dmauser_batch_prepared(struct dmauser_batch *batch, struct dmauser_prepared *prepared,
			   uint64_t user_data);

/*
 * dmauser_batch_set_flags - set the flags of the op added last
 * @batch: the batch
 * @flags: DMACTL_OPF_* flags, replacing those set before
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

/* ---- A ring of records ------------------------------------------------- */

/*
 * dmauser_ring_new - have the records of a session come into shared memory
 * @session: the session; one has one ring, up to dmauser_close()
 * @entries: records that it has room for, 1 to 65536, rounded up to a power of two;
 *	if it is full, records wait in the module, and so does their credit
 * @ring: receives it; the session owns it
 *
 * From now on, records are read with dmauser_ring_peek(), without a system call.
 * dmauser_submit_wait() and dmauser_wait() take no records (@nr is 0, otherwise
 * -EBUSY); their @min, up to the ring's size, is how many are to be in the ring, and
 * how many there are is what they report as completed. An op's credit is back as
 * soon as its record is in the ring. Returns 0; -EINVAL; -EBUSY there is one, or the
 * module can't; -ENOMEM, and if that is from mmap(2), the session has a ring that nobody
 * can read and is to be closed; -ENOTTY an older module. Kernel-doc: struct dmactl_ring.
 */
int dmauser_ring_new(struct dmauser_session *session, unsigned int entries,
		     struct dmauser_ring **ring);

/*
 * dmauser_ring_peek - the records that have come, oldest first, without taking them
 * @ring: the ring; NULL has none
 * @records: receives the address of the first; not written if @ring is NULL
 *
 * Returns how many lie there in one piece, 0 if there are none; after the last one of
 * the ring's memory, the next call has the rest. They stay as they are until
 * dmauser_ring_advance(). A system call is made only if the ring was too full for
 * what has come.
 */
unsigned int dmauser_ring_peek(struct dmauser_ring *ring, const struct dmactl_completion **records);

/*
 * dmauser_ring_advance - take records
 * @ring: the ring; NULL does nothing
 * @nr: how many of those that dmauser_ring_peek() told of
 */
void dmauser_ring_advance(struct dmauser_ring *ring, unsigned int nr);

/* ---- io_uring ---------------------------------------------------------- */

/* Of <linux/io_uring.h>, or liburing's: the library needs neither. */
struct io_uring_sqe;

/*
 * dmauser_uring_prep - fill an SQE of io_uring with an op of a batch
 * @sqe: a large SQE, 128 bytes, of a ring with IORING_SETUP_SQE128: all of it
 *	is written
 * @batch: the ops; none leaves it, so that one may be submitted many times
 * @index: from 0, as for dmauser_batch_get()
 * @flags: 0 or DMACTL_URING_HOLD
 *
 * The user_data of the SQE is that of the op. What the program wants beyond
 * that (IOSQE_FIXED_FILE and a registered file, IOSQE_IO_LINK) is set
 * afterwards. No system call. Nothing comes to dmauser_wait(): see struct
 * dmactl_uring_cmd for what the CQE says, and which errors. The arrays of ops
 * that have one are read when the kernel takes the SQE: leave the batch alone
 * until then; with IORING_SETUP_SQPOLL, until the CQE is there.
 *
 * Returns 0; -ENOENT there is no such op; -EINVAL an unknown flag.
 * Kernel-doc: struct dmactl_uring_cmd.
 */
int dmauser_uring_prep(struct io_uring_sqe *sqe, const struct dmauser_batch *batch,
		       unsigned int index, uint32_t flags);

/*
 * dmauser_uring_issue - fill an SQE that starts what is held back
 * @sqe: as for dmauser_uring_prep()
 * @chan: the channel
 * @user_data: any value, handed back in the CQE, whose res is 0
 *
 * Returns 0. No system call. Kernel-doc: DMACTL_URING_ISSUE.
 */
int dmauser_uring_issue(struct io_uring_sqe *sqe, const struct dmauser_chan *chan,
			uint64_t user_data);

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

/* A channel of a port in /sys/class/dmactl. The strings are never NULL. */
struct dmauser_port_desc {
	const char *name;	 /* port:channel, for dmauser_chan_request_port() */
	const char *port;	 /* the part before the colon */
	const char *channel;	 /* the part behind it */
	const char *device;	 /* name of the port's device, "" unknown */
	uint32_t directions;	 /* DMACTL_DIR_* bits that the port allows */
	int in_use;		 /* a dmactl session has it */
	uint32_t src_addr_width; /* bytes, 0 not fixed, as all below */
	uint32_t dst_addr_width;
	uint32_t src_maxburst; /* units of the width */
	uint32_t dst_maxburst;
};

/*
 * dmauser_discover_ports - list the channels of all ports
 * @list: receives the list; free it with dmauser_port_list_free()
 *
 * Needs no session and no privilege. Sorted as dmauser_discover() does. Returns
 * 0, also for an empty list, as when the module is not loaded; -ENOMEM. Makes
 * several system calls per channel; one that vanishes meanwhile can be missing.
 */
int dmauser_discover_ports(struct dmauser_port_list **list);

/* dmauser_port_list_count - channels in the list; NULL: 0 */
size_t dmauser_port_list_count(const struct dmauser_port_list *list);

/*
 * dmauser_port_list_get - one channel of the list
 * @list: NULL: NULL
 * @index: from 0; NULL is returned if it is not below the count
 *
 * The description and its strings live as long as the list.
 */
const struct dmauser_port_desc *dmauser_port_list_get(const struct dmauser_port_list *list,
						      size_t index);

/* dmauser_port_list_free - free a list and its strings; NULL does nothing */
void dmauser_port_list_free(struct dmauser_port_list *list);

#ifdef __cplusplus
}
#endif

#endif /* DMAUSER_H */
