// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of the redistributors (IHI 0069, 5.1 and 12.11): the length follows from GICR_PROPBASER.IDbits. */
#include <asm/lpi.h>

#include <arch/upcall.h>
#include <asm/gic_hw.h>
#include <asm/gic_priv.h>
#include <asm/percpu.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/config.h>

#define PROPBASER_ADDRESS 0x000ffffffffff000ull
#define PROPBASER_IDBITS 0x1full
#define PENDBASER_ADDRESS 0x000fffffffff0000ull
#define CTLR_LPIS 1u
#define CTLR_RWP 8u
#define MAX_ID_BITS 24u /* INTIDs have no more; so a check looks at 16 MiB at most */

int lpi_root_keeps(const struct cell_arch *root, uint64_t address, uint64_t size)
{
	return image_root_keeps(address, size) && pt_is_identity(&root->stage2, address, size, PT_READ | PT_WRITE);
}

static unsigned int id_bits(uint64_t propbaser)
{
	return (unsigned int)(propbaser & PROPBASER_IDBITS) + 1;
}

/* A byte each, from INTID 8192 on; we ask for all. */
static int properties_good(const struct cell_arch *root, uint64_t propbaser)
{
	unsigned int bits = id_bits(propbaser);

	return bits <= MAX_ID_BITS && lpi_root_keeps(root, propbaser & PROPBASER_ADDRESS, 1ull << bits);
}

/* A bit each, from INTID 0 on; no INTID has fewer than 14 bits where there are LPIs. */
static int pending_good(const struct cell_arch *root, uint64_t pendbaser, uint64_t propbaser)
{
	unsigned int bits = id_bits(propbaser);

	if (bits < 14)
		bits = 14;
	return bits <= MAX_ID_BITS && lpi_root_keeps(root, pendbaser & PENDBASER_ADDRESS, (1ull << bits) / 8);
}

static uint64_t read64(const volatile uint8_t *redist, uint32_t offset)
{
	return *(const volatile uint64_t *)(redist + offset);
}

static int lpis_are_on(const volatile uint8_t *redist)
{
	return (mmio_read32(redist + GICR_CTLR) & CTLR_LPIS) != 0;
}

static int both_good(const struct cell_arch *root, const volatile uint8_t *redist)
{
	uint64_t properties = read64(redist, GICR_PROPBASER);

	return properties_good(root, properties) &&
	       pending_good(root, read64(redist, GICR_PENDBASER), properties);
}

int lpi_tables_good(const struct cell_arch *root, const volatile uint8_t *redist)
{
	return !lpis_are_on(redist) || both_good(root, redist);
}

static int may_write(const struct cell_arch *root, const volatile uint8_t *redist, uint32_t offset,
		     uint64_t value)
{
	if (offset == GICR_CTLR)
		return !(value & CTLR_LPIS) || lpis_are_on(redist) || both_good(root, redist);
	if (lpis_are_on(redist))
		return 0;
	return offset == GICR_PROPBASER ? properties_good(root, value) :
					  pending_good(root, value, read64(redist, GICR_PROPBASER));
}

static void refuse(uint32_t offset, uint64_t value)
{
	static struct log_limit limit;

	log_limited(&limit, LOG_WARNING,
		    "root cell: GICR %s = 0x%llx is ignored: its tables are not in memory that root keeps",
		    offset == GICR_CTLR	     ? "CTLR" :
		    offset == GICR_PROPBASER ? "PROPBASER" :
					       "PENDBASER",
		    (unsigned long long)value);
}

/* Check and write are one: another CPU of root may be at the other register. */
static int write_checked(const struct cell_arch *root, volatile uint8_t *redist, uint32_t offset, uint64_t value)
{
	int good;

	spin_lock(&gic.lock);
	good = may_write(root, redist, offset, value);
	if (good && offset == GICR_CTLR)
		mmio_write32(redist + offset, (uint32_t)value);
	else if (good)
		*(volatile uint64_t *)(redist + offset) = value;
	spin_unlock(&gic.lock);
	return good;
}

void lpi_redist_access(const struct cell_arch *root, volatile uint8_t *redist, uint32_t offset,
		       struct mmio_access *access)
{
	if (access->size != (offset == GICR_CTLR ? 4 : 8))
		return;
	if (!access->is_write)
		access->value = offset == GICR_CTLR ? mmio_read32(redist + offset) : read64(redist, offset);
	else if (!write_checked(root, redist, offset, access->value))
		refuse(offset, access->value);
}

/* Takes effect when RWP reads as zero; bounded, since a broken GIC must not hold us. */
static int switch_off(volatile uint8_t *redist)
{
	mmio_write32(redist + GICR_CTLR, mmio_read32(redist + GICR_CTLR) & ~CTLR_LPIS);
	for (unsigned int count = 0; count < 100000 && mmio_read32(redist + GICR_CTLR) & CTLR_RWP; count++)
		arch_cpu_relax();
	return !lpis_are_on(redist);
}

void lpi_cpu_owner(const struct cell_arch *cell)
{
	struct vgic_cpu *cpu = &percpu()->gic;
	volatile uint8_t *redist = cpu->shared->redist;

	if (cell->is_root) {
		if (cpu->lpis_off)
			write_checked(cell, redist, GICR_CTLR, mmio_read32(redist + GICR_CTLR) | CTLR_LPIS);
		cpu->lpis_off = 0;
	} else if (gic.its && lpis_are_on(redist)) {
		cpu->lpis_off = 1;
		if (!switch_off(redist))
			log_warning("CPU %u: this GIC cannot switch LPIs off: root's devices can disturb cell %u",
				    percpu()->slot, cell->id);
	}
}
