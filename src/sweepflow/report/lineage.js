// Failures with the ends of their logs, and where each result comes from.

const runLabel = (run) => {
  const own = run.values ? report.columns.map((column, index) => [column, run.values[index]])
    .filter(([column, cell]) => column.kind === "parameter" && column.owner === run.owner && cell !== null && !Array.isArray(cell))
    .map(([column, cell]) => `${column.label.slice(column.owner ? column.owner.length + 1 : 0)}=${shown(cell)}`) : [];
  return [run.step, ...own].join(" ");
};

// A result is told from the others by the settings that are not the same for all.
const varying = report.columns.map((column, index) => ({ ...column, index })).filter(({ kind, index }) =>
  kind === "parameter" && new Set(report.runs.map((run) => valueOf(run.values[index])).filter((value) => value !== null)).size > 1);

const settings = (run) => varying.filter(({ index }) => run.values[index] !== null)
  .map(({ label, index }) => `${label}=${shown(valueOf(run.values[index]))}`).join(" ");

function origin(run, seen = new Set()) {
  const line = make("span", {}, make("b", {}, runLabel(run)), " ", make("span", { class: "id faint" }, run.id.slice(0, 8)), " ", badge(run));
  if (run.taken) line.append(make("span", { class: "faint" }, ` taken from run ${run.taken.slice(0, 8)}`));
  const item = make("li", {}, line);
  if (seen.has(run.id)) { // what it came from stands above already
    if (Object.keys(run.sources).length) line.append(make("span", { class: "faint" }, " (see above)"));
    return item;
  }
  seen.add(run.id);
  const inputs = Object.entries(run.sources).map(([name, [atom, ids]]) => {
    const told = make("li", {}, make("span", { class: "faint" }, "from "), name, " ", make("span", { class: "id" }, atom ?? ""));
    if (ids.length > 1) told.append(make("span", { class: "faint" }, ` made by ${ids.length} runs alike`));
    if (!ids.length) told.append(make("span", { class: "faint" }, " given"));
    told.append(make("ul", {}, ...ids.slice(0, 5).map((id) => origin(byId.get(id), seen))));
    return told;
  });
  if (inputs.length) item.append(make("ul", {}, ...inputs));
  return item;
}

// A tree is made when it is opened: there may be thousands.
function lazily(details, fill) {
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(...fill());
  });
  return details;
}

const resultOf = new Map();

function showOrigin(run) {
  let details = resultOf.get(run.id);
  if (!details) {
    details = lazily(make("details", {}, make("summary", {}, runLabel(run), " ", make("span", { class: "id faint" }, run.id), " ", badge(run))),
      () => [make("ul", {}, origin(run))]);
    details.id = `origin-${run.id}`;
    resultOf.set(run.id, details);
    find("results").hidden = false;
    find("lineage").prepend(details);
  }
  details.hidden = false;
  details.open = true;
  details.scrollIntoView({ block: "center" });
}

(() => {
  const AT_ONCE = 20;
  const failures = find("failures");
  failures.hidden = !report.failures.length && !report.mended;
  for (const [index, failure] of report.failures.entries()) {
    const run = byId.get(failure.run);
    const details = make("details", index < 3 ? { open: "" } : {},
      make("summary", {}, runLabel(run), " ", make("span", { class: "id faint" }, run.id), " ", badge(run)));
    if (run.error) details.append(make("p", { class: "error" }, run.error));
    details.append(failure.log.length ? make("pre", {}, failure.log.join("\n")) : make("p", { class: "faint" }, "It left no log."));
    failures.append(details);
  }
  const notes = [];
  if (report.unlogged) notes.push(`${report.unlogged} more are in the table.`);
  if (report.mended) notes.push(`${report.mended} earlier ${report.mended === 1 ? "failure was" : "failures were"} followed by a later run with the same settings.`);
  if (notes.length) failures.append(make("p", { class: "faint" }, notes.join(" ")));

  const read = new Set([...byId.values()].flatMap((run) => Object.values(run.sources).map(([atom]) => atom)));
  const results = report.runs.flatMap((run) => Object.entries(run.outputs)
    .filter(([, atom]) => !read.has(atom)).map(([name, atom]) => ({ run, name, atom })));
  const unique = [...new Map(results.map((result) => [result.atom, result])).values()];
  find("results").hidden = !unique.length;
  const entry = ({ run, name, atom }) => {
    const details = lazily(make("details", { id: `origin-${run.id}` },
      make("summary", {}, name, " ", make("span", { class: "id" }, atom), " ", make("span", { class: "faint" }, `${run.step} ${settings(run)}`))),
    () => [make("ul", {}, origin(run))]);
    resultOf.set(run.id, details);
    return details;
  };
  const entries = unique.map(entry);
  entries.forEach((details, index) => { details.hidden = index >= AT_ONCE; });
  find("lineage").append(...entries);
  if (entries.length > AT_ONCE) {
    const more = make("button", { type: "button", id: "more-results" }, `Show all ${entries.length.toLocaleString("en")}`);
    more.addEventListener("click", () => { entries.forEach((details) => { details.hidden = false; }); more.remove(); });
    find("results").append(more);
  }
})();
