import { defineCommand } from "citty";
import { createContext } from "../../../adapters/engines/native/catalogue.ts";
import { DEFAULT_CONFIG, DEFAULT_CONTEXT } from "../../../adapters/engines/native/options.ts";
import { openStore } from "../../../adapters/store/open.ts";
import { KnownError } from "../../../core/errors.ts";
import { print } from "../../print.ts";
import { engineOptions, storeArgs } from "../storage.ts";

const bucket = (description: string, name: string) =>
  ({
    type: "string",
    valueHint: "bucket",
    description: `Bucket for ${description} (default: ${name})`,
  }) as const;

export default defineCommand({
  meta: {
    name: "create",
    description:
      "Makes the context that names the buckets of a store. Example: mkdir /data/store && datamon-sidecar context create --store file:///data/store",
  },
  args: {
    blob: bucket("file contents", "blob"),
    meta: bucket("repositories and bundles", "meta"),
    vmeta: bucket("labels", "vmeta"),
    wal: bucket("datamon's write-ahead log", "wal"),
    "read-log": bucket("datamon's read log", "readlog"),
    ...storeArgs,
  },
  async run({ args }) {
    const { store, config = DEFAULT_CONFIG, context = DEFAULT_CONTEXT } = engineOptions(args);
    const descriptor = {
      name: context,
      wal: args.wal ?? "wal",
      readlog: args["read-log"] ?? "readlog",
      blob: args.blob ?? "blob",
      metadata: args.meta ?? "meta",
      vmetadata: args.vmeta ?? "vmeta",
    };
    if (!(await createContext(openStore(store), config, descriptor))) {
      throw new KnownError(
        "configuration",
        `cannot make the context ${JSON.stringify(context)}: it is there already`,
      );
    }
    print(args.json ? JSON.stringify(descriptor) : `created context '${context}'`);
  },
});
