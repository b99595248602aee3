/* SPDX-License-Identifier: MIT */
/*
 * libdmauser: DMA engines for ordinary programs.
 *
 * The library wraps /dev/dmactl and adds no policy: a call makes at most one system
 * call unless its comment says otherwise. It never prints, never ends the program, and
 * does not use signals or errno.
 *
 * Results. A function that returns int returns 0 or a positive number, or a negated
 * errno value. Each comment lists the errors with a specific meaning; every call that
 * reaches the module can also return the common errors at the top of <linux/dmactl.h>.
 * The library returns EINTR and never retries. Out parameters are written only on
 * success, unless the comment says otherwise.
 *
 * Pointers. NULL is -EINVAL unless a comment allows it. All names are NUL-terminated
 * and have at most DMACTL_NAME_LEN - 1 bytes; a longer one is -ENAMETOOLONG.
 *
 * Units. Lengths and offsets are bytes, times are nanoseconds.
 *
 * Threads. Any number of threads may use a session, channel or buffer at once. A batch,
 * a list and a ring belong to one thread at a time. A call that frees an object (close,
 * destroy, free) must be the last one that uses it: no other thread may be inside a
 * call with that object.
 *
 * Ownership. A session owns its channels, its buffers, its ring and its prepared ops:
 * dmauser_close() frees them all. Batches and lists belong to the caller, and so do the
 * descriptors of dma-bufs and streams.
 */
#ifndef DMAUSER_H
#define DMAUSER_H

#include <stddef.h>
#include <stdint.h>
#include <linux/dmactl.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Version of this header. dmauser_version() returns the version of the library in use.
 */
#define DMAUSER_VERSION "0.2.0"

/* The version as a number. */
#define DMAUSER_VERSION_CODE ((0 << 16) | (2 << 8) | 0)

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
 * dmauser_open - open a session, which has its own channels and buffers
 * @path: the device node; NULL: DMACTL_DEVICE
 * @session: receives the session; end it with dmauser_close()
 *
 * Opens the node (close-on-exec) and asks the module for its limits. Returns 0; -ENOENT
 * no such node (the module is not loaded), -EACCES no permission (the user is not in
 * the group "dma"), -ENOTTY not dmactl's node, -EDQUOT the user has too many sessions,
 * -ENOMEM, or another error of open(2). Kernel-doc: struct dmactl_info.
 */
int dmauser_open(const char *path, struct dmauser_session **session);

/*
 * dmauser_open_port - open a session for one port, by the port's own node
 * @port: the name of the port; what follows a ':' does not count
 * @session: receives the session; end it with dmauser_close()
 *
 * For a user to whom /dev/dma/PORT is given and not DMACTL_DEVICE. The session is like
 * any other, but dmauser_chan_request_port() with a channel of this port is the only
 * request that is not -EPERM. Returns 0; -EINVAL a name that no port can have, -ENOENT
 * no such port (or a module without such nodes), -ENODEV the port has just gone; the
 * others as for dmauser_open().
 */
int dmauser_open_port(const char *port, struct dmauser_session **session);

/*
 * dmauser_close - end a session and free everything that belongs to it
 * @session: NULL does nothing
 *
 * Unmaps every buffer, closes the file and frees the session with all channels and
 * buffers that were not destroyed: do not use their pointers afterwards. The module
 * stops the channels first, so no memory is written late. Clear or free batches that
 * still hold ops of the session. Makes one system call per mapping and one to close.
 */
void dmauser_close(struct dmauser_session *session);

/*
 * dmauser_fd - the file descriptor of a session, for poll(2), epoll(7), read(2)
 * @session: NULL: -EINVAL
 *
 * POLLIN: there are completions. POLLOUT: there is credit. The library owns the
 * descriptor; do not close it. No system call.
 */
int dmauser_fd(const struct dmauser_session *session);

/*
 * dmauser_info - get the version, features and limits of the module
 * @session: the session
 * @info: filled in; its size and flags fields need not be set
 *
 * Kernel-doc: struct dmactl_info.
 */
int dmauser_info(struct dmauser_session *session, struct dmactl_info *info);

/*
 * dmauser_set_eventfd - have an eventfd(2) signalled when a completion arrives
 * @session: the session
 * @fd: the eventfd, which the caller still owns; -1 removes the last one
 *
 * The eventfd is a hint, not a count: read it, then reap until nothing is left. Returns
 * 0; -EBADF, -EINVAL not an eventfd. Kernel-doc: struct dmactl_eventfd.
 */
int dmauser_set_eventfd(struct dmauser_session *session, int fd);

/* dmauser_version - version of the library, like DMAUSER_VERSION; static, do not free */
const char *dmauser_version(void);

/*
 * dmauser_strerror - describe an error
 * @error: result of a function, or status of a completion; negated or not
 *
 * Returns a static string, never NULL: for example "no free channel" for -ENOENT, where
 * strerror(3) would mention files. Returns strerror(3)'s text for errors without a
 * specific meaning here.
 */
const char *dmauser_strerror(int error);

/* ---- channel ----------------------------------------------------------- */

/*
 * dmauser_chan_request_caps - request any free channel with certain capabilities
 * @session: the session
 * @caps: DMACTL_CAP_* bits, all of which the channel must have; 0: any channel
 * @device: name of the DMA device to take it from; NULL or "": any device
 * @depth: most outstanding ops (submitted and not yet reaped), at most struct
 *	dmactl_info.out_max_depth; 0: the default
 * @chan: receives the channel, owned by the session; free it with
 *	dmauser_chan_destroy() or dmauser_close()
 *
 * Returns 0; -ENOENT no free channel has these capabilities, -EPERM the module does not
 * offer it, -EDQUOT the session or its user has too many, -ENOMEM, -EINVAL bad depth.
 * Kernel-doc: struct dmactl_chan_request, dma_request_channel().
 */
int dmauser_chan_request_caps(struct dmauser_session *session, uint64_t caps, const char *device,
			      unsigned int depth, struct dmauser_chan **chan);

