import type { TransferSettings } from "../config/settings.ts";
import { KnownError } from "../core/errors.ts";
import type { BundleEngine, Log } from "../ports.ts";

/** An engine, and what only one of the two can do. */
export interface ComposedEngine {
  readonly engine: BundleEngine;
  /** A fresh bundle id; the `datamon` command chooses its own. */
  readonly newId: (() => string) | undefined;
  /** Runs a `datamon config …` command. */
  readonly configure: (words: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Takes away a mount that a killed predecessor left. */
  readonly clear: (mountPoint: string) => Promise<void>;
}

/** The engine the settings ask for; `auto` takes the command when it is on PATH. Errors: `configuration`. */
export async function composeEngine(settings: TransferSettings, log: Log): Promise<ComposedEngine> {
  const { findOnPath } = await import("../adapters/processes.ts");
  const command = findOnPath("datamon", process.env);
  const wantsCommand = settings.engine === "datamon" || (settings.engine === "auto" && command !== undefined);
  return wantsCommand ? await composeDatamon(settings, log) : await composeNative(settings, log);
}

async function composeDatamon(settings: TransferSettings, log: Log): Promise<ComposedEngine> {
  const [{ createDatamonEngine }, { verifyAgainstRecords, verifyAgainstStore }] = await Promise.all([
    import("../adapters/engines/datamon/engine.ts"),
    import("../adapters/engines/datamon/native-verify.ts"),
  ]);
  const engine = createDatamonEngine({
    command: "datamon",
    logDirectory: settings.logDirectory,
    globalFlags: [],
    verify:
      settings.store === undefined
        ? verifyAgainstRecords
        : verifyAgainstStore(storeOf(settings, settings.store)),
    log,
  });
  return {
    engine,
    newId: undefined,
    configure: (words, signal) => engine.configure(words, signal),
    clear: (mountPoint) => engine.clear(mountPoint),
  };
}

async function composeNative(settings: TransferSettings, log: Log): Promise<ComposedEngine> {
  const { store } = settings;
  if (store === undefined) {
    const why =
      settings.engine === "auto"
        ? "there is no datamon command on PATH, and no store was given"
        : "no store was given";
    throw new KnownError("configuration", `cannot move bundles: ${why}`, {
      remedy: "set store to file:///PATH (--store, SIDECAR_STORE), or put the datamon command on PATH",
    });
  }
  const [{ createNativeEngine, newBundleId }, { DEFAULT_CONTRIBUTOR }] = await Promise.all([
    import("../adapters/engines/native/engine.ts"),
    import("../adapters/engines/native/options.ts"),
  ]);
  const engine = createNativeEngine({
    ...storeOf(settings, store),
    log,
    contributor: {
      name: settings.contributorName ?? DEFAULT_CONTRIBUTOR.name,
      email: settings.contributorEmail ?? DEFAULT_CONTRIBUTOR.email,
    },
  });
  const configure = async (words: readonly string[]): Promise<void> => {
    log.info("passed over: the native engine keeps no configuration of the datamon command", {
      command: words.join(" "),
    });
  };
  return { engine, newId: newBundleId, configure, clear: async () => {} };
}

function storeOf(
  settings: TransferSettings,
  store: string,
): { store: string; config?: string; context?: string } {
  return {
    store,
    ...(settings.configBucket === undefined ? {} : { config: settings.configBucket }),
    ...(settings.context === undefined ? {} : { context: settings.context }),
  };
}
