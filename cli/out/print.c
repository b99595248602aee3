// SPDX-License-Identifier: MIT
#include "out/print.h"
#include "out/units.h"

#include <stdio.h>
#include <stdlib.h>

/* The null printer prints nothing. */
static void null_open(struct printer *printer, enum group group, const char *key,
		      const char *heading)
{
	(void)printer;
	(void)group;
	(void)key;
	(void)heading;
}

static void null_close(struct printer *printer)
{
	(void)printer;
}

static void null_fact(struct printer *printer, const struct fact *fact)
{
	(void)printer;
	(void)fact;
}

static void null_end(struct printer *printer)
{
	free(printer);
}

static const struct printer_ops null_ops = {
	.open = null_open,
	.close = null_close,
	.fact = null_fact,
	.end = null_end,
};

struct printer *printer_null_new(void)
{
	struct printer *printer = malloc(sizeof(*printer));

	if (printer)
		printer->ops = &null_ops;
	return printer;
}

struct printer *printer_new(const struct cli *cli)
{
	struct printer *printer;

	printer = cli->json ? printer_json_new(cli) : printer_text_new();
	if (!printer) {
		cli_error(cli, "out of memory");
		exit(CLI_FAILED);
	}
	return printer;
}

int printer_end(struct printer *printer)
{
	printer->ops->end(printer);
	if (fflush(stdout) || ferror(stdout))
		return CLI_FAILED;
	return CLI_OK;
}

void print_open(struct printer *printer, enum group group, const char *key, const char *heading)
{
	printer->ops->open(printer, group, key, heading);
}

void print_close(struct printer *printer)
{
	printer->ops->close(printer);
}

void print_string(struct printer *printer, const char *key, const char *label, const char *value)
{
	struct fact fact = {.key = key, .label = label, .type = FACT_STRING, .string = value};

	printer->ops->fact(printer, &fact);
}

void print_element(struct printer *printer, const char *value)
{
	struct fact fact = {.key = "", .type = FACT_STRING, .string = value};

	printer->ops->fact(printer, &fact);
}

void print_unsigned(struct printer *printer, const char *key, const char *label, uint64_t value,
		    enum unit unit)
{
	struct fact fact = {
		.key = key, .label = label, .type = FACT_UNSIGNED, .unit = unit, .number = value};

	printer->ops->fact(printer, &fact);
}

void print_signed(struct printer *printer, const char *key, const char *label, int64_t value)
{
	struct fact fact = {.key = key, .label = label, .type = FACT_SIGNED, .integer = value};

	printer->ops->fact(printer, &fact);
}

void print_real(struct printer *printer, const char *key, const char *label, double value,
		enum unit unit)
{
	struct fact fact = {
		.key = key, .label = label, .type = FACT_REAL, .unit = unit, .real = value};

	printer->ops->fact(printer, &fact);
}

void print_time(struct printer *printer, const char *key, const char *label, double ns)
{
	char text[UNITS_TEXT];

	print_real(printer, key, NULL, ns, UNIT_NONE);
	print_string(printer, NULL, label, format_time(text, (uint64_t)ns));
}

void print_bool(struct printer *printer, const char *key, const char *label, bool value)
{
	struct fact fact = {.key = key, .label = label, .type = FACT_BOOL, .truth = value};

	printer->ops->fact(printer, &fact);
}

void print_names(struct printer *printer, const char *key, const char *label,
		 const char *const *names)
{
	struct fact fact = {.key = key, .label = label, .type = FACT_NAMES, .names = names};

	printer->ops->fact(printer, &fact);
}

void print_null(struct printer *printer, const char *key, const char *label, const char *text)
{
	struct fact fact = {.key = key, .label = label, .type = FACT_NULL, .string = text};

	printer->ops->fact(printer, &fact);
}
