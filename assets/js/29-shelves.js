/* The first page: shelves of films that scroll sideways, each with its reason. One film of a shelf is a stop of the
   Tab key; arrows move along the shelf and to the next one. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const own = window.cinematchOwnFilms;
  const { Cards, Stated, Waiting } = window.cinematch;
  const FIRST = 12;
  const NOTHING_RATED = { title: "No ratings any more", advice: "Take it back with Ctrl+Z, or rate films under “All your films”." };
  const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  const CONTROLS = "a:not([aria-hidden]), button, [role='slider']";

  function filmsOf(shelf) { return Array.from(shelf.querySelectorAll(".rail:not(.waiting) > [data-movie]")); }

  function stop(shelf, current) {
    filmsOf(shelf).forEach((film) => film.querySelectorAll(CONTROLS).forEach((control) => {
      control.tabIndex = film === current ? 0 : -1;
    }));
    shelf.dataset.current = current ? current.dataset.movie : "";
  }

  function currentOf(shelf) {
    const films = filmsOf(shelf);
    return films.find((film) => film.dataset.movie === shelf.dataset.current) || films[0];
  }

  function goTo(film, like) {
    const control = like.dataset.control;
    const target = (control && film.querySelector(`[data-control="${control}"]`)) || film.querySelector(".card-title");
    target.focus();
    film.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function onKeyDown(event) {
    const at = event.target;
    const film = at.closest("[data-movie]");
    if (!film || at.getAttribute("role") === "slider" || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const shelf = event.currentTarget;
    let next = null;
    if (event.key in STEPS) {
      const films = filmsOf(shelf);
      next = films[Math.min(films.length - 1, Math.max(0, films.indexOf(film) + STEPS[event.key]))];
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const shelves = Array.from(document.querySelectorAll("#page .shelf")).filter((one) => filmsOf(one).length);
      const other = shelves[shelves.indexOf(shelf) + (event.key === "ArrowDown" ? 1 : -1)];
      next = other && currentOf(other);
    }
    if (!next) { return; }
    event.preventDefault();
    goTo(next, at);
  }

  /* What a mouse has to press where there is more to see. */
  function useArrows(ref, films) {
    const [ends, setEnds] = React.useState([true, true]);
    const rail = () => ref.current && ref.current.querySelector(".rail");
    function look() {
      const at = rail();
      if (!at) { return; }
      const now = [at.scrollLeft < 8, at.scrollLeft + at.clientWidth > at.scrollWidth - 8];
      setEnds((before) => (before[0] === now[0] && before[1] === now[1] ? before : now));
    }
    React.useEffect(() => {
      const at = rail();
      if (!at) { return undefined; }
      look();
      at.addEventListener("scroll", look, { passive: true });
      window.addEventListener("resize", look);
      return () => {
        at.removeEventListener("scroll", look);
        window.removeEventListener("resize", look);
      };
    }, [films]);
    function turn(way) {
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      rail().scrollBy({ left: way * 0.9 * rail().clientWidth, behavior: still ? "auto" : "smooth" });
    }
    const arrow = (way, atEnd, side) => h("button", {
      className: `shelf-arrow shelf-${side}`, type: "button", tabIndex: -1, "aria-hidden": true, hidden: atEnd, onClick: () => turn(way)
    });
    return [arrow(-1, ends[0], "back"), arrow(1, ends[1], "on")];
  }

  function addressOf(shelf) {
    const friends = window.cinematchFriends;
    const friend = shelf.key === "friend" && friends.last();
    return friend ? friends.addressOf("together?me=1&friends=1", friend) : shelf.href;
  }

  function Shelf({ shelf, name }) {
    const ref = React.useRef(null);
    const title = `${name}-title`;
    const address = addressOf(shelf);
    const [back, on] = useArrows(ref, shelf.list.films);
    React.useLayoutEffect(() => { stop(ref.current, currentOf(ref.current)); });
    return h("section", {
      className: "shelf", ref: ref, "aria-labelledby": title, onKeyDown: onKeyDown,
      onFocus: (event) => { const film = event.target.closest("[data-movie]"); if (film) { stop(ref.current, film); } }
    },
    h("div", { className: "shelf-head" },
      h("h2", { id: title }, shelf.title),
      h("p", { className: "shelf-reason" }, shelf.reason, h("span", { className: "shelf-keys", "aria-hidden": true }, "Arrow keys move along the row")),
      address && h("a", { className: "text-link shelf-all", href: address, "data-nav": "1", "aria-label": `The whole list: ${shelf.title}` }, "The whole list")),
    h("div", { className: "shelf-films" }, back, h(Cards, { list: shelf.list, name: name, label: shelf.title }), on));
  }

  function WaitingShelf() {
    return h("div", { className: "shelf", "aria-hidden": true },
      h("div", { className: "shelf-head" }, h("div", { className: "line-wait" })),
      h(Waiting, { count: 8, className: "rail" }));
  }

  /* Whether somebody comes again, with ratings: found out before anything is painted, and so until the page is left. */
  function useAgain() { return React.useState(own.hasRated)[0]; }

  /* Who comes for the first time is told how to begin. */
  function Visit() {
    const again = useAgain();
    React.useLayoutEffect(() => {
      document.documentElement.dataset.visit = again ? "again" : "first";
      return () => { delete document.documentElement.dataset.visit; };
    }, [again]);
    return null;
  }

  /* Films to rate first; what something was said of makes room for the next. */
  function Starters(props) {
    const again = useAgain();
    own.use(own.read);
    const films = props.films.filter((film) => !own.isKnown(film.movie)).slice(0, FIRST);
    const list = { films: films, className: "rail", ranked: false, actions: ["keep", "hide", "rate"], asked: null };
    if (again || !films.length) { return null; }
    return h("div", { id: props.id }, h(Shelf, { shelf: { title: props.title, reason: props.reason, list: list }, name: props.id }));
  }

  function Shelves(props) {
    const found = props.found;
    const again = useAgain();
    const rated = own.use(own.hasRated);
    const waiting = window.cinematch.useWaiting();
    window.cinematch.useListed(found && found.shelves && found.shelves.length ? found.shelves[0].list : null);
    let body = null;
    if (!rated && again) { body = h(Stated, { state: NOTHING_RATED }); }
    else if (rated && !found) { body = [h(WaitingShelf, { key: 0 }), h(WaitingShelf, { key: 1 })]; }
    else if (rated && found.state) { body = h(Stated, { state: found.state }); }
    else if (rated) { body = found.shelves.map((shelf) => h(Shelf, { key: shelf.key, shelf: shelf, name: `${props.id}-${shelf.key}` })); }
    return h("div", { id: props.id, className: "shelves", ...waiting }, body);
  }

  Object.assign(window.cinematch, { Visit: Visit, Starters: Starters, Shelves: Shelves });
})();
