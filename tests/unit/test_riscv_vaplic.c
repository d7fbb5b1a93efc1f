// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/riscv/vaplic.c */
/* The APLIC that a guest sees, on a model of the real one: what is programmed there, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../hypervisor/arch/riscv/asm/aplic.h"
#include "../../hypervisor/arch/riscv/asm/imsic_send.h"
#include "../../hypervisor/arch/riscv/asm/vaplic.h"

#define SOURCES 96u
#define OWN 10u	     /* a source of the cell's */
#define OTHERS 11u   /* one of another cell's */
#define UART 12u     /* a line of a virtual device */
#define FILE_INDEX 2u
#define REAL_FIRST 5u /* hart index of vCPU 0; vCPU 1's is the next one */
#define SLOT_FIRST 3u

/* The real one: registers, and sets of bits as the hardware keeps them. */
static struct {
	uint32_t reg[0x6000 / 4];
	uint32_t enabled[32], pending[32];
	unsigned int writes;
} real;

static struct {
	unsigned int count, slot, file;
	uint32_t id;
} sent;

uint32_t aplic_read(uint32_t offset)
{
	if (offset >= APLIC_SETIP && offset < APLIC_SETIP + 128)
		return real.pending[(offset - APLIC_SETIP) / 4];
	if (offset >= APLIC_SETIE && offset < APLIC_SETIE + 128)
		return real.enabled[(offset - APLIC_SETIE) / 4];
	return real.reg[offset / 4];
}

static void put(uint32_t *words, uint32_t source, int on)
{
	if (on)
		words[source / 32] |= 1u << source % 32;
	else
		words[source / 32] &= ~(1u << source % 32);
}

void aplic_write(uint32_t offset, uint32_t value)
{
	real.writes++;
	if (offset == APLIC_SETIENUM || offset == APLIC_CLRIENUM)
		put(real.enabled, value, offset == APLIC_SETIENUM);
	else if (offset == APLIC_SETIPNUM || offset == APLIC_CLRIPNUM)
		put(real.pending, value, offset == APLIC_SETIPNUM);
	else
		real.reg[offset / 4] = value;
}

void imsic_send(unsigned int slot, unsigned int file, uint32_t id)
{
	sent.count++;
	sent.slot = slot;
	sent.file = file;
	sent.id = id;
}

static int is_enabled(uint32_t source)
{
	return (int)(real.enabled[source / 32] >> source % 32 & 1);
}

static uint32_t target(uint32_t source)
{
	return real.reg[APLIC_TARGET(source) / 4];
}

static uint32_t real_config(uint32_t source)
{
	return real.reg[APLIC_SOURCECFG(source) / 4];
}

static void make(struct vaplic *aplic, int is_msi)
{
	memset(&real, 0, sizeof(real));
	memset(&sent, 0, sizeof(sent));
	memset(aplic, 0, sizeof(*aplic));
	aplic->sources = SOURCES;
	aplic->vcpu_count = 2;
	aplic->is_msi = (uint32_t)is_msi;
	aplic->file = FILE_INDEX;
	aplic->priority_mask = APLIC_PRIORITY_MASK;
	aplic->output[1].index = 1;
	vaplic_assign(aplic, OWN);
	vaplic_add_line(aplic, UART);
	vaplic_load(aplic, 0, SLOT_FIRST, REAL_FIRST, 0);
}

