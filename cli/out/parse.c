// SPDX-License-Identifier: MIT
/*
 * Implements cli_parse(). getopt(3) reports only that an option is wrong; the
 * functions here also suggest a similar option and say what value is missing.
 */
#include "out/cli.h"
#include "out/failure.h"
#include "out/options.h"
#include "out/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A verb has at most this many children of its own. */
#define MAX_CHILDREN 2

struct verb_input {
	argp_parser_t parser;
	void *input;
	unsigned int common; /* index of the common options among the children */
};

static error_t parse_verb(int key, char *arg, struct argp_state *state)
{
	struct verb_input *verb = state->input;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[verb->common] = *(struct cli **)verb->input;
		if (failure_stream())
			state->err_stream = failure_stream();
	}
	state->input = verb->input;
	return verb->parser(key, arg, state);
}

/* State of the check of the command line, before argp parses it. */
struct look {
	const struct cli *cli;
	const struct argp *argp;
	const char *program; /* "dmactl copy" */
};

static void __attribute__((noreturn, format(printf, 2, 3)))
wrong(const struct look *look, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cli_error(look->cli, "%s%s `%s --help' lists the options", text,
		  text[strlen(text) - 1] == '?' ? "" : ";", look->program);
	exit(CLI_USAGE);
}

struct long_search {
	const char *name;
	size_t length;
	const struct argp_option *exact;
	const struct argp_option *begins; /* the last option that begins with the name */
	unsigned int beginning;
	struct words_search like;
};

static void compare_long(const struct argp_option *option, void *context)
{
	struct long_search *search = context;

	words_offer(&search->like, option->name);
	if (strncmp(option->name, search->name, search->length))
		return;
	search->begins = option;
	search->beginning++;
	if (!option->name[search->length])
		search->exact = option;
}

struct letter_search {
	int letter;
	const struct argp_option *found;
};

static void compare_letter(const struct argp_option *option, void *context)
{
	struct letter_search *search = context;

	if (option->key == search->letter)
		search->found = option;
}

static bool needs_value(const struct argp_option *option)
{
	return option->arg && !(option->flags & OPTION_ARG_OPTIONAL);
}

/* Checks a long option. Returns whether the next word is its value. */
static bool look_at_long(const struct look *look, const char *word, bool last)
{
	char name[64];
	struct long_search search = {.length = strcspn(word, "="), .like.typed = name};
	const struct argp_option *option;

	search.name = word;
	snprintf(name, sizeof(name), "%.*s", (int)search.length, word);
	options_each(look->argp, compare_long, &search);
	option = search.exact ? search.exact : search.begins;
	if (!option && search.like.best)
		wrong(look, "there is no option '--%s'; did you mean '--%s'?", name,
		      search.like.best);
	if (!option)
		wrong(look, "there is no option '--%s'", name);
	if (!search.exact && search.beginning > 1)
		wrong(look, "'--%s' is the beginning of several options", name);
	if (word[search.length] && !option->arg)
		wrong(look, "'--%s' takes no value", option->name);
	if (word[search.length] || !needs_value(option))
		return false;
	if (last)
		wrong(look, "'--%s' needs a value, %s", option->name, option->arg);
	return true;
}

/*
 * Checks a word of option letters; the last one may have a value. Returns as
 * look_at_long() does.
 */
static bool look_at_letters(const struct look *look, const char *word, bool last)
{
	for (; *word; word++) {
		struct letter_search search = {.letter = *word};

		if (*word == '?')
			continue;
		options_each(look->argp, compare_letter, &search);
		if (!search.found)
			wrong(look, "there is no option '-%c'", *word);
		if (!search.found->arg)
			continue;
		if (word[1] || !needs_value(search.found))
			return false;
		if (last)
			wrong(look, "'-%c' needs a value, %s", *word, search.found->arg);
		return true;
	}
	return false;
}

static void look_at(const struct look *look, int argc, char **argv, unsigned int flags)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		bool last = i + 1 == argc;

		if (word[0] != '-' || !word[1]) {
			/* The rest may belong to a verb or another program. */
			if (flags & ARGP_IN_ORDER)
				return;
			continue;
		}
		if (strcmp(word, "--") == 0)
			return;
		if (word[1] == '-' ? look_at_long(look, word + 2, last)
				   : look_at_letters(look, word + 1, last))
			i++;
	}
}

void cli_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	struct verb_input verb = {.parser = argp->parser, .input = input};
	struct argp_child children[MAX_CHILDREN + 2] = {0};
	struct argp own = *argp;
	struct look look = {*(struct cli **)input, &own, argv[0]};

	while (argp->children && argp->children[verb.common].argp) {
		if (verb.common == MAX_CHILDREN)
			abort();
		children[verb.common] = argp->children[verb.common];
		verb.common++;
	}
	children[verb.common] = (struct argp_child){
		.argp = &options_common, .header = "Options of every verb:", .group = 100};
	own.parser = parse_verb;
	own.children = children;
	look_at(&look, argc, argv, flags);
	argp_parse(&own, argc, argv, flags | ARGP_NO_HELP, NULL, &verb);
}
