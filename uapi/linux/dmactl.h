/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * dmactl: DMA engines for ordinary programs. The interface of /dev/dmactl.
 *
 * Every ioctl takes one struct that starts with its size in bytes and a set
 * of flags. A program built with an older or a newer header works with any
 * module: fields that the module does not know must be zero, fields that the
 * program does not know are left out.
 *
 * All handles are per open file, 1 to 2^31 - 1. Addresses never cross the
 * interface: memory is named by a buffer handle and an offset in bytes.
 *
 * Fields named out_ are ignored on input. Reserved fields must be 0. Bits in
 * out fields that a program does not know are to be ignored. The *_END
 * enumerators and the sizes of structs are not part of the interface.
 *
 * Errors, the same for every ioctl:
 *
 *  - ENOTTY: the module has no such ioctl.
 *  - E2BIG: a byte is set past the end of what the module knows, or the size
 *    is above 4096.
 *  - EOPNOTSUPP: an unknown flag, or the channel lacks the capability.
 *  - EINVAL: a bad value: a size below the first version of the struct, a
 *    range outside a buffer, an alignment that the channel does not allow,
 *    a reserved field that is not zero.
 *  - EFAULT: a pointer that cannot be read or written.
 *  - ENOENT: no object with this handle or name.
 *  - EBUSY: the object is in use.
 *  - EXDEV: the buffer cannot be reached by the channel's device.
 *  - EPERM: a privilege is missing.
 *  - EAGAIN: no credit now; poll(2) for POLLOUT. read(2): no record now.
 *  - ENODEV: the channel's device is gone.
 *  - ENOMEM: no memory. EDQUOT: a limit (RLIMIT_MEMLOCK or a module
 *    parameter) is reached.
 *
 * Thread safety: every call may be made from any thread at any time.
 *
 * Order: ops on one channel are handed to the provider in the order in which
 * they were accepted. Whether one starts before the other has ended is the
 * provider's business, unless the earlier one has DMACTL_OPF_FENCE; on a
 * channel with DMACTL_CAP_NO_ORDER they may also end in any order. Records come
 * as the provider calls back, and a few drivers do so on two processors at once:
 * the seq of a record is the order in which ops were accepted.
 *
 * read(2) returns whole completion records of 48 bytes, oldest first; EINVAL
 * if there is no room for one. poll(2): POLLIN a record is there; POLLOUT at
 * least one channel of the session has credit; POLLERR and POLLHUP the device
 * of a channel is gone, until that channel is destroyed. Several readers
 * share the records between them. mmap(2) takes the offset that BUF_ALLOC
 * gave, with MAP_SHARED, or 0 for the ring (&struct dmactl_ring); other offsets
 * below 16 MiB are kept.
 */
#ifndef _UAPI_LINUX_DMACTL_H
#define _UAPI_LINUX_DMACTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define DMACTL_DEVICE "/dev/dmactl"

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

/* Length of every name field, with the terminating NUL. */
#define DMACTL_NAME_LEN 64

