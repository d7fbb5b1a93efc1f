/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real APLIC: the domain of supervisor mode. A source belongs to one cell, and so does a hart; each source is
 * programmed as its cell's guest says, for harts that this cell has at the moment. Registers that are shared
 * (domaincfg) stay as they are; all others concern one source or one hart, so that no two cells write the same.
 */
#ifndef ASM_APLIC_H
#define ASM_APLIC_H

#include <bulkhead/types.h>

#define APLIC_DOMAINCFG 0x0000u
#define APLIC_SOURCECFG(source) (0x0004u + ((source) - 1) * 4u)
#define APLIC_SETIP 0x1c00u
#define APLIC_SETIPNUM 0x1cdcu
#define APLIC_CLRIP 0x1d00u /* reads as the rectified inputs */
#define APLIC_CLRIPNUM 0x1ddcu
#define APLIC_SETIE 0x1e00u
#define APLIC_SETIENUM 0x1edcu
#define APLIC_CLRIE 0x1f00u
#define APLIC_CLRIENUM 0x1fdcu
#define APLIC_SETIPNUM_LE 0x2000u
#define APLIC_GENMSI 0x3000u
#define APLIC_TARGET(source) (0x3004u + ((source) - 1) * 4u)
#define APLIC_IDC 0x4000u
#define APLIC_IDC_STRIDE 32u
#define APLIC_IDC_DELIVERY 0x00u
#define APLIC_IDC_FORCE 0x04u
#define APLIC_IDC_THRESHOLD 0x08u
#define APLIC_IDC_TOPI 0x18u
#define APLIC_IDC_CLAIMI 0x1cu

#define APLIC_DOMAINCFG_TOP 0x80000000u
#define APLIC_DOMAINCFG_IE (1u << 8)
#define APLIC_DOMAINCFG_DM (1u << 2)
#define APLIC_SOURCECFG_D (1u << 10)

enum aplic_mode {
	APLIC_INACTIVE = 0,
	APLIC_DETACHED = 1,
	APLIC_EDGE1 = 4,
	APLIC_EDGE0 = 5,
	APLIC_LEVEL1 = 6,
	APLIC_LEVEL0 = 7
};

#define APLIC_HART_SHIFT 18
#define APLIC_GUEST_SHIFT 12
#define APLIC_EIID_MASK 0x7ffu
#define APLIC_PRIORITY_MASK 0xffu
#define APLIC_TOPI_SHIFT 16

/** System step: map it. Return: 0 or error code. */
int aplic_probe(void);
void aplic_unprobe(void);

/** The bits that priorities and thresholds have. */
uint32_t aplic_priority_mask(void);

/** Hart index of the hart with @hwid. */
uint32_t aplic_hart(uint64_t hwid);

uint32_t aplic_read(uint32_t offset);
void aplic_write(uint32_t offset, uint32_t value);
volatile uint32_t *aplic_register(uint32_t offset);

static inline uint32_t aplic_idc(uint32_t index, uint32_t reg)
{
	return APLIC_IDC + index * APLIC_IDC_STRIDE + reg;
}

#endif
