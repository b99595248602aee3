# SPDX-License-Identifier: MIT
SUMMARY = "DMA engines for ordinary programs: kernel modules"
LICENSE = "GPL-2.0-only"
SECTION = "kernel/modules"

require dmactl.inc

inherit module

MODULES_MODULE_SYMVERS_LOCATION = "kmod"

do_compile() {
    oe_runmake -C ${S}/kmod KDIR=${STAGING_KERNEL_DIR} KBUILD_EXTRA_SYMBOLS="${KBUILD_EXTRA_SYMBOLS}" \
        CC="${KERNEL_CC}" LD="${KERNEL_LD}" AR="${KERNEL_AR}" OBJCOPY="${KERNEL_OBJCOPY}" modules
}

do_install() {
    oe_runmake -C ${S}/kmod KDIR=${STAGING_KERNEL_DIR} DEPMOD=echo \
        INSTALL_MOD_PATH="${D}${root_prefix}" INSTALL_MOD_DIR=updates \
        CC="${KERNEL_CC}" LD="${KERNEL_LD}" modules_install
}
