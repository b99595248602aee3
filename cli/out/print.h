/* SPDX-License-Identifier: MIT */
/*
 * Prints results to stdout. A verb passes each fact once, with its JSON key,
 * its label for people and its unit; the printer chooses the form.
 */
#ifndef PRINT_H
#define PRINT_H

#include "out/cli.h"

enum unit {
	UNIT_NONE,
	UNIT_BYTES,
	UNIT_SIZE,	    /* bytes, in a short form */
	UNIT_BYTES_OR_NONE, /* bytes; 0 is printed as "not declared" */
	UNIT_RATE,	    /* bytes per second */
	UNIT_SECONDS,
	UNIT_MASK,  /* an address mask */
	UNIT_ALIGN, /* bytes; 0 and 1 are printed as "any" */
};

enum fact_type {
	FACT_STRING,
	FACT_UNSIGNED,
	FACT_SIGNED,
	FACT_REAL,
	FACT_BOOL,
	FACT_NAMES,
	FACT_NULL
};

struct fact {
	const char *key;   /* key in JSON; NULL: not in JSON */
	const char *label; /* label in text; NULL: not in text */
	enum fact_type type;
	enum unit unit;
	union {
		const char *string; /* for FACT_NULL: the text for people */
		uint64_t number;
		int64_t integer;
		double real;
		bool truth;
		const char *const *names; /* ends with NULL */
	};
};

/* The kinds of groups for print_open(). The rows of a table are objects. */
enum group { GROUP_OBJECT, GROUP_TABLE, GROUP_LIST };

struct printer;

/*
 * Creates a printer. With --json, all printers of a run add to one document.
 * Its outermost group is an object.
 */
struct printer *printer_new(const struct cli *cli);
/* Prints the JSON document, with an "error" if status is not CLI_OK. Call it once, at the end. */
void print_document(const struct cli *cli, int status);
/* Frees the printer and flushes stdout. Returns CLI_FAILED if not everything could be written. */
int printer_end(struct printer *printer);

/* Opens a group. The key is NULL for the outermost group and for elements of tables and lists. */
void print_open(struct printer *printer, enum group group, const char *key, const char *heading);
void print_close(struct printer *printer);

void print_string(struct printer *printer, const char *key, const char *label, const char *value);
void print_unsigned(struct printer *printer, const char *key, const char *label, uint64_t value,
		    enum unit unit);
void print_signed(struct printer *printer, const char *key, const char *label, int64_t value);
void print_real(struct printer *printer, const char *key, const char *label, double value,
		enum unit unit);
/* Prints nanoseconds: a number in JSON, with a unit for people. */
void print_time(struct printer *printer, const char *key, const char *label, double ns);
void print_bool(struct printer *printer, const char *key, const char *label, bool value);
void print_names(struct printer *printer, const char *key, const char *label,
		 const char *const *names);
/* Prints an element of a list, only in JSON. */
void print_element(struct printer *printer, const char *value);
/* Prints an unknown value: null in JSON, `text' for people. */
void print_null(struct printer *printer, const char *key, const char *label, const char *text);

/* The functions of a printer. */
struct printer_ops {
	void (*open)(struct printer *printer, enum group group, const char *key,
		     const char *heading);
	void (*close)(struct printer *printer);
	void (*fact)(struct printer *printer, const struct fact *fact);
	void (*end)(struct printer *printer); /* frees the printer */
};

struct printer {
	const struct printer_ops *ops;
};

struct printer *printer_text_new(void);
struct printer *printer_json_new(const struct cli *cli);
struct printer *printer_null_new(void);

#endif /* PRINT_H */
