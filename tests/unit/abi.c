/* SPDX-License-Identifier: MIT */
/*
 * The frozen layout of the interface: every struct with all its fields, every number. check-abi.sh
 * compiles this for 64 and for 32 bits, and checks that nothing of the header is missing. To add a
 * field or a constant, add a line; existing lines must never change.
 */
#include <stddef.h>

#include <linux/dmactl.h>

#define STRUCT(name, size, align)                                                                  \
	_Static_assert(sizeof(struct name) == (size), "size of " #name);                           \
	_Static_assert(_Alignof(struct name) == (align), "alignment of " #name)

#define FIELD(name, field, offset, size)                                                           \
	_Static_assert(offsetof(struct name, field) == (offset), #name "." #field " has moved");   \
	_Static_assert(sizeof(((struct name *)0)->field) == (size), "size of " #name "." #field)

STRUCT(dmactl_cyclic, 16, 8);
FIELD(dmactl_cyclic, period_len, 0, 8);
FIELD(dmactl_cyclic, reserved, 8, 8);

STRUCT(dmactl_chunk, 32, 8);
FIELD(dmactl_chunk, size, 0, 8);
FIELD(dmactl_chunk, icg, 8, 8);
FIELD(dmactl_chunk, src_icg, 16, 8);
FIELD(dmactl_chunk, dst_icg, 24, 8);

STRUCT(dmactl_rio, 32, 8);
FIELD(dmactl_rio, destid, 0, 4);
FIELD(dmactl_rio, role, 4, 2);
FIELD(dmactl_rio, wr_type, 6, 2);
FIELD(dmactl_rio, rio_addr, 8, 8);
FIELD(dmactl_rio, rio_addr_u, 16, 8);
FIELD(dmactl_rio, reserved, 24, 8);

#define VALUE(constant, value) _Static_assert((constant) == (value), "value of " #constant)

STRUCT(dmactl_op, 64, 8);
FIELD(dmactl_op, opcode, 0, 2);
FIELD(dmactl_op, flags, 2, 2);
FIELD(dmactl_op, chan, 4, 4);
FIELD(dmactl_op, user_data, 8, 8);
FIELD(dmactl_op, dst_buf, 16, 4);
FIELD(dmactl_op, src_buf, 20, 4);
FIELD(dmactl_op, dst_off, 24, 8);
FIELD(dmactl_op, src_off, 32, 8);
FIELD(dmactl_op, len, 40, 8);
FIELD(dmactl_op, args_uptr, 48, 8);
FIELD(dmactl_op, nr_args, 56, 4);
FIELD(dmactl_op, arg_size, 60, 2);
FIELD(dmactl_op, value, 62, 2);

STRUCT(dmactl_sg, 32, 8);
FIELD(dmactl_sg, buf, 0, 4);
FIELD(dmactl_sg, role, 4, 2);
FIELD(dmactl_sg, value, 6, 2);
FIELD(dmactl_sg, off, 8, 8);
FIELD(dmactl_sg, len, 16, 8);
FIELD(dmactl_sg, reserved, 24, 8);

STRUCT(dmactl_completion, 48, 8);
FIELD(dmactl_completion, user_data, 0, 8);
FIELD(dmactl_completion, bytes, 8, 8);
FIELD(dmactl_completion, timestamp_ns, 16, 8);
FIELD(dmactl_completion, chan, 24, 4);
FIELD(dmactl_completion, status, 28, 4);
FIELD(dmactl_completion, flags, 32, 4);
FIELD(dmactl_completion, seq, 36, 4);
FIELD(dmactl_completion, count, 40, 8);

STRUCT(dmactl_info, 64, 8);
FIELD(dmactl_info, size, 0, 4);
FIELD(dmactl_info, flags, 4, 4);
FIELD(dmactl_info, out_features, 8, 8);
FIELD(dmactl_info, out_opcodes, 16, 8);
FIELD(dmactl_info, out_version, 24, 4);
FIELD(dmactl_info, out_session, 28, 4);
FIELD(dmactl_info, out_max_channels, 32, 4);
FIELD(dmactl_info, out_max_buffers, 36, 4);
FIELD(dmactl_info, out_max_batch, 40, 4);
FIELD(dmactl_info, out_max_depth, 44, 4);
FIELD(dmactl_info, out_max_args, 48, 4);
FIELD(dmactl_info, out_quarantined, 52, 4);
FIELD(dmactl_info, out_max_buffer_bytes, 56, 8);

STRUCT(dmactl_chan_caps, 328, 8);
FIELD(dmactl_chan_caps, caps, 0, 8);
FIELD(dmactl_chan_caps, src_addr_widths, 8, 8);
FIELD(dmactl_chan_caps, dst_addr_widths, 16, 8);
FIELD(dmactl_chan_caps, directions, 24, 4);
FIELD(dmactl_chan_caps, residue_granularity, 28, 4);
FIELD(dmactl_chan_caps, min_burst, 32, 4);
FIELD(dmactl_chan_caps, max_burst, 36, 4);
FIELD(dmactl_chan_caps, max_sg_burst, 40, 4);
FIELD(dmactl_chan_caps, copy_align, 44, 4);
FIELD(dmactl_chan_caps, fill_align, 48, 4);
FIELD(dmactl_chan_caps, xor_align, 52, 4);
FIELD(dmactl_chan_caps, pq_align, 56, 4);
FIELD(dmactl_chan_caps, max_xor, 60, 4);
FIELD(dmactl_chan_caps, max_pq, 64, 4);
FIELD(dmactl_chan_caps, numa_node, 68, 4);
FIELD(dmactl_chan_caps, max_segment, 72, 8);
FIELD(dmactl_chan_caps, dma_mask, 80, 8);
FIELD(dmactl_chan_caps, coherent_dma_mask, 88, 8);
FIELD(dmactl_chan_caps, bound_segment, 96, 8);
FIELD(dmactl_chan_caps, bound_entries, 104, 4);
FIELD(dmactl_chan_caps, bound_frames, 108, 4);
FIELD(dmactl_chan_caps, bound_periods, 112, 4);
FIELD(dmactl_chan_caps, bound_flags, 116, 4);
FIELD(dmactl_chan_caps, bound_outstanding, 120, 4);
FIELD(dmactl_chan_caps, bound_descriptors, 124, 4);
FIELD(dmactl_chan_caps, reserved, 128, 8);
FIELD(dmactl_chan_caps, name, 136, 64);
FIELD(dmactl_chan_caps, device, 200, 64);
FIELD(dmactl_chan_caps, driver, 264, 64);

STRUCT(dmactl_chan_request, 456, 8);
FIELD(dmactl_chan_request, size, 0, 4);
FIELD(dmactl_chan_request, flags, 4, 4);
FIELD(dmactl_chan_request, by, 8, 4);
FIELD(dmactl_chan_request, depth, 12, 4);
FIELD(dmactl_chan_request, caps, 16, 8);
FIELD(dmactl_chan_request, name, 24, 64);
FIELD(dmactl_chan_request, reserved, 88, 32);
FIELD(dmactl_chan_request, out_chan, 120, 4);
FIELD(dmactl_chan_request, out_depth, 124, 4);
FIELD(dmactl_chan_request, out, 128, 328);

STRUCT(dmactl_chan_ctrl, 16, 4);
FIELD(dmactl_chan_ctrl, size, 0, 4);
FIELD(dmactl_chan_ctrl, flags, 4, 4);
FIELD(dmactl_chan_ctrl, chan, 8, 4);
FIELD(dmactl_chan_ctrl, ctrl, 12, 4);

STRUCT(dmactl_chan_status, 96, 8);
FIELD(dmactl_chan_status, size, 0, 4);
FIELD(dmactl_chan_status, flags, 4, 4);
FIELD(dmactl_chan_status, chan, 8, 4);
FIELD(dmactl_chan_status, out_state, 12, 4);
FIELD(dmactl_chan_status, user_data, 16, 8);
FIELD(dmactl_chan_status, out_residue, 24, 8);
FIELD(dmactl_chan_status, out_submitted, 32, 8);
FIELD(dmactl_chan_status, out_completed, 40, 8);
FIELD(dmactl_chan_status, out_failed, 48, 8);
FIELD(dmactl_chan_status, out_bytes, 56, 8);
FIELD(dmactl_chan_status, out_descriptors, 64, 8);
FIELD(dmactl_chan_status, out_in_flight, 72, 4);
FIELD(dmactl_chan_status, out_credit, 76, 4);
FIELD(dmactl_chan_status, out_count, 80, 8);
FIELD(dmactl_chan_status, out_stalls, 88, 8);

STRUCT(dmactl_buf_alloc, 48, 8);
FIELD(dmactl_buf_alloc, size, 0, 4);
FIELD(dmactl_buf_alloc, flags, 4, 4);
FIELD(dmactl_buf_alloc, kind, 8, 4);
FIELD(dmactl_buf_alloc, chan, 12, 4);
FIELD(dmactl_buf_alloc, len, 16, 8);
FIELD(dmactl_buf_alloc, out_len, 24, 8);
FIELD(dmactl_buf_alloc, out_mmap_offset, 32, 8);
FIELD(dmactl_buf_alloc, out_buf, 40, 4);
FIELD(dmactl_buf_alloc, reserved, 44, 4);

STRUCT(dmactl_buf_sync, 32, 8);
FIELD(dmactl_buf_sync, size, 0, 4);
FIELD(dmactl_buf_sync, flags, 4, 4);
FIELD(dmactl_buf_sync, buf, 8, 4);
FIELD(dmactl_buf_sync, chan, 12, 4);
FIELD(dmactl_buf_sync, off, 16, 8);
FIELD(dmactl_buf_sync, len, 24, 8);

STRUCT(dmactl_destroy, 16, 4);
FIELD(dmactl_destroy, size, 0, 4);
FIELD(dmactl_destroy, flags, 4, 4);
FIELD(dmactl_destroy, handle, 8, 4);
FIELD(dmactl_destroy, reserved, 12, 4);

STRUCT(dmactl_submit, 72, 8);
FIELD(dmactl_submit, size, 0, 4);
FIELD(dmactl_submit, flags, 4, 4);
FIELD(dmactl_submit, ops_uptr, 8, 8);
FIELD(dmactl_submit, nr_ops, 16, 4);
FIELD(dmactl_submit, op_size, 20, 4);
FIELD(dmactl_submit, completions_uptr, 24, 8);
FIELD(dmactl_submit, nr_completions, 32, 4);
FIELD(dmactl_submit, min_complete, 36, 4);
FIELD(dmactl_submit, completion_size, 40, 4);
FIELD(dmactl_submit, out_wait, 44, 4);
FIELD(dmactl_submit, timeout_ns, 48, 8);
FIELD(dmactl_submit, out_accepted, 56, 4);
FIELD(dmactl_submit, out_completed, 60, 4);
FIELD(dmactl_submit, in_fence, 64, 4);
FIELD(dmactl_submit, out_fence, 68, 4);

STRUCT(dmactl_eventfd, 16, 4);
FIELD(dmactl_eventfd, size, 0, 4);
FIELD(dmactl_eventfd, flags, 4, 4);
FIELD(dmactl_eventfd, fd, 8, 4);
FIELD(dmactl_eventfd, reserved, 12, 4);

STRUCT(dmactl_chan_config, 72, 8);
FIELD(dmactl_chan_config, size, 0, 4);
FIELD(dmactl_chan_config, flags, 4, 4);
FIELD(dmactl_chan_config, chan, 8, 4);
FIELD(dmactl_chan_config, direction, 12, 4);
FIELD(dmactl_chan_config, src_addr, 16, 8);
FIELD(dmactl_chan_config, dst_addr, 24, 8);
FIELD(dmactl_chan_config, src_addr_width, 32, 4);
FIELD(dmactl_chan_config, dst_addr_width, 36, 4);
FIELD(dmactl_chan_config, src_maxburst, 40, 4);
FIELD(dmactl_chan_config, dst_maxburst, 44, 4);
FIELD(dmactl_chan_config, src_port_window_size, 48, 4);
FIELD(dmactl_chan_config, dst_port_window_size, 52, 4);
FIELD(dmactl_chan_config, device_fc, 56, 4);
FIELD(dmactl_chan_config, peripheral_size, 60, 4);
FIELD(dmactl_chan_config, peripheral_config_uptr, 64, 8);

STRUCT(dmactl_buf_map_user, 32, 8);
FIELD(dmactl_buf_map_user, size, 0, 4);
FIELD(dmactl_buf_map_user, flags, 4, 4);
FIELD(dmactl_buf_map_user, addr, 8, 8);
FIELD(dmactl_buf_map_user, len, 16, 8);
FIELD(dmactl_buf_map_user, out_buf, 24, 4);
FIELD(dmactl_buf_map_user, reserved, 28, 4);

STRUCT(dmactl_buf_import, 32, 8);
FIELD(dmactl_buf_import, size, 0, 4);
FIELD(dmactl_buf_import, flags, 4, 4);
FIELD(dmactl_buf_import, fd, 8, 4);
FIELD(dmactl_buf_import, out_buf, 12, 4);
FIELD(dmactl_buf_import, out_len, 16, 8);
FIELD(dmactl_buf_import, reserved, 24, 8);

STRUCT(dmactl_buf_export, 16, 4);
FIELD(dmactl_buf_export, size, 0, 4);
FIELD(dmactl_buf_export, flags, 4, 4);
FIELD(dmactl_buf_export, buf, 8, 4);
FIELD(dmactl_buf_export, out_fd, 12, 4);

STRUCT(dmactl_stream_open, 48, 8);
FIELD(dmactl_stream_open, size, 0, 4);
FIELD(dmactl_stream_open, flags, 4, 4);
FIELD(dmactl_stream_open, chan, 8, 4);
FIELD(dmactl_stream_open, direction, 12, 4);
FIELD(dmactl_stream_open, block_len, 16, 8);
FIELD(dmactl_stream_open, nr_blocks, 24, 4);
FIELD(dmactl_stream_open, out_fd, 28, 4);
FIELD(dmactl_stream_open, out_block_len, 32, 8);
FIELD(dmactl_stream_open, out_nr_blocks, 40, 4);
FIELD(dmactl_stream_open, reserved, 44, 4);

STRUCT(dmactl_prepare, 24, 8);
FIELD(dmactl_prepare, size, 0, 4);
FIELD(dmactl_prepare, flags, 4, 4);
FIELD(dmactl_prepare, op_uptr, 8, 8);
FIELD(dmactl_prepare, op_size, 16, 4);
FIELD(dmactl_prepare, out_handle, 20, 4);

STRUCT(dmactl_ring_head, 128, 4);
FIELD(dmactl_ring_head, head, 0, 4);
FIELD(dmactl_ring_head, pad, 4, 60);
FIELD(dmactl_ring_head, tail, 64, 4);
FIELD(dmactl_ring_head, flags, 68, 4);
FIELD(dmactl_ring_head, pad2, 72, 56);

STRUCT(dmactl_ring, 40, 8);
FIELD(dmactl_ring, size, 0, 4);
FIELD(dmactl_ring, flags, 4, 4);
FIELD(dmactl_ring, entries, 8, 4);
FIELD(dmactl_ring, record_size, 12, 4);
FIELD(dmactl_ring, out_entries, 16, 4);
FIELD(dmactl_ring, out_records_off, 20, 4);
FIELD(dmactl_ring, out_len, 24, 8);
FIELD(dmactl_ring, reserved, 32, 8);

STRUCT(dmactl_uring_cmd, 80, 8);
FIELD(dmactl_uring_cmd, op, 0, 64);
FIELD(dmactl_uring_cmd, flags, 64, 4);
FIELD(dmactl_uring_cmd, reserved, 68, 12);

VALUE(DMACTL_NR_INFO, 0);
VALUE(DMACTL_NR_CHAN_REQUEST, 1);
VALUE(DMACTL_NR_CHAN_CONFIG, 2);
VALUE(DMACTL_NR_CHAN_CTRL, 3);
VALUE(DMACTL_NR_CHAN_STATUS, 4);
VALUE(DMACTL_NR_BUF_ALLOC, 5);
VALUE(DMACTL_NR_BUF_MAP_USER, 6);
VALUE(DMACTL_NR_BUF_IMPORT, 7);
VALUE(DMACTL_NR_BUF_EXPORT, 8);
VALUE(DMACTL_NR_BUF_SYNC, 9);
VALUE(DMACTL_NR_DESTROY, 10);
VALUE(DMACTL_NR_SUBMIT, 11);
VALUE(DMACTL_NR_EVENTFD, 12);
VALUE(DMACTL_NR_STREAM_OPEN, 13);

VALUE(DMACTL_OP_NOP, 0);
VALUE(DMACTL_OP_MEMCPY, 1);
VALUE(DMACTL_OP_SG, 2);
VALUE(DMACTL_OP_MEMSET, 3);
VALUE(DMACTL_OP_MEMSET_SG, 4);
VALUE(DMACTL_OP_XOR, 5);
VALUE(DMACTL_OP_XOR_VAL, 6);
VALUE(DMACTL_OP_PQ, 7);
VALUE(DMACTL_OP_PQ_VAL, 8);
VALUE(DMACTL_OP_SLAVE_SG, 9);
VALUE(DMACTL_OP_SLAVE_SINGLE, 10);
VALUE(DMACTL_OP_PERIPHERAL_VEC, 11);
VALUE(DMACTL_OP_CYCLIC, 12);
VALUE(DMACTL_OP_INTERLEAVED, 13);
VALUE(DMACTL_OP_RIO_SG, 14);
VALUE(DMACTL_OP_IMM_DATA, 15);
VALUE(DMACTL_OP_INTERRUPT, 16);

VALUE(DMACTL_SG_SRC, 1);
VALUE(DMACTL_SG_DST, 2);
VALUE(DMACTL_SG_P, 3);
VALUE(DMACTL_SG_Q, 4);
VALUE(DMACTL_SG_METADATA, 5);
VALUE(DMACTL_COMP_P_BAD, 1);
VALUE(DMACTL_COMP_Q_BAD, 2);
VALUE(DMACTL_COMP_MORE, 4);
VALUE(DMACTL_COMP_OVERRUN, 8);
VALUE(DMACTL_COMP_GAP, 16);

VALUE(DMACTL_RESIDUE_DESCRIPTOR, 0);
VALUE(DMACTL_RESIDUE_SEGMENT, 1);
VALUE(DMACTL_RESIDUE_BURST, 2);

VALUE(DMACTL_CHAN_BY_CAPS, 0);
VALUE(DMACTL_CHAN_BY_NAME, 1);
VALUE(DMACTL_CHAN_BY_SLAVE, 2);
VALUE(DMACTL_CHAN_BY_PORT, 3);
VALUE(DMACTL_CHAN_LOOK, 0x1);

VALUE(DMACTL_CTRL_ISSUE, 1);
VALUE(DMACTL_CTRL_TERMINATE, 2);
VALUE(DMACTL_CTRL_SYNCHRONIZE, 3);
VALUE(DMACTL_CTRL_PAUSE, 4);
VALUE(DMACTL_CTRL_RESUME, 5);

VALUE(DMACTL_STATE_IDLE, 0);
VALUE(DMACTL_STATE_HELD, 1);
VALUE(DMACTL_STATE_IN_PROGRESS, 2);
VALUE(DMACTL_STATE_PAUSED, 3);
VALUE(DMACTL_STATE_COMPLETE, 4);
VALUE(DMACTL_STATE_ERROR, 5);
VALUE(DMACTL_STATE_GONE, 6);

VALUE(DMACTL_BUF_STREAMING, 1);
VALUE(DMACTL_BUF_COHERENT, 2);
VALUE(DMACTL_BUF_CONTIGUOUS, 3);

VALUE(DMACTL_IOC_TYPE, 0xda);
VALUE(DMACTL_IOC_INFO, 0xda00);
VALUE(DMACTL_IOC_CHAN_REQUEST, 0xda01);
VALUE(DMACTL_IOC_CHAN_CTRL, 0xda03);
VALUE(DMACTL_IOC_CHAN_STATUS, 0xda04);
VALUE(DMACTL_IOC_BUF_ALLOC, 0xda05);
VALUE(DMACTL_IOC_BUF_SYNC, 0xda09);
VALUE(DMACTL_IOC_DESTROY, 0xda0a);
VALUE(DMACTL_IOC_SUBMIT, 0xda0b);
VALUE(DMACTL_IOC_EVENTFD, 0xda0c);
VALUE(DMACTL_NAME_LEN, 64);
VALUE(DMACTL_OPF_NO_SYNC_SRC, 1);
VALUE(DMACTL_OPF_NO_SYNC_DST, 2);
VALUE(DMACTL_OPF_NO_SYNC, 3);
VALUE(DMACTL_OPF_FENCE, 4);
VALUE(DMACTL_FEATURE_READ, 1);
VALUE(DMACTL_FEATURE_EVENTFD, 2);
VALUE(DMACTL_CAP_MEMCPY, 1);
VALUE(DMACTL_CAP_XOR, 2);
VALUE(DMACTL_CAP_PQ, 4);
VALUE(DMACTL_CAP_XOR_VAL, 8);
VALUE(DMACTL_CAP_PQ_VAL, 0x10);
VALUE(DMACTL_CAP_MEMSET, 0x20);
VALUE(DMACTL_CAP_MEMSET_SG, 0x40);
VALUE(DMACTL_CAP_INTERRUPT, 0x80);
VALUE(DMACTL_CAP_SLAVE, 0x100);
VALUE(DMACTL_CAP_CYCLIC, 0x200);
VALUE(DMACTL_CAP_INTERLEAVE, 0x400);
VALUE(DMACTL_CAP_REPEAT, 0x800);
VALUE(DMACTL_CAP_LOAD_EOT, 0x1000);
VALUE(DMACTL_CAP_NO_ORDER, 0x2000);
VALUE(DMACTL_CAP_PRIVATE, 0x4000);
VALUE(DMACTL_CAP_PAUSE, 0x100000000ull);
VALUE(DMACTL_CAP_RESUME, 0x200000000ull);
VALUE(DMACTL_CAP_TERMINATE, 0x400000000ull);
VALUE(DMACTL_CAP_OFFERED, 0x400000000000ull);
VALUE(DMACTL_CAP_CYCLIC_QUEUE, 0x800000000000ull);
VALUE(DMACTL_BOUND_SEGMENT_DECLARED, 0x1);
VALUE(DMACTL_BOUND_SEGMENT_SET, 0x2);
VALUE(DMACTL_BOUND_ENTRIES_SET, 0x4);
VALUE(DMACTL_BOUND_FRAMES_SET, 0x8);
VALUE(DMACTL_BOUND_PERIODS_SET, 0x10);
VALUE(DMACTL_BOUND_OUTSTANDING_SET, 0x20);
VALUE(DMACTL_BOUND_DESCRIPTORS_SET, 0x40);
VALUE(DMACTL_CAP_REUSE, 0x800000000ull);
VALUE(DMACTL_CAP_METADATA_CLIENT, 0x1000000000ull);
VALUE(DMACTL_CAP_METADATA_ENGINE, 0x2000000000ull);
VALUE(DMACTL_CAP_PQ_CONTINUE, 0x4000000000ull);
VALUE(DMACTL_CAP_IOMMU, 0x10000000000ull);
VALUE(DMACTL_CAP_CACHE_COHERENT, 0x20000000000ull);
VALUE(DMACTL_CAP_ADDRESSING_LIMITED, 0x40000000000ull);
VALUE(DMACTL_DIR_MEM_TO_MEM, 1);
VALUE(DMACTL_DIR_MEM_TO_DEV, 2);
VALUE(DMACTL_DIR_DEV_TO_MEM, 4);
VALUE(DMACTL_DIR_DEV_TO_DEV, 8);
VALUE(DMACTL_STATUS_BY_USER_DATA, 1);
VALUE(DMACTL_SYNC_BEGIN, 1);
VALUE(DMACTL_SYNC_END, 2);
VALUE(DMACTL_SYNC_READ, 4);
VALUE(DMACTL_SYNC_WRITE, 8);
VALUE(DMACTL_SUBMIT_HOLD, 1);
VALUE(DMACTL_SUBMIT_ABS_TIMEOUT, 2);
VALUE(DMACTL_SUBMIT_IN_FENCE, 4);
VALUE(DMACTL_SUBMIT_OUT_FENCE, 8);
VALUE(DMACTL_SUBMIT_DEFER, 16);
VALUE(DMACTL_TIMEOUT_INFINITE, 0xffffffffffffffffull);

_Static_assert(sizeof(DMACTL_DEVICE) == 12, "DMACTL_DEVICE");
VALUE(DMACTL_CAP_PERIPHERAL_VEC, 1ull << 43);
VALUE(DMACTL_CAP_IMM_DATA, 1ull << 44);
VALUE(DMACTL_CAP_RIO_SG, 1ull << 45);
VALUE(DMACTL_FEATURE_MAP_USER, 1ull << 2);
VALUE(DMACTL_FEATURE_DMABUF, 1ull << 3);
VALUE(DMACTL_FEATURE_STREAM, 1ull << 4);
VALUE(DMACTL_FEATURE_PORT, 1ull << 6);
VALUE(DMACTL_IOC_CHAN_CONFIG, 0xda02);
VALUE(DMACTL_IOC_BUF_MAP_USER, 0xda06);
VALUE(DMACTL_IOC_BUF_IMPORT, 0xda07);
VALUE(DMACTL_IOC_BUF_EXPORT, 0xda08);
VALUE(DMACTL_IOC_STREAM_OPEN, 0xda0d);
VALUE(DMACTL_IOC_PREPARE, 0xda0e);
VALUE(DMACTL_MAP_USER_READ_ONLY, 1);
VALUE(DMACTL_NR_PREPARE, 14);
VALUE(DMACTL_OPF_REPEAT, 1u << 3);
VALUE(DMACTL_OPF_LOAD_EOT, 1u << 4);
VALUE(DMACTL_OPF_CMD, 1u << 5);
VALUE(DMACTL_OPF_SRC_INC, 1u << 8);
VALUE(DMACTL_OPF_DST_INC, 1u << 9);
VALUE(DMACTL_OPF_SRC_SGL, 1u << 10);
VALUE(DMACTL_OPF_DST_SGL, 1u << 11);
VALUE(DMACTL_OPF_METADATA_ENGINE, 1u << 8);
VALUE(DMACTL_OP_PREPARED, 17);
VALUE(DMACTL_SG_RIO, 6);
VALUE(DMACTL_STREAM_NONBLOCK, 1);
VALUE(DMACTL_STREAM_PACKETS, 2);
VALUE(DMACTL_FEATURE_URING, 1ull << 5);
VALUE(DMACTL_URING_OP, 1);
VALUE(DMACTL_URING_ISSUE, 2);
VALUE(DMACTL_URING_HOLD, 1);
VALUE(DMACTL_NR_RING, 15);
VALUE(DMACTL_IOC_RING, 0xda0f);
VALUE(DMACTL_FEATURE_RING, 1ull << 7);
VALUE(DMACTL_FEATURE_PORT_NODE, 1ull << 8);
VALUE(DMACTL_FEATURE_SYNC_FILE, 1ull << 9);
VALUE(DMACTL_RING_OVERFLOW, 1);
