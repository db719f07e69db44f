"""Every write of the document: repeated, repeated with another body, with a stale ETag; 32 at once with
one key; and a body that is cut off."""
import concurrent.futures
import re
import socket

from support import quote

from contract.lab import (check, check_problem, exchange, fault_of, fresh, head, make_run, make_sample,
                          make_unit, place, wait_for)

# Writes of which no instance can be made from outside: they need a projection or a process that failed,
# or a webhook that was down for three days.
ONLY_AFTER_A_FAULT = {"retry_parked", "skip_parked", "resume_process", "send_delivery_again"}
WHY = {"reason": "checked by a test"}


class Write:
    """One write that can be made now. `entity`: what it changes, whose ETag it may name."""

    def __init__(self, path, body=None, entity=None):
        self.path, self.body, self.entity = path, body or {}, entity


def of(collection, thing, verb, body=None):
    return Write(f"/{collection}/{thing['id']}:{verb}", body, f"/{collection}/{thing['id']}")


def sample_writes(api):
    def on(verb, state, body=None, prepare=None):
        def make():
            sample = make_sample(api, state)
            if prepare:
                prepare(sample)
            return of("samples", sample, verb, body)
        return make

    def told(verb, body=WHY):
        return lambda sample: api.must("POST", f"/samples/{sample['id']}:{verb}", body)
    box = make_unit(api)
    return {
        "register_sample": lambda: Write("/samples", dict(name=fresh("S"), type="RNA")),
        "receive_sample": on("receive", "registered", dict(condition="frozen")),
        "accept_sample": on("accept", "received"),
        "reject_sample": on("reject", "received", WHY),
        "correct_sample": on("correct", "accepted", dict(volume_ul=12.5, organism=None)),
        "relabel_sample": on("relabel", "accepted"),
        "place_sample": on("place", "accepted", dict(unit=box["id"])),
        "take_out_sample": on("take-out", "accepted", dict(purpose="extraction"),
                              lambda sample: place(api, sample, box)),
        "hold_sample": on("hold", "accepted", WHY),
        "end_hold_of_sample": on("end-hold", "accepted", {}, told("hold")),
        "discard_sample": on("discard", "accepted", WHY),
        "archive_sample": on("archive", "accepted", WHY),
        "erase_donor_of_sample": lambda: of(
            "samples", api.must("POST", "/samples", dict(name=fresh("S"), type="DNA", donor=fresh("Donor"))),
            "erase-donor", WHY),
        "reinstate_sample": on("reinstate", "accepted", WHY, told("archive")),
    }


def storage_writes(api):
    def on(verb, body=None, prepare=None):
        def make():
            unit = make_unit(api)
            if prepare:
                api.must("POST", f"/storage-units/{unit['id']}:{prepare}", WHY)
            return of("storage-units", unit, verb, body)
        return make
    shelf = make_unit(api, "shelf")
    return {
        "add_storage_unit": lambda: Write("/storage-units",
                                          dict(kind="box", name=fresh("Box"), parent=shelf["id"])),
        "move_storage_unit": on("move", dict(unit=shelf["id"])),
        "rename_storage_unit": on("rename", dict(name="Another name")),
        "start_maintenance_of_storage_unit": on("start-maintenance", WHY),
        "end_maintenance_of_storage_unit": on("end-maintenance", {}, "start-maintenance"),
        "retire_storage_unit": on("retire", WHY),
    }


def run_writes(api):
    def on(verb, upto, body=None, prepare=None):
        def make():
            run = make_run(api, upto)
            extra = prepare(run) if prepare else None
            return of("runs", run, verb, {**(body or {}), **(extra or {})})
        return make

    def assign(run):
        sample = make_sample(api)
        api.must("POST", f"/runs/{run['id']}:assign", dict(sample=sample["id"], lane=1, index_i7="ATTACTCG"))
        return {"sample": sample["id"], "lane": 1}

    def only_assign(run):
        assign(run)

    def held(run):
        api.must("POST", f"/runs/{run['id']}:hold", WHY)
    return {
        "plan_run": lambda: Write("/runs", dict(name=fresh("Run"), instrument_model="Illumina MiSeq")),
        "assign_sample_to_lane": on("assign", "draft", {}, lambda _: dict(sample=make_sample(api)["id"],
                                                                          lane=1, index_i7="TCCGGAGA")),
        "remove_sample_from_lane": on("remove", "draft", {}, assign),
        "load_flow_cell_of_run": on("load-flow-cell", "draft", dict(flow_cell="HVG5KBGXK")),
        "validate_run": on("validate", "draft", {}, only_assign),
        "queue_run": on("queue", "validated"),
        "start_run": on("start", "queued"),
        "complete_run": on("complete", "running", dict(yield_gbases=4.5, q30_percent=91)),
        "fail_run": on("fail", "running", WHY),
        "abort_run": on("abort", "draft", WHY),
        "hold_run": on("hold", "draft", WHY),
        "end_hold_of_run": on("end-hold", "draft", {}, held),
    }


