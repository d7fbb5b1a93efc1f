// SPDX-License-Identifier: GPL-2.0-or-later
/* image_check(): every field of the header is changed in every way that matters, and refused by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <asm/fake.h>
#include <core/cpu.h>
#include <core/image.h>
#include <core/info.h>
#include <string.h>

#define CPUS 8
#define FIELD(member) offsetof(struct bh_image_header, member), sizeof(((struct bh_image_header *)0)->member)

static int setup(void **state)
{
	fake_power_on(CPUS, NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

struct mutation {
	const char *what;
	size_t offset;
	size_t size;
	uint64_t value;
	unsigned int code;
};

#define CONFIG_OFFSET (FAKE_CORE_SIZE + CPUS * FAKE_PERCPU_SIZE)
#define INFO_OFFSET (CONFIG_OFFSET + PAGE_SIZE)

static const struct mutation mutations[] = {
	{ "magic", FIELD(magic), BH_IMAGE_MAGIC ^ 1, BH_E_MAGIC },
	{ "major", FIELD(major), BH_ABI_MAJOR + 1, BH_E_VERSION },
	{ "minor", FIELD(minor), BH_ABI_MINOR + 1, BH_E_VERSION },
	{ "max_cpus too small", FIELD(max_cpus), CONFIG_MAX_CPUS - 1, BH_E_RANGE },
	{ "max_cpus 0", FIELD(max_cpus), 0, BH_E_RANGE },
	{ "core_size 0", FIELD(core_size), 0, BH_E_RANGE },
	{ "core_size unaligned", FIELD(core_size), FAKE_CORE_SIZE + 8, BH_E_ALIGN },
	{ "core_size all", FIELD(core_size), FAKE_HV_SIZE + PAGE_SIZE, BH_E_RANGE },
	{ "core_size wraps", FIELD(core_size), 0ull - PAGE_SIZE, BH_E_RANGE },
	{ "percpu_size 0", FIELD(percpu_size), 0, BH_E_RANGE },
	{ "percpu_size unaligned", FIELD(percpu_size), PAGE_SIZE + 1, BH_E_ALIGN },
	{ "percpu_size too large", FIELD(percpu_size), FAKE_HV_SIZE, BH_E_RANGE },
	{ "percpu_size wraps when multiplied", FIELD(percpu_size), 1ull << 61, BH_E_RANGE },
	{ "entry in the header", FIELD(entry_offset), 0, BH_E_RANGE },
	{ "entry behind the image", FIELD(entry_offset), FAKE_CORE_SIZE, BH_E_RANGE },
	{ "info_size too small", FIELD(info_size), PAGE_SIZE, BH_E_RANGE },
	{ "info_size unaligned", FIELD(info_size), INFO_SIZE + 1, BH_E_ALIGN },
	{ "info_size too large", FIELD(info_size), FAKE_HV_SIZE, BH_E_RANGE },
	{ "info_size wraps", FIELD(info_size), 0ull - PAGE_SIZE, BH_E_RANGE },
	{ "reserved0[0]", FIELD(reserved0[0]), 1, BH_E_RESERVED },
	{ "reserved0[1]", FIELD(reserved0[1]), 1ull << 63, BH_E_RESERVED },
	{ "hv_base 0", FIELD(hv_base), 0, BH_E_RANGE },
	{ "hv_base unaligned", FIELD(hv_base), FAKE_HV_BASE + PAGE_SIZE, BH_E_ALIGN },
	{ "hv_base beyond physical memory", FIELD(hv_base), 1ull << FAKE_PHYS_BITS, BH_E_RANGE },
	{ "hv_base wraps", FIELD(hv_base), 0ull - BH_RAM_ALIGN, BH_E_RANGE },
	{ "hv_size 0", FIELD(hv_size), 0, BH_E_RANGE },
	{ "hv_size unaligned", FIELD(hv_size), FAKE_HV_SIZE - PAGE_SIZE, BH_E_ALIGN },
	{ "hv_size ends beyond physical memory", FIELD(hv_size), 1ull << FAKE_PHYS_BITS, BH_E_RANGE },
	{ "hv_size wraps", FIELD(hv_size), 0ull - BH_RAM_ALIGN, BH_E_RANGE },
	{ "cpu_count 0", FIELD(cpu_count), 0, BH_E_RANGE },
	{ "cpu_count too large", FIELD(cpu_count), CONFIG_MAX_CPUS + 1, BH_E_RANGE },
	{ "cpu_count enormous", FIELD(cpu_count), 0xffffffff, BH_E_RANGE },
	{ "online_count 0", FIELD(online_count), 0, BH_E_RANGE },
	{ "online_count too large", FIELD(online_count), CPUS + 1, BH_E_RANGE },
	{ "config_offset unaligned", FIELD(config_offset), CONFIG_OFFSET + 8, BH_E_ALIGN },
	{ "config over the CPUs' areas", FIELD(config_offset), CONFIG_OFFSET - PAGE_SIZE, BH_E_RANGE },
	{ "config behind the end", FIELD(config_offset), FAKE_HV_SIZE, BH_E_RANGE },
	{ "config_offset wraps", FIELD(config_offset), 0ull - PAGE_SIZE, BH_E_RANGE },
	{ "config_size 0", FIELD(config_size), 0, BH_E_RANGE },
	{ "config_size below a header", FIELD(config_size), sizeof(struct bh_config_header) - 1, BH_E_RANGE },
	{ "config_size too large", FIELD(config_size), BH_CONFIG_MAX_SIZE + 1, BH_E_RANGE },
	{ "config_size wraps", FIELD(config_size), ~0ull, BH_E_RANGE },
	{ "info_offset unaligned", FIELD(info_offset), INFO_OFFSET + 1, BH_E_ALIGN },
	{ "info over the configuration", FIELD(info_offset), CONFIG_OFFSET, BH_E_RANGE },
	{ "info ends behind the end", FIELD(info_offset), FAKE_HV_SIZE - INFO_SIZE + PAGE_SIZE, BH_E_RANGE },
	{ "info_offset wraps", FIELD(info_offset), 0ull - PAGE_SIZE, BH_E_RANGE },
	{ "inject_kind", FIELD(inject_kind), BH_INJECT_TIMEOUT + 1, BH_E_RANGE },
	{ "inject_cpu not on the board", FIELD(inject_cpu), CPUS, BH_E_RANGE },
	{ "inject_cpu -2", FIELD(inject_cpu), (uint32_t)-2, BH_E_RANGE },
	{ "timeout_scale 0", FIELD(timeout_scale), 0, BH_E_RANGE },
	{ "timeout_scale too large", FIELD(timeout_scale), 1001, BH_E_RANGE },
	{ "inject_step has no end", FIELD(inject_step[31]), 'x', BH_E_NAME },
	{ "reserved1[0]", FIELD(reserved1[0]), 1, BH_E_RESERVED },
	{ "reserved1[7]", FIELD(reserved1[7]), 1, BH_E_RESERVED },
};
#define MUTATIONS (sizeof(mutations) / sizeof(mutations[0]))

static void test_the_drivers_header_is_accepted(void **state)
{
	struct bh_error error = { 0 };

	assert_int_equal(image_check(&image_header, &error), BH_E_OK);
	assert_int_equal(image_check(&image_header, NULL), BH_E_OK);
	assert_int_equal(error.code, 0);
}

static void test_mutations_are_refused_by_name(void **state)
{
	for (unsigned int i = 0; i < MUTATIONS; i++) {
		const struct mutation *mutation = &mutations[i];
		struct bh_image_header header = image_header;
		struct bh_error error = { 0 };

		memcpy((uint8_t *)&header + mutation->offset, &mutation->value, mutation->size);
		if (image_check(&header, &error) != (int)mutation->code)
			fail_msg("%s: error %u, not %u", mutation->what, error.code, mutation->code);
		assert_int_equal(error.code, mutation->code);
		assert_int_equal(error.object, BH_OBJ_HEADER);
		/* inject_step[31] is told as the array that it ends. */
		if (error.field != mutation->offset && mutation->code != BH_E_NAME)
			fail_msg("%s: field %u, not %zu", mutation->what, error.field, mutation->offset);
	}
}

