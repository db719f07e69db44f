"""nginx or HAProxy in front of the nodes, with the files in config/ that are also the examples for a laboratory."""
import os
import pathlib
import re

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
KINDS = ("nginx", "haproxy")

NGINX_MAIN = """# Written by tools/cluster around config/nginx.conf.
{user}worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
daemon off;
events {{ worker_connections 1024; }}
http {{
access_log off;
client_body_temp_path {folder}/body;
proxy_temp_path {folder}/answers;
fastcgi_temp_path {folder}/unused;
uwsgi_temp_path {folder}/unused;
scgi_temp_path {folder}/unused;
{example}
}}
"""


def _with_nodes(text, pattern, nodes):
    """Replaces each run of lines that match `pattern` (groups: before, name or none, after) by one for each node."""
    out, done = [], False
    for line in text.splitlines():
        match = re.fullmatch(pattern, line)
        if match and not done:
            out += [f"{match['before']}{match['label'] % name if match['label'] else ''}{address}{match['after']}"
                    for name, address in nodes]
        elif not match:
            out.append(line)
        done = bool(match)
    return "\n".join(out) + "\n"


def nginx_text(folder, listen, nodes):
    """The whole configuration. `listen` is "IP:PORT", `nodes` a list of (name, "IP:PORT")."""
    text = (PROJECT / "config" / "nginx.conf").read_text()
    text = _with_nodes(text, r"(?P<before>    server )(?P<label>)192\.0\.2\.\d+:8089(?P<after> .*;)", nodes)
    text, found = re.subn(r"^    listen 80;$", f"    listen {listen};", text, flags=re.M)
    assert found == 1 and "192.0.2." not in text
    # The worker keeps the user, who alone may enter the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    return NGINX_MAIN.format(user=user, folder=folder, example=text)


def haproxy_text(listen, nodes):
    """The whole configuration, arguments as above."""
    text = (PROJECT / "config" / "haproxy.cfg").read_text()
    text = re.sub(r"^    (user|group) haproxy\n", "", text, flags=re.M)
    text = re.sub(r"(?P<before>    server )node-\d+ 192", r"\g<before>%s 192", text)
    text = _with_nodes(text, r"(?P<before>    server )(?P<label>%s )192\.0\.2\.\d+:8089(?P<after>.*)", nodes)
    text, found = re.subn(r"^    bind :80$", f"    bind {listen}", text, flags=re.M)
    assert found == 1 and "192.0.2." not in text
    return text


def write(kind, folder, listen, nodes):
    """Writes the configuration of a proxy into its folder; the path."""
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    path = folder / {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[kind]
    path.write_text(nginx_text(folder, listen, nodes) if kind == "nginx" else haproxy_text(listen, nodes))
    return path


def command(kind, folder, old=()):
    """What runs it in the foreground. `old` are processes of HAProxy that it takes over from."""
    if kind == "nginx":
        return ["nginx", "-e", f"{folder}/error.log", "-p", folder, "-c", f"{folder}/nginx.conf"]
    takes_over = ["-sf", *map(str, old)] if old else []
    return ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg", *takes_over]
