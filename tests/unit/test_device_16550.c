// SPDX-License-Identifier: GPL-2.0-or-later
/* The virtual 16550 as a guest sees it, and the steps by which drivers find out what it is. */
#include "machine.h"

#define DATA 0
#define IER 1
#define IIR 2
#define FCR 2
#define LCR 3
#define MCR 4
#define LSR 5
#define MSR 6
#define SCR 7

#define NONE 0x01
#define THRE 0x02
#define RX 0x04
#define TIMEOUT 0x0c

static uint32_t handle;
static struct cell *cell;

static int setup(void **state)
{
	struct machine_cell config = machine_cell("uart", 1);

	config.devices[0].type = BH_DEV_UART_16550;
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

static uint32_t get_wide(uint32_t offset, unsigned int size)
{
	uint64_t value;

	assert_int_equal(fake_read(1, MACHINE_UART + offset, size, &value), FAKE_DONE);
	return (uint32_t)value;
}

static uint32_t get(uint32_t reg)
{
	return get_wide(reg, 1);
}

static void put(uint32_t reg, uint32_t value)
{
	assert_int_equal(fake_write(1, MACHINE_UART + reg, 1, value), FAKE_DONE);
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

static void test_reset_values(void **state)
{
	assert_int_equal(get(IER), 0);
	assert_int_equal(get(IIR), NONE);
	assert_int_equal(get(LCR), 0);
	assert_int_equal(get(MCR), 0);
	assert_int_equal(get(LSR), 0x60);
	assert_int_equal(get(MSR), 0xb0);
	assert_int_equal(get(SCR), 0);
	assert_int_equal(line(), 0);
}

static void test_what_is_kept(void **state)
{
	put(SCR, 0x5a);
	put(IER, 0xff);
	put(MCR, 0xef);
	assert_int_equal(get(SCR), 0x5a);
	assert_int_equal(get(IER), 0x0f);
	assert_int_equal(get(MCR), 0x0f);
	put(LSR, 0);
	put(MSR, 0);
	assert_int_equal(get(LSR), 0x60);
	assert_int_equal(get(MSR), 0xb0);
}

/* The divisor lies over data and interrupt enable, and does not touch them. */
static void test_divisor(void **state)
{
	put(IER, 0x05);
	assert_int_equal(type("x"), 1);
	put(LCR, 0x83);
	put(DATA, 0x0c);
	put(IER, 0x01);
	assert_int_equal(get(DATA), 0x0c);
	assert_int_equal(get(IER), 0x01);
	put(LCR, 0x03);
	assert_int_equal(get(IER), 0x05);
	assert_int_equal(get(DATA), 'x');
}

static void test_fifo_is_told(void **state)
{
	put(FCR, 0x01);
	assert_int_equal(get(IIR), 0xc0 | NONE);
	put(FCR, 0x00);
	assert_int_equal(get(IIR), NONE);
	/* No 16750: the larger FIFO is not there. */
	put(LCR, 0x80);
	put(FCR, 0x21);
	assert_int_equal(get(IIR) & 0x20, 0);
}

static void test_input_without_fifo(void **state)
{
	assert_int_equal(type("ab"), 1);
	assert_int_equal(get(LSR), 0x61);
	assert_int_equal(line(), 0);
	put(IER, 1);
	assert_int_equal(line(), 1);
	assert_int_equal(get(IIR), RX);
	assert_int_equal(get(DATA), 'a');
	assert_int_equal(line(), 0);
	assert_int_equal(get(IIR), NONE);
	assert_int_equal(get(LSR), 0x60);
}

static void test_input_with_fifo(void **state)
{
	put(FCR, 0x81);
	put(IER, 1);
	assert_int_equal(type("1234567"), 7);
	assert_int_equal(line(), 1);
	assert_int_equal(get(IIR), 0xc0 | TIMEOUT);
	assert_int_equal(type("89abcdefghijk"), 9);
	assert_int_equal(get(IIR), 0xc0 | RX);
	assert_int_equal(type("z"), 0);
	for (const char *expected = "123456789abcdefg"; *expected; expected++)
		assert_int_equal(get(DATA), *expected);
	assert_int_equal(line(), 0);
	assert_int_equal(get(DATA), 0);
}

static void test_fifo_is_cleared(void **state)
{
	put(FCR, 0x01);
	put(IER, 1);
	assert_int_equal(type("abc"), 3);
	put(FCR, 0x03);
	assert_int_equal(get(LSR), 0x60);
	assert_int_equal(line(), 0);
	assert_int_equal(type("abc"), 3);
	put(FCR, 0x00);
	assert_int_equal(get(LSR), 0x60);
}

static void test_output(void **state)
{
	static const char text[] = "hello\r\n";
	struct bh_ring *ring = (void *)((uint8_t *)image_info() + info_cell(1)->console);

	for (const char *at = text; *at; at++)
		put(DATA, (uint8_t)*at);
	assert_int_equal(ring->head, strlen(text));
	assert_memory_equal(ring + 1, text, strlen(text));
	assert_int_equal(get(LSR), 0x60);
}

/* As Linux asks whether its transmit interrupt works: twice it must come, and go by looking at it. */
static void test_transmitter(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		put(IER, 2);
		assert_int_equal(line(), 1);
		assert_int_equal(get(IIR), THRE);
		assert_int_equal(line(), 0);
		assert_int_equal(get(IIR), NONE);
		put(IER, 0);
	}
	put(IER, 2);
	assert_int_equal(get(IIR), THRE);
	put(DATA, 'x');
	assert_int_equal(line(), 1);
	assert_int_equal(get(IIR), THRE);
	assert_int_equal(get(LSR), 0x60);
}

static void test_input_comes_before_the_transmitter(void **state)
{
	put(IER, 3);
	assert_int_equal(type("x"), 1);
	assert_int_equal(get(IIR), RX);
	assert_int_equal(get(DATA), 'x');
	assert_int_equal(get(IIR), THRE);
	assert_int_equal(line(), 0);
}

/* As Linux looks for a UART: what goes out at the modem's lines comes in again. */
static void test_loopback(void **state)
{
	put(MCR, 0x1a);
	assert_int_equal(get(MSR) & 0xf0, 0x90);
	put(MCR, 0x15);
	assert_int_equal(get(MSR) & 0xf0, 0x60);
	put(DATA, 'l');
	assert_int_equal(get(LSR), 0x61);
	assert_int_equal(get(DATA), 'l');
	put(MCR, 0);
	assert_int_equal(get(MSR), 0xb0);
}

static void test_other_accesses_are_harmless(void **state)
{
	assert_int_equal(get_wide(LSR, 4), 0x60);
	assert_int_equal(get_wide(8, 1), 0);
	assert_int_equal(get_wide(0xff8, 8), 0);
	put(0x800, 0xff);
	assert_int_equal(get(IER), 0);
}

static void test_reset_with_the_cell(void **state)
{
	put(SCR, 1);
	put(IER, 1);
	assert_int_equal(type("x"), 1);
	assert_int_equal(line(), 1);
	machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	machine_ok(0, BH_HC_CELL_START, handle, 0);
	assert_true(fake_wait_mode(1, FAKE_GUEST, 5000));
	assert_int_equal(get(SCR), 0);
	assert_int_equal(get(LSR), 0x60);
	assert_int_equal(line(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reset_values),
		TEST(test_what_is_kept),
		TEST(test_divisor),
		TEST(test_fifo_is_told),
		TEST(test_input_without_fifo),
		TEST(test_input_with_fifo),
		TEST(test_fifo_is_cleared),
		TEST(test_output),
		TEST(test_transmitter),
		TEST(test_input_comes_before_the_transmitter),
		TEST(test_loopback),
		TEST(test_other_accesses_are_harmless),
		TEST(test_reset_with_the_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
