"""Protects the promise that a full disk, a read-only or a vanished folder costs nothing but time: a message with the file,
the cause and what to do, exit 4, the earlier checkpoint intact, the output readable up to its last flush; and when there is
room again a restart gives the bits of a run that was left alone. A checkpoint by interval that fails is only a warning."""

import os
import re
import shutil
import signal
import time
import unittest

import h5py
import numpy as np
from program import configuration
from running import RunningTest, checkpoints_in
from small_disk import SmallDisk, limit

NO_ROOM = "No space left on device|File too large"
# Every time unit a record, every third one a snapshot, for which the output file must grow (by a chunk for eight of them), and a
# checkpoint.
LONG = {"run": {"t_end": "400", "output_interval": "1", "output": "output/a.h5"},
        "population.e": {"neurons": "60000"}, "population.i": {"neurons": "30000"},
        "network": {"snapshot_interval": "3"},
        "checkpoint": {"directory": "saved/here", "interval_time": "3", "interval_minutes": "0"}}
# The file is made for all records; so the run may be as long as it likes.
NO_GROWTH = {"network": {"snapshot_interval": "0"}, "run": {"t_end": "100000"}}


class FullDisk(RunningTest):
    def setUp(self):
        super().setUp()
        self.output = SmallDisk(self, self.folder / "output", 64)
        self.saved = SmallDisk(self, self.folder / "saved", 64)
        self.partial = self.output.path / "a.h5.partial"

    def checkpoints(self):
        return checkpoints_in(self.saved.path / "here")

    def start_with_checkpoint(self, *changes, ranks):
        """A long run that has written its first checkpoint; what others left is gone."""
        self.output.free()
        self.saved.free()
        shutil.rmtree(self.saved.path / "here", ignore_errors=True)
        self.path = self.write(configuration(LONG, *changes))
        run = self.start("run", self.path, "--quiet", ranks=ranks)
        run.wait_until(self.checkpoints, "the first checkpoint")
        return run

    def fill_between_checkpoints(self, run):
        """Fills the checkpoints' disk while none is being written: `latest`, which comes last, names the newest."""
        here = self.saved.path / "here"

        def filled():
            for process in run.processes():
                os.kill(process, signal.SIGSTOP)
            time.sleep(0.02)
            try:
                newest = self.checkpoints()[-1]
                quiet = not list(here.glob("*.partial")) and (here / "latest").exists()
                if quiet and (here / "latest").read_text(encoding="utf-8").strip() == newest.name:
                    self.saved.fill(run.processes(), newest.stat().st_size - 1)
                    return True
                return False
            finally:
                for process in run.processes():
                    os.kill(process, signal.SIGCONT)

        run.wait_until(filled, "a moment between checkpoints")

    @staticmethod
    def in_the_way(run, path):
        """Puts a folder in the place of a file that the run renames others to."""
        for process in run.processes():
            os.kill(process, signal.SIGSTOP)
        time.sleep(0.02)
        path.unlink(missing_ok=True)
        (path / "in_the_way").mkdir(parents=True)
        for process in run.processes():
            os.kill(process, signal.SIGCONT)

    def records(self, path):
        """How many there are; they are the times 0, 1, 2, ..."""
        with h5py.File(path) as file:
            times = file["network/time"][:]
            self.assertEqual(len(file["network/mean"]), len(times))
        np.testing.assert_allclose(times, np.arange(len(times)), atol=1e-9)
        return len(times)

    def check_message(self, run, *words, code=4):
        self.assertEqual(run.wait(), code, run.text)
        for word in words:
            self.assertRegex(run.text, word)
        self.assertEqual(len(re.findall("^error: ", run.text, re.MULTILINE)), 1, run.text)

    def check_going_on(self, ranks):
        self.check_restart(self.path, self.saved.path / "here", self.output.path / "a.h5", ranks)

    def test_full_while_output_is_written(self):
        for ranks in (1, 2):
            with self.subTest(ranks=ranks):
                run = self.start_with_checkpoint(ranks=ranks)
                self.output.fill(run.processes(), self.partial.stat().st_size)
                self.check_message(run, r"output/a\.h5\.partial: ", NO_ROOM, "go on with: equipoise restart saved/here")
                self.assertGreaterEqual(self.records(self.partial), 3)
                self.output.free()
                self.check_going_on(ranks)

    def test_full_while_a_checkpoint_is_written(self):
        for ranks in (1, 2):
            with self.subTest(ranks=ranks):
                run = self.start_with_checkpoint(NO_GROWTH, ranks=ranks)
                self.fill_between_checkpoints(run)
                run.wait_until(lambda: "the run goes on" in run.text, "a warning")
                self.assertRegex(run.text, r"saved/here: .* MB are needed|saved/here: .*ulimit")
                self.assertRegex(run.text, r"the last one is saved/here/checkpoint_\d+\.h5")
                before = self.checkpoints()
                self.assertEqual(sorted(self.saved.path.glob("here/*.partial")), [])
                (self.saved.path / "here" / "stop").touch()
                self.check_message(run, "MB are needed|ulimit", f"equipoise restart {before[-1].relative_to(self.folder)}")
                self.assertEqual(self.checkpoints(), before)
                self.records(self.partial)
                self.saved.free()
                (self.saved.path / "here" / "stop").unlink()
                self.check_going_on(ranks)

    def test_a_checkpoint_that_latest_cannot_name(self):
        """It is whole, the run goes on and stops with the next one, and both are found by the folder."""
        for ranks in (1, 2):
            with self.subTest(ranks=ranks):
                run = self.start_with_checkpoint(NO_GROWTH, ranks=ranks)
                here = self.saved.path / "here"
                self.in_the_way(run, here / "latest")
                run.wait_until(lambda: "was written and is whole" in run.text, "a warning")
                (here / "stop").touch()
                self.assertEqual(run.wait(), 75, run.text)
                self.assertRegex(run.text, r"the checkpoint saved/here/checkpoint_\d+\.h5 was written and is whole, but .*'latest'"
                                           r".*: saved/here/latest: .*: equipoise restart saved/here/checkpoint_\d+\.h5")
                self.assertNotIn("no checkpoint was written", run.text)
                self.assertEqual(sorted(here.glob("*.partial")), [])
                self.check_going_on(ranks)

    def test_a_later_checkpoint_succeeds_when_there_is_room(self):
        if not self.saved.mounted:
            self.skipTest("no small file system can be mounted here (that needs root)")
        run = self.start_with_checkpoint({"run": {"t_end": "100"}}, ranks=2)
        self.saved.fill()
        run.wait_until(lambda: "the run goes on" in run.text, "a warning")
        before = self.checkpoints()[-1]
        self.saved.free()
        run.wait_until(lambda: self.checkpoints()[-1] != before, "a later checkpoint")
        (self.saved.path / "here" / "stop").touch()
        self.assertEqual(run.wait(), 75, run.text)
        self.check_going_on(2)

    def test_full_at_closing(self):
        """What is written last may need space that no earlier record has taken: then exit 4, else the run is complete."""
        for ranks in (1, 2):
            with self.subTest(ranks=ranks):
                run = self.start_with_checkpoint(NO_GROWTH, {"run": {"t_end": "30"}}, ranks=ranks)
                self.output.fill(run.processes(), self.partial.stat().st_size)
                if run.wait() == 0:
                    self.assertEqual(self.records(self.output.path / "a.h5"), 31)
                    continue
                self.check_message(run, r"output/a\.h5\.partial: ", NO_ROOM, "equipoise restart saved/here")
                self.assertEqual(self.records(self.partial), 31)
                self.output.free()
                self.check_going_on(ranks)

    def test_full_from_the_start(self):
        if not self.output.mounted:
            self.skipTest("no small file system can be mounted here (that needs root)")
        self.output.fill()
        path = self.write(configuration(LONG))
        for ranks in (1, 2):
            self.check_message(self.start("run", path, "--quiet", ranks=ranks), r"output/a\.h5", NO_ROOM, "make room")
            self.assertEqual(list(self.output.path.iterdir()), [self.output.filler])

    def test_one_rank_alone_cannot_write(self):
        """Whichever rank it is, and whether it finds out alone or not: exit 4, and nothing is lost."""
        for victim in (0, 1):
            with self.subTest(victim=victim):
                run = self.start_with_checkpoint(ranks=2)
                limit([run.processes()[victim]], self.partial.stat().st_size)
                run.wait_until(lambda: "error: " in run.text or "the run goes on" in run.text, "a message")
                if run.launcher.poll() is None and "error: " not in run.text:
                    (self.saved.path / "here" / "stop").touch()
                self.assertEqual(run.wait(), 4, run.text)
                self.records(self.partial)
                (self.saved.path / "here" / "stop").unlink(missing_ok=True)
                self.check_going_on(2)

    def test_read_only_folders(self):
        """Found before any work is done."""
        path = self.write(configuration(LONG))
        for disk, words in ((self.saved, "no checkpoint can be written there"), (self.output, "cannot write into it")):
            if not disk.set_read_only(self):
                self.skipTest("nothing can be made read-only for this user")
            for ranks in (1, 2):
                run = self.start("run", path, "--quiet", ranks=ranks)
                self.check_message(run, f"{disk.path.name}.*{words}", "Read-only file system|Permission denied")
            self.assertEqual(list(disk.path.iterdir()), [])
            if disk is self.saved:
                path = self.write(configuration(LONG, {"checkpoint": {"directory": "elsewhere"}}))

    def test_a_file_in_the_place_of_the_checkpoint_folder(self):
        path = self.write(configuration(LONG, {"checkpoint": {"directory": "file/here"}}))
        (self.folder / "file").write_text("")
        self.check_message(self.start("run", path, "--quiet", ranks=2), "file is not a folder", "checkpoint.directory")

    def test_vanished_folders(self):
        for ranks in (1, 2):
            with self.subTest(ranks=ranks):
                (self.folder / "gone").mkdir()
                run = self.start_with_checkpoint(NO_GROWTH, {"run": {"output": "gone/a.h5"}}, ranks=ranks)
                shutil.rmtree(self.saved.path / "here")  # is made again
                run.wait_until(self.checkpoints, "a checkpoint after the folder was gone")
                shutil.rmtree(self.folder / "gone")
                self.check_message(run, r"gone/a\.h5\.partial: ", "No such file or directory", "equipoise restart saved/here")
                self.equipoise("info", self.checkpoints()[-1])


if __name__ == "__main__":
    unittest.main()
