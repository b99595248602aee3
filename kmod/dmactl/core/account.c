// SPDX-License-Identifier: GPL-2.0-only
/* Accounts: what the kernel holds for each user. */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>

#include "core/account.h"
#include "core/param.h"

/* The default limit of a user: 32 MiB, or a 32nd of RAM where that is less. */
#define DMACTL_KERNEL_BYTES	SZ_32M
#define DMACTL_KERNEL_SHARE	32

static DEFINE_SPINLOCK(dmactl_accounts_lock);
static LIST_HEAD(dmactl_accounts);

/*
 * The whole machine shares SWIOTLB, so all users together get a limited part of
 * it.
 */
static atomic_long_t dmactl_bounced = ATOMIC_LONG_INIT(0);

/*
 * A user who can create user namespaces has many user ids in them. All of these
 * ids count as the user who created the outermost namespace. Namespaces that
 * root created are an exception: root gives each user of a container a user id
 * of its own.
 */
static kuid_t dmactl_account_uid(void)
{
	const struct user_namespace *ns = current_user_ns();

	if (ns == &init_user_ns)
		return current_user()->uid;
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	if (uid_eq(ns->owner, GLOBAL_ROOT_UID))
		return current_user()->uid;
	return ns->owner;
}

static struct dmactl_account *dmactl_account_find(kuid_t uid)
{
	struct dmactl_account *account;

	lockdep_assert_held(&dmactl_accounts_lock);
	list_for_each_entry(account, &dmactl_accounts, node)
		if (uid_eq(account->uid, uid)) {
			refcount_inc(&account->ref);
			return account;
		}
	return NULL;
}

/*
 * Returns the account of the caller, or NULL if no memory is left for a new
 * one.
 */
struct dmactl_account *dmactl_account_get_current(void)
{
	kuid_t uid = dmactl_account_uid();
	struct dmactl_account *account, *new;
	unsigned long flags;

	/*
	 * An account is allocated in advance, because the spinlock below
	 * forbids it.
	 */
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return NULL;
	refcount_set(&new->ref, 1);
	new->uid = uid;
	spin_lock_irqsave(&dmactl_accounts_lock, flags);
	account = dmactl_account_find(uid);
	if (!account)
		list_add(&new->node, &dmactl_accounts);
	spin_unlock_irqrestore(&dmactl_accounts_lock, flags);
	if (!account)
		return new;
	kfree(new);
	return account;
}

struct dmactl_account *dmactl_account_get(struct dmactl_account *account)
{
	refcount_inc(&account->ref);
	return account;
}

/*
 * May be called from any context: the last op of a channel may drop the
 * account.
 */
void dmactl_account_put(struct dmactl_account *account)
{
	unsigned long flags;

	if (!refcount_dec_and_lock_irqsave(&account->ref, &dmactl_accounts_lock,
					   &flags))
		return;
	list_del(&account->node);
	spin_unlock_irqrestore(&dmactl_accounts_lock, flags);
	WARN_ON(atomic_long_read(&account->kernel) ||
		atomic_long_read(&account->locked) ||
		atomic_long_read(&account->bounced) ||
		atomic_long_read(&account->sessions));
	kfree(account);
}

/* Adds @n to @sum. Returns false if the sum would exceed @limit. */
static bool dmactl_account_add(atomic_long_t *sum, unsigned long n,
			       unsigned long limit)
{
	unsigned long old = atomic_long_read(sum);

	do {
		if (n > limit || old > limit - n)
			return false;
	} while (!atomic_long_try_cmpxchg(sum, (long *)&old, old + n));
	return true;
}

/* Called only for a user who exceeds a limit. */
static bool dmactl_account_exempt(void)
{
	return capable(CAP_SYS_RESOURCE);
}

static int dmactl_account_try(atomic_long_t *sum, unsigned long n,
			      unsigned long limit)
{
	if (dmactl_account_add(sum, n, limit))
		return 0;
	if (!dmactl_account_exempt())
		return -EDQUOT;
	atomic_long_add(n, sum);
	return 0;
}

int dmactl_account_charge(struct dmactl_account *account, size_t bytes)
{
	return dmactl_account_try(&account->kernel, bytes,
				  READ_ONCE(dmactl_max_kernel_bytes));
}

/* May be called from any context. */
void dmactl_account_uncharge(struct dmactl_account *account, size_t bytes)
{
	atomic_long_sub(bytes, &account->kernel);
}

/*
 * Charges the memory of buffers against RLIMIT_MEMLOCK of the caller. An
 * account can stand for several user ids and counts their sum; user_struct
 * counts one.
 */
int dmactl_account_lock(struct dmactl_account *account, unsigned long pages)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	return dmactl_account_add(&account->locked, pages, limit) ? 0 : -EDQUOT;
}

void dmactl_account_unlock(struct dmactl_account *account, unsigned long pages)
{
	atomic_long_sub(pages, &account->locked);
}

/* The limit of all users together holds for privileged users, too. */
int dmactl_account_bounce(struct dmactl_account *account, unsigned long bytes)
{
	unsigned long all = READ_ONCE(dmactl_max_bounce_bytes);
	unsigned long share = READ_ONCE(dmactl_max_bounce_bytes_user) ?:
			      all / 2;
	int ret;

	ret = dmactl_account_try(&account->bounced, bytes, share);
	if (ret)
		return ret;
	if (dmactl_account_add(&dmactl_bounced, bytes, all))
		return 0;
	atomic_long_sub(bytes, &account->bounced);
	return -EDQUOT;
}

void dmactl_account_unbounce(struct dmactl_account *account,
			     unsigned long bytes)
{
	atomic_long_sub(bytes, &dmactl_bounced);
	atomic_long_sub(bytes, &account->bounced);
}

int dmactl_account_add_session(struct dmactl_account *account)
{
	return dmactl_account_try(&account->sessions, 1,
				  READ_ONCE(dmactl_max_sessions));
}

void dmactl_account_del_session(struct dmactl_account *account)
{
	atomic_long_dec(&account->sessions);
}

void __init dmactl_account_init(void)
{
	if (!dmactl_max_kernel_bytes)
		dmactl_max_kernel_bytes =
			min_t(u64, DMACTL_KERNEL_BYTES,
			      ((u64)totalram_pages() << PAGE_SHIFT) /
				      DMACTL_KERNEL_SHARE);
}
