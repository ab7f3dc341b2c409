/* Films as rows: those to rate, and all that a person rated, waved away or keeps, from this browser's own store. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const own = window.cinematchOwnFilms;
  const { StarInput, CrossButton, Poster, useFilms, useKeptFocus } = window.cinematch;
  const PAGE = 20;
  const STARTERS = 8;

  const Row = React.memo(function (props) {
    const film = props.film;
    if (!film.name) { return h("li", { className: "movie-row row-wait", "data-movie": film.movie }); }
    return h("li", { className: "movie-row", "data-movie": film.movie },
      h(Poster, { film: film, size: "sm" }),
      h("div", { className: "row-text" },
        h("a", { className: "row-title", href: film.href, "data-nav": "1" }, film.name),
        film.other && h("span", { className: "card-other", title: film.other }, film.other),
        h("span", { className: "card-meta" }, film.meta)),
      h("div", { className: "row-extra" },
        props.rate && h(StarInput, { movie: film.movie, name: film.name, firm: props.firm }),
        props.act && h(CrossButton, {
          control: "take-out", label: props.act.label(film.name), title: props.act.title,
          onClick: () => props.act.run(film)
        })));
  });

  /* Films that the server names. Starters make room for the next as soon as something is said of them. */
  function RateRows(props) {
    const ref = React.useRef(null);
    const starters = !props.text;
    own.use(own.read);
    const films = starters
      ? props.films.filter((film) => !own.isKnown(film.movie)).slice(0, STARTERS)
      : props.films;
    React.useLayoutEffect(() => window.cinematch.tellFilms(props.films), [props.films]);
    useKeptFocus(ref, props.id);
    const waiting = window.cinematch.useWaiting();
    if (!films.length) {
      const gone = starters ? "You have rated all that is asked first." : `No title is like “${props.text}”. Try fewer words.`;
      return h("div", { id: props.id, ...waiting }, h("p", { className: "note" }, gone));
    }
    return h("div", { id: props.id, ...waiting },
      starters && h("p", { className: "note" }, "Good ones to start with: what you say of these tells most."),
      h("ul", { className: "movie-list", "aria-label": "Films to rate", ref: ref, tabIndex: -1 },
        films.map((film) => h(Row, { key: film.movie, film: film, rate: true, firm: starters }))));
  }

  const PARTS = {
    ratings: {
      read: () => own.read().ratings, rate: true,
      act: { label: (name) => `Remove your rating of ${name}`, title: "Remove", run: (film) => own.rate(film.movie, 0, film.name) }
    },
    away: {
      read: () => own.read(),
      of: (state) => [...state.watched, ...state.hidden],
      act: { label: (name) => `Bring back ${name}`, title: "Bring back", run: (film) => own.unhide(film.movie, film.name) }
    },
    kept: {
      read: () => own.read().kept,
      of: (kept) => Object.keys(kept).sort((a, b) => kept[a] - kept[b] || b - a).map((movie) => ({ movie: Number(movie) })),
      act: { label: (name) => `Take ${name} off the watchlist`, title: "Take off", run: (film) => own.keep(film.movie, false, film.name) }
    }
  };

  function pager(count, page, setPage) {
    const pages = Math.ceil(count / PAGE);
    if (pages < 2) { return null; }
    const button = (text, next) => h("button", {
      className: "link-button", type: "button", disabled: next < 0 || next >= pages, onClick: () => setPage(next)
    }, text);
    return h("div", { className: "row-pager" },
      button("Newer", page - 1),
      h("span", { className: "note tabular", role: "status" }, `Page ${page + 1} of ${pages}`),
      button("Older", page + 1));
  }

  /* A part of one's own films, the newest first, a page at a time. */
  function OwnRows(props) {
    const part = PARTS[props.part];
    const ref = React.useRef(null);
    const [page, setPage] = React.useState(0);
    const found = own.use(part.read);
    const entries = React.useMemo(() => (part.of ? part.of(found) : found).slice().reverse(), [found]);
    const shown = Math.min(page, Math.max(0, Math.ceil(entries.length / PAGE) - 1));
    const movies = entries.slice(shown * PAGE, (shown + 1) * PAGE).map((entry) => entry.movie);
    const films = useFilms(movies);
    useKeptFocus(ref, props.part);
    const title = props.title.replace("{count}", window.cinematch.grouped(entries.length));
    const rows = h("ul", { className: "movie-list", "aria-label": title, ref: ref, tabIndex: -1 },
      films.map((film) => h(Row, { key: film.movie, film: film, rate: part.rate, act: part.act, firm: false })));
    const all = props.all && h("button", {
      className: "link-button", type: "button", onClick: () => own[props.all.run]()
    }, props.all.text);
    if (!entries.length) { return props.empty ? h("p", { className: "note" }, props.empty) : null; }
    const body = [h("div", { key: "rows" }, rows), pager(entries.length, shown, setPage), all]
      .map((piece, key) => h(React.Fragment, { key: key }, piece));
    if (!props.folded) { return h("div", { className: "stack-sm" }, h("p", { className: "note" }, title), body); }
    return h("details", { className: "fold", open: props.folded === "open" },
      h("summary", null, title), h("div", { className: "stack-sm" }, body));
  }

  /* How much there is, in a sentence. */
  function OwnCount(props) {
    const state = own.use(own.read);
    const count = (list) => window.cinematch.grouped(list.length);
    const ratings = `${count(state.ratings)} rating${state.ratings.length === 1 ? "" : "s"}`;
    return h("p", { className: "note", id: props.id },
      `In this browser: ${ratings}, ${count(state.watched)} watched without stars, left out of lists, and ` +
      `${count(Object.keys(state.kept))} on the watchlist.`);
  }

  Object.assign(window.cinematch, { RateRows: RateRows, OwnRows: OwnRows, OwnCount: OwnCount });
})();
