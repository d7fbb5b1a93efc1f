# SPDX-License-Identifier: GPL-2.0-or-later
# The hypervisor: freestanding, by its own flags, not inside Kbuild. One image per architecture.

CROSS := $(CROSS_COMPILE_$(ARCH))
HVCC  := $(CROSS)gcc

hv-dirs := lib core cell device control arch/$(SRCARCH)
hv-src  := $(sort $(foreach d,$(hv-dirs),$(wildcard hypervisor/$(d)/*.c hypervisor/$(d)/*.S)))

# Variants by file: what matches these is left out of the image unless the option is set.
hv-optional := \
	CONFIG_GICV2:hypervisor/arch/arm64/gicv2% \
	CONFIG_GICV3:hypervisor/arch/arm64/gicv3% \
	CONFIG_VUART_PL011:hypervisor/device/vuart_pl011% \
	CONFIG_VUART_16550:hypervisor/device/vuart_16550% \
	CONFIG_VUART_16550:hypervisor/device/ns16550% \
	CONFIG_MSI:hypervisor/device/msi% \
	CONFIG_VPC:hypervisor/device/vpc_%
hv-off := $(foreach o,$(hv-optional),$(if $($(word 1,$(subst :, ,$(o)))),,$(word 2,$(subst :, ,$(o)))))

hv-asm-offsets := hypervisor/arch/$(SRCARCH)/asm-offsets.c
hv-lds  := $(firstword $(wildcard hypervisor/arch/$(SRCARCH)/hypervisor.lds.S hypervisor/arch/$(SRCARCH)/hypervisor.lds))
hv-src  := $(filter-out $(hv-off) $(hv-asm-offsets) %.lds.S,$(hv-src))
hv-obj  := $(patsubst %,$(obj)/%.o,$(basename $(hv-src)))

hv-include := -Iinclude -Ihypervisor/include -Ihypervisor/arch/$(SRCARCH) -I$(dir $(gen)) -include $(gen)/autoconf.h

hv-march-riscv64 := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax -mstrict-align
# The guest's FPU and vector registers stay in the CPU. No red zone: NMIs come on the stack that is in use.
hv-march-x86_64 := -m64 -march=x86-64 -mcmodel=kernel -fno-pic -mno-red-zone -mgeneral-regs-only -fcf-protection=none
hv-march-aarch64 := -mgeneral-regs-only -mstrict-align -mno-outline-atomics -march=armv8-a

# -fno-jump-tables: no indirect branch on an index that a guest chose.
# -fno-delete-null-pointer-checks, -fno-strict-aliasing: address 0 and byte views of memory are real here.
hv-cflags = -std=gnu11 -O2 -g -ffreestanding -nostdlib $(hv-march-$(ARCH)) \
	-fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fno-jump-tables -fno-common \
	-fno-strict-aliasing -fno-delete-null-pointer-checks -ffunction-sections -fdata-sections \
	-fstack-usage -fcallgraph-info=su -Wstack-usage=1024 $(WARNINGS) $(mutant-flags) $(hv-include)
hv-aflags = -g -D__ASSEMBLY__ $(hv-march-$(ARCH)) -Wa,--fatal-warnings $(mutant-flags) $(hv-include)
hv-ldflags = -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 \
	-Wl,--gc-sections -Wl,-z,norelro -Wl,--no-warn-rwx-segments

# What only this architecture needs (load address, extra flags) may stand beside its sources.
-include hypervisor/arch/$(SRCARCH)/arch.mk

hv-image := $(obj)/bulkhead-$(ARCH).bin

.PHONY: hypervisor

ifeq ($(and $(filter hypervisor/arch/$(SRCARCH)/%,$(hv-src)),$(hv-lds)),)
hypervisor:
	@echo '  (no hypervisor for $(SRCARCH) yet: hypervisor/arch/$(SRCARCH)/ has no sources or no hypervisor.lds)'
else
hypervisor: $(hv-image)
endif

hv-generated := $(gen)/autoconf.h $(if $(wildcard $(hv-asm-offsets)),$(gen)/asm-offsets.h)

# Layouts for assembly. The header is touched only when an offset changed: every source waits for it.
$(gen)/asm-offsets.s: $(hv-asm-offsets) $(gen)/autoconf.h
	$(call say,OFFSETS,$<)
	$(Q)$(HVCC) $(filter-out -fcallgraph-info=su -fstack-usage,$(hv-cflags)) -MMD -MP -MT $@ -MF $(@:.s=.d) -S -o $@ $<

$(gen)/asm-offsets.h: $(gen)/asm-offsets.s
	$(Q)sed -n 's/^.*->\([A-Za-z0-9_]*\) [#$$]*\([-0-9a-fx]*\).*/#define \1 \2/p' $< > $@.new
	$(Q)cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(obj)/flags.txt: FORCE
	$(call remember,$(HVCC) $(hv-cflags) $(hv-aflags) $(hv-ldflags) $(hv-cold))

$(obj)/%.o: %.c $(hv-generated) $(obj)/flags.txt
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HVCC) $(hv-cflags) -MMD -MP -c -o $@ $<

# What runs when the hypervisor, a CPU or a cell comes and goes may rather be small.
hv-cold := lib/config% control/% cell/% device/comm% device/console% device/msi% device/pci% device/vpc_%
hv-cold += $(addprefix core/,component% crash% deadline% format% guest% image% info% log% pool% rendezvous% space% stats% step% violation% \
	vtime%)
hv-cold += $(addprefix arch/arm64/,cell% enable% errata% fault% features% formats% found% gicv2.o gicv3.o handover% its% lpi% \
	mmu% traps% vcpu%)
hv-cold += $(addprefix arch/riscv/,aplic.o aplic_cell% cell% enable% enter% fault% features% firmware% formats% found% \
	handover% instructions% maintenance% mmu% plic.o sbi_console% sbi_legacy% traps% uart% vaplic.o vcpu% violation%)
hv-cold += $(addprefix arch/x86/,amdvi% cell% enable% enter% fault% features% formats% found% handover% ioapic% iommu% pci% \
	pvclock% state% uart% vcpu% vmx_caps% vmx_check% vmx_state% vtd%)
$(filter $(addprefix $(obj)/hypervisor/,$(hv-cold)),$(hv-obj)): private hv-cflags += -Os

# The compiler must not turn memset()'s loop into a call of memset().
$(obj)/hypervisor/lib/string.o: private hv-cflags += -fno-builtin -fno-tree-loop-distribute-patterns

$(obj)/%.o: %.S $(hv-generated) $(obj)/flags.txt
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HVCC) $(hv-aflags) -MMD -MP -c -o $@ $<

$(obj)/hypervisor.lds: $(hv-lds) $(hv-generated)
	$(call say,LDS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(if $(filter %.S,$<),$(HVCC) -E -P -x assembler-with-cpp -D__LDS__ $(hv-aflags) -MMD -MT $@ -MF $@.d -o $@ $<,cp $< $@)

$(obj)/bulkhead.elf: $(hv-obj) $(obj)/hypervisor.lds $(obj)/flags.txt
	$(call say,LD,$@)
	$(Q)$(HVCC) $(hv-ldflags) -Wl,-Map=$(obj)/bulkhead.map -Wl,-T,$(obj)/hypervisor.lds -o $@ $(hv-obj)

$(hv-image): $(obj)/bulkhead.elf
	$(call say,OBJCOPY,$@)
	$(Q)$(CROSS)objcopy -O binary $< $@
	$(Q)cat $(hv-obj:.o=.su) 2>/dev/null | sort -t'	' -k2,2nr > $(obj)/bulkhead.su
	$(Q)$(CROSS)size $<

-include $(hv-obj:.o=.d) $(obj)/hypervisor.lds.d $(gen)/asm-offsets.d
