/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * dmactl: DMA engines for ordinary programs. The interface of /dev/dmactl.
 *
 * Every ioctl takes one struct that starts with its size in bytes and a set of
 * flags. A program that was built with an older or newer header works with any
 * module: fields that the module does not know must be zero, and the module
 * does not write fields that the program does not know.
 *
 * Handles are valid within one open file and lie between 1 and 2^31 - 1.
 * Addresses never cross the interface: a program names memory by a buffer
 * handle and an offset in bytes.
 *
 * The module ignores out_ fields on input. Reserved fields must be 0. Programs
 * must ignore bits that they do not know in out_ fields. The *_END enumerators
 * and the sizes of structs are not part of the interface.
 *
 * Errors common to all ioctls:
 *
 *   - ENOTTY: the module has no such ioctl.
 *   - E2BIG: a byte is set past the end of what the module knows, or the size
 *     is above 4096.
 *   - EOPNOTSUPP: an unknown flag, or the channel lacks the capability.
 *   - EINVAL: a bad value: a size below the first version of the struct, a
 *     range outside a buffer, an alignment that the channel does not allow, a
 *     reserved field that is not zero.
 *   - EFAULT: a pointer that cannot be read or written.
 *   - ENOENT: no object has this handle or name.
 *   - EBUSY: the object is in use.
 *   - EXDEV: the channel's device cannot reach the buffer.
 *   - EPERM: the caller lacks a privilege.
 *   - EAGAIN: no credit now; wait with poll(2) for POLLOUT. read(2): no
 *     completion now.
 *   - ENODEV: the channel's device is gone.
 *   - ENOMEM: no memory. EDQUOT: a limit is reached (RLIMIT_MEMLOCK or a module
 *     parameter); all sessions of the user count.
 *   - EINTR: the program was killed during a wait or a long operation.
 *
 * Thread safety: every call may be made from any thread at any time.
 *
 * Order: the provider gets the ops of one channel in the order in which they
 * were accepted. The provider decides whether an op starts before an earlier
 * one has ended, unless the earlier one has DMACTL_OPF_FENCE. On a channel with
 * DMACTL_CAP_NO_ORDER, ops may also end in any order. Completions come in the
 * order of the provider's callbacks, and a few drivers call back on two
 * processors at once. The seq of a completion is the order in which ops were
 * accepted.
 *
 * read(2) returns whole completions of 48 bytes, oldest first; EINVAL if the
 * buffer is smaller than one. poll(2): POLLIN if there is a completion; POLLOUT
 * if at least one channel of the session has credit; POLLERR and POLLHUP if the
 * device of a channel is gone, until that channel is destroyed. Several readers
 * share the completions. mmap(2) takes the offset that BUF_ALLOC returned, with
 * MAP_SHARED, or 0 for the completion ring (&struct dmactl_ring); other offsets
 * below 16 MiB are reserved.
 *
 * Each port has a node, DMACTL_PORT_DIR and its name. What is opened there
 * reaches the channels of this port and nothing else, whatever privileges the
 * program has. Its first use decides what the open file is:
 *
 *   - an ioctl of this header makes it a session, as above. The file must be
 *     open for reading and writing: EACCES. CHAN_REQUEST takes BY_PORT with
 *     this port's name: EPERM for everything else, LOOK too. ENODEV: the port
 *     has gone. The permissions of the node decide, not "allow". write(2) is
 *     EBUSY; completions come by read(2), not by readv(2) or aio.
 *   - read(2), write(2), FIONREAD and poll(2) for POLLIN make it a stream, as
 *     STREAM_OPEN does with zeros, in each direction that is used: ioctls of
 *     this header, mmap(2) and io_uring commands are EBUSY. EBADF: no channel
 *     of the port goes this way; EINVAL: several do; otherwise the errors of
 *     CHAN_REQUEST and STREAM_OPEN, and then the file is as before.
 *
 * poll(2) also reports POLLERR and POLLHUP once the port has gone; a port that
 * comes again has a new node, and open files of the old one stay useless. A
 * program that uses poll(2) before its first ioctl makes INFO first.
 */
#ifndef _UAPI_LINUX_DMACTL_H
#define _UAPI_LINUX_DMACTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define DMACTL_DEVICE "/dev/dmactl"
/* The nodes of ports; see above. */
#define DMACTL_PORT_DIR "/dev/dma/"

#define DMACTL_IOC_TYPE 0xDA

enum dmactl_ioctl_nr {
	DMACTL_NR_INFO = 0x00,
	DMACTL_NR_CHAN_REQUEST = 0x01,
	DMACTL_NR_CHAN_CONFIG = 0x02,
	DMACTL_NR_CHAN_CTRL = 0x03,
	DMACTL_NR_CHAN_STATUS = 0x04,
	DMACTL_NR_BUF_ALLOC = 0x05,
	DMACTL_NR_BUF_MAP_USER = 0x06,
	DMACTL_NR_BUF_IMPORT = 0x07,
	DMACTL_NR_BUF_EXPORT = 0x08,
	DMACTL_NR_BUF_SYNC = 0x09,
	DMACTL_NR_DESTROY = 0x0a,
	DMACTL_NR_SUBMIT = 0x0b,
	DMACTL_NR_EVENTFD = 0x0c,
	DMACTL_NR_STREAM_OPEN = 0x0d,
	DMACTL_NR_PREPARE = 0x0e,
	DMACTL_NR_RING = 0x0f,
	DMACTL_NR_END
};

#define DMACTL_IO(nr) _IO(DMACTL_IOC_TYPE, (nr))

#define DMACTL_IOC_INFO		DMACTL_IO(DMACTL_NR_INFO)
#define DMACTL_IOC_CHAN_REQUEST	DMACTL_IO(DMACTL_NR_CHAN_REQUEST)
#define DMACTL_IOC_CHAN_CONFIG	DMACTL_IO(DMACTL_NR_CHAN_CONFIG)
#define DMACTL_IOC_CHAN_CTRL	DMACTL_IO(DMACTL_NR_CHAN_CTRL)
#define DMACTL_IOC_CHAN_STATUS	DMACTL_IO(DMACTL_NR_CHAN_STATUS)
#define DMACTL_IOC_BUF_ALLOC	DMACTL_IO(DMACTL_NR_BUF_ALLOC)
#define DMACTL_IOC_BUF_MAP_USER	DMACTL_IO(DMACTL_NR_BUF_MAP_USER)
#define DMACTL_IOC_BUF_IMPORT	DMACTL_IO(DMACTL_NR_BUF_IMPORT)
#define DMACTL_IOC_BUF_EXPORT	DMACTL_IO(DMACTL_NR_BUF_EXPORT)
#define DMACTL_IOC_BUF_SYNC	DMACTL_IO(DMACTL_NR_BUF_SYNC)
#define DMACTL_IOC_DESTROY	DMACTL_IO(DMACTL_NR_DESTROY)
#define DMACTL_IOC_SUBMIT	DMACTL_IO(DMACTL_NR_SUBMIT)
#define DMACTL_IOC_EVENTFD	DMACTL_IO(DMACTL_NR_EVENTFD)
#define DMACTL_IOC_STREAM_OPEN	DMACTL_IO(DMACTL_NR_STREAM_OPEN)
#define DMACTL_IOC_PREPARE	DMACTL_IO(DMACTL_NR_PREPARE)
#define DMACTL_IOC_RING		DMACTL_IO(DMACTL_NR_RING)

/* Length of every name field, including the terminating NUL. */
#define DMACTL_NAME_LEN 64

