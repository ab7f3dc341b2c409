/* Films as cards. The server sends what is to be read of each; cards that stay are moved, not drawn again. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const own = window.cinematchOwnFilms;
  const { Stars, StarInput, KeepButton, CrossButton } = window.cinematch;
  const MOVE = { duration: 260, easing: "cubic-bezier(.2, .7, .2, 1)" };

  function Poster({ film, size }) {
    const look = film.poster;
    return h("div", { className: `poster poster-${size} ${look.motif}`, style: look.style, "aria-hidden": true },
      h("span", { className: `poster-title ${look.fit}` }, film.name),
      h("span", { className: "poster-year" }, film.year));
  }

  function Predicted({ film }) {
    return h(Stars, {
      rating: film.predicted, spread: film.spread, kind: "predicted", label: "Predicted", none: "No rating predicted"
    });
  }

  /* By how many places a film stands higher than before; null where it was not there. */
  function Shift({ places }) {
    const way = places === null ? "new" : places > 0 ? "up" : "down";
    const far = `${Math.abs(places)} place${Math.abs(places) === 1 ? "" : "s"}`;
    const said = { new: "New here", up: `Up ${far}`, down: `Down ${far}` }[way];
    return h("span", { className: `card-shift shift-${way}` }, said);
  }

  function Card({ film, list }) {
    const has = (action) => list.actions.includes(action);
    const tools = [
      has("keep") && h(KeepButton, { key: "keep", movie: film.movie, name: film.name }),
      has("hide") && h(CrossButton, {
        key: "hide", control: "hide", title: "Not interested", label: `Not interested in ${film.name}`,
        onClick: () => own.hide(film.movie, film.name)
      })
    ];
    return h("li", { className: "movie-card", "data-movie": film.movie },
      h("a", { className: "card-poster", href: film.href, tabIndex: -1, "data-nav": "1", "aria-hidden": true },
        h(Poster, { film: film, size: "md" }),
        film.rank && h("span", { className: "card-rank" }, film.rank)),
      h("div", { className: "card-body" },
        h("a", { className: "card-title", href: film.href, "data-nav": "1" }, film.name),
        film.other && h("span", { className: "card-other", title: film.other }, film.other),
        h("span", { className: "card-meta" }, film.meta),
        film.shift !== undefined && film.shift !== 0 && h(Shift, { places: film.shift }),
        film.match && h("span", {
          className: "card-match tabular", title: "How likely 4 stars or more are, as checked on held-out ratings"
        }, h("span", { className: "card-match-share" }, `${film.match} match`), " predicted"),
        film.predicted !== undefined && h(Predicted, { film: film }),
        film.average !== undefined && h(Stars, {
          rating: film.average, kind: "average", word: film.whose, label: film.whose || "Average", none: "Not rated"
        }),
        film.text && h("span", { className: "card-meta tabular" }, film.text),
        list.actions.length > 0 && h("div", { className: "card-actions" },
          has("why") ? h("button", {
            className: "link-button", type: "button", "data-control": "why",
            "aria-label": `Why this? ${film.name}`, onClick: () => askWhy(film.movie, list.asked)
          }, "Why this?") : h("span", { className: "card-meta" }, film.count),
          h("span", { className: "card-tools" }, tools)),
        has("rate") && h("div", { className: "card-rate" },
          h("span", null, "Yours"), h(StarInput, { movie: film.movie, name: film.name, firm: list.asked !== null }))));
  }

  const SteadyCard = React.memo(Card, (before, after) =>
    before.text === after.text && before.said === after.said);

  function askWhy(movie, asked) {
    const friend = asked.friend ? { ratings: window.cinematchFriends.pairs(asked.friend) } : {};
    window.dash_clientside.set_props("ask-why", { data: { ...asked, ...friend, movie: movie, at: Date.now() } });
    window.dash_clientside.set_props("why-drawer", { opened: true });
  }

  /* From where a card stood to where it stands (First, Last, Invert, Play). */
  function useMoves(ref, films) {
    const cards = () => (ref.current ? Array.from(ref.current.querySelectorAll(":scope > [data-movie]")) : []);
    const place = (card) => [card.offsetLeft, card.offsetTop];
    const stood = React.useMemo(() => new Map(cards().map((card) => [card.dataset.movie, place(card)])), [films]);
    React.useLayoutEffect(() => {
      if (!stood.size || window.matchMedia("(prefers-reduced-motion: reduce)").matches) { return; }
      cards().forEach((card) => {
        const before = stood.get(card.dataset.movie);
        if (!before) { card.animate([{ opacity: 0 }, { opacity: 1 }], MOVE); return; }
        const [left, top] = place(card);
        if (before[0] === left && before[1] === top) { return; }
        const from = `translate(${before[0] - left}px, ${before[1] - top}px)`;
        card.animate([{ transform: from }, { transform: "none" }], MOVE);
      });
    }, [films]);
  }

  function Waiting({ count, className }) {
    const card = (_, key) => h("li", { key: key },
      h("div", { className: "poster poster-wait" }), h("div", { className: "line-wait" }),
      h("div", { className: "line-wait" }));
    return h("ul", { className: `${className} waiting`, "aria-hidden": true }, Array.from({ length: count }, card));
  }

  function Stated({ state }) {
    return h("div", { className: `state${state.error ? " state-error" : ""}`, role: state.error ? "alert" : null },
      h("span", { className: `icon icon-${state.error ? "alert" : "film"}`, "aria-hidden": true }),
      h("p", { className: "state-title" }, state.title), h("p", null, state.advice));
  }

  /* What became of a list is told where a profile is kept (36-feedback.js). */
  function useListed(list) {
    React.useEffect(() => {
      if (!list || !list.asked || !list.actions.includes("rate")) { return; }
      const detail = { algorithm: list.asked.algorithm, movies: list.films.map((film) => film.movie) };
      document.dispatchEvent(new CustomEvent("cinematch:listed", { detail: detail }));
    }, [list]);
  }

  /* The cards of a list; `name` is unique on the page, and the focus stays in it. */
  function Cards({ list, name, label }) {
    const ref = React.useRef(null);
    React.useLayoutEffect(() => window.cinematch.tellFilms(list.films), [list]);
    useMoves(ref, list.films);
    window.cinematch.useKeptFocus(ref, name);
    const said = JSON.stringify([list.actions, list.asked]);
    return h(list.ranked ? "ol" : "ul", { className: `${list.className} plain`, ref: ref, tabIndex: -1, "aria-label": label },
      list.films.map((film) => h(SteadyCard, {
        key: film.movie, film: film, list: list, text: JSON.stringify(film), said: said
      })));
  }

  function FilmList(props) {
    const { list, setProps } = props;
    useListed(list);
    React.useEffect(() => {
      if (!list || list.whom === undefined || list.whom === props.shown) { return undefined; }
      // After the list has been painted: what is less urgent follows, as soon as somebody can see it.
      let stop = () => {};
      const later = window.setTimeout(() => {
        const follows = document.getElementById(props.follows);
        const tell = () => setProps({ shown: list.whom });
        if (follows) { stop = window.cinematch.whenNear(follows, tell); } else { tell(); }
      }, 60);
      return () => { window.clearTimeout(later); stop(); };
    }, [list]);
    return h("div", { id: props.id, ...window.cinematch.useWaiting() },
      !list ? h(Waiting, { count: props.waiting, className: "card-grid" })
        : list.state ? h(Stated, { state: list.state })
          : h(Cards, { list: list, name: props.id }));
  }

  Object.assign(window.cinematch, {
    FilmList: FilmList, Cards: Cards, Stated: Stated, Waiting: Waiting, useListed: useListed,
    Poster: React.memo(Poster), askWhy: askWhy
  });
})();
