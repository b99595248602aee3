// SPDX-License-Identifier: MIT
/* The node of a port: who may open it, and what can be reached through it. */
#include <linux/bpf.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "port.h"

#define LOOP DMACTL_PORT_DIR "loop"
#define WIN  DMACTL_PORT_DIR "win"

/* ---- what a session of a node can reach -------------------------------- */

static void refused_by(int fd, enum dmactl_chan_by by, const char *name, uint32_t flags)
{
	struct dmactl_chan_request arg = chan_named(by, name);

	arg.flags = flags;
	if (chan_request(fd, &arg) != -EPERM)
		fail("by %d '%s', flags %u", by, name, flags);
}

/* Nothing but the port "loop", by no name. */
static void reaches_only_loop(int fd)
{
	char channel[DMACTL_NAME_LEN] = "dma0chan0", device[DMACTL_NAME_LEN];
	struct dmactl_chan_request arg;

	refused_by(fd, DMACTL_CHAN_BY_CAPS, "", 0);
	refused_by(fd, DMACTL_CHAN_BY_NAME, channel, 0);
	refused_by(fd, DMACTL_CHAN_BY_NAME, channel, DMACTL_CHAN_LOOK);
	refused_by(fd, DMACTL_CHAN_BY_NAME, "nothing", DMACTL_CHAN_LOOK);
	refused_by(fd, DMACTL_CHAN_BY_SLAVE, "mem", 0);
	refused_by(fd, DMACTL_CHAN_BY_SLAVE, "loop-tx", 0);
	refused_by(fd, DMACTL_CHAN_BY_SLAVE, "loop:tx", 0);
	port_device("loop", device, sizeof(device));
	refused_by(fd, DMACTL_CHAN_BY_CAPS, device, 0);
	port_refused(fd, "win", -EPERM);
	port_refused(fd, "win:io", -EPERM);
	port_refused(fd, "reg:in", -EPERM);
	port_refused(fd, "nothing", -EPERM);
	port_refused(fd, "loo:tx", -EPERM);
	port_refused(fd, "loopy:tx", -EPERM);
	port_refused(fd, ":tx", -EPERM);
	arg = chan_named(DMACTL_CHAN_BY_PORT, "loop:tx");
	arg.flags = DMACTL_CHAN_LOOK;
	check_eq(chan_request(fd, &arg), -EPERM);
	/* Names of its own that are wrong. */
	port_refused(fd, "loop", -EINVAL);
	port_refused(fd, "loop:", -ENOENT);
	port_refused(fd, "loop:io", -ENOENT);
	check_eq(fdinfo(fd, "channels"), 0);
	port_loop(fd);
}

PORT_TEST(port_node, even_root_reaches_only_the_port)
{
	struct dmactl_info info = {.size = sizeof(info)};
	int fd = port_open("loop", O_RDWR);

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	check(info.out_features & DMACTL_FEATURE_PORT_NODE);
	reaches_only_loop(fd);
}

static void use_one(const char *mine, const char *other)
{
	check_eq(dev_try(DMACTL_DEVICE, O_RDWR), -EACCES);
	check_eq(dev_try(other, O_RDWR), -EACCES);
	check_eq(dev_try(other, O_RDONLY), -EACCES);
	check(dev_try(mine, O_RDWR) >= 0);
}

static void use_loop(void *unused)
{
	(void)unused;
	user_become(NOBODY, 1u << 20);
	use_one(LOOP, WIN);
	reaches_only_loop(port_open("loop", O_RDWR));
}

static void use_win(void *unused)
{
	struct dmactl_op op;
	struct mem mem;
	uint32_t chan;
	int fd;

	(void)unused;
	user_become(SOMEBODY, 1u << 20);
	use_one(WIN, LOOP);
	fd = port_open("win", O_RDWR);
	refused_by(fd, DMACTL_CHAN_BY_SLAVE, "mem", 0);
	port_refused(fd, "loop:tx", -EPERM);
	port_refused(fd, "reg:in", -EPERM);
	chan = port_chan(fd, "win");
	mem = mem_get(fd, 2 * PAGE);
	noise_fill(mem.p, PAGE, 7);
	op = op_single(chan, &mem, 0, 256, true);
	run_ok(fd, &op);
	op = op_single(chan, &mem, PAGE, 256, false);
	run_ok(fd, &op);
	bytes_check(mem.p + PAGE, mem.p, 256, "back through the port");
}

