"""The attacks: one module each, found by its file name. What a module has:

    NAME     as people call it: "T3-power"
    ABOUT    what it does, in a sentence
    UNIT     what is counted: "power losses"
    EACH     how many of them one round does
    ROUNDS   {"ci": n, "pr": n, "nightly": n}, for each engine
    ENGINES  ("embedded",), ("embedded", "kafka") or ("kafka",)
    MAX_S    a round that takes longer has failed
    USUAL_S  what a round takes on two cores, with another beside it
    ALONE    True where the machine itself is measured: nothing runs beside it (may be left out)
    OWN_BROKER  True on "kafka" where it brings its own (may be left out)
    why_not()                 words if it cannot be done on this machine; else ""
    attack(seed, engine, n)   does the n-th round. It runs in a process of its own; what breaks is said by
                              support.check, and an exception is a violation too
    of_all(rounds)            of all its finished rounds together: (words, whether it holds) (may be left out)
"""
import importlib
import pathlib


def load():
    """Every attack of this folder, in the order of the names."""
    names = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("[a-z]*.py"))
    return [importlib.import_module(f"attacks.{name}") for name in names]
