import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { noLabel, requireRepo } from "../../../adapters/engines/native/resolve.ts";
import { print } from "../../print.ts";
import { LABEL_COLUMNS, labelColumns } from "./columns.ts";
import { engineOptions, formatArg, repoArg, rowWriter, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "get",
    description:
      "Shows where a label points: NAME , BUNDLEID , TIMESTAMP. Example: datamon-sidecar label get --store file:///data/store --repo results --label latest",
  },
  args: {
    repo: repoArg,
    label: { type: "string", required: true, valueHint: "name", description: "The label" },
    ...formatArg,
    ...storeArgs,
  },
  async run({ args }) {
    const write = rowWriter(args, LABEL_COLUMNS);
    const { catalogue } = await openEngine(engineOptions(args));
    await requireRepo(catalogue, args.repo);
    const label = await catalogue.label(args.repo, args.label);
    if (label === undefined) throw await noLabel(catalogue, args.repo, args.label);
    print(args.json ? JSON.stringify(label) : write(labelColumns(label)));
  },
});
