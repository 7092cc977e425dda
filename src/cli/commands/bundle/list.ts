import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { requireRepo } from "../../../adapters/engines/native/resolve.ts";
import { print } from "../../print.ts";
import { engineOptions, repoArg, row, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "list",
    description:
      "Lists the complete bundles of a repository, oldest first: ID , TIMESTAMP , MESSAGE. Example: datamon-sidecar bundle list --store file:///data/store --repo results",
  },
  args: { repo: repoArg, ...storeArgs },
  async run({ args }) {
    const { catalogue } = await openEngine(engineOptions(args));
    await requireRepo(catalogue, args.repo);
    const bundles = [];
    for (const id of await catalogue.bundleIds(args.repo)) {
      const bundle = await catalogue.bundle(args.repo, id);
      if (bundle !== undefined) bundles.push(bundle);
    }
    if (args.json) return print(JSON.stringify(bundles));
    for (const { id, timestamp, message } of bundles) print(row(id, timestamp, message));
  },
});
