# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests: tests/unit/test_*.c, one cmocka program each, on the fake architecture.
#
# A test may say in comments of one line, at the start of a line:
#	/* SOURCES: hypervisor/lib/crc32.c ... */	link these only (default: the whole fake hypervisor)
#	/* LIBS: -lyaml -lfdt */			more libraries
#	/* SANITIZE: address thread */			default: address; test_tsan_*.c: thread
# "address" is ASan and UBSan, "thread" is TSan. Sources in tests/unit/ that are no test_*.c are common to all.

unit     := $(O)/$(if $(BUILD_MUTANT),mutant-$(BUILD_MUTANT)/)unit
unit-gen := $(unit)/include/generated

fake-dirs := lib core cell device control arch/fake
# string.c is the freestanding libc: the build machine has its own.
fake-src  := $(sort $(filter-out hypervisor/lib/string.c,$(foreach d,$(fake-dirs),$(wildcard hypervisor/$(d)/*.c))))
unit-tests  := $(sort $(wildcard tests/unit/test_*.c))
unit-common := $(filter-out $(unit-tests),$(wildcard tests/unit/*.c))

unit-cflags = -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-common -pthread $(filter-out -Wmissing-prototypes,$(WARNINGS)) \
	-DBH_TEST $(mutant-flags) -Iinclude -Ihypervisor/include -Ihypervisor/arch/fake -Itools/lib -Itests/unit -I$(unit)/include \
	-include $(unit-gen)/autoconf.h
unit-san-address := -fsanitize=address,undefined -fno-sanitize-recover=all
unit-san-thread  := -fsanitize=thread

# $(call said,KEY,FILE): what FILE says behind KEY in its comments
said = $(shell sed -n 's,^/\* $(1): \(.*\) \*/$$,\1,p' $(2))
sanitizers = $(or $(call said,SANITIZE,$(1)),$(if $(filter tests/unit/test_tsan_%,$(1)),thread,address))

.PHONY: unit unit-build

$(unit-gen)/autoconf.h: configs/board/fake_defconfig Kconfig
	$(Q)mkdir -p $(@D)
	$(Q)KCONFIG_CONFIG=$< $(PYTHON) -m genconfig --header-path $@ Kconfig && touch $@

$(unit)/flags.txt: FORCE
	$(call remember,$(HOSTCC) $(unit-cflags) $(unit-san-address) $(unit-san-thread))

# One set of objects and one library per sanitizer.
define unit-flavour
$(unit)/$(1)/%.o: %.c $(unit-gen)/autoconf.h $(unit)/flags.txt
	$$(call say,HOSTCC,$$< ($(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(HOSTCC) $$(unit-cflags) $$(unit-san-$(1)) -MMD -MP -c -o $$@ $$<

$(unit)/$(1)/libbulkhead-fake.a: $(patsubst %.c,$(unit)/$(1)/%.o,$(fake-src))
	$$(call say,HOSTAR,$$@)
	$$(Q)rm -f $$@; $$(HOSTAR) rcs $$@ $$^

-include $(patsubst %.c,$(unit)/$(1)/%.d,$(fake-src) $(unit-tests) $(unit-common))
endef
$(foreach s,address thread,$(eval $(call unit-flavour,$(s))))

# The whole library is linked, so that component records, which nobody names, are there.
# $(1) test, $(2) sanitizer, $(3) its SOURCES, $(4) its LIBS
define unit-program
unit-programs += $(unit)/$(2)/$(basename $(notdir $(1)))
$(unit)/$(2)/$(basename $(notdir $(1))): $(patsubst %.c,$(unit)/$(2)/%.o,$(1) $(unit-common) $(3)) $(if $(3),,$(unit)/$(2)/libbulkhead-fake.a)
	$$(call say,HOSTLD,$$@)
	$$(Q)$$(HOSTCC) -pthread $$(unit-san-$(2)) -o $$@ $$(filter %.o,$$^) \
		$(if $(3),,-Wl$(comma)--whole-archive $(unit)/$(2)/libbulkhead-fake.a -Wl$(comma)--no-whole-archive) -lcmocka $(4)
endef
comma := ,

# Reading the tests' comments costs a shell each: only for the goals that need it.
ifneq ($(filter unit unit-build check check-full lint symbols,$(MAKECMDGOALS)),)
$(foreach t,$(unit-tests),$(foreach s,$(call sanitizers,$(t)),$(eval $(call unit-program,$(t),$(s),$(call said,SOURCES,$(t)),$(call said,LIBS,$(t))))))
endif

unit-build: $(unit-programs)

unit: unit-build
	$(Q)$(PYTHON) ci/unit --result $(O)/results/unit $(unit-programs)
