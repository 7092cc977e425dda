import { defineCommand } from "citty";
import { findingText } from "../../../adapters/engines/native/check.ts";
import { createNativeEngine } from "../../../adapters/engines/native/engine.ts";
import { KnownError } from "../../../core/errors.ts";
import { formatBytes } from "../../../core/progress.ts";
import { print } from "../../print.ts";
import { engineOptions, refOf, showing, stoppable } from "../storage.ts";
import { nameFilterIn } from "./name-filter.ts";
import { transferArgs } from "./transfer-args.ts";

export default defineCommand({
  meta: {
    name: "verify",
    description:
      "Proves every blob of a bundle in the store, or a folder against a bundle, and names every bad file. Example: datamon-sidecar bundle verify --store file:///data/store --repo results --label latest --destination /in",
  },
  args: {
    destination: {
      type: "string",
      valueHint: "folder",
      description: "A downloaded folder (without it: the store)",
    },
    ...transferArgs,
  },
  async run({ args }) {
    const { repo, destination: folder } = args;
    const engine = createNativeEngine(engineOptions(args));
    const filter = nameFilterIn(args["name-filter"]);
    const request = { repo, ref: refOf(args), ...filter, ...(folder === undefined ? {} : { folder }) };
    const result = await stoppable((signal) =>
      engine.verify(request, showing(`proof of ${folder ?? repo}`), signal),
    );
    const { id, files, bytes, findings } = result;
    if (args.json) print(JSON.stringify(result));
    else for (const finding of findings) print(findingText(finding));
    if (findings.length > 0) {
      const where = folder === undefined ? "in the store" : `in ${JSON.stringify(folder)}`;
      throw new KnownError(
        "transfer",
        `cannot trust bundle ${id} ${where}: ${findings.length} bad file(s) among ${files}`,
        {
          remedy:
            folder === undefined
              ? "upload it again, or take another bundle"
              : "move the bad files away and download again",
        },
      );
    }
    if (!args.json) print(`Verified bundle id:${id}: ${files} files, ${formatBytes(bytes)}`);
  },
});
