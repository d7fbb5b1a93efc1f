// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver lays out the hypervisor's memory and says so in the header. It is root's word: nothing of it is
 * used before it was checked here, and each check must not itself be led astray by what it has not checked
 * yet.
 */
#include <core/image.h>

#include <arch/mmu.h>
#include <core/cpu.h>
#include <core/info.h>
#include <lib/config.h>
#include <lib/errors.h>

#define MAX_TIMEOUT_SCALE 1000u
#define FIELD(member) ((uint32_t)offsetof(struct bh_image_header, member))

/* One refusal: which field, its value, and what would have been the most. */
static int refuse(struct bh_error *error, unsigned int code, uint32_t field, uint64_t value, uint64_t limit)
{
	error_set(error, code, BH_OBJ_HEADER, 0, value, limit);
	if (error)
		error->field = field;
	return (int)code;
}

static int in_range(struct bh_error *error, uint32_t field, uint64_t value, uint64_t low, uint64_t high)
{
	return value < low || value > high ? refuse(error, BH_E_RANGE, field, value, high) : BH_E_OK;
}

/* @value: multiple of @alignment between @low and @high. */
static int aligned_in_range(struct bh_error *error, uint32_t field, uint64_t value, uint64_t low,
			    uint64_t high, uint64_t alignment)
{
	if (value & (alignment - 1))
		return refuse(error, BH_E_ALIGN, field, value, alignment);
	return in_range(error, field, value, low, high);
}

/* What the link wrote: wrong only if the image was damaged, or is not the one that runs. */
static int check_link(const struct bh_image_header *h, struct bh_error *error)
{
	if (h->magic != BH_IMAGE_MAGIC)
		return refuse(error, BH_E_MAGIC, FIELD(magic), h->magic, BH_IMAGE_MAGIC);
	if (h->major != BH_ABI_MAJOR)
		return refuse(error, BH_E_VERSION, FIELD(major), h->major, BH_ABI_MAJOR);
	if (h->minor != BH_ABI_MINOR)
		return refuse(error, BH_E_VERSION, FIELD(minor), h->minor, BH_ABI_MINOR);
	if (h->arch != image_header.arch)
		return refuse(error, BH_E_ARCH, FIELD(arch), h->arch, image_header.arch);
	if (h->max_cpus != CONFIG_MAX_CPUS)
		return refuse(error, BH_E_RANGE, FIELD(max_cpus), h->max_cpus, CONFIG_MAX_CPUS);
	for (unsigned int i = 0; i < sizeof(h->reserved0) / sizeof(h->reserved0[0]); i++) {
		if (h->reserved0[i])
			return refuse(error, BH_E_RESERVED, FIELD(reserved0[i]), h->reserved0[i], 0);
	}
	return BH_E_OK;
}

static int check_counts(const struct bh_image_header *h, struct bh_error *error)
{
	int code = in_range(error, FIELD(cpu_count), h->cpu_count, 1, h->max_cpus);

	return code ? code : in_range(error, FIELD(online_count), h->online_count, 1, h->cpu_count);
}

static int check_memory(const struct bh_image_header *h, struct bh_error *error)
{
	uint64_t end = 1ull << arch_phys_bits();
	int code = aligned_in_range(error, FIELD(hv_base), h->hv_base, BH_RAM_ALIGN, end - BH_RAM_ALIGN,
				    BH_RAM_ALIGN);

	if (code)
		return code;
	return aligned_in_range(error, FIELD(hv_size), h->hv_size, BH_RAM_ALIGN, end - h->hv_base,
				BH_RAM_ALIGN);
}