/**
 * enum dmactl_opcode - what one op does
 * @DMACTL_OP_NOP: complete when every earlier op of the channel has
 * @DMACTL_OP_MEMCPY: copy @len bytes from src to dst
 *	(device_prep_dma_memcpy). The array may hold one METADATA piece
 * @DMACTL_OP_SG: copy @len bytes from the list of source pieces to the list
 *	of destination pieces, see &struct dmactl_sg
 * @DMACTL_OP_MEMSET: fill @len bytes at dst with the low byte of @value
 *	(device_prep_dma_memset)
 * @DMACTL_OP_MEMSET_SG: fill the DST pieces, @len bytes together, with the
 *	low byte of @value (device_prep_dma_memset_sg, or one memset a piece
 *	where the provider has only that)
 * @DMACTL_OP_XOR: dst = the exclusive or of all SRC pieces, each of @len bytes
 *	(device_prep_dma_xor). More than max_xor are chained
 * @DMACTL_OP_XOR_VAL: is the exclusive or of all SRC pieces, each of @len
 *	bytes, zero? If not, the completion has DMACTL_COMP_P_BAD
 *	(device_prep_dma_xor_val). More than max_xor need a dst of @len bytes
 *	as scratch memory and a channel with DMACTL_CAP_XOR
 * @DMACTL_OP_PQ: RAID-6: the P piece becomes the exclusive or of all SRC
 *	pieces, the Q piece the sum of each times its coefficient in
 *	GF(2^8), polynomial 0x11d. All pieces have @len bytes; P or Q may be
 *	missing (device_prep_dma_pq). More than max_pq are chained with
 *	DMA_PREP_CONTINUE
 * @DMACTL_OP_PQ_VAL: do the P piece and the Q piece, or the one that is
 *	there, match the SRC pieces? If not, the completion has
 *	DMACTL_COMP_P_BAD or DMACTL_COMP_Q_BAD (device_prep_dma_pq_val). More
 *	than max_pq need a dst of 2 * @len bytes as scratch memory and a
 *	channel with DMACTL_CAP_PQ
 * @DMACTL_OP_SLAVE_SG: between the list of pieces, all SRC (to the
 *	peripheral) or all DST (from it), and the peripheral
 *	(device_prep_slave_sg). One METADATA piece may be there as well
 * @DMACTL_OP_SLAVE_SINGLE: between src (to the peripheral) or dst (from it),
 *	one of them, and the peripheral (dmaengine_prep_slave_single). The
 *	array may hold one METADATA piece
 * @DMACTL_OP_PERIPHERAL_VEC: as SLAVE_SG, with
 *	device_prep_peripheral_dma_vec
 * @DMACTL_OP_CYCLIC: the @len bytes at src or dst, one of them, over and over,
 *	to or from the peripheral, until the channel is terminated
 *	(device_prep_dma_cyclic). The array is one &struct dmactl_cyclic. The
 *	memory must be in one piece for the device: EXDEV otherwise
 * @DMACTL_OP_INTERLEAVED: frames of chunks and gaps
 *	(device_prep_interleaved_dma). The array are &struct dmactl_chunk; @len
 *	is the sum of the chunks, without gaps, times the number of frames.
 *	Without src, from the peripheral; without dst, to it
 * @DMACTL_OP_RIO_SG: as SLAVE_SG, with memory behind RapidIO on the other side
 *	(dmaengine_prep_rio_sg); the first element of the array is a
 *	&struct dmactl_rio
 * @DMACTL_OP_IMM_DATA: write the 8 bytes of @src_off to dst; @len is 8
 *	(device_prep_dma_imm_data)
 * @DMACTL_OP_INTERRUPT: a descriptor that moves nothing
 *	(device_prep_dma_interrupt)
 * @DMACTL_OP_PREPARED: what PREPARE made; @src_buf is its handle. The channel
 *	must be the same, all else 0
 *
 * Source and destination of a copy must not overlap: the result is undefined,
 * and the module may refuse it with EINVAL. A destination of XOR and PQ may
 * be one of the sources, whole; sources may overlap each other.
 *
 * Ops with a peripheral are 9 to 12, 14, and 13 with one side only. They need
 * DMACTL_CAP_SLAVE (CYCLIC: DMACTL_CAP_CYCLIC), the direction, and a channel
 * that was requested BY_SLAVE or BY_PORT, or that CHAN_CONFIG has set up, or
 * CAP_SYS_RAWIO. EPERM otherwise: nobody knows where the channel would write.
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
 * Flags of one op. The module answers EOPNOTSUPP to those that it or the
 * opcode does not know. Bits 0 to 7 mean the same for all opcodes, 8 to 15
 * belong to the opcode.
 *
 * The module hands the source to the device when the op is accepted, and the
 * destination to the CPU when the op ends (cache maintenance, copies through
 * SWIOTLB). The CPU must leave the destination alone meanwhile and, unless
 * the channel has DMACTL_CAP_CACHE_COHERENT, also the rest of the cache lines
 * at its ends. An op that reads what an op in flight writes needs NO_SYNC_SRC,
 * since the CPU's bytes would go over the device's, and FENCE on the earlier.
 */
/* The caller has handed the source to the device (BUF_SYNC END | WRITE). */
#define DMACTL_OPF_NO_SYNC_SRC	(1u << 0)
/* The caller hands the destination to the CPU (BUF_SYNC BEGIN | READ). */
#define DMACTL_OPF_NO_SYNC_DST	(1u << 1)
#define DMACTL_OPF_NO_SYNC	(DMACTL_OPF_NO_SYNC_SRC | DMACTL_OPF_NO_SYNC_DST)
/* DMA_PREP_FENCE: later descriptors depend on this one. */
#define DMACTL_OPF_FENCE	(1u << 2)
/*
 * DMA_PREP_REPEAT: do it again and again, until a later op with LOAD_EOT takes
 * over or the channel is terminated. Records as of CYCLIC, one repetition
 * being a period. INTERLEAVED only, as in dmaengine, and in one piece for the
 * device (EXDEV otherwise); needs DMACTL_CAP_REPEAT.
 */
#define DMACTL_OPF_REPEAT	(1u << 3)
/*
 * DMA_PREP_LOAD_EOT: take over from a repeating op when its current repetition
 * ends. INTERLEAVED, CYCLIC and slave ops; needs DMACTL_CAP_LOAD_EOT.
 */
#define DMACTL_OPF_LOAD_EOT	(1u << 4)
/* DMA_PREP_CMD: the bytes are a command to the peripheral. Slave ops. */
#define DMACTL_OPF_CMD		(1u << 5)

/*
 * INTERLEAVED: src_inc, dst_inc, src_sgl and dst_sgl of struct
 * dma_interleaved_template: the address goes up with each byte; the icg of each
 * chunk applies to this side. A side in memory without INC is as long as the
 * longest chunk.
 */
#define DMACTL_OPF_SRC_INC	(1u << 8)
#define DMACTL_OPF_DST_INC	(1u << 9)
#define DMACTL_OPF_SRC_SGL	(1u << 10)
#define DMACTL_OPF_DST_SGL	(1u << 11)

/*
 * MEMCPY and slave ops with a METADATA piece: use DESC_METADATA_ENGINE; without
 * it DESC_METADATA_CLIENT. EOPNOTSUPP if the channel does not have that mode.
 */
#define DMACTL_OPF_METADATA_ENGINE (1u << 8)

