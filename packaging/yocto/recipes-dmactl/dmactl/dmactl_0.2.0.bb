# SPDX-License-Identifier: MIT
SUMMARY = "DMA engines for ordinary programs: library and command line tool"
# The interface header has two licences; MIT is one of them.
LICENSE = "MIT"
SECTION = "base"

require dmactl.inc

DEPENDS = "json-c libaio libtraceevent libtracefs util-linux"
# The tool needs glibc's argp.
COMPATIBLE_HOST:libc-musl = "null"

inherit pkgconfig useradd

# ARCH of the environment is for the kernel; here the compiler determines the target.
# `all` would also build the examples, which need liburing.
EXTRA_OEMAKE = " \
    O=${B}/out ARCH= \
    PREFIX=${prefix} LIBDIR=${libdir} INCLUDEDIR=${includedir} MANDIR=${mandir} BINDIR=${bindir} \
    UDEVDIR=${nonarch_base_libdir}/udev/rules.d UNITDIR=${systemd_system_unitdir} SYSUSERSDIR=${nonarch_libdir}/sysusers.d \
    MODULESLOADDIR=${nonarch_libdir}/modules-load.d \
    COMPLETIONSDIR=${datadir}/bash-completion/completions \
    ZSHDIR=${datadir}/zsh/site-functions FISHDIR=${datadir}/fish/vendor_completions.d \
    SCHEMADIR=${datadir}/dmactl \
    CC='${CC}' AR='${AR}' PKG_CONFIG=pkg-config \
    CFLAGS='${CFLAGS} ${CPPFLAGS}' LDFLAGS='${LDFLAGS}' WARN='-Wall -Wextra' \
"

do_compile() {
    oe_runmake libdmauser ${B}/out/dmactl
}

do_install() {
    oe_runmake DESTDIR=${D} install-user
}

USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system dma"

PACKAGE_BEFORE_PN = "libdmauser"
FILES:libdmauser = "${libdir}/libdmauser.so.*"
FILES:${PN} += "${nonarch_base_libdir}/udev/rules.d ${systemd_system_unitdir} ${nonarch_libdir}/sysusers.d \
    ${nonarch_libdir}/modules-load.d ${datadir}/bash-completion \
    ${datadir}/zsh ${datadir}/fish ${datadir}/dmactl"
RRECOMMENDS:${PN} = "kernel-module-dmactl"
