#!/usr/bin/env python3
"""The HTTP contract, proved from outside: through a socket alone, against a real node.

    http_test.py [NAME…]    only these cases
"""
import functools
import sys

import support
from contract import inputs, reads, rules, stream, wire, writes
from support import Node, case

folder = support.new_folder("http")
node = Node(folder / "data").start()
wanted = sys.argv[1:]
heartbeat = stream.Heartbeat(node)


def cases():
    for module in (inputs, rules, wire, reads, stream, writes):
        yield from module.CASES
    yield heartbeat.judge


for test in cases():
    if not wanted or test.__name__ in wanted:
        case(functools.update_wrapper(functools.partial(test, node), test))
node.stop()
support.finish()
