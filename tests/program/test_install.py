"""Protects cmake --install: the tree stands on its own, away from source and build folders."""

import os
import subprocess
import sys
import unittest

from program import BUILD, ProgramTest


class Install(ProgramTest):
    def test_installed_tree(self):
        prefix = self.folder / "prefix"
        subprocess.run([os.environ["EQUIPOISE_CMAKE"], "--install", BUILD, "--prefix", prefix], check=True,
                       capture_output=True)
        program, share = prefix / "bin" / "equipoise", prefix / "share" / "equipoise"
        for name in ("input/figure5.ini", "input/examples/ring_gaussian.ini", "jobscripts/run.sbatch"):
            self.assertTrue((share / name).is_file(), name)
        self.assertTrue(os.access(share / "jobscripts" / "run.sbatch", os.X_OK))
        documents = {path.name for path in (prefix / "share" / "doc" / "equipoise").iterdir()}
        self.assertLessEqual({"README.md", "LICENSE", "architecture.md"}, documents)
        strays = [str(path) for path in prefix.rglob("*") if path.suffix in (".h5", ".pyc")]
        self.assertEqual(strays, [])

        def run(*command):
            done = subprocess.run(list(map(str, command)), cwd=self.folder, capture_output=True, text=True, timeout=100,
                                  check=False)
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}\n{done.stderr}")
            return done.stdout

        self.assertIn("0.1.0", run(program, "--version"))
        run(program, "run", share / "input" / "figure3.ini", "--run.t_end=0.1", "--run.output=a.h5")
        run(sys.executable, share / "postprocess" / "equipoise_post", "plot", "a.h5")
        self.assertTrue((self.folder / "a.png").exists())


if __name__ == "__main__":
    unittest.main()
