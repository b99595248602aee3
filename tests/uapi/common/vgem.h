/* SPDX-License-Identifier: MIT */
/*
 * vgem: a graphics driver of the kernel, whose fences a program attaches to pictures and signals.
 * They signal by themselves after ten seconds. Errors fail the test.
 */
#ifndef VGEM_H
#define VGEM_H

#include <drm.h>
#include <drm_mode.h>
#include <sys/ioctl.h>

#include "uapi.h"

/* From drivers/gpu/drm/vgem: libdrm does not install these. */
struct drm_vgem_fence_attach {
	uint32_t handle, flags, out_fence, pad;
};

struct drm_vgem_fence_signal {
	uint32_t fence, flags;
};

#define VGEM_FENCE_WRITE 1
#define VGEM_ATTACH	 DRM_IOWR(DRM_COMMAND_BASE + 1, struct drm_vgem_fence_attach)
#define VGEM_SIGNAL	 DRM_IOW(DRM_COMMAND_BASE + 2, struct drm_vgem_fence_signal)

struct vgem {
	int fd, dmabuf;
	uint32_t handle;
	size_t len;
};

static inline int vgem_open(void)
{
	char path[32], name[8];
	int i, fd;

	for (i = 0; i < 16; i++) {
		struct drm_version version = {.name = name, .name_len = sizeof(name) - 1};

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		memset(name, 0, sizeof(name));
		if (!ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "vgem"))
			return fd;
		close(fd);
	}
	cr_skip_test("this kernel has no vgem");
	return -1;
}

/* A picture of vgem, as a dma-buf. */
static inline struct vgem vgem_new(void)
{
	struct drm_mode_create_dumb dumb = {.width = 64, .height = 64, .bpp = 32};
	struct vgem v = {.fd = vgem_open()};
	struct drm_prime_handle prime = {.flags = DRM_CLOEXEC | DRM_RDWR};

	check_eq(ioctl(v.fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	prime.handle = dumb.handle;
	check_eq(ioctl(v.fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime), 0);
	v.handle = dumb.handle;
	v.dmabuf = prime.fd;
	v.len = dumb.size;
	return v;
}

static inline void vgem_free(const struct vgem *v)
{
	close(v->dmabuf);
	close(v->fd);
}

/* Returns the fence, or a negated errno. */
static inline int vgem_attach(const struct vgem *v, uint32_t flags)
{
	struct drm_vgem_fence_attach attach = {.handle = v->handle, .flags = flags};

	if (ioctl(v->fd, VGEM_ATTACH, &attach))
		return -errno;
	return attach.out_fence;
}

static inline void vgem_signal(const struct vgem *v, int fence)
{
	struct drm_vgem_fence_signal signal = {.fence = fence};

	check_eq(ioctl(v->fd, VGEM_SIGNAL, &signal), 0);
}

#endif /* VGEM_H */