def notification_writes(api):
    def terms(**more):
        return dict(name=fresh("Rule"), event_types=["sample_rejected"], channel="inbox", **more)

    def on(verb, body=None, prepare=None):
        def make():
            rule = api.must("POST", "/notification-rules", terms())
            if prepare:
                api.must("POST", f"/notification-rules/{rule['id']}:{prepare}", {})
            return of("notification-rules", rule, verb, body or {})
        return make

    def message():
        rule = api.must("POST", "/notification-rules", terms(project=fresh("P")))
        sample = make_sample(api, "received", project=rule["project"])
        api.must("POST", f"/samples/{sample['id']}:reject", WHY)
        found = wait_for(lambda: [m for m in api.must("GET", "/inbox?unread=true")["items"]
                                  if m["rule_name"] == rule["name"]])
        return Write(f"/inbox/{found[0]['id']}:read")

    def unread():
        message()
        return Write("/inbox:read-all")
    return {
        "create_rule": lambda: Write("/notification-rules", terms()),
        "change_rule": on("change", terms()),
        "pause_rule": on("pause"),
        "resume_rule": on("resume", {}, "pause"),
        "delete_rule": on("delete"),
        "read_message": message,
        "read_all_messages": unread,
    }


def import_writes(api):
    def start():
        sheet = f"name,type\n{fresh('Imported')},DNA\n".encode()
        seen = api.request("POST", "/imports/preview?filename=a.csv", raw=sheet,
                           headers={"Content-Type": "application/octet-stream"}).body
        return Write("/imports", dict(preview_id=seen["preview_id"], sha256=seen["sha256"]))
    return {"start_import": start,
            "reserve_barcodes": lambda: Write("/barcodes:reserve", dict(count=3))}


def all_writes(api):
    return {**sample_writes(api), **storage_writes(api), **run_writes(api), **notification_writes(api),
            **import_writes(api)}


def documented_writes(api):
    document = api.request("GET", "//openapi.json").body
    return {method["operationId"] for path in document["paths"].values() for verb, method in path.items()
            if verb == "post" and any(p.get("$ref", "").endswith("/idempotency_key")
                                      for p in method.get("parameters", []))}


def etag_of(api, write):
    return api.get(write.entity).headers["ETag"] if write.entity else None


def judge_write(api, name, write):
    """Stale, first, repeated, with another body: in this order on one thing."""
    headers = {}
    if etag := etag_of(api, write):
        number = int(etag.strip('"'))
        stale = api.post(write.path, write.body, headers={"If-Match": f'"{number + 7}"'})
        check_problem(f"{name}: a stale ETag", stale, 412, "version_mismatch", str(number))
        if not check(f"{name}: a stale ETag changes nothing", etag_of(api, write) == etag):
            return
        headers["If-Match"] = etag
    key = fresh("key")
    first = api.post(write.path, write.body, key=key, headers=headers)
    if not check(f"{name}: done", first.ok, first.problem):
        return
    check(f"{name}: the first is not marked as a repeat", "Idempotency-Replayed" not in first.headers)
    check(f"{name}: the key comes back", first.headers.get("Idempotency-Key") == key)
    again = api.post(write.path, write.body, key=key, headers=headers)
    same = (again.status, again.body, again.headers.get("ETag"), again.headers.get("Location"))
    check(f"{name}: a repeat gets the same answer",
          same == (first.status, first.body, first.headers.get("ETag"), first.headers.get("Location")),
          f"{first.status} {first.raw}\n     then {again.status} {again.raw}")
    check(f"{name}: and is marked", again.headers.get("Idempotency-Replayed") == "true", again.headers.items())
    other = api.post(write.path, {**write.body, "reason": "something else"}, key=key, headers=headers)
    check_problem(f"{name}: the key with another body", other, 409, "idempotency_key_reused", "key", "new key",
                  instance="/api/v1" + write.path)


def every_write(node):
    api = node.api()
    writes = all_writes(api)
    expected = documented_writes(api) - ONLY_AFTER_A_FAULT
    check("every write of the document is tried here", writes.keys() == expected,
          writes.keys() ^ expected)
    for name, make in writes.items():
        try:
            judge_write(api, name, make())
        except Exception as problem:  # the others are judged all the same
            check(f"{name}: can be tried", False, f"{type(problem).__name__}: {problem}")


