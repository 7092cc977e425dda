/** Variables of an application's pod that would change Bun, zx, consola or the dynamic loader. */
export const TRAPS: Readonly<Record<string, string>> = {
  BUN_OPTIONS: "--preload /nonexistent.ts",
  BUN_BE_BUN: "1",
  BUN_INSPECT: "127.0.0.1:1",
  BUN_JSC_useJIT: "nonsense",
  BUN_FEATURE_FLAG_NO_ORPHANS: "1",
  ZX_SHELL: "/nonexistent",
  ZX_PREFIX: "exit 99;",
  NODE_OPTIONS: "--require /nonexistent.js",
  NODE_EXTRA_CA_CERTS: "/nonexistent.pem",
  LD_PRELOAD: "/nonexistent.so",
  LD_LIBRARY_PATH: "/nonexistent",
  LD_DEBUG: "all",
  GLIBC_TUNABLES: "glibc.malloc.check=3",
  MALLOC_PERTURB_: "165",
  MIMALLOC_VERBOSE: "1",
  mimalloc_show_stats: "1",
  SIMDUTF_FORCE_IMPLEMENTATION: "fallback",
  ICU_DATA: "/nonexistent",
  CONSOLA_LEVEL: "0",
  CI: "1",
  DEBUG: "1",
};

/** Variables that only the launcher may set for the brain. */
export const FORGED: Readonly<Record<string, string>> = {
  DATAMON_SIDECAR_CONTROL: "0",
  DATAMON_SIDECAR_HIDDEN_PATH: "/nonexistent",
  DATAMON_SIDECAR_CWD: "/nonexistent",
};
