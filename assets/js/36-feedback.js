/* What becomes of lists, where a profile is kept: a list counts once it has stood for a while, and its films by what is
   done with them. What could not be told is told with the next one; the server counts nothing twice. */
(function () {
  "use strict";
  const profile = window.cinematchProfile;
  const own = window.cinematchOwnFilms;
  const STOOD_MS = 2000;
  const PAUSE_MS = 1000;
  const AT_ONCE = 500;
  const listed = new Map();
  let standing = null;
  let sending = null;
  let events = [];
  let before = null;

  document.addEventListener("cinematch:listed", (event) => {
    window.clearTimeout(standing);
    const { algorithm, movies } = event.detail;
    if (!movies.length || !profile.isKept()) { return; }
    standing = window.setTimeout(() => {
      profile.ask("POST", "/lists", { algorithm: algorithm, movie_ids: movies }).then((answer) => {
        if (answer.status === 200) { movies.forEach((movie) => listed.set(movie, answer.found.list_id)); }
      }).catch(() => { /* A list that nobody noted is one that nobody counts. */ });
    }, STOOD_MS);
  });

  function send() {
    const told = events.slice(0, AT_ONCE);
    events = events.slice(AT_ONCE);
    const back = () => { events = [...told, ...events]; };
    profile.ask("POST", "/feedback", { events: told }).then((answer) => {
      if (answer.status === 429 || answer.status >= 500) { back(); }
    }, back);
  }

  function note(movie, kind, rating) {
    if (!listed.has(movie) || !profile.isKept()) { return; }
    const event = { list_id: listed.get(movie), movie_id: movie, kind: kind };
    events.push(rating === undefined ? event : { ...event, rating: rating });
    window.clearTimeout(sending);
    sending = window.setTimeout(send, PAUSE_MS);
  }

  own.subscribe(() => {
    const now = own.read();
    if (before) {
      now.ratings.filter((one) => !before.ratings.includes(one)).forEach((one) => note(one.movie, "rated", one.rating));
      now.hidden.filter((one) => !before.hidden.includes(one)).forEach((one) => note(one.movie, "dismissed"));
      Object.keys(now.kept).filter((movie) => !(movie in before.kept)).forEach((movie) => note(Number(movie), "kept"));
    }
    before = now;
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest && event.target.closest("a[data-nav], [data-control='why']");
    const card = opener && opener.closest("[data-movie]");
    if (card) { note(Number(card.dataset.movie), "opened"); }
  }, true);
})();
