"""The commands of ``toolkit`` as its parser has them: the site prints their help, the tests run their examples."""

import argparse
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.cli import _parser

__all__ = ["Command", "commands"]


class Command(NamedTuple):
    """A command: its words behind ``toolkit``, the line that its parent says of it, its parser, and its examples."""

    name: str
    about: str
    parser: argparse.ArgumentParser
    examples: list[str]


def commands() -> list[Command]:
    """Every command and action, ``toolkit`` itself first with an empty name."""
    return list(_walk(_parser(), "", ""))


def _walk(parser: argparse.ArgumentParser, name: str, about: str) -> Iterator[Command]:
    lines = (parser.epilog or "").splitlines()
    shown = [line.strip() for line in lines[1:]] if lines and lines[0] in ("example:", "examples:") else []
    yield Command(name, about, parser, shown)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for word, child in action.choices.items():
                yield from _walk(child, f"{name} {word}".strip(), told.get(word, ""))
