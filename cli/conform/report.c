// SPDX-License-Identifier: MIT
/* The report of the conformance test. */
#include "conform/conform.h"
#include "out/print.h"

#include <stdio.h>

static const char *const status_keys[] = {"pass", "fail", "not_applicable", "not_run"};
static const char *const status_words[] = {"pass", "FAIL", "n/a", "not run"};

unsigned int conform_count(const struct conform *c, enum conform_status status)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < c->result_count; i++)
		count += c->results[i].status == status;
	return count;
}

static const char *detail(const struct conform_result *result)
{
	if (result->status == CONFORM_FAILED)
		return result->findings[0].text;
	return result->status == CONFORM_PASSED ? result->seen : result->reason;
}

static void print_check(struct printer *printer, const struct conform_result *result)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "check", "CHECK", result->check->name);
	print_string(printer, NULL, "RESULT", status_words[result->status]);
	print_string(printer, NULL, "SEEN", detail(result));
	print_string(printer, "result", NULL, status_keys[result->status]);
	if (result->reason[0])
		print_string(printer, "reason", NULL, result->reason);
	if (result->seen[0])
		print_string(printer, "seen", NULL, result->seen);
	print_string(printer, "contract", NULL, result->check->says);
	print_string(printer, "stands_in", NULL, result->check->source);
	print_string(printer, "look_at", NULL, result->check->look);
	print_close(printer);
}

static void print_number(struct printer *printer, const char *key, struct number value)
{
	if (value.known)
		print_signed(printer, key, NULL, value.value);
}

static void print_finding(struct printer *printer, const struct conform_finding *finding)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "seen", "Seen", finding->text);
	print_number(printer, "transfer", finding->transfer);
	print_number(printer, "length", finding->length);
	print_number(printer, "offset", finding->offset);
	print_number(printer, "expected", finding->expected);
	print_number(printer, "got", finding->actual);
	print_close(printer);
}

static void print_failure(struct printer *printer, const struct conform_result *result)
{
	uint64_t kept = result->finding_count;
	char heading[64];

	snprintf(heading, sizeof(heading), "%s FAILED", result->check->name);
	print_open(printer, GROUP_OBJECT, NULL, heading);
	print_string(printer, "check", NULL, result->check->name);
	print_string(printer, "contract", "The contract", result->check->says);
	print_string(printer, "stands_in", "Where it stands", result->check->source);
	print_string(printer, "look_at", "Where to look", result->check->look);
	print_unsigned(printer, "finding_count", NULL, result->finding_count, UNIT_NONE);
	if (kept > CONFORM_MAX_FINDINGS)
		kept = CONFORM_MAX_FINDINGS;
	print_open(printer, GROUP_LIST, "findings", NULL);
	for (uint64_t i = 0; i < kept; i++)
		print_finding(printer, &result->findings[i]);
	print_close(printer);
	print_close(printer);
}

void conform_print(struct printer *printer, const struct conform *c)
{
	char heading[4 * DMACTL_NAME_LEN], counts[128];

	snprintf(heading, sizeof(heading), "%s (%s, driver %s)", dmauser_chan_name(c->chan),
		 c->caps->device, c->caps->driver);
	print_open(printer, GROUP_OBJECT, NULL, heading);
	print_string(printer, "name", NULL, dmauser_chan_name(c->chan));
	print_string(printer, "device", NULL, c->caps->device);
	print_string(printer, "driver", NULL, c->caps->driver);
	print_real(printer, "seconds", NULL, c->seconds, UNIT_SECONDS);
	for (int i = 0; i < 4; i++)
		print_unsigned(printer, status_keys[i], NULL,
			       conform_count(c, (enum conform_status)i), UNIT_NONE);
	print_open(printer, GROUP_TABLE, "checks", NULL);
	for (unsigned int i = 0; i < c->result_count; i++)
		print_check(printer, &c->results[i]);
	print_close(printer);
	print_open(printer, GROUP_LIST, "broken", NULL);
	for (unsigned int i = 0; i < c->result_count; i++) {
		if (c->results[i].status == CONFORM_FAILED)
			print_failure(printer, &c->results[i]);
	}
	print_close(printer);
	snprintf(counts, sizeof(counts), "%u passed, %u failed, %u not applicable, %u not run",
		 conform_count(c, CONFORM_PASSED), conform_count(c, CONFORM_FAILED),
		 conform_count(c, CONFORM_NOT_APPLICABLE), conform_count(c, CONFORM_NOT_RUN));
	print_string(printer, NULL, "Result", counts);
	print_close(printer);
}
