import { defineCommand } from "citty";
import { asides, leftOut } from "../../../adapters/engines/native/asides.ts";
import { createNativeEngine } from "../../../adapters/engines/native/engine.ts";
import { writeAll } from "../../../adapters/output.ts";
import { harmless } from "../../../core/log.ts";
import { print } from "../../print.ts";
import {
  concurrencyArg,
  contributorArgs,
  datamonArgs,
  engineOptions,
  formatArg,
  refuseUnsafe,
  repoArg,
  rowWriter,
  showing,
  stoppable,
  storeArgs,
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
    files: {
      type: "string",
      valueHint: "file",
      description: "A text file that names the files to upload, relative to --path, one a line",
    },
    "skip-on-error": {
      type: "boolean",
      description:
        "Leave out what cannot be read, or stored in a bundle, and name it at the end; the upload then counts as done",
    },
    retry: { type: "boolean", description: "As datamon's, without effect: a folder needs no second attempt" },
    "verify-blob-hash": {
      type: "boolean",
      default: true,
      description: "Compare blobs that are in the store already byte by byte, and mend damaged ones",
      negativeDescription: "Compare only their sizes",
    },
    ...concurrencyArg,
    ...contributorArgs,
    ...formatArg,
    ...datamonArgs,
    ...storeArgs,
  },
  async run({ args }) {
    const { repo, path, message, label, bundle: id, files } = args;
    refuseUnsafe(args);
    const write = rowWriter(args, ["BundleID", "RepoID", "Label"]);
    const compare = args["verify-blob-hash"] ? "bytes" : "size";
    const engine = createNativeEngine({ ...engineOptions(args), compare });
    const request = {
      repo,
      path,
      message,
      ...(label === undefined ? {} : { label }),
      ...(id === undefined ? {} : { id }),
      ...(files === undefined ? {} : { files }),
      skipOnError: args["skip-on-error"] ?? false,
    };
    const done = await stoppable((signal) => engine.upload(request, showing(`upload of ${path}`), signal));
    for (const line of leftOut(done)) writeAll(2, `${line}\n`);
    if (args.json) return print(JSON.stringify({ ...done, ...(label === undefined ? {} : { label }) }));
    for (const line of asides(done)) writeAll(2, `${line}\n`);
    if (args.format !== undefined) {
      return print(write({ BundleID: done.id, RepoID: repo, Label: label ?? "" }));
    }
    print(`Uploaded bundle id:${done.id}`);
    if (label !== undefined) print(`set label '${harmless(label)}'`);
  },
});