/*
 * dmauser_chan_request_name - request the channel with a name
 * @session: the session
 * @name: as listed by dmauser_discover(): "dma0chan3"; "" is -EINVAL
 * @depth: as for dmauser_chan_request_caps()
 * @chan: as for dmauser_chan_request_caps()
 *
 * Returns 0; -ENOENT there is no such channel; -EBUSY it exists, but another dmactl
 * session or another kernel client holds it (the module cannot tell the latter from a
 * missing channel, so the library looks it up in /sys/class/dma); the others as for
 * dmauser_chan_request_caps(). Kernel-doc: struct dmactl_chan_request.
 */
int dmauser_chan_request_name(struct dmauser_session *session, const char *name, unsigned int depth,
			      struct dmauser_chan **chan);

/*
 * dmauser_chan_look - get the capabilities of a channel without requesting it
 * @session: the session
 * @name: as for dmauser_chan_request_name()
 * @caps: receives the capabilities, which the caller owns. DMACTL_CAP_OFFERED: users
 *	without CAP_SYS_RAWIO may request the channel
 * @depth: receives the default depth of a request, or NULL
 *
 * The channel may be free or held by a dmactl session; the call does not affect it.
 * Returns 0; -ENOENT there is no such channel; -EBUSY another kernel client holds it,
 * or it is being stopped; -EINVAL, -ENAMETOOLONG; -EOPNOTSUPP an older module.
 * Kernel-doc: struct dmactl_chan_request.
 */
int dmauser_chan_look(struct dmauser_session *session, const char *name,
		      struct dmactl_chan_caps *caps, unsigned int *depth);

/*
 * dmauser_chan_request_slave - request a channel by its slave name
 * @session: the session
 * @name: a name from /sys/class/misc/dmactl/slaves, which lists the names in the slave
 *	maps of providers (a device tree has ports instead); "" is -EINVAL
 * @depth: as for dmauser_chan_request_caps()
 * @chan: as for dmauser_chan_request_caps()
 *
 * Returns 0; -ENOENT no channel has this name; the others as for
 * dmauser_chan_request_caps(). Kernel-doc: struct dmactl_chan_request,
 * dma_request_chan().
 */
int dmauser_chan_request_slave(struct dmauser_session *session, const char *name,
			       unsigned int depth, struct dmauser_chan **chan);

/*
 * dmauser_chan_request_port - request a channel of a port
 * @session: the session
 * @name: "PORT:CHANNEL", as listed by dmauser_discover_ports(), or "PORT" if it has
 *	only one channel; "" is -EINVAL
 * @depth: as for dmauser_chan_request_caps()
 * @chan: as for dmauser_chan_request_caps()
 *
 * A port is a peripheral that firmware describes: the channel is configured for it and
 * needs no privilege. Returns 0; -ENOENT there is no such port or channel; -EINVAL the
 * port has several channels, so name one; -EBUSY a dmactl session holds it through the
 * port; -ENODEV its DMA controller is absent, or another client holds the channel;
 * -EOPNOTSUPP the channel cannot do what the port describes; the others as for
 * dmauser_chan_request_caps(). Kernel-doc: struct dmactl_chan_request,
 * dma_request_chan(), dmaengine_slave_config().
 */
int dmauser_chan_request_port(struct dmauser_session *session, const char *name, unsigned int depth,
			      struct dmauser_chan **chan);

/*
 * dmauser_chan_destroy - stop a channel and release it
 * @chan: NULL does nothing and returns 0
 *
 * Copies that make progress may finish, for 200 ms at most; other ops end with
 * ECANCELED. Their completions can still be reaped. Can wait for the hardware to stop.
 * Returns 0, and the channel is freed. On an error the channel is unchanged: call
 * again, or dmauser_close(). Kernel-doc: struct dmactl_destroy,
 * dmaengine_terminate_sync(), dma_release_channel().
 */
int dmauser_chan_destroy(struct dmauser_chan *chan);

/*
 * dmauser_chan_caps - the capabilities of the channel; NULL: NULL
 *
 * Valid as long as the channel. No system call: the module reported it with the
 * request. Kernel-doc: struct dmactl_chan_caps, struct dma_slave_caps.
 */
const struct dmactl_chan_caps *dmauser_chan_caps(const struct dmauser_chan *chan);

/* dmauser_chan_name - "dma0chan3", valid as long as the channel; NULL: NULL */
const char *dmauser_chan_name(const struct dmauser_chan *chan);

/* dmauser_chan_handle - the chan field of ops and completions; NULL: 0, which is never valid */
uint32_t dmauser_chan_handle(const struct dmauser_chan *chan);

/* dmauser_chan_depth - most outstanding ops, as the module set it; NULL: 0 */
unsigned int dmauser_chan_depth(const struct dmauser_chan *chan);

/*
 * dmauser_chan_issue - issue the ops that were submitted with DMACTL_SUBMIT_HOLD
 *
 * Returns 0; -ENODEV the device is gone. Kernel-doc: enum dmactl_ctrl,
 * dma_async_issue_pending().
 */
int dmauser_chan_issue(struct dmauser_chan *chan);

/*
 * dmauser_chan_terminate - stop the channel; ops in flight end with ECANCELED
 *
 * Returns 0; -EOPNOTSUPP the channel lacks DMACTL_CAP_TERMINATE.
 * Kernel-doc: enum dmactl_ctrl, dmaengine_terminate_async().
 */
int dmauser_chan_terminate(struct dmauser_chan *chan);

/*
 * dmauser_chan_synchronize - wait until the kernel processes no completion of the
 * channel
 *
 * After dmauser_chan_terminate() and this, all completions of the channel can be
 * reaped. Returns 0. Kernel-doc: enum dmactl_ctrl, dmaengine_synchronize().
 */
int dmauser_chan_synchronize(struct dmauser_chan *chan);

/*
 * dmauser_chan_pause - pause a transfer
 *
 * Returns 0; -EOPNOTSUPP the channel lacks DMACTL_CAP_PAUSE. Kernel-doc: enum
 * dmactl_ctrl, dmaengine_pause().
 */
int dmauser_chan_pause(struct dmauser_chan *chan);

