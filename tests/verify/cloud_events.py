"""What CloudEvents 1.0 and its JSON format demand of an event, and what docs/formats.md section 6 adds."""
import re

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
REQUIRED = ("specversion", "id", "source", "type")
OURS = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data", "actor",
        "actorname", "occurredat", "reason", "commandid", "correlationid", "causationid", "traceparent",
        "streamversion", "summary", "sequence"}


def faults(event):
    """Every rule that the event breaks, in words."""
    found = [f"{name} is missing" for name in REQUIRED if not event.get(name)]
    if event.get("specversion") != "1.0":
        found.append("specversion is not 1.0")
    if "data" in event and "data_base64" in event:
        found.append("both data and data_base64")
    for name, value in event.items():
        if name == "data":
            continue
        if not re.fullmatch(r"[a-z0-9]+", name):
            found.append(f"{name} is no name of an attribute")
        if isinstance(value, bool):
            continue
        if isinstance(value, int):
            if not -2 ** 31 <= value < 2 ** 31:
                found.append(f"{name} is no 32-bit integer")
        elif not isinstance(value, str) or value == "":
            found.append(f"{name} is neither a text, nor an integer, nor a boolean: {value!r}")
        elif re.search(r"[\x00-\x1f\x7f-\x9f]", value) and name not in ("reason", "summary"):
            found.append(f"{name} holds a control character")
    for name in ("time", "occurredat"):
        if name in event and not RFC_3339.fullmatch(event[name]):
            found.append(f"{name} is not as RFC 3339 says")
    if not re.fullmatch(r"[\w./~%+-]+", event.get("source", "")):
        found.append("source is no URI reference")
    if event.get("datacontenttype") != "application/json" or not isinstance(event.get("data"), dict):
        found.append("data is not the JSON object that datacontenttype says")
    found += [f"{name} is not in docs/formats.md" for name in sorted(set(event) - OURS)]
    return found
