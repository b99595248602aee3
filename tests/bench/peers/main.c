// SPDX-License-Identifier: GPL-2.0-only
/* bench-peers: the device, a channel and its memory. */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "peers.h"

static struct device *peers_dev(struct peers *p)
{
	return p->chan->device->dev;
}

static bool peers_is_named(struct dma_chan *chan, void *name)
{
	return !strcmp(dma_chan_name(chan), name);
}

static void peers_free(struct peers *p)
{
	unsigned int i;

	if (!p->chan)
		return;
	dmaengine_terminate_sync(p->chan);
	for (i = 0; i < p->nr_slots; i++) {
		struct peers_slot *slot = &p->slots[i];

		if (slot->src)
			dma_free_coherent(peers_dev(p), p->step, slot->src,
					  slot->src_dma);
		if (slot->dst)
			dma_free_coherent(peers_dev(p), p->step, slot->dst,
					  slot->dst_dma);
	}
	kvfree(p->slots);
	p->slots = NULL;
	p->nr_slots = 0;
	dma_release_channel(p->chan);
	p->chan = NULL;
}

static int peers_alloc(struct peers *p, unsigned int nr)
{
	unsigned int i;

	p->slots = kvcalloc(nr, sizeof(*p->slots), GFP_KERNEL);
	if (!p->slots)
		return -ENOMEM;
	p->nr_slots = nr;
	for (i = 0; i < nr; i++) {
		struct peers_slot *slot = &p->slots[i];

		slot->peers = p;
		init_completion(&slot->done);
		slot->src = dma_alloc_coherent(peers_dev(p), p->step,
					       &slot->src_dma, GFP_KERNEL);
		slot->dst = dma_alloc_coherent(peers_dev(p), p->step,
					       &slot->dst_dma, GFP_KERNEL);
		if (!slot->src || !slot->dst)
			return -ENOMEM;
	}
	return 0;
}

static long peers_setup(struct peers *p, struct peers_setup *arg)
{
	dma_cap_mask_t mask;
	int ret;

	if (p->chan)
		return -EBUSY;
	if (!arg->size || !arg->slots || arg->slots > PEERS_MAX_SLOTS)
		return -EINVAL;
	arg->chan[sizeof(arg->chan) - 1] = '\0';
	dma_cap_zero(mask);
	dma_cap_set(DMA_MEMCPY, mask);
	p->chan = dma_request_channel(mask, peers_is_named, arg->chan);
	if (!p->chan)
		return -ENODEV;
	p->size = arg->size;
	p->step = PAGE_ALIGN(arg->size);
	ret = peers_alloc(p, arg->slots);
	if (ret)
		peers_free(p);
	return ret;
}

/* Arguments of all ioctls. */
union peers_arg {
	struct peers_setup setup;
	struct peers_loop loop;
	struct peers_pin pin;
};

static long peers_ioctl(struct file *file, unsigned int cmd, unsigned long nr)
{
	struct peers *p = file->private_data;
	union peers_arg arg;

	if (_IOC_SIZE(cmd) > sizeof(arg) ||
	    (_IOC_DIR(cmd) & _IOC_WRITE &&
	     copy_from_user(&arg, (void __user *)nr, _IOC_SIZE(cmd))))
		return -EFAULT;
	guard(mutex)(&p->lock);
	if (cmd == PEERS_SETUP)
		return peers_setup(p, &arg.setup);
	if (!p->chan)
		return -ENXIO;
	switch (cmd) {
	case PEERS_LOOP:
		return peers_loop(p, &arg.loop);
	case PEERS_PIN:
		return peers_pin(p, &arg.pin);
	case PEERS_START:
		return peers_start(p, nr);
	case PEERS_FINISH:
		return peers_finish(p, nr);
	case PEERS_SIGNAL:
		return peers_signal(p, nr);
	default:
		return -ENOTTY;
	}
}

static int peers_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct peers *p = file->private_data;
	struct peers_slot *slot;
	unsigned long nr;

	guard(mutex)(&p->lock);
	if (!p->chan)
		return -ENXIO;
	nr = vma->vm_pgoff / (p->step >> PAGE_SHIFT);
	slot = peers_slot(p, nr / 2);
	if (!slot || vma->vm_end - vma->vm_start != p->step)
		return -EINVAL;
	vma->vm_pgoff = 0;
	return dma_mmap_coherent(peers_dev(p), vma, nr & 1 ? slot->dst : slot->src,
				 nr & 1 ? slot->dst_dma : slot->src_dma,
				 p->step);
}

static int peers_open(struct inode *inode, struct file *file)
{
	struct peers *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	mutex_init(&p->lock);
	p->task = get_task_struct(current);
	file->private_data = p;
	return 0;
}

static int peers_release(struct inode *inode, struct file *file)
{
	struct peers *p = file->private_data;

	peers_free(p);
	put_task_struct(p->task);
	kfree(p);
	return 0;
}

static const struct file_operations peers_fops = {
	.owner = THIS_MODULE,
	.open = peers_open,
	.release = peers_release,
	.unlocked_ioctl = peers_ioctl,
	.mmap = peers_mmap,
};

static struct miscdevice peers_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bench-peers",
	.fops = &peers_fops,
};
module_misc_device(peers_misc);

MODULE_DESCRIPTION("What other clients of dmaengine do for one transfer");
MODULE_LICENSE("GPL");