/**
 * struct dmactl_op - one operation of a batch
 * @opcode: &enum dmactl_opcode
 * @flags: DMACTL_OPF_* flags
 * @chan: channel handle
 * @user_data: any value, handed back in the completion
 * @dst_buf: destination buffer handle, 0 where the opcode has none
 * @src_buf: source buffer handle, 0 where the opcode has none
 * @dst_off: offset into @dst_buf in bytes
 * @src_off: offset into @src_buf in bytes
 * @len: length in bytes, not 0 (DMACTL_OP_NOP: 0)
 * @args_uptr: address of the opcode's array, 0 where it has none
 * @nr_args: elements in that array
 * @arg_size: bytes from one element to the next, at least the first version
 *	of the element, at most 4096, a multiple of 8; 0 if @nr_args is 0
 * @value: fill byte (MEMSET, MEMSET_SG); 0 elsewhere
 *
 * A field that an opcode does not use must be 0. An op that the channel
 * cannot do in one descriptor is split and still completes once.
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
 * struct dmactl_sg - one piece of memory in an op's argument array
 * @buf: buffer handle
 * @role: &enum dmactl_sg_role
 * @value: coefficient of a source (PQ, PQ_VAL), up to 255; 0 elsewhere
 * @off: offset into @buf in bytes
 * @len: length in bytes, not 0; at most 4096 for METADATA
 * @reserved: 0
 *
 * Pieces of one role are used in the order of the array. For SG the pieces of
 * each role must add up to the op's @len; for MEMSET_SG, SLAVE_SG,
 * PERIPHERAL_VEC and RIO_SG all pieces must.
 *
 * METADATA goes to the peripheral with the bytes (its content when the op is
 * accepted), or comes from it (written when the op ends). MEMCPY does both. An
 * op that has it is not split: EINVAL if one descriptor is not enough. Its buffer
 * is STREAMING, or COHERENT of the same device: EXDEV otherwise.
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
 * @period_len: bytes from one record to the next; divides the op's @len
 * @reserved: 0
 *
 * There is a record when a period has ended, with DMACTL_COMP_MORE and the
 * number of periods so far in @count. While it waits to be reaped, further
 * periods only add to @count. When the op ends, the last record has no MORE,
 * @bytes is what was moved in all, and status says why: ECANCELED after
 * TERMINATE. A destination is handed to the CPU period by period; a source that
 * the CPU has changed is handed to the device with BUF_SYNC END | WRITE.
 */
struct dmactl_cyclic {
	__aligned_u64 period_len;
	__aligned_u64 reserved;
};

/**
 * struct dmactl_chunk - one element of the array of DMACTL_OP_INTERLEAVED
 * @size: bytes, not 0 (size of struct data_chunk)
 * @icg: gap after it in bytes, on sides with INC and SGL
 * @src_icg: if not 0, the gap on the source side, with INC, whatever SGL says
 * @dst_icg: if not 0, the gap on the destination side, with INC, whatever SGL
 *	says
 *
 * Sizes, gaps and offsets are multiples of copy_align. The gap after the very
 * last chunk does not count.
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
 * @rio_addr: lower 64 bits of the address there
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
 * struct dmactl_completion - the end of one op
 * @user_data: from the op
 * @bytes: bytes moved; can be less than the op's len
 * @timestamp_ns: when the provider reported the end, CLOCK_MONOTONIC, in ns
 * @chan: channel handle
 * @status: 0, or a negated errno: ECANCELED the op was terminated, ENODEV
 *	the device went away, EFAULT the provider could not read memory
 *	(DMA_TRANS_READ_FAILED), EREMOTEIO it could not write
 *	(DMA_TRANS_WRITE_FAILED), ECONNABORTED it gave up
 *	(DMA_TRANS_ABORTED), EIO it took no descriptor for the op, or it did
 *	not stop and the op's memory is lost
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

/* Without MORE, a record is the last one of its op. */
#define DMACTL_COMP_P_BAD	(1u << 0)	/* XOR_VAL, PQ_VAL */
#define DMACTL_COMP_Q_BAD	(1u << 1)	/* PQ_VAL */
#define DMACTL_COMP_MORE	(1u << 2)	/* CYCLIC, REPEAT */
/*
 * CYCLIC: since the last record as many periods have ended as there are in the
 * ring, or more: some were gone over before anybody was told.
 */
#define DMACTL_COMP_OVERRUN	(1u << 3)

/**
 * struct dmactl_info - DMACTL_IOC_INFO: what the module can do
 * @size: sizeof(struct dmactl_info)
 * @flags: 0
 * @out_features: DMACTL_FEATURE_* bits
 * @out_opcodes: bit n is set if opcode n is known
 * @out_version: module version, major << 16 | minor << 8 | patch
 * @out_session: number of this session, as in the tracepoints and fdinfo
 * @out_max_channels: channels that one session may hold
 * @out_max_buffers: buffers that one session may hold
 * @out_max_batch: ops that one SUBMIT takes at most
 * @out_max_depth: ops that one channel can have outstanding at most
 * @out_max_args: elements in one op's argument array at most
 * @out_quarantined: channels in the whole system that did not stop when
 *	asked, and whose memory is therefore kept
 * @out_max_buffer_bytes: bytes in one buffer at most
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

/* What a channel can do: &struct dmactl_chan_caps.caps */
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
 * The kernel's own async_tx never takes this channel. So it is for every
 * channel that is held here: do not ask for it.
 */
