"""Whose file is it? Each platform's layout, names as people write them, and files that harm."""

import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from coursework import uploads
from coursework.collecting import collect
from coursework.roster import read_roster

A1 = SimpleNamespace(name="a1")
ROSTER = """id,name,email,moodle,canvas
s01,Jane Doe,jane.doe@example.edu,1234567,12345
s02,Łukasz Müller-Øst,lukasz@example.edu,Participant 1234568,12346
s03,Nguyễn Văn An,,,
s04,Sam Lee,sam@one.example,,
s05,Sam Lee,sam@two.example,,
"""
NOON = datetime(2026, 12, 1, 12)


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return read_roster(path)


@pytest.fixture
def course(tmp_path):
    for name in ("a1", "a2"):
        (tmp_path / "course" / "source" / name).mkdir(parents=True)
    return tmp_path / "course"


@pytest.fixture
def upload(tmp_path):
    """Return a function that makes a file of the upload and tells the folder."""
    folder = tmp_path / "upload"
    folder.mkdir()

    def upload(path, text="{}", when=NOON):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (when.timestamp(), when.timestamp()))
        return folder

    return upload


def zipped(folder):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder).as_posix())
    return path


def whose(found):
    return {one.file: one.student for one in found}


def text_of(course, student, name="a1"):
    return (course / "submitted" / student / name / f"{name}.ipynb").read_text()


def about(course, student):
    return json.loads((course / "submitted" / student / "a1" / "collected.json").read_text())


# The layouts


LAYOUTS = {
    "Moodle": "Jane Doe_1234567_assignsubmission_file_/a1.ipynb",
    "Moodle, without the last underscore": "Jane Doe_1234567_assignsubmission_file/a1.ipynb",
    "Moodle, without folders": "Jane Doe_1234567_assignsubmission_file_a1.ipynb",
    "Moodle, with folders inside": "Jane Doe_1234567_assignsubmission_file_/my work/x.ipynb",
    "Moodle, marked blindly": "Participant_1234567_assignsubmission_file_/a1.ipynb",
    "Moodle, another assignment's number": "DOE Jane_99_assignsubmission_file_/a1.ipynb",
    "Canvas": "doejane_12345_67890_a1.ipynb",
    "Canvas, late": "doejane_LATE_12345_67890_a1-2.ipynb",
    "Canvas, without the number": "doejane_777_67890_a1.ipynb",
    "nbgrader": "s01/a1/a1.ipynb",
    "plain": "s01.ipynb",
    "plain, in capitals": "S01.IPYNB",
    "plain, with the assignment": "s01_a1.ipynb",
    "plain, with the assignment first": "a1-s01.ipynb",
    "plain, twice downloaded": "s01_a1 (1).ipynb",
    "plain, as a browser renames it": "s01.ipynb.txt",
    "a folder each": "s01/anything.ipynb",
    "deep folders": "all/of them/s01/work/final/a1.ipynb",
    "a folder with the e-mail address": "jane.doe@example.edu/a1.ipynb",
    "the address's local part": "jane.doe.ipynb",
    "the name": "Doe, Jane/a1.ipynb",
    "the name in one word": "JaneDoe_a1.ipynb",
}