/*
 * dmauser_chan_resume - continue after dmauser_chan_pause()
 *
 * Returns 0; -EOPNOTSUPP the channel lacks DMACTL_CAP_RESUME. Kernel-doc: enum
 * dmactl_ctrl, dmaengine_resume().
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
 * dmauser_chan_config - set the parameters of a slave channel's peripheral
 * @chan: the channel
 * @config: passed to the module; set its size field to sizeof(*config), so that the
 *	struct can grow; its chan field need not be set. The pointer in
 *	peripheral_config_uptr is read during the call only
 *
 * Applies to ops that are accepted later, until the next call. A channel that was
 * requested by its slave name may need no configuration. On a channel of a port, any user may
 * choose the direction and bursts that the port leaves open; 0 stands for the port's
 * value. Returns 0; -EPERM the caller lacks CAP_SYS_RAWIO, because the channel could
 * then reach any bus address, or the port fixes the value; -EOPNOTSUPP no slave
 * channel, or a width or direction that it does not declare; -EINVAL bad size, a burst
 * beyond its maximum, or a value that the provider refuses; -E2BIG fields that this
 * library does not know are not 0; -EBUSY ops are in flight. Kernel-doc: struct
 * dmactl_chan_config, dmaengine_slave_config().
 */
int dmauser_chan_config(struct dmauser_chan *chan, const struct dmactl_chan_config *config);

/*
 * dmauser_stream_open - open a peripheral as a file
 * @chan: a slave channel with nothing in flight
 * @direction: DMACTL_DIR_DEV_TO_MEM: a file to read from; DMACTL_DIR_MEM_TO_DEV: a file
 *	to write to
 * @flags: DMACTL_STREAM_* bits
 * @block_len: in: bytes in one descriptor, 0: the default of 64 KiB; out: after
 *	rounding to whole pages. NULL: the default
 * @nr_blocks: in: number of descriptors, 2 to 1024, 0: the default of 4; out: their
 *	number. NULL: the default
 * @fd: receives the descriptor (close-on-exec), which the caller closes; reads and
 *	writes are -ENODEV after the channel or session is gone
 *
 * Until the file is closed, nothing can be submitted to the channel. Returns 0; -EOPNOTSUPP
 * no slave channel, or not this direction; -EPERM the address of the peripheral is
 * unknown, see dmauser_chan_config(); -EBUSY ops are in flight or a stream is open;
 * -EINVAL bad length or number; -EMFILE, -ENOMEM, -EDQUOT. Kernel-doc: struct
 * dmactl_stream_open.
 */
int dmauser_stream_open(struct dmauser_chan *chan, uint32_t direction, uint32_t flags,
			size_t *block_len, unsigned int *nr_blocks, int *fd);

/* ---- buffer ------------------------------------------------------------ */

/*
 * dmauser_buf_alloc - allocate zeroed DMA memory
 * @session: the session
 * @kind: DMACTL_BUF_STREAMING: cached, for any device, a valid target of O_DIRECT,
 *	libaio and io_uring; DMACTL_BUF_CONTIGUOUS: the same, in one piece, for rings of any
 *	length; DMACTL_BUF_COHERENT: for one device
 * @chan: COHERENT: a channel of that device; STREAMING: NULL, or a channel whose NUMA
 *	node is preferred; CONTIGUOUS: NULL, or a channel whose device has to reach the
 *	memory. Of the same session, otherwise -EINVAL
 * @len: bytes, not 0; rounded up to whole pages
 * @buf: receives the buffer, owned by the session; free it with dmauser_buf_destroy()
 *	or dmauser_close()
 *
 * Counts against RLIMIT_MEMLOCK. Returns 0; -EDQUOT the limit is reached; -ENOMEM no
 * memory, or none in one piece: CONTIGUOUS memory is there soon after boot, COHERENT with
 * cma= on the kernel's command line; -EINVAL bad length, or a kind that the module does not
 * know. Kernel-doc: struct dmactl_buf_alloc, dma_alloc_coherent(), alloc_contig_range().
 */
int dmauser_buf_alloc(struct dmauser_session *session, enum dmactl_buf_kind kind,
		      struct dmauser_chan *chan, size_t len, struct dmauser_buf **buf);

/*
 * dmauser_buf_map_user - use memory of the program for DMA
 * @session: the session
 * @addr: start of the memory, any alignment; the caller still owns it. Do not free it
 *	for other use before the buffer is destroyed: the device keeps using the old
 *	pages
 * @len: bytes, not 0
 * @flags: 0, or DMACTL_MAP_USER_READ_ONLY: only as a source
 * @buf: receives the buffer, owned by the session; free it with dmauser_buf_destroy()
 *	or dmauser_close()
 *
 * The pages are pinned and count against RLIMIT_MEMLOCK. Offset 0 of the buffer is
 * @addr, and dmauser_buf_map() returns it. Returns 0; -EFAULT no memory there, or not
 * writable without READ_ONLY; -EOPNOTSUPP memory that cannot be pinned for long (most
 * file mappings); -EDQUOT, -ENOMEM, -EINVAL. Kernel-doc: struct dmactl_buf_map_user,
 * dma_map_sg().
 */
int dmauser_buf_map_user(struct dmauser_session *session, void *addr, size_t len, uint32_t flags,
			 struct dmauser_buf **buf);

/*
 * dmauser_buf_import - import a dma-buf
 * @session: the session
 * @fd: of the dma-buf; the caller still owns it and may close it at once
 * @buf: receives the buffer, owned by the session; free it with dmauser_buf_destroy()
 *	or dmauser_close()
 *
 * Enclose CPU accesses in dmauser_buf_sync(), as with DMA_BUF_IOCTL_SYNC. Makes two
 * system calls: the library keeps a descriptor for dmauser_buf_map(). Returns 0;
 * -EBADF; -EINVAL not a dma-buf, or an export of this session; -EMFILE, -ENOMEM.
 * Kernel-doc: struct dmactl_buf_import.
 */
int dmauser_buf_import(struct dmauser_session *session, int fd, struct dmauser_buf **buf);

/*
 * dmauser_buf_export - export a buffer as a dma-buf
 * @buf: a STREAMING or CONTIGUOUS buffer
 * @fd: receives the descriptor of the dma-buf (close-on-exec), which the caller closes
 *
 * The memory lives as long as the dma-buf, also after the buffer and the session.
 * Returns 0; -EOPNOTSUPP another kind of buffer; -EMFILE, -ENOMEM. Kernel-doc: struct
 * dmactl_buf_export.
 */
int dmauser_buf_export(struct dmauser_buf *buf, int *fd);

