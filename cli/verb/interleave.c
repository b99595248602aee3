// SPDX-License-Identifier: MIT
/* dmactl interleave --crop WxH+X+Y IN OUT: a channel cuts a part out of an image. */
#include "dev/blocks.h"
#include "dev/control.h"
#include "dev/device.h"
#include "file/image.h"
#include "file/io.h"
#include "file/source.h"
#include "file/target.h"
#include "out/print.h"
#include "out/progress.h"
#include "out/shared.h"
#include "out/stop.h"
#include "out/units.h"
#include "out/values.h"
#include "verb/command.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BAND_BYTES (4u << 20) /* approximate bytes of the image in one transfer */
#define WAIT_SLICE (100 * NS_PER_MS)

struct interleave_args {
	struct cli *cli;
	const char *channel;
	uint64_t timeout_ns;
	struct rectangle crop;
	bool cropped;
	uint64_t width, height, pixel; /* only for an image without a header */
	const char *in, *out;
};

enum { OPT_CROP = 0xd00, OPT_WIDTH, OPT_HEIGHT, OPT_PIXEL };

static const struct argp_option interleave_options[] = {
	{.name = "crop",
	 .key = OPT_CROP,
	 .arg = "WxH+X+Y",
	 .doc = "Width, height, left and top of the part"},
	{.name = "width",
	 .key = OPT_WIDTH,
	 .arg = "N",
	 .doc = "Width of an image without a header"},
	{.name = "height", .key = OPT_HEIGHT, .arg = "N", .doc = "Its height"},
	{.name = "bytes-per-pixel", .key = OPT_PIXEL, .arg = "N", .doc = "Bytes in each pixel"},
	OPTION_CHANNEL,
	OPTION_TRANSFER_TIMEOUT,
	{0},
};

static void check_args(struct argp_state *state, const struct interleave_args *args)
{
	bool raw = args->width || args->height || args->pixel;

	if (!args->cropped)
		argp_error(state,
			   "interleave needs --crop, the part to cut out, such as 640x480+10+20");
	if (!args->out)
		argp_error(state, "interleave needs an image and a file to write");
	if (raw && !(args->width && args->height && args->pixel))
		argp_error(state, "--width, --height and --bytes-per-pixel: give all three, for an "
				  "image without a header, or none");
}

