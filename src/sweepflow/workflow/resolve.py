"""From the config of a workflow to the configs of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sweepflow.workflow.checking import Findings, build, unknown_key
from sweepflow.workflow.config_class import config_fields, is_config_class
from sweepflow.workflow.data import to_data
from sweepflow.workflow.errors import ConfigError
from sweepflow.workflow.origin import Origin, read_data
from sweepflow.workflow.overrides import with_overrides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.project.document import Document
    from sweepflow.workflow.steps import Step
    from sweepflow.workflow.workflow import Workflow

Configs = dict[str, Any]
"""The config of each step by its name, None where it takes none."""


def load_config(
    workflow: Workflow,
    file: str | Path | None = None,
    overrides: Iterable[str] = (),
) -> Configs:
    """Give the configs of a workflow's steps, from a file and the command line.

    Args:
        workflow: What is to run.
        file: A YAML file; None for what the defaults and the overrides say.
        overrides: As for `apply_overrides`.

    Raises:
        ConfigError: The config is not valid; the message has every problem with its
            place in the file, or the argument that brought it in.
        ProjectError: The file cannot be read, or is no YAML that is safe to load.
    """
    document, data = read_config(workflow, file)
    changed, arguments = with_overrides(data, overrides)
    return resolve_config(workflow, changed, origin=Origin(document, arguments))


def read_config(
    workflow: Workflow, file: str | Path | None
) -> tuple[Document | None, dict[str, Any]]:
    """Give a config as it stands in a file, with its places; an empty one without.

    Raises:
        ConfigError: It is no mapping.
        ProjectError: The file cannot be read, or is no YAML that is safe to load.
    """
    if file is None:
        return None, {}
    document, data = read_data(Path(file))
    if not isinstance(data, dict):
        raise ConfigError(
            "the config is no mapping", place=document.place(), hint=_form(workflow)
        )
    return document, cast("dict[str, Any]", data)


def resolve_config(
    workflow: Workflow, config: object = None, *, origin: Origin | None = None
) -> Configs:
    """Give the configs of a workflow's steps.

    Args:
        workflow: What is to run.
        config: An object of the workflow's `config_class` whose fields hold the steps'
            configs or mappings; or a mapping of these by the steps' names; or None
            where the defaults will do.
        origin: Where a mapping was written.

    Raises:
        ConfigError: Keys are unknown or missing, or values of a wrong type; the message
            has every problem, each with its dotted path.
    """
    findings = Findings(origin or Origin())
    given = _sections(workflow, config)
    configs = _build_all(workflow, given, findings)
    if workflow.config_class is None or isinstance(config, workflow.config_class):
        return configs
    # The class may check one step's config against another's, or change them.
    fields = config_fields(workflow.config_class)
    required: dict[str, Any] = {
        name: {} for name, field in fields.items() if field.required
    }
    data: dict[str, Any] = required | {
        name: to_data(value, (name,)) for name, value in given.items() if name in fields
    }
    whole = build(workflow.config_class, data, (), findings)
    findings.finish()
    return _build_all(workflow, _sections(workflow, whole), findings)


def _sections(workflow: Workflow, config: object) -> dict[str, object]:
    """Give what a config says for each step, whatever its form."""
    if config is None:
        return {}
    if isinstance(config, Mapping):
        return dict(cast("Mapping[str, object]", config))
    wanted = workflow.config_class
    if is_config_class(type(config)) and isinstance(config, wanted or object):
        return {name: getattr(config, name) for name in config_fields(type(config))}
    raise ConfigError(
        f"the config of workflow {workflow.name!r} is a {type(config).__name__}",
        hint=_form(workflow),
    )


def _form(workflow: Workflow) -> str:
    mapping = "a mapping from the steps' names to their configs"
    wanted = workflow.config_class
    return (
        f"give {mapping}"
        if wanted is None
        else f"give a {wanted.__name__}, or {mapping}"
    )


def _build_all(
    workflow: Workflow, given: Mapping[str, object], findings: Findings
) -> Configs:
    names = {step.name: None for step in workflow.steps}  # in their order
    for name in given:
        if name not in names:
            findings.add((name,), unknown_key((name,), list(names)), key=True)
    values = {**_defaults(workflow), **given}
    configs = {
        step.name: _build_one(step, values.get(step.name), findings)
        for step in workflow.steps
    }
    findings.finish()
    return configs


def _defaults(workflow: Workflow) -> dict[str, object]:
    if workflow.config_class is None:
        return {}
    fields = config_fields(workflow.config_class)
    return {
        name: field.default()
        for name, field in fields.items()
        if field.default is not None
    }


def _build_one(step: Step, value: object, findings: Findings) -> object:
    data = to_data(value, (step.name,))
    if step.config_class is None:
        if data not in (None, {}):
            findings.add((step.name,), f"step {step.name!r} takes no config: remove it")
        return None
    kind: type[Any] = step.config_class
    if isinstance(value, kind):
        kind = type(value)
    return build(kind, data, (step.name,), findings)
