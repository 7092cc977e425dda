import { parseObject, stringAt } from "./json.ts";
import { hasEnded, type Status } from "./status.ts";
import { WRAPPER } from "./participants.ts";

/** The record of the run a coordination directory belongs to: `.status/run.json`. */
export function formatRun(run: string): string {
  return `${JSON.stringify({ run })}\n`;
}

export function parseRun(text: string): string | undefined {
  const object = parseObject(text);
  return object === undefined ? undefined : stringAt(object, "run");
}

/**
 * The pod's uid from the text of `/proc/self/mountinfo`, where the kubelet's paths show: emptyDirs, the hosts
 * file and the termination log are bound from `…/pods/UID/…`. Undefined outside Kubernetes.
 */
export function podUidOf(mountinfo: string): string | undefined {
  return /\/pods\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\//.exec(mountinfo)?.[1];
}

/** Whether to join the run that is recorded in the directory or to begin a new one. */
export type RunDecision = { readonly type: "join"; readonly run: string } | { readonly type: "begin" };

/**
 * `identity` is what is known from outside (a setting, the pod's uid): it alone decides. Without one, the recorded run is
 * joined unless it is over: its wrapper has ended, or, with a wrapper that leaves no status, everybody has. For a
 * participant that was cut off in it, it is not over.
 */
export function decideRun(
  identity: string | undefined,
  recorded: string | undefined,
  statuses: readonly Status[],
  participant: string,
): RunDecision {
  if (recorded === undefined) return { type: "begin" };
  if (identity !== undefined) {
    return identity === recorded ? { type: "join", run: recorded } : { type: "begin" };
  }
  const members = statuses.filter((status) => status.run === recorded);
  const own = members.find((status) => status.participant === participant);
  if (own !== undefined && !hasEnded(own)) return { type: "join", run: recorded };
  const wrapper = members.find((status) => status.participant === WRAPPER);
  const over = wrapper === undefined ? members.length > 0 && members.every(hasEnded) : hasEnded(wrapper);
  return over ? { type: "begin" } : { type: "join", run: recorded };
}