#define DMACTL_CAP_PRIVATE	(1ull << 14)
#define DMACTL_CAP_PAUSE	(1ull << 32)
#define DMACTL_CAP_RESUME	(1ull << 33)
/* Descriptors in flight can be taken back; without, they must be awaited. */
#define DMACTL_CAP_TERMINATE	(1ull << 34)
#define DMACTL_CAP_REUSE	(1ull << 35)
#define DMACTL_CAP_METADATA_CLIENT	(1ull << 36)
#define DMACTL_CAP_METADATA_ENGINE	(1ull << 37)
/* PQ can go on from an earlier result. */
#define DMACTL_CAP_PQ_CONTINUE	(1ull << 38)
/* An IOMMU translates for the device. */
#define DMACTL_CAP_IOMMU	(1ull << 40)
/* The device sees the CPU's caches. */
#define DMACTL_CAP_CACHE_COHERENT	(1ull << 41)
/* Some memory is beyond the dma_mask: it is copied through SWIOTLB. */
#define DMACTL_CAP_ADDRESSING_LIMITED	(1ull << 42)
/* device_prep_peripheral_dma_vec, device_prep_dma_imm_data, RapidIO */
#define DMACTL_CAP_PERIPHERAL_VEC	(1ull << 43)
#define DMACTL_CAP_IMM_DATA	(1ull << 44)
#define DMACTL_CAP_RIO_SG	(1ull << 45)

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

/**
 * struct dmactl_chan_caps - what one channel can do
 * @caps: DMACTL_CAP_* bits
 * @src_addr_widths: bit n is set if a peripheral register of n bytes can be
 *	read (slave); bits 62 and 63 are kept for 64 and 128 bytes
 * @dst_addr_widths: the same, written
 * @directions: DMACTL_DIR_* bits (slave)
 * @residue_granularity: &enum dmactl_residue
 * @min_burst: smallest burst in units of the address width, 0 not declared
 * @max_burst: largest burst in units of the address width, 0 not declared
 * @max_sg_burst: most segments in one burst, 0 no limit
 * @copy_align: alignment in bytes of address and length (MEMCPY, SG)
 * @fill_align: the same (MEMSET)
 * @xor_align: the same (XOR)
 * @pq_align: the same (PQ)
 * @max_xor: sources in one XOR descriptor
 * @max_pq: sources in one PQ descriptor
 * @max_segment: bytes in one segment, 0 not declared
 * @dma_mask: addresses that the device reaches
 * @coherent_dma_mask: the same for COHERENT buffers
 * @numa_node: where the device sits, -1 unknown
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
	__aligned_u64 reserved[5];
	char name[DMACTL_NAME_LEN];
	char device[DMACTL_NAME_LEN];
	char driver[DMACTL_NAME_LEN];
};

/**
 * enum dmactl_chan_by - how a channel is chosen
 * @DMACTL_CHAN_BY_CAPS: any free channel that has all of @caps; if @name is
 *	not empty, of the DMA device with this name
 * @DMACTL_CHAN_BY_NAME: the channel with this dmaengine name (dma0chan3); it
 *	must have all of @caps
 * @DMACTL_CHAN_BY_SLAVE: dma_request_chan() with this name: a channel that
 *	the device tree, ACPI or a slave map gives to the device "dmactl"
 * @DMACTL_CHAN_BY_PORT: "PORT:CHANNEL", or "PORT" if it has only one: a
 *	channel of a node of firmware with compatible "dmactl,port", which also
 *	says how its peripheral is reached. /sys/class/dmactl lists the ports
 */
enum dmactl_chan_by {
	DMACTL_CHAN_BY_CAPS = 0,
	DMACTL_CHAN_BY_NAME = 1,
	DMACTL_CHAN_BY_SLAVE = 2,
	DMACTL_CHAN_BY_PORT = 3,
	DMACTL_CHAN_BY_END
};

/**
 * struct dmactl_chan_request - DMACTL_IOC_CHAN_REQUEST: get a channel
 * @size: sizeof(struct dmactl_chan_request)
 * @flags: 0
 * @by: &enum dmactl_chan_by
 * @depth: ops that may be outstanding (submitted and not yet reaped), 0 for
 *	the default of 256, at most &struct dmactl_info.out_max_depth
 * @caps: DMACTL_CAP_* bits that the channel must have
 * @name: see &enum dmactl_chan_by, NUL-terminated
 * @reserved: 0
 * @out_chan: handle
 * @out_depth: the depth that was set
 * @out: what the channel can do
 *
 * The channel belongs to the session until DESTROY or close. Errors: ENOENT
 * no such channel is offered, it is another kernel client's, or (BY_CAPS) all
 * that fit are taken; EBUSY a dmactl session holds the one named; EPERM the
 * module parameter "allow" forbids it;
 * EOPNOTSUPP the named channel lacks one of @caps; EDQUOT the session holds
 * as many channels as it may.
 *
 * BY_PORT: what the port says of the peripheral has been configured, and
 * @out has only the directions that it allows. ENOENT no such port or channel;
 * EINVAL the port has several channels and @name says not which; EBUSY a
 * session has it by way of the port; ENODEV the port is there, its DMA
 * controller is not, or somebody else has the channel; EPERM "allow" matches
 * neither PORT:CHANNEL nor the channel; EOPNOTSUPP, EINVAL the channel cannot
 * do what the port says. If the port goes (its device is removed or unbound),
 * the channel behaves as if the DMA controller had gone.
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
 *	providers that still ask for it
 * @src_addr: bus address that DEV_TO_MEM reads
 * @dst_addr: bus address that MEM_TO_DEV writes
 * @src_addr_width: bytes in one access to @src_addr: 1, 2, 3, 4, 8, 16, 32,
 *	64, 128, or 0 undefined
 * @dst_addr_width: the same for @dst_addr
 * @src_maxburst: most accesses of @src_addr_width in one burst
 * @dst_maxburst: the same for @dst_addr
 * @src_port_window_size: length of the register area at @src_addr, in units
 *	of @src_addr_width, 0 a single register
 * @dst_port_window_size: the same for @dst_addr
 * @device_fc: 1: the peripheral is the flow controller
 * @peripheral_size: bytes at @peripheral_config_uptr, at most 4096
 * @peripheral_config_uptr: struct of the provider (peripheral_config), or 0
 *
 * For ops accepted from now on. It is kept until the next CHAN_CONFIG.
 *
 * On a channel BY_PORT no privilege is needed, and nothing that the port fixes
 * can be changed, by anybody: EPERM. 0 stands for what the port says, and so
 * does its value. Not fixed are @direction, among those of the port, and a
 * burst that the port says nothing of. All else is fixed, and peripheral_config
 * is refused.
 *
 * The source for the meaning of each field is struct dma_slave_config of
 * include/linux/dmaengine.h. Errors: EPERM without CAP_SYS_RAWIO, since the
 * channel can then reach any address; EOPNOTSUPP no slave channel, or a width
 * or direction that it does not declare; EINVAL a burst beyond max_burst,
 * an address wider than the machine's, or what the provider refuses; EBUSY
 * ops are in flight.
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
 * @DMACTL_CTRL_ISSUE: start what was submitted with DMACTL_SUBMIT_HOLD
 * @DMACTL_CTRL_TERMINATE: stop; every op in flight completes with ECANCELED
 * @DMACTL_CTRL_SYNCHRONIZE: return when no completion of the channel is
 *	under way in the kernel
 * @DMACTL_CTRL_PAUSE: dmaengine_pause(); EOPNOTSUPP where there is none
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
 * struct dmactl_chan_ctrl - DMACTL_IOC_CHAN_CTRL: steer a channel
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
 * @DMACTL_STATE_HELD: submitted, not issued
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

/* CHAN_STATUS: report on the op with this @user_data, not on the oldest. */
#define DMACTL_STATUS_BY_USER_DATA (1u << 0)

