"""The command line: one sub-command per module that has EXAMPLE, add_arguments(parser) and run(arguments)."""

import argparse
import sys

from equipoise_post import compare, convergence, figures, phase_diagram, plot, report, scaling
from equipoise_post.reader import OutputError

COMMANDS = {"plot": plot, "compare": compare, "report": report, "figures": figures, "scaling": scaling,
            "phase-diagram": phase_diagram, "convergence": convergence}


def parser_of_all():
    parser = argparse.ArgumentParser(
        prog="equipoise_post", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Reads and draws the output of equipoise.",
        epilog="examples:\n" + "\n".join(f"  {module.EXAMPLE}" for module in COMMANDS.values())
        + "\n\nequipoise_post COMMAND --help lists a command's options. Exit status: 0, or 2 with a message where a file or "
        "an option\ncannot be used.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        words = module.__doc__.split(": ", 1)[1].strip()
        module.add_arguments(commands.add_parser(
            name, help=words, description=words[0].upper() + words[1:], epilog=f"example:\n  {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter))
    return parser


def main(arguments=None):
    parsed = parser_of_all().parse_args(arguments)
    try:
        COMMANDS[parsed.command].run(parsed)
    except OutputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0
