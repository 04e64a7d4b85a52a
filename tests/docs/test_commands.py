"""Protects README.md and docs/: every command in them runs, as do their Python and their configurations.

A reader's folder is made for each page, with the program in the PATH and README's mine.ini, and the page is followed from top
to bottom: blocks that a comment <!-- file: NAME --> names are saved; blocks of sh, of no language where they begin with a
command, and of python run, and so do commands in the middle of a sentence.
NOT_RUN says which commands do not run here, and why; SHORTER what is made smaller, to end within the test's time.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from pages import PAGES, SOURCE
from pages import blocks as blocks_of
from program import MPIEXEC, PROGRAM

NOT_RUN = [
    (r"^(sudo )?(apt-get|spack|module|git) ", "changes the machine, or needs a network"),
    (r"^(\./(quickstart|test)\.sh|docs/build\.sh|\./docs/build\.sh|docs/make_figures\.sh|bench/\w+)\b",
     "builds, or takes long; program.setup, docs.pages and continuous integration run these"),
    (r"^(cmake|ctest) ", "builds or tests; this is such a test"),
    (r"^build/bench/", "benchmarks are not built with the tests"),
    (r"^(sbatch|squeue|scancel|srun|salloc)( |$)", "needs SLURM; tests/slurm run the job scripts under a private one"),
    (r"^jobscripts/", "submits jobs, likewise"),
    (r"^([\w/]+|equipoise (run|restart|check|stability|converge|info))$", "names a command, and gives it nothing to do"),
    (r"\b(CONFIG|FILE|CHECKPOINT|KEY|NAME|COMMAND)\b", "a pattern, not a command"),
]
SHORTER = [
    (r"mpiexec -n \d+", "mpiexec -n 2", "as many ranks as the test has cores"),
    (r"(equipoise_post figures .*)", r"\1 --only 3", "one figure of five"),
    (r"--sizes \S+", "--sizes 500,1000,2000", "fewer neurons"),
    (r"--realisations \d+", "--realisations 4", "fewer networks"),
    (r"(--scan \S+?):(\d\d+)(?=\s|$)", r"\1:6", "fewer points"),
]
COMMAND = re.compile(r"^(\$ )?((sudo )?(apt-get|spack|module load|git clone)|equipoise|mpiexec|mpirun|srun|sbatch|cmake|ctest|python3|"
                     r"bash|\./\S+\.sh|docs/\S+\.sh|bench/\w+|jobscripts/\S+|build/\S+)( |$)")
TIME_LIMIT = 400  # seconds for one block, on a machine that is busy with other work


def is_script(block):
    """Whether a block is one of commands: by its language or, without one, by its first line."""
    return block.language == "sh" or (block.language in ("", "inline") and COMMAND.match(block.text) is not None)


def why_not(command):
    """The reason for which a command does not run here, or None."""
    return next((reason for pattern, reason in NOT_RUN if re.search(pattern, command)), None)


def without_excluded(script):
    """The script as it runs here: what NOT_RUN names becomes a comment, with the lines that continue it."""
    result, skip = [], False
    for line in script.splitlines():
        skip = skip or why_not(line.strip()) is not None
        result.append("# " + line if skip else line)
        skip = skip and line.endswith("\\")
    text = "\n".join(result) + "\n"
    for pattern, replacement, _ in SHORTER:
        text = re.sub(pattern, replacement, text)
    return text


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "equipoise"
        tools = Path(folder.name) / "bin"
        for part in ("input", "jobscripts", "postprocess"):
            shutil.copytree(SOURCE / part, self.folder / part, ignore=shutil.ignore_patterns("*.h5", "__pycache__"))
        (self.folder / "build" / "release").mkdir(parents=True)
        tools.mkdir()
        for link, target in ((self.folder / "build/release/equipoise", PROGRAM), (tools / "equipoise", PROGRAM),
                             (tools / "mpiexec", MPIEXEC), (tools / "python3", sys.executable)):
            link.symlink_to(target)
        # Home is the folder too: whatever a page writes there is gone after the test.
        self.environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder.name),
                            "MPLBACKEND": "Agg"}

    def run_words(self, words, where, text):
        start = time.monotonic()
        done = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              timeout=TIME_LIMIT, check=False)
        print(f"{time.monotonic() - start:7.1f} s  {where}: {text.strip().splitlines()[0]}")
        self.assertEqual(done.returncode, 0, f"{where}\n{text}\n{done.stdout}\n{done.stderr}")

    def follow(self, page):
        mine = next(block for block in blocks_of(SOURCE / "README.md") if block.file)
        (self.folder / mine.file).write_text(mine.text, encoding="utf-8")
        for block in blocks_of(page):
            where = f"{page.relative_to(SOURCE)}:{block.line}"
            if block.file:
                (self.folder / block.file).write_text(block.text, encoding="utf-8")
            elif block.language == "python":
                self.run_words([sys.executable, "-c", block.text], where, block.text)
            elif is_script(block):
                script = without_excluded(block.text)
                if any(line.strip() and not line.lstrip().startswith("#") for line in script.splitlines()):
                    self.run_words(["bash", "-euo", "pipefail", "-c", script], where, script)
            elif block.language in ("", "bash", "shell", "console"):
                for line in block.text.splitlines():
                    self.assertIsNone(COMMAND.match(line), f"{where}: {line}\ncommands stand in a block of sh, which is run; a "
                                      "pattern or what is printed in a block of text")


def add_test(page):
    name = re.sub(r"\W", "_", page.stem)
    setattr(Commands, f"test_{name}", lambda self: self.follow(page))


for each in PAGES:
    add_test(each)


class Policy(unittest.TestCase):
    def test_commands_that_are_left_out_are_in_the_text(self):
        """An exclusion that excludes nothing is out of date."""
        lines = [line.strip() for page in PAGES for block in blocks_of(page) if is_script(block)
                 for line in block.text.splitlines()]
        for pattern, _ in NOT_RUN:
            self.assertTrue(any(re.search(pattern, line) for line in lines), pattern)

    def test_enough_runs(self):
        """The extraction finds the commands: a change of the pages' form must not leave nothing to run."""
        scripts = [without_excluded(block.text) for page in PAGES for block in blocks_of(page) if is_script(block)]
        ran = [line for script in scripts for line in script.splitlines() if COMMAND.match(line)]
        self.assertGreater(len(ran), 20, ran)


if __name__ == "__main__":
    unittest.main()