/**
 * struct dmactl_chan_status - DMACTL_IOC_CHAN_STATUS: where a channel stands
 * @size: sizeof(struct dmactl_chan_status)
 * @flags: 0 or DMACTL_STATUS_BY_USER_DATA
 * @chan: channel handle
 * @out_state: &enum dmactl_state of the op reported on
 * @user_data: in: which op, with DMACTL_STATUS_BY_USER_DATA; out: of the op
 *	reported on
 * @out_residue: bytes of that op still to move, as fine as the channel's
 *	residue granularity
 * @out_submitted: ops accepted since CHAN_REQUEST
 * @out_completed: ops ended, well or not
 * @out_failed: ops ended with an error or terminated
 * @out_bytes: bytes moved
 * @out_descriptors: descriptors handed to the provider
 * @out_in_flight: ops accepted and not ended
 * @out_credit: ops that can be accepted now
 * @out_count: periods so far of that op (CYCLIC, REPEAT)
 * @out_stalls: times that nothing ended for half a second, all before had ended,
 *	and what was issued meanwhile was issued again: the provider may have
 *	forgotten it. Not while the channel is paused or has ops held
 *
 * Of a CYCLIC op, @out_residue counts down from its len to 0 and starts again:
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
 * @DMACTL_BUF_STREAMING: pages of any device and the CPU, cached; get_user_pages()
 *	works on the mapping (O_DIRECT, io_uring)
 * @DMACTL_BUF_COHERENT: dma_alloc_coherent() memory of one channel's device
 */
enum dmactl_buf_kind {
	DMACTL_BUF_STREAMING = 1,
	DMACTL_BUF_COHERENT = 2,
	DMACTL_BUF_KIND_END
};

/**
 * struct dmactl_buf_alloc - DMACTL_IOC_BUF_ALLOC: get DMA memory
 * @size: sizeof(struct dmactl_buf_alloc)
 * @flags: 0
 * @kind: &enum dmactl_buf_kind
 * @chan: COHERENT: a channel of the device that the memory is for;
 *	STREAMING: 0, or a channel whose device the memory should suit (NUMA
 *	node; addresses that need no SWIOTLB, as far as there are any)
 * @len: length in bytes, not 0; rounded up to whole pages
 * @out_len: length in bytes after rounding
 * @out_mmap_offset: offset for mmap(2) on the session, MAP_SHARED; adding a
 *	multiple of the page size maps a later part
 * @out_buf: handle
 * @reserved: 0
 *
 * The memory is zeroed and counts against RLIMIT_MEMLOCK, unless the caller
 * has CAP_IPC_LOCK. It lives until DESTROY or close and until the last
 * mapping is gone.
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

/* BUF_MAP_USER: the device only reads; memory that is not writable will do. */
#define DMACTL_MAP_USER_READ_ONLY (1u << 0)

