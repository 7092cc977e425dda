/** A user that owns nothing but what it is given. */
const NOBODY = 54321;

/**
 * Does work as a user who must keep to permissions, with `folder` and all below it its own: root, whom no permission
 * stops, lays its rights down meanwhile. Its threads do, too.
 */
export async function unprivileged<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  const given = Bun.spawnSync(["chown", "-hR", `${NOBODY}`, folder]);
  if (!given.success) throw new Error(given.stderr.toString());
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
