import { createApplication } from "../adapters/application.ts";
import type { AppSettings, Parsed } from "../config/settings.ts";
import { controlDescriptor } from "../core/launcher-environment.ts";
import { WRAPPER } from "../core/participants.ts";
import { runWrapper } from "../roles/wrapper.ts";
import { composeBoard, composeParticipant } from "./compose.ts";
import { conclude, live } from "./live.ts";
import { noteStops } from "./stops.ts";

/** Lives the wrapper's life around the application and returns the exit code. */
export async function wrap({ settings, warnings }: Parsed<AppSettings>): Promise<number> {
  const board = await composeBoard(settings, [WRAPPER]);
  const stops = noteStops();
  // The command is the tail of the launcher's arguments, which start at 1 as ours start at 2.
  const firstArgument = process.argv.length - 1 - settings.command.length;
  const ended = await live(WRAPPER, settings, async (log) => {
    for (const warning of warnings) log.warn(warning);
    const application = createApplication(controlDescriptor(process.env), firstArgument);
    const participant = composeParticipant(settings, WRAPPER, settings.peers, log, { stops, board });
    return await runWrapper(settings, { ...participant, application });
  });
  return await conclude(settings, [ended], settings.sleepAfter, stops);
}