def many_at_once(node):
    """32 clients with one key: it happens once, and each gets the one answer."""
    api = node.api()
    box = make_unit(api, layout=dict(rows=8, columns=12))
    sample = make_sample(api)
    wishes = {
        "register": ("/samples", dict(name=fresh("Once"), type="DNA")),
        "add": ("/storage-units", dict(kind="box", name=fresh("Once"))),
        "place": (f"/samples/{sample['id']}:place", dict(unit=box["id"])),
        "rename": (f"/storage-units/{box['id']}:rename", dict(name=fresh("Once"))),
    }
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        for name, (path, body) in wishes.items():
            key = fresh("many")
            done = list(pool.map(lambda _, p=path, b=body, k=key: node.api().post(p, b, key=k), range(32)))
            check(f"32 × {name}: each is answered", all(a.ok for a in done), {a.problem for a in done if not a.ok})
            ids = {a.body.get("id") for a in done if a.ok}
            check(f"32 × {name}: one thing", len(ids) == 1, ids)
            fresh_ones = [a for a in done if a.headers.get("Idempotency-Replayed") != "true"]
            check(f"32 × {name}: one acted, the others are repeats", len(fresh_ones) == 1, len(fresh_ones))
    names = [s["name"] for s in api.must("GET", f"/samples?q={quote(wishes['register'][1]['name'])}")["items"]]
    check("32 registrations made one sample", names == [wishes["register"][1]["name"]], names)
    history = [e["type"] for e in api.must("GET", f"/samples/{sample['id']}/history")["items"]]
    check("32 placings moved it once", sum("tube_placed" in t for t in history) == 1, history)


def a_body_cut_off(node):
    """Nothing happens, and the next client is served."""
    name = fresh("Cut")
    body = ('{"name": "' + name + '", "type": "DNA"}').encode()
    begin = head(node, "POST /api/v1/samples HTTP/1.1", "Content-Type: application/json",
                 f"Content-Length: {len(body)}", f"Idempotency-Key: {name}")
    with socket.create_connection(("127.0.0.1", node.port), timeout=5) as sock:
        sock.sendall(begin + body[:-3])
    chunked = head(node, "POST /api/v1/samples HTTP/1.1", "Content-Type: application/json",
                   "Transfer-Encoding: chunked", f"Idempotency-Key: {name}")
    with socket.create_connection(("127.0.0.1", node.port), timeout=5) as sock:
        sock.sendall(chunked + b"%x\r\n%s\r\n" % (len(body), body))  # and no last chunk
    api = node.api()
    check("a body that was cut off makes nothing", not api.must("GET", f"/samples?q={name}")["items"])
    whole = exchange(node, begin + body)
    check("its key is still free", whole.status == 201 and "Idempotency-Replayed" not in whole.headers,
          whole.problem)


def bad_keys_and_etags(node):
    api = node.api()
    sample = make_sample(api)
    path = f"/samples/{sample['id']}"
    for name, key in (("too long", "k" * 201), ("not ASCII", "schl\xfcssel")):
        fault = fault_of(api.post("/samples", dict(name="x", type="DNA"), headers={"Idempotency-Key": key}),
                         400, "invalid_argument", ["Idempotency-Key", "200 printable"])
        check(f"a key that is {name}", not fault, fault)
    for text in ("4", '"four"', 'W/"1"', '"-1"', '"1", "2"', '"99999999999999999999999"'):
        answer = api.post(path + ":correct", dict(volume_ul=1), headers={"If-Match": text})
        check_problem(f"If-Match: {text}", answer, 400, "invalid_argument", "If-Match", "ETag")
    anything = api.post(path + ":correct", dict(volume_ul=2), headers={"If-Match": "*"})
    check("If-Match: * holds for what exists", anything.ok, anything.problem)
    seen = api.get(path)
    unchanged = api.get(path, **{"If-None-Match": seen.headers["ETag"]})
    check("If-None-Match: 304 without a body", unchanged.status == 304 and not unchanged.raw)
    check("the ETag is a strong one", re.fullmatch(r'"\d+"', seen.headers["ETag"]), seen.headers["ETag"])


def seen_at_once(node):
    """A registration is answered from its events: whatever comes behind it has to wait for the rows."""
    api = node.api()
    box = make_unit(api, layout=dict(rows=10, columns=10))
    wrong = []
    for number in range(100):
        made = api.must("POST", "/samples", dict(name=fresh("Quick"), type="DNA", donor="Donor 7", volume_ul=12.5,
                                                 occurred_at="2026-01-20T08:00:00Z", custom={"plate": "P1"}))
        looks = {
            "GET": lambda: api.get(f"/samples/{made['id']}").body == made,
            "list": lambda: api.get(f"/samples?q={quote(made['name'])}").body["items"] == [made],
            "barcode": lambda: api.get(f"/barcodes/{made['barcode']}").body["id"] == made["id"],
            "receive": lambda: api.post(f"/samples/{made['barcode']}:receive", {}).ok,
            "place": lambda: not api.post(f"/samples/{made['id']}:place", dict(unit=box["id"])).ok,
        }
        name, look = list(looks.items())[number % len(looks)]
        if not look():
            wrong.append(f"{name} behind {made['name']}")
    check("what was registered is there for the next request", not wrong, wrong[:5])


CASES = (seen_at_once, every_write, many_at_once, a_body_cut_off, bad_keys_and_etags)
