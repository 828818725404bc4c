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
