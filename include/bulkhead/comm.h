/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Communication page: one page that a guest cell and the hypervisor share. A cell's
 * own word about itself only ever affects itself. All fields are little endian and
 * are accessed with single loads and stores.
 */
#ifndef BULKHEAD_COMM_H
#define BULKHEAD_COMM_H

#include <bulkhead/types.h>
#include <bulkhead/version.h>

#define BH_COMM_MAGIC 0x4d4d4f434b4c5542ull /* "BULKCOMM" */

enum bh_comm_message { BH_MSG_NONE = 0, BH_MSG_SHUTDOWN = 1 };
enum bh_comm_reply { BH_REPLY_NONE = 0, BH_REPLY_ACCEPT = 1, BH_REPLY_DENY = 2 };

/**
 * struct bh_comm_page - guest's view
 * @magic, @major, @minor, @vcpu_count: written by the hypervisor at start.
 * @message: hypervisor to guest, enum bh_comm_message.
 * @reply: guest to hypervisor, enum bh_comm_reply; meant for the message that stands.
 * @heartbeat: the guest counts it up; the watchdog looks at it.
 * @status: free for the guest; shown as a number by 'cell show'.
 */
struct bh_comm_page {
	uint64_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t vcpu_count;
	uint32_t message;
	uint32_t reply;
	uint64_t heartbeat;
	uint64_t status;
};
BH_ASSERT_SIZE(struct bh_comm_page, 40);

#endif
