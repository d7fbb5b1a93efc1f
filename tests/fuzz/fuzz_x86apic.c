// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupt controllers of x86 on four CPUs, of which two are root's and two a guest's: any write to local APICs, I/O
 * APICs and their MSRs, by any of them, while CPUs come and go. Whatever is written, no command leaves for a CPU that
 * is not the writer's cell's, no entry of the machine's I/O APICs points there or belongs to the other cell, no local
 * source becomes one of system management or reset, and the local APIC is never off.
 */
#include "fuzz.h"

#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/types.h>
#include <arch/upcall.h>
#include "../../hypervisor/arch/x86/asm/interrupts.h"
#include "../../hypervisor/arch/x86/asm/iommu.h"
#include "../../hypervisor/arch/x86/asm/ioapic.h"
#include "../../hypervisor/arch/x86/asm/lapic.h"
#include "shim_x86/asm/msr.h"
#include "shim_x86/asm/percpu.h"
#include "../../hypervisor/arch/x86/asm/vapic.h"
#include "../../hypervisor/arch/x86/asm/vcpu.h"
#include "../../hypervisor/arch/x86/asm/vioapic.h"
#include "../../hypervisor/arch/x86/asm/vtd.h"
#include <core/cpu.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/bitmap.h>

#define CPUS 4u
#define PINS 24u
#define LINE 20u      /* root's virtual line */
#define GUEST_PIN 9u  /* of the machine, the guest's */
#define GUEST_LINE 4u /* the guest's virtual line */
#define IOAPIC_BASE 0xfec00000ull

static struct cell_arch root, guest;
static unsigned int now; /* the CPU that we are */
static struct percpu percpus[CPUS];
static struct { uint64_t base; uint32_t page[0x400 / 4]; uint64_t msr[0x100]; } apics[CPUS];
static uint64_t entries[PINS];
static uint64_t time_now;

static struct bh_config_system machine;

/* A vCPU that others have stopped: it parks when it is its turn. */
static uint32_t stopped;

static struct cell_arch *owner_of(unsigned int slot)
{
	return slot < 2 ? &root : &guest;
}

static unsigned int slot_of(uint32_t hwid)
{
	return hwid / 3;
}

/* ---- what the files stand on ---- */

struct percpu *percpu(void)
{
	return &percpus[now];
}

const struct bh_config_system *image_config(void)
{
	return &machine;
}

unsigned int arch_cpu_self(void)
{
	return now;
}

void arch_cpu_relax(void)
{
	time_now += 1000000;
}

void arch_cpu_kick(unsigned int slot)
{
	(void)slot;
}

uint64_t arch_time_now(void)
{
	return ++time_now;
}

uint64_t deadline_default(void)
{
	return time_now + 5000000;
}

int deadline_passed(uint64_t deadline)
{
	return arch_time_now() >= deadline;
}

uint32_t lock_abandoned[CPUS];

void lock_wait(struct spinlock *lock, uint32_t ticket)
{
	fuzz_check(lock->owner == ticket, "CPU %u waits for a lock that it holds", now);
}

uint64_t msr_read(uint32_t msr)
{
	if (msr == MSR_APIC_BASE)
		return apics[now].base;
	return apics[now].msr[msr & 0xff];
}

void msr_write(uint32_t msr, uint64_t value)
{
	if (msr == MSR_APIC_BASE) {
		fuzz_check(value & APIC_BASE_ENABLE, "the APIC of CPU %u is off", now);
		apics[now].base = value;
	} else {
		fuzz_check(msr != APIC_MSR(APIC_ICR), "command 0x%llx is written as it is", (unsigned long long)value);
		apics[now].msr[msr & 0xff] = value;
	}
}

uint64_t access_read_msr(uint32_t msr, uint64_t *value)
{
	*value = msr_read(msr);
	return 0;
}

uint64_t access_write_msr(uint32_t msr, uint64_t value)
{
	msr_write(msr, value);
	return 0;
}

enum apic_mode lapic_mode(void)
{
	return apics[now].base & APIC_BASE_X2 ? APIC_X2 : APIC_X;
}

uint32_t lapic_read(uint32_t offset)
{
	fuzz_check(offset < 0x400 && !(offset & 15), "register 0x%x", offset);
	return apics[now].page[offset / 4];
}

void lapic_write(uint32_t offset, uint32_t value)
{
	fuzz_check(offset < 0x400 && !(offset & 15), "register 0x%x", offset);
	fuzz_check(offset != APIC_ICR && offset != APIC_ICR_HIGH && offset != APIC_ID, "0x%x is written as it is",
		   offset);
	apics[now].page[offset / 4] = value;
}

int lapic_send(uint32_t id, uint32_t command)
{
	const unsigned int slot = slot_of(id);

	fuzz_check(id % 3 == 1 && slot < CPUS, "command 0x%x to id %u", command, id);
	fuzz_check(vapic_cell_on(slot) == percpu()->cell, "CPU %u commands CPU %u of another cell, or of none", now,
		   slot);
	fuzz_check((command & ~(ICR_VECTOR | ICR_ASSERT)) == 0 && (command & ICR_VECTOR) >= 16, "command 0x%x",
		   command);
	fuzz_planted(slot == 3 && command & 1);
	return 1;
}

