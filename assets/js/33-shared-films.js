/* Films that two people rated, with how far their stars lie apart. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const { Poster, tellFilms } = window.cinematch;

  function place(stars) { return `${((stars - 0.5) / 4.5) * 100}%`; }

  function Gap({ film, names }) {
    const [low, high] = [Math.min(film.first, film.second), Math.max(film.first, film.second)];
    const dot = (whose, stars) => h("span", { className: `gap-dot gap-${whose}`, "data-stars": stars.toFixed(1), style: { left: place(stars) } });
    return h("div", { className: "gap" },
      h("span", { className: "gap-track", role: "img", "aria-label": `${names[0]} ${film.first}, ${names[1]} ${film.second} of 5 stars` },
        h("span", { className: "gap-line", style: { left: place(low), right: `calc(100% - ${place(high)})` } }),
        dot("second", film.second), dot("first", film.first)));
  }

  /* `names` are the two people's, as a legend and for those who listen. */
  function SharedFilms(props) {
    React.useLayoutEffect(() => tellFilms(props.films), [props.films]);
    return h("div", { className: "shared" },
      h("p", { className: "shared-legend note", "aria-hidden": true },
        h("span", { className: "gap-key gap-first" }, props.names[0]), h("span", { className: "gap-key gap-second" }, props.names[1])),
      h("ul", { className: "movie-list", "aria-label": props.label },
        props.films.map((film) => h("li", { className: "movie-row", key: film.movie, "data-movie": film.movie },
          h(Poster, { film: film, size: "sm" }),
          h("div", { className: "row-text" },
            h("a", { className: "row-title", href: film.href, "data-nav": "1" }, film.name),
            h("span", { className: "card-meta" }, film.meta)),
          h(Gap, { film: film, names: props.names })))));
  }

  window.cinematch.SharedFilms = SharedFilms;
})();
