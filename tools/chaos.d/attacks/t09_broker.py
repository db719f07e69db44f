"""The broker goes and comes: tests/crash/bounce_test.py."""
import bounce_test

NAME, UNIT, EACH = "T9-broker", "bounces", 4
ABOUT = "the Kafka broker is killed or stopped under load, and comes back"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=1, nightly=15), ("kafka",), 900, 60
OWN_BROKER = True


def why_not():
    return ""


def attack(seed, engine, number):
    bounce_test.bounce(EACH, 8, seed)
