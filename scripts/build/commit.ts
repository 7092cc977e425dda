/** The commit that the tree `root` stands at, marked when it holds changes; `unknown` outside of a clone. */
export function commitOfTree(root: string): string {
  const head = git(root, "rev-parse", "HEAD");
  if (head === undefined) return "unknown";
  const changes = git(root, "status", "--porcelain", "--untracked-files=no");
  return changes === "" ? head : `${head}-modified`;
}

/** When that commit was made; the epoch outside of a clone. */
export function timeOfTree(root: string): Date {
  return new Date(Number(git(root, "log", "-1", "--format=%ct") ?? 0) * 1000);
}

function git(root: string, ...words: string[]): string | undefined {
  if (Bun.which("git") === null) return undefined;
  const { exitCode, stdout } = Bun.spawnSync(["git", "-C", root, ...words], { stderr: "ignore" });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}
