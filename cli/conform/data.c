// SPDX-License-Identifier: MIT
/* Conformance: the bytes that memory operations move, and the bytes that they must not change. */
#include "conform/conform.h"
#include "dev/device.h"
#include "out/units.h"
#include "test/plan-op.h"
#include "test/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Leaves out SG, which the module makes of single copies, and immediate data
 * and interrupts, which have no length to vary.
 */
static uint32_t ops_of(const struct conform *c)
{
	return test_ops_of(c->caps) & ~(1u << PLAN_SG | 1u << PLAN_IMM_DATA | 1u << PLAN_INTERRUPT);
}

static const char *moves_memory(const struct conform *c)
{
	return ops_of(c) ? NULL : "no operation from memory to memory";
}

/* The state of a check that tries many transfers. */
struct walk {
	enum plan_op op;
	size_t align;
	bool declared; /* use exactly the declared alignment, not that of --align */
	bool kept;     /* check the bytes that must not change, not the copied ones */
	uint64_t transfers;
	uint64_t bytes;
	uint64_t failures; /* of the current op */
};

/* Checks the memory after a transfer. Returns false if there were too many faults with this op. */
static bool judge(struct conform *c, struct walk *walk, const struct plan *plan)
{
	struct mismatch m;
	struct verdict verdict = {
		.p_bad = c->records[0].flags & DMACTL_COMP_P_BAD,
		.q_bad = c->records[0].flags & DMACTL_COMP_Q_BAD,
	};
	struct conform_finding numbers = {
		.transfer = number(walk->transfers),
		.length = number(plan->len),
	};
	bool good;

	if (walk->kept)
		good = plan_check_kept(plan, c->src.memory, c->dst.memory, &m);
	else
		good = plan_check_verdict(plan, verdict, &m) &&
		       plan_check_inside(plan, c->dst.memory, &m);
	if (good)
		return true;
	numbers.offset = number(m.offset);
	numbers.expected = number(m.expected);
	numbers.actual = number(m.got);
	if (m.verdict)
		conform_fail_at(c, numbers,
				"%s of %zu bytes: what begins at offset %zu is %s, and was "
				"judged %s",
				plan_op_name(plan->op), plan->len, m.offset,
				m.expected ? "bad" : "good", m.got ? "bad" : "good");
	else
		conform_fail_at(c, numbers,
				"%s of %zu bytes, source at %zu, destination at %zu: %s: byte at "
				"offset %zu: expected 0x%02x, got 0x%02x",
				plan_op_name(plan->op), plan->len,
				plan->src.count ? plan->src.pieces[0].off : 0,
				plan->dst.pieces[0].off, region_name(m.region), m.offset,
				m.expected, m.got);
	return ++walk->failures < 2;
}

/* Runs and checks one transfer. Returns false to stop with this op. */
static bool transfer(struct conform *c, struct walk *walk, size_t len, size_t src_off,
		     size_t dst_off)
{
	size_t far = src_off > dst_off ? src_off : dst_off;
	size_t window = plan_window(walk->op, len, far, walk->align);
	const struct plan_target target = {c->batch, c->chan, c->src.buf, c->dst.buf, NULL, 0};
	uint64_t before = c->result->finding_count;
	struct plan plan;

	if (window > c->dst.len)
		return true;
	plan_place(&plan, &c->random, walk->op, window, len, src_off, dst_off, walk->align);
	plan_fill(&plan, c->src.memory, c->dst.memory);
	if (plan_add(&plan, &target) || !conform_submit(c, 0) || !conform_finish(c)) {
		/* Add the op and length to the finding. */
		if (c->result->finding_count > before && before < CONFORM_MAX_FINDINGS) {
			struct conform_finding *finding = &c->result->findings[before];
			char what[CONFORM_TEXT];

			snprintf(what, sizeof(what), "%s of %zu bytes: %.300s",
				 plan_op_name(plan.op), plan.len, finding->text);
			strcpy(finding->text, what);
			finding->transfer = number(walk->transfers);
			finding->length = number(plan.len);
		}
		walk->transfers++;
		return false;
	}
	conform_look(c, 0, window);
	if (!judge(c, walk, &plan))
		return false;
	walk->transfers++;
	walk->bytes += plan.len;
	return true;
}

typedef bool (*walk_fn)(struct conform *c, struct walk *walk);

static void walk_ops(struct conform *c, walk_fn walk_op, struct walk walk)
{
	char amount[UNITS_TEXT], names[128] = "";
	size_t used = 0;

	for (unsigned int op = 0; op < PLAN_OPS; op++) {
		if (!(ops_of(c) >> op & 1) || !conform_more(c))
			continue;
		walk.op = (enum plan_op)op;
		walk.align = plan_alignment(c->caps, walk.op);
		if (!walk.declared && walk.align < c->options->align)
			walk.align = c->options->align;
		walk.failures = 0;
		walk_op(c, &walk);
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? " " : "", plan_op_name(walk.op));
	}
	conform_seen(c, walk.transfers, "%" PRIu64 " transfers, %s: %s", walk.transfers,
		     format_size(amount, walk.bytes), names);
}

