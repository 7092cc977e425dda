import { defineCommand } from "citty";
import { writeAll } from "../../../adapters/output.ts";
import { createNativeEngine } from "../../../adapters/engines/native/engine.ts";
import { harmless } from "../../../core/log.ts";
import { print } from "../../print.ts";
import {
  contributorArgs,
  engineOptions,
  repoArg,
  showing,
  stoppable,
  storeArgs,
  transferArgs,
} from "../storage.ts";

export default defineCommand({
  meta: {
    name: "upload",
    description:
      "Archives a folder as a new bundle. Example: datamon-sidecar bundle upload --store file:///data/store --repo results --path /out --message 'run 7' --label latest",
  },
  args: {
    repo: repoArg,
    path: { type: "string", required: true, valueHint: "folder", description: "What to upload" },
    message: { type: "string", required: true, valueHint: "text", description: "What it is" },
    label: { type: "string", valueHint: "name", description: "Points this label at the bundle, last of all" },
    bundle: {
      type: "string",
      valueHint: "id",
      description: "Gives it this id; done again, nothing is done twice",
    },
    "verify-blob-hash": {
      type: "boolean",
      default: true,
      description: "Compare blobs that are in the store already byte by byte, and mend damaged ones",
      negativeDescription: "Compare only their sizes",
    },
    ...transferArgs,
    ...contributorArgs,
    ...storeArgs,
  },
  async run({ args }) {
    const { repo, path, message, label, bundle: id } = args;
    const compare = args["verify-blob-hash"] ? "bytes" : "size";
    const engine = createNativeEngine({ ...engineOptions(args), compare });
    const request = {
      repo,
      path,
      message,
      ...(label === undefined ? {} : { label }),
      ...(id === undefined ? {} : { id }),
    };
    const done = await stoppable((signal) => engine.upload(request, showing(`upload of ${path}`), signal));
    if (args.json) return print(JSON.stringify({ ...done, ...(label === undefined ? {} : { label }) }));
    for (const line of asides(done)) writeAll(2, `${line}\n`);
    print(`Uploaded bundle id:${done.id}`);
    if (label !== undefined) print(`set label '${harmless(label)}'`);
  },
});

function asides(done: {
  adopted: boolean;
  emptyFolders: number;
  reserved: readonly string[];
  links: number;
}): string[] {
  const { adopted, emptyFolders, reserved, links } = done;
  return [
    ...(adopted ? ["the bundle was there already, complete"] : []),
    ...reserved.map((name) => `skipped ${name}: datamon's own`),
    ...(emptyFolders > 0 ? [`left out ${emptyFolders} empty folder(s): a bundle holds files only`] : []),
    ...(links > 0 ? [`stored ${links} symbolic link(s) as the files they lead to`] : []),
  ];
}
