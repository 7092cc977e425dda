import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { signOf } from "../../adapters/coordination/signs.ts";
import { survey } from "../../adapters/coordination/survey.ts";
import { untilSeen } from "../../adapters/coordination/until.ts";
import { didYouMean } from "../../config/suggestion.ts";
import { type Awaited, type Goal, GOALS, judgeAwaited } from "../../core/awaited.ts";
import { KnownError } from "../../core/errors.ts";
import { type Liveness, UNSEEN, watch } from "../../core/liveness.ts";
import { beatOf } from "../../core/observation.ts";
import { print } from "../print.ts";
import { durationOf, PROBE_ARGS, type ProbeRequest, probeRequest } from "../probe-request.ts";

export default defineCommand({
  meta: {
    name: "wait",
    description:
      "Waits until each of the participants is ready, or done. Exits with 69 when one fails, falls silent, or the time is over. Example: datamon-sidecar wait --coord-point /coord --for files --phase done --timeout 5m",
  },
  args: {
    ...PROBE_ARGS,
    phase: { type: "string", default: "ready", valueHint: GOALS.join("|"), description: "What to wait for" },
    timeout: { type: "string", valueHint: "duration", description: "How long at most (default: for ever)" },
  },
  async run({ args, rawArgs }) {
    const goal = goalOf(args.phase);
    const timeout = args.timeout === undefined ? Infinity : durationOf("--timeout", args.timeout);
    const request = probeRequest(args, rawArgs, process.env);
    const failure = await waitForAll(request, goal, timeout);
    const names = request.participants.join(", ");
    if (failure === undefined) return print(`${goal}: ${names}`);
    throw new KnownError("peer", `cannot wait until ${goal}: ${failure}`);
  },
});

function goalOf(phase: string): Goal {
  const goal = GOALS.find((known) => known === phase);
  if (goal !== undefined) return goal;
  throw new KnownError("usage", `cannot wait for --phase ${JSON.stringify(phase)}: it is not waited for`, {
    remedy: didYouMean(phase, GOALS, `write ${GOALS.join(" or ")}`),
  });
}

/** Undefined once all have reached the goal, else why they have not. */
async function waitForAll(request: ProbeRequest, goal: Goal, timeout: number): Promise<string | undefined> {
  const { directory, participants, identity, silenceTimeout } = request;
  const lives = new Map<string, Liveness>();
  let missing: readonly Awaited[] = [];
  const judge = (participant: string, elapsed: number): Awaited => {
    const { status } = signOf(directory, participant, identity);
    const markers = existsSync(directory) ? (survey(directory).markers[participant] ?? []) : [];
    const liveness = watch(lives.get(participant) ?? UNSEEN, beatOf(status), elapsed, silenceTimeout);
    lives.set(participant, liveness);
    return judgeAwaited({ participant, status, markers, liveness }, goal, silenceTimeout);
  };
  const ended = await untilSeen(directory, timeout, (elapsed) => {
    const all = participants.map((participant) => judge(participant, elapsed));
    missing = all.filter(({ type }) => type !== "reached");
    const over = missing.length === 0 || missing.some(({ type }) => type === "failed");
    return over ? missing : undefined;
  });
  if (ended !== undefined && ended.length === 0) return undefined;
  const told = ended ?? missing;
  const words = told
    .filter(({ type }) => ended === undefined || type === "failed")
    .map(wordsOf)
    .join("; ");
  return ended === undefined ? `the time is over; ${words}` : words;
}

function wordsOf(awaited: Awaited): string {
  return awaited.type === "reached" ? "" : awaited.words;
}
