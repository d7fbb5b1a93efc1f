// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PC's devices, as a cell on x86-64 may have them for itself: memory map of the boot loader, HPET, power management
 * timer, real-time clock, I/O APIC, pages of 1 GiB, and what CPUID tells a guest of its hypervisor. The clocks are held
 * against each other. Ends with "pc: N checks, N good", and by the power-off register.
 */
#include <inmate.h>

#include <regs.h>

#define MULTIBOOT_HAS_MEMORY 0x1u
#define MULTIBOOT_HAS_MAP 0x40u
#define MAP_RAM 1u
#define LOW_END 0x9fc00u
#define HIGH_START 0x100000u

#define HPET 0xfed00000u
#define HPET_PERIOD_HIGH 0x004u
#define HPET_CONFIG 0x010u
#define HPET_COUNTER 0x0f0u
#define HPET_ENABLE 1u
#define HPET_PERIOD_MOST 100000000u /* femtoseconds: at least 10 MHz */

#define PM_TIMER 0x608u
#define PM_TIMER_HZ 3579545u
#define PM_TIMER_MASK 0xffffffu

#define CMOS_INDEX 0x70u
#define CMOS_DATA 0x71u
#define CMOS_SECONDS 0x00u
#define CMOS_MONTH 0x08u
#define CMOS_STATUS_D 0x0du
#define CMOS_OWN 0x50u

#define IOAPIC 0xfec00000u
#define IOAPIC_VERSION 1u
#define IOAPIC_ENTRY 0x10u
#define IOAPIC_PIN 9u
#define IOAPIC_MASK (1u << 16)

#define MEASURE_US 20000u
#define CLOSE_PERCENT 10u

#define GIB 0x40000000ull
#define PAGE_FLAGS 0x83u /* present, writable, the last level */
#define CPUID_1GIB (1u << 26) /* leaf 0x80000001, EDX */
#define CPUID_HYPERVISOR (1u << 31) /* leaf 1, ECX */
#define KVM_LEAF 0x40000100u
#define KVM_CLOCK_AND_STABLE 0x1000008u /* CLOCKSOURCE2, and its stable bit */

struct map_entry {
	uint32_t size; /* of what follows */
	uint64_t base;
	uint64_t length;
	uint32_t type;
} __attribute__((packed));

struct multiboot {
	uint32_t flags, lower_kib, upper_kib;
	uint32_t unused[8];
	uint32_t map_size, map;
};

static unsigned int checks, good;

static void check(const char *what, bool is_good, uint64_t value)
{
	checks++;
	good += is_good;
	printk("pc: %s %s (%llx)\n", is_good ? "good" : "BAD", what, (unsigned long long)value);
}

/* Does @ticks of a clock of @hz agree with @us? */
static void check_rate(const char *what, uint64_t ticks, uint64_t hz, uint64_t us)
{
	const uint64_t wanted = us * hz / 1000000;

	check(what, ticks && ticks * 100 > wanted * (100 - CLOSE_PERCENT) &&
			    ticks * 100 < wanted * (100 + CLOSE_PERCENT), ticks);
}

/* ---- memory ---- */

static bool is_writable(uint64_t address)
{
	volatile uint64_t *word = (volatile uint64_t *)(uintptr_t)address;
	const uint64_t before = *word;
	bool same;

	*word = ~before;
	same = *word == ~before;
	*word = before;
	return same;
}

static void check_map(const struct multiboot *info)
{
	uint64_t at = info->map, ram = 0, high = 0;
	bool writable = true;

	check("multiboot flags", (info->flags & MULTIBOOT_HAS_MEMORY) && (info->flags & MULTIBOOT_HAS_MAP),
	      info->flags);
	while (at < info->map + info->map_size) {
		const struct map_entry *entry = (const struct map_entry *)(uintptr_t)at;

		printk("pc: map %llx %llx %u\n", (unsigned long long)entry->base, (unsigned long long)entry->length,
		       entry->type);
		at += entry->size + sizeof(entry->size);
		if (entry->type != MAP_RAM)
			continue;
		ram += entry->length;
		if (entry->base == HIGH_START)
			high = entry->length;
		writable = writable && is_writable(entry->base + entry->length - sizeof(uint64_t));
	}
	check("RAM of the map can be written to its end", ram > LOW_END && writable, ram);
	check("upper memory is what the map says", high && info->upper_kib == high >> 10, info->upper_kib);
}

/* One leaf of 1 GiB, where nothing is mapped yet, on the first GiB: this program is seen there, too. */
static void check_large_page(void)
{
	const uint64_t seen_at = 4 * GIB;
	static volatile uint32_t word;
	uint64_t cr3, *upper;
	uint32_t r[4];

	cpuid(0x80000001, r);
	check("pages of 1 GiB in CPUID", r[3] & CPUID_1GIB, r[3]);
	asm volatile("movq %%cr3, %0" : "=r"(cr3));
	upper = (uint64_t *)(uintptr_t)(*(uint64_t *)(uintptr_t)cr3 & ~0xfffull);
	upper[seen_at / GIB] = PAGE_FLAGS;
	asm volatile("movq %0, %%cr3" : : "r"(cr3) : "memory");
	word = 0x600d600d;
	check("a page of 1 GiB maps", *(volatile uint32_t *)((uintptr_t)&word + seen_at) == word, word);
}

