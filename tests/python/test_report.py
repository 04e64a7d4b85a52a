"""Protects the report: its tables hold the file's numbers, its pictures are inside, and it asks nobody for anything."""

import base64
import json
import re
import unittest
from html.parser import HTMLParser

import h5py
import numpy as np
from synthetic import FolderTest, write, write_stability

from equipoise_post import findings
from equipoise_post.reader import Output

TIMING = {
    "record": "equipoise timing", "format": 1, "created": "2026-01-02T03:04:05Z", "ranks": 2,
    "problem": {"title": "a test", "neurons": 1000}, "wall_seconds": 8.0,
    "phase_seconds": {"noise": {"min": 1.0, "mean": 2.0, "max": 3.0}, "checkpoint": {"min": 0.0, "mean": 0.0, "max": 0.0}},
    "neuron_steps_per_second": 2.5e7, "cell_updates_per_second": 0.0,
    "peak_memory_bytes": {"min": 2.0**20, "mean": 2.0**20, "max": 3 * 2.0**20},
}


class Page(HTMLParser):
    """tables: {caption: rows of cells}; images: attributes; headings; text; tags; everything that could be an address."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.images, self.headings, self.tags, self.policy, self.text = {}, [], [], [], "", ""
        self.addresses = []
        self.open = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        self.addresses += [attributes[name] for name in ("src", "href", "srcset", "action", "data") if name in attributes]
        if tag == "img":
            self.images.append(attributes)
        if tag == "meta":
            if attributes.get("http-equiv") == "Content-Security-Policy":
                self.policy = attributes["content"]
            return
        if tag in ("img", "br"):
            return
        self.open.append(tag)
        if tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "caption":
            self.caption = ""
        elif tag in ("h1", "h2", "h3"):
            self.headings.append((tag, ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"
        if tag == "table":
            self.tables[self.caption] = self.rows

    def handle_data(self, data):
        where = self.open[-1] if self.open else ""
        if where in ("td", "th"):
            self.rows[-1][-1] += data
        elif where == "caption":
            self.caption += data
        elif where in ("h1", "h2", "h3"):
            self.headings[-1] = (where, self.headings[-1][1] + data)
        if where not in ("style", "title"):
            self.text += data


class Report(FolderTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "a.h5"

    def report(self, *arguments):
        target = self.folder / "r.html"
        self.assertIn(f"report: {target}", self.draw("report", *arguments, "-o", target))
        text = target.read_text(encoding="utf-8")
        page = Page(text)
        self.assertEqual(page.open, [])
        self.check_closed(text, page)
        return page

    def check_closed(self, text, page):
        """No script, no address outside of the page, and a policy that says so."""
        for tag in ("script", "iframe", "link", "object", "form", "base", "svg"):
            self.assertNotIn(tag, page.tags)
        for address in page.addresses:
            self.assertTrue(address.startswith(("data:image/svg+xml;base64,", "#")), address[:80])
        self.assertIn("default-src 'none'", page.policy)
        self.assertNotIn("unsafe", page.policy)
        self.assertNotRegex(text, r"url\(|@import|https?:")
        for image in page.images:
            drawing = base64.b64decode(image["src"].split(",", 1)[1]).decode()
            self.assertTrue(drawing.startswith("<svg"))
            # Names of the language are no addresses; inside there are only references to itself and embedded pixels.
            for link in re.findall(r'href="([^"]*)"', drawing):
                self.assertTrue(link.startswith(("#", "data:image/png;base64,")), link[:80])
            self.assertGreater(len(image["alt"]), 40)

    def table(self, page, caption):
        return next(rows for title, rows in page.tables.items() if title.startswith(caption))

    def test_point(self):
        write(self.path, "point", 0, ("kinetic",))
        write_stability(self.path, [-0.25, -0.25], [1.0, -1.0])
        page = self.report(self.path)
        self.assertEqual([name for _, name in page.headings],
                         ["a test", str(self.path), "Summary", "Stability", "Plots", "Timing", "Configuration"])
        with h5py.File(self.path) as file:
            rows = self.table(page, "Averages at the start")
            self.assertEqual(rows[1][:6], ["network", "e", "800", "0", "1", "0.75"])
            self.assertEqual(rows[4], ["kinetic", "PV", "200", "0", "-0.01", "0.5", "5",
                                       f"{file['kinetic/mean'][-1, 1, 0]:.5g}", f"{file['kinetic/variance'][-1, 1, 0]:.5g}"])
            rows = self.table(page, "Largest differences")
            self.assertEqual(rows[1][:4], ["network − kinetic", "mean of e", "agree", "1.2"])
            self.assertEqual(rows[1][4], f"{file['comparison/network_kinetic/mean_largest'][0]:.3e}")
            self.assertEqual(self.table(page, "Standard deviations")[2], ["PV", "3.000e-03", "4.000e-03"])
            self.assertIn(file.attrs["config"].splitlines()[-1], page.text)
        self.assertIn("decay at the rate 7.071", page.text)  # 0.25 sqrt(800)
        self.assertIn("agrees with its limit", page.text)
        self.assertIn("No warnings.", page.text)
        self.assertIn("No timing record", page.text)
        self.assertEqual([image["alt"].split(".")[0] for image in page.images],
                         ["Averages over the neurons of each population",
                          "Densities of the fluctuations y about the mean, averaged over positions",
                          "Eigenvalues of J: to the left of the axis perturbations off balance decay"])
        self.assertIn("kinetic, PV: mean from -0.01 to 0.9833", page.images[0]["alt"])

    def test_domains(self):
        """What there is over position is shown too."""
        for kind, pictures in (("ring", 4), ("torus", 3)):
            write(self.path, kind, 16, ("kinetic",))
            page = self.report(self.path)
            self.assertEqual(len(page.images), pictures)

    def test_timing(self):
        write(self.path, "point")
        with h5py.File(self.path, "a") as file:
            file.attrs["ranks"] = 2
        record, other = self.folder / "t.json", self.folder / "o.json"
        record.write_text(json.dumps(TIMING), encoding="utf-8")
        other.write_text(json.dumps({**TIMING, "ranks": 3}), encoding="utf-8")
        page = self.report(self.path, "--timing", record, "--timing", other)
        self.assertEqual(self.table(page, "Wall time")[1], ["a test", TIMING["created"], "3", "8", "2.5e+07", "–", "3"])
        self.assertEqual(self.table(page, "Seconds in each phase, over 2 rank(s)")[1:],
                         [["noise", "1", "2", "3", "25.0"], ["everything else", "–", "6", "–", "75.0"]])
        self.assertIn("Timing of other runs", [name for _, name in page.headings])
        for text, message in (("{", "o.json"), ("{}", "is no timing record"),
                              (json.dumps({**TIMING, "format": 9}), "format 9")):
            other.write_text(text, encoding="utf-8")
            self.refuse(message, "report", self.path, "--timing", other)

    def test_several_files(self):
        second = self.folder / "b.h5"
        write(self.path, "ring", 16, ("kinetic",))
        write(second, "ring", 16, ("kinetic",), 0.01)
        page = self.report(self.path, second)
        rows = self.table(page, "network: mean, differences from")
        self.assertEqual(rows[1][:2] + rows[1][3:5], ["e", str(second), "5.0000e-02", "5"])
        self.assertEqual(len(page.images), 2 + 2 * 4)
        self.assertEqual([address for address in page.addresses if address.startswith("#")], ["#file1", "#file2"])
        with h5py.File(second, "a") as file:
            file["network/time"][:] += 0.01
        page = self.report(self.path, second)
        self.assertIn("cannot be compared with each other: " + str(second), page.text)

    def test_text_is_escaped(self):
        write(self.path, "point")
        with h5py.File(self.path, "a") as file:
            file.attrs["title"] = "<script>alert(1)</script> & \"more\""
        page = self.report(self.path)
        self.assertIn(("h1", "<script>alert(1)</script> & \"more\""), page.headings)

    def test_refusals(self):
        self.refuse("absent.h5", "report", self.folder / "absent.h5")
        write(self.path, "point")
        self.refuse("r.html", "report", self.path, "-o", self.folder / "none" / "r.html")


class Findings(FolderTest):
    """Warnings and verdicts, each from a file that gives cause."""

    def warnings(self, change, real=(-0.5,), imaginary=(0.0,)):
        path = self.folder / f"{len(list(self.folder.iterdir()))}.h5"
        write(path, "point", 0, ("kinetic",))
        write_stability(path, real, imaginary)
        with h5py.File(path, "a") as file:
            change(file)
        with Output(path) as output:
            return findings.warnings(output), findings.agreements(output), findings.agreement_in_words(output)

    def test_warnings(self):
        def in_network(name, record, value):
            def change(file):
                file["network"][name][record] = value
            return change

        def add(name, values):
            def change(file):
                file[name] = values
            return change

        def scheme(file):
            file.attrs["config"] += "[network]\nscheme = balanced\n"

        self.assertEqual(self.warnings(lambda file: None)[0], [])
        for change, word in ((lambda file: file.attrs.update(complete=0), "did not end"),
                             (in_network("mean", 3, np.nan), "network: there are values that are not finite"),
                             (add("network/density_outside", [[[0.0, 0.02]]]), "Up to 2 % of the neurons"),
                             (add("kinetic/boundary_mass", [0.0, 3e-5]), "3.0e-05 of the kinetic density")):
            found = self.warnings(change)[0]
            self.assertEqual(len(found), 1, found)
            self.assertIn(word, found[0])
        self.assertEqual(self.warnings(add("network/density_outside", [[[5e-4]]]))[0], [])
        self.assertEqual(self.warnings(scheme)[0], [])
        found = self.warnings(scheme, (0.5, -1.0), (0.0, 0.0))[0]
        self.assertIn("scheme = explicit", found[0])

    def test_verdicts(self):
        """As the program's own table: four standard errors, and whether only the start is apart."""
        def apart(first, last, errors):
            def change(file):
                pair = file["comparison/network_kinetic"]
                pair["mean_difference"][first:last, 0] = errors * pair["mean_error"][first:last, 0]
                pair["mean_largest_in_errors"][0] = max(1.25, errors)
            return change

        for change, expected, sentence in ((apart(0, 0, 0.0), "agree", "agrees with its limit:"),
                                           (apart(1, 6, 9.0), "agree after t = 1.25", "after a start apart"),
                                           (apart(1, 21, 5.0), "close", "up to 5.0 standard errors"),
                                           (apart(1, 21, 9.0), "differ", "up to 9.0 standard errors")):
            warnings, agreements, words = self.warnings(change)
            self.assertEqual(findings.verdict(agreements[0]), expected)
            self.assertEqual(len(warnings), expected == "differ", warnings)
            self.assertIn(sentence, words)


if __name__ == "__main__":
    unittest.main()
