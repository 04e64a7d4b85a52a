"""Protects the job scripts where there is no SLURM: --help, --local, what they refuse, and when an interrupted run goes on.

Decisions after exit 75 are tested with a program of our own in the place of equipoise, which says what it is told to."""

import json
import os
import signal
import subprocess
import time
import unittest

import stand_in
from program import PROGRAM, SOURCE, ProgramTest, configuration

SCRIPTS = SOURCE / "jobscripts"
ALL = ("run.sbatch", "restart_chain.sh", "strong_scaling.sh", "weak_scaling.sh", "ensemble.sbatch", "convergence.sh")


class Scripts(ProgramTest):
    def script(self, name, *arguments, expect=0, **variables):
        done = subprocess.run(["bash", SCRIPTS / name, *map(str, arguments)], cwd=self.folder, text=True, timeout=100,
                              capture_output=True, check=False,
                              env={**os.environ, "EQUIPOISE": PROGRAM, "EQUIPOISE_LAUNCHER": "mpirun", **variables})
        self.assertEqual(done.returncode, expect, f"{name} {arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def stand_in(self, step, end):
        return stand_in.write(self.folder, step, end)

    def calls(self):
        return stand_in.calls(self.folder / "a.checkpoints")

    def test_help_names_every_option(self):
        for name in ALL:
            text = self.script(name, "--help").stdout
            source = (SCRIPTS / name).read_text() + (SCRIPTS / "lib/scaling.sh").read_text() * ("scaling" in name)
            options = {word for line in source.splitlines() if line.strip().startswith("--") and ") " in line
                       for word in line.split(")")[0].split() if word.startswith("--")} - {"--help", "--task"}
            self.assertGreater(len(options), 3)
            self.assertEqual([option for option in sorted(options) if option not in text], [], name)
            self.assertNotIn("#SBATCH", text)

    def test_wrong_words_are_refused(self):
        self.write(configuration())
        for name in ALL:
            self.assertIn("--help", self.script(name, "--no-such-option", expect=2).stderr)
            self.assertIn("--help", self.script(name, expect=2).stderr)
        self.assertIn("--local", self.script("run.sbatch", "a.ini", expect=2).stderr)

    def test_a_wrong_configuration_never_starts(self):
        self.write(configuration({"network": {"time_step": "-1"}}))
        done = self.script("run.sbatch", "--local", "--ranks", "1", "a.ini", expect=2)
        self.assertIn("time_step", done.stderr)
        self.assertFalse((self.folder / "a.h5").exists())

    def test_a_stopped_run_goes_on_to_its_end(self):
        self.write(configuration())
        self.script("run.sbatch", "--local", "--ranks", "1", "a.ini", **self.stand_in(1, 4))
        self.assertEqual(self.calls(), ["run", "restart", "restart", "restart"])
        self.assertIn("nothing to do", self.script("run.sbatch", "--local", "--resume", "a.ini").stdout)
        self.assertIn("--resume", self.script("run.sbatch", "--local", "a.ini", expect=2).stderr)

    def test_no_more_attempts_than_allowed(self):
        self.write(configuration())
        self.script("run.sbatch", "--local", "--ranks", "1", "--requeues", "2", "a.ini", expect=75,
                    **self.stand_in(1, 9))
        self.assertEqual(self.calls(), ["run", "restart", "restart"])

    def test_an_attempt_without_progress_is_the_last(self):
        self.write(configuration())
        self.script("run.sbatch", "--local", "--ranks", "1", "--requeues", "0", "a.ini", expect=75,
                    **self.stand_in(1, 9))
        done = self.script("run.sbatch", "--local", "--ranks", "1", "--resume", "a.ini", expect=1, **self.stand_in(0, 9))
        self.assertEqual(self.calls(), ["run", "restart"])
        self.assertIn("no further", done.stdout)

    def test_a_chain_ends_with_the_link_that_reaches_the_end(self):
        self.write(configuration())
        self.script("restart_chain.sh", "--local", "--ranks", "1", "5", "a.ini", **self.stand_in(1, 3))
        self.assertEqual(self.calls(), ["run", "restart", "restart"])

    def test_a_signal_stops_the_program_with_a_checkpoint(self):
        self.write(configuration({"run": {"t_end": "100000", "output_interval": "1"}}))
        script = subprocess.Popen(["bash", SCRIPTS / "run.sbatch", "--local", "--ranks", "1", "a.ini"], cwd=self.folder,
                                  env={**os.environ, "EQUIPOISE": PROGRAM, "EQUIPOISE_LAUNCHER": "mpirun"},
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        deadline = time.monotonic() + 60
        while not (self.folder / "a.h5.partial").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        script.send_signal(signal.SIGTERM)
        output = script.communicate(timeout=60)[0]
        self.assertEqual(script.returncode, 75, output)
        self.assertTrue(list((self.folder / "a.checkpoints").glob("checkpoint_*.h5")), output)

    def test_a_signal_while_the_launcher_starts_is_not_lost(self):
        """As SIGUSR1 it would kill mpirun, which has no handler yet."""
        self.write(configuration({"run": {"t_end": "100000", "output_interval": "1"}}))
        for number in (signal.SIGUSR1, signal.SIGTERM):
            for pause in (0.0, 0.05):
                script = subprocess.Popen(
                    ["bash", SCRIPTS / "run.sbatch", "--local", "--ranks", "2", "--requeues", "0", "--checkpoints",
                     f"{number.name}-{pause}", "a.ini"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    env={**os.environ, "EQUIPOISE": PROGRAM, "EQUIPOISE_LAUNCHER": "mpirun"}, text=True)
                while "equipoise run" not in script.stdout.readline():
                    self.assertIsNone(script.poll())
                while subprocess.run(["pgrep", "-P", str(script.pid), "mpirun"], stdout=subprocess.DEVNULL, check=False).returncode:
                    self.assertIsNone(script.poll())
                time.sleep(pause)
                script.send_signal(number)
                output = script.communicate(timeout=60)[0]
                self.assertEqual(script.returncode, 75, output)
                self.assertTrue(list((self.folder / f"{number.name}-{pause}").glob("checkpoint_*.h5")), output)
                self.assertFalse((self.folder / f"{number.name}-{pause}" / "stop").exists())

    def test_scaling_writes_a_record_of_each_run(self):
        self.write(configuration())
        for kind, factor in (("strong", 1), ("weak", 2)):
            # Words of the user that the script replaces are no mistake.
            self.script(f"{kind}_scaling.sh", "--local", "--ranks", "1,2", "--repeats", "2", "a.ini", "--run.t_end=0.1",
                        "--run.output=other.h5", "--population.e.neurons=5000")
            folder = self.folder / f"{kind}-a"
            records = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
            self.assertEqual(sorted(records), [f"{kind}-0000{ranks}-0{repeat}.json" for ranks in (1, 2)
                                               for repeat in (1, 2)])
            for name, record in records.items():
                self.assertEqual(record["ranks"], 2 if "-00002-" in name else 1)
                self.assertEqual(record["problem"]["neurons"], 8000 * (factor if record["ranks"] == 2 else 1))
                self.assertEqual(record["problem"]["network_steps"], 10)
            self.assertEqual(list(folder.glob("**/*.h5")), [])

    def test_weak_scaling_gives_a_ring_more_sites(self):
        self.write(configuration({"run": {"solvers": "network kinetic"}, "domain": {"kind": "ring"},
                                  "kinetic": {"sites": "4", "cells": "64"}}))
        self.script("weak_scaling.sh", "--local", "--ranks", "2", "--repeats", "1", "a.ini", "--run.t_end=0.05")
        problem = json.loads((self.folder / "weak-a/weak-00002-01.json").read_text())["problem"]
        self.assertEqual((problem["neurons"], problem["kinetic_lines"], problem["kinetic_cells"]), (16000, 16, 64))

    def test_convergence_runs_over_sizes_and_keeps_what_is_complete(self):
        self.write(configuration())
        words = ("--local", "--ranks", "1", "--sizes", "100,1000", "a.ini", "--run.t_end=0.1",
                 "--population.i.neurons=3000")
        self.script("convergence.sh", *words)
        folder = self.folder / "convergence-a"
        neurons = [json.loads((folder / f"n-{n}.json").read_text())["problem"]["neurons"] for n in (100, 1000)]
        self.assertEqual(neurons, [160, 1600])
        (folder / "n-100.h5").unlink()
        again = self.script("convergence.sh", *words).stdout
        self.assertIn("n = 1000 is complete", again)
        self.assertTrue((folder / "n-100.h5").exists())

    def test_an_ensemble_runs_the_missing_members_only(self):
        self.write(configuration())
        words = ("--local", "--members", "3", "--ranks", "1", "a.ini", "--run.seed=5")
        self.script("ensemble.sbatch", *words)
        folder = self.folder / "ensemble-a"
        members = [folder / f"member-000{i}.h5" for i in (1, 2, 3)]
        contents = [path.read_bytes() for path in members]
        self.assertEqual(len(set(contents)), 3)
        members[1].unlink()
        before = members[0].stat().st_mtime_ns
        self.script("ensemble.sbatch", *words)
        self.assertTrue(members[1].exists())
        self.assertEqual(members[0].stat().st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
