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
    def newest(self, folder):
        """The highest sequence among the checkpoints that are whole."""
        whole = []
        for path in folder.glob("checkpoint_*.h5"):
            result = subprocess.run([PROGRAM, "info", path], capture_output=True, text=True, timeout=60)
            self.assertEqual(result.returncode, 0, result.stderr)
            whole.append(int(path.stem.split("_")[1]))
        self.assertLessEqual(len(whole), 3)
        return max(whole, default=0)

    def test_killed_at_random_moments(self):
        moments = random.Random(6)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            before = 0
            for _ in range(14):
                for left in folder.glob("*.partial"):  # by the one before; this one's are waited for
                    left.unlink()
                writer = subprocess.Popen([WRITER, name], stderr=subprocess.DEVNULL)
                # From its first sign of work on, so that the kill falls into the writing of a checkpoint.
                start = time.monotonic()
                while not list(folder.glob("*.partial")) and time.monotonic() - start < 60:
                    time.sleep(0.001)
                time.sleep(moments.uniform(0, 0.08))
                writer.send_signal(signal.SIGKILL)
                self.assertEqual(writer.wait(timeout=60), -signal.SIGKILL)
                now = self.newest(folder)
                self.assertGreaterEqual(now, before)
                before = now
            self.assertGreater(before, 0)


if __name__ == "__main__":
    unittest.main()