/**
 * enum dmactl_opcode - what an op does
 * @DMACTL_OP_NOP: completes after all earlier ops of the channel
 * @DMACTL_OP_MEMCPY: copy @len bytes from src to dst (device_prep_dma_memcpy).
 *	The array may hold one METADATA piece
 * @DMACTL_OP_SG: copy @len bytes from the list of source pieces to the list of
 *	destination pieces, see &struct dmactl_sg
 * @DMACTL_OP_MEMSET: fill @len bytes at dst with the low byte of @value
 *	(device_prep_dma_memset)
 * @DMACTL_OP_MEMSET_SG: fill the DST pieces, together @len bytes, with the low
 *	byte of @value (device_prep_dma_memset_sg, or one memset per piece if
 *	the provider has only that)
 * @DMACTL_OP_XOR: dst = the exclusive or of all SRC pieces, each of @len bytes
 *	(device_prep_dma_xor). More than max_xor sources are chained
 * @DMACTL_OP_XOR_VAL: check that the exclusive or of all SRC pieces, each of
 *	@len bytes, is zero. If it is not, the completion has DMACTL_COMP_P_BAD
 *	(device_prep_dma_xor_val). More than max_xor sources need a dst of @len
 *	bytes as scratch memory and a channel with DMACTL_CAP_XOR
 * @DMACTL_OP_PQ: RAID 6: the P piece becomes the exclusive or of all SRC
 *	pieces, the Q piece the sum of each source times its coefficient in
 *	GF(2^8), polynomial 0x11d. All pieces have @len bytes; P or Q may be
 *	absent (device_prep_dma_pq). More than max_pq sources are chained with
 *	DMA_PREP_CONTINUE
 * @DMACTL_OP_PQ_VAL: check that the P and Q pieces, or the one given, match the
 *	SRC pieces. If not, the completion has DMACTL_COMP_P_BAD or
 *	DMACTL_COMP_Q_BAD (device_prep_dma_pq_val). More than max_pq sources
 *	need a dst of 2 * @len bytes as scratch memory and a channel with
 *	DMACTL_CAP_PQ
 * @DMACTL_OP_SLAVE_SG: transfer between a list of pieces and the peripheral:
 *	all SRC (to the peripheral) or all DST (from it) (device_prep_slave_sg).
 *	The array may also hold one METADATA piece
 * @DMACTL_OP_SLAVE_SINGLE: transfer from src to the peripheral, or from it to
 *	dst (dmaengine_prep_slave_single). The array may hold one METADATA piece
 * @DMACTL_OP_PERIPHERAL_VEC: like SLAVE_SG, with device_prep_peripheral_dma_vec
 * @DMACTL_OP_CYCLIC: repeat the transfer of the @len bytes from src to the
 *	peripheral, or from it to dst, until the channel is terminated
 *	(device_prep_dma_cyclic). The array is one &struct dmactl_cyclic. EXDEV:
 *	the memory is not contiguous for the device. EDQUOT: more or longer
 *	periods than the channel's bounds
 * @DMACTL_OP_INTERLEAVED: frames of chunks and gaps
 *	(device_prep_interleaved_dma). The array holds &struct dmactl_chunk;
 *	@len is the sum of the chunks, without gaps, times the number of frames.
 *	Without src, the bytes come from the peripheral; without dst, they go to
 *	it
 * @DMACTL_OP_RIO_SG: like SLAVE_SG, with memory behind RapidIO as the other
 *	side (dmaengine_prep_rio_sg); the first element of the array is a
 *	&struct dmactl_rio
 * @DMACTL_OP_IMM_DATA: write the 8 bytes of @src_off to dst; @len is 8
 *	(device_prep_dma_imm_data)
 * @DMACTL_OP_INTERRUPT: a descriptor that moves nothing
 *	(device_prep_dma_interrupt)
 * @DMACTL_OP_PREPARED: submit an op that PREPARE made; @src_buf is its handle.
 *	The channel must be the same, all other fields 0
 *
 * An alignment holds for the address that the device sees, too: pinned memory
 * must begin aligned (EINVAL). With a peripheral, memory and lengths must be
 * multiples of the width from CHAN_CONFIG or the port.
 *
 * Source and destination of a copy must not overlap: the result is undefined,
 * and the module may return EINVAL. A destination of XOR and PQ may be exactly
 * one of the sources; sources may overlap each other.
 *
 * Ops 9 to 12, 14, and 13 with one side only, transfer with a peripheral. They
 * need DMACTL_CAP_SLAVE (CYCLIC: or DMACTL_CAP_CYCLIC), the direction, and either
 * a channel that was requested BY_SLAVE or BY_PORT or set up with CHAN_CONFIG,
 * or CAP_SYS_RAWIO. Otherwise the channel could write anywhere: EPERM. Memory
 * that must not be written (READ_ONLY, or a dma-buf opened for reading) is also
 * EPERM, unless MEM_TO_DEV is the channel's only direction, because some
 * drivers declare both directions and check neither. RIO_SG, and INTERLEAVED
 * with INC, SGL or a gap on the side of the peripheral, always need
 * CAP_SYS_RAWIO; on a port, the latter is EPERM. What needs CAP_SYS_RAWIO here
 * is forbidden under kernel_lockdown(7).
 */
enum dmactl_opcode {
	DMACTL_OP_NOP = 0,
	DMACTL_OP_MEMCPY = 1,
	DMACTL_OP_SG = 2,
	DMACTL_OP_MEMSET = 3,
	DMACTL_OP_MEMSET_SG = 4,
	DMACTL_OP_XOR = 5,
	DMACTL_OP_XOR_VAL = 6,
	DMACTL_OP_PQ = 7,
	DMACTL_OP_PQ_VAL = 8,
	DMACTL_OP_SLAVE_SG = 9,
	DMACTL_OP_SLAVE_SINGLE = 10,
	DMACTL_OP_PERIPHERAL_VEC = 11,
	DMACTL_OP_CYCLIC = 12,
	DMACTL_OP_INTERLEAVED = 13,
	DMACTL_OP_RIO_SG = 14,
	DMACTL_OP_IMM_DATA = 15,
	DMACTL_OP_INTERRUPT = 16,
	DMACTL_OP_PREPARED = 17,
	DMACTL_OP_END
};

/*
 * Flags of an op. Flags that the module or the opcode does not know are
 * EOPNOTSUPP. Bits 0 to 7 have the same meaning for all opcodes; bits 8 to 15
 * depend on the opcode.
 *
 * The module hands the source to the device when the op is accepted, and the
 * destination to the CPU when the op ends (cache maintenance, copies through
 * SWIOTLB). Until then the CPU must not touch the destination and, unless the
 * channel has DMACTL_CAP_CACHE_COHERENT, the rest of the cache lines at its
 * ends. An op that reads what an op in flight writes needs NO_SYNC_SRC, or the
 * CPU's bytes would overwrite the device's; the earlier op needs FENCE. The CPU
 * sees what an op in flight has moved so far after BUF_SYNC BEGIN | READ;
 * memory that goes through SWIOTLB has the old bytes until then.
 */
/* The caller has handed the source to the device (BUF_SYNC END | WRITE). */
#define DMACTL_OPF_NO_SYNC_SRC	(1u << 0)
/* The caller will hand the destination to the CPU (BUF_SYNC BEGIN | READ). */
#define DMACTL_OPF_NO_SYNC_DST	(1u << 1)
#define DMACTL_OPF_NO_SYNC	(DMACTL_OPF_NO_SYNC_SRC | DMACTL_OPF_NO_SYNC_DST)
/* DMA_PREP_FENCE: later descriptors depend on this one. */
#define DMACTL_OPF_FENCE	(1u << 2)
/*
 * DMA_PREP_REPEAT: repeat the op until a later op with LOAD_EOT replaces it or
 * the channel is terminated. Completions are like those of CYCLIC, with one
 * repetition per period. Only for INTERLEAVED, as in dmaengine, in memory that
 * is contiguous for the device (EXDEV otherwise); needs DMACTL_CAP_REPEAT.
 */
#define DMACTL_OPF_REPEAT	(1u << 3)
/*
 * DMA_PREP_LOAD_EOT: replace a repeating op at the end of its current
 * repetition. For INTERLEAVED, CYCLIC and slave ops; needs DMACTL_CAP_LOAD_EOT.
 */
#define DMACTL_OPF_LOAD_EOT	(1u << 4)
/*
 * DMA_PREP_CMD: the bytes are a command to the peripheral. For slave ops. A
 * command can name any register, so it needs CAP_SYS_RAWIO, or a port with
 * dmactl,commands; EPERM otherwise.
 */
#define DMACTL_OPF_CMD		(1u << 5)

/*
 * For INTERLEAVED: src_inc, dst_inc, src_sgl and dst_sgl of struct
 * dma_interleaved_template. INC: the address is incremented with each byte.
 * SGL: the icg of each chunk applies to this side. A side in memory without INC
 * is as long as the longest chunk.
 */
#define DMACTL_OPF_SRC_INC	(1u << 8)
#define DMACTL_OPF_DST_INC	(1u << 9)
#define DMACTL_OPF_SRC_SGL	(1u << 10)
#define DMACTL_OPF_DST_SGL	(1u << 11)

/*
 * For MEMCPY and slave ops with a METADATA piece: use DESC_METADATA_ENGINE
 * instead of DESC_METADATA_CLIENT. EOPNOTSUPP if the channel lacks the mode.
 */
#define DMACTL_OPF_METADATA_ENGINE (1u << 8)

/**
 * struct dmactl_op - one op of a batch
 * @opcode: &enum dmactl_opcode
 * @flags: DMACTL_OPF_* flags
 * @chan: channel handle
 * @user_data: any value; returned in the completion
 * @dst_buf: destination buffer handle, 0 if the opcode has none
 * @src_buf: source buffer handle, 0 if the opcode has none
 * @dst_off: offset into @dst_buf in bytes
 * @src_off: offset into @src_buf in bytes
 * @len: length in bytes, not 0 (DMACTL_OP_NOP: 0)
 * @args_uptr: address of the opcode's array, 0 if it has none
 * @nr_args: number of elements in that array
 * @arg_size: bytes from one element to the next: a multiple of 8, at least the
 *	first version of the element, at most 4096; 0 if @nr_args is 0
 * @value: fill byte (MEMSET, MEMSET_SG); otherwise 0
 *
 * Fields that the opcode does not use must be 0. An op that the channel cannot
 * do in one descriptor is split and still completes once.
 */
