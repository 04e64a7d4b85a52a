"""Protects the job scripts under a real SLURM, started here on the loopback interface: every script is submitted on a
small problem, and what comes of it is checked: states of jobs, files, and that interrupted runs end with the bits of
undisturbed ones. Ends with 77 where SLURM is not installed."""

import json
import os
import subprocess
import sys
import time
import unittest

import h5py
import private_slurm
import stand_in
from program import MPIEXEC, PROGRAM, SOURCE, ProgramTest, configuration, text_of

SCRIPTS = SOURCE / "jobscripts"
FINAL = ("COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")
PATIENCE = 150.0  # seconds for any one job on a busy machine
# Whole on its own, but slow enough to be interrupted.
SLOW = configuration({"run": {"output_interval": "0.5"}, "population.e": {"neurons": "200000"},
                      "population.i": {"neurons": "100000"}, "checkpoint": {"interval_time": "1"}})


def datasets(path):
    """All of the network's datasets, as bytes."""
    with h5py.File(path) as file:
        found = {}
        file["network"].visititems(lambda name, item: found.update({name: item[()].tobytes()})
                                   if isinstance(item, h5py.Dataset) else None)
        return found


class Jobs(ProgramTest):
    @classmethod
    def setUpClass(cls):
        manager = private_slurm.PrivateSlurm()
        cls.slurm = manager.__enter__()
        cls.addClassCleanup(manager.__exit__)
        cls.environment = {**cls.slurm.environment, "EQUIPOISE": PROGRAM}

    def setUp(self):
        super().setUp()
        self.addCleanup(self.slurm.output, "scancel", "--user", str(os.getuid()))

    def call(self, *command, expect=0, **variables):
        done = subprocess.run([str(word) for word in command], cwd=self.folder, env={**self.environment, **variables},
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, expect, f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def submit(self, script, *words, options=(), **variables):
        """The number of the job that sbatch makes of a script."""
        return self.call("sbatch", "--parsable", "--ntasks=2", "--time=10", "--output=job-%A_%a.log", *options,
                         SCRIPTS / script, *words, **variables).strip()

    def states(self, job):
        """Of a job and its tasks."""
        return [line.split() for line in
                self.slurm.output("squeue", "-h", "-t", "all", "-r", "-j", job, "-o", "%i %T %r").splitlines()]

    def logs(self):
        return "\n".join(f"--- {path}:\n{path.read_text()}" for path in sorted(self.folder.glob("**/*.log")))

    def until(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if value := condition():
                return value
            time.sleep(0.1)
        return self.fail(f"waited in vain for {what}\n{self.slurm.output('squeue', '-t', 'all')}\n{self.logs()}")

    def finished(self, job, *expected):
        """Waits until all tasks of a job have ended, and checks how."""
        states = self.until(f"the end of job {job}", lambda: (
            (now := self.states(job)) and all(state[1] in FINAL for state in now) and now))
        self.assertEqual(sorted(state[1] for state in states), sorted(expected or ["COMPLETED"] * len(states)),
                         self.logs())

    def checkpoint_in(self, folder, job):
        """Waits until a running job has left a checkpoint."""
        self.until(f"a checkpoint in {folder}", lambda: (
            self.states(job)[0][1] == "RUNNING" and list((self.folder / folder).glob("checkpoint_*.h5"))))

    def undisturbed(self, t_end, *words):
        """The same problem without SLURM; returns its datasets and seconds."""
        (self.folder / "undisturbed.ini").write_text(text_of(SLOW))
        start = time.monotonic()
        self.call(MPIEXEC, "-n", "2", PROGRAM, "run", "undisturbed.ini", f"--run.t_end={t_end}", "--quiet",
                  "--checkpoint.directory=none", *words)
        return datasets(self.folder / "undisturbed.h5"), time.monotonic() - start

    def lasting(self, seconds):
        """An end time t_end after which the slow problem has run for about so long on this machine."""
        short, long = (self.undisturbed(t_end)[1] for t_end in (5, 105))  # the start counts in neither
        return max(5, round(100.0 * seconds / max(long - short, 0.1)))

    def same_bits(self, path, expected):
        found = datasets(self.folder / path)
        self.assertEqual(sorted(found), sorted(expected))
        self.assertEqual([name for name in found if found[name] != expected[name]], [], self.logs())

    def test_a_job_runs_to_its_end_with_srun_and_with_mpirun(self):
        self.write(configuration())
        for name, variables in (("srun", {}), ("mpirun", {"EQUIPOISE_LAUNCHER": "mpirun"})):
            job = self.submit("run.sbatch", "--checkpoints", f"{name}-saved", "--timing", f"{name}.json", "a.ini",
                              f"--run.output={name}.h5", **variables)
            self.finished(job, "COMPLETED")
            self.assertIn(f"started by: {name}", self.logs())
            self.assertEqual(json.loads((self.folder / f"{name}.json").read_text())["ranks"], 2)
            self.assertIn("Spectrum of J", (self.folder / f"{name}-saved/check.txt").read_text())
        self.assertEqual(datasets(self.folder / "srun.h5"), datasets(self.folder / "mpirun.h5"))

    def test_a_wrong_configuration_fails_at_once(self):
        self.write(configuration({"network": {"time_step": "-1"}}))
        self.finished(self.submit("run.sbatch", "a.ini"), "FAILED")
        self.assertIn("time_step", self.logs())

    def test_a_job_that_runs_out_of_time_requeues_itself_and_ends_with_the_same_bits(self):
        t_end = self.lasting(20.0)
        expected, _ = self.undisturbed(t_end)
        self.write(SLOW)
        # SLURM looks at time limits every 30 s. A job of one minute that begins just before gets its signal then.
        while (time.monotonic() - self.slurm.started) % 30.0 < 22.0:
            time.sleep(0.1)
        job = self.submit("run.sbatch", "a.ini", f"--run.t_end={t_end}", options=("--time=1", "--signal=B:USR1@30"))
        self.finished(job, "COMPLETED")
        self.assertIn("requeues itself: 1", self.logs())
        self.assertIn("equipoise restart", self.logs())
        self.same_bits("a.h5", expected)

    def test_a_job_requeues_itself_no_more_often_than_allowed(self):
        self.write(configuration())
        job = self.submit("run.sbatch", "--requeues", "1", "a.ini", options=("--ntasks=1",),
                          **stand_in.write(self.folder, step=1, end=9))
        self.finished(job, "FAILED")
        self.assertEqual(stand_in.calls(self.folder / "a.checkpoints"), ["run", "restart"], self.logs())
        self.assertIn("has requeued itself 1 times: no more", self.logs())

    def test_a_job_without_progress_does_not_requeue_itself(self):
        self.write(configuration())
        job = self.submit("run.sbatch", "--requeues", "9", "a.ini", options=("--ntasks=1",),
                          **stand_in.write(self.folder, step=0, end=9))
        self.finished(job, "FAILED")
        self.assertEqual(stand_in.calls(self.folder / "a.checkpoints"), ["run", "restart"], self.logs())
        self.assertIn("no further", self.logs())

    def test_a_cancelled_job_leaves_a_checkpoint_and_goes_on_when_asked(self):
        t_end = self.lasting(8.0)
        expected, _ = self.undisturbed(t_end)
        self.write(SLOW)
        job = self.submit("run.sbatch", "a.ini", f"--run.t_end={t_end}")
        self.checkpoint_in("a.checkpoints", job)
        self.call("scancel", job)
        self.finished(job, "CANCELLED")
        self.until("the end of the cancelled job's ranks", lambda: not self.running())
        self.assertFalse((self.folder / "a.h5").exists())
        self.assertNotIn("requeues itself", self.logs())
        again = self.submit("run.sbatch", "--resume", "a.ini", f"--run.t_end={t_end}")
        self.finished(again, "COMPLETED")
        self.assertIn("equipoise restart", self.logs())
        self.same_bits("a.h5", expected)

    def running(self):
        return subprocess.run(["pgrep", "-f", f"{PROGRAM}.*{self.folder.name}"], capture_output=True, check=False).stdout

    def test_a_chain_carries_a_run_to_its_end(self):
        t_end = self.lasting(8.0)
        expected, _ = self.undisturbed(t_end)
        self.write(SLOW)
        links = self.call(SCRIPTS / "restart_chain.sh", "--sbatch", "--ntasks=2 --time=10 --output=link-%j.log", "3",
                          "a.ini", f"--run.t_end={t_end}").split()
        self.assertEqual(len(links), 3)
        self.checkpoint_in("a.checkpoints", links[0])
        self.assertEqual([self.states(link)[0][1:] for link in links[1:]], [["PENDING", "Dependency"]] * 2)
        self.call("scancel", "--batch", "--signal=USR1", links[0])
        for link in links:
            self.finished(link, "COMPLETED")
        self.assertIn("nothing to do", (self.folder / f"link-{links[2]}.log").read_text())
        self.same_bits("a.h5", expected)

    def test_a_chain_of_singletons(self):
        self.write(configuration())
        links = self.call(SCRIPTS / "restart_chain.sh", "--dependency", "singleton", "--sbatch",
                          "--ntasks=1 --time=10 --output=link-%j.log", "2", "a.ini").split()
        for link in links:
            self.finished(link, "COMPLETED")
        self.assertIn("nothing to do", self.logs())

    def test_a_failed_link_takes_the_rest_of_the_chain_with_it(self):
        self.write(configuration({"network": {"time_step": "-1"}}))
        links = self.call(SCRIPTS / "restart_chain.sh", "--sbatch", "--ntasks=1 --output=link-%j.log", "2",
                          "a.ini").split()
        self.finished(links[0], "FAILED")
        self.finished(links[1], "CANCELLED")

    def test_scaling_arrays_leave_a_record_of_each_run(self):
        self.write(configuration())
        for kind, factor in (("strong", 1), ("weak", 2)):
            jobs = [line for line in self.call(SCRIPTS / f"{kind}_scaling.sh", "--ranks", "1,2", "--repeats", "2",
                                               "--sbatch", "--time=5", "a.ini").split("\n") if line.isdigit()]
            self.assertEqual(len(jobs), 2)
            for job in jobs:
                self.finished(job, "COMPLETED", "COMPLETED")
            records = [json.loads(path.read_text()) for path in sorted((self.folder / f"{kind}-a").glob("*.json"))]
            self.assertEqual([record["ranks"] for record in records], [1, 1, 2, 2], self.logs())
            self.assertEqual([record["problem"]["neurons"] for record in records], [8000, 8000, 8000 * factor] +
                             [8000 * factor])

    def test_a_killed_member_of_an_ensemble_is_resumed_alone(self):
        t_end = self.lasting(8.0)
        expected, _ = self.undisturbed(t_end, "--run.seed=9")
        self.write(SLOW)
        job = self.submit("ensemble.sbatch", "a.ini", f"--run.t_end={t_end}", options=("--array=1-2",))
        member = "ensemble-a/member-0002"
        self.checkpoint_in(f"{member}.checkpoints", f"{job}_2")
        self.call("scancel", "--full", "--signal=KILL", f"{job}_2")
        self.until("the end of the killed member", lambda: self.states(f"{job}_2")[0][1] in FINAL)
        self.until("the end of the other one", lambda: self.states(f"{job}_1")[0][1] in FINAL)
        self.assertEqual(self.states(f"{job}_1")[0][1], "COMPLETED", self.logs())
        self.assertNotEqual(self.states(f"{job}_2")[0][1], "COMPLETED")
        self.assertFalse((self.folder / f"{member}.h5").exists())
        output = self.call("bash", SCRIPTS / "ensemble.sbatch", "--submit", "--members", "2", "--sbatch",
                           "--ntasks=2 --time=10 --output=again-%A_%a.log", "a.ini", f"--run.t_end={t_end}")
        self.assertIn("missing: 2\n", output)
        again = output.split()[-1]
        self.finished(again, "COMPLETED")
        self.assertIn("equipoise restart", (self.folder / f"again-{again}_2.log").read_text())
        self.same_bits(f"{member}.h5", expected)
        self.assertIn("all 2 members are complete", self.call("bash", SCRIPTS / "ensemble.sbatch", "--submit",
                                                              "--members", "2", "a.ini"))

    def test_a_network_size_study(self):
        self.write(configuration())
        job = self.call(SCRIPTS / "convergence.sh", "--sizes", "100,1000", "--ranks", "2", "--sbatch", "--time=5",
                        "a.ini").split()[-1]
        self.finished(job, "COMPLETED", "COMPLETED")
        neurons = [json.loads((self.folder / f"convergence-a/n-{n}.json").read_text())["problem"]["neurons"]
                   for n in (100, 1000)]
        self.assertEqual(neurons, [160, 1600])


if __name__ == "__main__":
    if reason := private_slurm.why_not():
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main()
