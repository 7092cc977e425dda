import { type ArgsDef, defineCommand } from "citty";
import { basename } from "node:path";
import { readFileSync } from "node:fs";
import { writeAll } from "../../../adapters/output.ts";
import type { ManifestKind, ManifestOptions } from "../../../config/manifest/options.ts";
import { planManifest } from "../../../config/manifest/plan.ts";
import { manifestText } from "../../../config/manifest/write.ts";
import { readYaml } from "../../../config/yaml.ts";
import { KnownError, systemCode } from "../../../core/errors.ts";
import { print } from "../../print.ts";
import type { AnyCommand } from "../../run-command.ts";
import { versionInfo } from "../../version.ts";

const { version } = versionInfo();
const PLACEHOLDER = "application:latest";

const ARGS = {
  config: {
    type: "string",
    alias: "c",
    required: true,
    valueHint: "file",
    description: "The settings file; it becomes a ConfigMap",
  },
  name: { type: "string", default: "datamon-run", description: "Name of what is made" },
  image: { type: "string", default: `datamon-sidecar:${version}`, description: "Image with the kit" },
  "postgres-image": {
    type: "string",
    default: `datamon-sidecar-postgres:${version}`,
    description: "Image with the kit and Postgres",
  },
  "app-image": { type: "string", default: PLACEHOLDER, description: "Image of the application" },
  user: { type: "string", default: "1020:2000", description: "UID:GID of every container" },
  "native-sidecar": {
    type: "boolean",
    description: "Sidecars as init containers that stay (Kubernetes 1.29 or later)",
  },
  classic: { type: "boolean", description: "Sidecars as containers beside the application's (the default)" },
  "probe-port": {
    type: "string",
    valueHint: "port",
    description: "Probes over HTTP, from this port on, with /metrics; without it they are commands",
  },
  "store-claim": {
    type: "string",
    default: "datamon-store",
    description: "PersistentVolumeClaim behind a store file:///...",
  },
  "datamon-secret": {
    type: "string",
    description: "Secret with datamon.yaml and credentials.json for the datamon command",
  },
  "password-secret": {
    type: "string",
    default: "database-password",
    description: "Secret with the databases' password file",
  },
} as const satisfies ArgsDef;

const BACKOFF = {
  type: "string",
  default: "2",
  description: "How often a failed run is tried again",
} as const;

/** `manifest KIND --config FILE [FLAGS] [-- COMMAND...]`. */
export function manifestCommand(kind: ManifestKind, what: string): AnyCommand {
  return defineCommand({
    meta: {
      name: kind,
      description: `Writes ${what}, with its settings as a ConfigMap. Example: datamon-sidecar manifest ${kind} --config sidecar.yaml --app-image registry/app:1 -- python main.py`,
    },
    args: { ...ARGS, ...(kind === "job" ? { "backoff-limit": BACKOFF } : {}) } as ArgsDef,
    run({ args, rawArgs }) {
      const end = rawArgs.indexOf("--");
      const command = end === -1 ? [] : rawArgs.slice(end + 1);
      const options = optionsOf(args as Record<string, string | boolean | undefined>);
      const text = readText(String(args["config"]));
      const file = readYaml(basename(String(args["config"])), text);
      const plan = planManifest(kind, file, text, command, options);
      for (const warning of plan.warnings) writeAll(2, `warning: ${warning}\n`);
      if (options.applicationImage === PLACEHOLDER) {
        writeAll(2, `warning: ${PLACEHOLDER} stands for the application's image: give --app-image\n`);
      }
      print(manifestText(kind, plan));
    },
  }) as AnyCommand;
}

function optionsOf(args: Readonly<Record<string, string | boolean | undefined>>): ManifestOptions {
  const text = (name: string): string => String(args[name]);
  const optional = (name: string): string | undefined =>
    args[name] === undefined ? undefined : String(args[name]);
  if (args["native-sidecar"] === true && args["classic"] === true) {
    throw new KnownError("usage", "cannot follow --native-sidecar and --classic at the same time", {
      remedy: "leave out one of the two",
    });
  }
  const classic = args["classic"] === true ? "classic" : undefined;
  const probePort = optional("probe-port");
  return {
    name: checked(
      text("name"),
      "--name",
      /^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/,
      "small letters, digits and -, at most 52",
    ),
    image: text("image"),
    postgresImage: text("postgres-image"),
    applicationImage: text("app-image"),
    user: checked(
      text("user"),
      "--user",
      /^[1-9]\d{0,8}:\d{1,9}$/,
      "UID:GID with a UID above 0, as 1020:2000",
    ),
    sidecars: args["native-sidecar"] === true ? "native" : classic,
    storeClaim: text("store-claim"),
    datamonSecret: optional("datamon-secret"),
    passwordSecret: text("password-secret"),
    probePort:
      probePort === undefined
        ? undefined
        : Number(checked(probePort, "--probe-port", /^\d+$/, "a port, as 9180")),
    backoffLimit: Number(
      checked(optional("backoff-limit") ?? "0", "--backoff-limit", /^\d{1,6}$/, "a whole number"),
    ),
  };
}

function checked(value: string, flag: string, pattern: RegExp, wanted: string): string {
  if (pattern.test(value)) return value;
  throw new KnownError("usage", `cannot use ${flag} ${JSON.stringify(value)}`, { remedy: `write ${wanted}` });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new KnownError(
      "configuration",
      `cannot read the settings file ${path} (--config): ${systemCode(error)}`,
      {
        cause: error,
        remedy: "check the path",
      },
    );
  }
}
