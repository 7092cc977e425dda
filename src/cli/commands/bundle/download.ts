import { defineCommand } from "citty";
import { createNativeEngine } from "../../../adapters/engines/native/engine.ts";
import { formatBytes } from "../../../core/progress.ts";
import { print } from "../../print.ts";
import {
  datamonArgs,
  engineOptions,
  formatArg,
  refOf,
  refuseUnsafe,
  rowWriter,
  showing,
  stoppable,
} from "../storage.ts";
import { nameFilterIn } from "./name-filter.ts";
import { transferArgs } from "./transfer-args.ts";

export default defineCommand({
  meta: {
    name: "download",
    description:
      "Fetches a bundle into a folder, proving every byte; run again it goes on where it stopped. Example: datamon-sidecar bundle download --store file:///data/store --repo results --label latest --destination /in",
  },
  args: {
    destination: {
      type: "string",
      required: true,
      valueHint: "folder",
      description: "Where to; made when it is missing, refused when it holds anything else",
    },
    ...transferArgs,
    ...formatArg,
    ...datamonArgs,
    "force-dest": { type: "boolean", description: "Refused: files that are there are never overwritten" },
  },
  async run({ args }) {
    const { repo, destination } = args;
    refuseUnsafe(args);
    const write = rowWriter(args, ["ID", "BundleID"]);
    const engine = createNativeEngine(engineOptions(args));
    const request = { repo, ref: refOf(args), destination, ...nameFilterIn(args["name-filter"]) };
    const done = await stoppable((signal) =>
      engine.download(request, showing(`download to ${destination}`), signal),
    );
    if (args.json) return print(JSON.stringify(done));
    if (args.format !== undefined) return print(write({ ID: done.id, BundleID: done.id }));
    print(`Downloaded bundle id:${done.id}: ${done.files} files, ${formatBytes(done.bytes)}`);
  },
});
