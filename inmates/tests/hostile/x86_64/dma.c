// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PCI function of the cell's own, QEMU's "edu": what it reads and writes by itself, and its neighbours on the bus.
 * QEMU's AMD-Vi does not report: where a report should end the row, its attempt gives NOTHING_CAME there.
 */
#include "attacks.h"

#include <regs.h>

#define PCI_ADDRESS 0xcf8u
#define PCI_DATA 0xcfcu
#define PCI_ENABLE 0x80000000u
#define PCI_COMMAND 0x04u
#define PCI_BAR 0x10u
#define PCI_ROM 0x30u
#define PCI_CAPABILITIES 0x34u
#define PCI_MEMORY_AND_MASTER 0x6u
#define PCI_BUSES 2u
#define CAPABILITY_MSI 0x05u
#define MSI_ENABLE (1u << 16)
#define ALL_ONES 0xffffffffu

#define EDU_ID 0x11e81234u
#define EDU_SOURCE 0x80u
#define EDU_TARGET 0x88u
#define EDU_COUNT 0x90u
#define EDU_COMMAND 0x98u
#define EDU_RUN 1u
#define EDU_TO_MEMORY 2u
#define EDU_BUFFER 0x40000u
#define EDU_MS 20000u /* it takes 100 ms, if its emulator gets to run */
#define REPORT_MS 500u /* until a report has stopped the cell */

#define PATTERN 0x600dda7a600dda7aull
#define NOTHING_CAME 0x0ull /* as ci/system/hostile.py has it */
#define SOMETHING_CAME 1ull
#define MESSAGE_VECTOR 0x41u
/* In remappable form, by an entry of root's table that nobody uses. QEMU lets all other forms through. */
#define MESSAGE_UNUSED (XAPIC_AT | 0x10 | 0x1234ull << 5)
#define HOSTILE_HOST_MEMORY 0x40000000ull /* where the machine has the cell's RAM */
#define NOBODYS_MEMORY 0x90000000ull

static uint64_t buffer[2] __attribute__((aligned(64)));

static uint32_t config_read(uint32_t function, uint32_t offset)
{
	port_write32(PCI_ADDRESS, PCI_ENABLE | function << 8 | offset);
	return port_read32(PCI_DATA);
}

static void config_write(uint32_t function, uint32_t offset, uint32_t value)
{
	port_write32(PCI_ADDRESS, PCI_ENABLE | function << 8 | offset);
	port_write32(PCI_DATA, value);
}

bool dma_device_is_there(void)
{
	return config_read(EDU, 0) == EDU_ID;
}

/* Return: whether the device has come to an end with what it was told. */
static bool is_idle(uint64_t device)
{
	for (unsigned int i = 0; i < EDU_MS; i++) {
		if (!(*(volatile uint32_t *)(uintptr_t)(device + EDU_COMMAND) & EDU_RUN))
			return true;
		delay_us(1000);
	}
	return false;
}

/*
 * To and from the device. Return: it has come to an end. It takes 100 ms, and until then it takes no orders: what the
 * cell's last life told it may still be under way, and shall not reach memory now.
 */
static bool move(uint64_t source, uint64_t target, uint64_t count, uint64_t command)
{
	const uint64_t device = config_read(EDU, PCI_BAR) & ~0xfu;

	if (!is_idle(device))
		return false;
	config_write(EDU, PCI_COMMAND, PCI_MEMORY_AND_MASTER);
	*(volatile uint64_t *)(uintptr_t)(device + EDU_SOURCE) = source;
	*(volatile uint64_t *)(uintptr_t)(device + EDU_TARGET) = target;
	*(volatile uint64_t *)(uintptr_t)(device + EDU_COUNT) = count;
	*(volatile uint64_t *)(uintptr_t)(device + EDU_COMMAND) = command | EDU_RUN;
	return is_idle(device);
}

static bool fetch(uint64_t address, uint64_t count)
{
	return move(address, EDU_BUFFER, count, 0);
}

