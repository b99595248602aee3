# SPDX-License-Identifier: MIT
# libdmauser: shared and static library, pkg-config file, examples, man pages.

LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
INSTALL ?= install

# The soname changes with the first number once the ABI is frozen.
LIB_SO := libdmauser.so.$(VERSION)
LIB_SONAME := libdmauser.so.0

LIB_SRCS := $(sort $(wildcard libdmauser/*.c))
LIB_OBJS := $(LIB_SRCS:%.c=$(O)/%.o)
LIB_STATIC := $(O)/libdmauser.a
LIB_SHARED := $(O)/$(LIB_SO)
LIB_LINKS := $(O)/$(LIB_SONAME) $(O)/libdmauser.so
LIB_MAP := libdmauser/libdmauser.map
LIB_MAN3 := $(sort $(wildcard libdmauser/man/*.3))
LIB_MAN7 := $(sort $(wildcard libdmauser/man/*.7))

# mmap(2) offsets of the module need 64 bits on 32-bit machines too.
LIB_CFLAGS := -fPIC -fvisibility=hidden -fno-semantic-interposition -D_FILE_OFFSET_BITS=64 -Ilibdmauser -pthread

EXAMPLES := $(patsubst libdmauser/examples/%.c,$(O)/examples/%,$(wildcard libdmauser/examples/*.c))

.PHONY: libdmauser examples
libdmauser: $(LIB_STATIC) $(LIB_SHARED) $(LIB_LINKS) $(O)/libdmauser.pc
examples: $(EXAMPLES)
all: libdmauser examples

$(O)/libdmauser/%.o: libdmauser/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) $(LIB_CFLAGS) -c -o $@ $<

$(LIB_STATIC): $(LIB_OBJS)
	rm -f $@
	$(AR) rcs $@ $(LIB_OBJS)

$(LIB_SHARED): $(LIB_OBJS) $(LIB_MAP)
	$(CC) -shared -pthread $(USER_LDFLAGS) -Wl,-soname,$(LIB_SONAME) \
		-Wl,--version-script,$(LIB_MAP) -Wl,--no-undefined -o $@ $(LIB_OBJS)

$(O)/$(LIB_SONAME): $(LIB_SHARED)
	ln -sf $(LIB_SO) $@

$(O)/libdmauser.so: $(O)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $@

# Always generated, so that PREFIX=... has an effect, but replaced only if it changed.
.PHONY: FORCE
FORCE:
$(O)/libdmauser.pc: libdmauser/libdmauser.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' $< >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# Linked statically, so that the programs also run on other machines.
$(O)/examples/%: libdmauser/examples/%.c $(LIB_STATIC)
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -pthread $(USER_LDFLAGS) -o $@ $< $(LIB_STATIC) $(EXAMPLE_LIBS)

$(O)/examples/aio: EXAMPLE_LIBS := -laio
$(O)/examples/uring: EXAMPLE_LIBS := -luring

.PHONY: install install-libdmauser
install: install-libdmauser
install-libdmauser: libdmauser
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/linux \
		$(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man7
	$(INSTALL) -m 755 $(LIB_SHARED) $(DESTDIR)$(LIBDIR)/
	$(INSTALL) -m 644 $(LIB_STATIC) $(DESTDIR)$(LIBDIR)/
	ln -sf $(LIB_SO) $(DESTDIR)$(LIBDIR)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(DESTDIR)$(LIBDIR)/libdmauser.so
	$(INSTALL) -m 644 $(O)/libdmauser.pc $(DESTDIR)$(LIBDIR)/pkgconfig/
	$(INSTALL) -m 644 libdmauser/include/dmauser.h $(DESTDIR)$(INCLUDEDIR)/
	$(INSTALL) -m 644 uapi/linux/dmactl.h $(DESTDIR)$(INCLUDEDIR)/linux/
	$(if $(LIB_MAN3),$(INSTALL) -m 644 $(LIB_MAN3) $(DESTDIR)$(MANDIR)/man3/)
	$(if $(LIB_MAN7),$(INSTALL) -m 644 $(LIB_MAN7) $(DESTDIR)$(MANDIR)/man7/)

-include $(LIB_OBJS:.o=.d) $(EXAMPLES:=.d)