struct dmactl_op {
	__u16 opcode;
	__u16 flags;
	__u32 chan;
	__aligned_u64 user_data;
	__u32 dst_buf;
	__u32 src_buf;
	__aligned_u64 dst_off;
	__aligned_u64 src_off;
	__aligned_u64 len;
	__aligned_u64 args_uptr;
	__u32 nr_args;
	__u16 arg_size;
	__u16 value;
};

/* Roles of an element of an op's argument array. */
enum dmactl_sg_role {
	DMACTL_SG_SRC = 1,
	DMACTL_SG_DST = 2,
	DMACTL_SG_P = 3,
	DMACTL_SG_Q = 4,
	DMACTL_SG_METADATA = 5,
	DMACTL_SG_RIO = 6		/* &struct dmactl_rio */
};

/**
 * struct dmactl_sg - a piece of memory in the array of an op
 * @buf: buffer handle
 * @role: &enum dmactl_sg_role
 * @value: coefficient of a source (PQ, PQ_VAL), up to 255; otherwise 0
 * @off: offset into @buf in bytes
 * @len: length in bytes, not 0; at most 4096 for METADATA
 * @reserved: 0
 *
 * Pieces of one role are used in the order of the array. For SG, the pieces of
 * each role must add up to the op's @len; for MEMSET_SG, SLAVE_SG,
 * PERIPHERAL_VEC and RIO_SG, all pieces must.
 *
 * METADATA accompanies the bytes to the peripheral (its content when the op is
 * accepted) or comes from it (written when the op ends). MEMCPY does both. An
 * op with METADATA is not split: EINVAL if one descriptor is not enough. The
 * buffer must be STREAMING, or COHERENT of the same device (EXDEV otherwise).
 */
struct dmactl_sg {
	__u32 buf;
	__u16 role;
	__u16 value;
	__aligned_u64 off;
	__aligned_u64 len;
	__aligned_u64 reserved;
};

/**
 * struct dmactl_cyclic - the array of DMACTL_OP_CYCLIC
 * @period_len: bytes in a period; must divide the op's @len
 * @reserved: 0
 *
 * At the end of a period a completion is queued, with DMACTL_COMP_MORE and the
 * number of periods so far in @count. Until it is reaped, further periods only
 * increase @count. The last completion of the op has no MORE; @bytes is the
 * total, and status is the reason: ECANCELED after TERMINATE. The module hands
 * a destination to the CPU period by period. A program that changes a source
 * hands it to the device with BUF_SYNC END | WRITE.
 *
 * Where DMACTL_CAP_CYCLIC, memory in one piece for the device and the bounds
 * allow it, one descriptor goes round. Otherwise, with DMACTL_CAP_CYCLIC_QUEUE,
 * the module keeps a queue of slave descriptors filled, a period each or a part
 * of one (else EOPNOTSUPP, EXDEV or EDQUOT). Completions and status are the same.
 * @out_descriptors of CHAN_STATUS tells which one it is: it grows by one, or with
 * the periods. What only a queue has:
 *
 *   - DMACTL_COMP_GAP, if the module was late.
 *   - Nothing is accepted on the channel behind it (EAGAIN), until it has ended.
 *   - After an error it reports no more periods than before, and submits no more
 *     descriptors: a completion with MORE and the status comes at once, the last
 *     one when the provider has ended what it had. EPROTO: the peripheral ended a
 *     period early, as at the end of a packet.
 */
struct dmactl_cyclic {
	__aligned_u64 period_len;
	__aligned_u64 reserved;
};

/*
 * Some controllers go over the last frame with a peripheral again and again, until
 * the next one has ended or the channel is stopped (VDMA). So long its buffer is
 * in use: DESTROY is EBUSY.
 */

/**
 * struct dmactl_chunk - an element of the array of DMACTL_OP_INTERLEAVED
 * @size: bytes, not 0 (size of struct data_chunk)
 * @icg: gap after it in bytes, on sides with INC and SGL
 * @src_icg: if not 0, the gap on a source side with INC, regardless of SGL
 * @dst_icg: if not 0, the gap on a destination side with INC, regardless of SGL
 *
 * Sizes, gaps, offsets and the addresses of the memory must be multiples of
 * copy_align. The gap after the very last chunk does not count.
 */
struct dmactl_chunk {
	__aligned_u64 size;
	__aligned_u64 icg;
	__aligned_u64 src_icg;
	__aligned_u64 dst_icg;
};

/**
 * struct dmactl_rio - first element of the array of DMACTL_OP_RIO_SG
 * @destid: destination ID on the RapidIO network, up to 65535
 * @role: DMACTL_SG_RIO
 * @wr_type: enum rio_write_type
 * @rio_addr: lower 64 bits of the remote address
 * @rio_addr_u: upper 2 bits
 * @reserved: 0
 */
struct dmactl_rio {
	__u32 destid;
	__u16 role;
	__u16 wr_type;
	__aligned_u64 rio_addr;
	__aligned_u64 rio_addr_u;
	__aligned_u64 reserved;
};

/**
 * struct dmactl_completion - the end of an op
 * @user_data: from the op
 * @bytes: bytes moved; may be less than the op's len
 * @timestamp_ns: when the provider reported the end, CLOCK_MONOTONIC, in ns
 * @chan: channel handle
 * @status: 0, or a negated errno: ECANCELED the op was terminated, ESTRPIPE the
 *	system went to sleep and the channel cannot be paused, ENODEV the device
 *	has gone, EFAULT the provider could not read memory
 *	(DMA_TRANS_READ_FAILED), EREMOTEIO it could not write
 *	(DMA_TRANS_WRITE_FAILED), ECONNABORTED it gave up (DMA_TRANS_ABORTED),
 *	EIO it took no descriptor of the op, or it did not stop and the op's
 *	memory is lost; EPROTO see &struct dmactl_cyclic; ENODATA the in_fence of
 *	the batch had an error, ETIMEDOUT the batch did not start in time
 *	(&struct dmactl_submit)
 * @flags: DMACTL_COMP_* bits
 * @seq: number of the op on its channel, from 0, modulo 2^32
 * @count: periods so far (CYCLIC, REPEAT); 1 for all other ops
 */
struct dmactl_completion {
	__aligned_u64 user_data;
	__aligned_u64 bytes;
	__aligned_u64 timestamp_ns;
	__u32 chan;
	__s32 status;
	__u32 flags;
	__u32 seq;
	__aligned_u64 count;
};

/* Without MORE, a completion is the last one of its op. */
#define DMACTL_COMP_P_BAD	(1u << 0)	/* XOR_VAL, PQ_VAL */
#define DMACTL_COMP_Q_BAD	(1u << 1)	/* PQ_VAL */
#define DMACTL_COMP_MORE	(1u << 2)	/* CYCLIC, REPEAT */
/*
 * CYCLIC: since the last completion at least as many periods have ended as the
 * cyclic buffer has, so some were overwritten before they were reported.
 */
#define DMACTL_COMP_OVERRUN	(1u << 3)
/*
 * CYCLIC as a queue, with OVERRUN: the provider had ended all descriptors before it
 * got the next one, so what the peripheral moved meanwhile may be lost. This was
 * between two of the periods since the last completion, or behind the last. @count
 * may be as before.
 */
#define DMACTL_COMP_GAP		(1u << 4)

/**
 * struct dmactl_info - DMACTL_IOC_INFO: what the module can do
 * @size: sizeof(struct dmactl_info)
 * @flags: 0
 * @out_features: DMACTL_FEATURE_* bits
 * @out_opcodes: bit n is set if opcode n is known
 * @out_version: module version, major << 16 | minor << 8 | patch
 * @out_session: number of this session, as in tracepoints and fdinfo
 * @out_max_channels: most channels of a session
 * @out_max_buffers: most buffers of a session
 * @out_max_batch: most ops in one SUBMIT
 * @out_max_depth: most outstanding ops of a channel
 * @out_max_args: most elements in the array of an op
 * @out_quarantined: channels in the whole system that could not be stopped;
 *	their memory is kept
 * @out_max_buffer_bytes: most bytes in a buffer
 *
 * Errors: the common ones.
 */
struct dmactl_info {
	__u32 size;
	__u32 flags;
	__aligned_u64 out_features;
	__aligned_u64 out_opcodes;
	__u32 out_version;
	__u32 out_session;
	__u32 out_max_channels;
	__u32 out_max_buffers;
	__u32 out_max_batch;
	__u32 out_max_depth;
	__u32 out_max_args;
	__u32 out_quarantined;
	__aligned_u64 out_max_buffer_bytes;
};

#define DMACTL_FEATURE_READ	(1ull << 0)	/* read(2) of completions */
#define DMACTL_FEATURE_EVENTFD	(1ull << 1)
#define DMACTL_FEATURE_MAP_USER	(1ull << 2)	/* BUF_MAP_USER */
#define DMACTL_FEATURE_DMABUF	(1ull << 3)	/* BUF_IMPORT, BUF_EXPORT */
#define DMACTL_FEATURE_STREAM	(1ull << 4)	/* STREAM_OPEN */
#define DMACTL_FEATURE_URING	(1ull << 5)	/* &struct dmactl_uring_cmd */
#define DMACTL_FEATURE_PORT	(1ull << 6)	/* DMACTL_CHAN_BY_PORT */
#define DMACTL_FEATURE_RING	(1ull << 7)	/* DMACTL_IOC_RING */
#define DMACTL_FEATURE_PORT_NODE (1ull << 8)	/* nodes in DMACTL_PORT_DIR */
#define DMACTL_FEATURE_SYNC_FILE (1ull << 9)	/* SUBMIT: IN_FENCE, OUT_FENCE, DEFER */

