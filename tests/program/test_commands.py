"""Protects the commands, their exit codes, the overrides, and who prints what."""

import unittest

import h5py
import numpy as np
from program import ProgramTest, configuration


class Commands(ProgramTest):
    def test_version(self):
        text = self.equipoise("--version").stdout
        for word in ("equipoise", "0.1.0", "MPI", "HDF5"):
            self.assertIn(word, text)

    def test_help_lists_every_section(self):
        text = self.equipoise("--help").stdout
        for key in ("run.t_end", "domain.kind", "populations.names", "network.time_step", "network.scheme"):
            self.assertIn(key, text)

    def test_no_command_shows_the_usage(self):
        self.assertIn("equipoise run CONFIG", self.equipoise().stdout)

    def test_wrong_command_lines(self):
        for arguments in (("walk", "a.ini"), ("run",), ("run", "absent.ini"), ("run", "--quie", "a.ini")):
            done = self.equipoise(*arguments, expect=2)
            self.assertTrue(done.stderr.strip(), f"no message for {arguments}")

    def test_run_writes_the_named_output(self):
        path = self.write(configuration())
        self.equipoise("run", path, "--run.output=b.h5")
        self.assertEqual(sorted(p.name for p in self.folder.glob("*.h5*")), ["b.h5"])

    def test_default_output_is_named_after_the_configuration(self):
        self.equipoise("run", self.write(configuration(), "mine.ini"))
        self.assertTrue((self.folder / "mine.h5").exists())

    def test_overrides_go_over_the_file(self):
        path = self.write(configuration())
        self.equipoise("run", path, "--run.t_end=0.1", "--population.e.neurons=2000", "--run.output=b.h5")
        with h5py.File(self.folder / "b.h5") as file:
            self.assertAlmostEqual(file["network/time"][-1], 0.1)
            self.assertIn("neurons = 2000", file.attrs["config"])

    def test_the_written_configuration_gives_the_same_run(self):
        path = self.write(configuration())
        self.equipoise("run", path, "--run.seed=11", "--run.output=b.h5")
        with h5py.File(self.folder / "b.h5") as file:
            (self.folder / "again.ini").write_text(file.attrs["config"])
            first = file["network/mean"][:]
        self.equipoise("run", "again.ini", "--run.output=c.h5")
        with h5py.File(self.folder / "c.h5") as file:
            np.testing.assert_array_equal(file["network/mean"][:], first)

    def test_another_seed_gives_another_run(self):
        path = self.write(configuration())
        means = []
        for seed in (1, 2):
            self.equipoise("run", path, f"--run.seed={seed}", "--run.output=b.h5")
            with h5py.File(self.folder / "b.h5") as file:
                means.append(file["network/mean"][-1])
        self.assertTrue((means[0] != means[1]).all(), means)

    def test_check_accepts_and_writes_nothing(self):
        text = self.equipoise("check", self.write(configuration())).stdout
        self.assertRegex(text.lower(), "eigenvalue|spectrum")
        self.assertRegex(text.lower(), "memory")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.ini"])

    def test_check_moves_the_means_onto_balance(self):
        """What it says of the given means would mislead where these do not balance."""
        path = self.write(configuration({"population.e": {"drive": "0.1"}}))
        self.assertRegex(self.equipoise("check", path).stdout, r"moved onto balance, at t = 0: attracting, largest real part -")
        # An output of at most 1 cannot cancel more.
        text = self.equipoise("check", path, "--population.e.drive=20").stdout
        self.assertRegex(text, r"no balanced state: .*network's means grow")

    def test_check_says_what_expressions_and_tables_cost(self):
        plain = self.equipoise("check", self.write(configuration())).stdout
        self.assertNotIn("cost of", plain)
        (self.folder / "gain.csv").write_text("-20 -1\n-1 -0.8\n1 0.8\n20 1\n")
        text = self.equipoise("check", "a.ini", '--population.e.drift=expression("-z^3")',
                              '--coupling.e.i.gain=table("gain.csv")', '--coupling.i.i.gain=table("gain.csv")').stdout
        self.assertRegex(text, r"cost of e: a step takes about 1\.7 times as long as with closed forms \(drift as expression\)")
        # One gain for both of i's couplings is evaluated once.
        self.assertRegex(text, r"cost of i: a step takes about 1\.2 to 1\.4 times .* \(gain of e <- i as table\)")

    def test_bad_input_starts_nothing(self):
        path = self.write(configuration({"population.e": {"neurons": "-5"}, "network": {"time_stp": "0.1"}}))
        for command in ("check", "run"):
            done = self.equipoise(command, path, expect=2)
            for word in ("a.ini:", "neurons", "-5", "time_stp", "time_step"):
                self.assertIn(word, done.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.ini"])

    def test_bad_input_on_several_ranks_is_told_once(self):
        path = self.write(configuration({"population.e": {"neurons": "-5"}}))
        done = self.equipoise("run", path, ranks=3, expect=2)
        self.assertEqual((done.stderr + done.stdout).count("a.ini:"), 1)

    def test_mistakes_of_the_text_and_missing_tables_are_told_together(self):
        path = self.write(configuration({"run": {"seeed": "1"}, "coupling.e.i": {"gain": 'table("missing.csv")'}}))
        for command in ("check", "run", "stability", "converge"):
            more = {"stability": ("--scan=run.seed:1:2:2",), "converge": ("--sizes=100,200", "--realisations=2")}.get(command, ())
            done = self.equipoise(command, path, *more, expect=2)
            self.assertRegex(done.stderr, r"run\.seeed.*unknown key", command)
            self.assertRegex(done.stderr, r"coupling\.e\.i\.gain.*there is no file .*missing\.csv", command)

    def test_only_rank_0_writes(self):
        path = self.write(configuration())
        alone = self.equipoise("run", path)
        together = self.equipoise("run", path, ranks=3)
        self.assertTrue(alone.stdout.strip())
        self.assertLess(len(together.stdout), 1.5 * len(alone.stdout))

    def test_quiet_shows_no_progress(self):
        done = self.equipoise("run", self.write(configuration()), "--quiet")
        self.assertTrue(done.stdout.startswith("done"), done.stdout)
        self.assertEqual(done.stderr, "")

    def test_state_out_of_a_gains_range_is_a_failure_of_the_numerics(self):
        """The initial states are well inside the range, 5 standard deviations; the noise then widens them."""
        gain = 'expression("z/sqrt(1+z^2)", from=-1, to=1)'
        path = self.write(configuration({"coupling.e.i": {"gain": gain}, "population.i": {"mean": "0", "variance": "0.04"}}))
        done = self.equipoise("run", path, expect=3)
        self.assertRegex(done.stderr, r"(?i)population i\b|population\.i\b|\bi\b")
        self.assertRegex(done.stderr, r"t = \d|time \d")

    def test_initial_states_out_of_a_gains_range_are_bad_input(self):
        gain = 'expression("z/sqrt(1+z^2)", from=-2, to=2)'
        done = self.equipoise("run", self.write(configuration({"coupling.e.i": {"gain": gain}})), expect=2)
        self.assertIn("population.i.mean", done.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.ini"])

    def test_output_that_cannot_be_written_is_a_failure_of_the_file_system(self):
        (self.folder / "file").write_text("no folder")
        done = self.equipoise("run", self.write(configuration()), "--run.output=file/b.h5", expect=4)
        self.assertIn("file/b.h5", done.stderr)
        done = self.equipoise("run", self.write(configuration()), "--run.output=file/b.h5", ranks=2, expect=4)

    def test_info(self):
        self.equipoise("run", self.write(configuration()), "--run.output=b.h5")
        text = self.equipoise("info", "b.h5").stdout
        for word in ("a small network", "complete", "0.2", "0.1.0"):
            self.assertIn(word, text)

    def test_info_of_something_else(self):
        (self.folder / "text.h5").write_text("no HDF5 at all")
        h5py.File(self.folder / "other.h5", "w").close()
        for name in ("text.h5", "other.h5", "absent.h5"):
            self.assertIn(name, self.equipoise("info", name, expect=2).stderr)

    def test_info_of_a_truncated_file(self):
        self.equipoise("run", self.write(configuration()), "--run.output=b.h5")
        content = (self.folder / "b.h5").read_bytes()
        (self.folder / "cut.h5").write_bytes(content[: len(content) // 2])
        self.equipoise("info", "cut.h5", expect=2)


if __name__ == "__main__":
    unittest.main()
