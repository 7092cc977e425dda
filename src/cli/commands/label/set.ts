import { defineCommand } from "citty";
import { setLabel } from "../../../adapters/engines/native/labels.ts";
import { DEFAULT_CONTRIBUTOR, openEngine } from "../../../adapters/engines/native/options.ts";
import { harmless } from "../../../core/log.ts";
import { print } from "../../print.ts";
import { contributorArgs, engineOptions, repoArg, storeArgs } from "../storage.ts";

export default defineCommand({
  meta: {
    name: "set",
    description:
      "Points a label at a complete bundle. Example: datamon-sidecar label set --store file:///data/store --repo results --label good --bundle 3MNWx7BCg6QXlDDpAuYtLTfJRQu",
  },
  args: {
    repo: repoArg,
    label: {
      type: "string",
      required: true,
      valueHint: "name",
      description: "The label; it moves if it is there",
    },
    bundle: { type: "string", required: true, valueHint: "id", description: "The bundle" },
    ...contributorArgs,
    ...storeArgs,
  },
  async run({ args }) {
    const options = engineOptions(args);
    const { catalogue } = await openEngine(options);
    const by = { contributor: options.contributor ?? DEFAULT_CONTRIBUTOR, now: Date.now };
    const label = await setLabel(catalogue, args.repo, args.label, args.bundle, by);
    print(args.json ? JSON.stringify(label) : `set label '${harmless(label.name)}'`);
  },
});
