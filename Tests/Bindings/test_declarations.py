"""What is generated from the headers is what they say."""

import re
import subprocess
import sys

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.headers_alone


def test_generated_files_are_current():
    done = subprocess.run(
        [sys.executable, str(ROOT / "bindings" / "generate.py"), "--check"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_function_of_the_header_is_declared():
    header = (ROOT / "include" / "mailroom.h").read_text()
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    names = set(re.findall(r"\b(mr_\w+)\s*\(", code))
    assert len(names) > 60
    declared = set(re.findall(r"\b(mr_\w+)\(", (ROOT / "bindings" / "php" / "mailroom.ffi.h").read_text()))
    assert declared == names
    sys.path.insert(0, str(ROOT / "bindings" / "python"))
    from mailroom import _declarations

    assert {name for name, _, _ in _declarations.FUNCTIONS} == names


def test_the_php_header_has_no_preprocessor():
    assert "#" not in (ROOT / "bindings" / "php" / "mailroom.ffi.h").read_text()


def test_every_failure_has_its_class():
    from mailroom import _declarations, errors

    assert set(errors.CLASSES) == set(_declarations.RESULT_NAMES)
    php = (ROOT / "bindings" / "php" / "src" / "Errors.php").read_text()
    names = dict(re.findall(r"'(MR_\w+)' => '(\w+)'", php))
    assert set(names) == set(_declarations.RESULT_NAMES.values()) | {"MR_TIMEOUT"}
    for name in names.values():
        assert (ROOT / "bindings" / "php" / "src" / f"{name}.php").is_file()
