// SPDX-License-Identifier: MIT
#include "explain/trace-event.h"
#include "out/units.h"

#include <inttypes.h>
#include <linux/dmactl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *trace_event_get(const struct trace_event *event, const char *key)
{
	for (unsigned int i = 0; i < event->field_count; i++) {
		if (strcmp(event->fields[i].key, key) == 0)
			return event->fields[i].value;
	}
	return "?";
}

static const char *const phases[] = {
	"",
	"get a channel",
	"slave parameters",
	"coherent memory",
	"streaming memory",
	"prepare a descriptor",
	"submit",
	"issue pending",
	"completion",
	"query",
};

static const char *size_of(const struct trace_event *event, const char *key, char *text)
{
	return format_size(text, strtoull(trace_event_get(event, key), NULL, 0));
}

static void explain_request(const struct trace_event *event, struct explanation *out)
{
	out->phase = 1;
	snprintf(out->function, sizeof(out->function), "dma_request_channel()");
	snprintf(out->text, sizeof(out->text), "%s is ours now, as handle %s",
		 trace_event_get(event, "name"), trace_event_get(event, "chan"));
}

static void explain_config(const struct trace_event *event, struct explanation *out)
{
	out->phase = 2;
	snprintf(out->function, sizeof(out->function), "dmaengine_slave_config()");
	snprintf(out->text, sizeof(out->text),
		 "handle %s knows where its peripheral is, how wide and how long its bursts are",
		 trace_event_get(event, "chan"));
}

static void explain_release(const struct trace_event *event, struct explanation *out)
{
	out->phase = 1;
	snprintf(out->function, sizeof(out->function), "dma_release_channel()");
	snprintf(out->text, sizeof(out->text), "%s, handle %s, is given back",
		 trace_event_get(event, "name"), trace_event_get(event, "chan"));
}

static const struct {
	const char *function;
	const char *memory;
} allocations[] = {
	[DMACTL_BUF_STREAMING] = {"alloc_pages()", "ordinary, cached"},
	[DMACTL_BUF_COHERENT] = {"dma_alloc_coherent()", "coherent"},
	[DMACTL_BUF_CONTIGUOUS] = {"alloc_contig_range()", "contiguous, cached"},
};

static void explain_alloc(const struct trace_event *event, struct explanation *out)
{
	uint64_t kind = DMACTL_BUF_STREAMING;
	char size[UNITS_TEXT];

	if (!parse_number(trace_event_get(event, "kind"), DMACTL_BUF_STREAMING,
			  DMACTL_BUF_CONTIGUOUS, &kind))
		kind = DMACTL_BUF_STREAMING;
	out->phase = kind == DMACTL_BUF_COHERENT ? 3 : 4;
	snprintf(out->function, sizeof(out->function), "%s", allocations[kind].function);
	snprintf(out->text, sizeof(out->text), "buffer %s: %s of %s memory",
		 trace_event_get(event, "buf"), size_of(event, "len", size),
		 allocations[kind].memory);
}

static void explain_map(const struct trace_event *event, struct explanation *out)
{
	out->phase = 4;
	snprintf(out->function, sizeof(out->function), "dma_map_sgtable()");
	snprintf(out->text, sizeof(out->text),
		 "buffer %s gets addresses that %s can reach, in %s piece(s)",
		 trace_event_get(event, "buf"), trace_event_get(event, "device"),
		 trace_event_get(event, "nents"));
}

static void explain_unmap(const struct trace_event *event, struct explanation *out)
{
	out->phase = 8;
	snprintf(out->function, sizeof(out->function), "dma_unmap_sgtable()");
	snprintf(out->text, sizeof(out->text), "buffer %s is out of reach of %s again",
		 trace_event_get(event, "buf"), trace_event_get(event, "device"));
}

static void explain_sync(const struct trace_event *event, struct explanation *out)
{
	bool for_cpu = strcmp(trace_event_get(event, "for_cpu"), "0") != 0;
	char size[UNITS_TEXT];

	out->phase = for_cpu ? 8 : 4;
	snprintf(out->function, sizeof(out->function), "dma_sync_single_for_%s()",
		 for_cpu ? "cpu" : "device");
	snprintf(out->text, sizeof(out->text),
		 "%s of buffer %s at offset %s: %s sees what the %s wrote",
		 size_of(event, "len", size), trace_event_get(event, "buf"),
		 trace_event_get(event, "off"), for_cpu ? "the CPU" : "the device",
		 for_cpu ? "device" : "CPU");
}

