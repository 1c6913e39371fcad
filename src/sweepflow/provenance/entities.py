"""What a Provenance Run Crate says of a run and all that it came from.

The terms are those of RO-Crate 1.1, https://w3id.org/ro/crate/1.1, and of the profile
Provenance Run Crate 0.5, https://w3id.org/ro/wfrun/provenance/0.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.provenance import things
from sweepflow.provenance.files import WORKFLOW
from sweepflow.provenance.graph import Graph, identifier

if TYPE_CHECKING:
    from sweepflow.provenance.files import Files
    from sweepflow.provenance.graph import Reference
    from sweepflow.provenance.history import History, Step
    from sweepflow.store.records import AtomRecord, Json

_COMPLETED = "http://schema.org/CompletedActionStatus"
_FAILED = "http://schema.org/FailedActionStatus"
_PROFILE = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"


def describe(history: History, files: Files) -> Graph:
    """Say what happened, and to what; the files made for the crate come later."""
    return _Description(history, files).graph


class _Description:
    def __init__(self, history: History, files: Files) -> None:
        self.graph = Graph()
        self._history = history
        self._files = files
        self._atoms = {
            id_: things.add_atom(self.graph, atom)
            for id_, atom in history.atoms().items()
        }
        self._outputs: dict[tuple[str, str], Reference] = {}
        self._workflow = self._add_workflow()
        whole = self._add_whole()
        controls = [self._add_step(n, step) for n, step in enumerate(history.steps, 1)]
        self._connect_results()
        self._add_engine(whole, controls)

    def _add_workflow(self) -> Reference:
        seen = self._history.last.run.provenance
        language = self.graph.add(
            "#language",
            "ComputerLanguage",
            name="Sweepflow",
            description="Steps with what each took and made, in JSON",
            url=things.HOMEPAGE,
            version=seen.sweepflow,
        )
        return self.graph.add(
            WORKFLOW,
            ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
            name=self._history.last.run.name,
            encodingFormat="application/json",
            programmingLanguage=language,
            version=things.revision(seen),
            conformsTo={"@id": _PROFILE},
            hasPart=[],
            step=[],
            connection=[],
            input=[
                self._parameter(("workflow",), "input", id_, atom)
                for id_, atom in self._history.given().items()
            ],
            output=[
                self._parameter(("workflow",), "output", name, atom)
                for name, atom in self._history.last.outputs.items()
            ],
        )

    def _add_whole(self) -> Reference:
        """Add the run of the workflow."""
        last, steps = self._history.last, self._history.steps
        return self.graph.add(
            "#workflow-run",
            "CreateAction",
            name=f"Run of {last.run.name}",
            description=f"All that {last.name} came from",
            agent=things.add_person(self.graph, last.run.provenance.user),
            instrument=self._workflow,
            object=[self._atoms[id_] for id_ in self._history.given()],
            result=[self._atoms[atom.id] for atom in last.outputs.values()],
            startTime=things.moment(min(step.run.started_at for step in steps)),
            endTime=things.moment(max(step.ended_at for step in steps)),
            **_status(last),
        )

    def _add_step(self, position: int, step: Step) -> Reference:
        """Add a step with its tool and its run, and give what controlled the run."""
        path = self._files.code.get(step.run.id)
        source = None if path is None else {"@id": things.data_id(path)}
        tool = things.add_tool(self.graph, step, source)
        howto = self.graph.add(
            identifier("step", step.name),
            "HowToStep",
            name=step.name,
            position=str(position),
            workExample=tool,
            connection=[],
        )
        self.graph.link(self._workflow, "hasPart", tool)
        self.graph.link(self._workflow, "step", howto)
        self._connect_inputs(step, howto)
        return self.graph.add(
            identifier("control", step.run.id),
            "ControlAction",
            name=f"Control of {step.name}",
            instrument=howto,
            object=self._add_run(step, tool),
            **_status(step),
        )

    def _add_run(self, step: Step, tool: Reference) -> Reference:
        """Add a step's run, with the parameters of its tool."""
        owner = ("tool", step.name)
        for name, atom in step.inputs.items():
            parameter = self._parameter(owner, "input", name, atom)
            self.graph.link(tool, "input", parameter)
        for name, atom in step.outputs.items():
            parameter = self._parameter(owner, "output", name, atom)
            self._outputs[step.run.id, name] = parameter
            self.graph.link(tool, "output", parameter)
        settings: list[Reference] = []
        for name, value in step.run.params.items():
            parameter, setting = things.add_setting(self.graph, step, name, value)
            self.graph.link(tool, "input", parameter)
            settings.append(setting)
        run, seen = step.run, step.run.provenance
        installed = self._files.installed.get(run.id)
        return self.graph.add(
            identifier("run", run.id),
            "CreateAction",
            name=f"Run of {step.name}",
            description=run.command,
            identifier=run.id,
            agent=things.add_person(self.graph, seen.user),
            location=things.add_host(self.graph, seen.host),
            instrument=tool,
            object=[*(self._atoms[a.id] for a in step.inputs.values()), *settings],
            result=[self._atoms[atom.id] for atom in step.outputs.values()],
            startTime=things.moment(run.started_at),
            endTime=things.moment(step.ended_at),
            resourceUsage=things.add_usage(self.graph, step),
            subjectOf=installed and {"@id": things.data_id(installed)},
            **_status(step),
        )

    def _add_engine(self, whole: Reference, controls: list[Reference]) -> None:
        run = self._history.last.run
        self.graph.add(
            "#engine-run",
            "OrganizeAction",
            name="Run of Sweepflow",
            agent=things.add_person(self.graph, run.provenance.user),
            instrument=things.add_software(
                self.graph, "Sweepflow", run.provenance.sweepflow, things.HOMEPAGE
            ),
            object=controls,
            result=whole,
            **_status(self._history.last),
        )

    def _connect_inputs(self, step: Step, howto: Reference) -> None:
        """Say where each input of a step came from; its makers were added before."""
        for name, atom in step.inputs.items():
            source = step.sources.get(name)
            self._connect(
                howto,
                {"@id": identifier("workflow", "input", atom.id)}
                if source is None
                else self._outputs[source],
                {"@id": identifier("tool", step.name, "input", name)},
            )

    def _connect_results(self) -> None:
        last = self._history.last
        for name in last.outputs:
            self._connect(
                self._workflow,
                self._outputs[last.run.id, name],
                {"@id": identifier("workflow", "output", name)},
            )

    def _connect(self, owner: Reference, source: Reference, target: Reference) -> None:
        connection = self.graph.add(
            f"#connection/{target['@id'].removeprefix('#')}",
            "ParameterConnection",
            sourceParameter=source,
            targetParameter=target,
        )
        self.graph.link(owner, "connection", connection)

    def _parameter(
        self, owner: tuple[str, ...], role: str, name: str, atom: AtomRecord
    ) -> Reference:
        """Add a parameter, and say that an atom stood for it."""
        parameter = things.add_parameter(
            self.graph, owner, role, name, folder=atom.filename is None
        )
        things.bind(self.graph, parameter, self._atoms[atom.id])
        return parameter


def _status(step: Step) -> dict[str, Json]:
    if step.run.status == "completed":
        return {"actionStatus": _COMPLETED}
    return {"actionStatus": _FAILED, "error": step.run.error}
