import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { noLabel, requireRepo } from "../../../adapters/engines/native/resolve.ts";
import { print } from "../../print.ts";
import { engineOptions, repoArg, row, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "get",
    description:
      "Shows where a label points: NAME , BUNDLEID , TIMESTAMP. Example: datamon-sidecar label get --store file:///data/store --repo results --label latest",
  },
  args: {
    repo: repoArg,
    label: { type: "string", required: true, valueHint: "name", description: "The label" },
    ...storeArgs,
  },
  async run({ args }) {
    const { catalogue } = await openEngine(engineOptions(args));
    await requireRepo(catalogue, args.repo);
    const label = await catalogue.label(args.repo, args.label);
    if (label === undefined) throw await noLabel(catalogue, args.repo, args.label);
    print(args.json ? JSON.stringify(label) : row(label.name, label.id, label.timestamp));
  },
});
