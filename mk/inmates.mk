# SPDX-License-Identifier: GPL-2.0-or-later
# Bare-metal inmates: inmates/lib linked with each file of demos/ and tests/ into one flat binary.

inmate-uart-aarch64 := pl011
inmate-uart-riscv64 := 16550
inmate-uart-x86_64 := 16550
inmate-out  := $(O)/$(ARCH)/inmates
inmate-lib  := $(sort $(wildcard inmates/lib/*.c inmates/lib/*.S inmates/lib/$(ARCH)/*.c inmates/lib/$(ARCH)/*.S)) \
	$(if $(inmate-uart-$(ARCH)),inmates/lib/uart/$(inmate-uart-$(ARCH)).c)
# Programs for one architecture: its assembly, or a device that only its board has.
inmate-skip-aarch64 := inmates/tests/legacy.c inmates/tests/alarm.c inmates/tests/pc.c inmates/tests/gale.c
inmate-skip-riscv64 := inmates/demos/heartbeat-uart.c inmates/tests/flood.c inmates/tests/pc.c inmates/tests/gale.c
inmate-skip-x86_64 := inmates/demos/heartbeat-uart.c inmates/tests/storm.c inmates/tests/flood.c inmates/tests/legacy.c \
	inmates/tests/alarm.c
inmate-main := $(filter-out $(inmate-skip-$(ARCH)),$(sort $(wildcard inmates/demos/*.c inmates/tests/*.c)))
inmate-lds  := inmates/lib/$(ARCH)/inmate.lds
# A program NAME.c may have more sources in a folder NAME/ beside it, and in NAME/$(ARCH)/.
inmate-parts = $(sort $(wildcard $(basename $(1))/*.c $(basename $(1))/$(ARCH)/*.c $(basename $(1))/$(ARCH)/*.S))
# One that is linked once more, for another address: its source and its other name. And where a name is linked, if not at
# the start of RAM.
inmate-again-riscv64 := legacy-high
inmate-source-legacy-high := inmates/tests/legacy.c
inmate-defsym := -Wl,--defsym=inmate_base=
inmate-base-legacy := 0x80200000
inmate-base-legacy-high := 0x90200000
inmate-base-pc := 0xa000
inmate-bin  := $(patsubst %.c,$(inmate-out)/%.bin,$(notdir $(inmate-main))) \
	$(addprefix $(inmate-out)/,$(addsuffix .bin,$(inmate-again-$(ARCH))))
inmate-libo := $(patsubst %,$(inmate-out)/%.o,$(basename $(inmate-lib)))
inmate-o    := $(patsubst %,$(inmate-out)/%.o,$(basename $(inmate-main) $(foreach m,$(inmate-main),$(call inmate-parts,$(m)))))

inmate-march-x86_64 := -m64 -march=x86-64 -mno-red-zone -mgeneral-regs-only -fcf-protection=none \
	-fno-delete-null-pointer-checks
inmate-march-riscv64 := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax
inmate-march-aarch64 := -mgeneral-regs-only -mstrict-align -mno-outline-atomics -march=armv8-a
inmate-include := -Iinclude -Iinmates/lib -Iinmates/lib/include -Iinmates/lib/$(ARCH)
inmate-cflags = -std=gnu11 -O2 -g -ffreestanding -nostdlib $(inmate-march-$(ARCH)) -fno-pic -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-common -fno-strict-aliasing \
	-ffunction-sections -fdata-sections $(WARNINGS) $(inmate-include)

.PHONY: inmates

ifeq ($(and $(inmate-lib),$(inmate-main),$(wildcard $(inmate-lds))),)
inmates:
	@echo '  (no inmates for $(ARCH) yet)'
else
inmates: $(inmate-bin)
endif

$(inmate-out)/flags.txt: FORCE
	$(call remember,$(HVCC) $(inmate-cflags))

$(inmate-out)/%.o: %.c $(inmate-out)/flags.txt
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HVCC) $(inmate-cflags) -MMD -MP -c -o $@ $<

$(inmate-out)/%.o: %.S $(inmate-out)/flags.txt
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HVCC) -g -D__ASSEMBLY__ $(inmate-march-$(ARCH)) $(inmate-include) -MMD -MP -c -o $@ $<

# Two inmates must not have the same name, even if one is a demo and the other a test.
ifneq ($(words $(inmate-bin)),$(words $(sort $(inmate-bin))))
$(error Two files of inmates/demos and inmates/tests have the same name)
endif

define inmate-program
$(inmate-out)/$(2).elf: $(inmate-out)/$(basename $(1)).o $(patsubst %,$(inmate-out)/%.o,$(basename $(call inmate-parts,$(1)))) \
		$(inmate-libo) $(inmate-lds)
	$$(call say,LD,$$@)
	$$(Q)$$(HVCC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--gc-sections -Wl,-z,noexecstack \
		-Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096 \
		$(addprefix $(inmate-defsym),$(inmate-base-$(2))) -Wl,-T,$(inmate-lds) -o $$@ $$(filter %.o,$$^)
endef
$(foreach m,$(inmate-main),$(eval $(call inmate-program,$(m),$(basename $(notdir $(m))))))
$(foreach n,$(inmate-again-$(ARCH)),$(eval $(call inmate-program,$(inmate-source-$(n)),$(n))))

$(inmate-out)/%.bin: $(inmate-out)/%.elf
	$(call say,OBJCOPY,$@)
	$(Q)$(CROSS)objcopy -O binary $< $@

-include $(inmate-o:.o=.d) $(inmate-libo:.o=.d)