@pytest.mark.parametrize("path", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize("pack", [lambda folder: folder, zipped], ids=["folder", "zip"])
def test_a_layout_is_understood(course, roster, upload, path, pack):
    folder = pack(upload(path, "jane"))
    found = collect(folder, course, A1, roster)
    assert [(one.student, one.file, one.outcome) for one in found] == [("s01", path, "new")]
    assert text_of(course, "s01") == "jane"
    assert about(course, "s01")["file"] == path


@pytest.mark.parametrize(
    "path",
    ["Lukasz MULLER-ost.ipynb", "Mu\u0308ller-Øst Łukasz.ipynb", "müllerøstłukasz_1_2_a1.ipynb"],
)
def test_accents_case_and_the_order_of_names_do_not_matter(course, roster, upload, path):
    assert whose(collect(upload(path), course, A1, roster)) == {path: "s02"}


def test_the_numbers_on_a_platform_are_kept_for_the_way_back(course, roster, upload):
    upload("Jane Doe_99_assignsubmission_file_/a1.ipynb")
    collect(upload("müllerøstłukasz_12346_5_a1.ipynb"), course, A1, roster)
    assert about(course, "s01")["moodle"] == "99"
    assert about(course, "s02")["canvas"] == "12346"


@pytest.mark.parametrize(
    "paths, students",
    [
        (["Ann_7_assignsubmission_file_/a1.ipynb"], ["7"]),
        (["doejane_12345_67890_a1.ipynb"], ["12345"]),
        (["s01/a1/a1.ipynb", "s02/a1/a1.ipynb"], ["s01", "s02"]),
        (["submitted/s01/a1/a1.ipynb", "submitted/s02/a1/a1.ipynb"], ["s01", "s02"]),
        (["s01/a1/a1.ipynb"], ["s01"]),
        (["s01.ipynb", "s02_a1.ipynb"], ["s01", "s02"]),
        (["all/a1/s01.ipynb", "all/a1/s02.ipynb"], ["s01", "s02"]),
        (["s01/x.ipynb", "s02/y.ipynb"], ["s01", "s02"]),
        (["s01/a1.ipynb", "s01/a1 (1).ipynb"], ["s01"]),
    ],
)
def test_without_a_roster_the_layout_gives_the_id(course, upload, paths, students):
    for path in paths:
        folder = upload(path)
    assert [one.student for one in collect(folder, course, A1)] == students


def test_without_a_roster_what_is_no_id_is_reported(course, upload):
    (found,) = collect(upload("Jane Doe/a1.ipynb"), course, A1)
    assert (found.student, found.outcome) == (None, "unmatched")
    assert "'Jane Doe' is no id" in found.notes[0]


def test_other_assignments_in_nbgrader_s_folder_are_left_alone(course, roster, upload):
    upload("s01/a2/a2.ipynb")
    assert whose(collect(upload("s01/a1/a1.ipynb"), course, A1, roster)) == {
        "s01/a1/a1.ipynb": "s01"
    }


def test_what_the_system_leaves_behind_is_ignored(course, roster, upload):
    for clutter in (
        "s01/.ipynb_checkpoints/a1-checkpoint.ipynb",
        "__MACOSX/s01/._a1.ipynb",
        "s01/._a1.ipynb",
        ".DS_Store",
    ):
        upload(clutter)
    assert whose(collect(upload("s01/a1.ipynb"), course, A1, roster)) == {"s01/a1.ipynb": "s01"}


# Who it is, and who it may be


@pytest.mark.parametrize(
    "path, reason",
    [
        ("stranger.ipynb", "fits nobody"),
        ("Sam Lee.ipynb", "fits more than one student: s04, s05"),
        ("sam.ipynb", "fits more than one student: s04, s05"),
        ("s01/s02.ipynb", "fits more than one student: s01, s02"),
        ("Jane Doe_1234568_assignsubmission_file_/a1.ipynb", "more than one student: s01, s02"),
    ],
)
def test_a_file_that_may_be_anybody_s_is_reported_and_not_guessed(
    course, roster, upload, path, reason
):
    (found,) = collect(upload(path), course, A1, roster)
    assert (found.student, found.outcome, found.file) == (None, "unmatched", path)
    assert reason in found.notes[0]
    assert not (course / "submitted").exists()


def test_a_student_cannot_hand_in_as_another_by_a_file_s_name(course, roster, upload):
    upload("Jane Doe_1234567_assignsubmission_file_/x_1234568_assignsubmission_file_a1.ipynb")
    upload("Jane Doe_1234567_assignsubmission_file_x_1234568_assignsubmission_file_a1.ipynb")
    folder = upload("doejane_12345_1_mulleroestlukasz_12346_2_a1.ipynb")
    assert {one.student for one in collect(folder, course, A1, roster)} == {"s01"}


@pytest.mark.parametrize(
    "path", ["s01/müllerøstłukasz_12346_2_a1.ipynb", "s01/x_1234568_assignsubmission_file_a1.ipynb"]
)
def test_a_file_s_name_does_not_take_it_out_of_its_folder(course, roster, upload, path):
    (found,) = collect(upload(path), course, A1, roster)
    assert found.notes == ("fits more than one student: s01, s02",)
    upload("s03.ipynb")
    assert "s01" in {one.student for one in collect(upload(path), course, A1)}, "without a roster"


def test_one_who_handed_in_no_notebook_is_not_missing(course, roster, upload):
    (found,) = collect(upload("s01/a1.py"), course, A1, roster)
    assert (found.student, found.outcome) == ("s01", "unreadable")
    assert found.notes == ("s01/a1.py is no notebook",)
    assert about(course, "s01")["notes"] == ["s01/a1.py is no notebook"]


def test_data_beside_a_notebook_is_no_news(course, roster, upload):
    upload("s01/data.csv")
    (found,) = collect(upload("s01/a1.ipynb"), course, A1, roster)
    assert found.notes == ()


# The latest of several


def hours(n):
    return NOON + timedelta(hours=n)


@pytest.mark.parametrize(
    "older, newer",
    [
        (("s01/a1 (1).ipynb", hours(0)), ("s01/a1.ipynb", hours(1))),
        (("s01/a1.ipynb", hours(1)), ("s01.ipynb", hours(2))),
        (("s01/a1.ipynb", hours(0)), ("s01/a1 (2).ipynb", hours(0))),
        (("doejane_12345_10_a1-3.ipynb", hours(1)), ("doejane_12345_11_a1-2.ipynb", hours(0))),
        (("doejane_12345_10_a1-1.ipynb", hours(1)), ("doejane_12345_10_a1-2.ipynb", hours(0))),
    ],
)
def test_the_latest_of_several_is_taken_and_the_note_says_so(course, roster, upload, older, newer):
    upload(older[0], "older", older[1])
    (found,) = collect(upload(newer[0], "newer", newer[1]), course, A1, roster)
    assert text_of(course, "s01") == "newer"
    assert found.notes == ("2 files; the latest was taken",)


def test_where_no_time_is_known_the_note_names_the_file(course, roster, upload):
    upload("Jane Doe_1234567_assignsubmission_file_/draft.ipynb", "draft")
    folder = upload("Jane Doe_1234567_assignsubmission_file_/final.ipynb", "final", hours(1))
    (found,) = collect(folder, course, A1, roster)
    assert text_of(course, "s01") == "final"
    assert found.notes == ("2 files; final.ipynb was taken",)


def test_nbgrader_s_own_file_counts_before_a_scratch_notebook(course, roster, upload):
    upload("s01/a1/scratch.ipynb", "scratch", hours(1))
    (found,) = collect(upload("s01/a1/a1.ipynb", "a1"), course, A1, roster)
    assert text_of(course, "s01") == "a1"
    assert found.notes == ("2 files; a1.ipynb was taken",)


def test_another_assignment_s_notebook_is_the_last_choice_and_noted(course, roster, upload):
    (found,) = collect(upload("s01/a2.ipynb", "a2", hours(1)), course, A1, roster)
    assert found.notes == ("its name is that of another assignment: s01/a2.ipynb",)
    collect(upload("s01/a1.ipynb", "a1"), course, A1, roster)
    assert text_of(course, "s01") == "a2", "an earlier file does not replace a later one"
    collect(upload("s01/a1.ipynb", "a1", hours(2)), course, A1, roster)
    assert text_of(course, "s01") == "a1"


def test_nbgrader_s_timestamp_counts_more_than_the_file_s_time(course, roster, upload):
    upload("s01/a1/timestamp.txt", "2026-12-01 09:30:00.123456 UTC\n")
    (found,) = collect(upload("s01/a1/a1.ipynb"), course, A1, roster)
    there = datetime(2026, 12, 1, 9, 30, tzinfo=UTC).astimezone().replace(tzinfo=None)
    assert found.handed_in == there


@pytest.mark.parametrize("text", ["soon", "2026-13-01 00:00:00 UTC", "2026-12-01 00:00:00 ../x"])
def test_a_timestamp_that_is_none_does_no_harm(course, roster, upload, text):
    upload("s01/a1/timestamp.txt", text)
    (found,) = collect(upload("s01/a1/a1.ipynb"), course, A1, roster)
    assert found.handed_in == NOON


# Late


@pytest.mark.parametrize(
    "path, due, late",
    [
        ("s01.ipynb", None, False),
        ("s01.ipynb", hours(1), False),
        ("s01.ipynb", hours(-1), True),
        ("s01.ipynb", hours(-1).astimezone(UTC), True),
        ("doejane_12345_1_a1.ipynb", hours(-1), False),
        ("doejane_LATE_12345_1_a1.ipynb", None, True),
        ("Jane Doe_1234567_assignsubmission_file_/a1.ipynb", None, False),
        ("Jane Doe_1234567_assignsubmission_file_/a1.ipynb", hours(-1), None),
    ],
)
def test_late_is_who_is_known_to_be_late(course, roster, upload, path, due, late):
    (found,) = collect(upload(path), course, A1, roster, due)
    assert found.late is late
    assert about(course, "s01")["late"] is late


# Again


def test_a_second_run_changes_nothing(course, roster, upload):
    folder = upload("s01.ipynb")
    collect(folder, course, A1, roster)
    stored = course / "submitted" / "s01" / "a1" / "a1.ipynb"
    before = stored.stat().st_mtime_ns
    (found,) = collect(folder, course, A1, roster)
    assert found.outcome == "unchanged"
    assert stored.stat().st_mtime_ns == before


def test_a_later_file_replaces_an_earlier_one_and_says_so(course, roster, upload):
    collect(upload("s01.ipynb", "one"), course, A1, roster)
    (found,) = collect(upload("s01.ipynb", "two", hours(1)), course, A1, roster)
    assert (found.outcome, text_of(course, "s01")) == ("replaced", "two")
    assert found.notes == ("it replaced the file that was collected before",)
    assert about(course, "s01")["handed_in"] == hours(1).isoformat()


def test_an_earlier_file_does_not_replace_a_later_one(course, roster, upload):
    collect(upload("s01.ipynb", "two", hours(1)), course, A1, roster)
    (found,) = collect(upload("s01.ipynb", "one"), course, A1, roster)
    assert (found.outcome, text_of(course, "s01")) == ("kept", "two")
    assert "is later and stays" in found.notes[0]
    assert about(course, "s01")["handed_in"] == hours(1).isoformat()


def test_what_was_collected_before_stays_if_the_new_file_cannot_be_read(course, roster, upload):
    folder = upload("s01.ipynb", "one")
    collect(folder, course, A1, roster)
    (folder / "s01.ipynb").unlink()
    (folder / "s01.ipynb").symlink_to("elsewhere")
    (found,) = collect(folder, course, A1, roster)
    assert (found.outcome, text_of(course, "s01")) == ("unreadable", "one")
    assert "the file that was collected before stays" in found.notes
    assert about(course, "s01")["handed_in"] == NOON.isoformat()


def test_no_half_file_is_left_if_the_disk_is_full(course, roster, upload, monkeypatch):
    collect(upload("s01.ipynb", "one"), course, A1, roster)

    def full(*args):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        collect(upload("s01.ipynb", "two", hours(1)), course, A1, roster)
    assert text_of(course, "s01") == "one"


def test_what_is_in_submitted_can_be_collected_in_place(course, roster, upload):
    collect(upload("s01.ipynb", "one"), course, A1, roster)
    (found,) = collect(course / "submitted", course, A1, roster)
    assert (found.outcome, text_of(course, "s01")) == ("unchanged", "one")


# Files that harm


@pytest.mark.parametrize("link", ["s01.ipynb", "s01/a1.ipynb", "s01", "s01/work"])
def test_a_symbolic_link_is_not_followed(course, roster, upload, tmp_path, link):
    folder, secret = upload("s02.ipynb"), tmp_path / "secret"
    secret.mkdir()
    (secret / "a1.ipynb").write_text("secret")
    place = folder / link
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(secret / "a1.ipynb" if link.endswith(".ipynb") else secret)
    jane, _ = collect(folder, course, A1, roster)
    assert (jane.student, jane.outcome) == ("s01", "unreadable")
    assert jane.notes == (f"{link} is a symbolic link, which is not followed",)
    assert not (course / "submitted" / "s01" / "a1" / "a1.ipynb").exists()


def test_a_pipe_holds_nobody_up(course, roster, upload):
    folder = upload("s02.ipynb")
    os.mkfifo(folder / "s01.ipynb")
    jane, _ = collect(folder, course, A1, roster)
    assert jane.notes == ("s01.ipynb is no regular file",)


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped], ids=["folder", "zip"])
def test_a_file_that_is_too_large_is_noted_and_an_earlier_one_taken(course, roster, upload, pack):
    upload("s01/a1.ipynb", "small")
    folder = upload("s01/a1 (1).ipynb", "", hours(1))
    os.truncate(folder / "s01" / "a1 (1).ipynb", 21 * 2**20)
    (found,) = collect(pack(folder), course, A1, roster)
    assert (found.outcome, text_of(course, "s01")) == ("new", "small")
    assert found.notes == ("s01/a1 (1).ipynb has 21 MB, more than the 20 MB that are read",)