static const char *const preps[] = {
	[DMACTL_OP_NOP] = "device_prep_dma_nop()",
	[DMACTL_OP_MEMCPY] = "device_prep_dma_memcpy()",
	[DMACTL_OP_SG] = "device_prep_dma_memcpy()",
	[DMACTL_OP_MEMSET] = "device_prep_dma_memset()",
	[DMACTL_OP_MEMSET_SG] = "device_prep_dma_memset_sg()",
	[DMACTL_OP_XOR] = "device_prep_dma_xor()",
	[DMACTL_OP_XOR_VAL] = "device_prep_dma_xor_val()",
	[DMACTL_OP_PQ] = "device_prep_dma_pq()",
	[DMACTL_OP_PQ_VAL] = "device_prep_dma_pq_val()",
	[DMACTL_OP_SLAVE_SG] = "device_prep_slave_sg()",
	[DMACTL_OP_SLAVE_SINGLE] = "device_prep_slave_sg()",
	[DMACTL_OP_PERIPHERAL_VEC] = "device_prep_peripheral_dma_vec()",
	[DMACTL_OP_CYCLIC] = "device_prep_dma_cyclic()",
	[DMACTL_OP_INTERLEAVED] = "device_prep_interleaved_dma()",
	[DMACTL_OP_RIO_SG] = "device_prep_slave_sg()",
	[DMACTL_OP_IMM_DATA] = "device_prep_dma_imm_data()",
	[DMACTL_OP_INTERRUPT] = "device_prep_dma_interrupt()",
	[DMACTL_OP_PREPARED] = "prepared before",
};

#define PREPS (sizeof(preps) / sizeof(preps[0]))

static void prep_function(const char *opcode, char *text, size_t size)
{
	uint64_t number;

	if (parse_number(opcode, 0, PREPS - 1, &number))
		snprintf(text, size, "%s", preps[number]);
	else
		/* A newer module may have more opcodes. */
		snprintf(text, size, "prep of opcode %s", opcode);
}

static void explain_prep(const struct trace_event *event, struct explanation *out)
{
	char size[UNITS_TEXT];

	out->phase = 5;
	prep_function(trace_event_get(event, "opcode"), out->function, sizeof(out->function));
	snprintf(out->text, sizeof(out->text),
		 "transfer %s on handle %s: a descriptor for %s, with a callback for its end",
		 trace_event_get(event, "seq"), trace_event_get(event, "chan"),
		 size_of(event, "len", size));
}

static void explain_submit(const struct trace_event *event, struct explanation *out)
{
	out->phase = 6;
	snprintf(out->function, sizeof(out->function), "dmaengine_submit()");
	snprintf(out->text, sizeof(out->text),
		 "transfer %s is in the queue of handle %s, cookie %s",
		 trace_event_get(event, "seq"), trace_event_get(event, "chan"),
		 trace_event_get(event, "cookie"));
}

static void explain_issue(const struct trace_event *event, struct explanation *out)
{
	out->phase = 7;
	snprintf(out->function, sizeof(out->function), "dma_async_issue_pending()");
	snprintf(out->text, sizeof(out->text), "handle %s starts on its queue",
		 trace_event_get(event, "chan"));
}

static void explain_complete(const struct trace_event *event, struct explanation *out)
{
	const char *status = trace_event_get(event, "status");
	char size[UNITS_TEXT];

	out->phase = 8;
	snprintf(out->function, sizeof(out->function), "callback");
	if (strcmp(status, "0") == 0)
		snprintf(out->text, sizeof(out->text),
			 "transfer %s on handle %s has ended: %s moved",
			 trace_event_get(event, "seq"), trace_event_get(event, "chan"),
			 size_of(event, "bytes", size));
	else
		snprintf(out->text, sizeof(out->text), "transfer %s on handle %s FAILED: status %s",
			 trace_event_get(event, "seq"), trace_event_get(event, "chan"), status);
}

static void explain_period(const struct trace_event *event, struct explanation *out)
{
	out->phase = 8;
	snprintf(out->function, sizeof(out->function), "callback");
	snprintf(out->text, sizeof(out->text), "transfer %s on handle %s has ended period %s",
		 trace_event_get(event, "seq"), trace_event_get(event, "chan"),
		 trace_event_get(event, "count"));
}

static const struct {
	const char *name;
	void (*explain)(const struct trace_event *event, struct explanation *out);
} kinds[] = {
	{"dmactl_chan_request", explain_request}, {"dmactl_chan_release", explain_release},
	{"dmactl_buf_alloc", explain_alloc},	  {"dmactl_buf_map", explain_map},
	{"dmactl_buf_unmap", explain_unmap},	  {"dmactl_buf_sync", explain_sync},
	{"dmactl_op_prep", explain_prep},	  {"dmactl_op_submit", explain_submit},
	{"dmactl_chan_issue", explain_issue},	  {"dmactl_op_complete", explain_complete},
	{"dmactl_op_period", explain_period},	  {"dmactl_chan_config", explain_config},
};

void trace_event_explain(const struct trace_event *event, struct explanation *explanation)
{
	size_t used = 0;

	memset(explanation, 0, sizeof(*explanation));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(event->name, kinds[i].name))
			continue;
		kinds[i].explain(event, explanation);
		explanation->phase_name = phases[explanation->phase];
		return;
	}
	/* A newer module may have more events: show them as they are. */
	explanation->phase_name = phases[0];
	snprintf(explanation->function, sizeof(explanation->function), "%s", event->name);
	for (unsigned int i = 0; i < event->field_count && used < sizeof(explanation->text); i++)
		used += (size_t)snprintf(explanation->text + used, sizeof(explanation->text) - used,
					 "%s%s=%s", used ? " " : "", event->fields[i].key,
					 event->fields[i].value);
}
