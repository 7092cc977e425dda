import { defineCommand } from "citty";
import { print } from "../print.ts";
import { versionInfo } from "../version.ts";

export default defineCommand({
  meta: {
    name: "version",
    description: "Prints the version; with --json also commit, Bun version, target and packages",
  },
  args: { json: { type: "boolean", description: "Print one JSON object" } },
  run({ args }) {
    const info = versionInfo();
    print(args.json ? JSON.stringify(info) : `datamon-sidecar ${info.version}`);
  },
});
