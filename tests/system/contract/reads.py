"""Lists, cursors, filters, past moments and positions."""
import datetime
import itertools
import threading
import time

from support import quote

from contract.lab import check, check_problem, fresh, make_run, make_sample, make_unit, place


def pages(api, path):
    """The pages of a list to its end: by `next`, which the Link header repeats."""
    joint, cursor, found = "&" if "?" in path else "?", "", []
    while True:
        answer = api.get(f"{path}{joint}{cursor}".rstrip("?&"))
        if not answer.ok:
            raise RuntimeError(answer.problem)
        found.append(answer)
        following = answer.body.get("next")
        link = answer.headers.get("Link", "")
        if (following is not None) != ('rel="next"' in link) or following and quote(following) not in link:
            raise RuntimeError(f"Link and next disagree: {link!r}, {following!r}")
        if not following or len(found) > 1000:
            return found
        cursor = "cursor=" + quote(following)


def items(found):
    return [item for answer in found for item in answer.body["items"]]


def cursors_while_others_write(node):
    """What was there at the beginning comes once, in order, whatever is added meanwhile."""
    api, project = node.api(), fresh("PAGE")
    before = [api.must("POST", "/samples", dict(name=f"{project} {n:03d}", type="DNA", project=project))["id"]
              for n in range(60)]
    stop = threading.Event()

    def write():
        other = node.api()
        while not stop.is_set():
            made = other.must("POST", "/samples", dict(name=fresh(project), type="DNA", project=project))
            other.must("POST", f"/samples/{made['id']}:receive", {})
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for sort in ("created_at", "-created_at", "name", "-name"):
            found = [s["id"] for s in items(pages(api, f"/samples?project={project}&sort={sort}&limit=7"))]
            check(f"sort={sort}: nothing twice", len(found) == len(set(found)), len(found) - len(set(found)))
            ours = [one for one in found if one in set(before)]
            expected = before if not sort.startswith("-") else before[::-1]
            check(f"sort={sort}: all that was there, in order", ours == expected, len(ours))
    finally:
        stop.set()
        writer.join()
    limits = [len(p.body["items"]) for p in pages(api, f"/samples?project={project}&limit=7")]
    check("every page but the last is full", all(n == 7 for n in limits[:-1]) and limits[-1] <= 7, limits)
    wrong = api.get(f"/samples?project={project}x&cursor=" +
                    quote(api.must("GET", f"/samples?project={project}&limit=7")["next"]))
    check_problem("a cursor of another list", wrong, 422, "invalid_argument", "/cursor", "begin again")


def every_list_ends(node):
    """Each list of the document is followed to its end, with the smallest page."""
    api = node.api()
    document = api.request("GET", "//openapi.json").body
    paths = [path.removeprefix("/api/v1") for path, methods in document["paths"].items() if "get" in methods
             and "{" not in path and any(p.get("name") == "cursor" for p in methods["get"].get("parameters", []))]
    check("there are lists", len(paths) >= 6, paths)
    for path in paths:
        few, many = items(pages(api, path + "?limit=3")), items(pages(api, path + "?limit=500"))
        check(f"{path}: small pages hold what large ones hold",
              [i["id"] for i in few] == [i["id"] for i in many], (len(few), len(many)))


def kinds_of_units(node):
    """A filter is no sieve behind the page: pages are full, and few."""
    api, freezer = node.api(), make_unit(node.api(), "freezer")
    for n in range(12):
        make_unit(api, "shelf", parent=freezer["id"], slot=str(n + 1), layout=dict(count=20)) if n < 4 else \
            make_unit(api, "box", parent=freezer["id"])
    for as_of in ("", "&as_of=" + now()):
        found = pages(api, f"/storage-units?parent={freezer['id']}&kind=box&limit=3{as_of}")
        sizes = [len(p.body["items"]) for p in found]
        check(f"kind=box{as_of[:6]}: full pages", sizes in ([3, 3, 2], [3, 3, 2, 0]), sizes)
        check(f"kind=box{as_of[:6]}: boxes alone", {u["kind"] for u in items(found)} == {"box"})
    everything = items(pages(api, f"/storage-units?parent={freezer['id']}&limit=3"))
    check("without the filter, all", [u["kind"] for u in everything] == ["shelf"] * 4 + ["box"] * 8,
          [u["kind"] for u in everything])


