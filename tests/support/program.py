"""Running the built program: what the tests in Python share."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["EQUIPOISE_SOURCE"])
BUILD = Path(os.environ["EQUIPOISE_BUILD"])
PROGRAM = os.environ["EQUIPOISE_PROGRAM"]
MPIEXEC = os.environ["EQUIPOISE_MPIEXEC"]

POINT = {
    "run": {"title": "a small network", "t_end": "0.2", "output_interval": "0.05", "seed": "7"},
    "domain": {"kind": "point"},
    "populations": {"names": "e i"},
    "population.e": {"sign": "excitatory", "neurons": "5000", "drift": "linear(tau=1)", "noise": "constant(sigma=1)",
                     "drive": "0.1 + 0.05*sin(t)", "mean": "0.08", "variance": "1"},
    "population.i": {"sign": "inhibitory", "neurons": "3000", "drift": "linear(tau=0.5)", "noise": "constant(sigma=1)",
                     "mean": "0.2", "variance": "2"},
    "coupling.e.i": {"kernel": "cosine(1)", "gain": "tanh(slope=1)"},
    "coupling.i.e": {"kernel": "cosine(1)", "gain": "tanh(slope=1)"},
    "coupling.i.i": {"kernel": "cosine(0.5)", "gain": "tanh(slope=1)"},
    "network": {"time_step": "0.01", "scheme": "balanced"},
}


def configuration(*changes):
    """POINT with sections changed: each change is {section: {key: value}}, a value None removes the key."""
    sections = {name: dict(keys) for name, keys in POINT.items()}
    for change in changes:
        for section, keys in change.items():
            merged = sections.setdefault(section, {})
            merged.update(keys)
            for key in [key for key, value in merged.items() if value is None]:
                del merged[key]
    return sections


def text_of(sections):
    return "\n".join(f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
                     for name, keys in sections.items())


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own, in which the program runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, sections, name="a.ini"):
        path = self.folder / name
        path.write_text(text_of(sections), encoding="utf-8")
        return path

    def equipoise(self, *arguments, ranks=None, expect=0, timeout=100):
        """Runs the program in the test's folder; fails unless it ends with `expect`."""
        command = [PROGRAM, *map(str, arguments)]
        if ranks:
            command = [MPIEXEC, "-n", str(ranks), *command]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=timeout, check=False)
        self.assertEqual(done.returncode, expect, f"{command}\n{done.stdout}\n{done.stderr}")
        return done