@pytest.mark.parametrize(
    "name",
    [
        "s01\nfake line.ipynb",
        "\x1b[2Js01.ipynb",
        "‮s01.ipynb",
        "s" * 240 + ".ipynb",
        ".ipynb",
        "=cmd.ipynb",
        "$(touch x).ipynb",
        "..ipynb",
    ],
)
def test_a_hostile_name_is_reported_and_breaks_nothing(course, roster, upload, name):
    folder = upload("s02.ipynb")
    upload(name)
    _, found = collect(folder, course, A1, roster)
    assert (found.student, found.outcome) == (None, "unmatched")
    assert found.file.isprintable()
    assert len(found.file) <= 200


def test_a_name_that_is_no_text_breaks_nothing(course, roster, upload):
    folder = upload("s02.ipynb")
    with open(os.path.join(os.fsencode(folder), b"s01_\xff.ipynb"), "w"):
        pass
    _, found = collect(folder, course, A1, roster)
    assert found.file == "s01_\ufffd.ipynb"


def test_folders_without_an_end_are_not_searched_to_it(course, roster, upload):
    upload("s01/" + "d/" * 100 + "a1.ipynb")
    jane, other = collect(upload("s02.ipynb"), course, A1, roster)
    assert (jane.student, jane.outcome, other.student) == ("s01", "unreadable", "s02")
    assert "lies deeper than 30 folders" in jane.notes[0]


