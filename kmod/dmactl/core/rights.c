// SPDX-License-Identifier: GPL-2.0-only
/* Privileges: which programs may direct a channel beyond their own memory. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/glob.h>
#include <linux/minmax.h>
#include <linux/security.h>
#include <linux/string.h>

#include "core/chan.h"
#include "core/param.h"
#include "core/rights.h"

/*
 * A program names an address that a device reads or writes. This is as powerful
 * as /dev/mem, so it needs the same capability, and kernel lockdown forbids it.
 */
int dmactl_raw_allowed(void)
{
	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	return security_locked_down(LOCKDOWN_DEV_MEM);
}

/*
 * The op would leave the place where the channel leads. With a port, even
 * privileged programs may not do this.
 */
int dmactl_reach_allowed(const struct dmactl_chan *chan)
{
	return chan->port.pchan ? -EPERM : dmactl_raw_allowed();
}

/*
 * A transfer with a peripheral. Where it leads is known only if firmware bound
 * the channel or a program with CAP_SYS_RAWIO configured it.
 */
int dmactl_slave_allowed(const struct dmactl_chan *chan,
			 enum dma_transfer_direction dir)
{
	if (chan->limits.directions && !(chan->limits.directions & BIT(dir)))
		return -EOPNOTSUPP;
	return READ_ONCE(chan->lease.bound) ? 0 : dmactl_raw_allowed();
}

/* A command to the peripheral can name any register. */
int dmactl_command_allowed(const struct dmactl_chan *chan)
{
	return chan->port.commands ? 0 : dmactl_reach_allowed(chan);
}

/*
 * Some drivers declare both directions and check neither: if a program sends to
 * a receiving channel, the device writes to the memory that it should read. So
 * memory that must not be written is allowed only on channels that declare the
 * sending direction alone.
 */
int dmactl_read_only_allowed(const struct dmactl_chan *chan)
{
	return (chan->limits.directions & DMACTL_DIRS_SLAVE) == DMACTL_DIR_MEM_TO_DEV ?
	       0 : -EPERM;
}

/*
 * The words of "allow" that stand for a kind of channels. No channel has such a
 * name.
 */
static const char *const dmactl_kinds[] = { "@memory", "@ports" };

/* Copies the next pattern to @pattern. Returns false after the last one. */
static bool dmactl_allow_next(const char **at, char *pattern, size_t size)
{
	size_t len = strcspn(*at, ",");

	if (!**at)
		return false;
	/* dmactl_rights_check() has refused longer patterns. */
	strscpy(pattern, *at, min(len + 1, size));
	*at += len;
	*at += **at == ',';
	return true;
}

/* Returns true if "allow" names the channel or its @kind. @kind may be NULL. */
bool dmactl_is_offered(const char *name, const char *kind)
{
	char pattern[DMACTL_NAME_LEN];
	const char *at = dmactl_allow;

	while (dmactl_allow_next(&at, pattern, sizeof(pattern))) {
		if (pattern[0] == '@' ? kind && !strcmp(pattern, kind) :
					glob_match(pattern, name))
			return true;
	}
	return false;
}

/* A program that can reach all of memory may have any free channel. */
bool dmactl_may_take(bool offered)
{
	return offered || capable(CAP_SYS_RAWIO);
}

int dmactl_rights_check(void)
{
	char pattern[DMACTL_NAME_LEN];
	const char *at, *word;

	for (word = at = dmactl_allow;
	     dmactl_allow_next(&at, pattern, sizeof(pattern)); word = at) {
		if (strcspn(word, ",") >= sizeof(pattern)) {
			pr_err("allow: \"%s...\" is longer than a name can be\n",
			       pattern);
			return -EINVAL;
		}
		if (pattern[0] == '@' &&
		    match_string(dmactl_kinds, ARRAY_SIZE(dmactl_kinds),
				 pattern) < 0) {
			pr_err("allow: there is no \"%s\", only @memory and @ports\n",
			       pattern);
			return -EINVAL;
		}
	}
	return 0;
}
