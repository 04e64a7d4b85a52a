"""What stands in README.md and docs/*.md: blocks of code and spans of inline code, in the order of the text."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(os.environ["EQUIPOISE_SOURCE"])
PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]

FENCE = re.compile(r"^(`{3,})([^\n`]*)$")
NAMED = re.compile(r"^<!-- file: (\S+) -->$")  # a line before a block: readers save it under that name
SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")


@dataclass
class Block:
    """A piece of code: language is that of its fence ("" without one, "inline" for a span in a sentence)."""

    line: int
    language: str
    text: str
    file: str = ""


def blocks(path):
    """The blocks of a page, in the order of the text."""
    return divide(path)[0]


def prose(path):
    """The page without its blocks, line for line."""
    return divide(path)[1]


def divide(path):
    """Blocks and prose of a page. Lines indented by four after an empty line are a block without language."""
    found, rest, name = [], [], ""
    lines = path.read_text(encoding="utf-8").splitlines()
    i = 0
    while i < len(lines):
        fence = FENCE.match(lines[i])
        if fence:
            end = next(k for k in range(i + 1, len(lines)) if lines[k].strip() == fence[1])
            found.append(Block(i + 1, fence[2].strip(), "\n".join(lines[i + 1:end]) + "\n", name))
            rest += [""] * (end + 1 - i)
            i = end + 1
        elif lines[i].startswith("    ") and (i == 0 or not lines[i - 1].strip()):
            end = i
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            text = "\n".join(line[4:] for line in lines[i:end]).rstrip("\n") + "\n"
            found.append(Block(i + 1, "", text))
            rest += [""] * (end - i)
            i = end
        else:
            rest.append(lines[i])
            i += 1
        marker = NAMED.match(rest[-1])
        name = marker[1] if marker else ""
    text = "\n".join(rest)
    for span in SPAN.finditer(text):
        found.append(Block(text.count("\n", 0, span.start()) + 1, "inline", " ".join(span[1].split()) + "\n"))
    return sorted(found, key=lambda block: block.line), text
