/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The locks of dmactl, and their order.
 *
 * Lock order, outermost first:
 *
 *   session->lock	creating and destroying objects
 *   device_lock() of a DMA device or a port; code that runs under it when the
 *			driver goes must never take session->lock
 *   dmactl_ports_lock	list of ports, and their device numbers
 *   port->lock		channels of a port. With it or dmactl_claimed_lock held,
 *			device_lock() of a DMA device, which may be the port's
 *			parent, is only tried
 *   dmactl_devs_lock	list of DMA devices
 *   dev->lock		channels, mappings and COHERENT buffers of a DMA device
 *   dma_resv_lock() of a dma-buf; inside it, the attachments lock of an export
 *   chan->rwsem		read: use of chan->lease.dma; write: stopping it. A
 *			writer closes the channel to bursts, which hold only
 *			chan->prep_lock (dmactl_chan_close())
 *   chan->prep_lock	prep, submit and issue, one op at a time
 *   dmactl_claimed_lock	requesting channels from dmaengine, releasing them
 *   session->reap_lock	order of completions among readers
 *   locks of the provider: some providers call back while they hold a lock that
 *			their prep, submit, issue_pending or tx_status takes
 *			(mv_xor, ppc4xx, fsl_raid); some hold a lock from prep
 *			to submit (ioatdma)
 *   chan->lock		queues of a channel; callbacks take it. The provider is
 *			never called with it held
 *   session->cq_lock	completion queue; callbacks take it
 *   timeline->lock	fences of a channel. Others are called with it held when
 *			a fence is signalled, so it is not taken inside the locks
 *			that callbacks take
 *
 * The lock of a fence, of dmactl or of another driver, is taken with prep_lock or
 * rwsem held to add and to remove a callback (queue/defer.c), and never with
 * chan->lock. The callback takes no lock of dmactl.
 *
 * dmactl_accounts_lock and dmactl_leavers_lock nest inside all of these, and no
 * lock nests inside them.
 *
 * The locks of a channel and of the completion queue are taken with softirqs
 * off, because most dmaengine callbacks run in a tasklet. Waiters are woken
 * with these locks held. Hard interrupts stay on, because ioatdma drops a _bh
 * lock inside. A tasklet handles the callbacks that come with interrupts off
 * (queue/late.c).
 */
#ifndef DMACTL_LOCKING_H
#define DMACTL_LOCKING_H

/*
 * This header declares nothing: code that takes a lock includes the struct that
 * has the lock.
 */

#endif /* DMACTL_LOCKING_H */
