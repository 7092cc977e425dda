import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { resolveBundle } from "../../../adapters/engines/native/resolve.ts";
import { print } from "../../print.ts";
import { engineOptions, refArgs, refOf, repoArg, row, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "get",
    description:
      "Shows one bundle: ID , TIMESTAMP , MESSAGE. Example: datamon-sidecar bundle get --store file:///data/store --repo results --label latest",
  },
  args: { repo: repoArg, ...refArgs, ...storeArgs },
  async run({ args }) {
    const { catalogue } = await openEngine(engineOptions(args));
    const bundle = await resolveBundle(catalogue, args.repo, refOf(args));
    print(args.json ? JSON.stringify(bundle) : row(bundle.id, bundle.timestamp, bundle.message));
  },
});
