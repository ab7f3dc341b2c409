/* Ranked lists side by side: a line leads from a film's place on one list to its place on the next. Where there is no
   room for that, a table of places if one is wanted. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const { Poster, Stated, Waiting } = window.cinematch;
  const WIDE = "(min-width: 62em)";

  function useWide() {
    const media = React.useMemo(() => window.matchMedia(WIDE), []);
    return React.useSyncExternalStore((listener) => {
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    }, () => media.matches);
  }

  function why(data, key, movie) { window.cinematch.askWhy(movie, data.asked[key]); }

  function direction(shift) { return shift > 0 ? "up" : shift < 0 ? "down" : "even"; }

  /* How far a film has moved against the first list: look, text and the same in words. */
  function shiftText(data, place, movie) {
    if (place === 0) { return null; }
    const was = data.ranks[movie][data.columns[0].key];
    if (was === undefined) { return ["absent", "new", `Not among the first by ${data.against}`]; }
    const shift = was - data.ranks[movie][data.columns[place].key];
    if (shift === 0) { return ["even", "same", `The same place as by ${data.against}`]; }
    return [direction(shift), `${shift > 0 ? "▲" : "▼"} ${Math.abs(shift)}`, `Place ${was} by ${data.against}`];
  }

  function Entry({ data, place, movie, lit }) {
    const column = data.columns[place];
    const film = data.films[movie];
    const told = shiftText(data, place, movie);
    return h("li", { className: `side-entry${lit === movie ? " is-lit" : ""}`, "data-movie": movie },
      h("span", { className: "side-rank tabular", "aria-hidden": true }, data.ranks[movie][column.key]),
      h(Poster, { film: film, size: "sm" }),
      h("div", { className: "side-text" },
        h("a", { className: "side-title", href: film.href, "data-nav": "1", title: film.name }, film.name),
        h("span", { className: "side-meta" }, film.year,
          told && h("span", { className: `side-shift shift-${told[0]}`, title: told[2] }, told[1]))),
      data.asked && h("button", {
        className: "link-button side-why", type: "button", "aria-label": `Why this? ${film.name}, by ${column.name}`,
        onClick: () => why(data, column.key, movie)
      }, "Why?"));
  }

  /* Lines between two lists; films that the other one has not, end in the gap. */
  function Lines({ data, place, lit }) {
    const [left, right] = [data.columns[place], data.columns[place + 1]];
    const middle = (rank) => rank - 0.5;
    const lines = left.films.filter((movie) => right.films.includes(movie)).map((movie) => {
      const [from, to] = [data.ranks[movie][left.key], data.ranks[movie][right.key]];
      return h("path", {
        key: movie, className: `side-line shift-${direction(from - to)}${lit === movie ? " is-lit" : ""}`, vectorEffect: "non-scaling-stroke",
        d: `M0 ${middle(from)}C.5 ${middle(from)} .5 ${middle(to)} 1 ${middle(to)}`
      });
    });
    return h("svg", { className: "side-lines", viewBox: `0 0 1 ${data.count}`, preserveAspectRatio: "none", "aria-hidden": true }, lines);
  }

  function Columns({ data }) {
    const [lit, setLit] = React.useState(null);
    const at = (event) => { const entry = event.target.closest("[data-movie]"); setLit(entry ? Number(entry.dataset.movie) : null); };
    const parts = data.columns.flatMap((column, place) => [
      h("section", { key: column.key, className: "side-column", "aria-label": column.name },
        h("div", { className: "side-head" },
          column.href ? h("a", { href: column.href, "data-nav": "1", className: "text-link" }, column.name) : h("span", null, column.name),
          h("span", { className: "side-note" }, column.note)),
        h("ol", { className: "plain" }, column.films.map((movie) => h(Entry, { key: movie, data: data, place: place, movie: movie, lit: lit })))),
      place + 1 < data.columns.length && h(Lines, { key: `${column.key}-lines`, data: data, place: place, lit: lit })
    ]);
    return h("div", { className: "scroll-x", tabIndex: 0, role: "group", "aria-label": "Lists side by side" },
      h("div", {
        className: `side-by-side${lit === null ? "" : " has-lit"}`, style: { "--rows": data.count },
        onPointerOver: at, onPointerLeave: () => setLit(null), onFocus: at, onBlur: () => setLit(null)
      }, parts));
  }

  /* Every film of any list with its places, those first that stand highest in all. */
  function Table({ data }) {
    const keys = data.columns.map((column) => column.key);
    const weight = (movie) => -keys.reduce((sum, key) => sum + 1 / (data.ranks[movie][key] || Infinity), 0);
    const movies = Object.keys(data.ranks).map(Number).sort((one, other) => weight(one) - weight(other));
    const cell = (movie, place) => {
      const column = data.columns[place];
      const rank = data.ranks[movie][column.key];
      const shown = rank !== undefined && rank <= data.count;
      const told = rank === undefined ? null : shiftText(data, place, movie);
      const text = rank === undefined ? "–" : rank;
      const look = `side-cell${shown ? " is-shown" : ""}${told ? ` shift-${told[0]}` : ""}`;
      return h("td", { key: column.key, className: look },
        data.asked && rank !== undefined
          ? h("button", { type: "button", className: "side-place tabular", "aria-label": `Place ${rank} by ${column.name}. Why this? ${data.films[movie].name}`, onClick: () => why(data, column.key, movie) }, text)
          : h("span", { className: "side-place tabular" }, text));
    };
    return h("div", { className: "scroll-x", tabIndex: 0, role: "group", "aria-label": "Places of films" },
      h("table", { className: "side-table" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Film"),
          data.columns.map((column) => h("th", { key: column.key, scope: "col" }, column.name)))),
        h("tbody", null, movies.map((movie) => h("tr", { key: movie, "data-movie": movie },
          h("th", { scope: "row" }, h("a", { href: data.films[movie].href, "data-nav": "1", className: "side-title" }, data.films[movie].name),
            h("span", { className: "side-meta" }, data.films[movie].year)),
          data.columns.map((column, place) => cell(movie, place)))))));
  }

  function SideBySide(props) {
    const wide = useWide();
    const data = props.data;
    return h("div", { id: props.id, className: "side", ...window.cinematch.useWaiting() },
      !data ? h(Waiting, { count: 4, className: "side-waiting" })
        : data.state ? h(Stated, { state: data.state })
          : wide || !props.table ? h(Columns, { data: data }) : h(Table, { data: data }));
  }

  Object.assign(window.cinematch, { SideBySide: SideBySide });
})();
