"""Protects the documentation as it is read: it builds without a warning, asks for nothing from outside, links lead somewhere.

Exit code 77, with a clear word, where Sphinx, MyST, the theme or MathJax is missing (docs/build.sh says which).
"""

import re
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

from pages import PAGES, SOURCE, blocks, prose

NOT_INSTALLED = ("No Python has sphinx", "No MathJax")
BY_PATH = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


class Resources(HTMLParser):
    """What a browser asks for when it shows a page (not what a reader may click on)."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "embed") and given.get("src"):
            self.addresses.append(given["src"])
        if tag == "link" and given.get("rel") not in ("canonical",) and given.get("href"):
            self.addresses.append(given["href"])


def build(folder):
    return subprocess.run([SOURCE / "docs" / "build.sh", folder], capture_output=True, text=True, timeout=350, check=False)


class Pages(unittest.TestCase):
    built = None

    def test_builds_without_warnings(self):
        self.assertEqual(self.built.returncode, 0, self.built.stdout + self.built.stderr)
        for page in PAGES[1:]:
            self.assertTrue((self.folder / f"{page.stem}.html").exists(), page)

    def test_no_request_leaves_the_machine(self):
        for page in sorted(self.folder.glob("*.html")):
            resources = Resources()
            resources.feed(page.read_text(encoding="utf-8"))
            self.assertTrue(resources.addresses, page)
            for address in resources.addresses:
                with self.subTest(page=page.name, address=address):
                    self.assertNotRegex(address, r"^(\w+:)?//")
                    path = re.sub(r"[?#].*", "", address)
                    self.assertTrue((self.folder / path).exists(), "is not among the pages")
        for sheet in sorted(self.folder.glob("_static/**/*.css")):
            self.assertNotRegex(sheet.read_text(encoding="utf-8"), r"url\([\"']?(https?:)?//", sheet)

    def test_formulas_are_set(self):
        text = (self.folder / "model.html").read_text(encoding="utf-8")
        self.assertGreater(text.count('class="math notranslate nohighlight"'), 50)
        self.assertIn("_static/mathjax/MathJax.js?config=TeX-AMS_CHTML-full", text)


class Links(unittest.TestCase):
    def test_files_that_are_named_exist(self):
        """Links by path in README and docs, which readers of the repository follow."""
        found = 0
        for page in PAGES:
            for address in BY_PATH.findall(prose(page)):
                if not re.match(r"\w+:", address):
                    found += 1
                    self.assertTrue((page.parent / address).exists(), f"{page.name}: {address}")
        self.assertGreater(found, 5)

    def test_sources_that_are_named_exist(self):
        """Pointers into the code, by path from the root, or of a header by its module."""
        found = 0
        for page in PAGES:
            for block in blocks(page):
                path = block.text.strip()
                if block.language == "inline" and re.fullmatch(r"[\w/]+/\w+\.[ch]pp", path):
                    found += 1
                    self.assertTrue((SOURCE / path).exists() or (SOURCE / "include" / "equipoise" / path).exists(),
                                    f"{page.name}:{block.line}: {path}")
        self.assertGreater(found, 20)

    def test_spack_environment_is_whole(self):
        """What cmake/Dependencies.cmake looks for is in the environment that docs/cluster.md installs."""
        looked_for = re.findall(r'equipoise_(?:find|missing_package)\((?:"[^"]*"|\w+) [\w-]+ "?([\w-]+)',
                                (SOURCE / "cmake" / "Dependencies.cmake").read_text(encoding="utf-8"))
        self.assertGreater(len(looked_for), 8)
        specs = re.findall(r'^    - "?([\w-]+)', (SOURCE / "jobscripts/spack/spack.yaml").read_text(encoding="utf-8"),
                           re.MULTILINE)
        self.assertLessEqual(set(looked_for) - {"benchmark"}, set(specs))

    def test_blocks_are_of_known_languages(self):
        """A block of an unknown language would be neither run nor highlighted. Pictures are Markdown's, which any reader shows."""
        known = {"", "inline", "sh", "ini", "python", "cpp", "text", "{toctree}", "yaml", "json"}
        for page in PAGES:
            for block in blocks(page):
                language = block.language.split()[0] if block.language else ""
                self.assertIn(language, known, f"{page.name}:{block.line}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Pages.folder = Path(name) / "html"
        Pages.built = build(Pages.folder)
        if Pages.built.returncode and any(word in Pages.built.stderr for word in NOT_INSTALLED):
            print(f"skipped: {Pages.built.stderr.strip()}")
            links = unittest.main(argv=[sys.argv[0], "Links"], exit=False)
            sys.exit(77 if links.result.wasSuccessful() else 1)
        unittest.main()
