"""A disk that can be full: a small file system of its own where one can be mounted (as root), otherwise a limit on the size
of the files that running processes may write."""

import errno
import os
import resource
import subprocess


class SmallDisk:
    """The folder `path`, on a tmpfs of `megabytes` where that can be mounted."""

    def __init__(self, test, path, megabytes=16):
        path.mkdir()
        self.path = path
        self.filler = path / "filler"
        self.mounted = os.geteuid() == 0 and self._mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs")
        if self.mounted:
            test.addCleanup(subprocess.run, ["umount", "--lazy", path], check=False)

    def _mount(self, *words):
        return subprocess.run(["mount", *words, self.path], capture_output=True, check=False).returncode == 0

    def fill(self, processes=(), largest=0):
        """Leaves no room; without a file system of our own the running `processes` may write no byte beyond `largest` into
        any file."""
        if not self.mounted:
            limit(processes, largest)
            return
        for size in (1 << 16, 1):
            try:
                with open(self.filler, "ab", buffering=0) as file:
                    while True:
                        file.write(b"x" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self):
        self.filler.unlink(missing_ok=True)

    def set_read_only(self, test):
        """False where it cannot be made so (root may write anywhere but on a read-only file system)."""
        if self.mounted:
            return self._mount("-o", "remount,ro")
        self.path.chmod(0o555)
        test.addCleanup(self.path.chmod, 0o755)
        return os.geteuid() != 0


def limit(processes, largest):
    """As ulimit -f, on processes that run already."""
    for process in processes:
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (largest, hard))