/* The capabilities of a channel: &struct dmactl_chan_caps.caps */
#define DMACTL_CAP_MEMCPY	(1ull << 0)
#define DMACTL_CAP_XOR		(1ull << 1)
#define DMACTL_CAP_PQ		(1ull << 2)
#define DMACTL_CAP_XOR_VAL	(1ull << 3)
#define DMACTL_CAP_PQ_VAL	(1ull << 4)
#define DMACTL_CAP_MEMSET	(1ull << 5)
#define DMACTL_CAP_MEMSET_SG	(1ull << 6)
#define DMACTL_CAP_INTERRUPT	(1ull << 7)
#define DMACTL_CAP_SLAVE	(1ull << 8)
#define DMACTL_CAP_CYCLIC	(1ull << 9)
#define DMACTL_CAP_INTERLEAVE	(1ull << 10)
#define DMACTL_CAP_REPEAT	(1ull << 11)
#define DMACTL_CAP_LOAD_EOT	(1ull << 12)
/* The provider may complete descriptors out of order. */
#define DMACTL_CAP_NO_ORDER	(1ull << 13)
/*
 * The kernel's own async_tx does not use this channel. This holds for all
 * channels that a session has, so do not ask for it.
 */
#define DMACTL_CAP_PRIVATE	(1ull << 14)
#define DMACTL_CAP_PAUSE	(1ull << 32)
#define DMACTL_CAP_RESUME	(1ull << 33)
/* Ops in flight can be stopped; without this bit they must finish. */
#define DMACTL_CAP_TERMINATE	(1ull << 34)
/* Descriptors of prepared ops stay at the provider. */
#define DMACTL_CAP_REUSE	(1ull << 35)
#define DMACTL_CAP_METADATA_CLIENT	(1ull << 36)
#define DMACTL_CAP_METADATA_ENGINE	(1ull << 37)
/* PQ can continue from an earlier result. */
#define DMACTL_CAP_PQ_CONTINUE	(1ull << 38)
/* An IOMMU translates for the device. */
#define DMACTL_CAP_IOMMU	(1ull << 40)
/* The device is cache coherent. */
#define DMACTL_CAP_CACHE_COHERENT	(1ull << 41)
/* Some memory is beyond the dma_mask and is copied through SWIOTLB. */
#define DMACTL_CAP_ADDRESSING_LIMITED	(1ull << 42)
/* device_prep_peripheral_dma_vec, device_prep_dma_imm_data, RapidIO */
#define DMACTL_CAP_PERIPHERAL_VEC	(1ull << 43)
#define DMACTL_CAP_IMM_DATA	(1ull << 44)
#define DMACTL_CAP_RIO_SG	(1ull << 45)
/* The module parameter "allow" offers the channel to all users of the node. */
#define DMACTL_CAP_OFFERED	(1ull << 46)
/* CYCLIC can be a queue: see &struct dmactl_cyclic. */
#define DMACTL_CAP_CYCLIC_QUEUE	(1ull << 47)

/* Bits of &struct dmactl_chan_caps.directions: enum dma_transfer_direction */
#define DMACTL_DIR_MEM_TO_MEM	(1u << 0)
#define DMACTL_DIR_MEM_TO_DEV	(1u << 1)
#define DMACTL_DIR_DEV_TO_MEM	(1u << 2)
#define DMACTL_DIR_DEV_TO_DEV	(1u << 3)

/* enum dma_residue_granularity */
enum dmactl_residue {
	DMACTL_RESIDUE_DESCRIPTOR = 0,
	DMACTL_RESIDUE_SEGMENT = 1,
	DMACTL_RESIDUE_BURST = 2
};

/*
 * Bits of &struct dmactl_chan_caps.bound_flags. A bound without a bit is the
 * module's default, because providers that declare none may still have one.
 */
#define DMACTL_BOUND_SEGMENT_DECLARED	(1u << 0)	/* by the provider */
/* By root for the device, in the module parameter "bounds". */
#define DMACTL_BOUND_SEGMENT_SET	(1u << 1)
#define DMACTL_BOUND_ENTRIES_SET	(1u << 2)
#define DMACTL_BOUND_FRAMES_SET		(1u << 3)
#define DMACTL_BOUND_PERIODS_SET	(1u << 4)
#define DMACTL_BOUND_OUTSTANDING_SET	(1u << 5)
#define DMACTL_BOUND_DESCRIPTORS_SET	(1u << 6)	/* there, or by the port */

/**
 * struct dmactl_chan_caps - what a channel can do
 * @caps: DMACTL_CAP_* bits
 * @src_addr_widths: bit n is set if a peripheral register of n bytes can be
 *	read (slave); bits 62 and 63 are reserved for 64 and 128 bytes
 * @dst_addr_widths: the same for writing
 * @directions: DMACTL_DIR_* bits (slave)
 * @residue_granularity: &enum dmactl_residue
 * @min_burst: smallest burst in units of the address width, 0: not declared
 * @max_burst: largest burst in units of the address width, 0: not declared
 * @max_sg_burst: most segments in one burst, 0: no limit
 * @copy_align: alignment of address and length in bytes (MEMCPY, SG)
 * @fill_align: the same (MEMSET)
 * @xor_align: the same (XOR)
 * @pq_align: the same (PQ)
 * @max_xor: most sources in an XOR descriptor
 * @max_pq: most sources in a PQ descriptor
 * @max_segment: most bytes in a segment, 0: not declared
 * @dma_mask: addresses that the device reaches
 * @coherent_dma_mask: the same for COHERENT buffers
 * @numa_node: node of the device, -1: unknown
 * @bound_segment: most bytes in a piece of a descriptor; longer ones are cut. A
 *	CYCLIC op with a longer period is a queue
 * @bound_entries: most pieces in a descriptor; longer lists are cut
 * @bound_frames: most frames in a descriptor (INTERLEAVED); more are cut, or
 *	EXDEV with REPEAT
 * @bound_periods: most periods in a cyclic buffer (CYCLIC); with more it is a queue
 * @bound_flags: DMACTL_BOUND_* bits: where the bounds come from
 * @bound_outstanding: most pieces, periods and chunks in all descriptors at the
 *	provider; more wait, or are EAGAIN. Prepared descriptors may have as
 *	many again; more are EDQUOT. 0: an older module without this bound
 * @bound_descriptors: most descriptors at the provider; more wait, or are
 *	EAGAIN. 0: an older module without this bound
 * @reserved: 0
 * @name: dmaengine's name of the channel: dma0chan3
 * @device: name of the DMA device, cut to 63 characters
 * @driver: name of its driver, cut to 63 characters
 */
struct dmactl_chan_caps {
	__aligned_u64 caps;
	__aligned_u64 src_addr_widths;
	__aligned_u64 dst_addr_widths;
	__u32 directions;
	__u32 residue_granularity;
	__u32 min_burst;
	__u32 max_burst;
	__u32 max_sg_burst;
	__u32 copy_align;
	__u32 fill_align;
	__u32 xor_align;
	__u32 pq_align;
	__u32 max_xor;
	__u32 max_pq;
	__s32 numa_node;
	__aligned_u64 max_segment;
	__aligned_u64 dma_mask;
	__aligned_u64 coherent_dma_mask;
	__aligned_u64 bound_segment;
	__u32 bound_entries;
	__u32 bound_frames;
	__u32 bound_periods;
	__u32 bound_flags;
	__u32 bound_outstanding;
	__u32 bound_descriptors;
	__u32 reserved[2];
	char name[DMACTL_NAME_LEN];
	char device[DMACTL_NAME_LEN];
	char driver[DMACTL_NAME_LEN];
};

/**
 * enum dmactl_chan_by - how a channel is chosen
 * @DMACTL_CHAN_BY_CAPS: any free channel that has all of @caps; if @name is not
 *	empty, only on the DMA device with this name
 * @DMACTL_CHAN_BY_NAME: the channel with this dmaengine name (dma0chan3); it
 *	must have all of @caps
 * @DMACTL_CHAN_BY_SLAVE: dma_request_chan() with this name in a slave map of
 *	the device "dmactl". It has no firmware node: dma-names need BY_PORT
 * @DMACTL_CHAN_BY_PORT: "PORT:CHANNEL", or "PORT" if the port has one channel:
 *	a channel of a firmware node with compatible "dmactl,port", which also
 *	describes how to reach the peripheral. /sys/class/dmactl lists the ports
 */
enum dmactl_chan_by {
	DMACTL_CHAN_BY_CAPS = 0,
	DMACTL_CHAN_BY_NAME = 1,
	DMACTL_CHAN_BY_SLAVE = 2,
	DMACTL_CHAN_BY_PORT = 3,
	DMACTL_CHAN_BY_END
};

