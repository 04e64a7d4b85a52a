"""After a kill at any moment an output file opens in h5py and holds every record up to the last flush.

Not by killing, which meets few moments: the writer logs every call that changes the file, and what a kill would leave is
what the calls up to then have made of it, page by page (the system may cut a write short between pages)."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

WRITER = sys.argv.pop(1)
MPIEXEC = os.environ["EQUIPOISE_MPIEXEC"]

WRITE, RESIZE, SHOW, MARK = 1, 2, 3, 4
PAGE = 4096
KEPT = 21  # records that writer.cpp restarts after, and has in the end
ALL = {"/time": 40, "/small": 40, "/middle": 40, "/parts": 40, "/late_time": 35, "/late": 35}
ODD_RESTARTED = 6  # every so many of the files that are not as at a flush
SEEN = 8  # values of a record that are looked at, about
LARGEST_TORN = 1 << 16  # contents of records are longer, and are seen by nobody before the flush


def entries(log):
    content = log.read_bytes()
    at = 0
    while at < len(content):
        kind, place, size = struct.unpack_from("qqq", content, at)
        yield kind, place, content[at + 24:at + 24 + size]
        at += 24 + size


def pieces(place, data):
    """The parts of a write that the system makes one after the other."""
    if len(data) > LARGEST_TORN:
        yield place, data
        return
    at = 0
    while at < len(data):
        size = min(PAGE - (place + at) % PAGE, len(data) - at)
        yield place + at, data[at:at + size]
        at += size


def seen(dataset):
    """Values of every record, not all where there are many, and what they should be."""
    if dataset.ndim == 1:
        return dataset[()], 1000.0 * (np.arange(len(dataset)) + 1)
    step = max(1, dataset.shape[1] // SEEN)
    places = np.arange(0, dataset.shape[1], step)
    return dataset[:, ::step], 1000.0 * (np.arange(len(dataset))[:, None] + 1) + places % 997


class EveryMoment(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.copy = self.folder / "copy.h5"
        self.moments = self.unwritten = self.odd = self.restarted = 0

    def write(self, part, ranks, folder=None):
        folder = folder or self.folder
        log = folder / "log"
        log.unlink(missing_ok=True)
        done = subprocess.run([MPIEXEC, "-n", str(ranks), WRITER, folder, part], capture_output=True, text=True, timeout=100,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return entries(log)

    def check(self, flushed, restarting):
        """The copy opens; what was flushed is right. A record after that is right too, but where it is the first of a new
        chunk it may not be there yet; while a restart cuts the file back to what its checkpoint knows, the records that
        it drops may be gone."""
        self.moments += 1
        unwritten = False
        with h5py.File(self.copy) as file:
            for name, least in flushed.items():
                found, right = seen(file[name])
                self.assertGreaterEqual(len(found), least, name)
                np.testing.assert_array_equal(found[:least], right[:least], err_msg=name)
                if not np.array_equal(found, right):
                    begins_chunk = len(found) == least + 1 and least % file[name].chunks[0] == 0
                    self.assertTrue(restarting or begins_chunk, name)
                    unwritten = True
        self.unwritten += unwritten and not restarting
        if restarting or (unwritten and flushed["/time"] >= KEPT):
            self.odd += 1
            if self.odd % ODD_RESTARTED == 1:
                self.restart_copy()

    def restart_copy(self):
        """A restart makes the whole file of what a kill has left."""
        with tempfile.TemporaryDirectory() as name:
            shutil.copy(self.copy, Path(name) / "out.h5.partial")
            self.write("restart", 1, Path(name))
            with h5py.File(Path(name) / "out.h5") as file:
                for dataset, count in ALL.items():
                    found, right = seen(file[dataset])
                    self.assertEqual(len(found), count, dataset)
                    np.testing.assert_array_equal(found, right, err_msg=dataset)
        self.restarted += 1

    def replay(self, log, flushed):
        """Makes the calls on a copy, and checks after each; returns what was flushed at the end."""
        shown = self.copy.exists()
        restarting = False
        with open(self.copy, "r+b" if shown else "w+b", buffering=0) as copy:
            for kind, place, data in log:
                if kind == MARK:
                    what, *lines = data.decode().splitlines()
                    restarting = what == "restart"
                    flushed = {name: int(count) for name, count in map(str.split, lines)}
                elif kind == SHOW:
                    shown = True
                elif kind == RESIZE:
                    copy.truncate(place)
                for at, piece in pieces(place, data) if kind == WRITE else ():
                    os.pwrite(copy.fileno(), piece, at)
                    if shown:
                        self.check(flushed, restarting)
                if shown:
                    self.check(flushed, restarting)
        self.assertTrue(shown)
        return flushed

    def test_run_and_restart(self):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                self.copy.unlink(missing_ok=True)
                flushed = self.replay(self.write("run", ranks), {})
                self.assertEqual(flushed["/time"], 30)
                with h5py.File(self.copy) as file:
                    self.assertEqual(len(file["/parts"]), 31)
                flushed = self.replay(self.write("restart", ranks), flushed)
                self.assertEqual(flushed["/time"], 40)
                with h5py.File(self.copy) as file:
                    self.assertEqual(file.attrs["complete"], 1)
                self.assertEqual(self.copy.read_bytes(), (self.folder / "out.h5").read_bytes())
        print(f"{self.moments} moments, at {self.unwritten} of them a record of a new chunk was not written yet; "
              f"{self.restarted} restarts from such a file, or one that a restart was cutting back")

    def test_after_an_error_the_file_is_as_at_the_last_flush(self):
        for ranks in (1, 3):
            self.copy.unlink(missing_ok=True)
            flushed = self.replay(self.write("fail", ranks), {})
            with h5py.File(self.copy) as file:
                for name, count in flushed.items():
                    self.assertEqual(len(file[name]), count, name)
            self.assertEqual(self.copy.read_bytes(), (self.folder / "out.h5.partial").read_bytes())


if __name__ == "__main__":
    unittest.main()
