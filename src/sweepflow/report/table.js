// The table of runs: sorted by a click, filtered by words.
(() => {
  const AT_ONCE = 300;
  const [head, body] = find("table").children;
  const varies = (index) => report.runs.some((run) => run.values[index] !== null);
  const fixed = ["run", "step", "status", "started", "took", "label"];
  const ends = report.columns.map((column) => column.label.slice(column.owner ? column.owner.length + 1 : 0));
  const short = (index) => (fixed.includes(ends[index]) || ends.filter((end) => end === ends[index]).length > 1
    ? report.columns[index].label : ends[index]);
  const columns = [
    { label: "run", of: (run) => run.id },
    { label: "step", of: (run) => run.step },
    { label: "status", of: (run) => run.status },
    { label: "started", of: (run) => run.started, text: (run) => time(run.started) },
    { label: "took", of: (run) => run.seconds, text: (run) => duration(run.seconds) },
    { label: "label", of: (run) => [run.label, ...run.tags.map((tag) => `#${tag}`)].join(" ").trim() },
    ...report.columns.map((column, index) => (
      { label: column.label, head: short(index), of: (run) => valueOf(run.values[index]), index }))
      .filter((column) => varies(column.index)),
  ].filter((column) => column.label !== "label" || report.runs.some((run) => run.label || run.tags.length));
  for (const column of columns) {
    column.numeric = column.label !== "started" && report.runs.every((run) => column.of(run) === null || isNumber(column.of(run)));
  }
  const words = new Map(report.runs.map((run) => [run, [
    ...columns.map((column) => {
      const text = column.text ? column.text(run) : shown(column.of(run));
      return column.index === undefined ? text : `${column.label}=${text}`;
    }), run.error ?? "", run.label,
  ].join(" ").toLowerCase()]));
  let order = null;
  let all = false;

  const steps = [...new Set(report.runs.map((run) => run.step))];
  find("step").append(option("", "all"), ...steps.map((step) => option(step, step)));

  function chosen() {
    const wanted = find("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const step = find("step").value;
    const found = report.runs.filter((run) => (!step || run.step === step) &&
      wanted.every((word) => words.get(run).includes(word)));
    if (!order) return found;
    const { of } = columns[order.column];
    const there = found.filter((run) => of(run) !== null);
    const missing = found.filter((run) => of(run) === null); // last, whatever the direction
    there.sort((a, b) => order.sign * compare(of(a), of(b)));
    return [...there, ...missing];
  }

  function row(run) {
    const cells = columns.map((column) => {
      if (column.label === "run") {
        const link = make("a", { href: `#origin-${run.id}`, title: run.id }, run.id.slice(0, 8));
        link.addEventListener("click", (event) => { event.preventDefault(); showOrigin(run); });
        return make("td", {}, link);
      }
      if (column.label === "status") return make("td", {}, badge(run));
      const text = column.text ? column.text(run) : shown(column.of(run));
      const inherited = column.index !== undefined && Array.isArray(run.values[column.index]);
      const kind = [column.numeric && "number", inherited && "inherited"].filter(Boolean).join(" ");
      const title = inherited ? `${text} (of a run that this one came from)` : text.length > 30 ? text : null;
      return make("td", { class: kind || null, title }, text);
    });
    return make("tr", { id: `run-${run.id}` }, ...cells);
  }

  function draw() {
    const found = chosen();
    const visible = all ? found : found.slice(0, AT_ONCE);
    body.replaceChildren(...visible.map(row));
    find("count").textContent = `${found.length.toLocaleString("en")} of ${report.runs.length.toLocaleString("en")}`;
    find("more").hidden = visible.length === found.length;
    find("more").textContent = `Show all ${found.length.toLocaleString("en")}`;
    [...head.rows[0].cells].forEach((cell, index) => {
      if (order?.column === index) cell.setAttribute("aria-sort", order.sign > 0 ? "ascending" : "descending");
      else cell.removeAttribute("aria-sort");
    });
  }

  head.append(make("tr", {}, ...columns.map((column, index) => {
    const button = make("button", { type: "button", title: column.label }, column.head ?? column.label);
    button.addEventListener("click", () => {
      const sign = order?.column === index ? -order.sign : 1;
      order = { column: index, sign };
      draw();
    });
    return make("th", { class: column.numeric ? "number" : null }, button);
  })));
  find("filter").addEventListener("input", draw);
  find("step").addEventListener("change", draw);
  find("more").addEventListener("click", () => { all = true; draw(); });
  draw();
})();