/* CHAN_REQUEST: only report what the channel can do; see below. */
#define DMACTL_CHAN_LOOK	(1u << 0)

/**
 * struct dmactl_chan_request - DMACTL_IOC_CHAN_REQUEST: get a channel
 * @size: sizeof(struct dmactl_chan_request)
 * @flags: 0 or DMACTL_CHAN_LOOK
 * @by: &enum dmactl_chan_by
 * @depth: most outstanding ops (submitted and not yet reaped); 0: the default
 *	of 256; at most &struct dmactl_info.out_max_depth
 * @caps: DMACTL_CAP_* bits that the channel must have
 * @name: see &enum dmactl_chan_by; NUL-terminated
 * @reserved: 0
 * @out_chan: handle
 * @out_depth: the depth in effect
 * @out: what the channel can do
 *
 * The session holds the channel until DESTROY or close. Errors: ENOENT there is
 * no such channel, another kernel client holds it, or (BY_CAPS) all matching
 * channels are busy; EBUSY a dmactl session holds the named channel; ENODEV its
 * driver comes or goes; EPERM the module parameter "allow" does not offer it and
 * the caller lacks CAP_SYS_RAWIO. By default "allow" offers by NAME and CAPS all
 * channels between memory and memory, and all ports; EOPNOTSUPP the named channel
 * lacks one of @caps; EIO the channel is free, but the provider could not make it
 * ready; EDQUOT the session or the user has as many channels (of the controller)
 * as allowed, or too much kernel memory for @depth more ops.
 *
 * BY_PORT: the peripheral is configured as the port describes, and @out has
 * only the directions that the port allows. ENOENT there is no such port or
 * channel; EINVAL the port has several channels and @name has none; EBUSY a
 * session holds the channel through the port; ENODEV the port exists, but its
 * DMA controller does not, or another client holds the channel; EPERM "allow"
 * matches neither PORT:CHANNEL nor the channel; EOPNOTSUPP, EINVAL the channel
 * cannot do what the port describes, or declares both directions while the port
 * gives none. If the port goes (its device is removed or unbound), the channel
 * behaves as if the DMA controller had gone.
 *
 * LOOK requests nothing: @out describes the channel, which may be free or held
 * by a session, and @out_chan is 0. Only for BY_NAME; @depth and @caps are 0.
 * It needs no privilege; DMACTL_CAP_OFFERED in @out tells who may request the
 * channel. Errors: EINVAL another @by; ENOENT there is no such channel, or
 * another kernel client holds it; EBUSY it is being stopped.
 */
struct dmactl_chan_request {
	__u32 size;
	__u32 flags;
	__u32 by;
	__u32 depth;
	__aligned_u64 caps;
	char name[DMACTL_NAME_LEN];
	__aligned_u64 reserved[4];
	__u32 out_chan;
	__u32 out_depth;
	struct dmactl_chan_caps out;
};

/**
 * struct dmactl_chan_config - DMACTL_IOC_CHAN_CONFIG: dmaengine_slave_config()
 * @size: sizeof(struct dmactl_chan_config)
 * @flags: 0
 * @chan: channel handle
 * @direction: 0, or DMACTL_DIR_MEM_TO_DEV or DMACTL_DIR_DEV_TO_MEM for
 *	providers that still require it
 * @src_addr: bus address that DEV_TO_MEM reads
 * @dst_addr: bus address that MEM_TO_DEV writes
 * @src_addr_width: bytes in one access to @src_addr: 1, 2, 3, 4, 8, 16, 32, 64,
 *	128, or 0: undefined
 * @dst_addr_width: the same for @dst_addr
 * @src_maxburst: most accesses of @src_addr_width in one burst
 * @dst_maxburst: the same for @dst_addr
 * @src_port_window_size: length of the register area at @src_addr, in units of
 *	@src_addr_width, 0: a single register
 * @dst_port_window_size: the same for @dst_addr
 * @device_fc: 1: the peripheral is the flow controller
 * @peripheral_size: bytes at @peripheral_config_uptr, at most 4096
 * @peripheral_config_uptr: struct of the provider (peripheral_config), or 0
 *
 * Holds for ops that are accepted later, until the next CHAN_CONFIG.
 *
 * A channel BY_PORT needs no privilege. Nobody can change what the port fixes:
 * EPERM. 0 and the fixed value itself stand for the fixed value. Only
 * @direction, among those of the port, and bursts that the port does not give
 * can be chosen; peripheral_config is refused.
 *
 * struct dma_slave_config in include/linux/dmaengine.h defines the meaning of
 * each field. Errors: EPERM without CAP_SYS_RAWIO, because the channel could
 * then reach any address, and under kernel lockdown; EOPNOTSUPP no slave
 * channel, or a width or direction that it does not declare; EINVAL a burst
 * beyond max_burst, an address wider than the machine's, or a value that the
 * provider refuses; EBUSY ops are in flight.
 */
struct dmactl_chan_config {
	__u32 size;
	__u32 flags;
	__u32 chan;
	__u32 direction;
	__aligned_u64 src_addr;
	__aligned_u64 dst_addr;
	__u32 src_addr_width;
	__u32 dst_addr_width;
	__u32 src_maxburst;
	__u32 dst_maxburst;
	__u32 src_port_window_size;
	__u32 dst_port_window_size;
	__u32 device_fc;
	__u32 peripheral_size;
	__aligned_u64 peripheral_config_uptr;
};

/**
 * enum dmactl_ctrl - what CHAN_CTRL does
 * @DMACTL_CTRL_ISSUE: issue what was submitted with DMACTL_SUBMIT_HOLD
 * @DMACTL_CTRL_TERMINATE: stop; all ops in flight complete with ECANCELED
 * @DMACTL_CTRL_SYNCHRONIZE: return when the kernel is processing no completion
 *	of the channel
 * @DMACTL_CTRL_PAUSE: dmaengine_pause(); EOPNOTSUPP if the provider lacks it;
 *	EBUSY another driver waits for the fence of an op in flight
 * @DMACTL_CTRL_RESUME: dmaengine_resume()
 */
enum dmactl_ctrl {
	DMACTL_CTRL_ISSUE = 1,
	DMACTL_CTRL_TERMINATE = 2,
	DMACTL_CTRL_SYNCHRONIZE = 3,
	DMACTL_CTRL_PAUSE = 4,
	DMACTL_CTRL_RESUME = 5,
	DMACTL_CTRL_END
};

/**
 * struct dmactl_chan_ctrl - DMACTL_IOC_CHAN_CTRL: control a channel
 * @size: sizeof(struct dmactl_chan_ctrl)
 * @flags: 0
 * @chan: channel handle
 * @ctrl: &enum dmactl_ctrl
 *
 * Errors: EOPNOTSUPP the provider cannot do this; ENODEV.
 */
struct dmactl_chan_ctrl {
	__u32 size;
	__u32 flags;
	__u32 chan;
	__u32 ctrl;
};

/**
 * enum dmactl_state - state of an op, from dmaengine_tx_status()
 * @DMACTL_STATE_IDLE: nothing outstanding
 * @DMACTL_STATE_HELD: submitted, not issued, or the batch waits for fences
 * @DMACTL_STATE_IN_PROGRESS: DMA_IN_PROGRESS
 * @DMACTL_STATE_PAUSED: DMA_PAUSED
 * @DMACTL_STATE_COMPLETE: DMA_COMPLETE, its completion is on the way
 * @DMACTL_STATE_ERROR: DMA_ERROR
 * @DMACTL_STATE_GONE: the device is gone
 */
enum dmactl_state {
	DMACTL_STATE_IDLE = 0,
	DMACTL_STATE_HELD = 1,
	DMACTL_STATE_IN_PROGRESS = 2,
	DMACTL_STATE_PAUSED = 3,
	DMACTL_STATE_COMPLETE = 4,
	DMACTL_STATE_ERROR = 5,
	DMACTL_STATE_GONE = 6
};

/* CHAN_STATUS: report the op with this @user_data instead of the oldest. */
#define DMACTL_STATUS_BY_USER_DATA (1u << 0)

/**
 * struct dmactl_chan_status - DMACTL_IOC_CHAN_STATUS: the state of a channel
 * @size: sizeof(struct dmactl_chan_status)
 * @flags: 0 or DMACTL_STATUS_BY_USER_DATA
 * @chan: channel handle
 * @out_state: &enum dmactl_state of the reported op
 * @user_data: in: selects the op, with DMACTL_STATUS_BY_USER_DATA; out: of the
 *	reported op
 * @out_residue: bytes of that op still to move, in the channel's residue
 *	granularity
 * @out_submitted: ops accepted since CHAN_REQUEST
 * @out_completed: ops ended, with or without an error
 * @out_failed: ops ended with an error or terminated
 * @out_bytes: bytes moved
 * @out_descriptors: descriptors submitted to the provider
 * @out_in_flight: ops accepted and not ended
 * @out_credit: ops that can be accepted now
 * @out_count: periods so far of that op (CYCLIC, REPEAT)
 * @out_stalls: how often nothing ended for half a second although all earlier
 *	descriptors had ended. Then the module issued again, because the
 *	provider may have ignored an issue. Does not happen while the channel is
 *	paused or has held ops
 *
 * For a CYCLIC op, @out_residue counts down from its len to 0 and starts again:
 * len - @out_residue is the position. Errors: ENOENT no op in flight has this
 * @user_data.
 */
