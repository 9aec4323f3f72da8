"""Passwords, tokens and keys in text, found by their shape or by the name they are given to.

Entropy alone condemns nothing: hashes, UUIDs, digests and images look just as random. A value
counts when it has the shape of a known kind of key, or when it is a literal bound to a
name such as ``password`` or ``API_TOKEN`` and is neither a word nor a blank to fill in.

What is found gives way to ``<redacted:kind>``: the same for every secret of a kind, since even
a keyed hash of a weak password could be guessed by who has the key.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["PLACEHOLDER", "Finding", "find_secrets", "is_secret_name", "redact", "redact_value"]

PLACEHOLDER = "<redacted:"
"""How everything begins that stands in the place of a secret."""


class Finding(NamedTuple):
    """Where a secret stood: its kind and its line, 1-based. Never what it was."""

    kind: str
    line: int


_Pattern = tuple[str, re.Pattern[str]]


class _Hit(NamedTuple):
    start: int
    stop: int
    kind: str


def find_secrets(text: str) -> tuple[Finding, ...]:
    """Return where `text` holds secrets."""
    return tuple(Finding(hit.kind, text.count("\n", 0, hit.start) + 1) for hit in _hits(text))


def redact(text: str) -> tuple[str, tuple[Finding, ...]]:
    """Take the secrets out of a text.

    Lines stay where they are, and Python code stays code: a placeholder only ever takes the
    place of characters inside one string or word.

    Returns
    -------
    tuple
        The text, and what was taken out of it.
    """
    hits = _hits(text)
    if not hits:
        return text, ()
    parts, end = [], 0
    for hit in hits:
        parts += [text[end : hit.start], f"{PLACEHOLDER}{hit.kind}>"]
        end = hit.stop
    return "".join(parts) + text[end:], find_secrets(text)


def redact_value(name: str, value: str) -> tuple[str, tuple[Finding, ...]]:
    """Take the secrets out of a value that is stored under a name.

    Parameters
    ----------
    value : str
        A text, or the ``repr`` of one.
    """
    quote = value[:1] if value[:1] in {"'", '"'} and value[-1:] == value[:1] else ""
    bare = value[1:-1] if quote and len(value) > 1 else value
    kind = _kind_of(name)
    if kind and _is_secret_value(kind, bare):
        return f"{quote}{PLACEHOLDER}{kind}>{quote}", (Finding(kind, 1),)
    return redact(value)


def is_secret_name(name: str) -> bool:
    """Say whether something of this name is likely to be a secret."""
    return bool(_kind_of(name))


# ---------------------------------------------------------------- names and values

_STRONG = frozenset({"password", "passwd", "passphrase", "pwd", "secret", "pass"})
_KEYS = frozenset(
    ["api", "access", "account", "private", "secret", "signing", "encryption", "auth", "service",
     "subscription", "license"]
)  # fmt: skip
_JOINED = {"apikey": "api-key", "accesskey": "api-key", "secretkey": "secret", "authtoken": "token"}
# words before "token" that speak of text, not of access
_TEXT_TOKENS = frozenset(
    ["pad", "eos", "bos", "unk", "sep", "cls", "mask", "next", "prev", "max", "min", "num",
     "special", "start", "end", "stop", "first", "last", "new", "word", "sub", "begin", "image",
     "each", "oov", "blank", "additional"]
)  # fmt: skip
# functions that are given a key, and beginnings of those that are given the name of one
_ENTRANCES = frozenset({"login", "authenticate", "sign_in"})
_ASKING = frozenset(
    ["get", "fetch", "read", "load", "find", "ask", "prompt", "input", "is", "has", "check",
     "create", "delete", "describe", "list"]
)  # fmt: skip
_TRAILING = frozenset({"value", "text", "str", "string", "env", "default", "header"})
_WORDS = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"
_BLANK = (
    r"(?i)^(?:your|my|the|some|insert|enter|put|add|replace|change)[-_ ].*|^<.*>$|^\[.*\]$|^\{.*\}$"
    r"|^[.x*•#?_-]+$|^[$%].*|^(?:str|string|object|category|int|float|bool|bytes|text|none|null"
    r"|true|false|na|nan|prompt|required|optional|hidden|unknown|missing|changeme|redacted|test"
    r"|dummy|fake|todo|tbd|yes|no)$"
)
_PATH = r"^(?:[/~.]|[A-Za-z]:[\\/]|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){2})"  # or a dotted name


_FILE = r"\.(?:json|ya?ml|toml|ini|txt|env|csv|pem|key|p12)$"


def _kind_of(name: str) -> str:
    """Return the kind of secret that is kept under a name, or an empty text."""
    words = [word.lower() for word in re.findall(_WORDS, name)]
    while words and (words[-1].isdigit() or (len(words) > 1 and words[-1] in _TRAILING)):
        words.pop()
    last = words[-1] if words else ""
    before = words[-2] if len(words) > 1 else ""
    if last in _STRONG:
        return "secret" if last == "secret" else "password"
    if last in _JOINED:
        return _JOINED[last]
    if last == "key" and before in _KEYS:
        return "secret" if before in {"secret", "private"} else "api-key"
    if last == "token" and before not in _TEXT_TOKENS:
        return "token"
    return "credential" if last in {"credential", "credentials"} else ""


def _is_secret_value(kind: str, value: str) -> bool:
    value = value.strip()
    if len(value) < 4 or re.match(_BLANK, value) or re.match(_PATH, value) or "{" in value:
        return False
    if value.startswith(PLACEHOLDER) or _kind_of(value):
        return False  # a column's or a variable's name
    if kind == "password" or (kind == "secret" and not value.isalpha()):
        return value[-1] not in ":?" and value.count(" ") < 6
    return _looks_random(value)


def _looks_random(value: str) -> bool:
    if len(value) < 8 or not value.isascii() or any(c.isspace() for c in value):
        return False
    if re.search(_FILE, value):
        return False
    kinds = sum(any(map(test, value)) for test in (str.islower, str.isupper, str.isdigit))
    counts = Counter(value).values()
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
    return kinds >= 2 and entropy >= (2.5 if any(map(str.isdigit, value)) else 3.5)


# ---------------------------------------------------------------- patterns

_NAME = r"(?P<name>[A-Za-z_][\w-]*)"
_QUOTED = (
    r"(?P<prefix>[rRbBuUfF]{0,2})(?P<quote>\\?(?:\"\"\"|'''|\"|'))"
    r"(?P<secret>(?:(?!(?P=quote))(?:\\.|[^\\\n]))+)(?P=quote)"
)
_SHAPES = {
    "aws-key": r"(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}",
    "github-token": r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}",
    "gitlab-token": r"glpat-[A-Za-z0-9_-]{20,}",
    "slack-token": r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    "api-key": (
        r"sk-(?:proj-|svcacct-|admin-|ant-|or-|lf-)[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{20,}"
        r"|AIza[A-Za-z0-9_-]{35}"
        r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}"
        r"|r8_[A-Za-z0-9]{30,}|gsk_[A-Za-z0-9]{40,}"
    ),
    "token": (
        r"hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,}|dapi[a-f0-9]{32}"
        r"|ya29\.[A-Za-z0-9_-]{20,}|do[opr]_v1_[a-f0-9]{64}|dckr_pat_[A-Za-z0-9_-]{20,}"
    ),
    "jwt": r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
}
_QUERY = "api[_-]?key|(?:access_|auth_)?token|password|(?:client_)?secret|sig|(?:x-amz-)?signature"
_SETS = r"%(?:set_)?env\s+|['\"](?:set_)?env['\"],\s*['\"]|\bexport\s+"
# beside these characters a match is a piece of something longer, such as an image
_APART = r"(?<![A-Za-z0-9+/_-])(?P<secret>{})(?![A-Za-z0-9+/])"
# what a text must hold, in lower case, before any pattern is tried on it
_SHAPE_HINTS = (
    "akia", "asia", "aroa", "aida", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
    "xox", "sk-", "sk_", "rk_", "pk_", "aiza", "sg.", "r8_", "gsk_", "hf_", "npm_", "pypi-", "dapi",
    "ya29.", "_v1_", "dckr_pat_", "eyj",
)  # fmt: skip
_NAME_HINTS = (
    "pass", "pwd", "secret", "token", "key", "credential", "login(", "authenticate(", "sign_in(",
)  # fmt: skip
_OTHER_HINTS = ("://", "sig", "password", "pwd", "identified", "secret", "bearer", "basic", "key=",
                "token=", "curl")  # fmt: skip
_BEFORE, _BEHIND = 200, 2000  # characters around a hint that are looked at, within its line


@functools.cache
def _patterns() -> tuple[tuple[_Pattern, ...], ...]:
    """Return shapes, named values, others; each with its kind, "" where the name decides.

    They are compiled with the first use.
    """
    shapes = [(kind, _APART.format(f"(?:{shape})")) for kind, shape in _SHAPES.items()]
    named = [
        # name = "value", name: str = "value", "name": "value", x["name"] = "value"
        rf"(?<![\w-]){_NAME}(?:\\?[\"'])?\s*\]?\s*(?::\s*[\w.\[\]| ]+?)?\s*(?:=(?!=)|:)\s*{_QUOTED}",
        # os.getenv("name", "value") and the like
        rf"(?:getenv|get|setdefault|putenv|setenv)\(\s*\\?[\"']{_NAME}\\?[\"']\s*,\s*{_QUOTED}",
        # the argument of a function such as login or set_token
        rf"(?<![\w-])(?P<call>{_NAME}\(\s*){_QUOTED}",
        # %env NAME=value as written and as IPython runs it, export NAME=value
        rf"(?:{_SETS}){_NAME}[= ](?P<secret>[^\s'\"\\;]+)",
        # the options of a command in a list, as sys.argv holds them
        rf"--{_NAME}\\?[\"']\s*,\s*{_QUOTED}",
        # name=value inside of a text: last in it, or before the next name
        rf"(?<=[\s'\"]){_NAME}=(?P<secret>[^\s'\"\\;,()\[\]{{}}]+)(?=\\?['\"]|[ \t]+[A-Za-z_]\w*=[^\s=])",
        # the options of a command
        rf"(?<![\w-])--{_NAME}[= ](?P<secret>[^\s'\"\\;-][^\s'\"\\;]*)",
        # a line of a file of variables
        r"(?m)^\s*(?:env: )?(?P<name>[A-Z][A-Z0-9_]*)=(?P<secret>(?![A-Za-z_][\w.]*$)[^\s'\"#(){}\[\]]+)$",
    ]
    others = [
        (
            "url-password",
            r"(?<![\w+.-])(?!git)[A-Za-z][\w+.-]*://[^\s/:@'\"]*:(?P<secret>[^\s/@'\"]+)@",
        ),
        ("url-token", rf"(?i)[?&](?:{_QUERY})=(?P<secret>[^&\s'\"#\\]{{8,}})"),
        ("account-key", r"(?i)(?:account|sharedaccess)key=(?P<secret>[A-Za-z0-9+/=]{20,})"),
        ("password", r"(?i);\s*(?:password|pwd)\s*=\s*(?P<secret>[^;'\"\s\\]{4,})"),
        ("password", r"(?i)\b(?:identified\s+by|password)\s+'(?P<secret>[^'\n]{4,})'"),
        ("secret", r"\bSECRET\s+'(?P<secret>[^'\n]{8,})'"),
        (
            "password",
            r"\bcurl\s(?:[^\n]*?\s)?(?:-u|--user)[ =]?\\?['\"]?[^\s:'\"]+:(?P<secret>[^\s'\"\\]{4,})",
        ),
        ("token", r"(?i)\b(?:bearer|basic)\s+(?P<secret>[\w.~+/=-]{16,})"),
    ]
    every = (shapes, [("", pattern) for pattern in named], others)
    return tuple(tuple((kind, re.compile(text)) for kind, text in group) for group in every)


_KEY_BLOCK = r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----(.*?)(?:-----END |\Z)"
_KEY_LINE = r"(?<!\\)[A-Za-z0-9+/=]{16,}"  # not from the letter of an escape such as \\n on
_TEMPLATE = r"(?i)^[<{$%*]|^x+$|[{}]"


def _hits(text: str) -> list[_Hit]:
    """Return what to take out, in order and without overlaps."""
    low = text.lower()
    if len(low) != len(text):  # a few letters of other alphabets change their length
        low = re.sub("[A-Z]", lambda match: match[0].lower(), text)
    found = set(_key_blocks(text)) if "private key" in low else set()
    for group, hints in enumerate((_SHAPE_HINTS, _NAME_HINTS, _OTHER_HINTS)):
        if any(map(low.__contains__, hints)):  # of most texts nothing else is asked
            found.update(_matches(text, list(_windows(low, hints)), _patterns()[group]))
    kept: list[_Hit] = []
    for hit in sorted(found):
        if not kept or hit.start >= kept[-1].stop:
            kept.append(hit)
        elif hit.stop > kept[-1].stop:
            kept[-1] = kept[-1]._replace(stop=hit.stop)
    return kept


def _windows(low: str, hints: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield the parts of lines around the hints, merged where they meet."""
    spots: list[tuple[int, int]] = []
    for hint in hints:
        at = low.find(hint)
        while at >= 0:
            line = low.rfind("\n", max(at - _BEFORE, 0), at) + 1 or max(at - _BEFORE, 0)
            end = low.find("\n", at, at + _BEHIND)
            stop = end if end >= 0 else min(at + _BEHIND, len(low))
            spots.append((line, stop))
            at = low.find(hint, at + len(hint))
    start, stop = -1, -1
    for first, last in sorted(spots):
        if first > stop:
            if stop >= 0:
                yield start, stop
            start, stop = first, last
        else:
            stop = max(stop, last)
    if stop >= 0:
        yield start, stop


