import { mkdtemp, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmallStore, smallStore } from "../datamon-store.ts";

/** A store that every user of a pod may write to. */
export async function podStore(): Promise<SmallStore> {
  const store = await smallStore();
  Bun.spawnSync(["chmod", "-R", "a+rwX", store.folder]);
  return store;
}

/** The files of the bundle that `label` names now; undefined when there is none. */
export async function bundleOf(
  store: SmallStore,
  label = "result",
): Promise<Record<string, string> | undefined> {
  const destination = await mkdtemp(join(tmpdir(), "proof-"));
  const { native, repo } = store;
  const signal = new AbortController().signal;
  try {
    await native.download({ repo, ref: { type: "label", label }, destination }, () => undefined, signal);
    const names = [...new Bun.Glob("**").scanSync({ cwd: destination, dot: false })];
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(destination, name), "utf8")]));
  } catch (error) {
    if (String(error).includes("cannot find the label")) return undefined;
    throw error;
  } finally {
    await rm(destination, { recursive: true });
  }
}
