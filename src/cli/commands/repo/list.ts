import { defineCommand } from "citty";
import { openEngine } from "../../../adapters/engines/native/options.ts";
import { print } from "../../print.ts";
import { engineOptions, formatArg, rowWriter, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "list",
    description:
      "Lists the repositories: NAME , DESCRIPTION , CONTRIBUTOR , TIMESTAMP. Example: datamon-sidecar repo list --store file:///data/store",
  },
  args: { ...formatArg, ...storeArgs },
  async run({ args }) {
    const write = rowWriter(args, ["Name", "Description", "Contributor", "Timestamp"]);
    const { catalogue } = await openEngine(engineOptions(args));
    const repos = [];
    for (const name of await catalogue.repoNames()) {
      const repo = await catalogue.repo(name);
      if (repo !== undefined) repos.push(repo);
    }
    if (args.json) return print(JSON.stringify(repos));
    for (const { name, description, contributor, timestamp } of repos) {
      const by = `${contributor.name} <${contributor.email}>`;
      print(write({ Name: name, Description: description, Contributor: by, Timestamp: timestamp }));
    }
  },
});