static void turn_on(struct vaplic *aplic, uint32_t source, unsigned int mode, uint32_t where)
{
	vaplic_write(aplic, APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
	vaplic_write(aplic, APLIC_SOURCECFG(source), mode);
	vaplic_write(aplic, APLIC_TARGET(source), where);
	vaplic_write(aplic, APLIC_SETIENUM, source);
}

static void test_target_names_the_hart_that_the_vcpu_has(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	turn_on(&aplic, OWN, APLIC_LEVEL1, 0u << APLIC_HART_SHIFT | 77);
	assert_int_equal(target(OWN), REAL_FIRST << APLIC_HART_SHIFT | FILE_INDEX << APLIC_GUEST_SHIFT | 77);
	assert_int_equal(real_config(OWN), APLIC_LEVEL1);
	assert_true(is_enabled(OWN));
	assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(OWN)), 77);

	make(&aplic, 0);
	turn_on(&aplic, OWN, APLIC_EDGE1, 3);
	assert_int_equal(target(OWN), REAL_FIRST << APLIC_HART_SHIFT | 3);
}

/* A guest finds out how many bits a priority has by what it reads back, and 0 is none. */
static void test_priorities_have_the_bits_of_the_real_ones(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 0);
	aplic.priority_mask = 7;
	turn_on(&aplic, OWN, APLIC_EDGE1, 0xfc);
	assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(OWN)), 4);
	assert_int_equal(target(OWN), REAL_FIRST << APLIC_HART_SHIFT | 4);
	vaplic_write(&aplic, APLIC_TARGET(OWN), 0xf8);
	assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(OWN)), 1);
	turn_on(&aplic, UART, APLIC_EDGE1, 0xff);
	assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(UART)), 7);
	vaplic_write(&aplic, aplic_idc(0, APLIC_IDC_THRESHOLD), 0x1a);
	assert_int_equal(vaplic_read(&aplic, aplic_idc(0, APLIC_IDC_THRESHOLD)), 2);
}

/* A guest must not choose whose file its messages go to. */
static void test_guest_index_is_not_the_guests(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	turn_on(&aplic, OWN, APLIC_LEVEL1, 1u << APLIC_GUEST_SHIFT | 5);
	assert_int_equal(target(OWN) >> APLIC_GUEST_SHIFT & 0x3f, FILE_INDEX);
	assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(OWN)), 5);
}

static void test_a_source_whose_target_does_not_run_is_off(void **state)
{
	static const uint32_t strangers[] = { 1, 2, REAL_FIRST, 0x3fff };
	struct vaplic aplic;

	(void)state;
	for (unsigned int mode = 0; mode < 2; mode++) {
		for (unsigned int i = 0; i < 4; i++) {
			make(&aplic, (int)mode);
			turn_on(&aplic, OWN, APLIC_LEVEL1, strangers[i] << APLIC_HART_SHIFT | 1);
			assert_false(is_enabled(OWN));
			assert_int_equal(target(OWN) & APLIC_EIID_MASK, 0); /* not written */
		}
	}
	make(&aplic, 1);
	turn_on(&aplic, OWN, APLIC_LEVEL1, 1u << APLIC_HART_SHIFT | 9);
	vaplic_load(&aplic, 1, SLOT_FIRST + 1, REAL_FIRST + 1, 0);
	assert_true(is_enabled(OWN));
	assert_int_equal(target(OWN) >> APLIC_HART_SHIFT, REAL_FIRST + 1);
	vaplic_unload(&aplic, 1);
	assert_false(is_enabled(OWN));
	assert_int_equal(vaplic_read(&aplic, APLIC_SETIE) >> OWN & 1, 1);
}