def filters(node):
    api, project = node.api(), fresh("FILTER")
    box = make_unit(api)
    a = make_sample(api, "accepted", project=project)
    b = make_sample(api, "received", project=project, notes="b")
    place(api, a, box)
    cases = [(f"project={project}", {a["id"], b["id"]}), (f"project={project}&state=in_storage", {a["id"]}),
             (f"project={project}&state=in_storage,received", {a["id"], b["id"]}),
             (f"unit={box['id']}", {a["id"]}), (f"unit={quote(box['name'])}", {a["id"]}),
             (f"project={project}&q={quote(b['name'])}", {b["id"]}), (f"project={project}&type=RNA", set()),
             (f"q={a['barcode']}", {a["id"]}), (f"q={a['barcode'].lower()}", {a["id"]})]
    for query, expected in cases:
        found = {s["id"] for s in items(pages(api, f"/samples?{query}"))}
        check(f"filter {query[:50]}", found == expected, found ^ expected)
    run = make_run(api)
    api.must("POST", f"/runs/{run['id']}:assign", dict(sample=a["id"], lane=1, index_i7="ATTACTCG"))
    for query in (f"sample={a['barcode']}", f"q={quote(run['name'])}", f"q={run['flow_cell']}"):
        found = [r["id"] for r in api.must("GET", f"/runs?{query}")["items"]]
        check(f"runs: {query}", found == [run["id"]], found)
    search = api.must("GET", f"/search?q={quote(a['barcode'])}")["items"]
    check("search finds a label first", search and search[0]["id"] == a["id"] and search[0]["exact"], search)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def past_moments(node):
    api = node.api()
    before = now()
    time.sleep(0.005)
    sample, box = make_sample(api, "registered"), make_unit(api)
    registered = now()
    time.sleep(0.005)
    for verb in ("receive", "accept"):
        api.must("POST", f"/samples/{sample['id']}:{verb}", {})
    place(api, sample, box)
    path = f"/samples/{sample['id']}"
    then = api.must("GET", f"{path}?as_of={registered}")
    check("as it was", (then["state"], then["version"], then["place"]) == ("registered", 1, None), then)
    check("today it is elsewhere", api.must("GET", path)["place"]["unit_id"] == box["id"])
    check_problem("before it was there", api.get(f"{path}?as_of={before}"), 404, "not_found", "not registered yet",
                  before[:10])
    check_problem("a box before it was there", api.get(f"/storage-units/{box['id']}/map?as_of={before}"), 404,
                  "not_found", "not there yet")
    empty = api.must("GET", f"/storage-units/{box['id']}/map?as_of={registered}")
    check("a box map of the past", empty["slots"] == [] and empty["as_of"], empty["slots"])
    history = api.must("GET", f"{path}/history?as_of={registered}")["items"]
    check("a history up to a moment", len(history) == 1, len(history))
    for moment in ("1969-12-31T23:59:59Z", "0001-01-01", "1970-01-01"):
        for collection in ("samples", "runs", "storage-units", "imports"):
            found = api.must("GET", f"/{collection}?as_of={moment}")["items"]
            check(f"{collection} as of {moment}: nothing was there", found == [], len(found))
    for offset in ("+02:00", "-11:30"):
        hours, minutes = int(offset[:3]), int(offset[0] + offset[4:])
        local = datetime.datetime.fromisoformat(registered.replace("Z", "")) + datetime.timedelta(
            hours=hours, minutes=minutes)
        answer = api.get(f"{path}?as_of={quote(local.isoformat() + offset)}")
        check(f"a moment with offset {offset}", answer.ok and answer.body["version"] == 1, answer.problem)
    names = [s["id"] for s in items(pages(api, f"/samples?as_of={registered}&limit=5"))]
    check("the list of a past moment ends, and holds it", names.count(sample["id"]) == 1, names.count(sample["id"]))
    for text in ("tomorrow", "2999-01-01T00:00:00Z", "2026-11-24T25:00:00Z", "1700000000", ""):
        answer = api.get(f"{path}?as_of={quote(text)}")
        check_problem(f"as_of={text}", answer, 422, "invalid_argument", "/query/as_of")


def positions(node):
    """Who writes demands to read it; a position that lies ahead is waited for, within a bound."""
    api, reader = node.api(), node.api()
    for n in range(50):
        made = api.post("/samples", dict(name=fresh("Position"), type="DNA"))
        seen = reader.get(f"/samples/{made.body['id']}",
                          **{"X-TracSeq-Position": made.headers["X-TracSeq-Position"]})
        if not check("a write is read at its position", seen.ok, seen.problem):
            break
    position = made.headers["X-TracSeq-Position"]
    system = api.must("GET", "/system")["position"]
    check("the system's position is of the same form", system.count(".") == position.count("."), (system, position))
    ahead = raised(position, 1_000_000)
    began = time.monotonic()
    late = reader.get("/samples?limit=1", **{"X-TracSeq-Position": ahead})
    check_problem("a position that lies ahead", late, 503, "unavailable", "not visible")
    check("it is waited for, and not for ever", 1.5 < time.monotonic() - began < 15, time.monotonic() - began)
    for text in ("nonsense", "1.2", position + ".7", "-1", "9" * 500):
        check_problem(f"a position that is none: {text[:20]}", api.get("/samples", **{"X-TracSeq-Position": text}),
                      400, "invalid_argument", "position")
    arrives(api, reader)


def arrives(api, reader):
    """A position two commits ahead in the partition of one sample, which is corrected meanwhile."""
    sample = make_sample(api, "registered")
    volumes = itertools.count(1)

    def corrected():
        answer = api.post(f"/samples/{sample['id']}:correct", dict(volume_ul=next(volumes)))
        return answer.headers["X-TracSeq-Position"]
    seen = [corrected().split(".") for _ in range(3)]
    moved = [n for n, (first, second, third) in enumerate(zip(*seen)) if first != second != third]
    if not check("each correction moves the partition of its sample", moved, seen):
        return
    found, ahead = {}, raised(".".join(seen[-1]), 2, moved[0])

    def wait():
        found["answer"] = reader.get("/samples?limit=1", **{"X-TracSeq-Position": ahead})
    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():  # the node itself gives it up after a while
        corrected()
    waiting.join()
    check("a position that arrives is answered then", found["answer"].ok, found["answer"].problem)


def raised(position, by, partition=0):
    """The same position, further on in one partition."""
    numbers = position.split(".")
    numbers[partition] = str(int(numbers[partition]) + by)
    return ".".join(numbers)


CASES = (cursors_while_others_write, every_list_ends, kinds_of_units, filters, past_moments, positions)