struct dmactl_chan_status {
	__u32 size;
	__u32 flags;
	__u32 chan;
	__u32 out_state;
	__aligned_u64 user_data;
	__aligned_u64 out_residue;
	__aligned_u64 out_submitted;
	__aligned_u64 out_completed;
	__aligned_u64 out_failed;
	__aligned_u64 out_bytes;
	__aligned_u64 out_descriptors;
	__u32 out_in_flight;
	__u32 out_credit;
	__aligned_u64 out_count;
	__aligned_u64 out_stalls;
};

/**
 * enum dmactl_buf_kind - kinds of memory
 * @DMACTL_BUF_STREAMING: cached pages, for any device and the CPU;
 *	get_user_pages() works on the mapping (O_DIRECT, io_uring)
 * @DMACTL_BUF_COHERENT: dma_alloc_coherent() memory of one channel's device
 * @DMACTL_BUF_CONTIGUOUS: as STREAMING, with the same syncs, but physically
 *	contiguous, so that a CYCLIC op of any length runs without an IOMMU.
 *	get_user_pages() pins it for long, too (io_uring's registered buffers,
 *	RDMA). The kernel has to make room for it: ENOMEM if there is no free or
 *	movable range of @len, as can be after a long uptime
 */
enum dmactl_buf_kind {
	DMACTL_BUF_STREAMING = 1,
	DMACTL_BUF_COHERENT = 2,
	DMACTL_BUF_CONTIGUOUS = 3,
	DMACTL_BUF_KIND_END
};

/**
 * struct dmactl_buf_alloc - DMACTL_IOC_BUF_ALLOC: allocate DMA memory
 * @size: sizeof(struct dmactl_buf_alloc)
 * @flags: 0
 * @kind: &enum dmactl_buf_kind
 * @chan: COHERENT: a channel of the device that the memory is for; STREAMING:
 *	0, or a channel for whose device the memory is optimized (NUMA node;
 *	addresses that need no SWIOTLB, if available); CONTIGUOUS: 0, or a
 *	channel whose device has to reach the memory without SWIOTLB and in one
 *	segment (ENOMEM)
 * @len: length in bytes, not 0; rounded up to whole pages
 * @out_len: length in bytes after rounding
 * @out_mmap_offset: offset for mmap(2) on the session, MAP_SHARED; add a
 *	multiple of the page size to map a later part
 * @out_buf: handle
 * @reserved: 0
 *
 * The memory is zeroed and counts against RLIMIT_MEMLOCK, unless the caller has
 * CAP_IPC_LOCK. It is freed after DESTROY or close and after the last mapping
 * is gone.
 */
struct dmactl_buf_alloc {
	__u32 size;
	__u32 flags;
	__u32 kind;
	__u32 chan;
	__aligned_u64 len;
	__aligned_u64 out_len;
	__aligned_u64 out_mmap_offset;
	__u32 out_buf;
	__u32 reserved;
};

/* BUF_MAP_USER: the device only reads, so the memory need not be writable. */
#define DMACTL_MAP_USER_READ_ONLY (1u << 0)

/**
 * struct dmactl_buf_map_user - DMACTL_IOC_BUF_MAP_USER: use the program's
 * memory
 * @size: sizeof(struct dmactl_buf_map_user)
 * @flags: 0 or DMACTL_MAP_USER_READ_ONLY
 * @addr: address in the caller's address space, any alignment
 * @len: length in bytes, not 0
 * @out_buf: handle; offset 0 is @addr
 * @reserved: 0
 *
 * The pages are pinned (FOLL_LONGTERM) until DESTROY or close. They count
 * against RLIMIT_MEMLOCK, including partly used ones. The buffer keeps these
 * pages: if the program later unmaps or replaces memory there, the buffer does
 * not change. It has no mmap offset. After fork(2) the pages belong to the
 * parent. Unless the channel has DMACTL_CAP_CACHE_COHERENT, do not touch the
 * rest of the cache lines at both ends while an op writes there. Errors: EFAULT
 * no memory there, not readable, or not writable without READ_ONLY; EOPNOTSUPP
 * memory that cannot be pinned for long (PFN mappings, DAX, and without
 * READ_ONLY shared mappings of files on disks); EINTR the program was killed. A
 * READ_ONLY buffer is EPERM as destination of an op and EXDEV as METADATA.
 */
struct dmactl_buf_map_user {
	__u32 size;
	__u32 flags;
	__aligned_u64 addr;
	__aligned_u64 len;
	__u32 out_buf;
	__u32 reserved;
};

/**
 * struct dmactl_buf_import - DMACTL_IOC_BUF_IMPORT: import a dma-buf
 * @size: sizeof(struct dmactl_buf_import)
 * @flags: 0
 * @fd: of a dma-buf; the call takes its own reference
 * @out_buf: handle
 * @out_len: length in bytes
 * @reserved: 0
 *
 * The memory belongs to the exporter and is not counted here. It is mapped
 * through the fd of the dma-buf. The exporter also does the syncs: ops do not
 * sync the dma-buf, with or without NO_SYNC. Enclose CPU accesses in BUF_SYNC
 * BEGIN and END, which do DMA_BUF_IOCTL_SYNC on the whole dma-buf, whatever the
 * range; BEGIN waits for fences.
 *
 * If an op without a peripheral uses the dma-buf, SUBMIT waits for its fences,
 * up to the module parameter stop_timeout_ms. After that it returns EBUSY, for
 * a signal EINTR, and no op of the batch is submitted. It does not wait for ops
 * of the same session. Such an op adds a fence, or shares that of the op before
 * it (same channel and buffers); it is signalled when these ops and earlier
 * ones with fences on the channel have ended. Ops of a batch with HOLD, ops that
 * repeat and ops with a peripheral add none, as their end is unknown; nor do ops
 * on a channel that is paused or has one of the last two in flight. After the
 * parameter fence_timeout_ms it is signalled with ETIMEDOUT; the op continues.
 *
 * A dma-buf whose fd was opened for reading is never written to: EPERM, as with
 * a READ_ONLY buffer of BUF_MAP_USER.
 *
 * Errors: EBADF; EINVAL not a dma-buf, or an export of this session. Of ops:
 * EXDEV the exporter cannot map it for the device; METADATA is always EXDEV.
 */
struct dmactl_buf_import {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 out_buf;
	__aligned_u64 out_len;
	__aligned_u64 reserved;
};

/**
 * struct dmactl_buf_export - DMACTL_IOC_BUF_EXPORT: make a dma-buf
 * @size: sizeof(struct dmactl_buf_export)
 * @flags: 0
 * @buf: handle of a STREAMING buffer
 * @out_fd: fd of the dma-buf, O_RDWR | O_CLOEXEC
 *
 * The memory lives and counts as long as the dma-buf, also after DESTROY and
 * close. Any driver, process or session may use it. Two exports of a buffer are
 * two dma-bufs of the same memory, with the same fences. From now on ops of
 * this session wait for fences and add them, see &struct dmactl_buf_import. For
 * devices that have the dma-buf mapped, these ops are CPU accesses: enclose
 * them in DMA_BUF_IOCTL_SYNC on @out_fd. Errors: EOPNOTSUPP another kind of
 * buffer: an import already has a dma-buf, pinned memory belongs to the
 * program, and COHERENT memory to one device; EMFILE.
 */
struct dmactl_buf_export {
	__u32 size;
	__u32 flags;
	__u32 buf;
	__s32 out_fd;
};

/* BUF_SYNC: exactly one of BEGIN and END, at least one of READ and WRITE. */
#define DMACTL_SYNC_BEGIN	(1u << 0)	/* before the CPU accesses it */
#define DMACTL_SYNC_END		(1u << 1)	/* after the CPU accessed it */
#define DMACTL_SYNC_READ	(1u << 2)	/* the CPU reads */
#define DMACTL_SYNC_WRITE	(1u << 3)	/* the CPU writes */

/**
 * struct dmactl_buf_sync - DMACTL_IOC_BUF_SYNC: hand a range over
 * @size: sizeof(struct dmactl_buf_sync)
 * @flags: DMACTL_SYNC_* bits
 * @buf: buffer handle
 * @chan: a channel of the device to sync with, or 0 for all devices that the
 *	buffer was used with
 * @off: offset in bytes
 * @len: length in bytes, not 0
 *
 * Ops with DMACTL_OPF_NO_SYNC need it; for others, SUBMIT and the end of the op
 * do it. An op in flight needs it too: BEGIN | READ before the CPU reads what
 * has moved so far according to &struct dmactl_chan_status, or parts of a
 * period of a CYCLIC op; END | WRITE after the CPU wrote to the source of a
 * CYCLIC op. Otherwise memory that goes through SWIOTLB (the device does not
 * reach it), or that the CPU caches apart from the device, has old bytes.
 *
 * Errors: also EINVAL for BEGIN | READ without @chan if two devices each have
 * their own copy, as it is undefined which one counts. See
 * dma_sync_single_for_cpu() and _for_device() in
 * Documentation/core-api/dma-api.rst.
 */