/* The image knows what it was built for: a header that says otherwise is another image's. */
static void test_another_architecture(void **state)
{
	struct bh_image_header header = image_header;
	struct bh_error error;

	header.arch = BH_ARCH_AARCH64;
	assert_int_equal(image_check(&header, &error), BH_E_ARCH);
	assert_int_equal(error.field, offsetof(struct bh_image_header, arch));
}

/*
 * Does the header describe parts that lie in the memory, in order, and do not overlap? By our own arithmetic.
 */
static int is_sane(const struct bh_image_header *h)
{
	unsigned __int128 at =
		(unsigned __int128)h->core_size + (unsigned __int128)h->percpu_size * h->cpu_count;

	if (h->core_size < PAGE_SIZE || h->percpu_size < PAGE_SIZE || at > h->config_offset)
		return 0;
	at = (unsigned __int128)h->config_offset + h->config_size;
	if (at > h->info_offset || h->info_size < info_needed(h->cpu_count))
		return 0;
	at = (unsigned __int128)h->info_offset + h->info_size;
	return at <= h->hv_size && (unsigned __int128)h->hv_base + h->hv_size <= 1ull << FAKE_PHYS_BITS;
}

/* Every byte of the header takes every value: what is accepted must be sane. */
static void test_every_byte(void **state)
{
	unsigned int accepted = 0;

	for (unsigned int at = 0; at < sizeof(struct bh_image_header); at++) {
		for (unsigned int value = 0; value < 256; value++) {
			struct bh_image_header header = image_header;
			struct bh_error error;

			((uint8_t *)&header)[at] = (uint8_t)value;
			if (image_check(&header, &error) == BH_E_OK) {
				accepted++;
				if (!is_sane(&header))
					fail_msg("byte %u = %u is accepted", at, value);
			} else if (error.code == 0 || error.object != BH_OBJ_HEADER) {
				fail_msg("byte %u = %u is refused without a reason", at, value);
			}
		}
	}
	assert_in_range(accepted, sizeof(struct bh_image_header), sizeof(struct bh_image_header) * 256 / 2);
}

