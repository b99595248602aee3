/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints. They report handles, never addresses. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dmactl

#if !defined(DMACTL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DMACTL_TRACE_H

#include <linux/tracepoint.h>
#include <linux/dmactl.h>

#include "../../compat.h"
#include "core/object.h"

/*
 * Tracers that read raw events take the names of values from the event's format
 * file. An enumerator has its value there only if it is defined here.
 */
TRACE_DEFINE_ENUM(DMACTL_BUF_STREAMING);
TRACE_DEFINE_ENUM(DMACTL_BUF_COHERENT);
TRACE_DEFINE_ENUM(DMACTL_BUF_CONTIGUOUS);
TRACE_DEFINE_ENUM(DMACTL_OP_NOP);
TRACE_DEFINE_ENUM(DMACTL_OP_MEMCPY);
TRACE_DEFINE_ENUM(DMACTL_OP_SG);
TRACE_DEFINE_ENUM(DMACTL_OP_MEMSET);
TRACE_DEFINE_ENUM(DMACTL_OP_MEMSET_SG);
TRACE_DEFINE_ENUM(DMACTL_OP_XOR);
TRACE_DEFINE_ENUM(DMACTL_OP_XOR_VAL);
TRACE_DEFINE_ENUM(DMACTL_OP_PQ);
TRACE_DEFINE_ENUM(DMACTL_OP_PQ_VAL);
TRACE_DEFINE_ENUM(DMACTL_OP_SLAVE_SG);
TRACE_DEFINE_ENUM(DMACTL_OP_SLAVE_SINGLE);
TRACE_DEFINE_ENUM(DMACTL_OP_PERIPHERAL_VEC);
TRACE_DEFINE_ENUM(DMACTL_OP_CYCLIC);
TRACE_DEFINE_ENUM(DMACTL_OP_INTERLEAVED);
TRACE_DEFINE_ENUM(DMACTL_OP_RIO_SG);
TRACE_DEFINE_ENUM(DMACTL_OP_IMM_DATA);
TRACE_DEFINE_ENUM(DMACTL_OP_INTERRUPT);
TRACE_DEFINE_ENUM(DMACTL_OP_PREPARED);

DECLARE_EVENT_CLASS(dmactl_chan_name,
	TP_PROTO(u32 session, u32 chan, const char *name),
	TP_ARGS(session, chan, name),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, chan)
		__string(name, name)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->chan = chan;
		dmactl_assign_str(name);
	),
	TP_printk("session=%u chan=%u name=%s",
		  __entry->session, __entry->chan, __get_str(name))
);

DEFINE_EVENT(dmactl_chan_name, dmactl_chan_request,
	TP_PROTO(u32 session, u32 chan, const char *name),
	TP_ARGS(session, chan, name)
);

DEFINE_EVENT(dmactl_chan_name, dmactl_chan_release,
	TP_PROTO(u32 session, u32 chan, const char *name),
	TP_ARGS(session, chan, name)
);

TRACE_EVENT(dmactl_chan_issue,
	TP_PROTO(u32 session, u32 chan),
	TP_ARGS(session, chan),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, chan)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->chan = chan;
	),
	TP_printk("session=%u chan=%u", __entry->session, __entry->chan)
);

TRACE_EVENT(dmactl_buf_alloc,
	TP_PROTO(u32 session, u32 buf, u32 kind, u64 len),
	TP_ARGS(session, buf, kind, len),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, buf)
		__field(u32, kind)
		__field(u64, len)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->buf = buf;
		__entry->kind = kind;
		__entry->len = len;
	),
	TP_printk("session=%u buf=%u kind=%s len=%llu",
		  __entry->session, __entry->buf,
		  __print_symbolic(__entry->kind,
				   { DMACTL_BUF_STREAMING, "STREAMING" },
				   { DMACTL_BUF_COHERENT, "COHERENT" },
				   { DMACTL_BUF_CONTIGUOUS, "CONTIGUOUS" },
				   { DMACTL_BUF_USER, "USER" },
				   { DMACTL_BUF_IMPORTED, "IMPORTED" }),
		  __entry->len)
);

TRACE_EVENT(dmactl_buf_map,
	TP_PROTO(u32 session, u32 buf, const char *device, u32 nents),
	TP_ARGS(session, buf, device, nents),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, buf)
		__string(device, device)
		__field(u32, nents)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->buf = buf;
		dmactl_assign_str(device);
		__entry->nents = nents;
	),
	TP_printk("session=%u buf=%u device=%s nents=%u",
		  __entry->session, __entry->buf, __get_str(device),
		  __entry->nents)
);

TRACE_EVENT(dmactl_buf_unmap,
	TP_PROTO(u32 session, u32 buf, const char *device),
	TP_ARGS(session, buf, device),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, buf)
		__string(device, device)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->buf = buf;
		dmactl_assign_str(device);
	),
	TP_printk("session=%u buf=%u device=%s",
		  __entry->session, __entry->buf, __get_str(device))
);

