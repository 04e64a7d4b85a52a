"""A run that is killed at any moment leaves a folder whose newest checkpoint is whole."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

WRITER = sys.argv.pop(1)
PROGRAM = os.environ["EQUIPOISE_PROGRAM"]


class Kill(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def whole(self):
        """Sequences of the checkpoints; each must be whole."""
        found = []
        for path in self.folder.glob("checkpoint_*.h5"):
            result = subprocess.run([PROGRAM, "info", path], capture_output=True, text=True, timeout=60)
            self.assertEqual(result.returncode, 0, result.stderr)
            found.append(int(path.stem.split("_")[1]))
        return found

    def wait_for(self, pattern):
        """When there is such a file; the machine may be busy."""
        start = time.monotonic()
        while not list(self.folder.glob(pattern)) and time.monotonic() - start < 60:
            time.sleep(0.001)
        return time.monotonic()

    def start(self):
        """A writer from its first sign of work on, so that a kill falls into the writing of a checkpoint."""
        for left in self.folder.glob("*.partial"):  # by the one before
            left.unlink()
        writer = subprocess.Popen([WRITER, self.folder], stderr=subprocess.DEVNULL)
        return writer, self.wait_for("*.partial")

    def kill(self, writer):
        writer.send_signal(signal.SIGKILL)
        self.assertEqual(writer.wait(timeout=60), -signal.SIGKILL)

    def test_killed_at_random_moments(self):
        # How long the machine takes for one: a busy one must not be killed within the first each time.
        writer, began = self.start()
        seconds = self.wait_for("checkpoint_1.h5") - began
        self.kill(writer)
        before = self.whole()
        self.assertGreaterEqual(max(before, default=0), 1)
        moments = random.Random(6)
        for _ in range(14):
            writer, _ = self.start()
            time.sleep(moments.uniform(0, 4 * seconds))
            self.kill(writer)
            now = self.whole()
            self.assertGreaterEqual(max(now), max(before))
            # Two are kept; between the naming of a new one and the removal of an old one there is one more.
            self.assertLessEqual(len(now), max(2, len(before)) + 1)
            before = now


if __name__ == "__main__":
    unittest.main()
