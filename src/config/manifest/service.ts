/** One sidecar container. */
export interface Service {
  readonly role: "files" | "postgres";
  readonly image: string;
  /** What its probes ask for: `files`, `postgres:NAME`. */
  readonly peers: readonly string[];
  /** Shows bundles through FUSE. */
  readonly mounts: boolean;
  readonly probePort: number | undefined;
}
