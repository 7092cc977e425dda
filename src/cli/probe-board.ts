import { Board } from "../adapters/probes/board.ts";
import { serveAnswers } from "../adapters/probes/server.ts";
import { systemClock } from "../adapters/clock.ts";
import type { CommonSettings } from "../config/settings.ts";
import { parseListenAddress } from "../core/listen-address.ts";
import { versionInfo } from "./version.ts";

/** Serves the probes of these participants for as long as the process lives. Errors: `configuration`. */
export function openBoard(
  { silenceTimeout }: CommonSettings,
  address: string,
  participants: readonly string[],
): Board {
  const { version, commit } = versionInfo();
  const board = new Board({ participants, silenceTimeout, clock: systemClock, program: { version, commit } });
  const parsed = parseListenAddress(address);
  if (parsed !== undefined) serveAnswers(parsed, (path) => board.answer(path));
  return board;
}