/* ---- clocks ---- */

static uint32_t hpet_read(uint32_t offset)
{
	return *(volatile uint32_t *)(uintptr_t)(HPET + offset);
}

static void check_hpet(void)
{
	const uint32_t period = hpet_read(HPET_PERIOD_HIGH), standing = hpet_read(HPET_COUNTER);
	uint32_t first, ticks;
	uint64_t from;

	check("HPET's period", period && period <= HPET_PERIOD_MOST, period);
	if (!period)
		return;
	delay_us(1000);
	check("HPET stands still until it is switched on", hpet_read(HPET_COUNTER) == standing, standing);
	*(volatile uint32_t *)(uintptr_t)(HPET + HPET_CONFIG) = HPET_ENABLE;
	first = hpet_read(HPET_COUNTER);
	from = timer_ticks();
	delay_us(MEASURE_US);
	ticks = hpet_read(HPET_COUNTER) - first;
	check_rate("HPET agrees with the TSC", ticks, 1000000000000000ull / period,
		   timer_ns(timer_ticks() - from) / 1000);
}

static void check_pm_timer(void)
{
	const uint32_t first = port_read32(PM_TIMER);
	const uint64_t from = timer_ticks();
	uint32_t ticks;

	delay_us(MEASURE_US);
	ticks = (port_read32(PM_TIMER) - first) & PM_TIMER_MASK;
	check_rate("power management timer agrees with the TSC", ticks, PM_TIMER_HZ,
		   timer_ns(timer_ticks() - from) / 1000);
}

static uint8_t cmos_read(uint8_t index)
{
	port_write8(CMOS_INDEX, index);
	return port_read8(CMOS_DATA);
}

static void check_cmos(void)
{
	const uint64_t end = timer_ticks() + 3 * timer_frequency();
	const uint8_t second = cmos_read(CMOS_SECONDS), month = cmos_read(CMOS_MONTH);

	check("the clock's battery", cmos_read(CMOS_STATUS_D) & 0x80, cmos_read(CMOS_STATUS_D));
	check("the clock's month", month >= 1 && month <= 0x12, month);
	port_write8(CMOS_INDEX, CMOS_OWN);
	port_write8(CMOS_DATA, 0xa5);
	check("a byte of its memory", cmos_read(CMOS_OWN) == 0xa5, cmos_read(CMOS_OWN));
	while (cmos_read(CMOS_SECONDS) == second && timer_ticks() < end)
		cpu_relax();
	check("the clock goes", cmos_read(CMOS_SECONDS) != second, cmos_read(CMOS_SECONDS));
}

/* ---- the rest ---- */

static uint32_t ioapic_read(uint32_t reg)
{
	volatile uint32_t *ioapic = (volatile uint32_t *)(uintptr_t)IOAPIC;

	ioapic[0] = reg;
	return ioapic[4];
}

static void check_ioapic(void)
{
	const uint32_t reg = IOAPIC_ENTRY + 2 * IOAPIC_PIN;

	check("I/O APIC's pins", (ioapic_read(IOAPIC_VERSION) >> 16 & 0xff) >= 23, ioapic_read(IOAPIC_VERSION));
	check("its entries are masked", ioapic_read(reg) & IOAPIC_MASK, ioapic_read(reg));
	ioapic_read(reg);
	*(volatile uint32_t *)(uintptr_t)(IOAPIC + 0x10) = IOAPIC_MASK | 0x77;
	check("and can be written", ioapic_read(reg) == (IOAPIC_MASK | 0x77), ioapic_read(reg));
}

static void check_cpuid(void)
{
	uint32_t r[4];

	cpuid(1, r);
	check("hypervisor bit", r[2] & CPUID_HYPERVISOR, r[2]);
	check("Bulkhead's leaf", hypervisor_present(), 0);
	cpuid(KVM_LEAF, r);
	check("KVM's leaf", r[1] == 0x4b4d564b && r[2] == 0x564b4d56 && r[3] == 0x4d, r[0]);
	cpuid(KVM_LEAF + 1, r);
	check("of KVM's features the stable clock alone", r[0] == KVM_CLOCK_AND_STABLE && !(r[1] | r[2] | r[3]),
	      r[0]);
}

void inmate_main(uint64_t boot_arg)
{
	printk("pc: multiboot information at %llx\n", (unsigned long long)boot_arg);
	check_map((const struct multiboot *)(uintptr_t)boot_arg);
	check_large_page();
	check_hpet();
	check_pm_timer();
	check_cmos();
	check_ioapic();
	check_cpuid();
	printk("pc: %u checks, %u good\n", checks, good);
	power_off();
}
