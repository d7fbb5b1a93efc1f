// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/vmx_caps.c hypervisor/arch/x86/vmx_check.c hypervisor/arch/x86/exceptions.c */
/* SOURCES: hypervisor/core/pagetable.c hypervisor/core/lock.c */
/*
 * What follows from VMX's capability MSRs, and tables of EPT as the walker makes them, read back by the rules of
 * Intel's manual (volume 3, "EPT translation mechanism", "EPT misconfigurations").
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arch/mmu.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>

#include "../../hypervisor/arch/x86/asm/exceptions.h"
#include "../../hypervisor/arch/x86/asm/vmcs.h"
#include "../../hypervisor/arch/x86/asm/vmx_caps.h"
#include "../../hypervisor/arch/x86/asm/vmx_check.h"

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

static unsigned int invalidations;

/* What the walker needs of the world: pages of this process, at their own addresses. */
void *pool_alloc(unsigned int pages, unsigned int alignment)
{
	void *memory = aligned_alloc(PAGE_SIZE * alignment, PAGE_SIZE * pages);

	memset(memory, 0, PAGE_SIZE * pages);
	return memory;
}

void pool_free(void *start, unsigned int pages)
{
	(void)pages;
	free(start);
}

void *arch_hv_ptr(hpa_t address)
{
	return (void *)(uintptr_t)address.value;
}

hpa_t arch_hv_hpa(const void *pointer)
{
	return hpa((uint64_t)(uintptr_t)pointer);
}

void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
	(void)table;
	(void)in;
	(void)size;
	invalidations++;
}

void arch_pt_publish(void)
{
}

void arch_cpu_relax(void)
{
}

unsigned int arch_cpu_self(void)
{
	return 0;
}

