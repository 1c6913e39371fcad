"""A run from its folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from omegaconf import DictConfig, ListConfig

from sweepflow.analysis import (
    AnalysisError,
    DamagedRunError,
    DamagedRunWarning,
    MissingKeyError,
    Run,
    RunCollection,
)
from tests.analysis.conftest import write_run

if TYPE_CHECKING:
    from tests.analysis.conftest import Load, Runs


@dataclass
class Area:
    root: Path
    cfg: Any
    plain = 5

    @property
    def area(self) -> int:
        return self.cfg.width * self.cfg.height

    def method(self) -> int:
        return 1


def test_info_says_where_it_is_and_of_which_job(six: Runs) -> None:
    run = six[0]
    assert run.info.run_id == "r0"
    assert run.info.run_dir.name == "r0"
    assert run.info.job_name == "train"
    assert repr(run) == "Run('r0')"


def test_the_job_of_a_run_without_hydras_own_settings_is_that_of_mlflow(
    tmp_path: Path,
) -> None:
    run = Run[Any](write_run(tmp_path / "1" / "r", "a: 1\n", hydra=""))
    assert run.info.job_name == ""
    (tmp_path / "1" / "meta.yaml").write_text("artifact_location: x\nname: old\n")
    assert Run[Any](run.info.run_dir).info.job_name == "old"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("width", 100),
        ("model.name", "m100"),
        ("model__name", "m100"),
        ("twice", 100),
        ("height", 1),
        ("model.layers.1", 3),
        ("model.layers[0]", 100),
        ("run_id", "r0"),
        ("job_name", "train"),
    ],
)
def test_get_looks_in_the_configuration_then_in_the_info(
    six: Runs, key: str, value: object
) -> None:
    assert six[0].get(key) == six[0][key] == value
    assert six[0].cfg  # whether or not OmegaConf has been at work
    assert six[0].get(key) == value


def test_get_gives_containers_of_omegaconf_and_its_own_parts(six: Runs) -> None:
    run = six[0]
    assert isinstance(run.get("model"), DictConfig)
    assert isinstance(run.get("model.layers"), ListConfig)
    assert run.get("cfg") is run.cfg
    assert run.get("info") is run.info
    assert run.get("run") is run
    assert run.plain("model") == {"name": "m100", "layers": [100, 3]}


@pytest.mark.parametrize(
    "key", ["depth", "width.x", "model.layers.9", "path", "_loaded"]
)
def test_without_a_value_the_default_counts(six: Runs, key: str) -> None:
    run = six[0]
    assert run.get(key, None) is None
    assert run.get(key, lambda r: r.get("width") + 1) == 101
    with pytest.raises(MissingKeyError, match=r"Run\('r0'\) has no value") as caught:
        run.get(key)
    assert isinstance(caught.value, AttributeError)


def test_null_is_a_value_and_what_is_still_to_be_given_is_none(load: Load) -> None:
    run = load("a: null\nb: ???\n")[0]
    assert run.get("a", 1) is None
    assert run.get("b", 1) == 1
    assert "b" not in run.row()


def test_an_interpolation_that_leads_nowhere_is_told(load: Load) -> None:
    run = load("a: ${nowhere}\n")[0]
    with pytest.raises(AnalysisError, match="cannot be resolved"):
        run.get("a")
    assert run.row()["a"] == "${nowhere}"


def test_the_environment_of_who_looks_is_no_part_of_a_whole_row(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "secret")
    run = load("key: ${oc.env:KEY}\nalso: a ${key}\nn: 3\ntwice: ${n}\n")[0]
    row = run.row()
    assert (row["key"], row["also"], row["twice"]) == (
        "${oc.env:KEY}",
        "a ${oc.env:KEY}",
        3,
    )
    assert run.get("key") == "secret"


def test_impl_is_made_once_of_the_artifacts_and_maybe_the_configuration(
    six: Runs,
) -> None:
    folder = six[0].info.run_dir
    run = Run[Any, Area](folder, Area)
    assert run.impl is run.impl
    assert run.impl.root == folder / "artifacts"
    assert run.get("area") == 100
    assert run.get("plain") == 5
    with pytest.raises(MissingKeyError):
        run.get("method")
    assert Run[Any, Path](folder, lambda path: path).impl == folder / "artifacts"
    assert six[0].impl is None


def test_update_sets_what_is_missing_only(six: Runs) -> None:
    run = six[0]
    run.update("width", 1)
    run.update("depth", lambda r: r.get("width") * 2)
    run.update("model__size", 7)
    run.update(("a.b", "c"), (1, [2]))
    assert [run.get(key) for key in ("width", "depth", "model.size", "a.b", "c")] == [
        *(100, 200, 7, 1),
        [2],
    ]
    run.update("width", 1, force=True)
    assert (run.get("width"), run.get("twice"), run.cfg.width) == (1, 1, 1)
    with pytest.raises(AnalysisError, match="not a value for each"):
        run.update(("x", "y"), 4)
    with pytest.raises(AnalysisError, match="cannot be set"):
        run.update("x", object())


def test_a_function_for_update_is_not_called_in_vain(six: Runs) -> None:
    six[0].update("width", lambda run: run.get("nothing"))


def test_the_configuration_that_is_changed_counts(six: Runs) -> None:
    six[0].cfg.width = 7
    assert six[0].get("width") == six[0].row()["width"] == six[0].row()["twice"] == 7


def test_to_dict_leaves_interpolations_as_they_are_written(six: Runs) -> None:
    assert six[0].to_dict() == {
        "width": 100,
        "height": 1,
        "model.name": "m100",
        "model.layers": [100, 3],
        "twice": "${width}",
    }
    assert six[0].to_dict(flatten=False)["model"] == {
        "name": "m100",
        "layers": [100, 3],
    }


def test_frames_of_a_run_get_its_values_as_columns(six: Runs) -> None:
    run = six[0]
    frame = run.to_frame(
        lambda _: pl.DataFrame({"x": [1, 2]}), "width", ("depth", 5), "model.layers"
    )
    assert frame.to_dict(as_series=False) == {
        "x": [1, 2],
        "width": [100, 100],
        "depth": [5, 5],
        "model.layers": [[100, 3], [100, 3]],
    }
    narrow = pl.select(run.lit("width", dtype=pl.Int8, default=1))
    assert narrow.to_dict(as_series=False) == {"width": [100]}
    other = Run[Any, Area](run.info.run_dir, Area)
    made = other.to_frame_impl(lambda impl: pl.DataFrame({"a": [impl.area]}), "run_id")
    assert made.rows() == [(100, "r0")]


def test_files(six: Runs) -> None:
    run = six[0]
    artifacts = run.info.run_dir / "artifacts"
    (artifacts / "b.txt").touch()
    (artifacts / "a.txt").touch()
    assert run.path("a.txt") == artifacts / "a.txt"
    assert [path.name for path in run.iterdir()] == [".hydra", "a.txt", "b.txt"]
    assert [path.name for path in run.glob("*.txt")] == ["a.txt", "b.txt"]
    assert [path.name for path in run.glob("h*", ".hydra")] == ["hydra.yaml"]
    assert list(run.iterdir("none")) == []
    assert [path.name for path in six[:2].glob("*.yaml", ".hydra")] == [
        *("config.yaml", "hydra.yaml") * 2
    ]
    before = Path.cwd()
    with run.chdir() as folder:
        assert Path.cwd() == folder.resolve()
    assert Path.cwd() == before


def test_load_takes_one_or_many_and_texts(six: Runs) -> None:
    folders = [str(run.info.run_dir) for run in six]
    assert Run[Any].load(folders[0]).get("width") == 100
    for jobs in (None, 2, -1):
        runs = Run[Any, Area].load(iter(folders), Area, n_jobs=jobs)
        assert isinstance(runs, RunCollection)
        assert runs.to_list("run_id") == [f"r{n}" for n in range(6)]
        assert runs[0].get("area") == 100


def damage(folder: Path, how: str) -> None:
    config = folder / "artifacts" / ".hydra" / "config.yaml"
    if how == "no such folder":
        config.parents[2].rename(folder.with_name("elsewhere"))
    elif how == "did not get so far":
        config.unlink()
    elif how == "is a directory":
        config.unlink()
        config.mkdir()
    elif how == "not a directory":
        config.unlink()
        config.parent.rename(config.parent.with_name("x"))
        config.parent.write_text("")
    else:
        config.write_bytes(DAMAGED[how])


DAMAGED = {
    "it is empty": b"",
    "holds no mapping": b"- 1\n",
    "it is no text": b"a: \xff\xfe\x00",
    "line 3": b"a: 1\nb: [1,\n",
    "occurs twice": b"a: 1\na: 2\n",
    "could not determine a constructor": b"a: !!python/name:os.system\n",
}
WAYS = ["no such folder", "did not get so far", "is a directory", *DAMAGED]


@pytest.mark.parametrize("how", [*WAYS, "not a directory"])
def test_damaged_runs_are_named_and_left_out(six: Runs, how: str) -> None:
    folders = [run.info.run_dir for run in six]
    damage(folders[2], how)
    with pytest.warns(DamagedRunWarning) as caught:
        runs = Run[Any].load(folders, n_jobs=2)
    assert [str(folders[2]) in str(one.message) for one in caught] == [True]
    assert how in str(caught[0].message).lower()
    assert caught[0].filename == __file__
    assert len(runs) == len(runs.to_frame()) == 5
    with pytest.raises(DamagedRunError, match=f"(?i){how}") as error:
        Run[Any].load(folders[2])
    assert str(folders[2]) in str(error.value)
    with pytest.raises(DamagedRunError):
        Run[Any](folders[2]).get("width")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_run_that_may_not_be_read_is_left_out(six: Runs) -> None:
    folders = [run.info.run_dir for run in six]
    (folders[0] / "artifacts" / ".hydra" / "config.yaml").chmod(0)
    with pytest.warns(DamagedRunWarning, match="Permission denied"):
        assert len(Run[Any].load(folders)) == 5
