/* Films for several people: each with what is predicted that everybody will give it. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const { Poster, Stated, tellFilms, askWhy, useWaiting } = window.cinematch;

  function share(stars) { return `${(stars / 5) * 100}%`; }

  /* Bar, notch and number are all stars out of five. */
  function Opinion({ film, viewer, opinion, asked }) {
    const given = opinion.predicted;
    const mean = viewer.mean;
    const known = given !== null;
    const usual = mean === null ? "" : `, who gives ${mean.toFixed(1)} on average`;
    const label = `${viewer.name}${usual}: predicted ${known ? given.toFixed(1) : "nothing"} of 5 stars`;
    return h("li", { className: `opinion${opinion.least ? " is-least" : ""}` },
      h("button", {
        className: "link-button", type: "button", "data-control": "why", title: viewer.name,
        "aria-label": `${viewer.name}: why ${film.name}?`,
        onClick: () => askWhy(film.movie, { ...asked, user: viewer.user, friend: viewer.friend })
      }, viewer.name),
      h("span", { className: "opinion-track", role: "img", "aria-label": label, title: label },
        known && h("span", { className: "bar-fill", style: { width: share(given) } }),
        mean !== null && h("span", { className: "opinion-mean", style: { left: share(mean) } })),
      h("span", { className: "opinion-stars tabular", "aria-hidden": true }, known ? given.toFixed(1) : "–"),
      opinion.least && h("span", { className: "opinion-mark" }, "least pleased"));
  }

  function Row({ film, viewers, asked }) {
    return h("li", { className: "group-film", "data-movie": film.movie },
      h("div", { className: "together-row" },
        h("span", { className: "together-rank tabular", "aria-hidden": true }, film.rank),
        h(Poster, { film: film, size: "sm" }),
        h("div", { className: "row-text" },
          h("a", { className: "row-title", href: film.href, "data-nav": "1" }, film.name),
          film.other && h("span", { className: "card-other", title: film.other }, film.other),
          h("span", { className: "card-meta" }, film.meta)),
        h("ul", { className: "opinions", "aria-label": `What you would think of ${film.name}` },
          film.opinions.map((opinion, place) => h(Opinion, {
            key: place, film: film, viewer: viewers[place], opinion: opinion, asked: asked
          })))));
  }

  const SteadyRow = React.memo(Row, (before, after) => before.text === after.text);

  function Waiting({ count }) {
    return h("ol", { className: "plain together waiting", "aria-hidden": true },
      Array.from({ length: count }, (_, key) => h("li", { key: key, className: "group-wait" })));
  }

  function GroupList(props) {
    const list = props.list;
    const films = list ? list.films : [];
    React.useLayoutEffect(() => tellFilms(films), [list]);
    const shared = list && JSON.stringify([list.viewers, list.asked]);
    return h("div", { id: props.id, ...useWaiting() },
      !list ? h(Waiting, { count: props.waiting })
        : list.state ? h(Stated, { state: list.state })
          : h("ol", { className: "plain together" }, films.map((film) => h(SteadyRow, {
            key: film.movie, film: film, viewers: list.viewers, asked: list.asked, text: shared + JSON.stringify(film)
          }))));
  }

  window.cinematch.GroupList = GroupList;

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
    /* Nobody is named by the address: who has rated films watches with the first viewer, who has not sees two of them. */
    myself: function (told, unnamed, users) {
      const stays = window.dash_clientside.no_update;
      if (told === null || told === undefined || !unnamed) { return [stays, stays, stays]; }
      const rated = window.cinematchOwnFilms.read().ratings.length > 0;
      return rated ? [true, users.slice(0, 1), false] : [stays, stays, false];
    }
  });
})();