static bool put(uint64_t address, uint64_t count)
{
	return move(EDU_BUFFER, address, count, EDU_TO_MEMORY);
}

/* Through the device from one word of the cell's own to another. */
static uint64_t own_dma(uint64_t unused)
{
	volatile uint64_t *word = buffer;

	word[0] = PATTERN;
	word[1] = 0;
	return fetch((uintptr_t)&buffer[0], 8) && put((uintptr_t)&buffer[1], 8) && word[1] == PATTERN;
}

/* What the device has read. */
static uint64_t dma_read(uint64_t address)
{
	volatile uint64_t *word = buffer;

	if (!fetch(address, 8) || !put((uintptr_t)&buffer[1], 8))
		return SOMETHING_CAME;
	delay_us(REPORT_MS * 1000);
	return word[1];
}

/* Whoever has the memory looks whether something came. */
static uint64_t dma_write(uint64_t address)
{
	put(address, 8);
	delay_us(REPORT_MS * 1000);
	return NOTHING_CAME;
}

/* Memory that the cell itself sees. */
static uint64_t dma_change(uint64_t address)
{
	dma_write(address);
	return *(volatile uint64_t *)(uintptr_t)address == PATTERN ? SOMETHING_CAME : NOTHING_CAME;
}

static uint64_t message(uint64_t address)
{
	volatile uint64_t *word = buffer;

	word[0] = MESSAGE_VECTOR;
	if (!fetch((uintptr_t)&buffer[0], 4))
		return SOMETHING_CAME;
	put(address, 4);
	delay_us(REPORT_MS * 1000);
	return NOTHING_CAME;
}

/* Neighbours --------------------------------------------------------------------------------------- */

static uint64_t own_configuration(uint64_t unused)
{
	return dma_device_is_there();
}

/* How many words of others give anything but ones. */
static uint64_t others_read(uint64_t unused)
{
	uint64_t found = 0;

	for (uint32_t function = 0; function < PCI_BUSES * 256; function++) {
		for (uint32_t offset = 0; function != EDU && function != IGB && offset < 256; offset += 32)
			found += config_read(function, offset) != ALL_ONES;
	}
	return found;
}

/* Off, and their registers elsewhere: the disk of root would be lost. */
static uint64_t others_write(uint64_t unused)
{
	for (uint32_t function = 0; function < PCI_BUSES * 256; function++) {
		if (function == EDU || function == IGB)
			continue;
		config_write(function, PCI_COMMAND, 0);
		for (uint32_t bar = 0; bar < 6; bar++)
			config_write(function, PCI_BAR + bar * 4, ROOT_SENTINELS);
	}
	return own_configuration(0);
}

/* Return: 1: it stays, whatever width it is written with. */
static uint64_t bar_moved(uint64_t target)
{
	const uint32_t before = config_read(EDU, PCI_BAR);
	uint32_t after;
	bool answers;

	config_write(EDU, PCI_BAR, (uint32_t)target);
	port_write32(PCI_ADDRESS, PCI_ENABLE | EDU << 8 | PCI_BAR);
	port_write16(PCI_DATA + 2, (uint16_t)(target >> 16));
	port_write8(PCI_DATA + 3, (uint8_t)(target >> 24));
	after = config_read(EDU, PCI_BAR);
	/* What is read need not be what is so: does the device answer where it was, before that is written back? */
	answers = own_dma(0);
	config_write(EDU, PCI_BAR, before);
	return before == after && answers;
}

/* Its size can be asked for, and then it is where it was. */
static uint64_t bar_measured(uint64_t unused)
{
	const uint32_t before = config_read(EDU, PCI_BAR);
	uint32_t size;

	config_write(EDU, PCI_BAR, ALL_ONES);
	size = ~(config_read(EDU, PCI_BAR) & ~0xfu) + 1;
	config_write(EDU, PCI_BAR, before);
	return config_read(EDU, PCI_BAR) == before && own_dma(0) ? size : 0;
}

