#!/usr/bin/env python3
"""What docs/howto/ tells an operator to type, typed: backup and restore, and a broker that forgot (of one node, and of
two), that was written to since, and that was replaced by an empty one."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import support
from support import PROJECT, Node, case, check, check_words, run
from bounce_test import Broker

sys.path.insert(0, str(PROJECT / "tests" / "cluster"))
from members import Member, members, status_of, takes_commands, wait_until  # noqa: E402

folder = support.new_folder("howto")
broker = Broker()


class Page:
    """The commands of a page, run in a shell whose names are the test's."""

    def __init__(self, name, **names):
        self.text = (PROJECT / "docs" / "howto" / name).read_text()
        self.names = {key: str(value) for key, value in names.items()}
        wanted = re.findall(r"export (\w+)=", self.block("names"))
        assert set(wanted) == set(names), (wanted, names)

    def block(self, name):
        found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```\n<!-- end of {name} -->", self.text, re.S)
        assert found, f"the page has no block '{name}'"
        return found[1]

    def type(self, name, good=True, port=8089):
        """Runs a block line by line; gives what it printed, and the node that its last line started."""
        printed = ""
        for line in self.block(name).splitlines():
            if line.startswith("tracseq serve"):
                words = subprocess.run(["bash", "-c", f"printf '%s\\n' {line}"], env={**os.environ, **self.names},
                                       capture_output=True, text=True, check=True).stdout.split("\n")
                return printed, self.serve(words[1:-1])
            env = {**os.environ, **self.names, "PATH": f"{support.PROGRAM.parent}:{os.environ['PATH']}"}
            done = subprocess.run(["bash", "-c", line.replace("127.0.0.1:8089", f"127.0.0.1:{port}")], env=env,
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180, cwd=folder)
            if good:
                check(f"$ {line}", done.returncode == 0, done.stdout[-500:] + done.stderr)
            printed += done.stdout + done.stderr
        return printed, None

    @staticmethod
    def serve(words):
        """The node of a line `tracseq serve --data … --log …`."""
        given = dict(zip(words[1::2], words[2::2]))
        assert words[0] == "serve" and set(given) <= {"--data", "--log"}, words
        return Node(given["--data"], given.get("--log", "")).start(timeout_s=90)


def register(node, name, count):
    api = node.api()
    for n in range(count):
        api.must("POST", "/samples", dict(name=f"{name}{n}", type="DNA", donor=f"Donor {name}{n % 3}"))


def names_of(node):
    return sorted(s["name"] for s in node.api().everything("/samples"))


def until_ready(node, status, seconds=60, words="Missing is"):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = node.api().get("//readyz")
        if answer.status == status and (status == 200 or words in str(answer.body)):
            break
        time.sleep(0.2)
    return answer


def start_broker(tries=3):
    """A machine that is busy with other tests may need longer than tools/kafka waits."""
    while True:
        tries -= 1
        try:
            return broker.start()
        except RuntimeError:
            if not tries:
                raise


def stop_broker_and_keep(name):
    broker.tool("stop")
    shutil.copytree(broker.folder / "data", folder / name)
    start_broker()


def broker_forgets(name):
    broker.tool("kill")
    shutil.rmtree(broker.folder / "data")
    if name:
        shutil.copytree(folder / name, broker.folder / "data")
    start_broker()


LOST, EMPTY = "the Kafka log has ", "replaced by an empty one"


def says_what_is_missing(node, nodes=1):
    # A node tells others once in a while, so that their words may be those of a moment ago.
    wait_until(lambda: status_of(node)[1].count("Missing is: partition") >= nodes)
    code, words = status_of(node, "--check")
    check("the command line finds it wrong", code == support.UNAVAILABLE, code)
    check_words("and says it", words, "is not ready", LOST, "Missing is: partition")
    check("its figures say that it is not ready", "\ntracseq_ready 0\n" in node.api().get("//metrics").body)


def page_of(data, log, new_log=""):
    return Page("mend-a-log-that-forgot.md", DATA=data, LOG=log, NEW_LOG=new_log)


def a_broker_that_forgot():
    log = f"kafka://127.0.0.1:{broker.port}/lab"
    node = Node(folder / "lab", log).start(timeout_s=90)
    register(node, "A", 15)
    stop_broker_and_keep("older")
    check("the broker is back", until_ready(node, 200).status == 200)
    register(node, "B", 20)
    node.stop()
    shutil.copytree(node.data, folder / "behind")  # as of a node that has seen less
    node.start(timeout_s=90)
    register(node, "C", 20)
    samples = names_of(node)
    broker_forgets("older")
    answer = until_ready(node, 503)
    check_words("a node that runs says what is missing", str(answer.body), "Missing is: partition", "offset",
                "docs/howto/mend-a-log-that-forgot.md")
    api = node.api()
    check_words("under /system, too", " ".join(api.must("GET", "/system")["warnings"]), "Missing is: partition")
    figures = api.get("//metrics").body
    missing = re.findall(r'^tracseq_log_missing_records\{partition="\d+"\} (\d+)', figures, re.M)
    check("and in figures", sum(map(int, missing)) > 40,
          (missing, re.findall(r"^tracseq_(?:log_end|chain)\S+ \d+", figures, re.M), answer.body))
    refused = api.post("/samples", dict(name="Refused", type="DNA"))
    check("it takes no command", refused.status == 503 and refused.body["retryable"], refused.problem)
    check_words("and says why", refused.problem, "Nothing can be written", "Missing is")
    check("reads go on", names_of(node) == samples)
    page = page_of(node.data, log)
    printed, _ = page.type("look", good=False, port=node.port)
    check_words("the page's look shows it", printed, '"ready":false', "tracseq_log_missing_records{partition=",
                f"is not ready: {LOST}", "are missing, cut off or changed", "does NOT verify")
    says_what_is_missing(node)
    time.sleep(1)
    said = node.words().count('"message":"not ready')
    check("its own log says it, and not for each request",
          1 <= said <= 4 and "request failed" not in node.words(), said)
    node.stop()
    code, words = node.expect_refusal()
    check("restarted it refuses", code == 1, code)
    check_words("and names the commits", words, "has lost", "partition 0: commit", "log repair")
    page_of(folder / "behind", log).type("repair")  # the node that has less goes first
    printed, _ = page.type("repair")
    check_words("the node with the most adds the rest", printed, "records were put back", "The history verifies")
    printed, _ = page_of(folder / "behind", log).type("repair")
    check_words("in any order", printed, "Nothing is missing")
    _, node = page.type("start")
    check("all is there", names_of(node) == samples)
    check("and goes on", node.api().post("/samples", dict(name="D0", type="DNA")).ok)
    node.stop()
    audit = run("audit", "verify", "--data", node.data, "--log", log)
    check("and verifies, with its checkpoints", audit.returncode == 0, audit.stdout + audit.stderr)


def two_nodes_whose_broker_forgot():
    log = f"kafka://127.0.0.1:{broker.port}/two"
    one, two = both = Member("node-1", log), Member("node-2", log)
    with members(one, two):
        register(one, "A", 10)
        stop_broker_and_keep("older-two")
        for node in both:
            check(f"{node.name}: the broker is back", until_ready(node, 200).status == 200)
        register(one, "B", 15)
        register(two, "C", 15)
        check("both show all", all(wait_until(lambda: len(names_of(node)) == 40) for node in both), len(names_of(one)))
        samples = names_of(one)
        broker_forgets("older-two")
        for node in both:
            check_words(f"{node.name} says what is missing", str(until_ready(node, 503).body), "Missing is: partition",
                        "docs/howto/mend-a-log-that-forgot.md")
            says_what_is_missing(node, nodes=2)
        before = ends_of(log)
        for node in both:  # a name is as likely to lie in any partition
            told = [node.api().post("/samples", dict(name=f"Refused{n}", type="DNA")) for n in range(24)]
            check(f"{node.name}: no partition takes writes",
                  all(answer.status == 503 and answer.body["retryable"] for answer in told),
                  [answer.status for answer in told])
            check(f"{node.name}: reads go on", names_of(node) == samples)
        check("nothing was written", ends_of(log) == before, before)
        for node in both:
            node.stop()
        printed, _ = page_of(one.data, log).type("repair")
        check_words("the first puts back what is missing", printed, "records were put back", "The history verifies")
        printed, _ = page_of(two.data, log).type("repair")
        check_words("the second has nothing more", printed, "Nothing is missing", "The history verifies")
        for node in both:
            node.launch()
        for node in both:
            check(f"{node.name} is ready", wait_until(node.is_ready, 90), node.words()[-500:])
            check(f"{node.name} shows all that was acknowledged, and nothing else", names_of(node) == samples)
        check("both go on", wait_until(lambda: all(takes_commands(node, f"On {node.name}") for node in both), 40))
        check("and find all well", wait_until(lambda: all(status_of(node, "--check")[0] == 0 for node in both), 40),
              [status_of(node, "--check") for node in both])
        for node in both:
            node.stop()
            audit = run("audit", "verify", "--data", node.data, "--log", log)
            check(f"{node.name}: it verifies, with its checkpoints", audit.returncode == 0, audit.stdout + audit.stderr)


def ends_of(log):
    return [one["end"] for one in json.loads(run("--json", "log", "info", "--log", log).stdout)["partitions"]]


def a_log_that_went_on_behind_the_loss():
    log, new_log = f"kafka://127.0.0.1:{broker.port}/lab", f"kafka://127.0.0.1:{broker.port}/lab-2"
    broker_forgets("older")
    stranger = Node(folder / "stranger", log).start(timeout_s=90)  # claims, and writes behind the loss
    register(stranger, "X", 5)
    stranger.stop()
    page = page_of(folder / "lab", log, new_log)
    before = json.loads(run("--json", "log", "info", "--log", log).stdout)["partitions"]
    printed, _ = page.type("repair", good=False)
    check_words("repair refuses and says what to do", printed, "others were written into their place",
                "nothing was changed", "--into kafka://")
    check("nothing was changed", json.loads(run("--json", "log", "info", "--log", log).stdout)["partitions"] == before)
    page.type("keep")
    kept = (folder / "written-since.ndjson").read_text()
    check("what was written behind the loss is kept", all(f'"name":"X{n}"' in kept for n in range(5)), kept[:2000])
    page_of(folder / "behind", log, new_log).type("repair into")
    printed, _ = page.type("repair into")
    check_words("into a new topic it goes", printed, f"were written into {new_log}", "The history verifies")
    done = run("log", "repair", "--data", folder / "lab", "--log", log, "--into", new_log)
    check("once more it writes nothing", done.returncode == 0 and "Nothing is missing" in done.stdout,
          done.stdout + done.stderr)
    _, node = page_of(folder / "lab", new_log).type("start")
    names = names_of(node)
    check("all that was acknowledged is there, and nothing else", len(names) == 56 and "X0" not in names, names)
    check("and it goes on", node.api().post("/samples", dict(name="D1", type="DNA")).ok)
    node.stop()
    code, words = Node(folder / "stranger", new_log).expect_refusal()
    check("who wrote behind the loss has shown what is not there", code not in (0, None), words)
    of_stranger = page_of(folder / "stranger", new_log)
    of_stranger.type("rebuild")
    _, other = of_stranger.type("start")
    check("built anew it shows what all show", names_of(other) == sorted([*names, "D1"]), names_of(other))
    other.stop()
    audit = run("audit", "verify", "--data", node.data, "--log", new_log)
    check("and verifies", audit.returncode == 0, audit.stdout + audit.stderr)


def a_broker_that_was_replaced_by_an_empty_one():
    log = f"kafka://127.0.0.1:{broker.port}/lab-2"
    node = Node(folder / "lab", log).start(timeout_s=90)
    samples = names_of(node)
    broker_forgets("")
    check_words("a node that runs says so", str(until_ready(node, 503, words=EMPTY).body), EMPTY,
                "docs/howto/mend-a-log-that-forgot.md")
    code, words = status_of(node, "--check")
    check("the command line finds it wrong", code == support.UNAVAILABLE, code)
    check_words("and says it", words, "is not ready", EMPTY)
    check("reads go on", names_of(node) == samples)
    refused = node.api().post("/samples", dict(name="Refused", type="DNA"))
    check("it takes no command", refused.status == 503, refused.problem)
    node.stop()
    code, words = node.expect_refusal()
    check("the node refuses", code == 4, code)
    check_words("and says what to do", words, "there is no topic", "log repair")
    page = page_of(folder / "lab", log)
    printed, _ = page.type("repair")
    check_words("the topic is made anew", printed, "records were put back", "The history verifies")
    _, node = page.type("start")
    check("with all in it", len(names_of(node)) == 57, len(names_of(node)))
    node.stop()
    shutil.move(folder / "lab" / "store", folder / "store-of-lab")
    (folder / "lab" / "store").mkdir()
    broker_forgets("")
    done = run("log", "repair", "--data", folder / "lab", "--log", log)
    check("without a journal nothing is made up", done.returncode == 4, done.stdout + done.stderr)
    check_words("and the words say so", done.stdout + done.stderr, "There is no store in")
    check("and no topic", run("log", "info", "--log", log).returncode == 4)


def backups_as_the_page_says():
    log, new_log = f"kafka://127.0.0.1:{broker.port}/bk", f"kafka://127.0.0.1:{broker.port}/bk-2"
    for name, address in ("plain", ""), ("kafka", log):
        node = Node(folder / name, address).start(timeout_s=90)
        register(node, "S", 6)
        page = Page("back-up-and-restore.md", DATA=node.data, BACKUP=folder / f"{name}-backup",
                    NEW_DATA=folder / f"{name}-restored", LOG=log, NEW_LOG=new_log)
        page.type("back up from kafka" if address else "back up")
        samples = names_of(node)
        node.stop()
        printed, other = page.type("restore into kafka" if address else "restore")
        check_words(f"{name}: restored", printed, "Restored into", "The history verifies")
        check(f"{name}: it serves", names_of(other) == samples)
        other.stop()
        if not address:
            page.names["NEW_DATA"] = str(folder / "plain-erased")
            page.type("restore with erasures")


def all_of_it():
    start_broker()
    with contextlib.ExitStack() as leaving:
        leaving.callback(broker.tool, "kill")
        for test in (a_broker_that_forgot, a_log_that_went_on_behind_the_loss,
                     a_broker_that_was_replaced_by_an_empty_one, two_nodes_whose_broker_forgot, backups_as_the_page_says):
            case(test)


case(all_of_it)
support.finish()
