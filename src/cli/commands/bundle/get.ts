import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { resolveBundle } from "../../../adapters/engines/native/resolve.ts";
import { print } from "../../print.ts";
import { BUNDLE_COLUMNS, bundleColumns } from "./columns.ts";
import { engineOptions, formatArg, refArgs, refOf, repoArg, rowWriter, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "get",
    description:
      "Shows one bundle: ID , TIMESTAMP , MESSAGE. Example: datamon-sidecar bundle get --store file:///data/store --repo results --label latest",
  },
  args: { repo: repoArg, ...refArgs, ...formatArg, ...storeArgs },
  async run({ args }) {
    const write = rowWriter(args, BUNDLE_COLUMNS);
    const { catalogue } = await openEngine(engineOptions(args));
    const bundle = await resolveBundle(catalogue, args.repo, refOf(args));
    print(args.json ? JSON.stringify(bundle) : write(bundleColumns(bundle)));
  },
});
