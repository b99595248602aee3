// SPDX-License-Identifier: GPL-2.0-only
/* Lists of segments for a new descriptor. */
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/chan.h"
#include "core/segment.h"

/* Allocates @n segments; the caller fills them. */
bool sim_segments_init(struct sim_segments *s, unsigned int n)
{
	s->n = n;
	s->list = s->few;
	if (n > ARRAY_SIZE(s->few))
		s->list = kmalloc_array(n, sizeof(*s->list), GFP_NOWAIT);
	return n && s->list;
}

bool sim_segments_init_sg(struct sim_segments *s, struct scatterlist *sgl,
			  unsigned int nents)
{
	struct scatterlist *sg;
	unsigned int i;

	if (!sim_segments_init(s, nents))
		return false;
	for_each_sg(sgl, sg, nents, i) {
		s->list[i].addr = sg_dma_address(sg);
		s->list[i].len = sg_dma_len(sg);
	}
	return true;
}

/* Returns the total length in *len; false on overflow. */
bool sim_segments_sum(const struct sim_segments *s, size_t *len)
{
	unsigned int i;

	*len = 0;
	for (i = 0; i < s->n; i++)
		if (check_add_overflow(*len, s->list[i].len, len))
			return false;
	return true;
}

/* Passes the segments to the descriptor. */
void sim_segments_give(struct sim_segments *s, struct sim_desc *d)
{
	lockdep_assert_held(&to_sim_chan(d->tx.chan)->lock);
	if (s->list == s->few) {
		memcpy(d->inline_segments, s->few, s->n * sizeof(*s->few));
		d->segments = d->inline_segments;
	} else {
		d->segments = s->list;
	}
	s->list = NULL;
}

/* Frees segments that were not passed on. */
void sim_segments_free(struct sim_segments *s)
{
	if (s->list != s->few)
		kfree(s->list);
}
