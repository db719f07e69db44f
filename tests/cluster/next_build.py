#!/usr/bin/env python3
"""The program of the next version, for those who try an upgrade: this tree with a newer version of one event, and with
a version number of its own, in var/next. Prints where it is.

What has not changed comes out of ccache where the program itself was built before. With TRACSEQ_NEXT=FILE nothing is
built and that program is taken; with TRACSEQ_NEXT=no whoever can do without it does.
"""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
NEXT = PROJECT / "var" / "next"
SOURCES = ("CMakeLists.txt", "cmake", "events", "actors", "projections", "node",
           "tools/build", "tools/common.sh", "tools/install-packages", "tools/packages.txt")
# Above whatever this tree calls itself.
VERSION = "0.99.0"
# What is written and read lies in one file, so that building takes a minute or two: in memory the event is as before.
STORED = """/// What is written of a sample's receipt from schema 3 on.
struct received_v3 {
  std::string condition;
  std::optional<double> temperature_celsius;
  std::string courier;
};
BOOST_DESCRIBE_STRUCT(received_v3, (), (condition, temperature_celsius, courier))

template <class Event>
constexpr event_type type_of = Event::type;
template <>
constexpr event_type type_of<sample::received>{101, 3, "sample_received"};

template <class Event>
auto to_store(Event const& one) {
  if constexpr (std::is_same_v<Event, sample::received>)
    return received_v3{one.condition, one.temperature_celsius, "unknown"};
  else
    return one;
}
"""
READ = """  if constexpr (std::is_same_v<Event, sample::received>)
    if (schema == type_of<Event>.schema) {
      auto stored = codec::decode<received_v3>(payload);
      if (!stored) return tl::unexpected(std::move(stored).error());
      return any_event(sample::received{stored->condition, stored->temperature_celsius});
    }
"""
CHANGES = {
    "events/registry.cpp": [
        ("namespace mp = boost::mp11;\n", f"namespace mp = boost::mp11;\n\n{STORED}"),
        ("= decltype(identity)::type::type;", "= type_of<typename decltype(identity)::type>;"),
        ("  auto event = read_schema<Event>(", f"{READ}  auto event = read_schema<Event>("),
        ("{event::type.id, event::type.schema, ", "{event::type.id, type_of<event>.schema, "),
        ("event_facts{type::type, ", "event_facts{type_of<type>, "),
        ("auto const& type = std::decay_t<decltype(one)>::type;",
         "auto const& type = type_of<std::decay_t<decltype(one)>>;"),
        ("codec::encode(one)", "codec::encode(to_store(one))"),
    ],
    "node/data_directory.hpp": [
        ('program_version = "0.1.0"', f'program_version = "{VERSION}"'),
    ],
}


def changed(name, text):
    for before, after in CHANGES.get(name, ()):
        if text.count(before) != 1:
            raise RuntimeError(f"{name} is not as tests/cluster/next_build.py knows it: {before.splitlines()[0]}")
        text = text.replace(before, after)
    return text


def lay_out():
    """The sources. What has not changed keeps its time, and is not built again."""
    wanted = {"tests/CMakeLists.txt": b""}
    for name in SOURCES:
        for path in [PROJECT / name, *(PROJECT / name).rglob("*")]:
            if path.is_file():
                relative = str(path.relative_to(PROJECT))
                wanted[relative] = changed(relative, path.read_bytes().decode()).encode()
    for name in SOURCES:
        for path in [p for p in (NEXT / name).rglob("*") if p.is_file()]:
            if str(path.relative_to(NEXT)) not in wanted:
                path.unlink()
    for name, content in wanted.items():
        target = NEXT / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
            with contextlib.suppress(FileNotFoundError):
                shutil.copymode(PROJECT / name, target)


def build_next():
    """Where it is, built if it has to be; None with TRACSEQ_NEXT=no."""
    if given := os.environ.get("TRACSEQ_NEXT"):
        return None if given == "no" else pathlib.Path(given)
    lay_out()
    done = subprocess.run([NEXT / "tools" / "build", "--no-page"], stdout=sys.stderr, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"the program of the next version was not built; see {NEXT}/build/build.log")
    return NEXT / "build" / "tracseq"


if __name__ == "__main__":
    print(build_next() or "")
