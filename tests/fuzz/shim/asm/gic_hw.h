/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of the GIC are the shim's: as asm/sysreg.h. */
#ifndef SHIM_ASM_GIC_HW_H
#define SHIM_ASM_GIC_HW_H

#include <hardware.h>

#define mmio_read32 mmio_read32_of_hardware
#define mmio_write32 mmio_write32_of_hardware
#define gic_publish gic_publish_of_hardware
#define gic_complete_writes gic_complete_writes_of_hardware
#define gic_isb gic_isb_of_hardware
#include_next <asm/gic_hw.h>
#undef mmio_read32
#undef mmio_write32
#undef gic_publish
#undef gic_complete_writes
#undef gic_isb
#undef gic_read_sysreg
#undef gic_write_sysreg

#define gic_read_sysreg(name) shim_register_read(name)
#define gic_write_sysreg(name, value) shim_register_write(name, value)
#define mmio_read32(address) shim_read(address)
#define mmio_write32(address, value) shim_write(address, value)

static inline void gic_publish(void)
{
}

static inline void gic_complete_writes(void)
{
}

static inline void gic_isb(void)
{
}

#endif