PORT_TEST(port_node, each_user_has_his_own)
{
	struct stat loop, win;

	check_eq(stat(LOOP, &loop), 0);
	check_eq(stat(WIN, &win), 0);
	check(S_ISCHR(loop.st_mode) && S_ISCHR(win.st_mode));
	check(loop.st_rdev != win.st_rdev);
	/* Root's, until he gives it away. */
	check_eq(loop.st_mode & 07777, 0600);
	check_eq(win.st_mode & 07777, 0600);
	check_eq(loop.st_uid, 0);
	check_eq(chown(LOOP, NOBODY, 0), 0);
	check_eq(chown(WIN, SOMEBODY, 0), 0);
	child_run(use_loop, NULL);
	child_run(use_win, NULL);
}

/* "allow" is about /dev/dmactl: whoever has a node needs no word in it. */
static void not_offered(void *unused)
{
	int fd = dev_open(0);

	(void)unused;
	drop_capability(CAP_SYS_RAWIO);
	port_refused(fd, "loop:tx", -EPERM);
	port_loop(port_open("loop", O_RDWR));
}

PORT_TEST(port_node, needs_no_word_in_allow)
{
	int status;
	pid_t pid;

	dmactl_reload("allow=@memory");
	pid = child_start(not_offered, NULL);
	check_eq(waitpid(pid, &status, 0), pid);
	dmactl_restore();
	check_eq(status, 0);
}

/* ---- what a session of a node is otherwise ----------------------------- */

PORT_TEST(port_node, a_session_as_any_other)
{
	int fd = port_open("win", O_RDWR), dmabuf;
	uint32_t chan = port_chan(fd, "win");
	struct mem mem = mem_get(fd, PAGE), coherent = mem_coherent(fd, chan, PAGE);
	struct dmactl_chan_config config = config_of(chan);
	struct dmactl_completion record;
	struct dmactl_op op;

	check_eq(poll_now(fd), POLLOUT);
	noise_fill(mem.p, 256, 3);
	op = op_single(chan, &mem, 0, 256, true);
	op.user_data = 42;
	submit_all(fd, &op, 1);
	check_eq(read(fd, &record, sizeof(record)), sizeof(record));
	check_eq(record.user_data, 42);
	check_eq(record.status, 0);
	op = op_single(chan, &coherent, 0, 256, false);
	run_ok(fd, &op);
	bytes_check(coherent.p, mem.p, 256, "back through the port");
	config.src_addr = 0x1004;
	check_eq(chan_config(fd, &config), -EPERM);
	dmabuf = buf_export(fd, mem.buf);
	check(dmabuf >= 0);
	close(dmabuf);
	/* One session has the channel, whichever node it came by. */
	port_refused(dev_open(0), "win", -EBUSY);
	port_refused(port_open("win", O_RDWR), "win", -EBUSY);
	/* The module stays while a node is open. */
	check(read_number("/sys/module/dmactl/refcnt") >= 3);
}

static void limited(void *unused)
{
	int fd, other;
	struct mem mem;

	(void)unused;
	user_become(NOBODY, 16 * PAGE);
	fd = port_open("loop", O_RDWR);
	other = port_open("loop", O_RDONLY);
	check(other >= 0);
	check_eq(dev_try(LOOP, O_RDWR), -EDQUOT);
	check_eq(fdinfo(fd, "user-sessions"), 2);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 17 * PAGE, &mem), -EDQUOT);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 16 * PAGE, &mem), 0);
	/* The memory of a stream is his as well. */
	check_eq(read(other, &mem, 1), -1);
	check_eq(errno, EDQUOT);
}

PORT_TEST(port_node, the_limits_of_a_user)
{
	char before[32];

	dmactl_param_get("max_sessions", before, sizeof(before));
	check_eq(chmod(LOOP, 0666), 0);
	dmactl_param_set("max_sessions", "2");
	child_run(limited, NULL);
	dmactl_param_set("max_sessions", before);
}

/* ---- files that are passed on ------------------------------------------ */

static void use_passed(void *arg)
{
	char byte;
	int fd;

	user_become(SOMEBODY, 1u << 20);
	check_eq(dev_try(LOOP, O_RDWR), -EACCES);
	fd = fd_recv(*(int *)arg, &byte, 1);
	reaches_only_loop(fd);
}

static void use_inherited(void *arg)
{
	reaches_only_loop(*(int *)arg);
}

PORT_TEST(port_node, files_that_are_passed_on)
{
	int fd = port_open("loop", O_RDWR), copy = dup(fd), pair[2];
	uint32_t chan;
	pid_t pid;

	check(copy >= 0);
	check_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = child_start(use_passed, &pair[1]);
	fd_send(pair[0], fd, "x", 1);
	child_expect_ok(pid);
	child_run(use_inherited, &fd);
	/* One session, which lasts as long as one of its files. */
	chan = port_chan(fd, "loop:tx");
	dev_close(fd);
	check_eq(chan_status(copy, chan).out_state, DMACTL_STATE_IDLE);
	port_refused(port_open("loop", O_RDWR), "loop:tx", -EBUSY);
	close(copy);
	port_wait_in_use("loop", "tx", false);
	port_loop(port_open("loop", O_RDWR));
}

