"""The figures' goals, and the table."""
import json
import sys

# name → (sign, goal, unit)
GOALS = {
    "post_vs_pg": ("≥", 1.5, "×"),
    "post_vs_http": ("≥", 0.30, "×"),
    "post_p50_vs_floor": ("≤", 3, "×"),
    "post_kafka": ("≥", 0.6, "×"),
    "post_kafka_p50_vs_floor": ("≤", 2.5, "×"),
    "import_rows": ("≥", 10_000, "rows/s"),
    "get_vs_http": ("≥", 0.70, "×"),
    "replay": ("≥", 150_000, "events/s"),
    "replay_vs_raw": ("≥", 0.4, "×"),
    "verify": ("≥", 500_000, "records/s"),
    "restart": ("≤", 1, "s"),
    "restart_kafka": ("≤", 1, "s"),
    "memory": ("≤", 256, "MiB"),
    "growth": ("≤", 1.2, "×"),
    "kill_gap_p50": ("≤", 2, "s"),
    "kill_gap_p99": ("≤", 5, "s"),
    "polite_failed": ("≤", 0, "requests"),
    "forward_vs_local": ("≤", 2.5, "×"),
    "three_nodes_vs_one": ("≥", 0.8, "×"),
}


def number_text(value):
    if value is None:
        return "none"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


class Report:
    def __init__(self, details):
        self.with_details, self.figures, self.details = details, {}, []

    def add(self, name, value, against):
        sign, goal, _ = GOALS[name]
        met = value >= goal if sign == "≥" else value <= goal
        self.figures[name] = (value, met, against)

    def missing(self, names, why):
        for name in names:
            self.figures.setdefault(name, (None, False, f"not measured: {' '.join(why.split())[:300]}"))

    def detail(self, name, value, unit, repeats):
        self.details.append((name, value, unit, repeats))

    @property
    def all_met(self):
        return all(met for _, met, _ in self.figures.values())

    def rows(self):
        for name, (sign, goal, unit) in GOALS.items():
            if name in self.figures:
                value, met, against = self.figures[name]
                yield name, value, unit, f"{sign} {goal:,}", met, against

    def json(self):
        keys = ("name", "value", "unit", "goal", "met", "against")
        return json.dumps({"figures": [dict(zip(keys, row)) for row in self.rows()]}, ensure_ascii=False)

    def table(self, title):
        lines = [("figure", "value", "unit", "goal", "met", "against")]
        lines += [(name, number_text(value), unit, goal, "yes" if met else "NO", against)
                  for name, value, unit, goal, met, against in self.rows()]
        widths = [max(len(line[i]) for line in lines) for i in range(5)]
        print(title)
        for line in lines:
            cells = [line[0].ljust(widths[0]), line[1].rjust(widths[1]), line[2].ljust(widths[2]),
                     line[3].rjust(widths[3]), line[4].ljust(widths[4]), line[5]]
            print("  ".join(cells).rstrip())
        if self.with_details:
            self.print_details()
        sys.stdout.flush()

    def print_details(self):
        print("\nBoth sides, medians of the repeats in brackets (cpu: of all processors, for one operation):")
        width = max((len(name) for name, *_ in self.details), default=0)
        for name, value, unit, repeats in self.details:
            print(f"  {name.ljust(width)}  {number_text(value):>9} {unit:<3} "
                  f"[{', '.join(number_text(one) for one in repeats)}]")
