import type { Dirent } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../../core/child-environment.ts";
import { findOnPath, type Finished, type Run } from "../processes.ts";
import { attemptTool, postgresEnvironment, succeeded, type ToolCall, toolFailure } from "./tool.ts";

/** What `initdb` and `pg_upgrade` say when the user they run as is in no password file, even with `--username`. */
const NAMELESS = /could not look up (effective|local) user ID/;

/** Turns a call into one whose user has a name; undefined when this machine lacks what it takes. */
export type Disguise = (call: ToolCall, env: Environment, scratch: string) => Promise<ToolCall | undefined>;

/**
 * Runs a program that insists on a user with a name, as whoever we are. A nameless user (`runAsUser: 12345`) is given a
 * name by libnss_wrapper where it is installed, else by a user namespace that shows another user's number inside. `scratch` is
 * a writable folder.
 * Errors: `system`, with the way out when nothing of it works here.
 */
export async function runNamed(
  run: Run,
  env: Environment,
  scratch: string,
  call: ToolCall,
  disguises: readonly Disguise[] = [wrappedPasswd, userNamespace],
): Promise<Finished> {
  const plain = await attemptTool(run, env, call);
  if (succeeded(plain)) return plain;
  if (!NAMELESS.test(plain.stderr)) throw toolFailure(call, plain);
  for (const disguise of disguises) {
    const disguised = await disguise(call, env, scratch);
    const finished = disguised === undefined ? undefined : await attemptTool(run, env, disguised);
    if (finished !== undefined && succeeded(finished)) return finished;
    const refused =
      finished === undefined || /^unshare: /m.test(finished.stderr) || NAMELESS.test(finished.stderr);
    if (!refused) throw toolFailure(call, finished);
  }
  throw toolFailure(
    call,
    plain,
    "add the package libnss-wrapper (Alpine: nss_wrapper) to the image, or give the user an entry in /etc/passwd, or start from a bundle of this major version, which needs neither",
  );
}

const LIBRARY_FOLDERS = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/** https://cwrap.org/nss_wrapper.html, as the official Postgres images use it. */
export const wrappedPasswd: Disguise = async (call, env, scratch) => {
  const library = await findLibrary("libnss_wrapper.so");
  if (library === undefined) return undefined;
  const uid = call.identity?.uid ?? process.geteuid?.() ?? 0;
  const gid = call.identity?.gid ?? process.getegid?.() ?? 0;
  await mkdir(scratch, { recursive: true });
  const stem = join(scratch, `name-${uid}`);
  await writeFile(`${stem}.passwd`, `postgres:x:${uid}:${gid}:Postgres:/:/bin/false\n`, { mode: 0o644 });
  await writeFile(`${stem}.group`, `postgres:x:${gid}:\n`, { mode: 0o644 });
  const wrapped = {
    LD_PRELOAD: library,
    NSS_WRAPPER_PASSWD: `${stem}.passwd`,
    NSS_WRAPPER_GROUP: `${stem}.group`,
  };
  return { ...call, options: { ...call.options, env: { ...postgresEnvironment(env), ...wrapped } } };
};

async function findLibrary(name: string): Promise<string | undefined> {
  for (const folder of LIBRARY_FOLDERS) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
    if (entries.some((entry) => entry.name === name)) return join(folder, name);
    for (const entry of entries) {
      if (!entry.isDirectory() || !entry.name.includes("-linux-")) continue;
      const inner = await readdir(join(folder, entry.name)).catch((): string[] => []);
      if (inner.includes(name)) return join(folder, entry.name, name);
    }
  }
  return undefined;
}

/** unshare(1) of util-linux 2.38 or later; the kernel, or the pod's seccomp profile, may forbid it. */
export const userNamespace: Disguise = async (call, env) => {
  const unshare = findOnPath("unshare", env);
  if (unshare === undefined) return undefined;
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const named = passwd
    .split("\n")
    .map((line) => line.split(":")[2])
    .find((uid) => uid !== undefined && uid !== "0");
  if (named === undefined) return undefined;
  return {
    ...call,
    program: unshare,
    args: ["--user", `--map-user=${named}`, "--", call.program, ...call.args],
  };
};
