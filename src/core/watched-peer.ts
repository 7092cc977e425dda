/** What the wrapper makes of one of its sidecars, from look to look. */
import { formatDuration } from "./duration.ts";
import { isSilent, type Liveness, UNSEEN, watch } from "./liveness.ts";
import { beatOf, type PeerView } from "./observation.ts";
import { type Peer, peerTitle } from "./participants.ts";
import type { Phase } from "./status.ts";

export interface WatchedPeer {
  readonly liveness: Liveness;
  /** The beat we found when we were started again: until it changes, its status tells of the time before. */
  readonly found?: string;
  /** It had a status before we were started again: no marker speaks for it, whether or not its status is still there. */
  readonly known: boolean;
  readonly view: PeerView;
}

const NOTHING: PeerView = { markers: { ready: false, upload: false, uploaded: false } };

/** Had a status that is not there now. */
const GONE: Liveness = { beat: "gone", quiet: 0 };

/** Before the first look; `found` is what was there already when the wrapper was started again. */
export function unwatched(found?: PeerView, known = false): WatchedPeer {
  const beat = beatOf(found?.status);
  return {
    liveness: known ? GONE : UNSEEN,
    known,
    view: NOTHING,
    ...(beat === undefined ? {} : { found: beat }),
  };
}

/** `elapsed` and `timeout` in milliseconds, as `watch` takes them. */
export function look(
  before: WatchedPeer,
  seen: PeerView = NOTHING,
  elapsed: number,
  timeout: number,
): WatchedPeer {
  // Who has ever shown a status is not taken for an old participant because the file was removed.
  const status = seen.status ?? before.view.status;
  return {
    ...before,
    liveness: watch(before.liveness, beatOf(seen.status), elapsed, timeout),
    view: status === undefined ? seen : { ...seen, status },
  };
}

/** Its status says so and is of a living participant; an old one says so by its marker. */
export function isReady({ view: { status, markers }, found, known }: WatchedPeer): boolean {
  return status === undefined
    ? markers.ready && !known
    : status.phase === "ready" && beatOf(status) !== found;
}

/** Only who was asked can repeat the request: what was written before the application ended cannot pass for an answer. */
export function hasUploaded(
  { view: { status, markers }, known }: WatchedPeer,
  request: string | undefined,
): boolean {
  return status === undefined
    ? markers.uploaded && !known
    : status.phase === "done" && status.request === request;
}

/** What the wrapper goes by; durations in milliseconds. */
export interface Expectation {
  readonly phase: Phase;
  /** Since the wrapper entered its phase. */
  readonly inPhase: number;
  /** What the peer was serving when the application was started: undefined before, or when it has no status. */
  readonly served: string | undefined;
  readonly started: boolean;
  readonly silenceTimeout: number;
  readonly returnTimeout: number;
  readonly startTimeout: number;
  readonly uploadTimeout: number;
}

/** Why the peer can no longer do its part, in words. */
export function troubleWith(peer: Peer, watched: WatchedPeer, expected: Expectation): string | undefined {
  const title = peerTitle(peer);
  const { view, liveness, found } = watched;
  const { status } = view;
  const silent = isSilent(liveness, expected.silenceTimeout);
  const quiet = `${title} has given no sign of life for ${formatDuration(liveness.quiet)}`;
  if (status === undefined) return silent ? quiet : lateness(title, watched, expected);
  if (status.phase === "failed") {
    const { failure } = status;
    const failed = `failed${failure === undefined ? "" : ` while ${failure.phase}: ${failure.cause}`}`;
    if (expected.phase !== "waiting" || beatOf(status) !== found) return `${title} ${failed}`;
    if (!isSilent(liveness, expected.returnTimeout)) return undefined;
    return `${title} has not come back within ${formatDuration(expected.returnTimeout)} after it ${failed}`;
  }
  if (status.phase === "done") return `${title} has ended before its part was done`;
  if (expected.started && status.serving !== expected.served) {
    return `${title} was started again and lost what the application was using`;
  }
  return silent ? `${quiet} (last phase: ${status.phase})` : undefined;
}

/** Of one who gives no sign of life nothing is known but how long it has taken. */
function lateness(title: string, watched: WatchedPeer, expected: Expectation): string | undefined {
  const { phase, inPhase, startTimeout, uploadTimeout } = expected;
  if (phase === "waiting" && !isReady(watched) && startTimeout > 0 && inPhase > startTimeout) {
    return `${title} was not ready within ${formatDuration(startTimeout)} and gave no sign of life`;
  }
  if (phase === "uploading" && uploadTimeout > 0 && inPhase > uploadTimeout) {
    return `${title} did not upload within ${formatDuration(uploadTimeout)} and gave no sign of life`;
  }
  return undefined;
}

/** What it is doing, to stand behind its name. */
export function inWords({ view: { status } }: WatchedPeer): string {
  if (status === undefined) return " (no sign of life yet)";
  const { phase, doing } = status;
  // Any other failure ends the wait.
  if (phase === "failed") return " (failed before, not started again yet)";
  return ` (${doing === undefined ? phase : `${phase}: ${doing}`})`;
}

/** What each of them is serving, by its name; old ones cannot say. */
export function servedBy(peers: Readonly<Record<string, WatchedPeer>>): Readonly<Record<string, string>> {
  const entries = Object.entries(peers).map(([name, { view }]) => [name, view.status?.serving] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
