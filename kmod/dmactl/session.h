/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions: opened and closed, INFO, DESTROY. */
#ifndef DMACTL_SESSIONS_H
#define DMACTL_SESSIONS_H

#include <linux/fs.h>
#include <linux/seq_file.h>

struct dmactl_cmd;
struct dmactl_port;
struct dmactl_session;

int dmactl_session_open(struct file *file, struct dmactl_port *port);
void dmactl_session_release(struct dmactl_session *s);
int dmactl_ioctl_info(struct dmactl_cmd *cmd);
int dmactl_ioctl_destroy(struct dmactl_cmd *cmd);

/* fdinfo.c */
void dmactl_show_fdinfo(struct seq_file *m, struct file *file);

#endif /* DMACTL_SESSIONS_H */
