"""Runs `equipoise check` on every case of broken.txt: exit code 2 and the expected problems on standard error, and nothing
written.

run_broken.py PROGRAM [CASE...]     the program to test; only the cases with these names
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "broken.ini"


def changed(base, changes):
    """The lines of base after the changes of a case, and the words for the command line."""
    lines, words, place = list(base), [], None
    for change in changes:
        mark, rest = change[:2], change[2:]
        if mark == "- ":
            place = lines.index(rest)
            del lines[place]
        elif mark == "+ ":
            place = len(lines) if place is None else place
            lines.insert(place, rest)
            place += 1
        else:
            words.append(change)
    return lines, words


def read_cases():
    """Name, configuration's text, command-line words and expected problems of every case."""
    base = (HERE / "base.ini").read_text(encoding="utf-8").splitlines()
    for block in (HERE / "broken.txt").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#") and line != "level model"]
        if not lines:
            continue
        expected = [line[2:].replace("FILE", NAME) for line in lines[1:] if line.startswith("? ")]
        text, words = changed(base, [line for line in lines[1:] if not line.startswith("? ")])
        yield lines[0].removeprefix("case "), "\n".join(text) + "\n", words, expected


def mistakes(program, text, words, expected):
    """What is wrong with the program's answer to one case."""
    if not all(word.startswith("--") for word in words):
        return []  # no override: the program's command line speaks of it in its own words
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_text(text, encoding="utf-8")
        done = subprocess.run([program, "check", NAME, *words], cwd=folder, capture_output=True, text=True, timeout=60,
                              check=False)
        found = []
        if done.returncode != 2:
            found.append(f"exit code {done.returncode}, expected 2")
        found += [f"no problem '{problem}'" for problem in expected if problem not in done.stderr]
        found += [f"wrote {path.name}" for path in Path(folder).iterdir() if path.name != NAME]
        return found and [*found, f"standard error: {done.stderr.strip()}"]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, chosen = str(Path(sys.argv[1]).resolve()), sys.argv[2:]
    count = failed = 0
    for name, text, words, expected in read_cases():
        if chosen and name not in chosen:
            continue
        count += 1
        found = mistakes(program, text, words, expected)
        if found:
            failed += 1
            print(f"{name}:", *found, sep="\n    ")
    print(f"{count} broken configurations, {failed} answered wrongly")
    sys.exit(failed > 0 or count == 0)


if __name__ == "__main__":
    main()
