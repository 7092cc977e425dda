import { cpuLimits } from "../../src/adapters/engines/native/cores.ts";
import { descriptorFields, fileListEntries } from "../../src/adapters/engines/native/documents.ts";
import { parseLegacyFilesArguments } from "../../src/config/legacy/files.ts";
import { exportLines } from "../../src/config/legacy/parameters.ts";
import { parseLegacyPostgresArguments } from "../../src/config/legacy/postgres.ts";
import { parseSidecarArguments } from "../../src/config/sidecar.ts";
import { readYaml } from "../../src/config/yaml.ts";
import {
  downloadedIdIn,
  fileListsIn,
  labelledIdIn,
  lastLines,
  uploadedIdIn,
} from "../../src/core/datamon-output.ts";
import { decodeDictionary } from "../../src/core/dictionary.ts";
import { oneLine } from "../../src/core/errors.ts";
import { harmless } from "../../src/core/log.ts";
import { readMarker } from "../../src/core/marker.ts";
import { parseMountTable } from "../../src/core/mount-table.ts";
import { OutputTail } from "../../src/core/output-tail.ts";
import { parseClaim } from "../../src/core/postgres/claim.ts";
import { parseControlData } from "../../src/core/postgres/control-data.ts";
import { parseManifest } from "../../src/core/postgres/manifest.ts";
import { parseRun, podUidOf } from "../../src/core/run.ts";
import { parseStatus } from "../../src/core/status.ts";
import { bundleOf, contextOf, labelOf, repoOf } from "../../src/core/storage/descriptors.ts";
import { entryFault } from "../../src/core/storage/file-list.ts";
import { nameFault, showName } from "../../src/core/storage/names.ts";
import { splitWords } from "../../src/core/words.ts";

const ID = "3MNWx7BCg6QXlDDpAuYtLTfJRQu";
const bytesOf = (text: string) => new TextEncoder().encode(text);
const yaml = (text: string) => ({ argv: [], env: {}, file: readYaml("f.yaml", text) });

/**
 * Every reader of bytes that somebody else wrote. Each either returns or throws a KnownError that is no bug of ours:
 * `readers.test.ts` holds them to it.
 */
export const FOREIGN_READERS: Readonly<Record<string, (text: string) => unknown>> = {
  dictionary: decodeDictionary,
  words: splitWords,
  "settings file": (text) => parseSidecarArguments(yaml(text)),
  "settings file of the old files sidecar": (text) => parseLegacyFilesArguments(yaml(text)),
  "settings file of the old Postgres sidecar": (text) => parseLegacyPostgresArguments(yaml(text)),
  "parameters of fuse": (text) => exportLines("fuse", readYaml("f.yaml", text)),
  "parameters of postgres": (text) => exportLines("postgres", readYaml("f.yaml", text)),
  "variables of old": (text) =>
    parseLegacyFilesArguments({ argv: [], env: { dm_fuse_opts: text, dm_fuse_bd_x: text } }),
  "commands of old": (text) => parseLegacyFilesArguments({ argv: ["-c", "/c", "-d", text], env: {} }),
  status: (text) => oneLine(new Error(parseStatus(text)?.failure?.cause)),
  marker: (text) => readMarker(text, "run"),
  "run record": parseRun,
  "mount table": (text) => [parseMountTable(text), podUidOf(text)],
  "CPU limits": (text) => cpuLimits(text, () => text),
  "datamon's output": readOutput,
  "names that a download left": (text) => [downloadedIdIn([text]), fileListsIn(text.split("\n"), ID)],
  pg_controldata: parseControlData,
  "manifest of a cluster": parseManifest,
  "claim on a cluster": parseClaim,
  "context descriptor": (text) => contextOf(descriptorFields(bytesOf(text), "key")),
  "repository descriptor": (text) => repoOf(descriptorFields(bytesOf(text), "key")),
  "bundle descriptor": (text) => bundleOf(descriptorFields(bytesOf(text), "key"), ID),
  "label descriptor": (text) => labelOf(descriptorFields(bytesOf(text), "key"), "l"),
  "file list": (text) => fileListEntries(bytesOf(text), "key").map((entry) => entryFault(entry, 65_536)),
  "name of a file": (text) => [nameFault(text), showName(text)],
  "text in a log or a message": (text) => [harmless(text), oneLine(new Error(text))],
};

function readOutput(text: string): unknown {
  const found: unknown[] = [];
  const tail = new OutputTail((line) => found.push(uploadedIdIn(line), labelledIdIn(line, "l")));
  tail.push(bytesOf(text));
  tail.end();
  return [found.length, lastLines(tail.text, 3)];
}
