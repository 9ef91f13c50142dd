"""Word documents as small as they can be, of the parts that transcripts are made of."""

import io
import zipfile
from collections.abc import Mapping, Sequence

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPACES = (
    f'{_W} xmlns:r="{_R}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def run(text: str) -> str:
    """Return text as a run."""
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*parts: str) -> str:
    """Return a paragraph of runs and the like; plain text becomes a run."""
    inner = "".join(part if part.startswith("<") else run(part) for part in parts)
    return f"<w:p>{inner}</w:p>"


def inserted(text: str) -> str:
    """Return a tracked insertion."""
    return f'<w:ins w:id="1" w:author="A" w:date="2024-05-03T10:00:00Z">{run(text)}</w:ins>'


def deleted(text: str) -> str:
    """Return a tracked deletion."""
    gone = f"<w:r><w:delText>{text}</w:delText></w:r>"
    return f'<w:del w:id="2" w:author="A" w:date="2024-05-03T10:00:00Z">{gone}</w:del>'


def text_box(*paragraphs: str) -> str:
    """Return a text box, with the copy of it that Word writes for its older versions."""
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>{content}</wps:txbx>'
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


def table(*rows: Sequence[str], spans: Mapping[int, int] | None = None) -> str:
    """Return a table of texts; `spans` says over how many columns the first cell of a row goes."""
    spans = spans or {}
    return f"<w:tbl>{''.join(_row(row, spans.get(i, 1)) for i, row in enumerate(rows))}</w:tbl>"


def document(*body: str, header: str | None = None, footer: str | None = None) -> bytes:
    """Return a `.docx` file."""
    parts = {
        name: f"<w:{tag} {_SPACES}>{paragraph(text)}</w:{tag}>"
        for name, tag, text in (("header1", "hdr", header), ("footer1", "ftr", footer))
        if text is not None
    }
    references = "".join(
        f'<w:{name[:6]}Reference w:type="default" r:id="{name}"/>' for name in parts
    )
    section = f"<w:sectPr>{references}</w:sectPr>"
    parts["document"] = (
        f"<w:document {_SPACES}><w:body>{''.join(body)}{section}</w:body></w:document>"
    )
    return _package(parts)


def _row(cells: Sequence[str], span: int) -> str:
    wide = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>' if span > 1 else ""
    written = [
        f"<w:tc>{wide if i == 0 else ''}{paragraph(cell)}</w:tc>" for i, cell in enumerate(cells)
    ]
    return f"<w:tr>{''.join(written)}</w:tr>"


def _package(parts: Mapping[str, str]) -> bytes:
    kinds = {name: "main" if name == "document" else name.rstrip("1") for name in parts}
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_MAIN}.{kind_type(kind)}+xml"/>'
        for name, kind in kinds.items()
    )
    related = "".join(
        f'<Relationship Id="{name}" Type="{_R}/{name.rstrip("1")}" Target="{name}.xml"/>'
        for name in parts
        if name != "document"
    )
    whole = '<Relationship Id="r1" Target="word/document.xml"'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'{whole} Type="{_R}/officeDocument"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{related}</Relationships>",
        **{f"word/{name}.xml": xml for name, xml in parts.items()},
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def kind_type(kind: str) -> str:
    """Return how the content type of a part ends."""
    return "document.main" if kind == "main" else kind
