"""The command ``coursework``: each step of a teacher's way is one word."""

import os
import re
from collections import Counter
from pathlib import Path

import click
from tqdm import tqdm

from . import batch, changes, collecting, marking, markpage, releasing, tables
from . import rehearsal as rehearsals
from .assignments import SourceError, load
from .feedback import write_feedback, zip_feedback
from .jail import JailError, Limits
from .marking import Part
from .report import write_report
from .results import results
from .roster import read_roster

NO_JAIL = (
    "Student code runs with your own rights: it can read, change and send whatever you can. "
    "Only do this on a machine that holds nothing but this course's files."
)


class Commands(click.Group):
    """Turns the errors that a teacher can mend into one line."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except (SourceError, batch.NoJail, JailError, ValueError, OSError) as error:
            raise click.ClickException(str(error)) from error

    def list_commands(self, ctx):
        return list(self.commands)  # in the order in which a teacher needs them


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--course",
    default="coursework",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The course folder, which holds source/ and, if there is one, roster.csv.",
)
@click.pass_context
def main(context, course):
    """Hand out, collect, grade, mark, return feedback, export marks.

    ASSIGNMENT is the name of a folder in source/, such as a1. Nothing leaves this machine.
    """
    context.obj = course


def _assignment(context, parameter, name):
    return load(context.obj, name)


def _share(context, parameter, text):
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text)
    if not found:
        raise click.BadParameter(f"{text!r} is no share; the second of three is 2/3")
    return int(found[1]), int(found[2])


assignment_argument = click.argument("assignment", callback=_assignment)


@main.command()
@assignment_argument
@click.pass_obj
def release(course, assignment):
    """Hand out: write the students' notebooks.

    release/ gets the notebook for everybody; variants/ gets, where there is a roster.csv, one with
    numbers of each student's own. Every solution is proved first, and nothing is written that
    shows one.
    """
    students = _roster(course) or {}
    with _bar("Proving") as tell:
        written = releasing.release(course, assignment, students, tell)
    click.echo(f"For everybody: {written[0]}")
    if students:
        own = Path(course, "variants", "STUDENT", assignment.name, written[0].name)
        click.echo(f"With each student's own numbers: {own} ({len(students)} students)")


@main.command()
@assignment_argument
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--due",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="What was handed in later is marked as late, on this machine's clock.",
)
@click.pass_obj
def collect(course, assignment, folder, due):
    """Collect: find each student's file in FOLDER.

    FOLDER is what Moodle, Canvas, nbgrader or a plain upload leaves, as a folder or a zip file.
    The latest of several files is taken.
    """
    roster = _roster(course)
    found = collecting.collect(folder, course, assignment, roster, due)
    for one in found:
        for note in one.notes:
            click.echo(f"{one.student or 'nobody'}: {one.file}: {note}")
    click.echo(_counted(one.outcome for one in found))
    if roster:
        absent = len(roster.keys() - {one.student for one in found})
        click.echo(f"{absent} of {len(roster)} students have no file here.")


@main.command()
@assignment_argument
@click.option("--jobs", default=os.cpu_count(), show_default=True, type=click.IntRange(min=1))
@click.option(
    "--seconds",
    default=Limits.seconds,
    show_default=True,
    type=click.FloatRange(min=1),
    help="What a cell, or a call of a function, may take.",
)
@click.option("--no-jail", is_flag=True, help=NO_JAIL)
@click.pass_obj
def grade(course, assignment, jobs, seconds, no_jail):
    """Grade: run what was collected, in a jail.

    The marks are written to marks/, a file for each student. What was graded before and has not
    changed is left as it is, so an interrupted run goes on where it was; only what ran into the
    time limit runs again if you allow it more. (From Python, batch.grade_class also takes an
    executor of your own.)
    """
    if no_jail:
        click.secho(f"No jail. {NO_JAIL}", fg="red", err=True)
    with _bar("Grading") as tell:
        limits = Limits(seconds, total=6 * seconds)
        how = dict(jailed=not no_jail, limits=limits, tell=tell)
        now, before = batch.grade_class(course, assignment, jobs, **how)
    click.echo(f"{now} graded now, {before} were graded before.")
    _summary(course, assignment)


@main.command()
@assignment_argument
@click.option(
    "--share",
    metavar="2/3",
    default="1/1",
    callback=_share,
    help="Mark the second of three shares of the students; others mark the other two.",
)
@click.option(
    "--item",
    "items",
    multiple=True,
    help="Mark this item only, as the table of marks calls it; can be given several times.",
)
@click.option("--port", default=0, help="By default a free one.")
@click.option("--browser/--no-browser", default=True, help="Whether to open the page.")
@click.pass_obj
def mark(course, assignment, share, items, port, browser):
    """Mark: give points by rubric, in the browser.

    Plots and paragraphs come up one after another, question by question. What you give is saved
    at once; Ctrl-C ends it.
    """
    ids = frozenset(assignment.item(name).id for name in items) or None
    part = Part(share, ids)
    markpage.serve(course, assignment, _roster(course), port, browser, part)


@main.command()
@assignment_argument
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def merge(course, assignment, folder):
    """Merge: take in what others marked in FOLDER.

    FOLDER is their copy of the course folder. What you have already is never overwritten; where
    theirs differs, it is listed.
    """
    taken, same, differ = marking.merge(course, assignment.name, folder)
    for student, item in differ:
        click.echo(f"{student}: {assignment.title(item)} is marked otherwise there; yours stays")
    click.echo(f"{taken} taken, {same} were here already, {len(differ)} differ.")


@main.command()
@assignment_argument
@click.argument("student")
@click.argument("item")
@click.argument("points", type=float, required=False)
@click.option("--reason", default="", help="The student reads it on the page of feedback.")
@click.option("--undo", is_flag=True, help="Take back what was changed.")
@click.pass_obj
def change(course, assignment, student, item, points, reason, undo):
    """Change: set a mark by hand, with a reason.

    ITEM is what the table of marks calls it, or "total". The change stays when you grade, mark or
    export again.
    """
    if undo == (points is not None):
        raise click.UsageError("Give either the points or --undo.")
    known = {one.student.id for one in results(course, assignment, _roster(course))}
    if student not in known:
        raise ValueError(f"nobody has the id {student!r}, in the roster or among those handed in")
    changes.change(course, assignment, student, item, points, reason)
    found = {one.student.id: one for one in results(course, assignment, _roster(course))}[student]
    total = "none" if found.total is None else f"{found.total:g} of {found.out_of:g}"
    click.echo(f"{student}: {found.status}, total {total}")


@main.command()
@assignment_argument
@click.pass_obj
def report(course, assignment):
    """Report: how the class did, item by item, as a page.

    It shows how many got each item and where points were lost, and nobody's name.
    """
    path, items = write_report(course, assignment, _roster(course))
    for item in items:
        click.echo(f"{item.title}: {item.full} got it, {item.part} in part, {item.none} did not")
    click.echo(path)


@main.command()
@assignment_argument
@click.option(
    "--for",
    "form",
    type=click.Choice(["moodle", "canvas"]),
    help="Write the zip file, too, that this platform takes back.",
)
@click.pass_obj
def feedback(course, assignment, form):
    """Return feedback: write a page for each student.

    A page needs nothing else: you can send it, or put it on any platform.
    """
    written = write_feedback(course, assignment, _roster(course))
    place = Path(course, "feedback", "STUDENT", f"{assignment.name}.html")
    click.echo(f"{len(written)} pages: {place}")
    if form:
        path, left_out = zip_feedback(course, assignment, _roster(course), form)
        click.echo(f"{len(written) - len(left_out)} of them for {form.title()}: {path}")
        if left_out:
            click.echo(f"{form.title()} could not find these students: {', '.join(left_out)}")


@main.command()
@assignment_argument
@click.option(
    "--for",
    "form",
    type=click.Choice(["plain", "moodle", "canvas"]),
    default="plain",
    show_default=True,
    help="Whose columns the table has.",
)
@click.option(
    "--out-of",
    type=float,
    help="Scale totals to this maximum, such as 100; by default they are as they are.",
)
@click.pass_obj
def export(course, assignment, form, out_of):
    """Export: write the table of marks as CSV.

    It has each student's status, so that nothing that went wrong looks like a zero.
    """
    click.echo(tables.export(course, assignment, _roster(course), form, out_of))
    _summary(course, assignment)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--students", default=30, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=0, show_default=True)
@click.pass_obj
def rehearse(course, folder, students, seed):
    """Rehearse: make up a class, in FOLDER.

    The class has handed in: handed-in/ is what a learning platform would leave, and
    what-they-did.csv tells who did what.
    """
    did = rehearsals.rehearse(course, folder, students, seed)
    click.echo(f"{folder}: {students} students, {len(did)} assignments. Now try:")
    click.echo(f"  coursework --course {folder} collect a1 {folder / 'handed-in' / 'a1'}")


def _roster(course):
    path = Path(course, "roster.csv")
    return read_roster(path) if path.exists() else None


def _summary(course, assignment):
    found = results(course, assignment, _roster(course))
    click.echo(_counted(result.status for result in found))


def _counted(words):
    return ", ".join(f"{n} {word}" for word, n in Counter(words).most_common()) or "nothing found"


class _bar:
    """A progress bar, as a function to be told (done, all)."""

    def __init__(self, title):
        self.bar = tqdm(desc=title, unit=" notebooks", leave=False, disable=None)

    def __enter__(self):
        return self.tell

    def tell(self, done, total):
        self.bar.total = total
        self.bar.update(done - self.bar.n)

    def __exit__(self, *error):
        self.bar.close()


if __name__ == "__main__":
    main()
