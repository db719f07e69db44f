"""Who does not reach whom: from "node 1 and kafka" to rules for packets."""
import re

import brokers
from network import Failed


def check_end(state, end):
    """The name of one end of a cut: a node's number, "kafka", "kafka-2" or "clients"."""
    end = str(end)
    if end in state["nodes"] or end == "clients":
        return end
    if re.fullmatch(r"kafka(-\d)?", end):
        _ports(state, end)
        return end
    raise Failed(f"'{end}' is no node of this cluster ({', '.join(state['nodes'])}), nor kafka, kafka-2 … or clients")


def _ports(state, end):
    """The ports at the bridge's address that stand for an end that is not a node."""
    number = int(end[6:]) if end.startswith("kafka-") else None
    found = brokers.ports(state, number)
    if not found or not state["kafka"].startswith(f"kafka://{state['host']}:"):
        raise Failed("the brokers of this cluster run elsewhere, and cannot be cut off here")
    return found


def make(state, one, others, one_way, loss):
    """The cuts between `one` and each of `others`."""
    if not 1 <= loss <= 100:
        raise Failed(f"a loss is a number of percent from 1 to 100, not {loss}")
    one = check_end(state, one)
    found = []
    for other in (check_end(state, other) for other in others):
        if other == one:
            raise Failed(f"{one} cannot be cut off from itself")
        if not {one, other} & set(state["nodes"]):
            raise Failed(f"nothing can be cut between {one} and {other}: both are this machine itself")
        found.append({"from": one, "to": other, "one_way": one_way, "loss": loss})
    return found


def _flow(state, source, target):
    """What nftables has to say of a packet from `source` to `target`."""
    def address(end):
        return state["nodes"][end]["address"] if end in state["nodes"] else state["host"]
    words = f"ip saddr {address(source)} ip daddr {address(target)}"
    for end, node, here in ((source, target, "sport"), (target, source, "dport")):
        if end.startswith("kafka"):
            words += f" tcp {here} {{ {', '.join(map(str, _ports(state, end)))} }}"
        elif end == "clients":  # the proxy, too: whoever speaks HTTP with the node
            words += f" tcp {'dport' if here == 'sport' else 'sport'} {state['nodes'][node]['port']}"
    return words


def flows(state):
    """(match, percent) of each rule, for Network.cut."""
    found = []
    for cut in state["cuts"]:
        found.append((_flow(state, cut["from"], cut["to"]), cut["loss"]))
        if not cut["one_way"]:
            found.append((_flow(state, cut["to"], cut["from"]), cut["loss"]))
    return found
