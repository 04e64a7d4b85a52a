"""Protects the help: each command says what it does and takes, and its example is one that the command line accepts."""

import argparse
import shlex
import unittest

from synthetic import PROGRAM, run

from equipoise_post import command


def parsers():
    """{command: its parser}."""
    whole = command.parser_of_all()
    return next(action for action in whole._actions if isinstance(action, argparse._SubParsersAction)).choices


class Help(unittest.TestCase):
    def test_overview(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name, module in command.COMMANDS.items():
            self.assertRegex(done.stdout, rf"(?m)^    {name}\b")
            self.assertIn(module.EXAMPLE, done.stdout)

    def test_commands(self):
        """Every option has words, and the example stands at the end as it is."""
        for name, parser in parsers().items():
            text = parser.format_help()
            self.assertTrue(text.rstrip().endswith(command.COMMANDS[name].EXAMPLE), name)
            for action in parser._actions:
                self.assertTrue(action.help, f"{name}: {action.dest}")
                for option in action.option_strings:
                    self.assertIn(option, text)
        self.assertEqual(run("report", "--help").stdout, parsers()["report"].format_help())

    def test_examples(self):
        for name, module in command.COMMANDS.items():
            words = shlex.split(module.EXAMPLE)
            self.assertEqual(words[:3], ["python3", f"postprocess/{PROGRAM.name}", name])
            parsed = command.parser_of_all().parse_args(words[2:])
            self.assertEqual(parsed.command, name)

    def test_mistakes(self):
        for words in ((), ("draw",), ("plot",), ("plot", "a.h5", "--show", "nothing"), ("figures", "--only", "6")):
            done = run(*words)
            self.assertEqual(done.returncode, 2)
            self.assertIn("usage:", done.stderr)


if __name__ == "__main__":
    unittest.main()