/*
 * dmauser_buf_destroy - free a buffer and its mapping
 * @buf: NULL does nothing and returns 0
 *
 * Returns 0; then the buffer is freed and its address invalid (memory of
 * dmauser_buf_map_user() stays with the program). On an error (-EBUSY an op in flight
 * uses it) buffer and mapping are unchanged: call again, or dmauser_close(). Makes two
 * system calls if it was mapped, one more for a dma-buf. Kernel-doc: struct
 * dmactl_destroy.
 */
int dmauser_buf_destroy(struct dmauser_buf *buf);

/*
 * dmauser_buf_map - the address of the memory
 * @buf: the buffer
 * @addr: receives the address, page aligned, valid until dmauser_buf_unmap(),
 *	dmauser_buf_destroy() or dmauser_close()
 *
 * The first call maps the whole buffer (shared, readable and writable); later ones
 * return the same address without a system call. For a buffer of dmauser_buf_map_user()
 * it is the program's own address, of any alignment. Returns 0, or an error of mmap(2).
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

/*
 * dmauser_buf_mmap_offset - the offset of a buffer, for your own mmap(2)
 * @buf: a buffer of dmauser_buf_alloc()
 * @offset: receives the offset in the session's file, see dmauser_fd()
 *
 * Use this for another mapping than that of dmauser_buf_map(): part of the buffer (add
 * a multiple of the page size), a read-only mapping, or one at a certain address. It
 * must be MAP_SHARED. The caller owns the mapping and undoes it with munmap(2): until
 * then it keeps the memory, even after dmauser_buf_destroy() and dmauser_close(). No
 * system call. Returns 0; -EINVAL; -EOPNOTSUPP memory of dmauser_buf_map_user(), which
 * the program has mapped, or of dmauser_buf_import(), which is mapped through the
 * dma-buf. Kernel-doc: struct dmactl_buf_alloc.
 */
int dmauser_buf_mmap_offset(const struct dmauser_buf *buf, uint64_t *offset);

/* dmauser_buf_len - length in bytes, after rounding if it was allocated; NULL: 0 */
size_t dmauser_buf_len(const struct dmauser_buf *buf);

/* dmauser_buf_handle - as in struct dmactl_op; NULL: 0, which is never valid */
uint32_t dmauser_buf_handle(const struct dmauser_buf *buf);

/*
 * dmauser_buf_sync - hand a range over between CPU and device
 * @buf: the buffer
 * @off: offset in bytes
 * @len: bytes, not 0
 * @flags: exactly one of DMACTL_SYNC_BEGIN (before the CPU accesses it) and
 *	DMACTL_SYNC_END (after), and DMACTL_SYNC_READ, DMACTL_SYNC_WRITE or both
 *
 * Needed around ops with DMACTL_OPF_NO_SYNC, and during an op: BEGIN | READ before the
 * CPU reads bytes that the op has moved so far, END | WRITE after it writes to the
 * source of a cyclic op. Returns 0; -EINVAL bad range or flags. Kernel-doc: struct dmactl_buf_sync,
 * dma_sync_single_for_cpu(), dma_sync_single_for_device().
 */
int dmauser_buf_sync(struct dmauser_buf *buf, size_t off, size_t len, uint32_t flags);

/* ---- batch ------------------------------------------------------------- */

/*
 * A batch is a queue of ops. dmauser_batch_*() adds at the end; a submit removes the
 * accepted ops from the front. Its memory grows as needed and is kept, so a batch in
 * steady use allocates nothing.
 *
 * When an op is added, only pointers, sessions and sums of lengths are checked. The
 * module checks the rest (ranges, alignment, capabilities) at submit, see
 * dmauser_batch_bad_index(). Channels and buffers must exist until then, and belong to
 * one session: the first op of an empty batch chooses it, another one is -EINVAL.
 */

/*
 * dmauser_batch_new - create an empty batch
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
 * dmauser_batch_set_keep - keep ops in the batch when they are submitted
 * @batch: the batch
 * @keep: 1: keep them, 0 (the default): remove them
 *
 * Use this to submit a batch many times: once all of its ops were accepted, the batch
 * is as before, and dmauser_batch_count() returns their number again. While only some
 * were accepted, no op can be added (-EBUSY), and the next submit continues with the
 * rest. Returns 0, or -EBUSY if some ops were removed already: clear the batch first.
 */
int dmauser_batch_set_keep(struct dmauser_batch *batch, int keep);

/* dmauser_batch_count - ops in the batch that are not accepted yet; NULL: 0 */
unsigned int dmauser_batch_count(const struct dmauser_batch *batch);

/*
 * dmauser_batch_get - return an op of the batch
 * @batch: NULL: NULL
 * @index: from 0; NULL is returned if it is not below dmauser_batch_count()
 *
 * The pointer is valid until the batch is changed or submitted.
 */
const struct dmactl_op *dmauser_batch_get(const struct dmauser_batch *batch, unsigned int index);

/*
 * dmauser_batch_nop - an op that completes after all earlier ones of the channel
 * @batch: the batch
 * @chan: the channel
 * @user_data: any value, returned in the completion
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
 * @user_data: any value, returned in the completion
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
 * @user_data: any value, returned in the completion
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
 * @dst: destination pieces, filled in order; the array is copied
 * @nr_dst: their number, not 0
 * @src: source pieces, read in order; the array is copied
 * @nr_src: their number, not 0; together at most struct dmactl_info.out_max_args
 * @user_data: any value, returned in the completion
 *
 * The pieces of the two lists may differ, but their sums must be equal. Returns 0;
 * -EINVAL if not, or if a sum does not fit in 64 bits; -ENOMEM. Kernel-doc: struct
 * dmactl_op, struct dmactl_sg, DMACTL_OP_SG.
 */
int dmauser_batch_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
		     const struct dmauser_piece *dst, unsigned int nr_dst,
		     const struct dmauser_piece *src, unsigned int nr_src, uint64_t user_data);

/*
 * dmauser_batch_memset_sg - fill a list of pieces
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_MEMSET_SG or DMACTL_CAP_MEMSET
 * @dst: pieces; the array is copied
 * @nr_dst: their number, not 0, at most struct dmactl_info.out_max_args
 * @value: the byte to fill with
 * @user_data: any value, returned in the completion
 *
 * Returns 0; -EINVAL a sum that does not fit in 64 bits; -ENOMEM. Kernel-doc:
 * DMACTL_OP_MEMSET_SG, device_prep_dma_memset_sg().
 */
