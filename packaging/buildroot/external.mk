include $(sort $(wildcard $(BR2_EXTERNAL_DMACTL_PATH)/dmactl/*.mk))
