# SPDX-License-Identifier: GPL-2.0-or-later
# The build's configuration: .config -> $(O)/auto.conf (for make) and autoconf.h (for C).

# `make ARCH=riscv64` beside a .config for another architecture has a configuration of its own.
ifeq ($(origin ARCH),command line)
BOARD ?= qemu-$(ARCH)
ifneq ($(ARCH),$(or $(shell sed -n 's/^CONFIG_ARCH="\(.*\)"/\1/p' .config 2>/dev/null),aarch64))
arch-dir := $(ARCH)/
KCONFIG_CONFIG ?= $(O)/$(ARCH)/.config
endif
endif
BOARD ?= qemu-aarch64
boards := $(patsubst configs/board/%_defconfig,%,$(wildcard configs/board/*_defconfig))

# An output directory of one's own has a configuration of its own.
ifeq ($(origin O),command line)
KCONFIG_CONFIG ?= $(O)/.config
else
KCONFIG_CONFIG ?= .config
endif
export KCONFIG_CONFIG

auto.conf := $(O)/$(arch-dir)auto.conf
kconfig = KCONFIG_CONFIG=$(KCONFIG_CONFIG) $(PYTHON) -m

# Goals that must work without a configuration: on a bare machine there is not even what makes one.
no-config-goals := help defconfig menuconfig clean distclean setup demo check check-full bench share

.PHONY: defconfig menuconfig

defconfig:
	$(Q)test -f configs/board/$(BOARD)_defconfig || \
		{ echo "make: no board $(BOARD) in configs/board/; there are: $(boards)" >&2; exit 1; }
	$(Q)mkdir -p $(dir $(KCONFIG_CONFIG))
	$(Q)if [ -f $(KCONFIG_CONFIG) ]; then cp -p $(KCONFIG_CONFIG) $(KCONFIG_CONFIG).old && \
		echo "The old configuration is kept as $(KCONFIG_CONFIG).old"; fi
	$(Q)$(kconfig) defconfig --kconfig Kconfig configs/board/$(BOARD)_defconfig

menuconfig: $(KCONFIG_CONFIG)
	$(Q)$(kconfig) menuconfig Kconfig

$(KCONFIG_CONFIG):
	@echo "No configuration yet: taking that of $(BOARD)"
	$(Q)$(MAKE) --no-print-directory defconfig BOARD=$(BOARD) KCONFIG_CONFIG=$(KCONFIG_CONFIG)

# genconfig completes a .config that is older than Kconfig with the defaults.
$(auto.conf): $(KCONFIG_CONFIG) Kconfig
	$(Q)mkdir -p $(dir $@)
	$(Q)$(kconfig) genconfig --header-path $@.h --config-out $@ Kconfig && touch $@

ifneq ($(filter-out $(no-config-goals),$(or $(MAKECMDGOALS),all)),)
include $(auto.conf)

ifeq ($(origin ARCH),command line)
ifneq ($(CONFIG_ARCH),)
ifneq ($(ARCH),$(call unquote,CONFIG_ARCH))
$(error ARCH=$(ARCH) does not agree with $(KCONFIG_CONFIG), which is for $(call unquote,CONFIG_ARCH); \
run make defconfig BOARD=... for a board of $(ARCH), or use O=DIR)
endif
endif
endif
endif

override ARCH := $(if $(filter command line,$(origin ARCH)),$(ARCH),$(or $(call unquote,CONFIG_ARCH),aarch64))
SRCARCH := $(or $(call unquote,CONFIG_SRCARCH),arm64)

# Where this architecture's output goes. A mutant (one check removed, see tests/mutants/) has a place of its
# own, so that it can never be taken for the real image.
gen := $(O)/$(ARCH)/include/generated
ifdef BUILD_MUTANT
ifeq ($(shell grep -rlw 'MUTANT_$(BUILD_MUTANT)' hypervisor),)
$(error No source below hypervisor/ knows MUTANT_$(BUILD_MUTANT); known: $(shell grep -rhow 'MUTANT_[A-Za-z0-9_]*' hypervisor | sed 's/MUTANT_//' | sort -u))
endif
obj := $(O)/mutant-$(BUILD_MUTANT)
mutant-flags := -DMUTANT_$(BUILD_MUTANT)
else
obj := $(O)/$(ARCH)
mutant-flags :=
endif

$(gen)/autoconf.h: $(auto.conf)
	$(Q)mkdir -p $(@D)
	$(Q)cmp -s $<.h $@ || cp $<.h $@
