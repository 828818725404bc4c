"""Coursework: hand out, collect, grade, mark, return feedback and export marks.

Each step is one command (``coursework --help``) and one module:

- `assignments` reads an assignment's one source and makes from it what students get,
  the solution, and the named wrong answers that prove the tests; `releasing` writes it;
- `roster` reads who is in the class; `uploads` knows how learning platforms name files, and
  `collecting` finds each student's there;
- `submissions` lays a student's answers over our own notebook;
- `jail` runs student code, by `runner`, where it can see and harm nothing;
- `grading` compares what comes back; `batch` does so for a class, and writes the marks;
- `marking` and `markpage` are the page on which a person marks plots and paragraphs;
- `reports` writes the feedback pages and the tables of marks;
- `rehearsal` makes a class up, to try all of this before the term begins.
"""
