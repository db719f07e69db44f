"""Rules of the laboratory, as a client meets them."""
from contract.lab import check, check_problem, make_run, make_sample, make_unit, place


def storage_rules(node):
    api = node.api()
    small = make_unit(api, layout=dict(rows=1, columns=1))
    first, second = make_sample(api), make_sample(api)
    place(api, first, small)
    path = f"/samples/{second['id']}:place"
    check_problem("a full box", api.post(path, dict(unit=small["id"])), 409, "conflict", small["name"],
                  "is full", "1 of 1")
    check_problem("a taken slot", api.post(path, dict(unit=small["id"], slot="A1")), 409, "conflict",
                  "A1 of " + small["name"], "holds " + first["name"])
    check_problem("a slot that is not there", api.post(path, dict(unit=small["id"], slot="B7")), 422,
                  "invalid_argument", "B7", small["name"])
    there = api.post(f"/samples/{first['id']}:place", dict(unit=small["id"], slot="A1"))
    check_problem("where it stands already", there, 409, "conflict", first["name"])
    retired = make_unit(api)
    api.must("POST", f"/storage-units/{retired['id']}:retire", dict(reason="broken"))
    check_problem("a retired unit", api.post(path, dict(unit=retired["id"])), 422, "rule_violation",
                  retired["name"], "retired")
    check_problem("retired twice", api.post(f"/storage-units/{retired['id']}:retire", dict(reason="again")),
                  409, "conflict", "already retired")
    check_problem("retired while full", api.post(f"/storage-units/{small['id']}:retire", dict(reason="r")), 422,
                  "rule_violation", "not empty", first["name"], "Move them out first")
    closed = make_unit(api)
    api.must("POST", f"/storage-units/{closed['id']}:start-maintenance", dict(reason="defrosting"))
    check_problem("maintenance", api.post(path, dict(unit=closed["id"])), 422, "rule_violation",
                  "in maintenance", "defrosting")
    check_problem("maintenance twice", api.post(f"/storage-units/{closed['id']}:start-maintenance",
                                                dict(reason="x")), 409, "conflict", "already in maintenance")
    check_problem("a reason is needed", api.post(f"/storage-units/{small['id']}:start-maintenance", {}), 422,
                  "invalid_argument", "reason")
    check("the sample did not move", api.must("GET", f"/samples/{second['id']}")["place"] is None)


def a_cycle_in_storage(node):
    api = node.api()
    freezer = make_unit(api, "freezer")
    shelf = make_unit(api, "shelf", parent=freezer["id"])
    rack = make_unit(api, "rack", parent=shelf["id"])
    for name, what, into in (("into itself", shelf, shelf), ("into its child", freezer, shelf),
                             ("into its grandchild", freezer, rack), ("a shelf into a rack", shelf, rack)):
        answer = api.post(f"/storage-units/{what['id']}:move", dict(unit=into["id"]))
        check_problem(f"cycle: {name}", answer, 422, "rule_violation", "stand")
    path = [s["id"] for s in api.must("GET", f"/storage-units/{rack['id']}")["path"]]
    check("the tree is as it was", path == [freezer["id"], shelf["id"], rack["id"]], path)


def sample_and_run_rules(node):
    api = node.api()
    registered = make_sample(api, "registered")
    check_problem("accept what is not here", api.post(f"/samples/{registered['id']}:accept", {}), 409,
                  "conflict", registered["barcode"], "is registered", "receive")
    twin = api.post("/samples", dict(name="Twin", type="DNA", barcode=registered["barcode"]))
    check_problem("a label that is taken", twin, 409, "conflict", registered["barcode"], registered["name"])
    draft = make_run(api)
    check_problem("start a draft", api.post(f"/runs/{draft['id']}:start", {}), 409, "conflict",
                  draft["name"], "draft")
    check_problem("validate an empty run", api.post(f"/runs/{draft['id']}:validate", {}), 422, "rule_violation",
                  "no samples on any lane")
    check_problem("a lane that is not there",
                  api.post(f"/runs/{draft['id']}:assign", dict(sample=registered["id"], lane=9)), 422,
                  "invalid_argument", "no lane 9", "1 lane")
    check_problem("not accepted", api.post(f"/runs/{draft['id']}:assign", dict(sample=registered["id"], lane=1)),
                  422, "rule_violation", "not accepted", "override reason")
    check_problem("no such instrument's lanes",
                  api.post("/runs", dict(name="R", instrument_model="Illumina MiSeq", lanes=8)), 422,
                  "invalid_argument", "/lanes", "1 lane")


CASES = (storage_rules, a_cycle_in_storage, sample_and_run_rules)