static error_t parse_arguments(int key, char *arg, struct argp_state *state)
{
	struct interleave_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		return argument_of_two(state, arg, &args->in, &args->out);
	case ARGP_KEY_END:
		check_args(state, args);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_interleave(int key, char *arg, struct argp_state *state)
{
	struct interleave_args *args = state->input;
	const struct shared_options shared = {
		.channel = &args->channel,
		.timeout = {&args->timeout_ns},
	};

	switch (key) {
	case OPT_CROP:
		if (!image_parse_rectangle(arg, &args->crop))
			argp_error(
				state,
				"--crop: '%s' is not WIDTHxHEIGHT+LEFT+TOP, such as 640x480+10+20",
				arg);
		args->cropped = true;
		return 0;
	case OPT_WIDTH:
		return option_number(state, "width", arg, 1, IMAGE_MAX_SIDE, &args->width);
	case OPT_HEIGHT:
		return option_number(state, "height", arg, 1, IMAGE_MAX_SIDE, &args->height);
	case OPT_PIXEL:
		return option_number(state, "bytes-per-pixel", arg, 1, 64, &args->pixel);
	case ARGP_KEY_ARG:
	case ARGP_KEY_END:
		return parse_arguments(key, arg, state);
	default:
		return shared_parse(key, arg, state, &shared);
	}
}

static const struct argp interleave_argp = {
	.options = interleave_options,
	.parser = parse_interleave,
	.args_doc = "--crop WxH+X+Y IN OUT",
	.doc = "Cuts a part out of the image IN, a PGM or PPM file (P5, P6) or one without a "
	       "header, and writes it to OUT in the same form. A DMA channel that can do "
	       "INTERLEAVE picks the bytes: chunks of the width of the part, with gaps between."
	       "\vExamples:\n"
	       "  dmactl interleave --crop 640x480+100+50 photo.ppm part.ppm\n"
	       "  dmactl interleave --crop 8x8+0+0 --width 1920 --height 1080 "
	       "--bytes-per-pixel 2 frame part\n",
};

struct crop {
	const struct interleave_args *args;
	struct cli *cli;
	struct image image;
	struct source source;
	struct target target;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control;
	struct dmauser_batch *batch;
	struct blocks in, out;
	size_t line;   /* bytes in a line of the image */
	size_t part;   /* bytes of each line that are copied */
	uint32_t rows; /* lines in one transfer */
	uint64_t written;
	uint64_t ops;
};

static int read_header(struct crop *c)
{
	const struct interleave_args *args = c->args;
	char text[IMAGE_MAX_HEADER];
	const char *wrong;
	int64_t got;

	if (args->width) {
		c->image = (struct image){.width = (uint32_t)args->width,
					  .height = (uint32_t)args->height,
					  .pixel = (uint32_t)args->pixel};
		return 0;
	}
	got = io_read_source(c->cli, &c->source, text, sizeof(text), 0);
	if (got < 0)
		return (int)got;
	wrong = image_parse(&c->image, text, (size_t)got);
	if (!wrong)
		return 0;
	cli_error(c->cli, "%s: %s", c->source.name, wrong);
	return -EINVAL;
}

static int check_image(struct crop *c)
{
	const struct rectangle *crop = &c->args->crop;
	const struct image *image = &c->image;
	uint64_t need;

	c->line = (size_t)image->width * image->pixel;
	c->part = (size_t)crop->width * image->pixel;
	need = image->header + (uint64_t)c->line * image->height;
	if (c->source.size < need) {
		cli_error(c->cli,
			  "%s: is cut off: %ux%u pixels of %u bytes make %" PRIu64
			  " bytes, it has %" PRIu64,
			  c->source.name, image->width, image->height, image->pixel, need,
			  c->source.size);
		return -EINVAL;
	}
	if ((uint64_t)crop->x + crop->width <= image->width &&
	    (uint64_t)crop->y + crop->height <= image->height)
		return 0;
	cli_error(c->cli, "%s: has %ux%u pixels; %ux%u+%u+%u is not within it", c->source.name,
		  image->width, image->height, crop->width, crop->height, crop->x, crop->y);
	return -EINVAL;
}

static int open_files(struct crop *c)
{
	int err = source_open(&c->source, c->cli, c->args->in, false);

	if (err)
		return err;
	if (c->source.stream) {
		cli_error(c->cli, "%s: an image must be a file, to be read at any place",
			  c->source.name);
		return -ESPIPE;
	}
	err = read_header(c);
	if (!err)
		err = check_image(c);
	if (!err)
		err = target_open(&c->target, c->cli, c->args->out, &c->source, false);
	return err;
}

static int open_channel(struct crop *c)
{
	uint64_t rows = BAND_BYTES / c->line;
	int err = device_open(c->cli, c->args->channel, &c->session);

	if (!err)
		err = device_channel(c->cli, c->session, c->args->channel, DMACTL_CAP_INTERLEAVE, 0,
				     &c->chan);
	if (err)
		return err;
	c->control = control_start(c->cli, c->chan, NULL);
	if (!rows)
		rows = 1;
	if (rows > c->args->crop.height)
		rows = c->args->crop.height;
	err = dmauser_batch_new(&c->batch);
	/* Allocate one line more: some providers count the gap behind the last chunk. */
	if (!err)
		err = blocks_alloc(&c->in, c->cli, c->session, c->chan, 1,
				   (size_t)(rows + 1) * c->line, 2 * c->line);
	if (err)
		return err;
	c->rows = (uint32_t)(c->in.block / c->line - 1);
	if (c->rows > rows)
		c->rows = (uint32_t)rows;
	return blocks_alloc(&c->out, c->cli, c->session, c->chan, 1, c->rows * c->part,
			    c->rows * c->part);
}

static int submit(struct crop *c, uint32_t rows)
{
	const struct rectangle *crop = &c->args->crop;
	struct dmactl_chunk chunk = {.size = c->part, .icg = c->line - c->part};
	uint16_t flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC | DMACTL_OPF_SRC_SGL;
	int err = dmauser_batch_interleaved(c->batch, c->chan, c->out.buf, 0, c->in.buf,
					    (uint64_t)crop->x * c->image.pixel, &chunk, 1, rows,
					    flags, 0);

	if (!err) {
		err = dmauser_submit(c->session, c->batch, 0);
		err = err < 0 ? err : 0;
	}
	if (err)
		cli_error(c->cli, "%s: the channel does not take the transfer: %s%s",
			  dmauser_chan_name(c->chan), device_status_text(err),
			  err == -EINVAL ? " (it may want aligned lines)" : "");
	c->ops += !err;
	return err;
}

static int await(struct crop *c)
{
	uint64_t start = now_ns(), limit = c->args->timeout_ns;
	struct dmactl_completion record;
	char text[UNITS_TEXT];
	int count;

	for (;;) {
		count = dmauser_wait(c->session, &record, 1, 1, WAIT_SLICE);
		if (stop_requested())
			return -EINTR;
		if (count > 0)
			break;
		if (count < 0 && count != -ETIME && count != -EINTR && count != -EAGAIN) {
			cli_error(c->cli, "%s: %s", dmauser_chan_name(c->chan),
				  dmauser_strerror(count));
			return count;
		}
		if (control_paused(c->control))
			start = now_ns();
		if (limit && now_ns() - start > limit) {
			cli_error(c->cli, "%s: the channel hangs: nothing completed for %s",
				  dmauser_chan_name(c->chan), format_time(text, limit));
			return -ETIME;
		}
	}
	if (record.status)
		cli_error(c->cli, "%s: the transfer failed: %s", dmauser_chan_name(c->chan),
			  device_status_text(record.status));
	return record.status;
}

static int write_header(struct crop *c)
{
	char text[64];
	size_t length = image_header(&c->image, c->args->crop.width, c->args->crop.height, text,
				     sizeof(text));
	int err = io_write_target(c->cli, &c->target, text, length, 0);

	c->written = length;
	return err;
}

static int crop_band(struct crop *c, uint32_t row)
{
	const struct rectangle *crop = &c->args->crop;
	uint32_t rows = crop->height - row < c->rows ? crop->height - row : c->rows;
	uint64_t offset = c->image.header + ((uint64_t)crop->y + row) * c->line;
	int64_t got = io_read_source(c->cli, &c->source, c->in.memory, rows * c->line, offset);
	int err;

	if (got >= 0 && (size_t)got < rows * c->line) {
		cli_error(c->cli, "%s: the file became shorter while it was read", c->source.name);
		return -ESTALE;
	}
	err = got < 0 ? (int)got : submit(c, rows);
	if (!err)
		err = await(c);
	if (!err)
		err = io_write_target(c->cli, &c->target, c->out.memory, rows * c->part,
				      c->written);
	c->written += rows * c->part;
	progress_update(c->written);
	return err;
}

static int run(struct crop *c)
{
	int err = write_header(c);

	progress_begin(c->cli, c->target.name, (uint64_t)c->part * c->args->crop.height);
	for (uint32_t row = 0; row < c->args->crop.height && !err; row += c->rows)
		err = crop_band(c, row);
	progress_end();
	return err;
}

static int print_summary(const struct crop *c, const char *chan)
{
	const struct rectangle *crop = &c->args->crop;
	struct printer *printer;

	if (!c->cli->json) {
		if (!c->cli->quiet)
			fprintf(c->target.stream ? stderr : stdout,
				"%s -> %s: %ux%u of %ux%u pixels, through %s\n", c->source.name,
				c->target.name, crop->width, crop->height, c->image.width,
				c->image.height, chan);
		return CLI_OK;
	}
	printer = printer_new(c->cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "source", NULL, c->source.name);
	print_string(printer, "target", NULL, c->target.name);
	print_unsigned(printer, "width", NULL, crop->width, UNIT_NONE);
	print_unsigned(printer, "height", NULL, crop->height, UNIT_NONE);
	print_unsigned(printer, "bytes_per_pixel", NULL, c->image.pixel, UNIT_NONE);
	print_unsigned(printer, "bytes", NULL, c->written, UNIT_NONE);
	print_unsigned(printer, "dma_ops", NULL, c->ops, UNIT_NONE);
	print_string(printer, "channel", NULL, chan);
	print_close(printer);
	return printer_end(printer);
}

static void close_channel(struct crop *c)
{
	control_stop(c->control);
	dmauser_chan_destroy(c->chan);
	blocks_free(&c->in);
	blocks_free(&c->out);
	dmauser_batch_free(c->batch);
	dmauser_close(c->session);
}

static int run_interleave(struct cli *cli, int argc, char **argv)
{
	struct interleave_args args = {.cli = cli, .timeout_ns = 30 * NS_PER_SEC};
	struct crop c = {.args = &args, .cli = cli};
	char chan[DMACTL_NAME_LEN] = "";
	int err, status = CLI_FAILED;

	cli_parse(&interleave_argp, argc, argv, 0, &args);
	if (target_takes_stdout(cli, args.out))
		return CLI_USAGE;
	c.source.fd = -1;
	c.source.direct_fd = -1;
	c.target = (struct target){.fd = -1, .direct_fd = -1, .dir_fd = -1};
	err = open_files(&c);
	if (!err) {
		err = open_channel(&c);
		if (!err) {
			strcpy(chan, dmauser_chan_name(c.chan));
			err = run(&c);
		}
		close_channel(&c);
	}
	if (!err)
		err = source_check_unchanged(&c.source, cli);
	if (!err)
		err = target_commit(&c.target, cli);
	if (err == -EINTR && stop_requested())
		cli_error(cli, "interrupted");
	if (!err)
		status = print_summary(&c, chan);
	target_close(&c.target);
	source_close(&c.source);
	return status;
}

const struct command cmd_interleave = {
	.name = "interleave",
	.summary = "cut a part out of an image",
	.argp = &interleave_argp,
	.run = run_interleave,
};
