import { defineCommand } from "citty";
import { createNativeEngine } from "../../../adapters/engines/native/engine.ts";
import { formatBytes } from "../../../core/progress.ts";
import { print } from "../../print.ts";
import {
  engineOptions,
  refArgs,
  refOf,
  repoArg,
  showing,
  stoppable,
  storeArgs,
  transferArgs,
} from "../storage.ts";
import { filterArg, nameFilterOf } from "./name-filter.ts";

export default defineCommand({
  meta: {
    name: "download",
    description:
      "Fetches a bundle into a folder, proving every byte; run again it goes on where it stopped. Example: datamon-sidecar bundle download --store file:///data/store --repo results --label latest --destination /in",
  },
  args: {
    repo: repoArg,
    destination: {
      type: "string",
      required: true,
      valueHint: "folder",
      description: "Where to; made when it is missing, refused when it holds anything else",
    },
    ...refArgs,
    ...filterArg,
    ...transferArgs,
    ...storeArgs,
  },
  async run({ args }) {
    const { repo, destination } = args;
    const engine = createNativeEngine(engineOptions(args));
    const request = { repo, ref: refOf(args), destination, ...nameFilterOf(args["name-filter"]) };
    const done = await stoppable((signal) =>
      engine.download(request, showing(`download to ${destination}`), signal),
    );
    if (args.json) return print(JSON.stringify(done));
    print(`Downloaded bundle id:${done.id}: ${done.files} files, ${formatBytes(done.bytes)}`);
  },
});
