// SPDX-License-Identifier: MIT
/* The printer for programs. It makes one JSON document, see dmactl-json(5). */
#include "out/failure.h"
#include "out/print.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_DEPTH 8
/* Increases if a key is removed or changes its meaning, but not for a new key. */
#define JSON_VERSION 1

struct json_printer {
	struct printer base;
	unsigned int depth;
	struct json_object *stack[MAX_DEPTH]; /* [0] is the document */
};

static struct json_printer *json_printer(struct printer *printer)
{
	return (struct json_printer *)printer;
}

static void add(struct json_printer *json, const char *key, struct json_object *value)
{
	struct json_object *parent = json->stack[json->depth - 1];

	if (json_object_is_type(parent, json_type_array))
		json_object_array_add(parent, value);
	else
		json_object_object_add(parent, key, value);
}

/* The document. print_document() prints it when the verb has ended. */
static struct json_object *document;
static const char *document_verb;

static struct json_object *begin(const char *verb)
{
	if (!document) {
		document = json_object_new_object();
		json_object_object_add(document, "version", json_object_new_int(JSON_VERSION));
		json_object_object_add(document, "verb",
				       verb ? json_object_new_string(verb) : NULL);
	}
	return document;
}

static void json_open(struct printer *printer, enum group group, const char *key,
		      const char *heading)
{
	struct json_printer *json = json_printer(printer);
	struct json_object *object;

	(void)heading;
	if (json->depth == MAX_DEPTH || (!json->depth && group != GROUP_OBJECT))
		abort();
	if (!json->depth)
		object = begin(document_verb);
	else
		object = group == GROUP_OBJECT ? json_object_new_object() : json_object_new_array();
	if (json->depth)
		add(json, key, object);
	json->stack[json->depth++] = object;
}

static void json_print_close(struct printer *printer)
{
	json_printer(printer)->depth--;
}

static struct json_object *names_to_json(const char *const *names)
{
	struct json_object *array = json_object_new_array();

	for (; *names; names++)
		json_object_array_add(array, json_object_new_string(*names));
	return array;
}

static struct json_object *fact_to_json(const struct fact *fact)
{
	char text[32];

	switch (fact->type) {
	case FACT_STRING:
		return json_object_new_string(fact->string);
	case FACT_UNSIGNED:
		/* Masks have up to 64 bits, but numbers in JavaScript have only 53. */
		if (fact->unit == UNIT_MASK) {
			snprintf(text, sizeof(text), "0x%" PRIx64, fact->number);
			return json_object_new_string(text);
		}
		return json_object_new_uint64(fact->number);
	case FACT_SIGNED:
		return json_object_new_int64(fact->integer);
	case FACT_REAL:
		/* A measured time is not exact to 17 digits. */
		snprintf(text, sizeof(text), "%.9g", fact->real);
		return json_object_new_double_s(fact->real, text);
	case FACT_BOOL:
		return json_object_new_boolean(fact->truth);
	case FACT_NAMES:
		return names_to_json(fact->names);
	case FACT_NULL:
		break;
	}
	return NULL;
}

static void json_fact(struct printer *printer, const struct fact *fact)
{
	if (fact->key)
		add(json_printer(printer), fact->key, fact_to_json(fact));
}

static void json_end(struct printer *printer)
{
	free(printer);
}

static const struct printer_ops json_ops = {
	.open = json_open,
	.close = json_print_close,
	.fact = json_fact,
	.end = json_end,
};

struct printer *printer_json_new(const struct cli *cli)
{
	struct json_printer *json = calloc(1, sizeof(*json));

	if (!json)
		return NULL;
	document_verb = cli->verb;
	json->base.ops = &json_ops;
	return &json->base;
}

static struct json_object *error_to_json(int status)
{
	struct json_object *error = json_object_new_object(), *more = json_object_new_array();
	size_t count = failure_count();

	json_object_object_add(error, "exit_status", json_object_new_int(status));
	json_object_object_add(
		error, "message",
		json_object_new_string(count ? failure_get(0) : "it did not go well"));
	for (size_t i = 1; i < count; i++)
		json_object_array_add(more, json_object_new_string(failure_get(i)));
	json_object_object_add(error, "more_messages", more);
	return error;
}

void print_document(const struct cli *cli, int status)
{
	begin(cli->verb);
	if (status)
		json_object_object_add(document, "error", error_to_json(status));
	puts(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY |
							      JSON_C_TO_STRING_SPACED |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
	document = NULL;
}
