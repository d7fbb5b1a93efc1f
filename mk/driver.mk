# SPDX-License-Identifier: GPL-2.0-or-later
# The loader module, for each stock kernel that ci/setup has put into the cache.

karch-aarch64 := arm64
KARCH := $(karch-$(ARCH))

# $(BULKHEAD_CACHE)/kernels/<arch>-<series>/kdir is the tree of headers of one stock kernel.
kernels := $(sort $(foreach a,$(ARCH) $(KARCH),$(patsubst $(BULKHEAD_CACHE)/kernels/%/kdir,%,$(wildcard $(BULKHEAD_CACHE)/kernels/$(a)-*/kdir))))

.PHONY: driver $(kernels:%=driver-%)

ifeq ($(wildcard driver/Kbuild),)
driver:
	@echo '  (no driver yet: driver/Kbuild is missing)'
else ifeq ($(kernels),)
driver:
	@echo '  (no driver built: no kernel headers in $(BULKHEAD_CACHE)/kernels; run ci/setup)'
else
driver: $(kernels:%=driver-%)
endif

# Kbuild decides what is out of date. BTF needs a vmlinux, which the header packages do not have.
$(kernels:%=driver-%): driver-%:
	$(call say,MODULE,$(O)/driver/$*/bulkhead.ko)
	$(Q)mk/stage-driver.sh $(O)/driver/$*
	$(Q)env -u MAKEFLAGS -u MFLAGS $(MAKE) -C $$(readlink -f $(BULKHEAD_CACHE)/kernels/$*/kdir) M=$(abspath $(O))/driver/$* \
		ARCH=$(KARCH) CROSS_COMPILE=$(CROSS) CC=$(CROSS)gcc CONFIG_DEBUG_INFO_BTF_MODULES= \
		$(if $(filter 0,$(V)),-s,V=1) modules