int dmauser_batch_memset_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
			    const struct dmauser_piece *dst, unsigned int nr_dst, uint8_t value,
			    uint64_t user_data);

/*
 * dmauser_batch_xor - the exclusive or of several pieces
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_XOR
 * @dst: receives the result, as long as each source; may be one of them
 * @src: pieces of equal length; the array is copied
 * @nr_src: their number, not 0; more than struct dmactl_chan_caps.max_xor take several
 *	steps
 * @user_data: any value, returned in the completion
 *
 * Returns 0; -EINVAL lengths that differ; -ENOMEM. Kernel-doc: DMACTL_OP_XOR,
 * device_prep_dma_xor().
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
 * @scratch: NULL, or memory as long as one source, which is overwritten. More than
 *	max_xor sources need it, and DMACTL_CAP_XOR
 * @user_data: any value, returned in the completion
 *
 * If it is not zero, the completion has DMACTL_COMP_P_BAD. Returns 0; -EINVAL lengths
 * that differ, or a scratch that is too short; -ENOMEM. Kernel-doc: DMACTL_OP_XOR_VAL,
 * device_prep_dma_xor_val().
 */
int dmauser_batch_xor_val(struct dmauser_batch *batch, struct dmauser_chan *chan,
			  const struct dmauser_piece *src, unsigned int nr_src,
			  const struct dmauser_piece *scratch, uint64_t user_data);

/*
 * dmauser_batch_pq - RAID 6: parity P and syndrome Q
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_PQ
 * @p: receives the exclusive or of the sources; NULL: not wanted
 * @q: receives the sum of each source times its coefficient, in GF(2^8) with the
 *	polynomial 0x11d; NULL: not wanted. One of the two is needed
 * @src: pieces; all, also @p and @q, have the same length; copied
 * @nr_src: their number, not 0; more than struct dmactl_chan_caps.max_pq take several
 *	steps
 * @scf: @nr_src coefficients; may be NULL without @q; copied
 * @user_data: any value, returned in the completion
 *
 * Returns 0; -EINVAL lengths that differ; -ENOMEM. Kernel-doc: DMACTL_OP_PQ,
 * device_prep_dma_pq().
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
 * @q: as for dmauser_batch_pq(), but read
 * @src: as for dmauser_batch_pq()
 * @nr_src: as for dmauser_batch_pq()
 * @scf: as for dmauser_batch_pq()
 * @scratch: NULL, or memory twice as long as one source, which is overwritten. More
 *	than max_pq sources need it, and DMACTL_CAP_PQ
 * @user_data: any value, returned in the completion
 *
 * If one does not match, the completion has DMACTL_COMP_P_BAD or DMACTL_COMP_Q_BAD.
 * Returns 0; -EINVAL lengths that differ, or a scratch that is too short; -ENOMEM.
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
 * @chunks: one frame: bytes, and the gaps after them on sides with SGL; copied
 * @nr_chunks: their number, not 0
 * @frames: number of frames, not 0
 * @flags: DMACTL_OPF_SRC_INC, DST_INC (the address is incremented), SRC_SGL, DST_SGL
 *	(the gaps apply), and the flags of all ops
 * @user_data: any value, returned in the completion
 *
 * The op's length is the bytes moved, without gaps. Returns 0; -EINVAL a sum that does
 * not fit in 64 bits; -ENOMEM. Kernel-doc: DMACTL_OP_INTERLEAVED, struct dmactl_chunk,
 * struct dma_interleaved_template.
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
 * @data: the bytes to write, in the CPU's byte order
 * @user_data: any value, returned in the completion
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
 * @user_data: any value, returned in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: DMACTL_OP_INTERRUPT,
 * device_prep_dma_interrupt().
 */
int dmauser_batch_interrupt(struct dmauser_batch *batch, struct dmauser_chan *chan,
			    uint64_t user_data);

/*
 * Ops with a peripheral take a direction: DMACTL_DIR_MEM_TO_DEV or
 * DMACTL_DIR_DEV_TO_MEM, otherwise -EINVAL. Submitting them is -EPERM unless the
 * channel was requested by its slave name or through a port, or dmauser_chan_config()
 * has set it up.
 */

/*
 * dmauser_batch_slave_sg - transfer a list of pieces to or from the peripheral
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_SLAVE
 * @direction: DMACTL_DIR_MEM_TO_DEV or DMACTL_DIR_DEV_TO_MEM
 * @piece: pieces, in order; the array is copied
 * @nr: their number, not 0, at most struct dmactl_info.out_max_args
 * @user_data: any value, returned in the completion
 *
 * Returns 0; -EINVAL also for a sum that does not fit in 64 bits; -ENOMEM. Kernel-doc:
 * DMACTL_OP_SLAVE_SG, dmaengine_prep_slave_sg().
 */
int dmauser_batch_slave_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
			   uint32_t direction, const struct dmauser_piece *piece, unsigned int nr,
			   uint64_t user_data);

/*
 * dmauser_batch_peripheral_vec - the same, with DMA vectors
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_PERIPHERAL_VEC
 * @direction: as for dmauser_batch_slave_sg()
 * @piece: as for dmauser_batch_slave_sg()
 * @nr: as for dmauser_batch_slave_sg()
 * @user_data: any value, returned in the completion
 *
 * Returns as dmauser_batch_slave_sg(). Kernel-doc: DMACTL_OP_PERIPHERAL_VEC,
 * dmaengine_prep_peripheral_dma_vec().
 */
int dmauser_batch_peripheral_vec(struct dmauser_batch *batch, struct dmauser_chan *chan,
				 uint32_t direction, const struct dmauser_piece *piece,
				 unsigned int nr, uint64_t user_data);

/*
 * dmauser_batch_rio_sg - the same, with memory behind RapidIO as the other side
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_RIO_SG
 * @direction: as for dmauser_batch_slave_sg()
 * @piece: as for dmauser_batch_slave_sg()
 * @nr: as for dmauser_batch_slave_sg()
 * @rio: the remote address; its role need not be set; copied
 * @user_data: any value, returned in the completion
 *
 * Returns as dmauser_batch_slave_sg(). Kernel-doc: DMACTL_OP_RIO_SG, struct dmactl_rio,
 * dmaengine_prep_rio_sg().
 */
