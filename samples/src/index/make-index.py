#!/usr/bin/env python3
"""Makes the index that ships with the sample from a distribution's full index.

    apt-cache dumpavail | python3 make-index.py > debian-12-packages.gz

Takes the packages of the base system and some well-known ones, with everything that these need, as a
package manager would choose it; keeps the fields that the sample reads and the first line of descriptions.
"""

import gzip
import re
import sys

WANTED = """
    build-essential chromium cmake docker.io emacs ffmpeg firefox-esr gdb gimp git gnome-core gnumeric
    golang inkscape krita libreoffice-writer maven mutt nginx nodejs octave openjdk-17-jdk openssh-server
    pandoc php postfix postgresql python3-pip python3-numpy python3-matplotlib qemu-system-x86 r-base
    redis rsync rustc samba screen sqlite3 task-ssh-server task-web-server texlive-latex-base tmux
    thunderbird vim vlc wireshark xfce4
""".split()
FIELDS = """
    Package Essential Priority Section Installed-Size Maintainer Architecture Version Provides Pre-Depends
    Depends Recommends Suggests Enhances Breaks Conflicts Replaces Description
""".split()


def paragraphs(lines):
    fields, name = {}, None
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if fields:
                yield fields
            fields = {}
        elif line[0] in " \t":
            fields[name] += "\n" + line
        else:
            name, value = line.split(":", 1)
            fields[name] = value.strip()
    if fields:
        yield fields


def names(value):
    """The names in each clause of a relation field."""
    for clause in re.sub(r"\([^)]*\)|\[[^]]*\]|<[^>]*>", "", value).split(","):
        yield [name.strip().split(":")[0] for name in clause.split("|") if name.strip()]


def main():
    packages, providers = {}, {}
    for package in paragraphs(sys.stdin):
        if "/" not in package["Section"]:  # with a slash: contrib, non-free
            packages.setdefault(package["Package"], package)
            for clause in names(package.get("Provides", "")):
                for provided in clause:
                    providers.setdefault(provided, []).append(package["Package"])

    def is_base(package):
        return package.get("Essential") == "yes" or package["Priority"] in (
            "required",
            "important",
            "standard",
        )

    chosen = set()
    pending = sorted(name for name, package in packages.items() if is_base(package)) + WANTED
    while pending:
        name = pending.pop()
        if name in chosen:
            continue
        chosen.add(name)
        for field in ("Pre-Depends", "Depends"):
            for clause in names(packages[name].get(field, "")):
                candidates = [c for c in clause if c in packages]
                candidates += [p for c in clause for p in providers.get(c, [])]
                if candidates and not chosen.intersection(candidates):
                    pending.append(candidates[0])

    text = []
    for name in sorted(chosen):
        package = packages[name]
        for field in FIELDS:
            if field in package:
                value = package[field].split("\n")[0] if field == "Description" else package[field]
                text.append(f"{field}: {value}\n")
        text.append("\n")
    sys.stdout.buffer.write(gzip.compress("".join(text).encode(), 9, mtime=0))
    print(len(chosen), "packages", file=sys.stderr)


main()
