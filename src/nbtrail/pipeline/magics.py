"""Magics and shell lines of IPython as plain Python."""

from __future__ import annotations

import ast
import itertools
import re
import shlex
import string
from collections.abc import Collection
from pathlib import Path

from nbtrail.capture.statements import magic_of
from nbtrail.pipeline.text import quoted

__all__ = ["Magics", "files_in_shell_line"]

_TIMERS = frozenset({"time", "timeit", "prun"})
_SHELLS = frozenset({"system", "getoutput", "sx", "sc", "!"})
_FILES = frozenset({"writefile", "file"})
_WITH_BODY = frozenset({"bash", "sh", "script"})
# as IPython's DollarFormatter finds them: not inside of single quotes
_DOLLAR = re.compile(r"(.*?)\$(\$?[\w\.]+)(?=([^']*'[^']*')*[^']*$)", re.DOTALL)


class Magics:
    """Translates magics, and collects what the new text needs.

    Attributes
    ----------
    imports : set of str
        Modules that the new text uses.
    notes : list of str
        What could not be translated, for the reader.
    """

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.notes: list[str] = []

    def translate(
        self,
        name: str,
        line: str,
        body: str | None,
        *,
        known: Collection[str],
        binds: Collection[str],
        value: bool,
        needed: bool,
    ) -> str:
        """Return the Python of a magic; empty when a script has no use for it.

        Parameters
        ----------
        known : collection of str
            Variables that the notebook had and the line could name.
        binds : collection of str
            Variables that it made.
        value : bool
            The result is bound to a name.
        needed : bool
            It changed something outside that others depend on: then it must succeed.
        """
        if name in _SHELLS:
            return self._shell(line, known, value=value or name == "getoutput", needed=needed)
        if name in _TIMERS and body is None:
            return line if name == "time" else ""
        if name in {"env", "set_env"} and line.strip():
            return self._variable(line, known)
        if name == "cd":
            self.imports.add("os")
            return f"os.chdir({expanded(line.strip(), known)})"
        if name in _WITH_BODY and body is not None:
            command = shlex.split(line) if name == "script" else [name]
            self.imports.add("subprocess")
            items = ", ".join(map(quoted, [*command, "-c"]))
            return f"subprocess.run([{items}, {quoted(body)}], check=True)"
        if name in _FILES and body is not None:
            return self._file(line, body, known)
        if name == "run" and line.strip():
            return self._run(line, binds)
        if body is not None:
            self.notes.append(
                f"The cell magic %%{name} has no counterpart in a script and was left out."
            )
        return ""

    def _shell(self, line: str, known: Collection[str], *, value: bool, needed: bool) -> str:
        if not value and not needed:
            return ""  # it only showed something
        self.imports.add("subprocess")
        options = ["shell=True"] + (["check=True"] if needed else [])
        if value:
            options += ["capture_output=True", "text=True"]
        call = f"subprocess.run({', '.join([expanded(line, known), *options])})"
        return f"{call}.stdout.splitlines()" if value else call

    def _run(self, line: str, binds: Collection[str]) -> str:
        """Return a call that executes a file as ``%run`` does, and takes the names it made."""
        words = shlex.split(line)
        options = list(itertools.takewhile(lambda w: w.startswith("-"), words))
        rest = words[len(options) :]
        if not rest:
            return ""
        self.imports |= {"runpy", "sys"}
        how = "run_module" if "-m" in options else "run_path"
        path = rest[0]
        if how == "run_path" and not path.endswith((".py", ".ipy")):
            path += ".py"
        items = [quoted(path)]
        items += ["init_globals=globals()"] if "-i" in options else []
        items += [] if "-n" in options else ['run_name="__main__"']
        call = f"runpy.{how}({', '.join(items)})"
        arguments = f"sys.argv = [{', '.join(map(quoted, [path, *rest[1:]]))}]\n"
        names = [n for n in binds if not n.startswith("_") and n not in self.imports]
        if not names:
            return arguments + call
        self.imports.add("operator")
        keys = ", ".join(map(quoted, names))
        return f"{arguments}{', '.join(names)} = operator.itemgetter({keys})({call})"

    def _variable(self, line: str, known: Collection[str]) -> str:
        key, _, rest = line.replace("=", " ", 1).strip().partition(" ")
        self.imports.add("os")
        if not rest:
            return f"os.environ.get({quoted(key)})"
        return f"os.environ[{quoted(key)}] = {expanded(rest.strip(), known)}"

    def _file(self, line: str, body: str, known: Collection[str]) -> str:
        target = [t for t in shlex.split(line) if not t.startswith("-")]
        path, content = expanded(target[-1], known), quoted(body)
        if "-a" in line.split():
            return f'with open({path}, "a", encoding="utf-8") as file:\n    file.write({content})'
        self.imports.add("pathlib")
        return f'pathlib.Path({path}).write_text({content}, encoding="utf-8")'


def expanded(line: str, known: Collection[str]) -> str:
    """Return the Python expression of a line in which ``{x}`` and ``$x`` stand for values.

    As in IPython, the line stays as it is when one of them has no value: ``$HOME`` is the
    shell's then.
    """
    try:
        parts = list(_parts(line))
    except ValueError:
        return quoted(line)
    fields = [field for _, field in parts if field is not None]
    if not fields:
        return quoted("".join(text for text, _ in parts))
    if not all(_is_known(field, known) for field in fields):
        return quoted(line)
    texts: list[str] = []
    for text, field in parts:
        texts.append(text.replace("{", "{{").replace("}", "}}"))
        if field is not None:
            texts.append(f"{{{field}}}")
    whole = f"f{quoted(''.join(texts))}"
    try:
        ast.parse(whole, mode="eval")
    except SyntaxError:  # quotes within quotes, before Python 3.12
        values = "".join(t.replace("{", "{{").replace("}", "}}") + ("{}" if f else "")
                         for t, f in parts)  # fmt: skip
        return f"{quoted(values)}.format({', '.join(fields)})"
    return whole


def _parts(line: str) -> list[tuple[str, str | None]]:
    """Cut a line into texts, each with the expression that follows it."""
    found: list[tuple[str, str | None]] = []
    for literal, field, _spec, _conversion in string.Formatter().parse(line):
        text, at = "", 0
        for match in _DOLLAR.finditer(literal):
            before, name = match.group(1, 2)
            if name.startswith("$"):  # $$x is the shell's $x
                text += before + name
            else:
                found.append((text + before, name))
                text = ""
            at = match.end()
        found.append((text + literal[at:], field))
    return found


def _is_known(field: str, known: Collection[str]) -> bool:
    try:
        tree = ast.parse(field.strip(), mode="eval")
    except SyntaxError:
        return False
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return bool(names & set(known)) or not names


def files_in_shell_line(text: str, project: Path, cwd: str) -> list[str]:
    """Return the files of a project that a statement's shell line names, patterns resolved.

    What a command reads happens in another process, where nobody watches.
    """
    if "get_ipython" not in text:
        return []
    magics = [
        magic_of(n) for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.Expr, ast.Assign))
    ]
    found: dict[str, None] = {}
    for name, line, body in filter(None, magics):
        if name not in _SHELLS | _WITH_BODY:
            continue
        for word in re.split(r"[\s;|&<>=()'\"`]+", line + " " + (body or "")):
            if not word or word.startswith(("-", "/", "~")) or ".." in Path(word).parts:
                continue
            try:
                places = sorted((project / cwd).glob(word))
            except (ValueError, NotImplementedError, OSError):
                continue
            for place in places:
                if place.is_file():
                    found[place.relative_to(project).as_posix()] = None
    return list(found)