struct dmactl_buf_sync {
	__u32 size;
	__u32 flags;
	__u32 buf;
	__u32 chan;
	__aligned_u64 off;
	__aligned_u64 len;
};

/**
 * struct dmactl_destroy - DMACTL_IOC_DESTROY: destroy an object
 * @size: sizeof(struct dmactl_destroy)
 * @flags: 0
 * @handle: of a channel, a buffer or a prepared op
 * @reserved: 0
 *
 * A channel is stopped first. Ops between memory and memory may finish, as long
 * as they make progress, for 200 ms at most; other ops complete with ECANCELED.
 * All completions can still be reaped. The end of the session does the same. If
 * the hardware cannot be stopped, the call waits for it; after the module
 * parameter stop_timeout_ms the channel is abandoned for good. Held ops are
 * issued in this case, because they cannot be stopped either. Errors: EBUSY an
 * op in flight, or a call in progress, uses the buffer.
 */
struct dmactl_destroy {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 reserved;
};

/* SUBMIT flags */
/* Do not issue: CHAN_CTRL ISSUE or a later SUBMIT to the channel does. */
#define DMACTL_SUBMIT_HOLD		(1u << 0)
/* @timeout_ns is a time on CLOCK_MONOTONIC, not a duration. */
#define DMACTL_SUBMIT_ABS_TIMEOUT	(1u << 1)
/*
 * With one of these three, the call does not wait for fences: the batch is
 * accepted, and the module starts it later. See "Fences" below.
 */
/* Start after @in_fence, too. */
#define DMACTL_SUBMIT_IN_FENCE		(1u << 2)
/* Return a fence of the batch in @out_fence. */
#define DMACTL_SUBMIT_OUT_FENCE		(1u << 3)
/* Only wait for the fences of dma-bufs in this way. */
#define DMACTL_SUBMIT_DEFER		(1u << 4)

/* Wait without a limit. */
#define DMACTL_TIMEOUT_INFINITE (~0ull)

/**
 * struct dmactl_submit - DMACTL_IOC_SUBMIT: submit, wait and reap
 * @size: sizeof(struct dmactl_submit)
 * @flags: DMACTL_SUBMIT_* flags
 * @ops_uptr: array of &struct dmactl_op
 * @nr_ops: elements in that array, may be 0
 * @op_size: bytes from one op to the next: a multiple of 8, at least 64, at
 *	most 4096; 0 if @nr_ops is 0
 * @completions_uptr: array that receives &struct dmactl_completion
 * @nr_completions: elements in that array, may be 0
 * @min_complete: wait for this many completions, at most @nr_completions; with
 *	a ring the meaning differs, see &struct dmactl_ring
 * @completion_size: bytes from one completion to the next: a multiple of 8, at
 *	least 48, at most 4096; 0 if @nr_completions is 0
 * @out_wait: why reaping ended: 0 @min_complete was reached, or -ETIME, -EINTR,
 *	-EFAULT
 * @timeout_ns: longest wait in ns; 0: do not wait
 * @out_accepted: ops accepted, from the start of the array. If the call fails:
 *	the index of the bad op, or ~0 if no single op is to blame
 * @out_completed: completions written
 * @in_fence: with IN_FENCE, the fd of a sync_file; the call takes its own
 *	reference. Otherwise 0
 * @out_fence: with OUT_FENCE, the fd of a new sync_file, O_CLOEXEC, for the ops
 *	that were accepted, or -1 if none was
 *
 * First the whole batch is checked. If an op is bad, the call fails, nothing is
 * submitted, and @out_accepted is the index of that op. Otherwise ops are
 * accepted in order until credit runs out. If that happens before the end of
 * the array, @min_complete above 1 counts as 1, and the wait also ends when
 * there is credit again, so that the caller can submit the rest. If
 * @min_complete exceeds what is outstanding, the call waits for ops that other
 * threads submit, or for the timeout. Then up to @nr_completions completions
 * are taken from the session's queue, oldest first.
 *
 * The call succeeds if it accepted an op or wrote a completion, even if the
 * wait was cut short (see @out_wait). Errors: EAGAIN no op could be accepted
 * and there was nothing to reap (after a wait: there is credit again, so
 * retry); ETIME, EINTR the call only waited, in vain; EINTR, EBUSY fences of a
 * dma-buf were not signalled, see &struct dmactl_buf_import; EXDEV a COHERENT
 * buffer with a channel of another device; EDQUOT too much memory would go
 * through SWIOTLB, or the user has too many pieces, sources and chunks in ops
 * that have not ended: wait for some of these to end, or pass a shorter array;
 * ENOMEM SWIOTLB is full; and the common ones. Preset @out_accepted to ~0: it
 * is not written if the size or the flags are refused.
 *
 * Fences: IN_FENCE, OUT_FENCE and DEFER need DMACTL_FEATURE_SYNC_FILE. All ops
 * are for one channel. They start when @in_fence and the fences that their
 * dma-bufs had at the time of the call have signalled. Ops with dma-bufs add
 * the fence of the batch there at once, by the rules of &struct
 * dmactl_buf_import. Until the batch has started, its ops count as in flight
 * (DMACTL_STATE_HELD), and use credit and buffers; the source is handed to the
 * device at the start. Batches of a channel start in the order of the calls;
 * while one waits, the channel has no credit for SUBMIT without these flags and
 * for io_uring (EAGAIN). A batch is issued when it starts, and held ops before
 * it, too. TERMINATE, DESTROY and the end of the session end what waits with
 * ECANCELED, a device that goes with ENODEV.
 *
 * @out_fence signals when all accepted ops have ended, and earlier ops of the
 * channel that have fences; with the first error if an op failed. It signals
 * with ETIMEDOUT, as do fences of dma-bufs, the module parameter
 * fence_timeout_ms after the call. If the batch has not started by then, it
 * does not start: its ops end with ETIMEDOUT. Without fences of its own, a batch
 * waits without a limit. If @in_fence ends with an error, the ops end with
 * ENODATA; errors of dma-bufs' fences do not count, as elsewhere in the kernel.
 *
 * Errors: EBADF @in_fence is no fd; EINVAL it is no sync_file, or HOLD, no ops,
 * ops for several channels, more than 64 different dma-bufs, a struct without
 * these fields; EOPNOTSUPP PREPARED, CYCLIC, REPEAT, with OUT_FENCE also ops with
 * a peripheral, whose end is unknown; EBUSY OUT_FENCE while the channel is paused
 * or has an op that may not end; EMFILE.
 */
struct dmactl_submit {
	__u32 size;
	__u32 flags;
	__aligned_u64 ops_uptr;
	__u32 nr_ops;
	__u32 op_size;
	__aligned_u64 completions_uptr;
	__u32 nr_completions;
	__u32 min_complete;
	__u32 completion_size;
	__s32 out_wait;
	__aligned_u64 timeout_ns;
	__u32 out_accepted;
	__u32 out_completed;
	__s32 in_fence;
	__s32 out_fence;
};

/**
 * struct dmactl_eventfd - DMACTL_IOC_EVENTFD: notification of completions
 * @size: sizeof(struct dmactl_eventfd)
 * @flags: 0
 * @fd: an eventfd(2), or -1 to remove it
 * @reserved: 0
 *
 * The eventfd is signalled when a completion is added to an empty queue. It is
 * a hint, not a count: read it, then reap until nothing is left. With a ring
 * (&struct dmactl_ring): after the last completion, store head, execute a full
 * memory barrier, and read tail once more. Errors: EBADF, EINVAL not an
 * eventfd.
 */