static void test_parts(void **state)
{
	hpa_t pool;
	uint64_t size;

	image_pool(&pool, &size);
	assert_int_equal(pool.value, FAKE_HV_BASE + INFO_OFFSET + INFO_SIZE);
	assert_int_equal(pool.value + size, FAKE_HV_BASE + FAKE_HV_SIZE);
	assert_ptr_equal(image_config(), fake_ram(hpa(FAKE_HV_BASE + CONFIG_OFFSET), 1));
	assert_ptr_equal(image_info(), fake_ram(hpa(FAKE_HV_BASE + INFO_OFFSET), 1));
	assert_true(image_config()->header.magic == BH_CONFIG_MAGIC);
}

static void test_banks(void **state)
{
	assert_int_equal(image_is_ram(FAKE_RAM_BASE - 1), 0);
	assert_int_equal(image_is_ram(FAKE_RAM_BASE), 1);
	assert_int_equal(image_is_ram(FAKE_RAM_BASE + FAKE_RAM_SIZE - 1), 1);
	assert_int_equal(image_is_ram(FAKE_RAM_BASE + FAKE_RAM_SIZE), 0);
	assert_int_equal(image_is_ram(~0ull), 0);
}

static void test_1024_cpus(void **state)
{
	fake_power_on(1024, NULL, 0);
	assert_int_equal(image_check(&image_header, NULL), BH_E_OK);
	image_header.info_size = PAGE_SIZE * 16;
	assert_int_equal(image_check(&image_header, NULL), BH_E_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_drivers_header_is_accepted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mutations_are_refused_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_architecture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_banks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_1024_cpus, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
