"""The list of students, as it is written by hand, by a spreadsheet or by a platform."""

import pytest

from coursework.roster import Student, read_roster


def test_a_roster_is_read_in_its_order(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("id,name,email,moodle,canvas\ns2,Ben,,,\ns1,Jane Doe,jane@example.edu,123,45\n")
    roster = read_roster(path)
    assert list(roster) == ["s2", "s1"]
    assert roster["s1"] == Student("s1", "Jane Doe", "jane@example.edu", "123", "45")


def test_a_roster_may_come_from_a_spreadsheet(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes("\ufeffName ; ID\r\nMüller;s1\r\n;;\r\n".encode())
    assert read_roster(path) == {"s1": Student("s1", "Müller")}


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("id,email\ns1,x\n", "no column 'name'; it has: id, email"),
        ("", "no column 'id'"),
        ("id,name\ns1,A\n,B\n", "row 3: the id ''"),
        ("id,name\ns1,A\ns2,B\nS1,C\n", "row 4: the id 'S1' stands in row 2 too"),
        ("id,name\n../s1,A\n", "row 2: the id '../s1'"),
        ("id,name\n.s1,A\n", "row 2: the id '.s1'"),
        ("id,name\n-s1,A\n", "row 2: the id '-s1'"),
        ("id,name\nsé,A\n", "row 2: the id 'sé'"),
        (f"id,name\n{'s' * 101},A\n", "row 2: the id"),
        ("id,name\ns1,Doe, Jane\n", "row 2 has more cells"),
        ("id,name,canvas\ns1,A,7\ns2,B,7\n", "row 3: the canvas '7' stands in row 2 too"),
        ("id,name\ns1,M\udcfcller\n", "is not in UTF-8"),
    ],
)
def test_a_wrong_roster_is_refused_and_the_row_named(tmp_path, text, complaint):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError) as error:
        read_roster(path)
    assert complaint in str(error.value)


# As Canvas exports its gradebook: two kinds of rows are no students.
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,A1 (77),Final Score
    Points Possible,,,,,20,(read only)
"Doe, Jane",12345,s01,jane@example.edu,Lab 1,,0
Cher,12346,,cher,Lab 2,18,90
"Nguyễn, Văn An",12347,s é,an@example.edu,Lab 2,,0
"Student, Test",12399,,6f1e2,Lab 1,,0
"""


def test_canvas_s_own_export_is_a_roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(CANVAS, encoding="utf-8-sig")
    assert list(read_roster(path).values()) == [
        Student("s01", "Jane Doe", "jane@example.edu", canvas="12345"),
        Student("cher", "Cher", "cher", canvas="12346"),
        Student("12347", "Văn An Nguyễn", "an@example.edu", canvas="12347"),
    ]


def test_canvas_s_export_may_lack_the_column_of_sis_ids(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text('Student,ID,SIS Login ID,Section\n"Doe, Jane",12345,jdoe,Lab 1\n')
    assert list(read_roster(path)) == ["jdoe"]


def test_a_student_who_stands_twice_in_canvas_s_export_is_refused(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(CANVAS + "Cher,12348,,CHER,Lab 2,,\n", encoding="utf-8")
    with pytest.raises(ValueError, match="row 7: the id 'CHER' stands in row 4 too"):
        read_roster(path)
