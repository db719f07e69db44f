"""Small workbooks (.xlsx) written by hand, so that a test can put anything into them."""
import io
import zipfile
from xml.sax.saxutils import escape

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def letters(column):
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def cell(row, column, value):
    """A text, a number, or the XML of what stands inside a cell, as ("xml", "<f>…</f>")."""
    place = f"{letters(column)}{row}"
    if isinstance(value, tuple):
        return f'<c r="{place}">{value[1]}</c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(rows, after="", before=""):
    lines = "".join(f'<row r="{r}">' + "".join(cell(r, c, v) for c, v in enumerate(row, 1) if v != "") + "</row>"
                    for r, row in enumerate(rows, 1))
    return f'<?xml version="1.0"?>{before}<worksheet {NS}><sheetData>{lines}</sheetData>{after}</worksheet>'


def workbook(sheets):
    """The bytes of a workbook: [(name, the sheet's XML, "" or "hidden")]."""
    out = io.BytesIO()
    names = "".join(f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"'
                    + (f' state="{state}"' if state else "") + "/>" for i, (name, _, state) in enumerate(sheets, 1))
    links = "".join(f'<Relationship Id="rId{i}" Type="{RELS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
                    for i in range(1, len(sheets) + 1))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", f'<workbook {NS} xmlns:r="{RELS}"><sheets>{names}</sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/'
                         f'package/2006/relationships">{links}</Relationships>')
        for i, (_, content, _) in enumerate(sheets, 1):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", content)
    return out.getvalue()


def one_sheet(rows, **how):
    return workbook([("Samples", sheet(rows, **how), "")])
