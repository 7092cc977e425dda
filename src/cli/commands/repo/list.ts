import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { print } from "../../print.ts";
import { engineOptions, row, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "list",
    description:
      "Lists the repositories: NAME , DESCRIPTION , CONTRIBUTOR , TIMESTAMP. Example: datamon-sidecar repo list --store file:///data/store",
  },
  args: storeArgs,
  async run({ args }) {
    const { catalogue } = await openEngine(engineOptions(args));
    const repos = [];
    for (const name of await catalogue.repoNames()) {
      const repo = await catalogue.repo(name);
      if (repo !== undefined) repos.push(repo);
    }
    if (args.json) return print(JSON.stringify(repos));
    for (const { name, description, contributor, timestamp } of repos) {
      print(row(name, description, `${contributor.name} <${contributor.email}>`, timestamp));
    }
  },
});