int dmauser_batch_rio_sg(struct dmauser_batch *batch, struct dmauser_chan *chan, uint32_t direction,
			 const struct dmauser_piece *piece, unsigned int nr,
			 const struct dmactl_rio *rio, uint64_t user_data);

/*
 * dmauser_batch_slave_single - transfer one piece to or from the peripheral
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_SLAVE
 * @direction: DMACTL_DIR_MEM_TO_DEV or DMACTL_DIR_DEV_TO_MEM
 * @buf: the memory
 * @off: offset in it, in bytes
 * @len: bytes, not 0
 * @user_data: any value, returned in the completion
 *
 * Returns 0 or -ENOMEM. Kernel-doc: DMACTL_OP_SLAVE_SINGLE,
 * dmaengine_prep_slave_single().
 */
int dmauser_batch_slave_single(struct dmauser_batch *batch, struct dmauser_chan *chan,
			       uint32_t direction, struct dmauser_buf *buf, uint64_t off,
			       uint64_t len, uint64_t user_data);

/*
 * dmauser_batch_cyclic - repeat a cyclic buffer until the channel is terminated
 * @batch: the batch
 * @chan: a channel with DMACTL_CAP_CYCLIC or DMACTL_CAP_CYCLIC_QUEUE
 * @direction: DMACTL_DIR_MEM_TO_DEV or DMACTL_DIR_DEV_TO_MEM
 * @buf: the memory; for DMACTL_CAP_CYCLIC contiguous for the device, as COHERENT always is
 * @off: offset of the cyclic buffer in it, in bytes
 * @len: bytes in the cyclic buffer, a multiple of @period_len
 * @period_len: bytes from one completion to the next, not 0
 * @user_data: any value, returned in every completion
 *
 * All completions but the last have DMACTL_COMP_MORE, and they count periods. Returns
 * 0; -EINVAL bad period; -ENOMEM. Kernel-doc: DMACTL_OP_CYCLIC, struct dmactl_cyclic,
 * dmaengine_prep_dma_cyclic().
 */
int dmauser_batch_cyclic(struct dmauser_batch *batch, struct dmauser_chan *chan, uint32_t direction,
			 struct dmauser_buf *buf, uint64_t off, uint64_t len, uint64_t period_len,
			 uint64_t user_data);

/*
 * dmauser_batch_add_metadata - add metadata to the op added last
 * @batch: the batch; the op is a MEMCPY or an op with a peripheral
 * @buf: memory of the same session
 * @off: offset in it, in bytes
 * @len: bytes, not 0, at most 4096
 *
 * The channel needs DMACTL_CAP_METADATA_CLIENT or, with DMACTL_OPF_METADATA_ENGINE,
 * DMACTL_CAP_METADATA_ENGINE. Returns 0; -ENOENT the batch is empty; -EINVAL the op is
 * CYCLIC or INTERLEAVED; -ENOMEM. Kernel-doc: struct dmactl_sg, enum
 * dma_desc_metadata_mode.
 */
int dmauser_batch_add_metadata(struct dmauser_batch *batch, struct dmauser_buf *buf, uint64_t off,
			       uint64_t len);

/*
 * dmauser_prepare - prepare the op added last, to submit it many times
 * @batch: the op is removed on success; on an error the batch is unchanged
 * @prepared: receives the prepared op, owned by the session; free it with
 *	dmauser_unprepare() or dmauser_close()
 *
 * Works on every channel; its descriptors are prepared once if the channel has
 * DMACTL_CAP_REUSE, otherwise for each submission. Its buffers stay in use. One system
 * call. Returns 0; -ENOENT the batch is empty; -EOPNOTSUPP the op cannot be prepared;
 * -EAGAIN, with DMACTL_CAP_REUSE, the provider has no descriptors left; and the errors
 * of the op. Kernel-doc: struct dmactl_prepare, DMA_CTRL_REUSE.
 */
int dmauser_prepare(struct dmauser_batch *batch, struct dmauser_prepared **prepared);

/*
 * dmauser_unprepare - free a prepared op
 * @prepared: NULL does nothing and returns 0
 *
 * Returns 0, and it is freed. On an error (-EBUSY it is in flight) nothing has changed:
 * call again, or dmauser_close(). Kernel-doc: struct dmactl_destroy,
 * dmaengine_desc_free().
 */
int dmauser_unprepare(struct dmauser_prepared *prepared);

/*
 * dmauser_batch_prepared - add a prepared op
 * @batch: the batch
 * @prepared: from dmauser_prepare(); at submit -EBUSY if it is in flight, -EINVAL if
 *	dmauser_chan_config() has since set wider words than it was checked for
 * @user_data: any value, returned in the completion
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
 * dmauser_submit - submit ops and issue them
 * @session: the session
 * @batch: the ops, of this session, otherwise -EINVAL
 * @flags: 0 or DMACTL_SUBMIT_HOLD (issue later: dmauser_chan_issue())
 *
 * Returns the number of ops accepted, at most struct dmactl_info.out_max_batch. They
 * are removed from the batch; the rest stays in order. Returns 0 only for an empty
 * batch, without a system call. On an error nothing was accepted and the batch is
 * unchanged: -EAGAIN no credit: reap, or poll for POLLOUT; -EXDEV the channel cannot
 * reach a buffer; -ENODEV the device is gone; -EDQUOT a limit is reached: try fewer ops
 * or shorter arrays; otherwise a bad op, see dmauser_batch_bad_index(). Kernel-doc:
 * struct dmactl_submit, dmaengine_submit().
 */
int dmauser_submit(struct dmauser_session *session, struct dmauser_batch *batch, uint32_t flags);

