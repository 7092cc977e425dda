import type { Role } from "../schema/roles.ts";

/** What `--help` says of a role beside its flags. The examples are parsed in the tests. */
export interface RoleText {
  readonly usage: string;
  readonly purpose: string;
  readonly examples: readonly string[];
}

export const ROLE_TEXTS: Readonly<Record<Role, RoleText>> = {
  app: {
    usage: "datamon-sidecar app [FLAGS] [--] COMMAND [ARG...]",
    purpose:
      "Waits until the sidecars are ready, runs the application, lets the sidecars upload, and ends with the application's exit code.",
    examples: [
      "datamon-sidecar app --coord-point /coord --wait-for files -- python main.py",
      "datamon-sidecar app --coord-point /coord --wait-for files --wait-for postgres:db --upload always -- make report",
    ],
  },
  files: {
    usage: "datamon-sidecar files [FLAGS]",
    purpose:
      "Fetches or mounts bundles for the application, and uploads folders as new bundles after it has ended.",
    examples: [
      "datamon-sidecar files --config /config/sidecar.yaml",
      "datamon-sidecar files --coord-point /coord --source in.path=/input --source in.repo=ransom --source in.label=latest-good --destination out.path=/output --destination out.repo=ransom --destination out.message=results",
    ],
  },
  postgres: {
    usage: "datamon-sidecar postgres [FLAGS]",
    purpose:
      "Starts Postgres servers, new or from bundles, and uploads them as bundles after the application has ended.",
    examples: [
      "datamon-sidecar postgres --config /config/sidecar.yaml",
      "datamon-sidecar postgres --coord-point /coord --database db.source-repo=ransom --database db.source-label=nightly",
    ],
  },
  sidecar: {
    usage: "datamon-sidecar sidecar [FLAGS]",
    purpose: "Serves whatever is declared, bundles and databases, in one process.",
    examples: ["datamon-sidecar sidecar --config /config/sidecar.yaml"],
  },
};
