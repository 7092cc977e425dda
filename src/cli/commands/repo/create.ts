import { defineCommand } from "citty";
import { DEFAULT_CONTRIBUTOR, openEngine } from "../../../adapters/engines/native/options.ts";
import { KnownError } from "../../../core/errors.ts";
import { goTimestamp } from "../../../core/storage/timestamp.ts";
import { print } from "../../print.ts";
import { contributorArgs, engineOptions, repoArg, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "create",
    description:
      "Makes a repository. Example: datamon-sidecar repo create --store file:///data/store --repo results --description 'what comes out'",
  },
  args: {
    repo: repoArg,
    description: { type: "string", required: true, valueHint: "text", description: "What it is for" },
    ...contributorArgs,
    ...storeArgs,
  },
  async run({ args }) {
    const options = engineOptions(args);
    const { catalogue } = await openEngine(options);
    const repo = {
      name: args.repo,
      description: args.description,
      timestamp: goTimestamp(Date.now()),
      contributor: options.contributor ?? DEFAULT_CONTRIBUTOR,
    };
    if (!(await catalogue.createRepo(repo))) {
      throw new KnownError(
        "configuration",
        `cannot make the repository ${JSON.stringify(repo.name)}: it is there already`,
      );
    }
    print(args.json ? JSON.stringify(repo) : `created repository '${repo.name}'`);
  },
});
