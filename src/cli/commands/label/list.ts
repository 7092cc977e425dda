import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { requireRepo } from "../../../adapters/engines/native/resolve.ts";
import { print } from "../../print.ts";
import { LABEL_COLUMNS, labelColumns } from "./columns.ts";
import { engineOptions, formatArg, repoArg, rowWriter, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "list",
    description:
      "Lists the labels of a repository: NAME , BUNDLEID , TIMESTAMP. Example: datamon-sidecar label list --store file:///data/store --repo results",
  },
  args: { repo: repoArg, ...formatArg, ...storeArgs },
  async run({ args }) {
    const write = rowWriter(args, LABEL_COLUMNS);
    const { catalogue } = await openEngine(engineOptions(args));
    await requireRepo(catalogue, args.repo);
    const labels = [];
    for (const name of await catalogue.labelNames(args.repo)) {
      const label = await catalogue.label(args.repo, name);
      if (label !== undefined) labels.push(label);
    }
    if (args.json) return print(JSON.stringify(labels));
    for (const label of labels) print(write(labelColumns(label)));
  },
});
