import { gathering } from "../layers/layer.ts";
import type { Gathering, Given, Layer } from "../layers/layer.ts";
import { DATAMON_FLAGS, OWN_FLAGS, REFUSED_FLAGS } from "../schema/datamon-flags.ts";
import { didYouMean } from "../suggestion.ts";

/** Flags of `bundle mount` and `bundle upload` that we call otherwise. */
const MOUNT_FLAGS: Readonly<Record<string, string>> = {
  repo: "repo",
  mount: "path",
  label: "label",
  bundle: "bundle",
};
const UPLOAD_FLAGS: Readonly<Record<string, string>> = {
  repo: "repo",
  path: "path",
  message: "message",
  label: "label",
};

/** datamon's `config create` takes these, and the native engine writes them into bundles. */
const CONTRIBUTOR_FLAGS: Readonly<Record<string, string>> = {
  name: "contributorName",
  email: "contributorEmail",
};

/** Settings that also count outside the command they were written in. */
const SHARED_KEYS = ["context", "configBucket"];

export interface BundleCommand {
  readonly command: "mount" | "upload";
  readonly words: readonly string[];
  readonly name: string;
  /** Which `-d` it was. */
  readonly source: string;
}

/** The flags of a `bundle mount` or `bundle upload` written for datamon, as values of one of our bundles. */
export function bundleCommandLayer({ command, words, name, source }: BundleCommand): Layer {
  const layer = gathering();
  const group = command === "mount" ? "sources" : "destinations";
  const named = command === "mount" ? MOUNT_FLAGS : UPLOAD_FLAGS;
  const settable = DATAMON_FLAGS.filter((flag) => flag.commands.includes(command));
  const switches = settable.filter((flag) => flag.form === "switch").map((flag) => flag.name);
  layer.items.push({ group, name, key: "name", value: name, source });
  for (const { flag, value } of flagsOf(layer, source, words, [...switches, "daemonize"])) {
    const key = named[flag] ?? settable.find((known) => known.name === flag)?.key;
    if (key !== undefined) {
      const given = { key, value, source: `${source} --${flag}` };
      layer.items.push({ group, name, ...given });
      if (SHARED_KEYS.includes(key)) layer.givens.push(given);
    } else if (OWN_FLAGS.includes(flag)) {
      layer.warnings.push(`--${flag} (${source}) has no effect: the sidecar decides it`);
    } else {
      const known = [...Object.keys(named), ...settable.map((each) => each.name)];
      const remedy =
        REFUSED_FLAGS[flag] ?? didYouMean(flag, known, `bundle ${command} has ${known.join(", ")}`);
      layer.problems.push({ key: `--${flag}`, source, cause: `is not a flag of bundle ${command}`, remedy });
    }
  }
  if (command === "mount") giveLatest(layer, name, source);
  return layer;
}

/** Who contributes and where, as far as a `config create` says; datamon itself judges its flags. */
export function configCommandGivens(words: readonly string[], source: string): Given[] {
  const known: Readonly<Record<string, string>> = {
    ...CONTRIBUTOR_FLAGS,
    context: "context",
    config: "configBucket",
  };
  return flagsOf(gathering(), source, words, []).flatMap(({ flag, value }) => {
    const key = known[flag];
    return key === undefined ? [] : [{ key, value, source: `${source} --${flag}` }];
  });
}

/** datamon takes the newest bundle when neither a label nor a bundle is named. */
function giveLatest(layer: Gathering, name: string, source: string): void {
  const named = layer.items.some((item) => item.key === "label" || item.key === "bundle");
  if (!named) layer.items.push({ group: "sources", name, key: "latest", value: "true", source });
}

/** `--flag value`, `--flag=value`, and a switch without a value, as datamon's own parser takes them. */
function flagsOf(
  layer: Gathering,
  source: string,
  words: readonly string[],
  switches: readonly string[],
): { flag: string; value: string }[] {
  const found: { flag: string; value: string }[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (!word.startsWith("--") || word === "--") {
      const remedy = "write --flag value, and quote a value that holds blanks";
      layer.problems.push({ key: "argument", value: word, source, cause: "is not expected", remedy });
      continue;
    }
    const [flag, joined] = parted(word.slice(2));
    if (joined !== undefined || switches.includes(flag)) {
      found.push({ flag, value: joined ?? "true" });
      continue;
    }
    index += 1;
    const value = words[index];
    if (value !== undefined) found.push({ flag, value });
    else layer.problems.push({ key: `--${flag}`, source, cause: "has no value", remedy: "give it one" });
  }
  return found;
}

function parted(text: string): [flag: string, value: string | undefined] {
  const at = text.indexOf("=");
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
