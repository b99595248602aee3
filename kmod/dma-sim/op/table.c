// SPDX-License-Identifier: GPL-2.0-only
/* The table of operation types. */
#include <linux/slab.h>
#include <linux/string.h>

#include "core/config.h"
#include "op/table.h"

static const struct sim_op *const sim_ops[] = {
	&sim_op_memcpy,
	&sim_op_memset,
	&sim_op_memset_sg,
	&sim_op_interrupt,
	&sim_op_xor,
	&sim_op_xor_val,
	&sim_op_pq,
	&sim_op_pq_val,
	&sim_op_slave,
	&sim_op_cyclic,
	&sim_op_interleave,
	&sim_op_repeat,
	&sim_op_load_eot,
	&sim_op_imm_data,
	&sim_op_reuse,
	&sim_op_metadata,
};

const struct sim_op *sim_op(unsigned int i)
{
	return i < ARRAY_SIZE(sim_ops) ? sim_ops[i] : NULL;
}

u64 sim_ops_all(void)
{
	return GENMASK_ULL(ARRAY_SIZE(sim_ops) - 1, 0);
}

/* Returns the operations that a channel with a peripheral can have. */
u64 sim_ops_slave(void)
{
	u64 ops = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sim_ops); i++)
		if (sim_ops[i]->slave)
			ops |= BIT_ULL(i);
	return ops;
}

static int sim_op_find(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sim_ops); i++)
		if (!strcmp(sim_ops[i]->name, word))
			return i;
	return -EINVAL;
}

/* Parses a comma-separated list of names to the bits of sim_config.ops. */
int sim_op_parse(const char *words, u64 *ops)
{
	char *copy, *rest, *word;
	int ret = 0;

	copy = kstrdup(words, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	*ops = 0;
	rest = copy;
	if (!strcmp(words, "all")) {
		*ops = sim_ops_all();
		rest = NULL;
	}
	while ((word = strsep(&rest, ","))) {
		word = strim(word);
		if (!*word)
			continue;
		ret = sim_op_find(word);
		if (ret < 0) {
			pr_err(SIM_NAME ": caps=%s: unknown word \"%s\"\n",
			       words, word);
			break;
		}
		*ops |= BIT_ULL(ret);
		ret = 0;
	}
	kfree(copy);
	if (!ret && !*ops) {
		pr_err(SIM_NAME ": caps=%s: no capability\n", words);
		ret = -EINVAL;
	}
	return ret;
}
