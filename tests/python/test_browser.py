"""Protects the report as a reader sees it: opened in headless Chromium, every picture and table is there, in light and
dark and in print, and nothing is asked of any other machine. Ends with 77 where there is no Chromium."""

import json
import os
import sys
import unittest
from pathlib import Path

import browser
import matplotlib.image
import numpy as np
from program import ProgramTest, configuration
from synthetic import run

PICTURES = """[...document.images].map(image => { const box = image.getBoundingClientRect(); return {
    complete: image.complete, natural: image.naturalWidth, alt: image.alt,
    box: [box.left + scrollX, box.top + scrollY, box.width, box.height].map(Math.round)}; })"""
TABLES = """[...document.querySelectorAll('table')].map(table => { const box = table.getBoundingClientRect(); return {
    caption: table.caption.innerText, cells: table.querySelectorAll('td').length,
    empty: [...table.querySelectorAll('td')].filter(cell => !cell.innerText.trim()).length,
    width: box.width, height: box.height}; })"""
CONTRAST = """[...document.querySelectorAll('h1, h2, p, td, th, caption, figcaption, pre, a, li')].map(element => {
    let ground = element; while (ground.parentElement && getComputedStyle(ground).backgroundColor == 'rgba(0, 0, 0, 0)')
        ground = ground.parentElement;
    const light = colour => { const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(value => { value /= 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(ground).backgroundColor)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); })"""


class Browser(ProgramTest):
    def setUp(self):
        super().setUp()
        self.browser = browser.Browser().__enter__()
        self.addCleanup(self.browser.__exit__)

    def make_report(self):
        """Of a run of the program on a ring with everything that is drawn, and its timing."""
        ring = configuration(
            {"run": {"solvers": "network kinetic field", "t_end": "0.2"}, "domain": {"kind": "ring", "length": "1"},
             "population.e": {"neurons": "2000", "drive": "0.1", "mean": "0.1*cos(2*pi*x)"}, "population.i": {"neurons": "2000"},
             "coupling.e.i": {"kernel": "cosine(1, 0.5)"}, "coupling.i.e": {"kernel": "cosine(1, 0.5)"},
             "coupling.i.i": {"kernel": "cosine(0.5, 0.2)"}, "network": {"density_interval": "0.1", "bins": "16"},
             "kinetic": {"sites": "16", "density_interval": "0.1"}, "field": {"sites": "16"}})
        self.equipoise("run", self.write(ring), "--quiet", "--run.output=a.h5", "--timing=t.json")
        target = self.folder / "a.html"
        done = run("report", self.folder / "a.h5", "--timing", self.folder / "t.json", "-o", target)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return target

    def screenshot(self, name):
        """Pixels of the whole page; kept in the build folder to be looked at."""
        path = Path(os.environ.get("EQUIPOISE_BUILD", self.folder), "tests", name)
        path.parent.mkdir(exist_ok=True)
        self.browser.screenshot(path)
        return matplotlib.image.imread(path)[..., :3]

    def test_report(self):
        target = self.make_report()
        self.browser.open(target)
        pictures, tables = self.browser.evaluate(PICTURES), self.browser.evaluate(TABLES)
        # Every plot that such a file has data for, loaded and visible on the screen.
        expected = ("Averages over the neurons", "Modes of the mean", "Mean and variance over position",
                    "Densities of the fluctuations y", "Densities of the fluctuations over position", "Eigenvalues of J")
        self.assertEqual(len(pictures), len(expected))
        pixels = self.screenshot("report_light.png")
        for picture, words in zip(pictures, expected):
            self.assertTrue(picture["complete"] and picture["natural"] > 300, picture)
            self.assertTrue(picture["alt"].startswith(words), picture["alt"])
            left, top, width, height = picture["box"]
            self.assertGreater(min(width, height), 150)
            shown = pixels[top:top + height, left:left + width]
            self.assertEqual(shown.shape[:2], (height, width))
            self.assertGreater(shown.std(), 0.05, f"{words}: blank on the screen")
        captions = ("Averages at the start", "Largest differences", "Standard deviations", "Wall time", "Seconds in each phase")
        self.assertEqual(len(tables), len(captions))
        for table, caption in zip(tables, captions):
            self.assertTrue(table["caption"].startswith(caption), table)
            self.assertGreater(table["cells"], 0)
            self.assertEqual(table["empty"], 0)
            self.assertGreater(min(table["width"], table["height"]), 40)
        record = json.loads((self.folder / "t.json").read_text(encoding="utf-8"))
        self.assertIn(f"{record['wall_seconds']:.4g}", self.browser.evaluate("document.body.innerText"))
        # The page does not scroll sideways, on a telephone neither.
        for width in (1100, 390):
            self.browser.open(target, width=width)
            self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
        # Nothing was asked for but the page and what is inside it, and its policy had nothing to refuse.
        addresses = self.browser.requests
        self.assertIn(target.resolve().as_uri(), addresses)
        self.assertEqual([url for url in addresses if not url.startswith("data:") and url != target.resolve().as_uri()], [])
        self.assertEqual(self.browser.complaints, [])

    def test_light_and_dark(self):
        """Readable in both (WCAG AA: contrast 4.5), with another ground."""
        target = self.make_report()
        grounds = []
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            self.browser.open(target)
            self.assertGreaterEqual(min(self.browser.evaluate(CONTRAST)), 4.5, scheme)
            grounds.append(np.median(self.screenshot(f"report_{scheme}.png")[:40]))
        self.assertGreater(grounds[0], 0.9)
        self.assertLess(grounds[1], 0.2)
        self.assertTrue(self.browser.printed().startswith(b"%PDF"))

    def test_requests_are_seen(self):
        """The test can fail: a page that asks others is caught, and a report's policy stops what is slipped into it."""
        target = self.folder / "open.html"
        target.write_text("<!DOCTYPE html><img src='http://example.org/a.png'>", encoding="utf-8")
        self.browser.open(target)
        self.assertIn("http://example.org/a.png", self.browser.requests)
        report = self.make_report()
        text = report.read_text(encoding="utf-8")
        report.write_text(text.replace("</main>", "<img src='http://example.org/b.png'><script>document.title = 'ran'</script>"
                                       "</main>"), encoding="utf-8")
        self.browser.open(report)
        self.assertTrue(any("Content Security Policy" in complaint for complaint in self.browser.complaints))
        self.assertNotEqual(self.browser.evaluate("document.title"), "ran")


if __name__ == "__main__":
    if browser.program() is None:
        print("Chromium is not installed (Debian package chromium): the report cannot be looked at")
        sys.exit(77)
    unittest.main()
