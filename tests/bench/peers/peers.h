/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of bench-peers. */
#ifndef PEERS_H
#define PEERS_H

#include <linux/completion.h>
#include <linux/dmaengine.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "bench-peers.h"

#define PEERS_TIMEOUT	(60 * HZ)

struct task_struct;
struct peers;

/**
 * struct peers_slot - a transfer
 * @peers: the open file that it belongs to
 * @src: its source, coherent
 * @dst: its destination, coherent
 * @src_dma: address of @src for the device
 * @dst_dma: address of @dst for the device
 * @done: completed at the end
 * @result: result at the end
 */
struct peers_slot {
	struct peers *peers;
	void *src;
	void *dst;
	dma_addr_t src_dma;
	dma_addr_t dst_dma;
	struct completion done;
	enum dmaengine_tx_result result;
};

/**
 * struct peers - an open file
 * @lock: serializes calls
 * @chan: the channel, or NULL
 * @task: the task that gets the signals
 * @size: bytes in a slot
 * @step: the same in whole pages
 * @nr_slots: number of slots
 * @slots: the slots
 */
struct peers {
	struct mutex lock;	/* see above */
	struct dma_chan *chan;
	struct task_struct *task;
	size_t size;
	size_t step;
	unsigned int nr_slots;
	struct peers_slot *slots;
};

/* Returns the slot with this number, or NULL. */
static inline struct peers_slot *peers_slot(struct peers *p, unsigned long nr)
{
	return nr < p->nr_slots ? &p->slots[nr] : NULL;
}

long peers_loop(struct peers *p, const struct peers_loop *arg);
long peers_pin(struct peers *p, const struct peers_pin *arg);
long peers_start(struct peers *p, unsigned long nr);
long peers_finish(struct peers *p, unsigned long nr);
long peers_signal(struct peers *p, unsigned long nr);

#endif /* PEERS_H */
