import { readFileSync } from "node:fs";
import { podUidOf } from "../core/run.ts";

/** The uid of the pod this process runs in; undefined outside Kubernetes. */
export function podUid(): string | undefined {
  try {
    return podUidOf(readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return undefined;
  }
}
