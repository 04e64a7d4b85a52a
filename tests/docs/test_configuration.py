"""Protects docs/configuration.md: its tables are those that the program's own options give.

test_configuration.py --write   puts the present tables into the page, for whoever changed an option (with the environment
that ctest gives: ctest -R docs.configuration says the whole command when the page is out of date)
"""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

PAGE = Path(os.environ["EQUIPOISE_SOURCE"]) / "docs" / "configuration.md"
TABLES = Path(os.environ["EQUIPOISE_BUILD"]) / "tests" / "reference_tables"
PART = re.compile(r"(<!-- begin (\w+)[^\n]*-->\n)(.*?)(<!-- end \2 -->)", re.DOTALL)


def renewed(text):
    """The page with its generated parts made anew."""
    def make(part):
        made = subprocess.run([TABLES, part[2]], capture_output=True, text=True, timeout=60, check=True).stdout
        return f"{part[1]}\n{made}\n{part[4]}"
    return PART.sub(make, text)


class Configuration(unittest.TestCase):
    def test_page_is_up_to_date(self):
        text = PAGE.read_text(encoding="utf-8")
        self.assertEqual([part[1] for part in PART.findall(text)], ["options", "families"])
        self.assertEqual(text, renewed(text), "docs/configuration.md is out of date; renew it by\n"
                         f"  EQUIPOISE_SOURCE={PAGE.parent.parent} EQUIPOISE_BUILD={os.environ['EQUIPOISE_BUILD']} "
                         f"python3 {Path(__file__).resolve()} --write")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        unittest.main()