/**
 * struct dmactl_buf_map_user - DMACTL_IOC_BUF_MAP_USER: the program's memory
 * @size: sizeof(struct dmactl_buf_map_user)
 * @flags: 0 or DMACTL_MAP_USER_READ_ONLY
 * @addr: address in the caller's address space, any alignment
 * @len: length in bytes, not 0
 * @out_buf: handle; offset 0 is @addr
 * @reserved: 0
 *
 * The pages are pinned (FOLL_LONGTERM) until DESTROY or close and count
 * against RLIMIT_MEMLOCK, also those that are used in part. They stay what
 * they were at the time of the call: what the program unmaps or maps anew
 * there later has no effect on the buffer. It has no mmap offset. After
 * fork(2) they are the parent's. Unless the channel has
 * DMACTL_CAP_CACHE_COHERENT, leave the rest of the cache lines at both ends
 * alone while an op writes there. Errors: EFAULT no memory, not readable, or
 * not writable and no READ_ONLY; EOPNOTSUPP memory that cannot be pinned for
 * long (PFN mappings, DAX, without READ_ONLY shared mappings of files on
 * disks); EINTR the program was killed. A READ_ONLY buffer as destination of
 * an op is EPERM; as METADATA it is EXDEV.
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
 * struct dmactl_buf_import - DMACTL_IOC_BUF_IMPORT: somebody's dma-buf
 * @size: sizeof(struct dmactl_buf_import)
 * @flags: 0
 * @fd: of a dma-buf; the call takes a reference of its own
 * @out_buf: handle
 * @out_len: length in bytes
 * @reserved: 0
 *
 * The memory belongs to the exporter and is not counted here. It is mapped
 * through the fd of the dma-buf. Handing it over is the exporter's business
 * too: ops do not, with or without NO_SYNC. What the CPU does is put between
 * BUF_SYNC BEGIN and END, which stand for DMA_BUF_IOCTL_SYNC on the whole
 * dma-buf, whatever the range; BEGIN waits for fences.
 *
 * SUBMIT waits for the fences of the dma-buf, for up to the module parameter
 * stop_timeout_ms, if an op without a peripheral works with it; EBUSY after
 * that, EINTR for a signal, and nothing of the batch was submitted. It does
 * not wait for ops of the same session. Such an op adds a fence, which is
 * signalled when the op ends; ops of a batch with HOLD, those that repeat and
 * those with a peripheral add none, as nobody knows when they end.
 *
 * Errors: EBADF; EINVAL no dma-buf, or this session's own export. Of ops:
 * EXDEV the exporter cannot map it for the device; METADATA is EXDEV always.
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
 * The memory lives as long as the dma-buf, also after DESTROY and close, and
 * stays counted for that long. Any driver, process or session may use it;
 * two exports of one buffer are two dma-bufs of the same memory, with the
 * same fences. From now on ops of this session wait and add fences as said
 * at &struct dmactl_buf_import. To a device that has the dma-buf mapped, they
 * are accesses of the CPU: DMA_BUF_IOCTL_SYNC on @out_fd is around them.
 * Errors: EOPNOTSUPP any other kind of buffer: import gave a dma-buf already,
 * pinned memory is the program's, and COHERENT memory one device's; EMFILE.
 */
struct dmactl_buf_export {
	__u32 size;
	__u32 flags;
	__u32 buf;
	__s32 out_fd;
};

/* BUF_SYNC: exactly one of BEGIN and END, at least one of READ and WRITE. */
#define DMACTL_SYNC_BEGIN	(1u << 0)	/* before the CPU touches it */
#define DMACTL_SYNC_END		(1u << 1)	/* after the CPU touched it */
#define DMACTL_SYNC_READ	(1u << 2)	/* the CPU reads */
#define DMACTL_SYNC_WRITE	(1u << 3)	/* the CPU writes */

/**
 * struct dmactl_buf_sync - DMACTL_IOC_BUF_SYNC: hand a range over
 * @size: sizeof(struct dmactl_buf_sync)
 * @flags: DMACTL_SYNC_* bits
 * @buf: buffer handle
 * @chan: a channel of the device to hand it over from or to, or 0 for every
 *	device that the buffer was used with
 * @off: offset in bytes
 * @len: length in bytes, not 0
 *
 * Only needed around ops with DMACTL_OPF_NO_SYNC: without that flag, SUBMIT
 * and the completion do it. Errors: EINVAL also for BEGIN | READ without
 * @chan where two devices each have a copy of their own: which one counts?
 * See Documentation/core-api/dma-api.rst,
 * dma_sync_single_for_cpu() and _for_device().
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
 * struct dmactl_destroy - DMACTL_IOC_DESTROY: give an object back
 * @size: sizeof(struct dmactl_destroy)
 * @flags: 0
 * @handle: of a channel or a buffer
 * @reserved: 0
 *
 * A channel is stopped first. What is under way between memory and memory may
 * come to its end, if it moves on, for 200 ms at most; other ops complete with
 * ECANCELED. All can still be reaped. So it is at the end of the session. If the
 * hardware cannot be stopped, the call waits for it, and after the module
 * parameter stop_timeout_ms the channel is put aside for good. Ops that were
 * held back are started then, since they cannot be taken back either. Errors:
 * EBUSY an op in flight, or a call under way, uses the buffer.
 */
struct dmactl_destroy {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 reserved;
};

/* SUBMIT flags */
/* Do not issue: CHAN_CTRL ISSUE or a later SUBMIT to the channel starts it. */
#define DMACTL_SUBMIT_HOLD		(1u << 0)
/* @timeout_ns is a point in time on CLOCK_MONOTONIC, not a duration. */
#define DMACTL_SUBMIT_ABS_TIMEOUT	(1u << 1)

/* No limit on the wait. */
#define DMACTL_TIMEOUT_INFINITE (~0ull)