struct dmactl_eventfd {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

/* STREAM_OPEN: like O_NONBLOCK on the new fd; fcntl(2) can change it. */
#define DMACTL_STREAM_NONBLOCK	(1u << 0)
/* The end of a short transfer ends a read. */
#define DMACTL_STREAM_PACKETS	(1u << 1)

/**
 * struct dmactl_stream_open - DMACTL_IOC_STREAM_OPEN: a peripheral as a file
 * @size: sizeof(struct dmactl_stream_open)
 * @flags: DMACTL_STREAM_* bits
 * @chan: handle of a slave channel
 * @direction: DMACTL_DIR_MEM_TO_DEV: write to it; DMACTL_DIR_DEV_TO_MEM: read
 *	from it
 * @block_len: bytes in one descriptor; 0: 64 KiB; rounded up to whole pages
 * @nr_blocks: number of descriptors, 2 to 1024; 0: 4
 * @out_fd: the new fd, O_CLOEXEC
 * @out_block_len: bytes in one descriptor, after rounding
 * @out_nr_blocks: number of descriptors
 *
 * The fd supports read(2), readv(2), write(2), writev(2), poll(2), fsync(2),
 * splice(2), Linux AIO and io_uring; sendfile(2) to a stream, but not from one
 * (EINVAL), because its source must be seekable; and FIONREAD, the bytes that
 * can be read now. Offsets are ignored. The kernel keeps all blocks of a
 * readable stream submitted from the start. It submits a block of a writable
 * stream when it is full or the call ends, so the next descriptor starts
 * without the program. fsync(2) waits until all written bytes have arrived;
 * close(2) does so too, up to the module parameter stop_timeout_ms. read(2)
 * returns the available bytes, at least one; with PACKETS, up to the end of a
 * packet. Without PACKETS, it also returns a part of a block: bytes that were
 * reported some 20 ms ago, if the channel's residue is finer than a descriptor.
 * With EPOLLET, bytes that arrive after EAGAIN or a short read are an edge, see
 * epoll(7). With Linux AIO, io_submit(2) waits for a read of an empty stream,
 * as for a pipe; with O_NONBLOCK it is EAGAIN. An error of a transfer is
 * reported once, at its place among the bytes. ENODEV: the device has gone.
 *
 * The stream can be opened again through /proc/PID/fd, and ends with its last
 * file. While it is open, SUBMIT to the channel and a second stream are EBUSY.
 * DESTROY of the channel and the end of the session end it: then reads and
 * writes are ENODEV. Errors: EOPNOTSUPP no slave channel, or not this
 * direction; EPERM as for ops with a peripheral; EBUSY ops are in flight.
 */
struct dmactl_stream_open {
	__u32 size;
	__u32 flags;
	__u32 chan;
	__u32 direction;
	__aligned_u64 block_len;
	__u32 nr_blocks;
	__s32 out_fd;
	__aligned_u64 out_block_len;
	__u32 out_nr_blocks;
	__u32 reserved;
};

/* dmactl_ring_head.flags: more completions wait for SUBMIT or poll(2). */
#define DMACTL_RING_OVERFLOW	(1u << 0)

/**
 * struct dmactl_ring_head - the start of a completion ring's mapping
 * @head: completions that the program has taken, modulo 2^32; only the program
 *	writes it
 * @tail: completions that the module has added, modulo 2^32
 * @flags: DMACTL_RING_* bits; the module writes it
 *
 * Completion n is at the offset out_records_off + (n % out_entries) *
 * record_size. Read @tail with acquire semantics, then the completions from
 * @head up to it, then store the new @head with release semantics.
 */
struct dmactl_ring_head {
	__u32 head;
	__u32 pad[15];
	__u32 tail;
	__u32 flags;
	__u32 pad2[14];
};

/**
 * struct dmactl_ring - DMACTL_IOC_RING: completions in shared memory
 * @size: sizeof(struct dmactl_ring)
 * @flags: 0
 * @entries: number of completions, 1 to 65536; rounded up to a power of 2
 * @record_size: bytes from one completion to the next: a multiple of 8, at
 *	least 48, at most 4096; bytes that the module does not know are 0
 * @out_entries: number of completions
 * @out_records_off: offset of completion 0 in the mapping, in bytes
 * @out_len: bytes to map at offset 0 of the file, MAP_SHARED
 * @reserved: 0
 *
 * From now on, completions of this session are added to the ring, as &struct
 * dmactl_completion, in the order in which they would be reaped; queued ones
 * are the first. A program reads them without a system call. An op's credit is
 * returned when its completion is in the ring. While the ring is full,
 * completions and their credit wait in the queue, and DMACTL_RING_OVERFLOW is
 * set. Completions of cyclic ops, which change until they are delivered, always
 * go through the queue.
 *
 * SUBMIT then takes no @nr_completions (EBUSY). Its @min_complete, up to
 * @out_entries, is the number of completions in the ring to wait for, and its
 * @out_completed is their number. If that is not 0, a lack of credit is no
 * error: @out_accepted is less than @nr_ops, even 0. read(2) is EBUSY. poll(2)
 * and the eventfd report completions as before. A session has at most one ring,
 * until close, and one thread at a time may read it. Errors: EBUSY the session
 * has a ring.
 */
struct dmactl_ring {
	__u32 size;
	__u32 flags;
	__u32 entries;
	__u32 record_size;
	__u32 out_entries;
	__u32 out_records_off;
	__aligned_u64 out_len;
	__aligned_u64 reserved;
};

/**
 * struct dmactl_prepare - DMACTL_IOC_PREPARE: prepare once, submit many times
 * @size: sizeof(struct dmactl_prepare)
 * @flags: 0
 * @op_uptr: one &struct dmactl_op; its user_data is ignored
 * @op_size: as in &struct dmactl_submit
 * @out_handle: for DMACTL_OP_PREPARED, until DESTROY
 *
 * Works on every channel. With DMACTL_CAP_REUSE, descriptors are prepared with
 * DMA_CTRL_REUSE and stay at the provider; without it, they are prepared for
 * each submission, with the CHAN_CONFIG of that time. All else is settled once.
 * The buffers stay in use. At most one DMACTL_OP_PREPARED of it may be in
 * flight; otherwise it, and DESTROY, are EBUSY. With a ring, an op from a batch
 * of prepared ops is in flight until its completion is in the ring. Errors:
 * those of the op; EOPNOTSUPP for XOR_VAL, PQ_VAL, CYCLIC, NOP, PREPARED,
 * METADATA, REPEAT and LOAD_EOT; EAGAIN, with DMACTL_CAP_REUSE, the provider has
 * no descriptors left. SUBMIT: EINVAL CHAN_CONFIG has since set wider words than
 * the op was checked for.
 */
struct dmactl_prepare {
	__u32 size;
	__u32 flags;
	__aligned_u64 op_uptr;
	__u32 op_size;
	__u32 out_handle;
};

/**
 * enum dmactl_uring_op - cmd_op of IORING_OP_URING_CMD on a session
 * @DMACTL_URING_OP: submit the op; the CQE comes when it has ended
 * @DMACTL_URING_ISSUE: issue held ops of the channel op.chan, like CHAN_CTRL
 *	ISSUE; all other fields are 0. The CQE comes at once
 */
enum dmactl_uring_op {
	DMACTL_URING_OP = 1,
	DMACTL_URING_ISSUE = 2
};

/* Do not issue the op: a later one without HOLD, or ISSUE, does. */
#define DMACTL_URING_HOLD	(1u << 0)

/**
 * struct dmactl_uring_cmd - the command in an SQE: an op through io_uring
 * @op: as in SUBMIT; its user_data is not returned
 * @flags: 0 or DMACTL_URING_HOLD
 * @reserved: 0
 *
 * Use an SQE with IORING_OP_URING_CMD, the fd of a session, registered or not,
 * an &enum dmactl_uring_op as cmd_op and this struct as cmd. It must be a large
 * SQE: use a ring with IORING_SETUP_SQE128 (EINVAL otherwise) or, if the kernel
 * has it, IORING_OP_URING_CMD128. With IORING_SETUP_SQPOLL a transfer needs no
 * system call. DMACTL_FEATURE_URING: the module takes such commands; the system
 * can still forbid rings (kernel.io_uring_disabled).
 *
 * The session's queue gets no completion: the CQE replaces it. Its res is
 *
 *   - below 0: a negated errno. Either the op was refused, for the reasons of
 *     SUBMIT, or it ended with this status (&struct dmactl_completion).
 *   - for XOR_VAL and PQ_VAL: DMACTL_COMP_P_BAD and DMACTL_COMP_Q_BAD.
 *   - for all others: bytes moved, 2^31 - 1 if there are more.
 *
 * In CQEs of 32 bytes, big_cqe[0] is bytes moved, for every op and also if it
 * failed, and big_cqe[1] is 0.
 *
 * Order: as described at the top of this file, in the order of acceptance,
 * together with ops of SUBMIT. io_uring takes SQEs in the order of the ring,
 * except those that it passes to a worker thread: SQEs with IOSQE_ASYNC; ops
 * that wait for fences of a dma-buf; any op while another thread stops the
 * channel. A refused op does not hold back the ops behind it; with
 * IOSQE_IO_LINK these start only after it has succeeded.
 *
 * Ops are issued one by one. A program that fills several SQEs at a time can
 * set HOLD in all but the last, which issues them all; if the last one is
 * refused for another reason than EAGAIN, ISSUE issues them.
 *
 * If a thread that submitted an op exits (or calls execve(2)), or the ring is
 * closed, io_uring does not wait for the op: its CQE is ECANCELED, if anybody
 * still reads it. The op continues and uses its buffers until it has ended;
 * TERMINATE, DESTROY and the end of the session stop it as usual. Before Linux
 * 6.7 this takes half a second, because io_uring does not report it. The
 * session lives as long as a ring has ops of it: if the hardware may hang, use
 * DESTROY or TERMINATE on the channel instead of close(2).
 *
 * Errors: EAGAIN no credit; EINVAL not a large SQE, or a field that must be 0;
 * EOPNOTSUPP an unknown flag, uring_cmd_flags, CYCLIC and ops with REPEAT,
 * because they complete more than once; ENOTTY an unknown cmd_op; and those of
 * SUBMIT.
 */
struct dmactl_uring_cmd {
	struct dmactl_op op;
	__u32 flags;
	__u32 reserved[3];
};

#endif /* _UAPI_LINUX_DMACTL_H */