TRACE_EVENT(dmactl_buf_sync,
	TP_PROTO(u32 session, u32 buf, u64 off, u64 len, bool for_cpu),
	TP_ARGS(session, buf, off, len, for_cpu),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, buf)
		__field(u64, off)
		__field(u64, len)
		__field(bool, for_cpu)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->buf = buf;
		__entry->off = off;
		__entry->len = len;
		__entry->for_cpu = for_cpu;
	),
	TP_printk("session=%u buf=%u off=%llu len=%llu for_cpu=%d",
		  __entry->session, __entry->buf, __entry->off, __entry->len,
		  __entry->for_cpu)
);

TRACE_EVENT(dmactl_op_prep,
	TP_PROTO(u32 session, u32 chan, u16 opcode, u32 seq, u64 len),
	TP_ARGS(session, chan, opcode, seq, len),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, chan)
		__field(u16, opcode)
		__field(u32, seq)
		__field(u64, len)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->chan = chan;
		__entry->opcode = opcode;
		__entry->seq = seq;
		__entry->len = len;
	),
	TP_printk("session=%u chan=%u opcode=%s seq=%u len=%llu",
		  __entry->session, __entry->chan,
		  __print_symbolic(__entry->opcode,
				   { DMACTL_OP_NOP, "NOP" },
				   { DMACTL_OP_MEMCPY, "MEMCPY" },
				   { DMACTL_OP_SG, "SG" },
				   { DMACTL_OP_MEMSET, "MEMSET" },
				   { DMACTL_OP_MEMSET_SG, "MEMSET_SG" },
				   { DMACTL_OP_XOR, "XOR" },
				   { DMACTL_OP_XOR_VAL, "XOR_VAL" },
				   { DMACTL_OP_PQ, "PQ" },
				   { DMACTL_OP_PQ_VAL, "PQ_VAL" },
				   { DMACTL_OP_SLAVE_SG, "SLAVE_SG" },
				   { DMACTL_OP_SLAVE_SINGLE, "SLAVE_SINGLE" },
				   { DMACTL_OP_PERIPHERAL_VEC, "PERIPHERAL_VEC" },
				   { DMACTL_OP_CYCLIC, "CYCLIC" },
				   { DMACTL_OP_INTERLEAVED, "INTERLEAVED" },
				   { DMACTL_OP_RIO_SG, "RIO_SG" },
				   { DMACTL_OP_IMM_DATA, "IMM_DATA" },
				   { DMACTL_OP_INTERRUPT, "INTERRUPT" },
				   { DMACTL_OP_PREPARED, "PREPARED" }),
		  __entry->seq, __entry->len)
);

TRACE_EVENT(dmactl_op_submit,
	TP_PROTO(u32 session, u32 chan, u32 seq, s32 cookie),
	TP_ARGS(session, chan, seq, cookie),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, chan)
		__field(u32, seq)
		__field(s32, cookie)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->chan = chan;
		__entry->seq = seq;
		__entry->cookie = cookie;
	),
	TP_printk("session=%u chan=%u seq=%u cookie=%d",
		  __entry->session, __entry->chan, __entry->seq,
		  __entry->cookie)
);

TRACE_EVENT(dmactl_op_period,
	TP_PROTO(u32 session, u32 chan, u32 seq, u64 count),
	TP_ARGS(session, chan, seq, count),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, chan)
		__field(u32, seq)
		__field(u64, count)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->chan = chan;
		__entry->seq = seq;
		__entry->count = count;
	),
	TP_printk("session=%u chan=%u seq=%u count=%llu",
		  __entry->session, __entry->chan, __entry->seq,
		  __entry->count)
);

TRACE_EVENT(dmactl_chan_config,
	TP_PROTO(u32 session, u32 chan),
	TP_ARGS(session, chan),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, chan)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->chan = chan;
	),
	TP_printk("session=%u chan=%u", __entry->session, __entry->chan)
);

TRACE_EVENT(dmactl_op_complete,
	TP_PROTO(u32 session, u32 chan, u32 seq, s32 status, u64 bytes),
	TP_ARGS(session, chan, seq, status, bytes),
	TP_STRUCT__entry(
		__field(u32, session)
		__field(u32, chan)
		__field(u32, seq)
		__field(s32, status)
		__field(u64, bytes)
	),
	TP_fast_assign(
		__entry->session = session;
		__entry->chan = chan;
		__entry->seq = seq;
		__entry->status = status;
		__entry->bytes = bytes;
	),
	TP_printk("session=%u chan=%u seq=%u status=%d bytes=%llu",
		  __entry->session, __entry->chan, __entry->seq,
		  __entry->status, __entry->bytes)
);

#endif /* DMACTL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
