import { expect, test } from "bun:test";
import { coresGiven, cpuLimits } from "../../../../src/adapters/engines/native/cores.ts";

const reader = (files: Record<string, string>) => (path: string) => files[path] ?? "";

test.each([
  ["no limit in cgroup v2", "0::/\n", { "/sys/fs/cgroup/cpu.max": "max 100000\n" }, []],
  ["a limit in cgroup v2", "0::/\n", { "/sys/fs/cgroup/cpu.max": "150000 100000\n" }, [1.5]],
  [
    "a limit on a group above",
    "0::/pod/container\n",
    {
      "/sys/fs/cgroup/pod/cpu.max": "200000 100000\n",
      "/sys/fs/cgroup/pod/container/cpu.max": "max 100000\n",
    },
    [2],
  ],
  [
    "a limit in cgroup v1",
    "4:cpu,cpuacct:/\n0::/\n",
    {
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    },
    [0.5],
  ],
  [
    "no limit in cgroup v1",
    "4:cpu:/\n",
    { "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n" },
    [],
  ],
  [
    "a path of the host, of which only the root is mounted",
    "4:cpu:/kubepods/pod1\n",
    { "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000" },
    [3],
  ],
  ["nothing to read", "", {}, []],
])("%s", (_, groups, files, limits) => {
  expect(cpuLimits(groups, reader(files as Record<string, string>))).toEqual(limits);
});

test("there is at least one core", () => {
  expect(coresGiven()).toBeGreaterThanOrEqual(1);
});
