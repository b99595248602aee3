/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accounts: what the kernel holds for a user, summed up over all sessions. An
 * object is charged to the account of the task that creates it and keeps this
 * account for its whole life, because a session can be passed on and a process
 * can change its user.
 */
#ifndef DMACTL_ACCOUNT_H
#define DMACTL_ACCOUNT_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/*
 * For allocations whose size a program chooses. They count in the memory
 * control group of the program, and they fail where GFP_KERNEL would invoke the
 * OOM killer.
 */
#define DMACTL_GFP_LARGE \
	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

struct dmactl_account {
	refcount_t ref;
	struct list_head node;		/* dmactl_accounts_lock */
	kuid_t uid;
	atomic_long_t kernel;		/* bytes; excludes the memory of buffers */
	atomic_long_t locked;		/* pages, counted like user_struct.locked_vm */
	atomic_long_t bounced;		/* bytes of SWIOTLB */
	atomic_long_t sessions;
};

struct dmactl_account *dmactl_account_get_current(void);
struct dmactl_account *dmactl_account_get(struct dmactl_account *account);
void dmactl_account_put(struct dmactl_account *account);

int dmactl_account_charge(struct dmactl_account *account, size_t bytes);
void dmactl_account_uncharge(struct dmactl_account *account, size_t bytes);
int dmactl_account_lock(struct dmactl_account *account, unsigned long pages);
void dmactl_account_unlock(struct dmactl_account *account,
			   unsigned long pages);
int dmactl_account_bounce(struct dmactl_account *account, unsigned long bytes);
void dmactl_account_unbounce(struct dmactl_account *account,
			     unsigned long bytes);
int dmactl_account_add_session(struct dmactl_account *account);
void dmactl_account_del_session(struct dmactl_account *account);
void dmactl_account_init(void);

#endif /* DMACTL_ACCOUNT_H */
