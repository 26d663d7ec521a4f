"""Several of our own modules of scripts as one, so that a first visit asks once for all of them.

Each becomes a function that gives what it exports; imports from one another become what that gave. That takes the few
forms of import and export that `static/js` uses; another is an error, never a bundle that lacks something.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

_IMPORT = re.compile(r'^import (?:\* as (\w+)|(\{[^}]*\})) from "\./([\w-]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function (\w+)|const (\w+) =)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b[^(].*$", re.MULTILINE)
_AS = re.compile(r"(\w+) as (\w+)")


def bundled(modules: Mapping[str, bytes]) -> bytes:
    """One module that runs all of these, in their order, and exports what they export. Raises ValueError."""
    known: dict[str, list[str]] = {}
    parts = []
    for path, source in modules.items():
        name = PurePosixPath(path).stem.replace("-", "_")
        text, exported = _function(path, source.decode(), known)
        known[name] = exported
        parts.append(f"const ${name} = (() => {{\n{text}\nreturn {{ {', '.join(exported)} }};\n}})();\n")
    parts += [f"export const {{ {', '.join(names)} }} = ${name};\n" for name, names in known.items() if names]
    return "".join(parts).encode()


def _function(path: str, source: str, known: Mapping[str, list[str]]) -> tuple[str, list[str]]:
    def imported(found: re.Match[str]) -> str:
        whole, some, name = found[1], found[2], found[3].replace("-", "_")
        if name not in known:
            raise ValueError(f"{path} imports {found[3]}.js, which does not stand before it")
        names = whole or _AS.sub(r"\1: \2", some)
        return f"const {names} = ${name};"

    text = _IMPORT.sub(imported, source)
    exported = [found[1] or found[2] for found in _EXPORT.finditer(text)]
    text = _EXPORT.sub("", text)
    if left := _LEFT.search(text):
        raise ValueError(f"{path} has a form of import or export that is not known here: {left[0][:80]}")
    return text, exported
