// SPDX-License-Identifier: MIT
/*
 * A plugin of QEMU's TCG (7.2 and later, API version 1): counts the instructions
 * at each address between two marks in the guest (tests/bench/mark.h), and writes
 * at each address between two marks in the guest (tests/bench/mark.h), and writes
 *
 *	-plugin hot.so,out=FILE
 *
 * Debian ships no header for plugins.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

typedef void (*tb_trans_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*insn_cb)(unsigned int, void *);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						enum qemu_plugin_op op, void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, insn_cb cb,
					    enum qemu_plugin_cb_flags flags, void *data);

#define EXPORT __attribute__((visibility("default")))

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);
int qemu_plugin_version = 1;

/* Counts of one translated block; the same address can be in many of them. */
struct block {
	struct block *next;
	uint64_t address;
	uint64_t count;
	uint64_t before; /* counted before the first mark */
};

static struct block *blocks;
static const char *out = "hot.txt";

static void first_mark(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	for (struct block *block = blocks; block; block = block->next)
		block->before = block->count;
}

static void second_mark(unsigned int cpu, void *data)
{
	FILE *file = fopen(out, "w");

	(void)cpu;
	(void)data;
	if (!file)
		return;
	for (struct block *block = blocks; block; block = block->next) {
		if (block->count != block->before)
			fprintf(file, "%016" PRIx64 " %" PRIu64 "\n", block->address,
				block->count - block->before);
	}
	fclose(file);
}

/* nopl 0x5a5a5aNN(%rax) */
static int mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nop[] = {0x0f, 0x1f, 0x80};
	const uint8_t *code = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) != 7 || memcmp(code, nop, sizeof(nop)) || code[4] != 0x5a ||
	    code[5] != 0x5a || code[6] != 0x5a)
		return 0;
	return code[3];
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));

	(void)id;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->next = blocks;
	blocks = block;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		int mark = mark_of(insn);

		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							   &block->count, 1);
		if (mark == 1 || mark == 2)
			qemu_plugin_register_vcpu_insn_exec_cb(insn,
							       mark == 1 ? first_mark : second_mark,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
