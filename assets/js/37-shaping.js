/* Which ratings shape a list: what each of them lifts and holds down, and a switch that leaves it out. The list is asked
   about when somebody opens the part, and again when it is another list. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const { Poster, Stars, counted } = window.cinematch;
  const FIRST = 8;

  function Switch({ on, label, toggle }) {
    return h("button", {
      type: "button", role: "switch", className: "switch", "aria-checked": on, "aria-label": label, title: label,
      onClick: toggle
    }, h("span", { className: "switch-knob", "aria-hidden": true }));
  }

  function Row({ film, on, toggle }) {
    return h("li", { className: `movie-row shaping-row${on ? "" : " left-out"}`, "data-movie": film.movie },
      h(Poster, { film: film, size: "sm" }),
      h("div", { className: "row-text" },
        h("a", { className: "row-title", href: film.href, "data-nav": "1" }, film.name),
        h(Stars, { rating: film.rating, kind: "given", label: "Rated", none: "" }),
        h("span", { className: "note" }, on ? film.text : "Does not count now.")),
      h(Switch, { on: on, label: `Count the rating of ${film.name}`, toggle: toggle }));
  }

  function told({ tried, rated, n }) {
    const which = tried < rated
      ? `Of ${window.cinematch.grouped(rated)} ratings the ${tried} that weigh most were`
      : tried === 1 ? "The only rating was" : `Each of the ${tried} ratings was`;
    return `${which} left out, one at a time, and the list of ${n} made anew: this is what changed, exactly. ` +
      "Switch one off to see the list without it.";
  }

  function Shaped({ shape, off, setOff }) {
    const [all, setAll] = React.useState(false);
    if (!shape.films.length) { return h("p", { className: "note" }, "There is no rating yet that could shape it."); }
    const films = all ? shape.films : shape.films.filter((film, place) => place < FIRST || off.includes(film.movie));
    const flip = (movie) => setOff(off.includes(movie) ? off.filter((other) => other !== movie) : [...off, movie]);
    return h("div", { className: "stack-sm" },
      h("p", { className: "note" }, told(shape)),
      off.length > 0 && h("p", { className: "note", role: "status" },
        `${counted(off.length, "rating")} left out. `,
        h("button", { type: "button", className: "link-button", onClick: () => setOff([]) }, "Count all again")),
      h("ul", { className: "movie-list shaping-list", "aria-label": "Ratings that shape the list" },
        films.map((film) => h(Row, {
          key: film.movie, film: film, on: !off.includes(film.movie), toggle: () => flip(film.movie)
        }))),
      films.length < shape.films.length && h("button", {
        type: "button", className: "link-button", onClick: () => setAll(true)
      }, `Show all ${shape.films.length}`));
  }

  window.cinematch.Shaping = function (props) {
    const { of, shape, setProps } = props;
    const chosen = props.off || { movies: [] };
    const off = !of || chosen.whom === undefined || chosen.whom === of.whom ? chosen.movies : [];
    const [open, setOpen] = React.useState(off.length > 0);
    React.useEffect(() => {
      if (open && of && (!props.wanted || props.wanted.key !== of.key)) { setProps({ wanted: of }); }
    }, [open, of]);
    if (!of) { return h("div", { id: props.id }); }
    const here = shape && shape.key === of.key;
    return h("details", {
      id: props.id, className: "fold shaping", open: open, onToggle: (event) => setOpen(event.currentTarget.open)
    },
      h("summary", null, h("span", { className: "icon icon-why", "aria-hidden": true }), "What shaped this list"),
      !open ? null
        : here && shape.error ? h("p", { className: "note", role: "alert" }, shape.error)
          : here ? h(Shaped, { shape: shape, off: off, setOff: (movies) => setProps({ off: { whom: of.whom, movies: movies } }) })
            : h("p", { className: "note", role: "status" }, "Making the list without each rating…"));
  };
})();