def test_a_folder_that_cannot_be_opened_is_noted(course, roster, upload, monkeypatch):
    folder, scandir = upload("s01/a1.ipynb"), os.scandir

    def refuse(path):
        if str(path).endswith("s01"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (found,) = collect(folder, course, A1, roster)
    assert found.notes == ("s01 cannot be opened: Permission denied",)


def entry(name, **attributes):
    info = zipfile.ZipInfo(name, (2026, 12, 1, 12, 0, 0))
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


@pytest.mark.parametrize(
    "info, problem",
    [
        (entry("../s01.ipynb"), "leads out of the zip file"),
        (entry("s01/../../s01.ipynb"), "leads out of the zip file"),
        (entry("/etc/s01.ipynb"), "leads out of the zip file"),
        (entry("..\\s01.ipynb"), "leads out of the zip file"),
        (entry("C:\\s01.ipynb"), "leads out of the zip file"),
        (entry("s01.ipynb", external_attr=0o120777 << 16), "is a symbolic link"),
        (entry("s01.ipynb", compress_type=zipfile.ZIP_BZIP2), "compressed by a method"),
    ],
)
def test_an_entry_of_a_zip_file_that_could_harm_is_refused(course, roster, tmp_path, info, problem):
    with zipfile.ZipFile(tmp_path / "upload.zip", "w") as archive:
        archive.writestr(info, "harm")
        archive.writestr("s02.ipynb", "fine")
    found = collect(tmp_path / "upload.zip", course, A1, roster)
    assert any(problem in note for one in found for note in one.notes)
    assert sorted(path.name for path in course.rglob("*.ipynb")) == ["a1.ipynb"]
    assert text_of(course, "s02") == "fine"


def test_an_encrypted_entry_is_refused(course, roster, tmp_path):
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("s01.ipynb", "secret")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    (found,) = collect(path, course, A1, roster)
    assert found.notes == ("s01.ipynb is encrypted",)


def test_a_zip_bomb_is_refused(course, roster, tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 2**20)
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(3):
            archive.writestr(f"s0{i}.ipynb", bytes(2**19))
    (found,) = collect(path, course, A1, roster)
    assert found.student is None
    assert "unpacks to more than" in found.notes[-1]
    assert not (course / "submitted").exists()


def test_an_entry_that_lies_about_its_size_is_no_bomb(course, roster, tmp_path):
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("s01.ipynb", bytes(2**20))
    data, size = path.read_bytes(), (2**20).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (100).to_bytes(4, "little")))
    (found,) = collect(path, course, A1, roster)
    assert found.outcome == "unreadable"
    assert "cannot be read" in found.notes[0]


def test_an_entry_s_name_may_be_in_utf_8_without_saying_so(course, roster, tmp_path):
    path = tmp_path / "upload.zip"
    name = "Łukasz Müller-Øst.ipynb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "{}")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 9] &= ~8
    data[data.index(b"PK\3\4") + 7] &= ~8
    path.write_bytes(data)
    assert whose(collect(path, course, A1, roster)) == {name: "s02"}


@pytest.mark.parametrize("text", [None, b"", b"PK\5\6", b"no zip file"])
def test_what_is_neither_a_folder_nor_a_zip_file_is_an_error(course, tmp_path, text):
    path = tmp_path / "upload.zip"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(ValueError, match="neither a folder nor a zip file"):
        collect(path, course, A1)
