import { watch } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "citty";
import { STATUS_FOLDER } from "../../adapters/coordination/join.ts";
import { survey } from "../../adapters/coordination/survey.ts";
import { KnownError } from "../../core/errors.ts";
import { reportRows, table } from "../../core/status-report.ts";
import { hasEnded } from "../../core/status.ts";
import { print } from "../print.ts";

/** In case a change went unnoticed, and so that the ages go on. */
const REFRESH_MS = 2000;

export default defineCommand({
  meta: {
    name: "status",
    description:
      "Shows who takes part in the run: phase, since when, last sign of life, what is waited for, bundles, errors. Example: kubectl exec POD -c files -- datamon-sidecar status --coord-point /coord",
  },
  args: {
    "coord-point": {
      type: "string",
      alias: "c",
      valueHint: "folder",
      description: "Coordination directory (default: $SIDECAR_COORD_POINT)",
    },
    json: { type: "boolean", description: "Print one JSON object instead of a table" },
    watch: { type: "boolean", description: "Go on printing at every change until the run is over" },
  },
  async run({ args }) {
    const directory = args["coord-point"] ?? process.env["SIDECAR_COORD_POINT"];
    if (directory === undefined || directory === "") {
      throw new KnownError("usage", "cannot show a status: no coordination directory was given", {
        remedy: "add --coord-point, or set SIDECAR_COORD_POINT",
      });
    }
    const changes = args.watch ? watchFolder(join(directory, STATUS_FOLDER)) : undefined;
    for (;;) {
      const seen = survey(directory);
      const text = args.json
        ? JSON.stringify(seen)
        : `run ${seen.run ?? "(none begun)"}\n${table(reportRows(seen.statuses, seen.markers, Date.now()))}`;
      print(text);
      const over = seen.statuses.length > 0 && seen.statuses.every(hasEnded);
      if (changes === undefined || over) break;
      await changes.next();
      if (!args.json) print("");
    }
    changes?.close();
  },
});

/** Tells of changes since it was asked last; `next` also resolves after a while without any. */
function watchFolder(folder: string): { next(): Promise<void>; close(): void } {
  let changed = Promise.withResolvers<void>();
  const watcher = watching(folder, () => changed.resolve());
  return {
    async next() {
      const timer = setTimeout(() => changed.resolve(), REFRESH_MS);
      await changed.promise;
      clearTimeout(timer);
      changed = Promise.withResolvers<void>();
    },
    close: () => watcher?.close(),
  };
}

function watching(folder: string, changed: () => void): { close(): void } | undefined {
  try {
    return watch(folder, changed);
  } catch {
    return undefined; // not there yet: the refresh goes on looking
  }
}
