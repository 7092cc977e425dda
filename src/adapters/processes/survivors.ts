import type { ChildProcess } from "node:child_process";
import { signalGroup } from "./child.ts";

/** Leaders of the process groups that we started and that live. */
const groups = new Set<number>();
process.on("exit", () => {
  for (const pid of groups) signalGroup(pid, "SIGKILL");
});

/**
 * Has the child's group killed when our own process ends before it, because its time was up: what the kernel does for the
 * first process of a container, and nobody where we are not the first.
 */
export function endsWithUs(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  groups.add(pid);
  child.once("exit", () => groups.delete(pid));
}
