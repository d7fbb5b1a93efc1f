# SPDX-License-Identifier: GPL-2.0-or-later
# The command-line tool: for this machine (config check and compile work anywhere) and, linked statically, for
# the target. libyaml and libfdt of the target come from the sysroot that ci/setup made of Debian's packages.

tools-cfg-src := $(sort $(wildcard tools/lib/*.c))
tools-cli-src := $(sort $(wildcard tools/bulkhead/*.c))
# Sources that are the same in hypervisor, driver and tools; string.c is the freestanding libc, not for here.
tools-lib-src := $(sort $(filter-out hypervisor/lib/string.c,$(wildcard hypervisor/lib/*.c)))

tools-cflags = -std=gnu11 -O2 -g $(filter-out -Wmissing-prototypes,$(WARNINGS)) -D_GNU_SOURCE \
	-DBULKHEAD_VERSION='"$(VERSION)"' -Iinclude -Ihypervisor/include -Itools/lib -Itools/bulkhead
sysroot := $(BULKHEAD_CACHE)/sysroot/$(ARCH)
sysroot-lib := $(sysroot)/usr/lib/$(ARCH)-linux-gnu

.PHONY: tools tools-host tools-target

tools: tools-host tools-target

# $(1) directory of output, $(2) compiler, $(3) ar, $(4) more flags to compile, $(5) to link
define tools-for
$(1)/flags.txt: FORCE
	$$(call remember,$(2) $$(tools-cflags) $(4) $(5))

$(1)/%.o: %.c $(1)/flags.txt
	$$(call say,$(if $(filter $(HOSTCC),$(2)),HOSTCC,CC),$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) $$(tools-cflags) $(4) -MMD -MP -c -o $$@ $$<

$(1)/libbulkheadcfg.a: $(patsubst %.c,$(1)/%.o,$(tools-cfg-src) $(tools-lib-src))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@; $(3) rcs $$@ $$^

$(1)/bulkhead: $(patsubst %.c,$(1)/%.o,$(tools-cli-src)) $(1)/libbulkheadcfg.a
	$$(call say,LD,$$@)
	$$(Q)$(2) -o $$@ $$^ $(5) -lyaml -lfdt

-include $(patsubst %.c,$(1)/%.d,$(tools-cfg-src) $(tools-cli-src) $(tools-lib-src))
endef

$(eval $(call tools-for,$(O)/host,$(HOSTCC),$(HOSTAR),,))
$(eval $(call tools-for,$(O)/$(ARCH)/tools,$(HVCC),$(CROSS)ar,-isystem $(sysroot)/usr/include,-static -L$(sysroot-lib)))

ifeq ($(tools-cli-src),)
tools-host tools-target:
	@echo '  (no tools yet: tools/bulkhead/ has no sources)'
else
tools-host: $(O)/host/bulkhead
ifeq ($(wildcard $(sysroot-lib)/libyaml.a),)
tools-target:
	@echo '  (no tool for $(ARCH): $(sysroot-lib)/libyaml.a is missing; run ci/setup)'
else
tools-target: $(O)/$(ARCH)/tools/bulkhead
endif
endif

# Made of the tables in the tool itself, and kept in the tree, where tests compare them.
.PHONY: docs

docs: tools-host
	$(call say,DOCS,man pages; completion; JSON Schema; reference; tables of the ABI)
	$(Q)$(O)/host/bulkhead help --man > tools/man/bulkhead.8
	$(Q)$(O)/host/bulkhead config reference --man > tools/man/bulkhead.yaml.5
	$(Q)$(O)/host/bulkhead config reference > Documentation/config-reference.md
	$(Q)mkdir -p tools/schema
	$(Q)for k in board cell; do $(O)/host/bulkhead config schema $$k > tools/schema/bulkhead-$$k.json; done
	$(Q)$(O)/host/bulkhead help --completion bash > tools/completion/bulkhead.bash
	$(Q)$(O)/host/bulkhead help --completion zsh > tools/completion/_bulkhead
	$(Q)$(O)/host/bulkhead help --completion fish > tools/completion/bulkhead.fish
	$(Q)Documentation/abi-tables --write
