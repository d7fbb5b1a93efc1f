// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The APLIC, which delivers by itself or sends messages to the harts' IMSICs. Hart index n is hart n. */
#include "intc.h"

#include <inmate.h>

#include <regs.h>

#define DOMAINCFG 0u
#define DOMAINCFG_IE (1u << 8)
#define DOMAINCFG_DM (1u << 2)
#define SOURCECFG(source) (((source) - 1) * 4u + 4)
#define DETACHED 1u
#define EDGE1 4u
#define LEVEL1 6u
#define SETIPNUM 0x1cdcu
#define SETIE 0x1e00u
#define SETIENUM 0x1edcu
#define CLRIENUM 0x1fdcu
#define TARGET(source) (((source) - 1) * 4u + 0x3004)
#define HART_SHIFT 18
#define PRIORITY_MASK 0xffu
#define IDC 0x4000u
#define IDC_STEP 32u
#define IDC_DELIVERY 0u
#define IDC_THRESHOLD 8u
#define IDC_CLAIMI 0x1cu
#define ID_SHIFT 16

#define SELECT_DELIVERY 0x70u
#define SELECT_THRESHOLD 0x72u
#define SELECT_ENABLE 0xc0u

static volatile uint32_t *reg(uint32_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(inmate_config.aplic + offset);
}

static volatile uint32_t *idc(uint32_t offset)
{
	return reg(IDC + cpu_self() * IDC_STEP + offset);
}

static bool is_msi(void)
{
	return intc_kind() == INTC_IMSIC;
}

static void write_file(uint32_t select, uint64_t value)
{
	csr_write(0x150, select); /* siselect */
	csr_write(0x151, value);  /* sireg */
}

/* Identities of messages: the bit of each in words of 64. */
static void allow(uint32_t id)
{
	csr_write(0x150, SELECT_ENABLE + id / 64 * 2);
	csr_set(0x151, 1ull << id % 64);
}

void aplic_init(void)
{
	*reg(DOMAINCFG) = DOMAINCFG_IE | (is_msi() ? DOMAINCFG_DM : 0);
	if (is_msi()) {
		write_file(SELECT_THRESHOLD, 0);
		write_file(SELECT_DELIVERY, 1);
	} else {
		*idc(IDC_THRESHOLD) = 0;
		*idc(IDC_DELIVERY) = 1;
	}
}

uint32_t aplic_take(void)
{
	uint64_t top;

	if (!is_msi())
		return *idc(IDC_CLAIMI) >> ID_SHIFT;
	asm volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory"); /* stopei */
	return (uint32_t)(top >> ID_SHIFT);
}

/* A level that is still there is no new message unless one asks. */
void aplic_done(uint32_t source)
{
	if (is_msi() && *reg(SOURCECFG(source)) == LEVEL1)
		*reg(SETIPNUM) = source;
}

/* Identities of messages are the sources' numbers here, so these are their priorities, too. */
unsigned int aplic_set_priority(uint32_t source, unsigned int priority)
{
	unsigned int most;

	if (is_msi())
		return source;
	*reg(TARGET(source)) = cpu_self() << HART_SHIFT | PRIORITY_MASK;
	most = *reg(TARGET(source)) & PRIORITY_MASK;
	priority = 1 + (priority * most >> 8); /* 0 is none */
	*reg(TARGET(source)) = cpu_self() << HART_SHIFT | priority;
	return priority;
}

void aplic_enable(uint32_t source)
{
	if (!*reg(SOURCECFG(source)))
		*reg(SOURCECFG(source)) = LEVEL1;
	*reg(TARGET(source)) = cpu_self() << HART_SHIFT | (is_msi() ? source : 1);
	if (is_msi())
		allow(source);
	*reg(SETIENUM) = source;
}

void aplic_disable(uint32_t source)
{
	*reg(CLRIENUM) = source;
}

bool aplic_is_enabled(uint32_t source)
{
	return *reg(SETIE + source / 32 * 4) >> source % 32 & 1;
}

void aplic_set_edge(uint32_t source, bool edge)
{
	*reg(SOURCECFG(source)) = edge ? EDGE1 : LEVEL1;
}

/* Software cannot contradict a level: it takes the wire's place. */
void aplic_pend(uint32_t source)
{
	if (*reg(SOURCECFG(source)) == LEVEL1)
		*reg(SOURCECFG(source)) = DETACHED;
	*reg(SETIPNUM) = source;
}
