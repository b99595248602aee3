/* SPDX-License-Identifier: GPL-2.0-only */
/* Callbacks of the provider. */
#ifndef DMACTL_CALLBACK_H
#define DMACTL_CALLBACK_H

#include <linux/dmaengine.h>

struct dmactl_chan;
struct dmactl_desc;

int dmactl_result_errno(const struct dmaengine_result *result);
void dmactl_desc_callback(void *param, const struct dmaengine_result *result);
bool dmactl_desc_complete(struct dmactl_chan *chan, struct dmactl_desc *desc,
			  const struct dmaengine_result *result);
void dmactl_desc_called(struct dmactl_desc *desc,
			const struct dmaengine_result *result);
void dmactl_doubts_resolve(struct dmactl_chan *chan);

#endif /* DMACTL_CALLBACK_H */
