// SPDX-License-Identifier: MIT
/* Parsers of kernel text (trace events, fdinfo, /proc/iomem), and the progress bar. */
#include "dev/fdinfo.h"
#include "dev/memory.h"
#include "out/progress.h"
#include "explain/trace-event.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* "name: key=value ..." */
static void explain(const char *text, struct explanation *explanation)
{
	static struct trace_event event;
	char *position, *word;

	event.field_count = 0;
	snprintf(event.text, sizeof(event.text), "%s", text);
	event.name = strtok_r(event.text, ": ", &position);
	while ((word = strtok_r(NULL, " :", &position))) {
		char *equals = strchr(word, '=');

		cr_assert(equals && event.field_count < TRACE_MAX_FIELDS);
		*equals = '\0';
		event.fields[event.field_count++] = (struct trace_field){word, equals + 1};
	}
	trace_event_explain(&event, explanation);
}

Test(trace, explanations)
{
	static const struct {
		const char *event;
		unsigned int phase;
		const char *function;
		const char *words;
	} cases[] = {
		{"dmactl_chan_request: session=1 chan=1 name=dma0chan3", 1, "dma_request_channel()",
		 "dma0chan3"},
		{"dmactl_buf_alloc: session=1 buf=2 kind=2 len=4096", 3, "dma_alloc_coherent()",
		 "4 KiB"},
		{"dmactl_buf_alloc: session=1 buf=2 kind=1 len=4096", 4, "alloc_pages()",
		 "buffer 2"},
		{"dmactl_buf_map: session=1 buf=2 device=x nents=3", 4, "dma_map_sgtable()", "3"},
		{"dmactl_op_prep: session=1 chan=1 opcode=1 seq=0 len=512", 5,
		 "device_prep_dma_memcpy()", "512 B"},
		{"dmactl_op_prep: session=1 chan=1 opcode=3 seq=0 len=512", 5,
		 "device_prep_dma_memset()", "512 B"},
		{"dmactl_op_prep: session=1 chan=1 opcode=17 seq=0 len=512", 5, "prepared before",
		 "512 B"},
		{"dmactl_op_prep: session=1 chan=1 opcode=99 seq=0 len=512", 5, "prep of opcode 99",
		 "512 B"},
		{"dmactl_op_submit: session=1 chan=1 seq=0 cookie=2", 6, "dmaengine_submit()",
		 "cookie 2"},
		{"dmactl_chan_issue: session=1 chan=1", 7, "dma_async_issue_pending()", "handle 1"},
		{"dmactl_op_complete: session=1 chan=1 seq=0 status=0 bytes=9", 8, "callback",
		 "9 B moved"},
		{"dmactl_op_complete: session=1 chan=1 seq=0 status=-5 bytes=0", 8, "callback",
		 "FAILED"},
		{"dmactl_buf_sync: session=1 buf=2 off=0 len=9 for_cpu=1", 8,
		 "dma_sync_single_for_cpu()", "the CPU sees"},
		{"dmactl_buf_unmap: session=1 buf=2 device=x", 8, "dma_unmap_sgtable()", "x"},
		{"dmactl_chan_release: session=1 chan=1 name=dma0chan3", 1, "dma_release_channel()",
		 "dma0chan3"},
		{"dmactl_new_event: session=1 what=ever", 0, "dmactl_new_event", "what=ever"},
	};
	struct explanation explanation;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		explain(cases[i].event, &explanation);
		cr_expect_eq(explanation.phase, cases[i].phase);
		cr_expect_str_eq(explanation.function, cases[i].function);
		cr_expect(strstr(explanation.text, cases[i].words) != NULL, "%s", explanation.text);
	}
}

Test(fdinfo, lines)
{
	static const char text[] = "pos:\t0\nflags:\t02100002\nsession:\t7\nno colon\n:\tno key\n"
				   "channel:\tdma0chan3 handle 1 in-flight 2 odd\n";
	struct fdinfo_pair pairs[8];
	struct fdinfo info;

	cr_assert_eq(fdinfo_parse(&info, text), 0);
	cr_assert_eq(info.count, 4);
	cr_expect_str_eq(info.pairs[2].key, "session");
	cr_expect_str_eq(info.pairs[2].value, "7");
	cr_assert_eq(fdinfo_split_channel((char *)info.pairs[3].value, pairs, 8), 3);
	cr_expect_str_eq(pairs[0].key, "name");
	cr_expect_str_eq(pairs[0].value, "dma0chan3");
	cr_expect_str_eq(pairs[2].key, "in-flight");
	cr_expect_str_eq(pairs[2].value, "2");
	fdinfo_free(&info);
	cr_assert_eq(fdinfo_parse(&info, ""), 0);
	cr_expect_eq(info.count, 0);
	fdinfo_free(&info);
}

Test(memory, iomem)
{
	static const char text[] = "00000000-00000fff : Reserved\n"
				   "00001000-0009ffff : System RAM\n"
				   "00100000-3ffdffff : System RAM\n"
				   "  01000000-02000fff : Kernel code\n"
				   "fd000000-fdffffff : 0000:00:01.0\n"
				   "100000000-13fffffff : System RAM\n"
				   "  140000000-1ffffffff : System RAM (part)\n"
				   "200000000-2ffffffff : PCI Bus 0000:00\n";
	static const char hidden[] = "00000000-00000000 : System RAM\n";
	uint64_t top = 0;

	cr_assert(memory_top_from_iomem(text, &top));
	cr_expect_eq(top, 0x13fffffff);
	cr_expect(not(memory_top_from_iomem(hidden, &top)));
	cr_expect(not(memory_top_from_iomem("", &top)));
}

