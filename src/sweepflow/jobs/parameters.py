"""The parameter sets of a job, with what the command line says about them."""

from __future__ import annotations

import re
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.errors import ProjectError
from sweepflow.project import ParameterSet
from sweepflow.project.find import working_directory
from sweepflow.sweep import Sweep, SweepSyntaxError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from sweepflow.project import Job, Project


_ONE_EMPTY_SET = (ParameterSet.model_construct(),)
"""What a job without sets has: its command runs once."""

_QUOTED_OR_COMMENT = re.compile(
    r"""\\[\s\S]\#*|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|(?<!\S)\#.*"""
)
"""What a `#` means nothing in, else the comment that it begins at a word's start."""


@dataclass(frozen=True)
class Combinations:
    """One parameter set, ready to be gone through once.

    Args:
        count: How many batches there are.
        batches: One for each command.
        swept: What is swept inside each command.
        add: What stands behind the parameters, as it was written.
    """

    count: int
    batches: Iterator[list[str]]
    swept: list[str]
    add: list[str]


def read_sets(
    project: Project, job: Job, overrides: Sequence[str], limit: int | None
) -> Iterator[Combinations]:
    """Give the job's sets, the overrides of the command line winning.

    An override takes the place of the parameter with the same key, in `each` or in
    `all`; one with a new key goes into `all`.

    Raises:
        ProjectError: The file says something that has no meaning.
        SweepSyntaxError: An override is not valid.
    """
    job_add = split_words(project, job, job.add, "add")
    for n, item, each, swept in read_sweeps(project, job, overrides):
        with placed(project, item.each, "jobs", job.name, "sets", n, "each"):
            batches = each.expand(limit)
        with placed(project, item.all, "jobs", job.name, "sets", n, "all"):
            collected = swept.collect(limit)
        own_add = split_words(project, job, item.add, "sets", n, "add")
        yield Combinations(each.count, batches, collected, merge_add(job_add, own_add))


def read_sweeps(
    project: Project, job: Job, overrides: Sequence[str]
) -> Iterator[tuple[int, ParameterSet, Sweep, Sweep]]:
    """Give each set with its number, its `each` and its `all`; see `read_sets`.

    Those that are searches are left out.

    Raises:
        ProjectError, SweepSyntaxError: As there.
    """
    winners = [Sweep.parse_word(word) for word in overrides]
    for n, item in enumerate(job.sets or _ONE_EMPTY_SET):
        if item.search:
            continue
        with placed(project, item.each, "jobs", job.name, "sets", n, "each"):
            each = Sweep.parse(item.each)
        with placed(project, item.all, "jobs", job.name, "sets", n, "all"):
            swept = Sweep.parse(item.all)
        for winner in winners:
            if set(winner.keys) & set(each.keys):
                each = each.replaced_by(winner)
                swept = swept.without(winner.keys)
            else:
                swept = swept.replaced_by(winner)
        yield n, item, each, swept


def merge_add(job: Sequence[str], own: Sequence[str]) -> list[str]:
    """Give the job's words with the set's: the set wins where both have a key."""
    winners = {key_of(word): word for word in own}
    merged = [winners.pop(key_of(word), word) for word in job]
    return merged + [word for word in own if winners.get(key_of(word)) is word]


def notes(project: Project, job: Job) -> Iterator[str]:
    """Give what is valid, but often meant otherwise."""
    here = working_directory()
    if project.root != here and job.mode in {"run", "call", "submit"}:
        yield f"the project is {project.file}; commands run in {here}"
    pairs = zip(job.sets, job.sets[1:], strict=False)
    for n, (first, second) in enumerate(pairs):
        if first.each and not first.all and second.all and not second.each:
            yield (
                f"{project.place('jobs', job.name, 'sets', n + 1, 'all')}: `each` and "
                "`all` stand in two list items, which are two sets; to make one of "
                "them, write both under the same `-`"
            )
            return


def key_of(word: str) -> str:
    """Give the key that a word is about, without a prefix."""
    return word.partition("=")[0].lstrip("+~")


@contextmanager
def placed(project: Project, text: str, *path: str | int) -> Generator[None]:
    """Turn an error in a text of the file into one that says where it stands."""
    try:
        yield
    except SweepSyntaxError as error:
        if error.text != text:  # it is in an override of the command line
            raise
        raise ProjectError(
            f"{error.message}\n{error.excerpt}",
            place=project.place(*path, offset=error.column),
            hint=error.hint,
        ) from None


def split_words(project: Project, job: Job, text: str, *path: str | int) -> list[str]:
    """Split a text of the job into words, as the shell does, comments left out.

    Args:
        project: Where the job stands.
        job: Whose text it is.
        text: What stands at `path` within the job.
        path: Keys and positions that lead to it.

    Raises:
        ProjectError: A quote has no partner.
    """
    try:
        return shlex.split(_QUOTED_OR_COMMENT.sub(_without_comment, text))
    except ValueError:
        raise ProjectError(
            f"{path[-1]} of job {job.name!r} has a quote without its partner: {text}",
            place=project.place("jobs", job.name, *path),
            hint="close the quote, or put a backslash before it",
        ) from None


def _without_comment(found: re.Match[str]) -> str:
    return "" if found[0].startswith("#") else found[0]