void lapic_clear(void)
{
	apics[now].base &= ~APIC_BASE_X2;
	memset(apics[now].page, 0, sizeof(apics[now].page));
}

void signals_init(struct cell_arch *cell, unsigned int vcpu)
{
	fuzz_check(cell == percpu()->cell && vcpu < cell->vcpu_count, "INIT to vCPU %u", vcpu);
	stopped |= 1u << cell->slot[vcpu];
}

void signals_startup(struct cell_arch *cell, unsigned int vcpu, unsigned int vector)
{
	fuzz_check(cell == percpu()->cell && vcpu < cell->vcpu_count && vector < 256, "SIPI to vCPU %u", vcpu);
}

void signals_nmi(struct cell_arch *cell, unsigned int vcpu)
{
	fuzz_check(cell == percpu()->cell && vcpu < cell->vcpu_count, "NMI to vCPU %u", vcpu);
}

void signals_apic_enabled(int enabled)
{
	(void)enabled;
}

void violation_report(unsigned int kind, uint64_t address, uint64_t value, int is_write, const char *what)
{
	fuzz_check(kind && kind < BH_REASON_COUNT && what[0] && strlen(what) < 40, "kind %u", kind);
}

int vtd_is_remapping(void)
{
	return 0;
}

int vtd_lookup(uint64_t entry, struct icr_target *target, uint32_t *vector)
{
	return 0;
}

void vtd_route(void)
{
}

void upcall_msi_route(void)
{
}

int iommu_probe(void)
{
	return 0;
}

void iommu_unprobe(void)
{
}

int iommu_range(unsigned int index, struct bh_config_range *range)
{
	(void)index;
	(void)range;
	return 0;
}

void log_write(unsigned int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* ---- the machine's I/O APIC ---- */

int ioapic_probe(void)
{
	return 0;
}

void ioapic_unprobe(void)
{
}

int ioapic_unit(unsigned int unit, struct vioapic_unit *described)
{
	if (unit)
		return 0;
	*described = (struct vioapic_unit){ .base = IOAPIC_BASE, .pins = PINS, .version = 0x170020 };
	return 1;
}

int ioapic_has(uint32_t pin)
{
	return pin < PINS;
}

uint64_t ioapic_read_entry(uint32_t pin)
{
	fuzz_check(pin < PINS, "pin %u", pin);
	return entries[pin];
}

static int is_owner(uint32_t pin)
{
	return bit_test(percpu()->cell->irq.ioapic.owned, pin);
}

void ioapic_write_entry(uint32_t pin, uint64_t entry)
{
	fuzz_check(pin < PINS && is_owner(pin), "pin %u is not of the cell that writes it", pin);
	entries[pin] = entry;
}

void ioapic_quiesce(uint32_t pin)
{
	fuzz_check(pin < PINS, "pin %u", pin);
	entries[pin] = IOAPIC_MASKED;
}

void ioapic_end(unsigned int unit, uint32_t vector)
{
	fuzz_check(!unit && percpu()->cell == &root, "end of interrupt for unit %u", unit);
}

/* ---- invariants ---- */

static void check_entries(void)
{
	for (uint32_t pin = 0; pin < PINS; pin++) {
		const struct cell_arch *owner = pin == GUEST_PIN ? &guest : &root;
		const uint64_t entry = entries[pin];
		const uint32_t id = (uint32_t)(entry >> 56);
		const unsigned int mode = (unsigned int)((entry & ICR_MODE) >> ICR_MODE_SHIFT);

		if (entry & IOAPIC_MASKED)
			continue;
		fuzz_check(!(entry & (ICR_LOGICAL | IOAPIC_REMAPPED)), "pin %u: entry 0x%llx", pin,
			   (unsigned long long)entry);
		fuzz_check(id % 3 == 1 && slot_of(id) < CPUS && vapic_cell_on(slot_of(id)) == owner,
			   "pin %u interrupts id %u", pin, id);
		fuzz_check(mode == DELIVER_FIXED || (owner == &root && (mode == DELIVER_NMI || mode == DELIVER_EXTINT)),
			   "pin %u: delivery %u", pin, mode);
		fuzz_check(pin != LINE, "a virtual line has an entry");
	}
}

static void check_sources(void)
{
	for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
		for (uint32_t offset = APIC_LVT_TIMER; offset <= APIC_LVT_ERROR; offset += 16) {
			const uint32_t lvt = apics[cpu].page[offset / 4];
			const unsigned int mode = lvt >> ICR_MODE_SHIFT & 7;

			fuzz_check(mode != DELIVER_SMI && mode != DELIVER_INIT, "CPU %u: 0x%x is 0x%x", cpu, offset,
				   lvt);
		}
		fuzz_check(owner_of(cpu) == &root || !apics[cpu].page[APIC_LDR / 4], "a guest listens as 0x%x",
			   apics[cpu].page[APIC_LDR / 4]);
	}
}

