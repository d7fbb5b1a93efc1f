// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *device_path(void)
{
	const char *path = getenv("BULKHEAD_DEVICE");

	return path && *path ? path : "/dev/bulkhead";
}

enum cli_exit device_open(struct device *device)
{
	const char *path = device_path();

	*device = (struct device){ .fd = open(path, O_RDWR | O_CLOEXEC) };
	if (device->fd < 0 && (errno == EACCES || errno == EPERM))
		device->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (device->fd >= 0)
		return CLI_OK;
	if (errno == ENOENT || errno == ENODEV || errno == ENXIO) {
		cli_say("the driver is not loaded: %s does not exist; run 'modprobe bulkhead'", path);
		return CLI_ABSENT;
	}
	if (errno == EACCES || errno == EPERM)
		cli_say("%s may be opened only by root; run the command as root", path);
	else
		cli_say("cannot open %s: %s", path, strerror(errno));
	return CLI_FAILED;
}

void device_close(struct device *device)
{
	if (device->info)
		munmap((void *)device->info, device->info_size);
	if (device->fd >= 0)
		close(device->fd);
	device->info = NULL;
	device->fd = -1;
}

int device_ioctl(const struct device *device, unsigned long request, void *argument)
{
	while (ioctl(device->fd, request, argument) < 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

/* What errno alone means, for a driver that could not even fill in the record. */
static const struct {
	int errnum;
	enum cli_exit exit;
	const char *text;
} errnos[] = {
	{ EPERM, CLI_FAILED, "only root may do this; run the command as root" },
	{ EACCES, CLI_FAILED, "only root may do this; run the command as root" },
	{ ENOTTY, CLI_FAILED, "the driver does not know this call; install driver and tool of one release" },
	{ ENOSYS, CLI_FAILED, "the driver does not know this call; install driver and tool of one release" },
	{ E2BIG, CLI_FAILED,
	  "the driver knows an older form of this call; install driver and tool of one release" },
	{ ENODEV, CLI_ABSENT, "the hypervisor is not enabled; run 'bulkhead enable BOARD.yaml'" },
	{ ENOENT, CLI_NO_CELL, "there is no such cell; see 'bulkhead cell list'" },
	{ ETIMEDOUT, CLI_TIMEOUT, "a CPU or device did not answer in time; see 'bulkhead log'" },
	{ EBUSY, CLI_FAILED, "another operation is in progress; repeat the command" },
};

static enum cli_exit report_errno(const char *task, int errnum)
{
	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		if (errnos[i].errnum == errnum) {
			cli_say("cannot %s: %s", task, errnos[i].text);
			return errnos[i].exit;
		}
	cli_say("cannot %s: %s", task, strerror(errnum));
	return CLI_FAILED;
}

static enum cli_exit exit_of(unsigned int code)
{
	switch (code) {
	case BH_E_DISABLED:
		return CLI_ABSENT;
	case BH_E_TIMEOUT:
		return CLI_TIMEOUT;
	case BH_E_NO_CELL:
		return CLI_NO_CELL;
	default:
		return CLI_FAILED;
	}
}

/* Is the file to blame, so that its line should be shown? What happens while running has no line. */
static bool is_about_file(const struct bh_error *error)
{
	switch (error->code) {
	case BH_E_AGAIN:
	case BH_E_BUSY:
	case BH_E_TIMEOUT:
	case BH_E_INJECTED:
	case BH_E_GENERATION:
	case BH_E_STALE:
	case BH_E_NO_MEMORY:
		return false;
	default:
		return error->object != BH_OBJ_NONE && error->object != BH_OBJ_STEP &&
		       error->object != BH_OBJ_CELL;
	}
}

/* With a file at hand, the library names the element and shows the line. */
static bool explain(const char *task, const struct bh_error *error, const struct device_names *names)
{
	struct cfg_messages messages = { 0 };
	bool known;

	if (!names || !is_about_file(error))
		return false;
	if (names->cell)
		cfg_cell_explain(names->cell, error, &messages);
	else if (names->board)
		cfg_board_explain(names->board, error, &messages);
	known = messages.count > 0;
	if (known) {
		cli_say("cannot %s:", task);
		cfg_messages_print(&messages, stderr, CFG_TEXT);
	}
	cfg_messages_free(&messages);
	return known;
}

/* Which cell it is stands in the task already, and its states have names. */
static const char *sentence(const struct bh_error *error, char *text, size_t size)
{
	struct bh_error bare = *error;

	if (error->object != BH_OBJ_CELL)
		return cfg_error_text(error, text, size);
	bare.object = BH_OBJ_NONE;
	if (error->code != BH_E_STATE)
		return cfg_error_text(&bare, text, size);
	bare.low = 0;
	cfg_error_text(&bare, text, size);
	snprintf(text + strlen(text), size - strlen(text), ": it is %s",
		 device_state_text((uint32_t)error->low));
	return text;
}

enum cli_exit device_report(const char *task, const struct bh_error *error, int errnum,
			    const struct device_names *names)
{
	const char *mend;
	char text[400];

	if (!error || error->code == BH_E_OK)
		return report_errno(task, errnum);
	mend = cfg_error_mend(error->code);
	if (!explain(task, error, names))
		cli_say("cannot %s: %s%s%s", task, sentence(error, text, sizeof(text)), *mend ? "; " : "",
			mend);
	return exit_of(error->code);
}

enum cli_exit device_call(const struct device *device, unsigned long request, void *argument,
			  const struct bh_error *error, const char *task)
{
	int errnum = device_ioctl(device, request, argument);

	return errnum ? device_report(task, error, errnum, NULL) : CLI_OK;
}

enum cli_exit device_status(const struct device *device, struct bh_ioc_status *status)
{
	*status = DEVICE_ARGUMENT(bh_ioc_status);
	return device_call(device, BH_IOC_STATUS, status, NULL, "ask the driver for its status");
}

enum cli_exit device_open_enabled(struct device *device)
{
	struct bh_ioc_status status;
	enum cli_exit result = device_open(device);

	if (result)
		return result;
	result = device_status(device, &status);
	if (!result && !(status.status & BH_STATUS_ENABLED)) {
		cli_say("the hypervisor is not enabled; run 'bulkhead enable BOARD.yaml'");
		result = CLI_ABSENT;
	}
	if (result)
		device_close(device);
	return result;
}

enum cli_exit device_map(struct device *device)
{
	struct bh_ioc_status status;
	enum cli_exit result = device_status(device, &status);
	void *map;

	if (result)
		return result;
	if (!status.info_size) {
		cli_say("nothing to read: the hypervisor was not enabled since the driver was loaded");
		return CLI_ABSENT;
	}
	map = mmap(NULL, status.info_size, PROT_READ, MAP_SHARED, device->fd, BH_MMAP_INFO);
	if (map == MAP_FAILED)
		return report_errno("read the hypervisor's info area", errno);
	device->info = map;
	device->info_size = status.info_size;
	if (status.info_size >= sizeof(struct bh_info) && device->info->magic == BH_INFO_MAGIC &&
	    device->info->major == BH_ABI_MAJOR)
		return CLI_OK;
	cli_say("the info area is of another version; install driver, image and tool of one release");
	return CLI_FAILED;
}

enum cli_exit device_cell_at(const struct device *device, uint32_t id, struct bh_ioc_cell_info *cell)
{
	int errnum;

	*cell = DEVICE_ARGUMENT(bh_ioc_cell_info);
	cell->id = id;
	errnum = device_ioctl(device, BH_IOC_CELL_INFO, cell);
	if (errnum && (cell->error.code ? cell->error.code == BH_E_NO_CELL : errnum == ENOENT))
		return CLI_NO_CELL;
	if (errnum)
		return device_report("look at the cells", &cell->error, errnum, NULL);
	cell->info.name[sizeof(cell->info.name) - 1] = 0;
	return CLI_OK;
}

enum cli_exit device_find(const struct device *device, const char *name, struct bh_ioc_cell_info *cell)
{
	for (uint32_t id = 0; id < BH_MAX_CELLS; id++) {
		enum cli_exit result = device_cell_at(device, id, cell);

		if (result != CLI_OK && result != CLI_NO_CELL)
			return result;
		if (result == CLI_OK && !strcmp(cell->info.name, name))
			return CLI_OK;
	}
	cli_say("there is no cell '%s'; 'bulkhead cell list' shows those that exist", name);
	return CLI_NO_CELL;
}

void device_wait(const struct device *device, int ms)
{
	struct pollfd poller = { .fd = device->fd, .events = POLLIN };
	uint64_t changes;

	if (poll(&poller, 1, ms) != 1)
		return;
	/* Reading takes note of the changes. A driver that has nothing to read must not make us spin. */
	if (!(poller.revents & POLLIN) || read(device->fd, &changes, sizeof(changes)) != sizeof(changes))
		usleep(10000);
}

/* The writer may be at work on the stride before the oldest byte that the head speaks of. */
static uint64_t oldest_kept(const struct bh_ring *ring, uint64_t head)
{
	uint64_t kept = ring->size - BH_RING_STRIDE;

	return head > kept ? head - kept : 0;
}

bool device_ring_open(const struct device *device, uint32_t offset, bool newest, struct device_ring *reader)
{
	const struct bh_ring *ring = (const void *)((const char *)device->info + offset);
	uint64_t head;

	if (!offset || offset > device->info_size - sizeof(*ring) || ring->magic != BH_RING_MAGIC)
		return false;
	reader->ring = ring;
	reader->limit = (uint32_t)(device->info_size - offset - sizeof(*ring));
	if (ring->size <= BH_RING_STRIDE || ring->size & (ring->size - 1) || ring->size > reader->limit)
		return false;
	head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
	reader->position = newest ? head : oldest_kept(ring, head);
	return true;
}

size_t device_ring_read(struct device_ring *reader, char *data, size_t size, uint64_t *skipped)
{
	const struct bh_ring *ring = reader->ring;
	const char *bytes = (const char *)(ring + 1);
	uint64_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
	uint64_t oldest, lost;
	size_t count;

	if (head < reader->position) /* the cell's place was taken by a new one */
		reader->position = 0;
	oldest = oldest_kept(ring, head);
	if (oldest > reader->position) {
		*skipped += oldest - reader->position;
		reader->position = oldest;
	}
	count = head - reader->position < size ? head - reader->position : size;
	for (size_t i = 0; i < count; i++)
		data[i] = bytes[(reader->position + i) & (ring->size - 1)];
	/* The writer never waits: what it has overwritten in the meantime is not what we wanted. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
	oldest = oldest_kept(ring, head);
	lost = oldest > reader->position ? oldest - reader->position : 0;
	if (lost > count)
		lost = count;
	*skipped += lost;
	reader->position += count;
	memmove(data, data + lost, count - lost);
	return count - lost;
}

bool device_cell_live(const struct device *device, uint32_t handle, struct bh_cell_info *cell)
{
	const struct bh_cell_info *live;
	uint32_t id = handle & 0xffff;

	if (id >= BH_MAX_CELLS || device->info->cells > device->info_size - BH_MAX_CELLS * sizeof(*live))
		return false;
	live = (const struct bh_cell_info *)((const char *)device->info + device->info->cells) + id;
	for (int tries = 0; tries < 1000; tries++) {
		uint32_t sequence = __atomic_load_n(&live->sequence, __ATOMIC_ACQUIRE);

		memcpy(cell, live, sizeof(*cell));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(sequence & 1) && sequence == __atomic_load_n(&live->sequence, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

const char *device_state_text(uint32_t state)
{
	static const char *const names[] = {
#define STATE_TEXT(name, number, text) [number] = text,
		BH_CELL_STATES(STATE_TEXT)
	};

	return state < BH_CELL_STATE_COUNT ? names[state] : "unknown";
}

const char *device_reason_text(uint32_t kind)
{
	static const char *const texts[] = {
#define REASON_TEXT(name, number, text) [number] = text,
		BH_REASONS(REASON_TEXT)
	};

	return kind < BH_REASON_COUNT ? texts[kind] : "for a reason that this tool does not know";
}
