"""Coursework: hand out, collect, grade, mark, return feedback and export marks.

Each step is one command (``coursework --help``) and one module:

- `assignments` reads an assignment's one source and makes from it what students get,
  the solution, and the named wrong answers that prove the tests; `cells` knows the format, and
  `releasing` writes what students get;
- `roster` reads who is in the class; `uploads` opens what a learning platform leaves behind,
  `places` tells whose a file is, and `collecting` keeps one of each student's;
- `submissions` lays a student's answers over our own notebook;
- `jail` runs student code, by `runner`, where it can see and harm nothing;
- `grading` compares what comes back; `batch` does so for a class, and writes the marks;
- `marking` keeps what people give to plots and paragraphs, and `markpage` is the page for it;
  `changes` keeps what a person changed by hand;
- `results` joins all that is known of a student, for the pages of `feedback`, the `tables` of
  marks and the `report` on the class;
- `rehearsal` makes a class up, to try all of this before the term begins.

`pages` and `files` are what these share.
"""
