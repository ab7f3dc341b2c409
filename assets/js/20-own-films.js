/* What a person rates, waves away, has watched or keeps for later lives in this browser only, in two of Dash's stores:
     visitor    {dataset, ratings: [{movie, rating, time}], hidden: [{movie, time}], watched: [{movie, time}], others}
     watchlist  {dataset, films: {movie: when}, others}
   Lists are in the order of entry. `time` is in Unix seconds, null where it is not known.
   They are written at once. What lists are made from goes to the server as one short text, in the store `own-films`,
   at once, too; Dash's two stores, which it compares and copies with every change, follow when there is time. */
(function () {
  "use strict";
  const storage = window.cinematchStorage;
  const PARTS = ["ratings", "hidden", "watched"];
  const MOST_UNDONE = 50;
  const SETTLED_MS = 2500;
  const TOLD_MS = 300;
  const LATEST = 2 ** 32;
  let own = { ratings: [], hidden: [], watched: [], kept: {} };
  let stars = new Map();
  let away = new Set();
  let others = { visitor: {}, watchlist: {} };
  let former = [];
  let told = "";
  let known = false;
  let early = null;
  let said = { text: "", undo: false };
  let settling = null;
  let telling = null;
  const written = new WeakSet();
  const untold = new Map();
  const listeners = new Set();

  /* --- the form that stores had before ratings had an order: stars by movie, milliseconds beside them --- */

  function seconds(milliseconds) { return milliseconds > 1 ? Math.min(Math.round(milliseconds / 1000), LATEST) : null; }

  function listOf(times, ratings) {
    return Object.keys(ratings || times || {})
      .map((movie) => {
        const entry = { movie: Number(movie) };
        if (ratings) { entry.rating = ratings[movie]; }
        entry.time = seconds((times || {})[movie]);
        return entry;
      })
      .sort((one, other) => (one.time || 0) - (other.time || 0));
  }

  function renewed(part) {
    if (!part || Array.isArray(part.ratings)) { return part; }
    return {
      ratings: listOf(part.rated, part.ratings || {}), hidden: listOf(part.hidden), watched: listOf(part.watched)
    };
  }

  function renew() {
    const data = storage.read("visitor");
    if (!data || Array.isArray(data.ratings)) { return; }
    const next = renewed(data);
    if (data.dataset) { next.dataset = data.dataset; }
    next.others = {};
    Object.keys(data.others || {}).forEach((name) => { next.others[name] = renewed(data.others[name]); });
    storage.write("visitor", next);
  }

  try { renew(); } catch (error) { window.console.warn("What this browser keeps could not be read:", error); }

  /* --- reading and changing --- */

  function take(next) {
    own = next;
    stars = new Map(own.ratings.map((entry) => [entry.movie, entry.rating]));
    away = new Set([...own.hidden, ...own.watched].map((entry) => entry.movie));
    listeners.forEach((listener) => listener());
  }

  /* Numbers in base 36; callbacks/visitor.py reads it. */
  function packed() {
    const number = (value) => value.toString(36);
    const short = (entry) => [entry.movie, Math.round(entry.rating * 2), entry.time || 0].map(number).join(".");
    const movies = (list) => list.map((entry) => number(entry.movie)).join(",");
    const latest = Object.keys(own.kept).sort((one, other) => own.kept[other] - own.kept[one]);
    const kept = latest.map((movie) => number(Number(movie))).join(",");
    const parts = [own.ratings.map(short).join(","), movies(own.hidden), movies(own.watched), kept];
    return [window.cinematchDataset(), ...parts].join("|");
  }

  /* The text, where it is another one than the server was given. */
  function news() {
    const text = packed();
    if (text === told) { return null; }
    told = text;
    return text;
  }

  function tell() {
    const text = news();
    if (text !== null) { window.dash_clientside.set_props("own-films", { data: text }); }
  }

  /* Dash hands out an empty store before it has read the browser's: whoever waits for a list would be told nothing. */
  function stored(name, data) {
    return (told === "" && storage.read(name)) || data;
  }

  function keptIn(data) {
    const found = window.cinematchOwn(data && data.films ? data : { films: data || {} }, ["films"]);
    others.watchlist = found.others;
    return found.own.films || {};
  }

  function keep(name, data) {
    written.add(data);
    untold.set(name, data);
    if (!storage.write(name, data) || !storage.write(`${name}-timestamp`, Date.now())) {
      say("This browser keeps nothing more: its storage is full or closed. Save your films as a file.", true);
    }
  }

  function tellStores() {
    untold.forEach((data, name) => window.dash_clientside.set_props(name, { data: data }));
    untold.clear();
  }

  function write(before) {
    tell();
    const dataset = window.cinematchDataset();
    if (PARTS.some((name) => own[name] !== before[name])) {
      const data = { dataset: dataset, others: others.visitor };
      PARTS.forEach((name) => { data[name] = own[name]; });
      keep("visitor", data);
    }
    if (own.kept !== before.kept) {
      keep("watchlist", { dataset: dataset, films: own.kept, others: others.watchlist });
    }
    window.clearTimeout(telling);
    telling = window.setTimeout(tellStores, TOLD_MS);
    settle(SETTLED_MS);
  }

  /* What need not follow every star waits until nothing has changed for a while. */
  function settle(wait) {
    window.clearTimeout(settling);
    settling = window.setTimeout(() => {
      window.dash_clientside.set_props("own-settled", { data: Date.now() });
    }, wait);
  }

  /* What was kept for another data set is looked up here at once: the first list waits for it. */
  function foreign(data) { return data && data.dataset && data.dataset !== window.cinematchDataset(); }

  /* Change what is kept: `alter` is given a copy of the parts to put others into. */
  function change(text, alter) {
    const before = own;
    const next = { ...own };
    alter(next);
    former = [...former.slice(1 - MOST_UNDONE), before];
    say(text, true);
    take(next);
    write(before);
  }

  function undo() {
    if (!former.length) { return; }
    const before = own;
    const next = former[former.length - 1];
    former = former.slice(0, -1);
    say("Undone.", former.length > 0);
    take(next);
    write(before);
  }

  function say(text, offered) {
    said = { text: text, undo: offered };
    document.dispatchEvent(new CustomEvent("cinematch:said", { detail: said }));
  }

  function without(list, movie) { return list.filter((entry) => entry.movie !== movie); }

  function dropped(kept, movie) {
    if (!(movie in kept)) { return kept; }
    const next = { ...kept };
    delete next[movie];
    return next;
  }

  function now() { return Math.floor(Date.now() / 1000); }


  const changes = {
    rate: function (movie, rating, name) {
      if ((stars.get(movie) || 0) === rating) { return; }
      const text = rating ? `Rated ${rating}: ${name}.` : `No rating any more: ${name}.`;
      change(text, (next) => {
        next.ratings = without(next.ratings, movie);
        if (!rating) { return; }
        next.ratings.push({ movie: movie, rating: rating, time: now() });
        next.hidden = without(next.hidden, movie);
        next.watched = without(next.watched, movie);
        next.kept = dropped(next.kept, movie);
      });
    },
    hide: function (movie, name) {
      change(`Not shown again: ${name}.`, (next) => {
        next.hidden = [...without(next.hidden, movie), { movie: movie, time: now() }];
        next.ratings = without(next.ratings, movie);
        next.kept = dropped(next.kept, movie);
      });
    },
    unhide: function (movie, name) {
      change(`May be shown again: ${name}.`, (next) => {
        next.hidden = without(next.hidden, movie);
        next.watched = without(next.watched, movie);
      });
    },
    keep: function (movie, wanted, name) {
      if (wanted === movie in own.kept) { return; }
      change(wanted ? `Kept for later: ${name}.` : `Off the watchlist: ${name}.`, (next) => {
        next.kept = wanted ? { ...next.kept, [movie]: Date.now() } : dropped(next.kept, movie);
      });
    },
    emptyWatchlist: function () { change("The watchlist is empty.", (next) => { next.kept = {}; }); },
    forget: function () {
      const count = own.ratings.length;
      change(`Forgot ${count} rating${count === 1 ? "" : "s"} and what was waved away.`, (next) => {
        PARTS.forEach((name) => { next[name] = []; });
      });
    }
  };

  /* Until Dash hands out what this browser keeps, pages that are drawn meanwhile look for themselves. */
  function first() {
    if (!early) {
      early = lists(window.cinematchOwn(storage.read("visitor"), PARTS).own);
      early.movies = new Set(PARTS.flatMap((name) => early[name].map((entry) => entry.movie)));
    }
    return early;
  }

  function subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  window.cinematchOwnFilms = {
    ...changes,
    change: change,
    undo: undo,
    /* What came from elsewhere, which no undo takes back. */
    replace: function (next) {
      const before = own;
      take(next);
      write(before);
    },
    subscribe: subscribe,
    read: () => own,
    hasRated: () => (known ? own : first()).ratings.length > 0,
    said: () => said,
    stars: (movie) => stars.get(movie) || 0,
    isKept: (movie) => movie in own.kept,
    isKnown: (movie) => (known ? stars.has(movie) || away.has(movie) : first().movies.has(movie)),
    /* For React: redraw when what `read` says of the films has changed. */
    use: (read) => window.React.useSyncExternalStore(subscribe, read)
  };

  /* Films are taken out of Dash's stores: they get what was changed a moment ago before Dash hears of the click. */
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-takes-films]")) { tellStores(); }
  }, true);

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, [contenteditable='true']");
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !typing) {
      event.preventDefault();
      undo();
    }
  });

  function lists(found) {
    const parts = {};
    PARTS.forEach((name) => { parts[name] = Array.isArray(found[name]) ? found[name] : []; });
    return parts;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
    /* A store has been read from the browser, or another page changed it. */
    remember: function (given) {
      if (given && written.has(given)) { return window.dash_clientside.no_update; }
      const data = stored("visitor", given);
      const found = window.cinematchOwn(data, PARTS);
      others.visitor = found.others;
      known = true;
      const kept = told === "" ? keptIn(stored("watchlist", {})) : own.kept;
      take({ ...own, ...lists(found.own), kept: kept });
      settle(foreign(data) ? 0 : SETTLED_MS);
      const text = news();
      return text === null ? window.dash_clientside.no_update : text;
    },
    remember_watchlist: function (data) {
      if (!data || !written.has(data)) {
        take({ ...own, kept: keptIn(data) });
        tell();
        settle(foreign(data) ? 0 : SETTLED_MS);
      }
      return window.dash_clientside.no_update;
    }
  });
})();