Test(memory, largest_piece)
{
	static const char text[] = "Node 0, zone      DMA      1      0      0      0      0      "
				   "0      0      0      1      1      3 \n"
				   "Node 0, zone   Normal      4      9\n";

	cr_expect_eq(memory_piece_from_buddyinfo(text, 4096), 4 << 20);
	cr_expect_eq(memory_piece_from_buddyinfo("Node 0, zone Normal 1 0 0\n", 65536), 262144);
	cr_expect_eq(memory_piece_from_buddyinfo("Node 0, zone Normal\n", 4096), 0);
	cr_expect_eq(memory_piece_from_buddyinfo("", 4096), 0);
}

Test(memory, bounce)
{
	cr_expect_eq(memory_bounce(0xffffffff, false, true, 0x13fffffff), BOUNCE_YES);
	cr_expect_eq(memory_bounce(0xffffffff, true, true, 0x13fffffff), BOUNCE_IOMMU);
	cr_expect_eq(memory_bounce(0xffffffff, false, true, 0xffffffff), BOUNCE_NO);
	cr_expect_eq(memory_bounce(0xffffffff, false, false, 0), BOUNCE_UNKNOWN);
	cr_expect_eq(memory_bounce(UINT64_MAX, false, false, 0), BOUNCE_NO);
}

Test(progress, lines)
{
	char line[512];

	progress_format(line, sizeof(line), 80, "x", 512, 1024, 1000000000, 0);
	cr_expect(strstr(line, " 50%") != NULL, "%s", line);
	cr_expect(strstr(line, "512 B/s") != NULL, "%s", line);
	cr_expect(strstr(line, "00:01") != NULL, "%s", line);
	for (unsigned int width = 20; width < 200; width++) {
		for (uint64_t done = 0; done <= 1 << 20; done += 4099) {
			progress_format(line, sizeof(line), width, "some name", done, 1 << 20,
					1000000, 0);
			cr_assert(strlen(line) < width);
			progress_format(line, sizeof(line), width, "some name", done, 0, 1000000,
					0);
		}
	}
	for (unsigned int width = 20; width < 200; width++) {
		progress_format(line, sizeof(line), width, "a name that is rather long", 1023 << 20,
				1 << 30, 3000000000, 0);
		/* No word is cut off. */
		cr_assert(strlen(line) < width, "%u: %s", width, line);
		cr_assert(strstr(line, "]  99%") != NULL, "%u: %s", width, line);
		cr_assert(strstr(line, "/") == NULL || strstr(line, "MiB/s") != NULL, "%s", line);
	}
	/* More bytes than expected must not break the line. */
	progress_format(line, sizeof(line), 80, "x", 2048, 1024, 0, 0);
	cr_expect(strstr(line, "100%") != NULL, "%s", line);
}

Test(progress, in_40_columns)
{
	char line[512];

	progress_format(line, sizeof(line), 40, "counter", 1 << 20, 4 << 20, 1000000000, 0);
	cr_expect_str_eq(line, "counter [##        ]  25%  1.0 MiB/s", "%s", line);
	progress_format(line, sizeof(line), 40, "counter", 2700000, 0, 3000000000, 0);
	cr_expect_str_eq(line, "counter  2.6 MiB  878.9 KiB/s", "%s", line);
	progress_format(line, sizeof(line), 20, "counter", 1 << 20, 4 << 20, 1000000000, 0);
	cr_expect_str_eq(line, "counte [#    ]  25%", "%s", line);
}

Test(progress, the_bar_keeps_its_width)
{
	for (unsigned int width = 30; width < 120; width++) {
		unsigned int first = 0;

		for (uint64_t done = 1; done <= 8000; done += 7) {
			char line[512];
			unsigned int end;

			progress_format(line, sizeof(line), width, "counter", done, 8000,
					done * 1000000, 0);
			end = (unsigned int)(strchr(line, ']') - line);
			if (!first)
				first = end;
			cr_assert_eq(end, first, "%u: %s", width, line);
		}
	}
}

Test(progress, what_ends_after_a_time)
{
	char line[512];

	progress_format(line, sizeof(line), 80, "counter", 1 << 20, 0, 2000000000, 8000000000);
	cr_expect(strstr(line, "]  25%  1 MiB  512.0 KiB/s  00:06") != NULL, "%s", line);
	/* Of two limits, the one that is reached first counts. */
	progress_format(line, sizeof(line), 80, "counter", 1 << 20, 2 << 20, 2000000000,
			8000000000);
	cr_expect(strstr(line, "]  50%  1 MiB of 2 MiB  512.0 KiB/s  00:02") != NULL, "%s", line);
	progress_format(line, sizeof(line), 80, "counter", 1 << 20, 1 << 30, 6000000000,
			8000000000);
	cr_expect(strstr(line, "]  75%  ") && strstr(line, "00:02"), "%s", line);
	/* A transfer may take longer than planned. */
	progress_format(line, sizeof(line), 80, "counter", 0, 0, 9000000000, 8000000000);
	cr_expect(strstr(line, "100%") && !strstr(line, "00:"), "%s", line);
}
