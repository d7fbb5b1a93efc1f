# SPDX-License-Identifier: GPL-2.0-or-later
# The loader module, for each stock kernel that ci/setup has put into the cache.

karch-aarch64 := arm64
karch-riscv64 := riscv
karch-x86_64 := x86
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

# $(call kbuild,KERNEL,DIR): Kbuild decides what is out of date. BTF needs a vmlinux, which header packages lack.
kbuild = env -u MAKEFLAGS -u MFLAGS $(MAKE) -C $$(readlink -f $(BULKHEAD_CACHE)/kernels/$(1)/kdir) M=$(abspath $(2)) \
	ARCH=$(KARCH) CROSS_COMPILE=$(CROSS) CC=$(CROSS)gcc CONFIG_DEBUG_INFO_BTF_MODULES= \
	$(if $(filter 0,$(V)),-s,V=1)

$(kernels:%=driver-%): driver-%:
	$(call say,MODULE,$(O)/driver/$*/bulkhead.ko)
	$(Q)mk/stage-driver.sh $(O)/driver/$*
	$(Q)$(call kbuild,$*,$(O)/driver/$*) modules

# A hostile root kernel for the scenarios; never installed.
attack-dir := ci/system/helpers/attack-module
attack-src := $(patsubst $(attack-dir)/%,%,$(wildcard $(attack-dir)/*.* $(attack-dir)/Kbuild $(attack-dir)/$(ARCH)/*))
attack-kernels := $(filter aarch64-% riscv64-% x86_64-%,$(kernels))
.PHONY: attack-module $(attack-kernels:%=attack-module-%)
attack-module: $(attack-kernels:%=attack-module-%)

$(attack-kernels:%=attack-module-%): attack-module-%:
	$(call say,MODULE,$(O)/attack/$*/attack.ko)
	$(Q)mkdir -p $(O)/attack/$*/$(ARCH)
	$(Q)for f in $(attack-src); do cmp -s $(attack-dir)/$$f $(O)/attack/$*/$$f || cp $(attack-dir)/$$f $(O)/attack/$*/$$f; done
	$(Q)$(call kbuild,$*,$(O)/attack/$*) BULKHEAD=$(CURDIR) modules

# sparse over the module, against the newest kernel; what it says of the kernel's own headers is not ours.
.PHONY: sparse
sparse:
	$(Q)mk/stage-driver.sh $(O)/driver/sparse
	$(Q)find $(O)/driver/sparse -name '*.o' -delete
	$(Q)set -o pipefail; $(call kbuild,$(lastword $(shell printf '%s\n' $(kernels) | sort -V)),$(O)/driver/sparse) C=1 modules \
		> $(O)/driver/sparse.log 2>&1 || { tail -n 20 $(O)/driver/sparse.log; exit 1; }
	$(Q)! grep -E '^$(abspath $(O))/driver/sparse/[^:]*:[0-9]+:[0-9]+: (warning|error)' $(O)/driver/sparse.log
