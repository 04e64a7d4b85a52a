"""The command line: one sub-command per module that has add_arguments(parser) and run(arguments)."""

import argparse
import sys

from equipoise_post import compare, convergence, phase_diagram, plot, scaling
from equipoise_post.reader import OutputError

COMMANDS = {"plot": plot, "compare": compare, "scaling": scaling, "phase-diagram": phase_diagram,
            "convergence": convergence}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="equipoise_post", description="Reads and draws the output of equipoise.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module in COMMANDS.items():
        module.add_arguments(commands.add_parser(name, help=module.__doc__, description=module.__doc__))
    parsed = parser.parse_args(arguments)
    try:
        COMMANDS[parsed.command].run(parsed)
    except OutputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0
