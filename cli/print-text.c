// SPDX-License-Identifier: MIT
/* The printer for people: `label: value` lines and aligned tables. */
#include "print.h"
#include "units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH   8
#define LABEL_WIDTH 24
#define CELL_SIZE   512

struct level {
	enum group group;
	bool indented;
};

struct row {
	char *cells[PRINT_MAX_COLUMNS];
};

struct text_printer {
	struct printer base;
	struct level levels[MAX_DEPTH];
	unsigned int depth;
	int indent;
	/* The table being filled; it is printed when it is closed. */
	const char *labels[PRINT_MAX_COLUMNS];
	unsigned int columns;
	struct row *rows;
	size_t row_count;
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
	if (in_row(text)) {
		size_t size = (text->row_count + 1) * sizeof(*text->rows);

		text->rows = or_die(realloc(text->rows, size));
		memset(&text->rows[text->row_count++], 0, sizeof(*text->rows));
		text->cell = 0;
	}
}

static void print_line(const struct text_printer *text, const char *const *cells,
		       const size_t *widths)
{
	printf("%*s", text->indent, "");
	for (unsigned int i = 0; i < text->columns; i++) {
		const char *cell = cells[i] ? cells[i] : "";

		/* No blanks at the end of a line. */
		if (i + 1 == text->columns)
			printf("%s\n", cell);
		else
			printf("%-*s  ", (int)widths[i], cell);
	}
}

static void print_table(struct text_printer *text)
{
	size_t widths[PRINT_MAX_COLUMNS];

	if (!text->row_count)
		return;
	for (unsigned int i = 0; i < text->columns; i++) {
		widths[i] = strlen(text->labels[i]);
		for (size_t j = 0; j < text->row_count; j++) {
			const char *cell = text->rows[j].cells[i];

			if (cell && strlen(cell) > widths[i])
				widths[i] = strlen(cell);
		}
	}
	print_line(text, text->labels, widths);
	for (size_t j = 0; j < text->row_count; j++) {
		print_line(text, (const char *const *)text->rows[j].cells, widths);
		for (unsigned int i = 0; i < text->columns; i++)
			free(text->rows[j].cells[i]);
	}
	free(text->rows);
	text->rows = NULL;
	text->row_count = 0;
	text->columns = 0;
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
	/* A mask with holes has no number of bits. */
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

static void text_fact(struct printer *printer, const struct fact *fact)
{
	struct text_printer *text = text_printer(printer);
	char value[CELL_SIZE];

	if (!fact->label)
		return;
	fact_text(value, sizeof(value), fact);
	if (!in_row(text)) {
		printf("%*s%s:%*s %s\n", text->indent, "", fact->label,
		       LABEL_WIDTH - text->indent - (int)strlen(fact->label), "", value);
		return;
	}
	if (text->cell == PRINT_MAX_COLUMNS)
		abort();
	/* The first row names the columns. */
	if (text->row_count == 1) {
		text->labels[text->cell] = fact->label;
		text->columns = text->cell + 1;
	}
	text->rows[text->row_count - 1].cells[text->cell++] = or_die(strdup(value));
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
