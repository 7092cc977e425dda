import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KnownError, systemCode } from "../../core/errors.ts";
import type { ObjectStore } from "../engines/native/object-store.ts";
import { folderStore } from "./folder.ts";

/** The kinds of store by the scheme of their address; another kind is one file and one line here. */
const SCHEMES = {
  "file:": openFolder,
} satisfies Record<string, (url: URL) => ObjectStore>;

/** Opens a store. Errors: `configuration` when the address is not understood or nothing is there. */
export function openStore(address: string): ObjectStore {
  const url = URL.parse(address);
  const open = url === null ? undefined : Object.entries(SCHEMES).find(([scheme]) => scheme === url.protocol);
  if (url === null || open === undefined) {
    throw new KnownError(
      "configuration",
      `cannot open the store ${JSON.stringify(address)}: no such kind of address`,
      {
        remedy: "write file:///PATH for a folder",
      },
    );
  }
  return open[1](url);
}

function openFolder(url: URL): ObjectStore {
  const refuse = (why: string) =>
    new KnownError("configuration", `cannot open the store ${url.href}: ${why}`, {
      remedy:
        "check store (--store, SIDECAR_STORE); `datamon-sidecar context create` begins a new store in an existing folder",
    });
  if (url.host !== "" || url.search !== "" || url.hash !== "")
    throw refuse("the address of a folder is file:///PATH");
  let path: string;
  try {
    path = fileURLToPath(url);
    if (!statSync(path).isDirectory()) throw refuse(`${path} is not a folder`);
  } catch (error) {
    if (error instanceof KnownError) throw error;
    throw refuse(systemCode(error) === "ENOENT" ? "there is no such folder" : String(error));
  }
  return folderStore(url.href, path);
}