/* ---- steps ---- */

static void write_page(uint64_t address, uint32_t value)
{
	struct mmio_access access = { .address = address, .value = value, .size = 4, .is_write = 1 };

	if (!vapic_mmio(&access))
		vioapic_mmio(&access);
}

static void any_access(struct input *input)
{
	struct mmio_access access = {
		.address = (take_below(input, 2) ? APIC_BASE_ADDRESS : IOAPIC_BASE) + take(input, 2) % 0x1100,
		.value = take(input, 8),
		.size = (uint8_t)(1u << take_below(input, 4)),
		.is_write = (uint8_t)take_below(input, 2),
	};

	mmio_cut(&access);
	if (!vapic_mmio(&access))
		vioapic_mmio(&access);
	fuzz_check(access.size == 8 || access.is_write || !(access.value >> access.size * 8),
		   "value 0x%llx of %u bytes", (unsigned long long)access.value, access.size);
}

static void come_or_go(void)
{
	if (vapic_cell_on(now)) {
		lapic_park();
	} else {
		lapic_start();
		stopped &= ~(1u << now);
	}
}

static void step(struct input *input)
{
	uint64_t value;
	uint32_t msr;

	now = take_below(input, CPUS);
	switch (take_below(input, 9)) {
	case 0:
		any_access(input);
		break;
	case 1:
		write_page(APIC_BASE_ADDRESS + APIC_ICR_HIGH, (uint32_t)take(input, 4));
		write_page(APIC_BASE_ADDRESS + APIC_ICR, (uint32_t)take(input, 4));
		break;
	case 2:
		write_page(APIC_BASE_ADDRESS + take_below(input, 64) * 16, (uint32_t)take(input, 4));
		break;
	case 3:
		write_page(IOAPIC_BASE, 0x10 + take_below(input, 2 * PINS));
		write_page(IOAPIC_BASE + 0x10, (uint32_t)take(input, 4));
		break;
	case 4:
		msr = take_below(input, 4) ? 0x800 + take_below(input, 64) : MSR_APIC_BASE;
		lapic_write_msr(msr, take(input, 8));
		break;
	case 5:
		lapic_write_msr(MSR_APIC_BASE, APIC_BASE_ADDRESS | take(input, 2));
		break;
	case 6:
		lapic_read_msr(0x800 + take_below(input, 64), &value);
		break;
	case 7:
		come_or_go();
		break;
	default:
		/* A device of the cell that runs here raises its line. */
		arch_irq_set(percpu()->cell, percpu()->cell == &root ? LINE : GUEST_LINE, (int)take_below(input, 2));
		break;
	}
	for (now = 0; now < CPUS; now++) {
		if (stopped >> now & 1 && vapic_cell_on(now))
			lapic_park();
	}
	now = 0;
	check_entries();
	check_sources();
}

/* Guests' windows are where root has its own. */
static void make_cell(struct cell_arch *cell, unsigned int first, const struct bh_config_cell *config)
{
	memset(cell, 0, sizeof(*cell));
	cell->vcpu_count = 2;
	cell->is_root = !config;
	for (unsigned int i = 0; i < 2; i++) {
		cell->slot[i] = (uint16_t)(first + i);
		cell->hwid[i] = config ? i : (first + i) * 3 + 1;
	}
	fuzz_check(!intc_cell_init(cell, config), "no cell");
	for (now = first; now < first + 2; now++) {
		percpus[now] = (struct percpu){ .slot = now, .vcpu = now - first, .cell = cell };
		lapic_start();
	}
	now = first;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bh_config_cell config = { .x86 = { .ioapic = IOAPIC_BASE, .pins = PINS } };
	struct input input = { data, size };

	/* One machine of eight is without x2APIC; its inputs are as long as they say. */
	machine.x86.flags = size % 8 == 7 ? BH_X86_NO_X2APIC : 0;
	cpu_set_count(CPUS);
	memset(apics, 0, sizeof(apics));
	stopped = 0;
	for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
		apics[cpu].base = APIC_BASE_ADDRESS | APIC_BASE_ENABLE;
		cpu_get(cpu)->hwid = cpu * 3 + 1;
		now = cpu;
		percpus[cpu].slot = cpu;
		lapic_leave();
	}
	for (uint32_t pin = 0; pin < PINS; pin++)
		entries[pin] = IOAPIC_MASKED;
	make_cell(&root, 0, NULL);
	arch_irq_add_virtual(&root, LINE);
	arch_irq_release(&root, GUEST_PIN);
	make_cell(&guest, 2, &config);
	arch_irq_assign(&guest, GUEST_PIN);
	arch_irq_add_virtual(&guest, GUEST_LINE);
	for (unsigned int i = 0; input.left && i < 200; i++)
		step(&input);
	return 0;
}
