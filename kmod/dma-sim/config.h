/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: what a controller is and how it behaves */
#ifndef DMA_SIM_CONFIG_H
#define DMA_SIM_CONFIG_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/dmaengine.h>
#include <linux/kref.h>
#include <linux/types.h>

struct sim_lines;

#define SIM_MAX_DEVICES		16	/* by parameter; configfs may add more */
#define SIM_MAX_INDEX		64
#define SIM_MAX_CHANNELS	64
#define SIM_MAX_DESCRIPTORS	65536
#define SIM_MAX_ALIGN		256
#define SIM_MAX_SOURCES		16	/* of XOR and PQ */
#define SIM_MAX_BURST		65536
#define SIM_MAX_RATE		BIT_ULL(34)
#define SIM_MAX_FIFO		(64 * 1024 * 1024)
#define SIM_COUNTER_FIFO	65536
#define SIM_PERIPHERALS		4
#define SIM_ADDR_WIDTHS		(BIT(1) | BIT(2) | BIT(4) | BIT(8))

/**
 * struct sim_control - how a controller behaves; may change at any time
 * @ref: whoever has a controller that behaves so, and where it can be changed
 * @hold: nothing moves and nothing completes
 * @skip: descriptors end well, and have moved nothing
 * @packets: a descriptor of loop-tx is a packet
 * @prep_sleeps: MEMCPY is prepared with a sleep, as bcm2835-dma does it
 * @misbehave: bits of enum sim_misbehaviour
 * @first_cookie: of the first descriptor of a channel that is requested, 0: as
 *	usual
 * @latency: ns from the start of a descriptor to its first byte
 * @bandwidth: bytes per second, 0 unlimited
 * @counter_rate: bytes per second that "counter" gives, 0 unlimited
 * @counter_fifo: bytes that it keeps for who is late
 * @sink_rate: bytes per second that "sink" takes, 0 unlimited
 * @fail_how: result of the descriptor that @fail_nth hits
 * @fail_nth: descriptors to start until one fails, 0 none
 * @short_nth: slave descriptors to start until one ends early, 0 none
 * @sink_bytes: what "sink" was given
 * @sink_errors: how often that did not go on from what was before
 * @idle_issues: how often a channel was issued that had nothing to do, and
 *	nothing was submitted either
 *
 * Plain fields are read and written with READ_ONCE() and WRITE_ONCE().
 */
struct sim_control {
	struct kref ref;
	bool hold;
	bool skip;
	bool packets;
	bool prep_sleeps;
	u32 misbehave;
	u32 first_cookie;
	u64 latency;
	u64 bandwidth;
	u64 counter_rate;
	u32 counter_fifo;
	u64 sink_rate;
	enum dmaengine_tx_result fail_how;
	atomic_t fail_nth;
	atomic_t short_nth;
	atomic64_t sink_bytes;
	atomic64_t sink_errors;
	atomic64_t idle_issues;
};

/**
 * struct sim_config - what a controller is; never changes
 * @index: number of the controller
 * @channels: how many channels
 * @ops: bit n set: it has entry n of the table in op.c
 * @peripherals: bit n set: it has entry n of the table in port.c, and only
 *	channels that lead to such; 0 if there are none
 * @dma_mask: address bits
 * @copy_align: alignment in bytes of addresses and lengths
 * @fill_align: the same for MEMSET; 0 as @copy_align, until it was checked
 * @xor_align: the same for XOR
 * @pq_align: the same for PQ
 * @max_segment: bytes in one segment, 0 for the default of the DMA API
 * @max_xor: sources of XOR
 * @max_pq: sources of PQ
 * @max_burst: most words in a burst
 * @max_sg_burst: segments that can be had without a break, 0 unlimited
 * @addr_widths: bit n set: n bytes are a word
 * @descriptors: pool of each channel
 * @residue: granularity of the residue
 * @no_terminate: have no device_terminate_all
 * @no_synchronize: have no device_synchronize
 * @no_pause: have neither device_pause nor device_resume
 * @repeat_only: INTERLEAVE is for what repeats until the next one takes over
 * @control: how it behaves
 * @lines: what it is to the ports of its directory, or NULL
 */
struct sim_config {
	u32 index;
	u32 channels;
	u64 ops;
	u32 peripherals;
	u32 dma_mask;
	u32 copy_align;
	u32 fill_align;
	u32 xor_align;
	u32 pq_align;
	u32 max_segment;
	u32 max_xor;
	u32 max_pq;
	u32 max_burst;
	u32 max_sg_burst;
	u32 addr_widths;
	u32 descriptors;
	enum dma_residue_granularity residue;
	bool no_terminate;
	bool no_synchronize;
	bool no_pause;
	bool repeat_only;
	struct sim_control *control;
	struct sim_lines *lines;
};

/* config.c */
extern const struct sim_config sim_config_default;
bool sim_in_range(const char *name, u32 val, u32 min, u32 max);
int sim_config_check(struct sim_config *config);
int sim_residue_parse(const char *val);
const char *sim_residue_name(enum dma_residue_granularity residue);
void sim_control_init(struct sim_control *control);
void sim_control_put(struct sim_control *control);
int sim_set_switch(bool *to, const char *val);
int sim_set_number(u64 *to, const char *val, u64 max);
int sim_set_fifo(u32 *to, const char *val);
int sim_set_cookie(u32 *to, const char *val);
int sim_set_nth(atomic_t *to, const char *val);
int sim_set_fail_how(enum dmaengine_tx_result *to, const char *val);
const char *sim_fail_name(enum dmaengine_tx_result how);

/* misbehave.c */
int sim_set_misbehave(u32 *to, const char *val);
int sim_misbehave_show(char *page, u32 bits);

/* param.c */
int sim_param_config(struct sim_config *config, unsigned int *devices,
		     struct sim_config *peripherals);

/* configfs.c */
#ifdef SIM_CONFIGFS
int sim_configfs_init(void);
void sim_configfs_exit(void);
#else
static inline int sim_configfs_init(void)
{
	return 0;
}

static inline void sim_configfs_exit(void)
{
}
#endif

#endif /* DMA_SIM_CONFIG_H */
