# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzing on the build machine: each tests/fuzz/fuzz_*.c is one target, built by clang with libFuzzer, ASan, UBSan
# and coverage of source lines.
#
#	make fuzz-smoke [SECONDS=60]		all targets, each after its planted bug was found
#	make fuzz T='blob gic' SECONDS=600	some of them, longer; the corpus that grew is kept and used again
#
# A target's base is what it is linked with: lib (blob and check), tools (the tool's library), fake (hypervisor on the
# fake architecture, whose CPUs are coroutines here), arm64 (files of arch/arm64 on shims of hardware), x86 (those of
# arch/x86 that touch no hardware, and shims of what they stand on).

FUZZCC ?= clang

fuzz         := $(O)/fuzz
fuzz-targets := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

fuzz-base-acpi       := tools
fuzz-base-blob       := lib
fuzz-base-devicetree := tools
fuzz-base-yaml       := tools
fuzz-base-hypercall  := fake
fuzz-base-mmio       := fake
fuzz-base-decode     := arm64
fuzz-base-gic        := arm64
fuzz-base-psci       := arm64
fuzz-base-x86apic    := x86
fuzz-base-x86decode  := x86

fuzz-lib-src   := $(tools-lib-src)
fuzz-tools-src := $(tools-cfg-src) $(tools-lib-src)
fuzz-fake-src  := $(filter-out hypervisor/arch/fake/cpu.c,$(fake-src)) tests/fuzz/fake_cpu.c
# Files of arch/arm64 but those with assembly and what only they need, and what of core they stand on.
fuzz-arm64-asm := asm-offsets cpu enable enter errata fault features firmware found handover maintenance mmu traps uart vcpu
fuzz-arm64-src := $(filter-out $(fuzz-arm64-asm:%=hypervisor/arch/arm64/%.c),$(wildcard hypervisor/arch/arm64/*.c)) \
	$(wildcard hypervisor/core/*.c) $(fuzz-lib-src) tests/fuzz/shim/hardware.c
fuzz-x86-src   := $(patsubst %,hypervisor/arch/x86/%.c,decode icr intc vapic vioapic) hypervisor/core/cpu.c

fuzz-tools-libs := -lyaml -lfdt
fuzz-fake-libs  := -lcmocka

# What guides the fuzzer and is counted: the sources under test, not the target's own. Inputs of front ends are texts
# and magic numbers, so comparisons guide, too; the others are steps that are valid as they are.
fuzz-guided-text  := -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping
fuzz-guided-steps := -fsanitize-coverage=inline-8bit-counters,pc-table
fuzz-guided-lib   := $(fuzz-guided-text)
fuzz-guided-tools := $(fuzz-guided-text)
fuzz-guided-fake  := $(fuzz-guided-steps)
fuzz-guided-arm64 := $(fuzz-guided-steps)
fuzz-guided-x86   := $(fuzz-guided-steps)
fuzz-cflags = -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-common \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Wall -Werror -DBH_TEST -Iinclude -Ihypervisor/include -Itests/fuzz
fuzz-flags-lib   := -Ihypervisor/lib
fuzz-flags-tools := -Itools/lib -D_GNU_SOURCE -DBULKHEAD_VERSION='"$(VERSION)"'
fuzz-flags-fake  := -Ihypervisor/arch/fake -Itests/unit -I$(unit)/include -include $(unit-gen)/autoconf.h
fuzz-flags-arm64 := -Itests/fuzz/shim -Ihypervisor/arch/arm64 -I$(fuzz)/arm64/include \
	-include $(fuzz)/arm64/include/generated/autoconf.h
fuzz-flags-x86   := -Itests/fuzz/shim_x86 -Ihypervisor/arch/x86 -DCONFIG_MAX_CPUS=64

.PHONY: fuzz fuzz-build fuzz-smoke

fuzz-generated := $(unit-gen)/autoconf.h $(fuzz)/arm64/include/generated/autoconf.h

$(fuzz)/arm64/include/generated/autoconf.h: configs/board/qemu-aarch64_defconfig Kconfig
	$(Q)mkdir -p $(@D)
	$(Q)KCONFIG_CONFIG=$< $(PYTHON) -m genconfig --header-path $@ Kconfig && touch $@

$(fuzz)/flags.txt: FORCE
	$(call remember,$(FUZZCC) $(fuzz-cflags) $(fuzz-guided-text) $(fuzz-guided-steps) $(fuzz-flags-lib) $(fuzz-flags-tools) $(fuzz-flags-fake) $(fuzz-flags-arm64) $(fuzz-flags-x86))

# $(1) base
define fuzz-base
$(fuzz)/$(1)/%.o: %.c $(fuzz-generated) $(fuzz)/flags.txt
	$$(call say,FUZZCC,$$< ($(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(FUZZCC) $$(fuzz-cflags) $$(if $$(filter tests/%,$$<),,$$(fuzz-guided-$(1))) $$(fuzz-flags-$(1)) -MMD -MP -c -o $$@ $$<

$(fuzz)/$(1)/%.planted.o: %.c $(fuzz-generated) $(fuzz)/flags.txt
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(FUZZCC) $$(fuzz-cflags) $$(fuzz-flags-$(1)) -DFUZZ_PLANTED -MMD -MP -c -o $$@ $$<

# A target takes from its base what it needs, but all of the fake hypervisor: nobody names component records.
$(fuzz)/$(1)/base.a: $(patsubst %.c,$(fuzz)/$(1)/%.o,$(fuzz-$(1)-src))
	$$(Q)rm -f $$@; $$(HOSTAR) rcs $$@ $$^

-include $(patsubst %.c,$(fuzz)/$(1)/%.d,$(fuzz-$(1)-src))
endef
fuzz-link-fake := -Wl,--whole-archive
$(foreach b,lib tools fake arm64 x86,$(eval $(call fuzz-base,$(b))))

# $(1) target, $(2) its base, $(3) .planted or nothing
define fuzz-program
$(fuzz)/bin/$(1)$(3): $(fuzz)/$(2)/tests/fuzz/fuzz_$(1)$(3).o $(fuzz)/$(2)/base.a
	$$(call say,FUZZLD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(FUZZCC) -fsanitize=fuzzer,address,undefined -fprofile-instr-generate -o $$@ $$< \
		$(fuzz-link-$(2)) $(fuzz)/$(2)/base.a -Wl,--no-whole-archive $(fuzz-$(2)-libs)

-include $(fuzz)/$(2)/tests/fuzz/fuzz_$(1)$(3).d
endef
$(foreach t,$(fuzz-targets),$(foreach p,_ .planted,$(eval $(call fuzz-program,$(t),$(fuzz-base-$(t)),$(p:_=)))))

T ?= $(fuzz-targets)

fuzz-build: $(foreach t,$(T),$(fuzz)/bin/$(t) $(fuzz)/bin/$(t).planted)

fuzz: fuzz-build
	$(Q)$(PYTHON) tests/fuzz/run --build $(O) --seconds $(or $(SECONDS),600) $(T)

fuzz-smoke: fuzz-build
	$(Q)$(PYTHON) tests/fuzz/run --build $(O) --seconds $(or $(SECONDS),60) --planted --result $(O)/results/fuzz $(T)
