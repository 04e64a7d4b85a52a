"""Protects the set-up where it must not install: what is missing is named by its Debian and Spack packages."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["EQUIPOISE_SOURCE"])
TOOLS = ("bash", "dirname", "mkdir", "rm", "id", "env", "sed", "tail", "nproc")  # and neither CMake nor apt-get


class SetUp(unittest.TestCase):
    def test_missing_packages_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for tool in TOOLS:
                os.symlink(shutil.which(tool), Path(folder, tool))
            for script, expected in (("quickstart.sh", ("cmake", "g++", "gcc", "make", "gmake")),
                                     ("test.sh", ("cmake", "clang-tidy", "llvm", "shellcheck"))):
                with self.subTest(script=script):
                    done = subprocess.run([Path(folder, "bash"), SOURCE / script], env={"PATH": folder}, text=True,
                                          capture_output=True, timeout=60, check=False)
                    self.assertEqual(done.returncode, 1, done)
                    for word in (*expected, "not Debian", "Spack"):
                        self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
