// SPDX-License-Identifier: MIT
/* The printer for people. It prints `label: value' lines and aligned tables. */
#include "out/print.h"
#include "out/terminal.h"
#include "out/units.h"

#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_DEPTH   8
#define LABEL_WIDTH 30
#define CELL_SIZE   512

struct level {
	enum group group;
	bool indented;
};

struct text_printer {
	struct printer base;
	struct level levels[MAX_DEPTH];
	unsigned int depth;
	int indent;
	/* The open table. text_close() prints it. */
	struct libscols_table *table;
	struct libscols_line *line;
	unsigned int cell;
};

static struct text_printer *text_printer(struct printer *printer)
{
	return (struct text_printer *)printer;
}

static void *or_die(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static bool in_row(const struct text_printer *text)
{
	return text->depth >= 2 && text->levels[text->depth - 2].group == GROUP_TABLE;
}

static void begin_row(struct text_printer *text)
{
	if (!text->table) {
		text->table = or_die(scols_new_table());
		scols_table_set_column_separator(text->table, "  ");
	}
	text->line = or_die(scols_table_new_line(text->table, NULL));
	text->cell = 0;
}

static void text_open(struct printer *printer, enum group group, const char *key,
		      const char *heading)
{
	struct text_printer *text = text_printer(printer);

	(void)key;
	if (text->depth == MAX_DEPTH)
		abort();
	text->levels[text->depth++] = (struct level){group, heading != NULL};
	if (heading) {
		if (text->depth > 1)
			putchar('\n');
		printf("%*s%s\n", text->indent, "", heading);
		text->indent += 2;
	}
	if (in_row(text))
		begin_row(text);
}

static char *table_text(struct libscols_table *table)
{
	char *out = NULL;

	if (scols_print_table_to_string(table, &out))
		abort();
	return or_die(out);
}

/* Lets libsmartcols truncate the last column, unless another one may be truncated. */
static void make_cuttable(struct libscols_table *table)
{
	size_t count = scols_table_get_ncols(table);
	struct libscols_column *column = NULL;

	for (size_t i = 0; i < count; i++) {
		column = scols_table_get_column(table, i);
		if (scols_column_get_flags(column) & SCOLS_FL_TRUNC)
			return;
	}
	if (column)
		scols_column_set_flags(column, scols_column_get_flags(column) | SCOLS_FL_TRUNC);
}

static size_t widest(const char *lines)
{
	size_t most = 0;

	for (const char *line = lines; *line;) {
		size_t length = strcspn(line, "\n");

		most = length > most ? length : most;
		line += length + (line[length] == '\n');
	}
	return most;
}

/* Formats the table for this width; if needed, with narrow gaps and truncated columns. */
static char *fit(struct libscols_table *table, size_t width)
{
	char *out = table_text(table);

	if (widest(out) <= width)
		return out;
	free(out);
	make_cuttable(table);
	scols_table_set_column_separator(table, " ");
	scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(table, width);
	return table_text(table);
}

/* Prints the table. Only a terminal gets a limited width; files and pipes get everything. */
static void print_table(struct text_printer *text)
{
	unsigned int width = isatty(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : 0;
	char *out, *rest, *line;

	if (!text->table)
		return;
	scols_table_set_termforce(text->table, SCOLS_TERMFORCE_NEVER);
	out = width ? fit(text->table, width - (unsigned int)text->indent)
		    : table_text(text->table);
	for (rest = out; rest && (line = strsep(&rest, "\n"));) {
		if (*line)
			printf("%*s%s\n", text->indent, "", line);
	}
	free(out);
	scols_unref_table(text->table);
	text->table = NULL;
}

static void text_close(struct printer *printer)
{
	struct text_printer *text = text_printer(printer);
	struct level *level = &text->levels[--text->depth];

	if (level->group == GROUP_TABLE)
		print_table(text);
	if (level->indented)
		text->indent -= 2;
}

static void mask_text(char *out, size_t size, uint64_t mask)
{
	unsigned int bits = 0;

	while (bits < 64 && mask >> bits & 1)
		bits++;
	/* Print the number of bits only if the mask is contiguous. */
	if (bits == 64 || mask >> bits == 0)
		snprintf(out, size, "%u bits (0x%" PRIx64 ")", bits, mask);
	else
		snprintf(out, size, "0x%" PRIx64, mask);
}

static void number_text(char *out, size_t size, uint64_t value, enum unit unit)
{
	char amount[UNITS_TEXT];

	switch (unit) {
	case UNIT_BYTES_OR_NONE:
		if (!value) {
			snprintf(out, size, "not declared");
			return;
		}
		/* fallthrough */
	case UNIT_BYTES:
		format_size(amount, value);
		if (value < 1024)
			snprintf(out, size, "%s", amount);
		else
			snprintf(out, size, "%s (%" PRIu64 " bytes)", amount, value);
		return;
	case UNIT_SIZE:
		snprintf(out, size, "%s", format_size(amount, value));
		return;
	case UNIT_MASK:
		mask_text(out, size, value);
		return;
	case UNIT_ALIGN:
		if (value <= 1)
			snprintf(out, size, "any");
		else
			snprintf(out, size, "%" PRIu64 " bytes", value);
		return;
	default:
		snprintf(out, size, "%" PRIu64, value);
		return;
	}
}

static void real_text(char *out, size_t size, double value, enum unit unit)
{
	char amount[UNITS_TEXT];

	switch (unit) {
	case UNIT_RATE:
		snprintf(out, size, "%s", format_rate(amount, value));
		return;
	case UNIT_SECONDS:
		snprintf(out, size, "%s", format_time(amount, (uint64_t)(value * 1e9)));
		return;
	default:
		snprintf(out, size, "%.6g", value);
		return;
	}
}

static void fact_text(char *out, size_t size, const struct fact *fact)
{
	size_t used = 0;

	switch (fact->type) {
	case FACT_STRING:
	case FACT_NULL:
		snprintf(out, size, "%s", fact->string);
		return;
	case FACT_UNSIGNED:
		number_text(out, size, fact->number, fact->unit);
		return;
	case FACT_SIGNED:
		snprintf(out, size, "%" PRId64, fact->integer);
		return;
	case FACT_REAL:
		real_text(out, size, fact->real, fact->unit);
		return;
	case FACT_BOOL:
		snprintf(out, size, "%s", fact->truth ? "yes" : "no");
		return;
	case FACT_NAMES:
		out[0] = '\0';
		for (const char *const *name = fact->names; *name && used < size; name++)
			used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "",
						 *name);
		if (!used)
			snprintf(out, size, "-");
		return;
	}
}

/* Adds a cell to the row. The labels of the first row become the columns' names. */
static void add_cell(struct text_printer *text, const struct fact *fact, const char *value)
{
	bool number =
		fact->type == FACT_UNSIGNED || fact->type == FACT_SIGNED || fact->type == FACT_REAL;
	struct libscols_column *column = scols_table_get_column(text->table, text->cell);
	int flags;

	if (!column)
		column = or_die(scols_table_new_column(text->table, fact->label, 0, 0));
	flags = scols_column_get_flags(column);
	/* The first column names the row and is aligned to the left, even if it is a number. */
	if (number && text->cell)
		flags |= SCOLS_FL_RIGHT;
	/* Names may be truncated; `dmactl info' prints all of them. */
	if (fact->type == FACT_NAMES)
		flags |= SCOLS_FL_TRUNC;
	scols_column_set_flags(column, flags);
	if (scols_line_set_data(text->line, text->cell++, value))
		abort();
}

/*
 * Prints a value from a column on. On a terminal it continues there in the next line;
 * a terminal by itself would break it within a word.
 */
static void print_value(const char *value, size_t column)
{
	size_t width = isatty(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : 0;
	size_t at = column;

	while (*value) {
		size_t length = strcspn(value, " ");

		if (at > column && width && at + 1 + length > width) {
			printf("\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)length, value);
		at += length;
		value += length;
		value += strspn(value, " ");
	}
	putchar('\n');
}

static void text_fact(struct printer *printer, const struct fact *fact)
{
	struct text_printer *text = text_printer(printer);
	char value[CELL_SIZE];
	int column;

	if (!fact->label)
		return;
	fact_text(value, sizeof(value), fact);
	if (in_row(text)) {
		add_cell(text, fact, value);
		return;
	}
	column = printf("%*s%s:%*s ", text->indent, "", fact->label,
			LABEL_WIDTH - text->indent - (int)strlen(fact->label), "");
	print_value(value, (size_t)column);
}

static void text_end(struct printer *printer)
{
	free(printer);
}

static const struct printer_ops text_ops = {
	.open = text_open,
	.close = text_close,
	.fact = text_fact,
	.end = text_end,
};

struct printer *printer_text_new(void)
{
	struct text_printer *text = calloc(1, sizeof(*text));

	if (!text)
		return NULL;
	text->base.ops = &text_ops;
	return &text->base;
}
