/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System registers are the shim's. What the real header has as assembly gets another name and is not used. */
#ifndef SHIM_ASM_SYSREG_H
#define SHIM_ASM_SYSREG_H

#include <hardware.h>

#define sysreg_isb sysreg_isb_of_hardware
#define sysreg_translate_read sysreg_translate_read_of_hardware
#include_next <asm/sysreg.h>
#undef sysreg_isb
#undef sysreg_translate_read
#undef sysreg_read
#undef sysreg_write

#define sysreg_read(name) shim_register_read(name)
#define sysreg_write(name, value) shim_register_write(name, value)
#define sysreg_translate_read(address) shim_translate(address)

static inline void sysreg_isb(void)
{
}

#endif