/* Whatever is written anywhere: the other cell's source stays as it is, and domaincfg. */
static void test_sources_of_others_are_out_of_reach(void **state)
{
	static const uint32_t values[] = { ~0u, OTHERS, APLIC_LEVEL1, 1u << OTHERS, 0 };
	struct vaplic aplic;

	(void)state;
	for (unsigned int mode = 0; mode < 2; mode++) {
		make(&aplic, (int)mode);
		put(real.enabled, OTHERS, 1);
		put(real.pending, OTHERS, 1);
		real.reg[APLIC_SOURCECFG(OTHERS) / 4] = APLIC_EDGE1;
		real.reg[APLIC_TARGET(OTHERS) / 4] = 0x1234;
		for (uint32_t offset = 0; offset < 0x5000; offset += 4) {
			for (unsigned int i = 0; i < 5; i++)
				vaplic_write(&aplic, offset, values[i]);
			vaplic_read(&aplic, offset);
		}
		assert_true(is_enabled(OTHERS));
		assert_int_equal(real.pending[OTHERS / 32] >> OTHERS % 32 & 1, 1);
		assert_int_equal(real_config(OTHERS), APLIC_EDGE1);
		assert_int_equal(target(OTHERS), 0x1234);
		assert_int_equal(real.reg[APLIC_DOMAINCFG / 4], 0);
		assert_int_equal(vaplic_read(&aplic, APLIC_SETIP) >> OTHERS & 1, 0);
		assert_int_equal(vaplic_read(&aplic, APLIC_SOURCECFG(OTHERS)), 0);
	}
}

/* IDCs of harts that the cell does not have are not written, whatever index it says. */
static void test_idcs_of_others_are_out_of_reach(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 0);
	for (uint32_t index = 0; index < 64; index++) {
		for (uint32_t reg = 0; reg < APLIC_IDC_STRIDE; reg += 4)
			vaplic_write(&aplic, aplic_idc(index, reg), 1);
	}
	for (uint32_t index = 0; index < 64; index++) {
		if (index != REAL_FIRST) {
			assert_int_equal(real.reg[aplic_idc(index, APLIC_IDC_DELIVERY) / 4], 0);
			assert_int_equal(real.reg[aplic_idc(index, APLIC_IDC_FORCE) / 4], 0);
		}
	}
	assert_int_equal(real.reg[aplic_idc(REAL_FIRST, APLIC_IDC_DELIVERY) / 4], 1);
}

static void test_a_domain_that_is_off_delivers_nothing(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	turn_on(&aplic, OWN, APLIC_LEVEL1, 7);
	turn_on(&aplic, UART, APLIC_LEVEL1, 8);
	vaplic_write(&aplic, APLIC_DOMAINCFG, 0);
	assert_false(is_enabled(OWN));
	vaplic_set_line(&aplic, UART, 1);
	assert_int_equal(sent.count, 0);
	vaplic_write(&aplic, APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
	assert_true(is_enabled(OWN));
	assert_int_equal(sent.count, 1);
}

static void test_message_of_a_line(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	turn_on(&aplic, UART, APLIC_LEVEL1, 33);
	vaplic_set_line(&aplic, UART, 1);
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.slot, SLOT_FIRST);
	assert_int_equal(sent.file, FILE_INDEX);
	assert_int_equal(sent.id, 33);
	vaplic_set_line(&aplic, UART, 1);
	assert_int_equal(sent.count, 1);
	/* Still there: asked for again, it comes again; once it is gone, it does not. */
	vaplic_write(&aplic, APLIC_SETIPNUM_LE, UART);
	assert_int_equal(sent.count, 2);
	vaplic_set_line(&aplic, UART, 0);
	vaplic_write(&aplic, APLIC_SETIPNUM_LE, UART);
	assert_int_equal(sent.count, 2);
}

static void test_a_line_waits_for_its_vcpu(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	turn_on(&aplic, UART, APLIC_EDGE1, 1u << APLIC_HART_SHIFT | 4);
	vaplic_set_line(&aplic, UART, 1);
	assert_int_equal(sent.count, 0);
	vaplic_load(&aplic, 1, SLOT_FIRST + 1, REAL_FIRST + 1, 0);
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.slot, SLOT_FIRST + 1);
	vaplic_unload(&aplic, 1);
	vaplic_load(&aplic, 1, SLOT_FIRST + 1, REAL_FIRST + 1, 0);
	assert_int_equal(sent.count, 1);
}

