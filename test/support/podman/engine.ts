import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linesOf } from "../lines.ts";

const root = join(import.meta.dir, "../../..");
/** Images stay here from one test run to the next. */
const home = join(root, ".cache/containers");

/**
 * A machine without systemd, maybe without a journal, and with limits that may not be raised. Locks in files of our own:
 * those in shared memory have one place on a machine, where the locks of unlike storages stand for each other.
 */
const CONTAINERS_CONF = `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
lock_type = "file"
tmp_dir = "${home}/tmp"
`;
const storageConf = (name: string): string => `
[storage]
driver = "${name}"
graphroot = "${home}/${name}"
runroot = "${home}/run-${name}"
`;

/**
 * A mount namespace of its own for as long as standard input is open. With cgroups of both versions mounted, crun
 * would take the folder of version 2, where it finds no controllers. Shared, so that mounts reach other containers. In it anybody
 * may open /dev/fuse, as where udev runs.
 */
const NAMESPACE = `
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
mount --make-rshared /
if [ -e /dev/fuse ]; then
  [ -e "$0/fuse" ] || mknod -m 666 "$0/fuse" c 10 229
  mount --bind "$0/fuse" /dev/fuse
fi
echo ready
read -r _
`;

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** podman, buildah and what else is to see the same images and mounts. */
export interface Engine {
  /** Runs a command to its end, whatever its code. */
  attempt(command: readonly string[], input?: Blob | string): Promise<Ended>;
  /** Standard output of a command that must succeed. */
  run(...command: readonly string[]): Promise<string>;
  /** A command that goes on. */
  spawn(command: readonly string[]): Bun.Subprocess<"ignore", "pipe", "pipe">;
}

const shared = globalThis as { datamonSidecarEngine?: Promise<Engine> };

/** The engine of this test run; made once. */
export function containerEngine(): Promise<Engine> {
  shared.datamonSidecarEngine ??= open();
  return shared.datamonSidecarEngine;
}

async function open(): Promise<Engine> {
  mkdirSync(home, { recursive: true });
  const conf = write("containers.conf", CONTAINERS_CONF);
  const storage = write("storage.conf", storageConf(driver()));
  const holder = Bun.spawn(["unshare", "--mount", "sh", "-c", NAMESPACE, home], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  holder.unref();
  process.on("exit", () => holder.kill());
  if ((await linesOf(holder.stdout).next()) !== "ready")
    throw new Error("cannot make a mount namespace for podman");
  const env = {
    ...process.env,
    CONTAINERS_CONF: conf,
    CONTAINERS_STORAGE_CONF: storage,
    BUILDAH_ISOLATION: "chroot",
  };
  const enter = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, `--wd=${root}`];
  const attempt = async (command: readonly string[], input?: Blob | string): Promise<Ended> => {
    const stdin = input === undefined ? "ignore" : new Blob([input]);
    const child = Bun.spawn([...enter, ...command], { env, stdin, stdout: "pipe", stderr: "pipe" });
    const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
    return { code, out, err };
  };
  return {
    attempt,
    async run(...command) {
      const { code, out, err } = await attempt(command);
      if (code !== 0) throw new Error(`${command.join(" ")} exited with ${code}:\n${out}${err}`);
      return out.trim();
    },
    spawn: (command) =>
      Bun.spawn([...enter, ...command], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" }),
  };
}

function write(name: string, text: string): string {
  const path = join(home, name);
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
  return path;
}

/** `overlay` where the file system of the repository can be under it, else `vfs`, which copies. */
function driver(): string {
  const probe = join(home, "probe");
  for (const name of ["lower", "upper", "work", "merged"]) mkdirSync(join(probe, name), { recursive: true });
  const options = `lowerdir=${probe}/lower,upperdir=${probe}/upper,workdir=${probe}/work`;
  const script = 'mount -t overlay overlay -o "$1" "$0"/merged';
  const { exitCode } = Bun.spawnSync(["unshare", "--mount", "sh", "-c", script, probe, options], {
    stderr: "ignore",
  });
  return exitCode === 0 ? "overlay" : "vfs";
}