/*
 * dmauser_submit_fence - submit ops that wait for fences, and get a fence of them
 * @session: the session
 * @batch: the ops, of this session and all for one channel, otherwise -EINVAL
 * @flags: 0
 * @in_fence: fd of a sync_file: the ops start after it has signalled; the caller keeps
 *	it; -1: none
 * @out_fence: receives the fd of a sync_file, O_CLOEXEC, which the caller closes; it
 *	signals when the accepted ops have ended, with an error if one failed; -1 if
 *	none was accepted; NULL: not wanted
 *
 * The call does not wait: the module starts the ops when @in_fence and the fences of
 * their dma-bufs have signalled, in the order of the calls. Until then the channel has
 * no credit for dmauser_submit(). If @in_fence ends with an error, the ops complete
 * with -ENODATA. fence_timeout_ms (a parameter of the module) after the call, others
 * wait no longer: @out_fence has -ETIMEDOUT, and ops that have not started complete
 * with it. May be called from any thread, as dmauser_submit().
 *
 * Returns and errors as for dmauser_submit(). Also -EBADF @in_fence is no fd; -EINVAL it
 * is no sync_file; -EBUSY @out_fence on a channel that is paused or has an op that may
 * not end; -EOPNOTSUPP prepared and cyclic ops, with @out_fence ops with a peripheral,
 * or the module does not know fences (DMACTL_FEATURE_SYNC_FILE); -EMFILE. Kernel-doc:
 * struct dmactl_submit.
 */
int dmauser_submit_fence(struct dmauser_session *session, struct dmauser_batch *batch,
			 uint32_t flags, int in_fence, int *out_fence);

/*
 * dmauser_batch_bad_index - the op that made the last submit of this batch fail
 *
 * Returns the index for dmauser_batch_get(), or -ENOENT: the last submit succeeded, or
 * no single op caused its error, or the batch was cleared since.
 */
int dmauser_batch_bad_index(const struct dmauser_batch *batch);

/*
 * dmauser_reap - take completions, oldest first, without waiting
 * @session: the session
 * @records: receives them; NULL only if @nr is 0
 * @nr: elements in @records
 *
 * Returns the number written, 0 if there were none. A completion reports the end of an
 * op: check its status. Kernel-doc: struct dmactl_completion.
 */
int dmauser_reap(struct dmauser_session *session, struct dmactl_completion *records,
		 unsigned int nr);

/*
 * dmauser_wait - the same, but wait for completions
 * @session: the session
 * @records: receives them; NULL only if @nr is 0
 * @nr: elements in @records
 * @min: wait for this many, at most @nr, otherwise -EINVAL
 * @timeout_ns: longest wait in ns; 0: do not wait; DMACTL_TIMEOUT_INFINITE
 *
 * Returns the number written, less than @min after a timeout or a signal. If there were
 * none: 0 if @min is 0, -ETIME, or -EINTR.
 */
int dmauser_wait(struct dmauser_session *session, struct dmactl_completion *records,
		 unsigned int nr, unsigned int min, uint64_t timeout_ns);

/*
 * dmauser_chan_wait - wait for completions of one channel
 * @chan: the channel
 * @records: receives its completions, oldest first; NULL only if @nr is 0
 * @nr: elements in @records
 * @min: wait for this many, at most @nr, otherwise -EINVAL
 * @timeout_ns: as for dmauser_wait()
 *
 * With this call, each thread can wait for a channel of its own. The session has one
 * completion queue, so the call keeps completions of other channels until
 * dmauser_chan_wait() is called for those, limited only by memory; no other call
 * returns them. In one session, use either this call, for every channel that has ops,
 * or dmauser_wait(), dmauser_reap() and dmauser_submit_wait(). dmauser_chan_destroy()
 * drops the kept completions of its channel: if you need them, terminate the channel
 * and wait for them first. Makes no system call if @nr completions are kept already.
 *
 * Returns the number written, less than @min after a timeout or a signal. If there were
 * none: 0 if @min is 0, -ETIME, or -EINTR. Also -ENOMEM: no completion was taken; -EBUSY
 * the session has a ring, see dmauser_ring_new().
 */
int dmauser_chan_wait(struct dmauser_chan *chan, struct dmactl_completion *records, unsigned int nr,
		      unsigned int min, uint64_t timeout_ns);

/* The results of dmauser_submit_wait(). */
struct dmauser_result {
	unsigned int accepted;	/* ops accepted and removed from the batch */
	unsigned int completed; /* completions written */
	int wait;		/* 0: @min was reached, otherwise -ETIME, -EINTR or -EFAULT */
};

/*
 * dmauser_submit_wait - submit, wait and reap in one system call
 * @session: the session
 * @batch: ops to submit, as for dmauser_submit(); NULL or empty: none
 * @flags: DMACTL_SUBMIT_* flags; with DMACTL_SUBMIT_ABS_TIMEOUT the timeout is a time
 *	on CLOCK_MONOTONIC
 * @records: receives completions; NULL only if @nr is 0
 * @nr: elements in @records
 * @min: wait for this many, at most @nr, otherwise -EINVAL; if not all ops were
 *	accepted, more than 1 counts as 1, so that the caller can submit the rest
 * @timeout_ns: as for dmauser_wait()
 * @result: always written; NULL is -EINVAL
 *
 * Returns 0 if an op was accepted or a completion was written, or nothing was asked
 * for; see @result. On an error nothing was accepted or written: -EAGAIN no credit and
 * nothing to reap; after a wait there is credit again, so retry; -ETIME, -EINTR no
 * completion arrived during the wait; the others as for dmauser_submit(). Kernel-doc: struct
 *dmactl_submit.
 */
int dmauser_submit_wait(struct dmauser_session *session, struct dmauser_batch *batch,
			uint32_t flags, struct dmactl_completion *records, unsigned int nr,
			unsigned int min, uint64_t timeout_ns, struct dmauser_result *result);

/* ---- completion ring --------------------------------------------------- */

/*
 * dmauser_ring_new - receive the completions of the session in shared memory
 * @session: the session; it has at most one ring, until dmauser_close()
 * @entries: number of completions, 1 to 65536, rounded up to a power of two; while the
 *	ring is full, completions and their credit wait in the module
 * @ring: receives it; the session owns it
 *
 * From now on, dmauser_ring_peek() returns completions without a system call.
 * dmauser_submit_wait() and dmauser_wait() take no completions (@nr is 0, otherwise
 * -EBUSY); their @min, up to the size of the ring, is the number of completions in the
 * ring to wait for, and they report that number as completed. An op's credit is
 * returned when its completion is in the ring. Returns 0; -EINVAL; -EBUSY the session
 * has a ring, or the module cannot make one; -EDQUOT too much memory for the user;
 * -ENOMEM: if this comes from mmap(2), nobody can read the ring, so close the session;
 * -ENOTTY an older module. Kernel-doc: struct dmactl_ring.
 */