static void test_messages_that_software_sends(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	vaplic_write(&aplic, APLIC_GENMSI, 0u << APLIC_HART_SHIFT | 21);
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.id, 21);
	vaplic_write(&aplic, APLIC_GENMSI, 1u << APLIC_HART_SHIFT | 21);
	vaplic_write(&aplic, APLIC_GENMSI, REAL_FIRST << APLIC_HART_SHIFT | 21);
	assert_int_equal(sent.count, 1);
	make(&aplic, 0);
	vaplic_write(&aplic, APLIC_GENMSI, 21);
	assert_int_equal(sent.count, 0);
}

static int is_told(const struct vaplic *aplic, unsigned int slot)
{
	return (int)(aplic->look[slot / 32] >> slot % 32 & 1);
}

static void test_claim_of_a_line(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 0);
	turn_on(&aplic, UART, APLIC_LEVEL1, 6);
	vaplic_write(&aplic, aplic_idc(0, APLIC_IDC_DELIVERY), 1);
	memset(aplic.look, 0, sizeof(aplic.look));
	vaplic_set_line(&aplic, UART, 1);
	assert_true(is_told(&aplic, SLOT_FIRST));
	assert_int_equal(vaplic_claim(&aplic, 0), UART << APLIC_TOPI_SHIFT | 6);
	/* A level lasts; an edge is over when it is claimed. */
	assert_int_equal(vaplic_claim(&aplic, 0), UART << APLIC_TOPI_SHIFT | 6);
	vaplic_set_line(&aplic, UART, 0);
	assert_int_equal(vaplic_claim(&aplic, 0), 0);
	vaplic_write(&aplic, APLIC_SOURCECFG(UART), APLIC_EDGE0);
	vaplic_set_line(&aplic, UART, 1);
	assert_int_equal(vaplic_claim(&aplic, 0), 0);
	vaplic_set_line(&aplic, UART, 0);
	assert_int_equal(vaplic_claim(&aplic, 0), UART << APLIC_TOPI_SHIFT | 6);
	assert_int_equal(vaplic_claim(&aplic, 0), 0);
}

static void test_threshold_delivery_and_target_decide_about_claims(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 0);
	turn_on(&aplic, UART, APLIC_LEVEL1, 6);
	vaplic_set_line(&aplic, UART, 1);
	assert_int_equal(vaplic_top(&aplic, 0), 0); /* idelivery is 0 */
	vaplic_write(&aplic, aplic_idc(0, APLIC_IDC_DELIVERY), 1);
	assert_int_not_equal(vaplic_top(&aplic, 0), 0);
	assert_int_equal(vaplic_top(&aplic, 1), 0);
	vaplic_write(&aplic, aplic_idc(0, APLIC_IDC_THRESHOLD), 6);
	assert_int_equal(vaplic_top(&aplic, 0), 0);
	vaplic_write(&aplic, aplic_idc(0, APLIC_IDC_THRESHOLD), 7);
	assert_int_not_equal(vaplic_top(&aplic, 0), 0);
	vaplic_write(&aplic, APLIC_CLRIENUM, UART);
	assert_int_equal(vaplic_top(&aplic, 0), 0);
}

static void test_least_priority_number_and_then_least_source_first(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 0);
	vaplic_write(&aplic, aplic_idc(0, APLIC_IDC_DELIVERY), 1);
	for (uint32_t source = 90; source >= 40; source -= 10) {
		vaplic_add_line(&aplic, source);
		turn_on(&aplic, source, APLIC_EDGE1, source == 70 ? 2 : 5);
		vaplic_set_line(&aplic, source, 1);
	}
	assert_int_equal(vaplic_claim(&aplic, 0) >> APLIC_TOPI_SHIFT, 70);
	for (uint32_t source = 40; source <= 90; source += 10) {
		if (source != 70)
			assert_int_equal(vaplic_claim(&aplic, 0) >> APLIC_TOPI_SHIFT, source);
	}
	assert_int_equal(vaplic_claim(&aplic, 0), 0);
}

