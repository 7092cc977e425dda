import { choice, safeName, text, yesNo } from "./kinds.ts";
import { datamonSettings } from "./datamon-flags.ts";
import type { Group } from "./group.ts";
import { optional, required, withDefault } from "./setting.ts";

const NAME = required(safeName(), "Name of the bundle here: in flags, variables, logs and the status.", {
  example: "input",
});

/** Which way a source is served, for one bundle or for all. */
export const mode = withDefault(
  choice(["download", "mount"]),
  "download",
  "`download` copies the bundle into the folder, `mount` shows it there read-only through FUSE.",
);

export const sourceSettings = {
  name: NAME,
  mode,
  path: required(text("folder"), "Folder where the application finds the files.", { example: "/input" }),
  repo: required(text(), "Repository of the bundle.", { example: "ransom" }),
  label: optional(text(), "The bundle this label names."),
  bundle: optional(text("bundle id"), "The bundle with this id."),
  latest: optional(yesNo(), "The newest bundle of the repository."),
  ...datamonSettings(["mount", "download"]),
};

export const destinationSettings = {
  name: NAME,
  path: required(text("folder"), "Folder that is uploaded.", { example: "/output" }),
  repo: required(text(), "Repository that receives the bundle.", { example: "ransom" }),
  message: required(text(), "Message of the new bundle."),
  label: optional(text("label"), "Label that will name the new bundle, set last of all."),
  idFile: optional(text("file"), "File that receives the id of the new bundle. It must not exist yet."),
  ...datamonSettings(["upload"]),
};

export const sources: Group = {
  key: "sources",
  singular: "source",
  description: "Bundles the application reads.",
  settings: sourceSettings,
};

export const destinations: Group = {
  key: "destinations",
  singular: "destination",
  description: "Folders that become bundles after the application has ended.",
  settings: destinationSettings,
};
