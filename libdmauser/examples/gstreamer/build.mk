# SPDX-License-Identifier: MIT
# `make gstreamer`: the example for GStreamer, $(O)/examples/gstreamer/camera. Not part
# of `all`: it needs GStreamer's headers.

GST_PKGS := gstreamer-1.0 gstreamer-app-1.0 gstreamer-allocators-1.0 gstreamer-video-1.0
GST_CAMERA := $(O)/examples/gstreamer/camera

.PHONY: gstreamer
gstreamer: $(GST_CAMERA)

$(GST_CAMERA): libdmauser/examples/gstreamer/camera.c $(LIB_STATIC)
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(GST_PKGS))) -pthread \
		$(USER_LDFLAGS) -o $@ $< $(LIB_STATIC) $(shell $(PKG_CONFIG) --libs $(GST_PKGS))

-include $(GST_CAMERA).d