/* Of a source that changes hands nothing is left, there or here. */
static void test_hand_over_is_clean(void **state)
{
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	turn_on(&aplic, OWN, APLIC_EDGE1, 7);
	put(real.pending, OWN, 1);
	vaplic_release(&aplic, OWN);
	assert_false(is_enabled(OWN));
	assert_int_equal(real.pending[0], 0);
	assert_int_equal(real_config(OWN), APLIC_INACTIVE);
	assert_int_equal(target(OWN), 0);
	vaplic_write(&aplic, APLIC_SETIENUM, OWN);
	vaplic_write(&aplic, APLIC_SOURCECFG(OWN), APLIC_LEVEL1);
	assert_int_equal(real_config(OWN), APLIC_INACTIVE);
	vaplic_assign(&aplic, OWN);
	assert_int_equal(vaplic_read(&aplic, APLIC_SETIE), 0);
	turn_on(&aplic, OWN, APLIC_EDGE1, 7);
	vaplic_reset(&aplic);
	assert_false(is_enabled(OWN));
	assert_int_equal(real_config(OWN), APLIC_INACTIVE);
	assert_int_equal(vaplic_read(&aplic, APLIC_DOMAINCFG), APLIC_DOMAINCFG_TOP | APLIC_DOMAINCFG_DM);
}

/* Root: what the kernel programmed is adopted, aimed at guest files while it runs, and given back. */
static void test_root_adopts_and_gives_back(void **state)
{
	const uint32_t at_second = 9u << APLIC_HART_SHIFT | 44;
	struct vaplic aplic = { .sources = SOURCES, .vcpu_count = 2, .is_msi = 1, .file = 1 };

	(void)state;
	memset(&real, 0, sizeof(real));
	aplic.output[0].index = 8;
	aplic.output[1].index = 9;
	real.reg[APLIC_DOMAINCFG / 4] = APLIC_DOMAINCFG_TOP | APLIC_DOMAINCFG_IE | APLIC_DOMAINCFG_DM;
	real.reg[APLIC_SOURCECFG(OWN) / 4] = APLIC_LEVEL1;
	real.reg[APLIC_TARGET(OWN) / 4] = at_second;
	put(real.enabled, OWN, 1);
	real.reg[APLIC_SOURCECFG(OTHERS) / 4] = APLIC_SOURCECFG_D;
	vaplic_adopt(&aplic);
	assert_int_equal(real.writes, 0);
	assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(OWN)), at_second);

	vaplic_load(&aplic, 0, 0, 8, 1);
	assert_false(is_enabled(OWN)); /* its hart is not here yet */
	vaplic_load(&aplic, 1, 1, 9, 1);
	assert_true(is_enabled(OWN));
	assert_int_equal(target(OWN), at_second | 1u << APLIC_GUEST_SHIFT);
	assert_int_equal(real_config(OTHERS), APLIC_SOURCECFG_D);

	vaplic_give_back(&aplic);
	assert_true(is_enabled(OWN));
	assert_int_equal(target(OWN), at_second);
}

static void lend(struct vaplic *aplic, int is_msi)
{
	make(aplic, is_msi);
	aplic->is_lender = 1;
	turn_on(aplic, OWN, APLIC_LEVEL1, 7);
	vaplic_release(aplic, OWN);
}

/* Root's driver may have stayed with the device. Nothing of it is to be seen meanwhile. */
static void test_what_was_lent_comes_back_as_it_was(void **state)
{
	struct vaplic aplic;

	(void)state;
	for (int is_msi = 0; is_msi < 2; is_msi++) {
		lend(&aplic, is_msi);
		assert_false(is_enabled(OWN));
		assert_int_equal(real_config(OWN), APLIC_INACTIVE);
		assert_int_equal(vaplic_read(&aplic, APLIC_SOURCECFG(OWN)), 0);
		assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(OWN)), 0);
		assert_int_equal(vaplic_read(&aplic, APLIC_SETIE), 0);
		vaplic_assign(&aplic, OWN);
		assert_true(is_enabled(OWN));
		assert_int_equal(real_config(OWN), APLIC_LEVEL1);
		assert_int_equal(target(OWN) >> APLIC_HART_SHIFT, REAL_FIRST);
		assert_int_equal(target(OWN) & APLIC_PRIORITY_MASK, 7);
		assert_int_equal(vaplic_read(&aplic, APLIC_TARGET(OWN)), 7);
	}
}

