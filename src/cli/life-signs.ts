import { signOf } from "../adapters/coordination/signs.ts";
import { untilSeen } from "../adapters/coordination/until.ts";
import { beatOf } from "../core/observation.ts";
import { judgeAlive, type Sign, type Verdict } from "../core/probes.ts";
import { hasEnded } from "../core/status.ts";
import type { ProbeRequest } from "./probe-request.ts";

export interface LifeSign {
  readonly sign: Sign;
  readonly alive: Verdict;
}

/** Looks whether the participants live: at once where the age of the status tells, else for one silence timeout at most. */
export async function lifeSigns(request: ProbeRequest): Promise<readonly LifeSign[]> {
  return await Promise.all(request.participants.map((participant) => lifeSign(request, participant)));
}

async function lifeSign(
  { directory, identity, silenceTimeout }: ProbeRequest,
  participant: string,
): Promise<LifeSign> {
  const look = (): Sign => signOf(directory, participant, identity);
  const first = look();
  const verdict = judgeAlive(first, silenceTimeout);
  const { status } = first;
  const tells = status === undefined || hasEnded(status) || (verdict.ok && first.quiet >= 0);
  if (tells) return { sign: first, alive: verdict };
  // The age may be the clocks' fault: a beat that changes while we look is none.
  const next = await untilSeen(directory, silenceTimeout, () => {
    const sign = look();
    return beatOf(sign.status) === beatOf(status) ? undefined : { ...sign, quiet: 0 };
  });
  if (next !== undefined) return { sign: next, alive: judgeAlive(next, silenceTimeout) };
  return { sign: first, alive: { ...verdict, ok: false } };
}