static size_t unit_of(const struct walk *walk)
{
	return walk->align < 64 ? 64 : walk->align;
}

/* Lengths and offsets that every controller supports, from small to large. */
static bool walk_plain(struct conform *c, struct walk *walk)
{
	static const size_t lengths[] = {1, 2, 4, 31, 64, 65, 256, 1024, 2048};
	size_t unit = unit_of(walk);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t place = 2 + i % 5;

		if (!conform_more(c) ||
		    !transfer(c, walk, lengths[i] * unit, place * unit, (2 + i % 3) * unit))
			return false;
	}
	return true;
}

/* Each offset that the declared alignment allows, in both buffers. */
static bool walk_places(struct conform *c, struct walk *walk)
{
	size_t unit = unit_of(walk), steps = walk->align >= 64 ? 4 : 64 / walk->align;

	if (steps > 16)
		steps = 16;
	for (size_t i = 0; i < steps; i++) {
		size_t others[] = {0, i, (5 * i + 3) % steps};

		for (size_t j = 0; j < 3; j++) {
			if (!conform_more(c) ||
			    !transfer(c, walk, 4 * unit, 2 * unit + i * walk->align,
				      2 * unit + others[j] * walk->align))
				return false;
		}
	}
	return true;
}

/* Odd lengths, and lengths around pages and around the longest segment. */
static bool walk_lengths(struct conform *c, struct walk *walk)
{
	size_t unit = walk->align, place = 2 * unit_of(walk), count = 0, lengths[40];
	size_t page = c->page, segment = c->caps->max_segment / unit * unit;

	for (size_t i = 1; i <= 17; i += i < 8 ? 1 : 3)
		lengths[count++] = i * unit;
	lengths[count++] = 31 * unit;
	lengths[count++] = 63 * unit;
	lengths[count++] = 65 * unit;
	for (size_t pages = 1; pages <= 4; pages *= 4) {
		lengths[count++] = pages * page - unit;
		lengths[count++] = pages * page;
		lengths[count++] = pages * page + unit;
	}
	if (segment > unit) {
		lengths[count++] = segment - unit;
		lengths[count++] = segment;
		lengths[count++] = segment + unit;
		lengths[count++] = 2 * segment + unit;
	}
	for (size_t i = 0; i < count; i++) {
		if (!conform_more(c) || !transfer(c, walk, lengths[i], place, place))
			return false;
	}
	return true;
}

static void run_data(struct conform *c)
{
	walk_ops(c, walk_plain, (struct walk){0});
}

static void run_bounds(struct conform *c)
{
	walk_ops(c, walk_plain, (struct walk){.kept = true});
}

static void run_align(struct conform *c)
{
	walk_ops(c, walk_places, (struct walk){.declared = true});
}

static void run_length(struct conform *c)
{
	walk_ops(c, walk_lengths, (struct walk){0});
}

const struct conform_check conform_data_checks[] = {
	{
		.name = "data",
		.says = "each operation that the capability mask offers does what its name says, "
			"and its callback comes when the bytes are there",
		.source = CONFORM_PROVIDER ", \"Supported transaction types\"",
		.look = "device_prep_dma_*: addresses, length and control bits in the hardware "
			"descriptor; the interrupt handler: is the last write through?",
		.applies = moves_memory,
		.run = run_data,
	},
	{
		.name = "bounds",
		.says = "the source does not change, and nothing is written beside the destination",
		.source = CONFORM_PROVIDER ", \"Supported transaction types\"",
		.look = "device_prep_dma_*: the length in the hardware descriptor, bursts that are "
			"longer than what is left",
		.applies = moves_memory,
		.run = run_bounds,
	},
	{
		.name = "align",
		.says = "addresses need no other alignment than copy_align, xor_align, pq_align "
			"and fill_align declare",
		.source = CONFORM_HEADER ", struct dma_device",
		.look = "probe: copy_align and the like; device_prep_dma_*: the width of an access",
		.needs = "data",
		.applies = moves_memory,
		.run = run_align,
	},
	{
		.name = "length",
		.says = "any length works that is a multiple of the declared alignment, up to the "
			"longest segment of the device; what is longer is another segment",
		.source = CONFORM_HEADER ", struct dma_device; dma_set_max_seg_size()",
		.look = "probe: the alignments and dma_set_max_seg_size(); device_prep_dma_*: the "
			"rest behind whole words, the width of the length field",
		.needs = "data",
		.applies = moves_memory,
		.run = run_length,
	},
	{0},
};
