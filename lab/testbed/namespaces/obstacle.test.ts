import { expect, test } from "vitest";
import { tellMissing, tellObstacle } from "./obstacle.ts";

const REFUSED = "unshare: unshare failed: Operation not permitted\n";

/** A system with these settings. */
function systemWith(settings: Readonly<Record<string, string>>) {
  return { read: (path: string) => settings[path.replace("/proc/sys/", "").replaceAll("/", ".")] ?? null };
}

test.each([
  [
    REFUSED,
    { "kernel.unprivileged_userns_clone": "0" },
    "this system forbids user namespaces (kernel.unprivileged_userns_clone is 0): `sudo sysctl kernel.unprivileged_userns_clone=1` permits them",
  ],
  [
    "unshare: unshare failed: No space left on device\n",
    { "user.max_user_namespaces": "0" },
    "this system forbids user namespaces (user.max_user_namespaces is 0): `sudo sysctl user.max_user_namespaces=15000` permits them",
  ],
  [
    "mount: /proc: permission denied.\n       dmesg(1) may have more information after failed mount system call.\n",
    { "kernel.apparmor_restrict_unprivileged_userns": "1", "kernel.unprivileged_userns_clone": "1" },
    "AppArmor (Ubuntu 24.04) forbids user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1): `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` permits them",
  ],
  [
    REFUSED,
    {},
    "namespaces may not be made here (unshare: unshare failed: Operation not permitted), as in most containers: run outside of it, or with an engine's --privileged",
  ],
  [
    "unshare: unrecognized option: kill-child\nBusyBox v1.36\n",
    {},
    "the tools are not those of util-linux 2.36 or later (unshare: unrecognized option: kill-child)",
  ],
  ["RTNETLINK answers: File exists\nCommand failed -:2\n", {}, "RTNETLINK answers: File exists"],
  ["", {}, "namespaces could not be made, and no tool said why"],
])("%j is told with what to do, on a system with %o", (said, settings, line) => {
  expect(tellObstacle(said, systemWith(settings))).toBe(line);
});

test("a setting that forbids them is not blamed for another fault", () => {
  const system = systemWith({ "user.max_net_namespaces": "0" });
  expect(tellObstacle("RTNETLINK answers: File exists", system)).toBe("RTNETLINK answers: File exists");
});

test.each([
  ["ip", "ip is not installed: install iproute2"],
  ["unshare", "unshare is not installed: install util-linux"],
])("that %s is missing is told with its package", (tool, line) => {
  expect(tellMissing(tool)).toBe(line);
});
