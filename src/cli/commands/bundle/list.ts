import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { requireRepo } from "../../../adapters/engines/native/resolve.ts";
import { print } from "../../print.ts";
import { BUNDLE_COLUMNS, bundleColumns } from "./columns.ts";
import { engineOptions, formatArg, repoArg, rowWriter, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "list",
    description:
      "Lists the complete bundles of a repository, oldest first: ID , TIMESTAMP , MESSAGE. Example: datamon-sidecar bundle list --store file:///data/store --repo results",
  },
  args: { repo: repoArg, ...formatArg, ...storeArgs },
  async run({ args }) {
    const write = rowWriter(args, BUNDLE_COLUMNS);
    const { catalogue } = await openEngine(engineOptions(args));
    await requireRepo(catalogue, args.repo);
    const bundles = [];
    for (const id of await catalogue.bundleIds(args.repo)) {
      const bundle = await catalogue.bundle(args.repo, id);
      if (bundle !== undefined) bundles.push(bundle);
    }
    if (args.json) return print(JSON.stringify(bundles));
    for (const bundle of bundles) print(write(bundleColumns(bundle)));
  },
});