/**
 * struct dmactl_submit - DMACTL_IOC_SUBMIT: submit, wait and reap
 * @size: sizeof(struct dmactl_submit)
 * @flags: DMACTL_SUBMIT_* flags
 * @ops_uptr: array of &struct dmactl_op
 * @nr_ops: elements in that array, may be 0
 * @op_size: bytes from one op to the next, at least 64, at most 4096, a
 *	multiple of 8; 0 if @nr_ops is 0
 * @completions_uptr: array that receives &struct dmactl_completion
 * @nr_completions: elements in that array, may be 0
 * @min_complete: wait for this many, at most @nr_completions; another meaning
 *	with a ring, see &struct dmactl_ring
 * @completion_size: bytes from one record to the next, at least 48, at most
 *	4096, a multiple of 8; 0 if @nr_completions is 0
 * @out_wait: why reaping ended: 0 @min_complete reached, or -ETIME, -EINTR,
 *	-EFAULT
 * @timeout_ns: longest wait in ns; 0 does not wait
 * @out_accepted: ops accepted, from the start of the array. If the call
 *	fails: the index of the bad op, or ~0 if no single op is to blame
 * @out_completed: records written
 *
 * First the whole batch is checked. If one op is bad, the call fails, nothing
 * was submitted, and @out_accepted is the index of that op. Otherwise ops are
 * accepted in order until credit runs out; if that happens before the end of
 * the array, @min_complete above 1 counts as 1, and the wait also ends when
 * there is credit again, so that the caller comes back with the rest. A
 * @min_complete above what is outstanding waits for what other threads
 * submit, or for the timeout. Then up to @nr_completions records are taken from the
 * session's queue, oldest first.
 *
 * The call succeeds if it accepted an op or wrote a record, also when the
 * wait was cut short (see @out_wait). Errors: EAGAIN no op could be accepted
 * and there was nothing to reap; ETIME, EINTR only the wait was asked for
 * and it brought nothing; EINTR, EBUSY fences of a dma-buf did not come, see
 * &struct dmactl_buf_import; EXDEV a COHERENT buffer with another device's
 * channel; EDQUOT too much memory would have to go through SWIOTLB; and those
 * of the common list. Preset @out_accepted to ~0: it is not written if the
 * size or the flags are refused.
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
};

/**
 * struct dmactl_eventfd - DMACTL_IOC_EVENTFD: be told of completions
 * @size: sizeof(struct dmactl_eventfd)
 * @flags: 0
 * @fd: an eventfd(2), or -1 to take back
 * @reserved: 0
 *
 * The eventfd is signalled when a record arrives where there was none. It is a
 * hint, not a count: read it, then reap until there is nothing left. With a ring
 * (&struct dmactl_ring): after the last record, store head, have a full memory
 * barrier, and look at tail once more.
 * Errors: EBADF, EINVAL not an eventfd.
 */