/* Messages ------------------------------------------------------------------------------------------ */

#define EDU_RAISE 0x60u
#define EDU_ACKNOWLEDGE 0x64u
#define MSI_TO(id) (XAPIC_AT | (id) << 12)
#define MSI_LOGICAL 0x4u
#define MSI_ENTRY 0x10u /* in remappable form */
#define SMI 0x200u
#define NMI 0x400u
#define INIT 0x500u
#define EXTERNAL 0x700u
#define LEVEL 0x8000u
#define MSI(address, data) ((uint64_t)(address) << 32 | (data))

static uint32_t msi_capability(void)
{
	uint32_t at = config_read(EDU, PCI_CAPABILITIES) & 0xfc;

	for (unsigned int i = 0; at && i < 48; i++) {
		const uint32_t head = config_read(EDU, at);

		if ((head & 0xff) == CAPABILITY_MSI)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}

/* What we get when the device signals. */
static uint64_t raise_message(void)
{
	const uint64_t device = config_read(EDU, PCI_BAR) & ~0xfu;

	config_write(EDU, PCI_COMMAND, PCI_MEMORY_AND_MASTER);
	irqs_count();
	*(volatile uint32_t *)(uintptr_t)(device + EDU_RAISE) = 1;
	*(volatile uint32_t *)(uintptr_t)(device + EDU_ACKNOWLEDGE) = 1;
	return irqs_counted();
}

/* The device's is 64 bits wide. @message: MSI(). */
static void set_message(uint64_t message, uint32_t enable)
{
	const uint32_t at = msi_capability();

	config_write(EDU, at + 4, (uint32_t)(message >> 32));
	config_write(EDU, at + 8, 0);
	config_write(EDU, at + 12, (uint32_t)message);
	config_write(EDU, at, enable);
}

static uint64_t by_message(uint64_t message)
{
	uint64_t taken;

	set_message(message, MSI_ENABLE);
	taken = raise_message();
	set_message(message, 0);
	return taken;
}

static uint64_t own_message(uint64_t unused)
{
	return by_message(MSI(MSI_TO(0), COUNTED_VECTOR)) == 1;
}

bool dma_message_comes(void)
{
	static int known; /* 0: not yet, 1: they do, -1: no */

	if (!known)
		known = dma_device_is_there() && own_message(0) ? 1 : -1;
	return known > 0;
}

/* It is kept as written, and comes only while it is on. Return: how often. */
static uint64_t on_and_off(uint64_t message)
{
	uint64_t taken;

	set_message(message, 0);
	taken = raise_message();
	set_message(message, MSI_ENABLE);
	if (config_read(EDU, msi_capability() + 4) != (uint32_t)(message >> 32) ||
	    (config_read(EDU, msi_capability() + 12) & 0xffff) != (uint32_t)message)
		return 99;
	taken += raise_message();
	set_message(message, 0);
	return taken + raise_message();
}

static uint64_t low_vectors(uint64_t unused)
{
	uint64_t taken = 0;

	for (uint32_t vector = 0; vector < 16; vector++)
		taken += by_message(MSI(MSI_TO(0), vector));
	return taken;
}

static uint64_t random_messages(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		const uint64_t bits = random64();
		/* Not to ourselves, by whatever way. */
		const uint32_t to = (uint32_t)(bits & 0xfe) | 2, flags = (uint32_t)(bits >> 8) & 0x1c;

		set_message(MSI(MSI_TO(to) | flags, (bits >> 32 & 0xc700) | COUNTED_VECTOR), MSI_ENABLE);
		raise_message();
	}
	return own_message(0);
}

/* Everything behind the header, and all capabilities. Return: what comes of it, and what the ROM's register says. */
static uint64_t messages_on(uint64_t unused)
{
	uint64_t taken;

	for (uint32_t offset = 0x40; offset < 256; offset += 4)
		config_write(EDU, offset, ALL_ONES);
	config_write(EDU, PCI_ROM, (uint32_t)ROOT_SENTINELS | 1);
	taken = raise_message();
	set_message(0, 0);
	return taken + config_read(EDU, PCI_ROM);
}

