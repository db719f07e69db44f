"""Torn tails and flipped bits: tests/system/tail_test.py, at other places in each round."""
import os

from support import check

NAME, UNIT, EACH = "T4-tail", "flipped bits", 50
ABOUT = "the tail cut at every 61st byte of the last three records; bits flipped anywhere"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=1, nightly=200), ("embedded",), 600, 60


def why_not():
    return ""


def attack(seed, engine, number):
    os.environ.update(TRACSEQ_TAIL_STEP="61", TRACSEQ_FLIPS=str(EACH), TRACSEQ_SEED=str(seed))
    import tail_test
    check("the seed is that of the round", tail_test.SEED == seed)
    tail_test.cut_everywhere()
    tail_test.flip_bits()