void log_write(unsigned int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* Capabilities --------------------------------------------------------------------------------------- */

#define ALLOW(must, may) ((uint64_t)(may) << 32 | (must))

/* A processor of 2017: everything but 5 levels. */
static const struct vmx_msrs complete = {
	.feature_control = VMX_FEATURE_LOCKED | VMX_FEATURE_OUTSIDE_SMX,
	.basic = 0x4ull | 0x1000ull << 32 | 6ull << 50 | 1ull << 55,
	.allowed = {
		[VMX_PIN] = ALLOW(0x16, 0xff),
		[VMX_CPU] = ALLOW(0x04006172, 0xfff9fffe),
		[VMX_EXIT] = ALLOW(0x00036dfb, 0x01ffffff),
		[VMX_ENTRY] = ALLOW(0x000011fb, 0x0003ffff),
		[VMX_CPU2] = ALLOW(0, 0x07ffffff),
	},
	.ept_vpid = 0xf0106734141ull,
	.cr0_fixed0 = 0x80000021,
	.cr0_fixed1 = 0xffffffff,
	.cr4_fixed0 = 0x2000,
	.cr4_fixed1 = 0x3767ff,
};

static const char *judge(const struct vmx_msrs *msrs, struct vmx_caps *caps)
{
	uint64_t bad;

	return vmx_capabilities(msrs, 46, caps, &bad);
}

static void what_is_there_is_used(void **state)
{
	struct vmx_caps caps;

	(void)state;
	assert_null(judge(&complete, &caps));
	assert_int_equal(caps.revision, 4);
	assert_int_equal(caps.ept_levels, 4);
	assert_int_equal(caps.ept_1g, 1);
	assert_int_equal(caps.vpid, 1);
	assert_int_equal(caps.word[VMX_PIN], 0x16 | PIN_NMI_EXITING | PIN_VIRTUAL_NMIS);
	assert_true(caps.word[VMX_CPU2] & CPU2_XSAVES);
	assert_true(caps.word[VMX_CPU2] & CPU2_UNRESTRICTED);
}

/* Interrupts, the timer and HLT are the guest's: no control may say otherwise, whatever the CPU offers. */
static void nothing_else_exits(void **state)
{
	struct vmx_caps caps;

	(void)state;
	assert_null(judge(&complete, &caps));
	assert_false(caps.word[VMX_PIN] & 1);		 /* external interrupts */
	assert_false(caps.word[VMX_CPU] & (1u << 7));	 /* HLT */
	assert_false(caps.word[VMX_CPU] & (1u << 12));	 /* RDTSC */
	assert_false(caps.word[VMX_CPU] & (1u << 23));	 /* debug registers */
	assert_false(caps.word[VMX_CPU] & (CPU_CR3_LOAD | CPU_CR3_STORE));
	assert_false(caps.word[VMX_CPU] & CPU_NMI_WINDOW);
}

struct lack {
	enum vmx_word word;
	uint32_t bit;
};

static void what_is_required_is_refused(void **state)
{
	static const struct lack lacks[] = {
		{ VMX_PIN, PIN_NMI_EXITING },	{ VMX_PIN, PIN_VIRTUAL_NMIS },	  { VMX_CPU, CPU_IO_BITMAPS },
		{ VMX_CPU, CPU_MSR_BITMAPS },	{ VMX_CPU, CPU_SECONDARY },	  { VMX_CPU2, CPU2_EPT },
		{ VMX_CPU2, CPU2_UNRESTRICTED },{ VMX_EXIT, EXIT_LOAD_EFER },	  { VMX_ENTRY, ENTRY_LOAD_EFER },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		struct vmx_msrs msrs = complete;
		struct vmx_caps caps;

		msrs.allowed[lacks[i].word] &= ~((uint64_t)lacks[i].bit << 32);
		assert_non_null(judge(&msrs, &caps));
	}
}

static void what_is_optional_is_left_out(void **state)
{
	struct vmx_msrs msrs = complete;
	struct vmx_caps caps;

	(void)state;
	msrs.allowed[VMX_CPU2] = ALLOW(0, CPU2_EPT | CPU2_UNRESTRICTED);
	assert_null(judge(&msrs, &caps));
	assert_int_equal(caps.word[VMX_CPU2], CPU2_EPT | CPU2_UNRESTRICTED);
	assert_int_equal(caps.vpid, 0);
}

static void tags_need_invvpid(void **state)
{
	struct vmx_msrs msrs = complete;
	struct vmx_caps caps;

	(void)state;
	msrs.ept_vpid &= ~(1ull << 32);
	assert_null(judge(&msrs, &caps));
	assert_int_equal(caps.vpid, 0);
	assert_false(caps.word[VMX_CPU2] & CPU2_VPID);
}

static void locked_firmware_is_told(void **state)
{
	struct vmx_msrs msrs = complete;
	struct vmx_caps caps;
	uint64_t bad;

	(void)state;
	msrs.feature_control = VMX_FEATURE_LOCKED;
	assert_non_null(strstr(vmx_capabilities(&msrs, 46, &caps, &bad), "IA32_FEATURE_CONTROL"));
	assert_int_equal(bad, VMX_FEATURE_LOCKED);
	msrs.feature_control = 0; /* not locked: the hypervisor sets and locks it */
	assert_null(judge(&msrs, &caps));
}

static void levels_follow_the_addresses(void **state)
{
	struct vmx_msrs msrs = complete;
	struct vmx_caps caps;
	uint64_t bad;

	(void)state;
	assert_null(vmx_capabilities(&msrs, 48, &caps, &bad));
	assert_int_equal(caps.ept_levels, 4);
	assert_int_equal(caps.ept_bits, 48);
	assert_null(vmx_capabilities(&msrs, 52, &caps, &bad));
	assert_int_equal(caps.ept_levels, 4);
	assert_int_equal(caps.ept_bits, 48);
	msrs.ept_vpid |= 1u << 7;
	assert_null(vmx_capabilities(&msrs, 49, &caps, &bad));
	assert_int_equal(caps.ept_levels, 5);
	assert_int_equal(caps.ept_bits, 49);
	assert_int_equal(vmx_eptp(&caps, 0x123000), 0x123000 | 4 << 3 | 6);
}

/* EPT ------------------------------------------------------------------------------------------------- */

struct seen {
	uint64_t out, size;
	unsigned int rights, type, is_leaf;
};

/* Translate as the CPU does; every entry on the way must be no misconfiguration. */
static struct seen translate(const struct page_table *table, unsigned int levels, uint64_t in)
{
	const uint64_t *node = table->root;

	for (unsigned int level = levels; level-- > 0;) {
		unsigned int shift = 12 + 9 * level;
		uint64_t entry = node[in >> shift & 511];

		assert_int_equal(entry >> 52, 0);
		if (!(entry & 7))
			return (struct seen){ 0 };
		assert_int_not_equal(entry & 3, 2); /* write without read */
		assert_true(entry & 1);		    /* execute alone is an option */
		if (!level || (entry & 0x80)) {
			uint64_t mask = (1ull << shift) - 1;
			unsigned int type = entry >> 3 & 7;

			assert_true(level <= 2);
			assert_true(type == 0 || type == 1 || type == 6);
			if (level)
				assert_int_equal(entry & 0x000ffffffffff000ull & mask, 0);
			return (struct seen){ (entry & 0x000ffffffffff000ull & ~mask) + (in & mask), mask + 1,
					      (unsigned int)(entry & 7), type, 1 };
		}
		assert_int_equal(entry & 0xf8, 0); /* reserved in what points to a table */
		node = (const uint64_t *)(uintptr_t)(entry & 0x000ffffffffff000ull);
	}
	return (struct seen){ 0 };
}

static struct vmx_caps shape(unsigned int levels, unsigned int has_1g)
{
	return (struct vmx_caps){ .ept_levels = (uint8_t)levels, .ept_1g = (uint8_t)has_1g };
}

static void leaves_are_as_large_as_allowed(void **state)
{
	(void)state;
	for (unsigned int levels = 4; levels <= 5; levels++) {
		for (unsigned int has_1g = 0; has_1g < 2; has_1g++) {
			struct vmx_caps caps = shape(levels, has_1g);
			struct page_table table;

			assert_int_equal(pt_init(&table, vmx_ept_format(&caps), 1), 0);
			assert_int_equal(pt_map(&table, 0, hpa(0), 4 * GIB, 7, PT_NORMAL), 0);
			assert_int_equal(translate(&table, levels, 3 * GIB).size, has_1g ? GIB : 2 * MIB);
			assert_int_equal(translate(&table, levels, 3 * GIB + 5).out, 3 * GIB + 5);
			assert_int_equal(translate(&table, levels, 4 * GIB).is_leaf, 0);
			pt_exit(&table);
		}
	}
}

static void rights_and_types_are_kept(void **state)
{
	static const unsigned int rights[8] = { 0, 1, 3, 3, 5, 5, 7, 7 };
	static const unsigned int types[] = { [PT_NORMAL] = 6, [PT_NONCACHED] = 1, [PT_DEVICE] = 0 };
	struct vmx_caps caps = shape(4, 1);
	struct page_table table;

	(void)state;
	assert_int_equal(pt_init(&table, vmx_ept_format(&caps), 1), 0);
	for (unsigned int prot = 1; prot < 8; prot++) {
		for (unsigned int type = 0; type < PT_TYPE_COUNT; type++) {
			struct seen seen;

			assert_int_equal(pt_map(&table, 0x5000, hpa(0x123456000), PAGE_SIZE, prot, type), 0);
			seen = translate(&table, 4, 0x5123);
			assert_int_equal(seen.out, 0x123456123);
			assert_int_equal(seen.rights, rights[prot]);
			assert_int_equal(seen.type, types[type]);
		}
	}
	assert_int_equal(pt_map(&table, 0x5000, hpa(0x1000), PAGE_SIZE, 0, PT_NORMAL), BH_E_RANGE);
	pt_exit(&table);
}

static void splitting_keeps_translations(void **state)
{
	struct vmx_caps caps = shape(4, 1);
	struct page_table table;

	(void)state;
	assert_int_equal(pt_init(&table, vmx_ept_format(&caps), 1), 0);
	assert_int_equal(pt_map(&table, 0, hpa(0), 2 * GIB, 7, PT_NORMAL), 0);
	invalidations = 0;
	pt_unmap(&table, GIB, GIB);
	assert_int_equal(invalidations, 1);
	assert_int_equal(pt_split(&table, 512 * MIB, 4 * KIB, 4 * KIB), 0);
	assert_int_equal(translate(&table, 4, 512 * MIB).size, 4 * KIB);
	assert_int_equal(translate(&table, 4, 514 * MIB).size, 2 * MIB);
	assert_int_equal(translate(&table, 4, 512 * MIB + 8 * KIB).out, 512 * MIB + 8 * KIB);
	assert_int_equal(translate(&table, 4, 514 * MIB).rights, 7);
	assert_int_equal(translate(&table, 4, GIB).is_leaf, 0);
	pt_exit(&table);
}

/* Entries that fail ----------------------------------------------------------------------------------- */

/* Linux in long mode. */
static const struct vmx_guest healthy = {
	.cr0 = 0x80050033, .cr4 = 0x3626f0, .efer = 0xd01, .rflags = 0x202, .rip = 0xffffffff81000000, .dr7 = 0x400,
	.cr0_fixed0 = 0x80000021, .cr0_fixed1 = 0xffffffff, .cr4_fixed0 = 0x2000, .cr4_fixed1 = 0x3767ff,
	.link = ~0ull, .cs = 0xa09b, .ss = 0xc093, .tr = 0x8b, .ldtr = RIGHTS_UNUSABLE, .tr_selector = 0x40,
	.entry_controls = ENTRY_GUEST_64,
};

/* As a SIPI starts: real mode. */
static const struct vmx_guest starting = {
	.cr0 = 0x30, .cr4 = 0x2000, .rflags = 2, .dr7 = 0x400,
	.cr0_fixed0 = 0x80000021, .cr0_fixed1 = 0xffffffff, .cr4_fixed0 = 0x2000, .cr4_fixed1 = 0x3767ff,
	.link = ~0ull, .cs = 0x9b, .ss = 0x93, .tr = 0x8b, .ldtr = 0x82,
};

static void a_good_state_breaks_no_rule(void **state)
{
	struct vmx_guest guest = healthy;

	(void)state;
	assert_null(vmx_check_guest(&healthy));
	assert_null(vmx_check_guest(&starting));
	guest.event = EVENT_VALID | EVENT_NMI << EVENT_TYPE_SHIFT | 2;
	assert_null(vmx_check_guest(&guest));
	guest.activity = ACTIVITY_HALTED;
	assert_null(vmx_check_guest(&guest));
}

#define BREAK(member, value, words)                                                                \
	do {                                                                                       \
		struct vmx_guest guest = healthy;                                                  \
		guest.member = value;                                                              \
		assert_non_null(vmx_check_guest(&guest));                                          \
		assert_non_null(strstr(vmx_check_guest(&guest), words));                           \
	} while (0)

static void each_rule_is_named(void **state)
{
	(void)state;
	BREAK(cr0, 0x80050013, "CR0 has bits");
	BREAK(cr0, 0x80050032, "CR0.PG");
	BREAK(cr4, 0x3606f0, "CR4 has bits");
	BREAK(cr4, 0x3626d0, "CR4.PAE");
	BREAK(efer, 0x901, "EFER.LMA");
	BREAK(efer, 0xc01, "EFER.LME");
	BREAK(dr7, 1ull << 32, "DR7");
	BREAK(rflags, 0x200, "RFLAGS");
	BREAK(rflags, 0x20202, "RFLAGS.VM");
	BREAK(cs, 0xa092, "CS is no code");
	BREAK(cs, 0xe09b, "CS is both");
	BREAK(ss, 0xc09b, "SS is no");
	BREAK(tr, 0x89, "TR is no busy");
	BREAK(tr, RIGHTS_UNUSABLE, "TR is no busy");
	BREAK(ldtr, 0x83, "LDTR");
	BREAK(rip, 1ull << 60, "RIP");
	BREAK(activity, 4, "activity");
	BREAK(interruptibility, BLOCKED_STI | BLOCKED_MOV_SS, "blocking");
	BREAK(pat, 0x0007040600020406, "PAT");
	BREAK(pat, 0x8007040600070406, "PAT");
	BREAK(link, 0, "link");
}

static void control_flow_enforcement_needs_write_protection(void **state)
{
	struct vmx_guest guest = healthy;

	(void)state;
	guest.cr4_fixed1 |= 1u << 23;
	guest.cr4 |= 1u << 23;
	assert_null(vmx_check_guest(&guest));
	guest.cr0 &= ~(1ull << 16);
	assert_non_null(strstr(vmx_check_guest(&guest), "CR4.CET"));
}

static void a_delayed_step_is_noted(void **state)
{
	struct vmx_guest guest = healthy;

	(void)state;
	guest.rflags |= 1u << 8;
	assert_null(vmx_check_guest(&guest)); /* nothing delays it */
	guest.interruptibility = BLOCKED_STI;
	assert_non_null(strstr(vmx_check_guest(&guest), "single step"));
	guest.pending_debug = PENDING_DEBUG_BS;
	assert_null(vmx_check_guest(&guest));
	guest.debugctl = 2; /* steps by branches */
	assert_non_null(strstr(vmx_check_guest(&guest), "single step"));
	guest.interruptibility = 0;
	guest.activity = ACTIVITY_HALTED;
	assert_non_null(strstr(vmx_check_guest(&guest), "single step"));
	guest.pending_debug = 0;
	assert_null(vmx_check_guest(&guest));
}

static void an_event_must_fit(void **state)
{
	struct vmx_guest guest = healthy;

	(void)state;
	guest.event = EVENT_VALID | EVENT_NMI << EVENT_TYPE_SHIFT | 2;
	guest.interruptibility = BLOCKED_NMI;
	assert_non_null(strstr(vmx_check_guest(&guest), "blocking"));
	guest.event = EVENT_VALID | EVENT_EXTERNAL << EVENT_TYPE_SHIFT | 0x40;
	guest.interruptibility = 0;
	guest.rflags = 2;
	assert_non_null(strstr(vmx_check_guest(&guest), "RFLAGS.IF"));
}

static void instruction_errors_have_names(void **state)
{
	(void)state;
	assert_string_equal(vmx_instruction_error(7), "VM entry with invalid control fields");
	for (unsigned int i = 0; i < 100; i++)
		assert_non_null(vmx_instruction_error(i));
}

/* A record has 40 bytes for it. Reasons that are missing here are missing in Intel's table, too. */
static void every_exit_has_a_name(void **state)
{
	static const uint32_t nameless[] = { 35, 38, 42, 71 };
	unsigned int missing = 0;

	(void)state;
	for (uint32_t reason = 0; reason < EXIT_COUNT; reason++) {
		const char *name = vmx_exit_name(reason);

		assert_true(strlen(name) < 40);
		if (strcmp(name, "exit without a name"))
			continue;
		assert_true(missing < sizeof(nameless) / sizeof(nameless[0]));
		assert_int_equal(reason, nameless[missing++]);
	}
	assert_int_equal(missing, sizeof(nameless) / sizeof(nameless[0]));
	assert_string_equal(vmx_exit_name(EXIT_PREEMPTION_TIMER), "exit: preemption timer");
	assert_string_equal(vmx_exit_name(EXIT_COUNT), "exit without a name");
	assert_string_equal(vmx_exit_name(0xffff), "exit without a name");
}

/* Rows: what was being delivered; columns: what comes. #DB, #GP, #PF, #CP, #AC. */
static void exceptions_add_up(void **state)
{
	enum { DE = 0, DB = 1, DF = 8, TS = 10, GP = 13, PF = 14, AC = 17, CP = 21 };
	static const unsigned int before[] = { EXCEPTION_NONE, DB, AC, DE, TS, GP, CP, PF, DF };
	static const unsigned int then[] = { DB, GP, PF, CP, AC };
	static const unsigned int result[][5] = {
		{ DB, GP, PF, CP, AC }, { DB, GP, PF, CP, AC }, { DB, GP, PF, CP, AC },
		{ DB, DF, PF, DF, AC }, { DB, DF, PF, DF, AC }, { DB, DF, PF, DF, AC }, { DB, DF, PF, DF, AC },
		{ DB, DF, DF, DF, AC },
		{ DB, EXCEPTION_SHUTDOWN, EXCEPTION_SHUTDOWN, EXCEPTION_SHUTDOWN, AC },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		for (unsigned int j = 0; j < sizeof(then) / sizeof(then[0]); j++)
			assert_int_equal(exceptions_after(before[i], then[j]), result[i][j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_used),
		cmocka_unit_test(nothing_else_exits),
		cmocka_unit_test(what_is_required_is_refused),
		cmocka_unit_test(what_is_optional_is_left_out),
		cmocka_unit_test(tags_need_invvpid),
		cmocka_unit_test(locked_firmware_is_told),
		cmocka_unit_test(levels_follow_the_addresses),
		cmocka_unit_test(leaves_are_as_large_as_allowed),
		cmocka_unit_test(rights_and_types_are_kept),
		cmocka_unit_test(splitting_keeps_translations),
		cmocka_unit_test(a_good_state_breaks_no_rule),
		cmocka_unit_test(each_rule_is_named),
		cmocka_unit_test(control_flow_enforcement_needs_write_protection),
		cmocka_unit_test(a_delayed_step_is_noted),
		cmocka_unit_test(an_event_must_fit),
		cmocka_unit_test(instruction_errors_have_names),
		cmocka_unit_test(every_exit_has_a_name),
		cmocka_unit_test(exceptions_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
