import { type FSWatcher, watch } from "node:fs";

export interface WatchedFolder {
  readonly path: string;
  /** Whether a change of the entry `name` is worth a look. */
  concerns(name: string): boolean;
}

/**
 * Calls back soon after something in one of the folders may have changed, once for a burst. A folder that is
 * not there yet is watched as soon as another one changes. Where watching is refused (ENOSPC, EMFILE) nothing is called: callers poll as well.
 */
export function watchFolders(folders: readonly WatchedFolder[], changed: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let pending = false;
  let closed = false;

  const notify = (): void => {
    if (pending || closed) return;
    pending = true;
    queueMicrotask(() => {
      pending = false;
      if (closed) return;
      arm();
      changed();
    });
  };

  const arm = (): void => {
    for (const folder of folders) {
      if (watchers.has(folder.path)) continue;
      try {
        const watcher = watch(folder.path, { persistent: false }, (_event, name) => {
          if (name === null || folder.concerns(name)) notify();
        });
        watcher.on("error", () => {
          watcher.close();
          watchers.delete(folder.path);
        });
        watchers.set(folder.path, watcher);
      } catch {
        // Not there yet, or no watches left: the poll sees what the watch would have.
      }
    }
  };

  arm();
  return () => {
    closed = true;
    for (const watcher of watchers.values()) watcher.close();
  };
}
