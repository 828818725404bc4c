"""Grade a large class: how long it takes, how much memory, and what an interrupt costs.

Run it by itself, ``python -m benchmarks.coursework [STUDENTS]``: a thousand take some minutes.
The class is graded once, killed half-way and started again. A sample goes through nbgrader.
"""

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from coursework.assignments import load
from coursework.collecting import collect
from coursework.rehearsal import rehearse
from coursework.results import results
from coursework.roster import read_roster

ROOT = Path(__file__).parents[1]
NAME = "a1"
SAMPLE = 25  # of the class, for nbgrader


def main(students=1000):
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        did = rehearse(ROOT / "coursework", course, students, names=[NAME])[NAME]
        assignment, roster = load(course, NAME), read_roster(course / "roster.csv")
        collect(course / "handed-in" / NAME, course, assignment, roster)
        handed_in = len(list(course.glob("submitted/*/*/*.ipynb")))
        print(f"{students} students, {handed_in} submissions of {NAME}: {Counter(did.values())}")
        first, memory = grade(course, kill_at=handed_in // 2)
        before = graded(course)
        second, more = grade(course)
        after = graded(course)
        twice = sum(after[path] != then for path, then in before.items())
        print(f"killed after {len(before)}, resumed: {first:.0f} s and {second:.0f} s, "
              f"{(first + second) / handed_in:.2f} s a submission")  # fmt: skip
        print(f"marked: {len(after)}, lost: {handed_in - len(after)}, twice: {twice}")
        print(f"memory in MB at every eighth: {memory} and {more}")
        wrong = check(course, assignment, roster, did)
        print(f"marks other than what was done earns: {len(wrong)} {wrong[:5]}")
        seconds, marked, taken = by_nbgrader(course, folder)
        print(f"nbgrader: {seconds / taken:.2f} s a submission, {marked} of {taken} marked")


def graded(course):
    return {path: path.stat().st_mtime_ns for path in course.glob(f"marks/{NAME}/*.json")}


def grade(course, kill_at=None):
    """Run the command; return the seconds it took and the memory that it held on its way."""
    command = [sys.executable, "-m", "coursework", "--course", course, "grade", NAME]
    began, memory = time.perf_counter(), []
    waiting = len(list(course.glob("submitted/*/*/*.ipynb"))) - len(graded(course))
    goal, start = kill_at or waiting, len(graded(course))
    with subprocess.Popen([*command, "--jobs", "2"], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            time.sleep(0.2)
            done = len(graded(course)) - start
            if done >= goal * (len(memory) + 1) / 4 and process.poll() is None:
                memory.append(resident(process.pid))
            if kill_at and done >= kill_at:
                os.kill(process.pid, signal.SIGKILL)
                break
    return time.perf_counter() - began, memory


def resident(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return None


def check(course, assignment, roster, did):
    """Students whose machine-marked points are not those that their answers earn."""
    full = sum(item.points for item in assignment.items if not item.rubric)
    points = {item.id: item.points for item in assignment.items}
    earned = {m.name: full - sum(points[item] for item in m.loses) for m in assignment.mutants}
    earned |= {"solved": full, "lost the metadata": full, "left it blank": 0}
    status = {"broke the file": "unreadable", "handed in nothing": "missing"}
    wrong = []
    for result in results(course, assignment, roster):
        what = did[result.student.id]
        machine = sum(item.earned or 0 for item in result.items if item.status != "needs a person")
        if what in earned and machine != earned[what]:
            wrong.append((result.student.id, what, machine))
        if what in status and result.status != status[what]:
            wrong.append((result.student.id, what, result.status))
    return wrong


def by_nbgrader(course, folder):
    """Autograde some of the class; return the seconds, how many were marked, and of how many."""
    other = Path(folder, "nbgrader")
    shutil.copytree(course / "source" / NAME, other / "source" / NAME)
    taken = sorted(course.glob(f"submitted/*/{NAME}"))[:SAMPLE]
    for path in taken:
        shutil.copytree(path, other / "submitted" / path.parent.name / NAME)
    nbgrader = Path(sys.executable).with_name("nbgrader")
    programs = f"{nbgrader.parent}{os.pathsep}{os.environ['PATH']}"  # it calls alembic by its name
    quiet = dict(cwd=other, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    quiet["env"] = os.environ | {"PATH": programs}
    subprocess.run([nbgrader, "generate_assignment", NAME], **quiet, check=True)
    began = time.perf_counter()
    subprocess.run([nbgrader, "autograde", NAME], **quiet)
    seconds = time.perf_counter() - began
    subprocess.run([nbgrader, "export"], **quiet)
    with open(other / "grades.csv", newline="") as file:
        marked = sum(bool(row["timestamp"] or row["score"]) for row in csv.DictReader(file))
    return seconds, marked, len(taken)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