/* The driver goes, or the kernel moves its interrupt: that counts when the source is back, and not before. */
static void test_what_is_programmed_meanwhile_counts_afterwards(void **state)
{
	struct vaplic aplic;
	unsigned int writes;

	(void)state;
	lend(&aplic, 0);
	vaplic_load(&aplic, 1, SLOT_FIRST + 1, REAL_FIRST + 1, 0);
	writes = real.writes;
	vaplic_write(&aplic, APLIC_CLRIENUM, OWN);
	vaplic_write(&aplic, APLIC_TARGET(OWN), 1u << APLIC_HART_SHIFT | 9);
	vaplic_write(&aplic, APLIC_SOURCECFG(OWN), APLIC_EDGE0);
	vaplic_write(&aplic, APLIC_SETIPNUM, OWN);
	assert_int_equal(real.writes, writes);
	assert_int_equal(vaplic_claim(&aplic, 1), 0);
	vaplic_assign(&aplic, OWN);
	assert_false(is_enabled(OWN));
	assert_int_equal(real_config(OWN), APLIC_EDGE0);
	assert_int_equal(target(OWN), (REAL_FIRST + 1) << APLIC_HART_SHIFT | 9);
	vaplic_write(&aplic, APLIC_SETIENUM, OWN);
	assert_true(is_enabled(OWN));
}

static void test_reserved_modes_are_inactive(void **state)
{
	static const uint32_t refused[] = { 2, 3, APLIC_SOURCECFG_D, APLIC_SOURCECFG_D | APLIC_LEVEL1 };
	struct vaplic aplic;

	(void)state;
	make(&aplic, 1);
	for (unsigned int i = 0; i < 4; i++) {
		turn_on(&aplic, OWN, APLIC_LEVEL1, 7);
		vaplic_write(&aplic, APLIC_SOURCECFG(OWN), refused[i]);
		assert_int_equal(real_config(OWN), APLIC_INACTIVE);
		assert_int_equal(vaplic_read(&aplic, APLIC_SOURCECFG(OWN)), APLIC_INACTIVE);
		assert_int_equal(vaplic_read(&aplic, APLIC_SETIE), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target_names_the_hart_that_the_vcpu_has),
		cmocka_unit_test(test_guest_index_is_not_the_guests),
		cmocka_unit_test(test_a_source_whose_target_does_not_run_is_off),
		cmocka_unit_test(test_sources_of_others_are_out_of_reach),
		cmocka_unit_test(test_idcs_of_others_are_out_of_reach),
		cmocka_unit_test(test_a_domain_that_is_off_delivers_nothing),
		cmocka_unit_test(test_message_of_a_line),
		cmocka_unit_test(test_a_line_waits_for_its_vcpu),
		cmocka_unit_test(test_messages_that_software_sends),
		cmocka_unit_test(test_claim_of_a_line),
		cmocka_unit_test(test_threshold_delivery_and_target_decide_about_claims),
		cmocka_unit_test(test_least_priority_number_and_then_least_source_first),
		cmocka_unit_test(test_hand_over_is_clean),
		cmocka_unit_test(test_root_adopts_and_gives_back),
		cmocka_unit_test(test_what_was_lent_comes_back_as_it_was),
		cmocka_unit_test(test_what_is_programmed_meanwhile_counts_afterwards),
		cmocka_unit_test(test_reserved_modes_are_inactive),
		cmocka_unit_test(test_priorities_have_the_bits_of_the_real_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
