import { existsSync } from "node:fs";
import { join } from "node:path";

/** Real things that some tests need, and how to see that they are there. */
const parts = {
  "musl-gcc": () => Bun.which("musl-gcc") !== null,
  "cross-gcc": () => ["x86_64", "aarch64"].every((name) => Bun.which(`${name}-linux-gnu-gcc`) !== null),
  root: () => process.getuid?.() === 0 && Bun.which("unshare") !== null,
  "user namespaces": () =>
    Bun.spawnSync(["setpriv", "--reuid=54321", "--clear-groups", "unshare", "--user", "--map-user=1", "true"])
      .success,
  libnss_wrapper: () =>
    ["x86_64", "aarch64"].some((cpu) => existsSync(`/usr/lib/${cpu}-linux-gnu/libnss_wrapper.so`)),
  bindfs: () => Bun.which("bindfs") !== null,
  "libfuse3-dev": () => Bun.which("gcc") !== null && existsSync("/usr/include/fuse3/fuse.h"),
  zstd: () => Bun.which("zstd") !== null,
  "Postgres 15": () => existsSync("/usr/lib/postgresql/15/bin/postgres"),
  "Postgres 13 (scripts/fetch-postgres-13)": () =>
    existsSync(join(import.meta.dir, "../../.cache/postgres-13/complete")),
  podman: () =>
    process.getuid?.() === 0 &&
    ["podman", "buildah", "crun", "busybox"].every((name) => Bun.which(name) !== null),
  "debian.tar (scripts/fetch-debian)": () => existsSync(join(import.meta.dir, "../../.cache/debian.tar")),
  fuse: () => existsSync("/dev/fuse") && (Bun.which("fusermount3") ?? Bun.which("fusermount")) !== null,
} satisfies Record<string, () => boolean>;

export type Part = keyof typeof parts;

/**
 * Whether the part `name` is here. In CI a missing part is an error; elsewhere the caller skips its tests
 * (`test.skipIf(!requirePart(...))`), and this says so.
 */
export function requirePart(name: Part): boolean {
  if (parts[name]()) return true;
  if (process.env["CI"] !== undefined) throw new Error(`cannot test: this machine has no ${name}`);
  console.warn(`SKIPPED, because this machine has no ${name}: some tests of ${Bun.main}`);
  return false;
}