/* clang-format off */
#define STOPS(address) EXPECT_FAILED, BH_REASON_DMA_ACCESS, address, ONLY_DMA
#define GETS(count) EXPECT_VALUE, 0, count, ONLY_MSI
#define BOTH_WAYS(name, address) \
	{ "dma." name "-read", own_dma, 0, dma_read, address, STOPS(address) }, \
	{ "dma." name "-write", own_dma, 0, dma_write, address, STOPS(address) }

static const struct row rows[] = {
	{ "dma.others-read", own_configuration, 0, others_read, 0, EXPECT_VALUE, 0, 0, ONLY_DMA },
	{ "dma.others-write", own_configuration, 0, others_write, 0, EXPECT_VALUE, 0, 1, ONLY_DMA },
	{ "dma.bar-moved", own_dma, 0, bar_moved, ROOT_SENTINELS, EXPECT_VALUE, 0, 1, ONLY_DMA },
	{ "dma.bar-measured", own_dma, 0, bar_measured, 0, EXPECT_VALUE, 0, 0x100000, ONLY_DMA },
	{ "dma.messages-on", own_configuration, 0, messages_on, 0, EXPECT_VALUE, 0, 0, ONLY_DMA },
	{ "dma.msi-on-and-off", own_message, 0, on_and_off, MSI(MSI_TO(0), COUNTED_VECTOR), GETS(1) },
	{ "dma.msi-broadcast", own_message, 0, by_message, MSI(MSI_TO(0xff), COUNTED_VECTOR), GETS(1) },
	{ "dma.msi-to-victim", own_message, 0, by_message, MSI(MSI_TO(VICTIM_APIC_ID), COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-logical", own_message, 0, by_message, MSI(MSI_TO(0xfe) | MSI_LOGICAL, COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-smi", own_message, 0, by_message, MSI(MSI_TO(0), SMI | COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-nmi", own_message, 0, by_message, MSI(MSI_TO(0), NMI | COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-nmi-to-victim", own_message, 0, by_message, MSI(MSI_TO(VICTIM_APIC_ID), NMI), GETS(0) },
	{ "dma.msi-init-to-victim", own_message, 0, by_message, MSI(MSI_TO(VICTIM_APIC_ID), INIT), GETS(0) },
	{ "dma.msi-external", own_message, 0, by_message, MSI(MSI_TO(0), EXTERNAL | COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-level", own_message, 0, by_message, MSI(MSI_TO(0), LEVEL | COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-entry", own_message, 0, by_message, MSI(MSI_TO(0) | MSI_ENTRY, COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-elsewhere", own_message, 0, by_message, MSI(ROOT_SENTINELS, COUNTED_VECTOR), GETS(0) },
	{ "dma.msi-low-vectors", own_message, 0, low_vectors, 0, GETS(0) },
	{ "dma.msi-random", own_message, 0, random_messages, 100, GETS(1) },
	BOTH_WAYS("root", ROOT_SENTINELS),
	BOTH_WAYS("hypervisor", HYPERVISOR_MEMORY + 0x1000),
	BOTH_WAYS("victim", VICTIM_MEMORY + 0x100000),
	BOTH_WAYS("own-on-the-machine", HOSTILE_HOST_MEMORY + 0x100000),
	BOTH_WAYS("nobody", NOBODYS_MEMORY),
	{ "dma.read-only", own_dma, 0, dma_change, HOSTILE_READ_ONLY + 0x100000, STOPS(HOSTILE_READ_ONLY + 0x100000) },
	/* QEMU does not say whose device it was: there the log has it, elsewhere the cell stops. */
	{ "dma.message-unused", own_dma, 0, message, MESSAGE_UNUSED, EXPECT_VALUE, 0, NOTHING_CAME, ONLY_DMA },
};
/* clang-format on */

ROWS(dma_rows, rows);