/* The parts, each behind the one before: image, CPUs' areas, configuration, info, pool. */
static int check_parts(const struct bh_image_header *h, struct bh_error *error)
{
	uint64_t size = h->hv_size, at, config_end;
	int code = aligned_in_range(error, FIELD(core_size), h->core_size, PAGE_SIZE, size, PAGE_SIZE);

	if (code)
		return code;
	code = in_range(error, FIELD(entry_offset), h->entry_offset, sizeof(*h), h->core_size - 1);
	if (code)
		return code;
	code = aligned_in_range(error, FIELD(percpu_size), h->percpu_size, PAGE_SIZE,
				(size - h->core_size) / h->cpu_count, PAGE_SIZE);
	if (code)
		return code;
	at = h->core_size + h->percpu_size * h->cpu_count;
	code = in_range(error, FIELD(config_size), h->config_size, sizeof(struct bh_config_header),
			BH_CONFIG_MAX_SIZE);
	if (code)
		return code;
	if (size - at < h->config_size)
		return refuse(error, BH_E_RANGE, FIELD(hv_size), size, at + h->config_size);
	code = aligned_in_range(error, FIELD(config_offset), h->config_offset, at, size - h->config_size,
				PAGE_SIZE);
	if (code)
		return code;
	config_end = h->config_offset + h->config_size;
	code = aligned_in_range(error, FIELD(info_size), h->info_size, info_needed(h->cpu_count),
				size - config_end, PAGE_SIZE);
	if (code)
		return code;
	return aligned_in_range(error, FIELD(info_offset), h->info_offset, config_end, size - h->info_size,
				PAGE_SIZE);
}

static int check_test_knobs(const struct bh_image_header *h, struct bh_error *error)
{
	int code = in_range(error, FIELD(timeout_scale), h->timeout_scale, 1, MAX_TIMEOUT_SCALE);

	if (!code)
		code = in_range(error, FIELD(inject_kind), h->inject_kind, BH_INJECT_NONE, BH_INJECT_TIMEOUT);
	if (code)
		return code;
	if (h->inject_cpu < -1 || h->inject_cpu >= (int32_t)h->cpu_count)
		return refuse(error, BH_E_RANGE, FIELD(inject_cpu), (uint32_t)h->inject_cpu,
			      h->cpu_count - 1);
	if (h->inject_step[sizeof(h->inject_step) - 1])
		return refuse(error, BH_E_NAME, FIELD(inject_step), 0, sizeof(h->inject_step) - 1);
	for (unsigned int i = 0; i < sizeof(h->reserved1) / sizeof(h->reserved1[0]); i++) {
		if (h->reserved1[i])
			return refuse(error, BH_E_RESERVED, FIELD(reserved1[i]), h->reserved1[i], 0);
	}
	return BH_E_OK;
}

int image_check(const struct bh_image_header *header, struct bh_error *error)
{
	static int (*const checks[])(const struct bh_image_header *, struct bh_error *) = {
		check_link, check_counts, check_memory, check_parts, check_test_knobs,
	};

	for (unsigned int i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int code = checks[i](header, error);

		if (code)
			return code;
	}
	return BH_E_OK;
}

const struct bh_config_system *image_config(void)
{
	return arch_hv_ptr(hpa(image_header.hv_base + image_header.config_offset));
}

int image_is_ram(uint64_t address)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *bank = CONFIG_ARRAY(struct bh_config_range, system, dram);

	for (uint32_t i = 0; i < system->dram.count; i++) {
		if (address >= bank[i].base && address - bank[i].base < bank[i].size)
			return 1;
	}
	return 0;
}

static int is_beside(const struct bh_config_range *range, uint64_t address, uint64_t size)
{
	return address + (size - 1) < range->base || address >= range->base + range->size;
}

int image_root_keeps(uint64_t address, uint64_t size)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *bank = CONFIG_ARRAY(struct bh_config_range, system, dram);
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	int found = 0;

	if (!size)
		return 0;
	for (uint32_t i = 0; i < system->dram.count; i++)
		found |= config_range_holds(&bank[i], address, size);
	for (uint32_t i = 0; found && i < system->pool.count; i++)
		found = is_beside(&pool[i], address, size);
	return found && is_beside(&system->hv_memory, address, size);
}

struct bh_info *image_info(void)
{
	return arch_hv_ptr(hpa(image_header.hv_base + image_header.info_offset));
}

void image_pool(hpa_t *base, uint64_t *size)
{
	uint64_t start = image_header.info_offset + image_header.info_size;

	*base = hpa(image_header.hv_base + start);
	*size = image_header.hv_size - start;
}