def _matches(
    text: str, windows: list[tuple[int, int]], patterns: tuple[_Pattern, ...]
) -> Iterator[_Hit]:
    for kind, pattern in patterns:
        decide: Callable[[re.Match[str]], str] = _named if not kind else _other(kind)
        for start, stop in windows:
            for match in pattern.finditer(text, start, stop):
                found = decide(match)
                if found:
                    yield _Hit(*match.span("secret"), found)


def _named(match: re.Match[str]) -> str:
    if "call" in match.re.groupindex:
        return _given(match["name"], match["secret"])
    kind = _kind_of(match["name"])
    return kind if kind and _is_secret_value(kind, match["secret"]) else ""


def _given(function: str, value: str) -> str:
    """Return the kind of secret that a function is called with."""
    if function in _ENTRANCES:
        kind = "token"
    else:
        asks = function.lower().partition("_")[0] in _ASKING
        kind = "" if asks else _kind_of(function)
    if not kind or "@" in value:  # a user's address
        return ""
    return kind if _is_secret_value(kind, value) and _looks_random(value) else ""


def _other(kind: str) -> Callable[[re.Match[str]], str]:
    def decide(match: re.Match[str]) -> str:
        value = match["secret"]
        wordy = kind in _SHAPES and not any(map(str.isdigit, value))
        return "" if wordy or _kind_of(value) or re.search(_TEMPLATE, value) else kind

    return decide


def _key_blocks(text: str) -> Iterator[_Hit]:
    """Yield the lines inside of private keys one by one: what joins them may be code."""
    for block in re.finditer(_KEY_BLOCK, text):
        for line in re.compile(_KEY_LINE).finditer(text, *block.span(1)):
            yield _Hit(*line.span(), "private-key")
