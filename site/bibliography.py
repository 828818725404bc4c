"""List references by author and year, as the text cites them."""

from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.plain import Style
from pybtex.style.labels import BaseLabelStyle


class AuthorYear(BaseLabelStyle):
    """Labels such as "Nair and Hinton, 2010" and "Maas et al., 2013"."""

    def format_labels(self, sorted_entries):
        for entry in sorted_entries:
            names = [
                Text.from_latex(" ".join([*person.prelast_names, *person.last_names]))
                for person in entry.persons["author"]
            ]
            authors = f"{names[0]} et al." if len(names) > 2 else " and ".join(map(str, names))
            yield f"{authors}, {entry.fields['year']}"


class Alphabetical(Style):
    """Sorted by author, labelled by author and year."""

    default_sorting_style = "author_year_title"
    default_label_style = AuthorYear


def setup(app):
    register_plugin("pybtex.style.formatting", "alphabetical", Alphabetical)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
