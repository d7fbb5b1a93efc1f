// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual PL011 as a guest sees it: every register, interrupts, FIFO, and what Linux and simple guests
 * do.
 */
#include "machine.h"

#define DR 0x00
#define FR 0x18
#define LCR_H 0x2c
#define CR 0x30
#define IFLS 0x34
#define IMSC 0x38
#define RIS 0x3c
#define MIS 0x40
#define ICR 0x44

#define FEN 0x10
#define RX 0x10
#define TX 0x20
#define RT 0x40
#define RXFE 0x10
#define RXFF 0x40
#define TXFE 0x80

static uint32_t handle;
static struct cell *cell;

static int setup(void **state)
{
	struct machine_cell config = machine_cell("uart", 1);

	machine_enable(2, 2);
	machine_offline(1);
	handle = machine_create(0, &config);
	machine_ok(0, BH_HC_CELL_START, handle, 0);
	assert_int_not_equal(fake_finish(1, FAKE_PATIENCE_MS), FAKE_LATE);
	assert_true(fake_wait_mode(1, FAKE_GUEST, 5000));
	cell = cell_get(1);
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

static uint32_t get(uint32_t offset)
{
	uint64_t value;

	assert_int_equal(fake_read(1, MACHINE_UART + offset, 4, &value), FAKE_DONE);
	return (uint32_t)value;
}

static void put(uint32_t offset, uint32_t value)
{
	assert_int_equal(fake_write(1, MACHINE_UART + offset, 4, value), FAKE_DONE);
}

static int line(void)
{
	return fake_irq_level(&cell->arch, MACHINE_UART_IRQ);
}

/* Input of up to 24 bytes. Return: bytes taken. */
static uint32_t type(const char *text)
{
	struct hypercall call = { .number = BH_HC_CONSOLE_WRITE, .arg = { handle, strlen(text) } };

	memcpy(&call.arg[2], text, strlen(text));
	assert_int_equal(fake_hypercall(0, &call), FAKE_DONE);
	if (call.result == BH_E_FULL)
		return 0;
	assert_int_equal(call.result, BH_E_OK);
	return (uint32_t)call.value[0];
}

static void test_identity(void **state)
{
	static const uint8_t id[] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(get(0xfe0 + 4 * i), id[i]);
}

static void test_reset_values(void **state)
{
	assert_int_equal(get(FR) & (RXFE | RXFF | TXFE), RXFE | TXFE);
	assert_int_equal(get(LCR_H), 0);
	assert_int_equal(get(CR), 0x300);
	assert_int_equal(get(IFLS), 0x12);
	assert_int_equal(get(IMSC), 0);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(get(MIS), 0);
	assert_int_equal(line(), 0);
}

static void test_plain_registers(void **state)
{
	static const struct {
		uint32_t offset, mask;
	} plain[] = { { 0x20, 0xff }, { 0x24, 0xffff }, { 0x28, 0x3f },	 { LCR_H, 0xff },
		      { CR, 0xff87 }, { IFLS, 0x3f },	{ IMSC, 0x7ff }, { 0x48, 7 } };

	for (unsigned int i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		put(plain[i].offset, ~0u);
		assert_int_equal(get(plain[i].offset), plain[i].mask);
		put(plain[i].offset, 0);
		assert_int_equal(get(plain[i].offset), 0);
	}
	/* Holes read as zero and take writes; read-only registers stay what they are. */
	for (uint32_t offset = 0x4c; offset < 0xfe0; offset += 4) {
		put(offset, ~0u);
		assert_int_equal(get(offset), 0);
	}
	put(FR, 0);
	put(0xfe0, 0);
	assert_int_equal(get(0xfe0), 0x11);
	assert_int_equal(get(FR) & TXFE, TXFE);
}

static void test_sizes(void **state)
{
	uint64_t value;

	for (unsigned int size = 1; size <= 8; size *= 2) {
		assert_int_equal(fake_read(1, MACHINE_UART + FR, size, &value), FAKE_DONE);
		assert_int_equal(value & TXFE, TXFE);
		assert_int_equal(fake_write(1, MACHINE_UART + DR, size, 'a'), FAKE_DONE);
	}
	/* Between registers there is nothing. */
	assert_int_equal(fake_read(1, MACHINE_UART + FR + 1, 1, &value), FAKE_DONE);
	assert_int_equal(value, 0);
}

static void test_transmit(void **state)
{
	struct bh_ring *ring = (void *)((uint8_t *)image_info() + info_cell(1)->console);
	const char *text = "Hello\n";

	for (const char *c = text; *c; c++)
		put(DR, (uint8_t)*c | 0xf00);
	assert_int_equal(ring->head, strlen(text));
	assert_memory_equal(ring + 1, text, strlen(text));
	assert_int_equal(get(RIS), TX);
	assert_int_equal(line(), 0);
	put(IMSC, TX);
	assert_int_equal(get(MIS), TX);
	assert_int_equal(line(), 1);
	put(ICR, TX);
	assert_int_equal(line(), 0);
	put(DR, 'x');
	assert_int_equal(line(), 1);
	put(IMSC, 0);
	assert_int_equal(line(), 0);
}

static void test_receive(void **state)
{
	put(LCR_H, FEN);
	put(IMSC, RT);
	assert_int_equal(type("ab"), 2);
	assert_int_equal(get(FR) & RXFE, 0);
	assert_int_equal(line(), 1);
	assert_int_equal(get(RIS), RX | RT);
	assert_int_equal(get(MIS), RT);
	/* Cleared or not: as long as there is something to read, the guest hears of it. */
	put(ICR, 0x7ff);
	assert_int_equal(line(), 1);
	assert_int_equal(get(DR), 'a');
	assert_int_equal(line(), 1);
	assert_int_equal(get(DR), 'b');
	assert_int_equal(line(), 0);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(get(FR) & RXFE, RXFE);
	assert_int_equal(get(DR), 0);
	/* A guest that knows only the other interrupt. */
	put(IMSC, RX);
	assert_int_equal(type("c"), 1);
	assert_int_equal(line(), 1);
	assert_int_equal(get(DR), 'c');
	assert_int_equal(line(), 0);
}

static void test_fifo(void **state)
{
	assert_int_equal(type("12"), 1); /* without FIFO: one byte */
	assert_int_equal(get(FR) & RXFF, RXFF);
	assert_int_equal(type("3"), 0);
	assert_int_equal(get(DR), '1');
	put(LCR_H, FEN);
	assert_int_equal(type("abcdefghijklmnopqrstuvwx"), 24);
	assert_int_equal(type("abcdefghijklmnopqrstuvwx"), 8);
	assert_int_equal(get(FR) & RXFF, RXFF);
	for (unsigned int i = 0; i < 32; i++)
		assert_int_equal(get(DR), 'a' + i % 24);
	assert_int_equal(get(FR) & RXFE, RXFE);
}

static void test_loopback(void **state)
{
	struct bh_ring *ring = (void *)((uint8_t *)image_info() + info_cell(1)->console);

	put(LCR_H, FEN);
	put(CR, 0x381);
	put(DR, 'z');
	assert_int_equal(ring->head, 0);
	assert_int_equal(get(DR), 'z');
}

/*
 * What amba-pl011 of Linux does: start-up with input waiting, interrupt handler, transmission from the
 * handler.
 */
static void test_like_linux(void **state)
{
	struct bh_ring *ring = (void *)((uint8_t *)image_info() + info_cell(1)->console);
	unsigned int sent = 0, rounds = 0;

	put(LCR_H, FEN | 0x60);
	assert_int_equal(type("ls\n"), 3);
	put(ICR, 0x7ff);
	for (unsigned int i = 0; i < 64 && !(get(FR) & RXFE); i++)
		get(DR);
	put(CR, 0x301);
	put(IMSC, RT | RX);
	assert_int_equal(line(), 0);
	assert_int_equal(type("uname\n"), 6);
	assert_int_equal(line(), 1);
	while (!(get(FR) & RXFE))
		get(DR);
	assert_int_equal(line(), 0);
	/* start_tx: a few bytes, then the rest on interrupts until there is no more. */
	for (; sent < 16; sent++)
		put(DR, 'a');
	put(IMSC, RT | RX | TX);
	while (line() && rounds++ < 100) {
		put(ICR, get(RIS) & ~(TX | RT | RX));
		for (unsigned int i = 0; i < 16 && sent < 100; i++, sent++)
			put(DR, 'a');
		if (sent == 100)
			put(IMSC, RT | RX);
	}
	assert_int_equal(sent, 100);
	assert_int_equal(ring->head, 100);
	assert_int_equal(line(), 0);
}

/* Stopped with the line up: the next start finds a UART in its power-on state. */
static void test_restart(void **state)
{
	put(LCR_H, FEN);
	put(IMSC, RX);
	type("abc");
	assert_int_equal(line(), 1);
	machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	machine_ok(0, BH_HC_CELL_START, handle, 0);
	assert_true(fake_wait_starts(1, 2, 5000));
	assert_true(fake_wait_mode(1, FAKE_GUEST, 5000));
	test_reset_values(state);
}

static enum mmio_result behind;

static enum fake_outcome look_behind(void *argument)
{
	struct mmio_access access = { .address = *(uint64_t *)argument, .size = 4 };

	behind = upcall_mmio(&access);
	return FAKE_DONE;
}

/* Beside the UART there is nothing: the edge of the region is exact, at both ends. */
static void test_edges(void **state)
{
	uint64_t value, beside[] = { MACHINE_UART + 0x1000, MACHINE_UART - 4, 0, ~3ull };

	assert_int_equal(fake_read(1, MACHINE_UART + 0xffc, 4, &value), FAKE_DONE);
	assert_int_equal(value, 0xb1);
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(fake_call(1, look_behind, &beside[i]), FAKE_DONE);
		assert_int_equal(behind, MMIO_REFUSED);
	}
	/* What stage 2 maps by now is tried again. */
	beside[0] = MACHINE_ENTRY;
	fake_call(1, look_behind, &beside[0]);
	assert_int_equal(behind, MMIO_RETRY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_plain_registers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_transmit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_receive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fifo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loopback, setup, teardown),
		cmocka_unit_test_setup_teardown(test_like_linux, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edges, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
