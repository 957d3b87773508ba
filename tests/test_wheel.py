"""The package without its checkout: a wheel in an empty environment elsewhere."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_carries_data_corpus_and_notebooks(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("codebooks", "examples", "furniture", "guidelines", "stopwords", "templates"):
        for path in (ROOT / "toolkit" / "data" / folder).rglob("*.*"):
            assert path.relative_to(ROOT).as_posix() in names
    corpora = [path.relative_to(ROOT).as_posix() for path in (ROOT / "corpora").rglob("*.*")]
    assert len(corpora) > 180
    assert [name for name in corpora if f"toolkit/data/{name}" not in names] == []
    notebooks = [path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").rglob("[!.]*.*")]
    assert {"notebooks/00_start_here.ipynb", "notebooks/es/label_texts.ipynb"} <= set(notebooks)
    assert [name for name in notebooks if "/." not in name and f"toolkit/data/{name}" not in names] == []
    assert "toolkit/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "corpora/")) or "__pycache__" in name]


@pytest.mark.slow
def test_the_wheel_runs_the_main_job_elsewhere(wheel, tmp_path):
    """Dependencies are taken from this environment by path; the package itself comes from the wheel alone."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )
    find = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True).stdout.strip()
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    where = subprocess.run(
        [python, "-c", "import toolkit; print(toolkit.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert where.stdout.startswith(str(site))
    script = python.with_name("toolkit" + (".exe" if os.name == "nt" else ""))
    ran = subprocess.run([script, "run", "--output", "out"], capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert ran.returncode == 0, ran.stderr
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["tables"]["posts"]["rows"] == 120
    assert (tmp_path / "out" / "report.html").stat().st_size > 100_000
