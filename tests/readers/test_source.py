from werkalliantie.readers.source import Line, lines_of


def test_lines_know_their_number_and_place() -> None:
    """Only a line feed ends a line; blank lines count."""
    found = lines_of("een\n\ntwee")

    assert [(line.number, line.start, line.text) for line in found] == [
        (1, 0, "een"),
        (2, 4, ""),
        (3, 5, "twee"),
    ]


def test_line_separators_break_a_line_in_two_with_one_number() -> None:
    """U+2028 and a vertical tab are no line end for an editor, but may part two speakers."""
    found = lines_of("R: een\u2028C: twee\vdrie\nvier")

    assert [(line.number, line.start, line.text) for line in found] == [
        (1, 0, "R: een"),
        (1, 7, "C: twee"),
        (1, 15, "drie"),
        (2, 20, "vier"),
    ]


def test_a_form_feed_begins_a_page() -> None:
    """The first line behind a form feed is a page's first, be it on the next line."""
    found = lines_of("een\ftwee\n\f\ndrie\nvier")

    assert [line.text for line in found if line.new_page and line.text] == ["twee", "drie"]


def test_a_part_of_a_line_keeps_its_place() -> None:
    """A part counts from where it stands in the source."""
    line = Line(number=4, start=20, text="R: Goedemorgen.", new_page=True)

    assert line.part(3) == Line(number=4, start=23, text="Goedemorgen.")
    assert line.part(0, 2) == Line(number=4, start=20, text="R:", new_page=True)
