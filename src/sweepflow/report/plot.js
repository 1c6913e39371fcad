// The plot: a point for each run that gave y, and where several share an x their mean,
// with its 95% confidence interval by Student's t (see compute_ci_df).
(() => {
  const WIDTH = 980, HEIGHT = 460, LEFT = 76, BOTTOM = 62, TOP = 16, RIGHT = 210;
  const MANY = 8;
  const axes = {
    ...Object.fromEntries(report.columns.map((column, index) => [String(index), {
      label: column.label, kind: column.kind, owner: column.owner,
      of: (run) => valueOf(run.values[index]),
      own: (run) => run.values[index] !== null && !Array.isArray(run.values[index]),
    }])),
    seconds: { label: "duration (s)", of: (run) => run.seconds, own: () => true },
    started: { label: "order of start", of: (run) => rank.get(run), own: () => true },
  };
  const rank = new Map([...report.runs].reverse().map((run, index) => [run, index + 1]));
  const values = (key) => [...new Set(report.runs.map(axes[key].of).filter((v) => v !== null && v !== undefined))];
  const numeric = (key) => values(key).length > 0 && values(key).every(isNumber);
  const keys = Object.keys(axes);
  const scalars = keys.filter((key) => axes[key].kind === "scalar" && numeric(key));
  const parameters = keys.filter((key) => axes[key].kind === "parameter");
  const varying = parameters.filter((key) => values(key).length > 1);
  const ys = [...scalars, "seconds", ...parameters.filter(numeric)];
  if (!report.runs.some((run) => run.plotted)) return;
  find("plots").hidden = false;
  const add = (id, list) => find(id).append(...list.map((key) => option(key, axes[key].label)));
  add("y", ys);
  add("x", [...parameters, ...scalars, "seconds", "started"]);
  find("colour").append(option("", "none"));
  add("colour", [...varying, ...scalars]);

  // At first: what the last step measured, over the setting with most values.
  const last = scalars.filter((key) => axes[key].owner === axes[scalars.at(-1)]?.owner);
  find("y").value = last[0] ?? "seconds";
  const reaches = (key) => report.runs.some((run) => axes[find("y").value].own(run) && axes[key].of(run) !== null);
  const fit = varying.filter(reaches);
  const spread = fit.filter(numeric).sort((a, b) => values(b).length - values(a).length);
  find("x").value = spread[0] ?? fit[0] ?? "started";
  find("colour").value = fit.find((key) => key !== find("x").value && !numeric(key)) ??
    fit.find((key) => key !== find("x").value && values(key).length <= MANY) ?? "";

  function evenByRatio(sorted) {
    if (sorted.length < 3 || sorted[0] <= 0 || sorted.at(-1) < 10 * sorted[0]) return false;
    const uneven = (list) => {
      const gaps = list.slice(1).map((value, index) => value - list[index]);
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
    };
    return uneven(sorted.map(Math.log)) < uneven(sorted);
  }

  function niceTicks(low, high) {
    const rough = (high - low) / 5 || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
    const ticks = [];
    for (let tick = Math.ceil(low / step) * step; tick <= high + step / 1e6; tick += step) ticks.push(Number(tick.toPrecision(12)));
    return ticks;
  }

  function logTicks(low, high) {
    const ticks = [];
    const factors = Math.log10(high / low) < 2 ? [1, 2, 5] : [1];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      for (const factor of factors) {
        const tick = Number((factor * 10 ** power).toPrecision(6));
        if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
      }
    }
    return ticks;
  }

  // Where values stand between two ends; what is no number stands side by side.
  function scale(all, from, to, log) {
    const there = [...new Set(all)].sort(compare);
    if (!there.every(isNumber)) {
      const place = new Map(there.map((value, index) => [value, index]));
      const gap = (to - from) / there.length;
      const every = Math.ceil(there.length / 14);
      return { at: (value) => from + gap * (place.get(value) + 0.5), numeric: false,
        ticks: there.filter((_, index) => index % every === 0) };
    }
    const map = log ? Math.log10 : (value) => value;
    let low = there[0], high = there.at(-1);
    if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
    const margin = (map(high) - map(low)) * 0.05;
    const [start, end] = [map(low) - margin, map(high) + margin];
    const ticks = log ? logTicks(low, high) : niceTicks(low, high);
    return { at: (value) => from + (to - from) * (map(value) - start) / (end - start), numeric: true,
      ticks: ticks.length > 1 ? ticks : [low, high] };
  }

  // The ends of either must stand out from their page.
  const LIGHT = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 190, 88], [222, 190, 20]];
  const DARK = [[142, 112, 220], [86, 140, 220], [52, 175, 165], [140, 212, 88], [253, 231, 37]];
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  function ramp(share) {
    const stops = scheme.matches ? DARK : LIGHT;
    const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
    const index = Math.min(Math.floor(at), stops.length - 2);
    return `rgb(${stops[index].map((low, n) => Math.round(low + (stops[index + 1][n] - low) * (at - index))).join(",")})`;
  }

  function colours(key, runs) {
    if (!key) return { of: () => "var(--c0)", group: () => "", legend: [] };
    const there = [...new Set(runs.map(axes[key].of))].filter((v) => v !== null && v !== undefined).sort(compare);
    if (there.length > MANY && there.every(isNumber)) {
      const [low, high] = [there[0], there.at(-1)];
      const of = (value) => (value === null ? "var(--faint)" : ramp((value - low) / (high - low || 1)));
      const steps = [high, (3 * high + low) / 4, (high + low) / 2, (high + 3 * low) / 4, low];
      return { of: (run) => of(axes[key].of(run)), group: () => null, legend: steps.map((v) => [shortNumber(Number(v.toPrecision(3))), of(v)]) };
    }
    const place = new Map(there.map((value, index) => [value, index]));
    const of = (value) => (place.has(value) && place.get(value) < MANY ? `var(--c${place.get(value)})` : "var(--faint)");
    const legend = there.slice(0, MANY).map((value) => [shown(value), of(value)]);
    if (there.length > MANY) legend.push([`${there.length - MANY} more`, "var(--faint)"]);
    return { of: (run) => of(axes[key].of(run)), group: (run) => String(axes[key].of(run)), legend };
  }

  function pointsOf(x, y) {
    const there = (value) => value !== null && value !== undefined;
    return report.runs.filter((run) => run.plotted && axes[y].own(run) &&
      isNumber(axes[y].of(run)) && there(axes[x].of(run)));
  }

  function interval(list) {
    const mean = list.reduce((sum, n) => sum + n, 0) / list.length;
    if (list.length < 2) return { mean, low: mean, high: mean };
    const variance = list.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (list.length - 1);
    const t = report.t[Math.min(list.length - 1, report.t.length) - 1];
    const half = t * Math.sqrt(variance / list.length);
    const told = `mean ${shortNumber(mean)}, from ${shortNumber(mean - half)} to ${shortNumber(mean + half)}`;
    return { mean, low: mean - half, high: mean + half, told };
  }

  // The means of each colour, from left to right; none where there are too many of them.
  function meansOf(points, x, y, colour) {
    const groups = new Map();
    for (const run of points) {
      const group = colour.group(run);
      if (group === null) return [];
      const at = groups.get(group) ?? groups.set(group, { colour: colour.of(run), means: new Map() }).get(group);
      const list = at.means.get(axes[x].of(run)) ?? at.means.set(axes[x].of(run), []).get(axes[x].of(run));
      list.push(axes[y].of(run));
    }
    return [...groups.values()].filter((group) => group.means.size <= 60).map((group) => ({
      colour: group.colour,
      means: [...group.means].sort((a, b) => compare(a[0], b[0])).map(([at, list]) => ({ at, ...interval(list) })),
    }));
  }

  function drawMeans({ colour, means }, sx, sy) {
    const style = `stroke: ${colour}`;
    const drawn = means.filter((mean) => mean.told).map(({ at, low, high, told }) => {
      const [x, top, bottom] = [sx.at(at), sy.at(high), sy.at(low)].map((n) => n.toFixed(1));
      const bar = svg("path", { class: "interval", style, d: `M${x} ${bottom}V${top}m-4 0h8M${x} ${bottom}m-4 0h8` });
      bar.append(svg("title", {}, told));
      return bar;
    });
    if (means.length < 2) return drawn;
    const line = means.map(({ at, mean }) => `${sx.at(at).toFixed(1)},${sy.at(mean).toFixed(1)}`);
    return [...drawn, svg("polyline", { class: "mean", points: line.join(" "), style })];
  }

  const clip = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

  function draw() {
    const [x, y, key] = ["x", "y", "colour"].map((id) => find(id).value);
    const points = pointsOf(x, y);
    if (!points.length) {
      find("plot").replaceChildren(make("p", { class: "faint" }, `No run has both ${axes[y].label} and ${axes[x].label}.`));
      return;
    }
    const xs = points.map(axes[x].of), yv = points.map(axes[y].of);
    const positive = (list) => list.every((value) => isNumber(value) && value > 0);
    for (const [id, list] of [["log-x", xs], ["log-y", yv]]) find(id).disabled = !positive(list);
    const sx = scale(xs, LEFT, WIDTH - RIGHT, find("log-x").checked && positive(xs));
    const colour = colours(key, points);
    const groups = meansOf(points, x, y, colour);
    const logY = find("log-y").checked && positive(yv);
    // An interval that reaches down to 0 has no end on a logarithmic axis.
    const least = Math.min(...yv);
    for (const mean of groups.flatMap((group) => group.means)) {
      if (logY && mean.low <= 0) mean.low = least;
    }
    const ends = groups.flatMap((group) => group.means.flatMap((mean) => [mean.low, mean.high]));
    const sy = scale([...yv, ...ends], HEIGHT - BOTTOM, TOP, logY);
    const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
      "aria-label": `${axes[y].label} over ${axes[x].label}` });
    for (const tick of sy.ticks) {
      const at = sy.at(tick);
      drawn.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at }),
        svg("text", { class: "tick", x: LEFT - 8, y: at + 4, "text-anchor": "end" }, shown(tick)));
    }
    const crowded = !sx.numeric && sx.ticks.some((tick) => shown(tick).length * sx.ticks.length > 90);
    for (const tick of sx.ticks) {
      const at = sx.at(tick), base = HEIGHT - BOTTOM;
      const place = crowded ? { transform: `translate(${at} ${base + 14}) rotate(-18)`, "text-anchor": "end" }
        : { x: at, y: base + 18, "text-anchor": "middle" };
      drawn.append(svg("line", { class: "grid", x1: at, x2: at, y1: TOP, y2: base }),
        svg("text", { class: "tick", ...place }, clip(shown(tick), 18)));
    }
    const base = HEIGHT - BOTTOM;
    drawn.append(svg("path", { class: "axis", fill: "none", d: `M${LEFT} ${TOP}V${base}H${WIDTH - RIGHT}` }),
      svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 12, "text-anchor": "middle", id: "x-label" }, axes[x].label),
      svg("text", { transform: `translate(18 ${(TOP + base) / 2}) rotate(-90)`, "text-anchor": "middle", id: "y-label" }, axes[y].label));
    drawn.append(...groups.flatMap((group) => drawMeans(group, sx, sy)));
    for (const run of points) {
      const circle = svg("circle", { cx: sx.at(axes[x].of(run)).toFixed(1), cy: sy.at(axes[y].of(run)).toFixed(1),
        r: points.length > 400 ? 2.5 : 4.5, class: points.length > 400 ? "dense" : null, style: `fill: ${colour.of(run)}` });
      const told = [[y, axes[y].of(run)], [x, axes[x].of(run)], ...(key ? [[key, axes[key].of(run)]] : [])];
      circle.append(svg("title", {}, [run.id, ...told.map(([k, v]) => `${axes[k].label}: ${shown(v ?? null)}`)].join("\n")));
      circle.addEventListener("click", () => showOrigin(run));
      drawn.append(circle);
    }
    if (key) {
      drawn.append(svg("text", { x: WIDTH - RIGHT + 22, y: TOP + 12, "font-weight": "600" }, clip(axes[key].label, 26)));
      colour.legend.forEach(([text, fill], index) => drawn.append(
        svg("circle", { cx: WIDTH - RIGHT + 28, cy: TOP + 34 + index * 21, r: 5, style: `fill: ${fill}` }),
        svg("text", { class: "legend", x: WIDTH - RIGHT + 40, y: TOP + 38 + index * 21 }, clip(text, 22))));
    }
    find("plot").replaceChildren(drawn);
  }

  function guessScales() {
    const points = pointsOf(find("x").value, find("y").value);
    const guess = (key) => {
      const list = [...new Set(points.map(axes[key].of))];
      return list.every(isNumber) && evenByRatio(list.sort(compare));
    };
    find("log-x").checked = guess(find("x").value);
    find("log-y").checked = false;
  }

  for (const id of ["x", "y"]) find(id).addEventListener("change", () => { guessScales(); draw(); });
  for (const id of ["colour", "log-x", "log-y"]) find(id).addEventListener("change", draw);
  scheme.addEventListener("change", draw);
  guessScales();
  draw();
})();
