/** Where one value came from, for `config show`. */
export interface Origin {
  readonly key: string;
  /** The value as a person would write it; a secret is masked. */
  readonly value: string;
  /** `--coord-point`, `SIDECAR_COORD_POINT`, `file.yaml:12`, `default`. */
  readonly source: string;
}
