"""Torn tails and flipped bits: tests/system/tail_test.py, at other places in each round."""
import os

from support import check

NAME, UNIT, EACH = "T4-tail", "flipped bits", 125
STEP = 8
ABOUT = f"the tail cut at every {STEP}th byte of the last three records, so that {STEP} rounds cut at each; bits " \
        "flipped anywhere"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=8, nightly=8), ("embedded",), 900, 45


def why_not():
    return ""


def attack(seed, engine, number):
    os.environ.update(TRACSEQ_TAIL_STEP=str(STEP), TRACSEQ_TAIL_FIRST=str(number % STEP), TRACSEQ_FLIPS=str(EACH),
                      TRACSEQ_SEED=str(seed))
    import tail_test
    check("the seed is that of the round", tail_test.SEED == seed)
    tail_test.cut_everywhere()
    tail_test.flip_bits()