int dmauser_ring_new(struct dmauser_session *session, unsigned int entries,
		     struct dmauser_ring **ring);

/*
 * dmauser_ring_peek - the completions in the ring, oldest first, without taking them
 * @ring: the ring; NULL: 0 is returned
 * @records: receives the address of the first; not written if @ring is NULL
 *
 * Returns how many lie there contiguously, 0 if there are none; at the end of the
 * ring's memory, the next call returns the rest. They stay valid until
 * dmauser_ring_advance(). Makes a system call only if the ring was too full for all
 * completions.
 */
unsigned int dmauser_ring_peek(struct dmauser_ring *ring, const struct dmactl_completion **records);

/*
 * dmauser_ring_advance - take completions
 * @ring: the ring; NULL does nothing
 * @nr: how many of those that dmauser_ring_peek() returned
 */
void dmauser_ring_advance(struct dmauser_ring *ring, unsigned int nr);

/* ---- io_uring ---------------------------------------------------------- */

/* From <linux/io_uring.h> or liburing; the library needs neither. */
struct io_uring_sqe;

/*
 * dmauser_uring_prep - fill an SQE of io_uring with an op of a batch
 * @sqe: a large SQE, 128 bytes, of a ring with IORING_SETUP_SQE128: all of it is
 *	written
 * @batch: the ops; none is removed, so one can be submitted many times
 * @index: from 0, as for dmauser_batch_get()
 * @flags: 0 or DMACTL_URING_HOLD
 *
 * The user_data of the SQE is that of the op. Set other fields afterwards
 * (IOSQE_FIXED_FILE and a registered file, IOSQE_IO_LINK). No system call.
 * dmauser_wait() does not return these ops: struct dmactl_uring_cmd describes the CQE
 * and its errors. The kernel reads the arrays of ops when it takes the SQE: do not
 * change the batch until then; with IORING_SETUP_SQPOLL, until the CQE has come.
 *
 * Returns 0; -ENOENT there is no such op; -EINVAL an unknown flag. Kernel-doc: struct
 * dmactl_uring_cmd.
 */
int dmauser_uring_prep(struct io_uring_sqe *sqe, const struct dmauser_batch *batch,
		       unsigned int index, uint32_t flags);

/*
 * dmauser_uring_issue - fill an SQE that issues held ops
 * @sqe: as for dmauser_uring_prep()
 * @chan: the channel
 * @user_data: any value, returned in the CQE, whose res is 0
 *
 * Returns 0. No system call. Kernel-doc: DMACTL_URING_ISSUE.
 */
int dmauser_uring_issue(struct io_uring_sqe *sqe, const struct dmauser_chan *chan,
			uint64_t user_data);

/* ---- discovery --------------------------------------------------------- */

/*
 * A channel in /sys/class/dma, held by anybody or nobody. The strings are never NULL.
 */
struct dmauser_chan_desc {
	const char *name;   /* dma0chan3 */
	const char *device; /* name of the DMA device; "": unknown */
	const char *driver; /* its driver; "": unknown */
	int in_use;	    /* number of clients */
	uint64_t memcpy_count;
	uint64_t bytes_transferred;
};

/*
 * dmauser_discover - list the channels of the system
 * @list: receives the list; free it with dmauser_chan_list_free()
 *
 * Needs no session and no privilege. Sorted with numbers by value: dma0chan2 before
 * dma0chan10. Returns 0, also for an empty list; -ENOENT the kernel was built without
 * dmaengine (or sysfs is not mounted); -ENOMEM. Makes several system calls per channel;
 * a channel that vanishes meanwhile may be missing.
 */
int dmauser_discover(struct dmauser_chan_list **list);

/* dmauser_chan_list_count - channels in the list; NULL: 0 */
size_t dmauser_chan_list_count(const struct dmauser_chan_list *list);

/*
 * dmauser_chan_list_get - return a channel of the list
 * @list: NULL: NULL
 * @index: from 0; NULL is returned if it is not below the count
 *
 * The description and its strings are valid as long as the list.
 */
const struct dmauser_chan_desc *dmauser_chan_list_get(const struct dmauser_chan_list *list,
						      size_t index);

/* dmauser_chan_list_free - free a list and its strings; NULL does nothing */
void dmauser_chan_list_free(struct dmauser_chan_list *list);

/* A channel of a port in /sys/class/dmactl. The strings are never NULL. */
struct dmauser_port_desc {
	const char *name;	 /* port:channel, for dmauser_chan_request_port() */
	const char *port;	 /* the part before the colon */
	const char *channel;	 /* the part after the colon */
	const char *device;	 /* name of the port's device; "": unknown */
	uint32_t directions;	 /* DMACTL_DIR_* bits that the port allows */
	int in_use;		 /* a dmactl session holds it */
	uint32_t src_addr_width; /* bytes; 0: not fixed, as for all below */
	uint32_t dst_addr_width;
	uint32_t src_maxburst; /* in units of the width */
	uint32_t dst_maxburst;
};

/*
 * dmauser_discover_ports - list the channels of all ports
 * @list: receives the list; free it with dmauser_port_list_free()
 *
 * Needs no session and no privilege. Sorted like dmauser_discover(). Returns 0, also
 * for an empty list, for example if the module is not loaded; -ENOMEM. Makes several
 * system calls per channel; a channel that vanishes meanwhile may be missing.
 */
int dmauser_discover_ports(struct dmauser_port_list **list);

/* dmauser_port_list_count - channels in the list; NULL: 0 */
size_t dmauser_port_list_count(const struct dmauser_port_list *list);

/*
 * dmauser_port_list_get - return a channel of the list
 * @list: NULL: NULL
 * @index: from 0; NULL is returned if it is not below the count
 *
 * The description and its strings are valid as long as the list.
 */
const struct dmauser_port_desc *dmauser_port_list_get(const struct dmauser_port_list *list,
						      size_t index);

/* dmauser_port_list_free - free a list and its strings; NULL does nothing */
void dmauser_port_list_free(struct dmauser_port_list *list);

#ifdef __cplusplus
}
#endif

#endif /* DMAUSER_H */