struct dmactl_eventfd {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

/* STREAM_OPEN: as O_NONBLOCK on the new fd; fcntl(2) can change it. */
#define DMACTL_STREAM_NONBLOCK	(1u << 0)
/* Each end of a short transfer is the end of a read. */
#define DMACTL_STREAM_PACKETS	(1u << 1)

/**
 * struct dmactl_stream_open - DMACTL_IOC_STREAM_OPEN: a peripheral as a file
 * @size: sizeof(struct dmactl_stream_open)
 * @flags: DMACTL_STREAM_* bits
 * @chan: handle of a slave channel
 * @direction: DMACTL_DIR_MEM_TO_DEV: write to it; DMACTL_DIR_DEV_TO_MEM: read
 *	from it
 * @block_len: bytes in one descriptor, 0 for 64 KiB; rounded up to whole pages
 * @nr_blocks: descriptors, 0 for 4, 2 to 1024
 * @out_fd: the new fd, O_CLOEXEC
 * @out_block_len: bytes in one descriptor, after rounding
 * @out_nr_blocks: the number of them
 *
 * read(2), readv(2), write(2), writev(2), poll(2), fsync(2), Linux AIO and
 * io_uring. Offsets do not matter. The kernel keeps all blocks of a readable
 * stream with the provider from the start, and hands each block of a writable
 * one over when it is full or the call ends: the next descriptor starts
 * without the program. fsync(2) waits until all that was written has arrived;
 * close(2) waits for that too, up to the module parameter stop_timeout_ms.
 * read(2) returns what is there, at least a byte, up to the end of a packet
 * with PACKETS. Without, it also returns part of a block: bytes that have been
 * there for some 20 ms, if the channel's residue is finer than a descriptor.
 * An error of a transfer is reported once, in its place among the bytes.
 * ENODEV: the device went away.
 *
 * It can be opened again by its path in /proc/PID/fd, and is over with the last
 * file. While the stream is open, SUBMIT to the channel is EBUSY, as is a second
 * stream. The stream outlives neither the channel's DESTROY nor the session:
 * reads and writes are then ENODEV. Errors: EOPNOTSUPP no slave channel, or
 * not this direction; EPERM as for ops with a peripheral; EBUSY ops are in
 * flight.
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

/* dmactl_ring_head.flags: more records wait until SUBMIT or poll(2) is called. */
#define DMACTL_RING_OVERFLOW	(1u << 0)

/**
 * struct dmactl_ring_head - the beginning of the mapping of a ring
 * @head: records that the program has taken, modulo 2^32; only it writes here
 * @tail: records that the module has put in, modulo 2^32
 * @flags: DMACTL_RING_* bits, by the module
 *
 * Record number n is at the offset out_records_off + (n % out_entries) *
 * record_size. Read @tail with acquire semantics, the records from @head up to
 * it, and then store the new @head with release semantics.
 */
struct dmactl_ring_head {
	__u32 head;
	__u32 pad[15];
	__u32 tail;
	__u32 flags;
	__u32 pad2[14];
};

/**
 * struct dmactl_ring - DMACTL_IOC_RING: records in shared memory
 * @size: sizeof(struct dmactl_ring)
 * @flags: 0
 * @entries: records that it has room for, 1 to 65536; rounded up to a power of 2
 * @record_size: bytes from one record to the next, at least 48, at most 4096, a
 *	multiple of 8; what the module does not know is 0
 * @out_entries: records that it has room for
 * @out_records_off: bytes from the beginning of the mapping to record 0
 * @out_len: bytes to map at offset 0 of the file, MAP_SHARED
 * @reserved: 0
 *
 * From now on, records of this session come here, as &struct dmactl_completion,
 * in the order in which they would have been reaped; those that wait already
 * are the first. A program reads them with no system call. An op's credit is
 * back as soon as its record is here. If there is no room, records and the
 * credit of their ops wait, and DMACTL_RING_OVERFLOW is set. Records of cyclic
 * ops, which change until they are handed out, always wait so.
 *
 * SUBMIT then takes no @nr_completions (EBUSY); its @min_complete, up to
 * @out_entries, is how many records are to be in the ring and not taken, and its
 * @out_completed how many are. While that is not 0, a lack of credit is no error:
 * @out_accepted is less than @nr_ops, even 0. read(2) fails with EBUSY. poll(2)
 * and the eventfd tell of records as before. There is one ring in a session, up
 * to its close, and one thread at a time takes from it. Errors: EBUSY there is
 * one.
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
 * @op_uptr: one &struct dmactl_op; its user_data does not matter
 * @op_size: as in &struct dmactl_submit
 * @out_handle: for DMACTL_OP_PREPARED, until DESTROY
 *
 * Descriptors are prepared with DMA_CTRL_REUSE and stay with the provider.
 * The buffers stay in use. One DMACTL_OP_PREPARED at a time may be in flight
 * for it: EBUSY otherwise, and for DESTROY. With a ring, an op that was submitted in
 * a batch of its kind is in flight until its record is in the ring. Errors: those of the op;
 * EOPNOTSUPP the channel lacks DMACTL_CAP_REUSE, or for XOR_VAL, PQ_VAL, CYCLIC,
 * NOP, PREPARED, METADATA, REPEAT and LOAD_EOT; EAGAIN the provider has no
 * descriptors left.
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
 * @DMACTL_URING_ISSUE: start what is held back on the channel op.chan, as
 *	CHAN_CTRL ISSUE; all else is 0. The CQE comes at once
 */
enum dmactl_uring_op {
	DMACTL_URING_OP = 1,
	DMACTL_URING_ISSUE = 2
};

/* Do not start the op: a later one without HOLD, or ISSUE, does. */
#define DMACTL_URING_HOLD	(1u << 0)

/**
 * struct dmactl_uring_cmd - the command area of an SQE: one op through io_uring
 * @op: what to do, as in SUBMIT; its user_data does not come back
 * @flags: 0 or DMACTL_URING_HOLD
 * @reserved: 0
 *
 * An SQE with IORING_OP_URING_CMD, the fd of a session, registered or not, an
 * &enum dmactl_uring_op as cmd_op and this struct as its cmd. That takes large
 * SQEs: a ring with IORING_SETUP_SQE128 (EINVAL otherwise), or where the kernel
 * has it, IORING_OP_URING_CMD128. With IORING_SETUP_SQPOLL a transfer needs no
 * system call. DMACTL_FEATURE_URING says that the module takes such commands;
 * rings can still be forbidden by the system (kernel.io_uring_disabled).
 *
 * There is no record in the session's queue: the CQE is all. Its res is
 *
 *  - below 0: a negated errno. Either the op was refused, for the reasons of
 *    SUBMIT, or it ended with this status (&struct dmactl_completion).
 *  - for XOR_VAL and PQ_VAL: DMACTL_COMP_P_BAD and DMACTL_COMP_Q_BAD.
 *  - for all others: bytes moved, 2^31 - 1 if there are more.
 *
 * Of CQEs with 32 bytes, big_cqe[0] is bytes moved, for every op and also if
 * it failed, and big_cqe[1] is 0.
 *
 * Order: as said at the top of this file, in the order in which they are
 * accepted, together with what SUBMIT brings. io_uring takes SQEs in the order
 * of the ring, except those that it hands to a worker thread: with IOSQE_ASYNC;
 * ops that wait for fences of a dma-buf; any op while another thread is
 * stopping the channel. An op that was refused does not keep those behind it:
 * with IOSQE_IO_LINK they do not start before it has ended well.
 *
 * Ops are started one by one. A program that fills several SQEs at a time can
 * set HOLD in all but the last, which starts them all; if the last is refused
 * for another reason than EAGAIN, ISSUE starts them.
 *
 * When a thread ends that submitted an op (execve(2) too), or the ring is
 * closed, io_uring waits for no op: its CQE is ECANCELED if anybody still
 * looks. The op goes on, its buffers stay in use until it has ended, and
 * TERMINATE, DESTROY and the session's end stop it as ever. Before Linux 6.7
 * that happens half a second later, since io_uring does not tell.
 * The session lives as long as a ring has ops of it: DESTROY the channel or
 * TERMINATE it rather than close(2) if the hardware may hang.
 *
 * Errors: EAGAIN no credit; EINVAL no large SQE, a field that must be 0;
 * EOPNOTSUPP an unknown flag, uring_cmd_flags, CYCLIC and ops with REPEAT,
 * which end more than once; ENOTTY an unknown cmd_op; and those of SUBMIT.
 */
struct dmactl_uring_cmd {
	struct dmactl_op op;
	__u32 flags;
	__u32 reserved[3];
};

#endif /* _UAPI_LINUX_DMACTL_H */