/* ---- containers -------------------------------------------------------- */

static char room[] = "/tmp/dmactl-room.XXXXXX";

/* A /dev that has this node and no other, as for docker run --device. */
static void with_one_node(void *unused)
{
	char path[64];
	int fd;

	(void)unused;
	check_eq(unshare(CLONE_NEWNS), 0);
	check_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	check_eq(mount("room", room, "tmpfs", 0, NULL), 0);
	snprintf(path, sizeof(path), "%s/peripheral", room);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	check(fd >= 0);
	close(fd);
	check_eq(mount(LOOP, path, NULL, MS_BIND, NULL), 0);
	check_eq(mount(room, "/dev", NULL, MS_MOVE, NULL), 0);
	check_eq(dev_try(DMACTL_DEVICE, O_RDWR), -ENOENT);
	check_eq(dev_try(WIN, O_RDWR), -ENOENT);
	fd = dev_try("/dev/peripheral", O_RDWR);
	check(fd >= 0);
	reaches_only_loop(fd);
}

PORT_TEST(port_node, a_container_with_one_node)
{
	check(mkdtemp(room));
	child_run(with_one_node, NULL);
	check_eq(rmdir(room), 0);
}

#define INSN(op, to, from, skip, value)                                                            \
	{                                                                                          \
		.code = (op), .dst_reg = (to), .src_reg = (from), .off = (skip), .imm = (value)    \
	}

/* Attaches to the control group a program that allows this device only. */
static int group_allow(int group, unsigned int major, unsigned int minor)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_LDX | BPF_W | BPF_MEM, 2, 1, offsetof(struct bpf_cgroup_dev_ctx, major),
		     0),
		INSN(BPF_LDX | BPF_W | BPF_MEM, 3, 1, offsetof(struct bpf_cgroup_dev_ctx, minor),
		     0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 2, (int)major),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 3, 0, 1, (int)minor),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)insns,
		.insn_cnt = ARRAY_SIZE(insns),
		.license = (uintptr_t) "GPL",
	};
	int prog = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (prog < 0)
		return -errno;
	attr = (union bpf_attr){
		.target_fd = (unsigned int)group,
		.attach_bpf_fd = (unsigned int)prog,
		.attach_type = BPF_CGROUP_DEVICE,
	};
	return syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)) ? -errno : 0;
}

static void in_group(void *group)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cgroup.procs", (char *)group);
	check_eq(file_write(path, "0"), 0);
	/* Root, but the numbers decide. */
	check_eq(dev_try(DMACTL_DEVICE, O_RDWR), -EPERM);
	check_eq(dev_try(WIN, O_RDWR), -EPERM);
	reaches_only_loop(port_open("loop", O_RDWR));
}

PORT_TEST(port_node, a_device_cgroup)
{
	static char root[] = "/tmp/cgroup.XXXXXX";
	char path[64];
	struct stat st;
	int i, group, ret = -1;

	check(mkdtemp(root));
	if (mount("none", root, "cgroup2", 0, NULL)) {
		rmdir(root);
		cr_skip_test("the kernel has no cgroup2");
	}
	snprintf(path, sizeof(path), "%s/dmactl", root);
	check_eq(mkdir(path, 0755), 0);
	group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(group >= 0);
	check_eq(stat(LOOP, &st), 0);
	ret = group_allow(group, major(st.st_rdev), minor(st.st_rdev));
	if (!ret)
		child_run(in_group, path);
	close(group);
	/* The child may not have been reaped for good. */
	for (i = 0; i < 100 && rmdir(path); i++)
		sleep_ms(20);
	umount2(root, MNT_DETACH);
	rmdir(root);
	if (ret == -ENOSYS || ret == -EINVAL)
		cr_skip_test("the kernel has no BPF for control groups");
	check_eq(ret, 0);
}

/* A number stays with its name, so that it never leads to another peripheral. */
PORT_TEST(port_node, the_number_of_a_name)
{
	struct stat loop, win, again;

	check_eq(stat(LOOP, &loop), 0);
	check_eq(stat(WIN, &win), 0);
	port_bind("loop", false);
	port_bind("win", false);
	check(stat(LOOP, &again) < 0);
	check_eq(errno, ENOENT);
	port_bind("win", true);
	check_eq(stat(WIN, &again), 0);
	check_eq(again.st_rdev, win.st_rdev);
	port_bind("loop", true);
	check_eq(stat(LOOP, &again), 0);
	check_eq(again.st_rdev, loop.st_rdev);
}
