/* Films from other services: files go to the API as they are, its review comes back, and what is certain or chosen is
   added to the stores of this browser. The server keeps nothing. */
(function () {
  "use strict";
  var SHOWN = 100;
  var LISTS = ["matched", "doubtful", "not_here", "set_aside", "refused", "notes"];
  var review = null;
  var chosen = {};

  function say(text) {
    var line = document.getElementById("rec-import-status");
    if (line) { line.textContent = text; }
  }

  function bytesOf(contents) {
    var text = window.atob(contents.slice(contents.indexOf(",") + 1));
    var bytes = new Uint8Array(text.length);
    for (var place = 0; place < text.length; place += 1) { bytes[place] = text.charCodeAt(place); }
    return bytes;
  }

  function ask(file) {
    /* In the body, not in the address, which servers on the way write to their logs. */
    var form = new FormData();
    form.append("file", new Blob([file.body]), file.name);
    return window.fetch(document.querySelector("[data-imports]").dataset.imports, {
      method: "POST", body: form
    }).then(function (answer) {
      return answer.json().then(function (found) {
        return answer.ok ? found : { failed: file.name + ": " + (found.detail || "The server did not answer. Retry.") };
      });
    }).catch(function () { return { failed: file.name + ": The server did not answer. Retry." }; });
  }

  function send(files) {
    review = { services: [], rows: 0, failed: [] };
    LISTS.forEach(function (name) { review[name] = []; });
    chosen = {};
    say("Reading...");
    files.reduce(function (before, file) {
      return before.then(function () { return ask(file); }).then(function (found) {
        if (found.failed) { review.failed.push(found.failed); return; }
        review.rows += found.rows;
        review.services = review.services.concat(found.services);
        LISTS.forEach(function (name) { review[name] = review[name].concat(found[name]); });
      });
    }, Promise.resolve()).then(function () {
      say("");
      var shown = { services: review.services, rows: review.rows, failed: review.failed, counts: {} };
      LISTS.forEach(function (name) {
        shown.counts[name] = review[name].length;
        shown[name] = review[name].slice(0, SHOWN);
      });
      window.dash_clientside.set_props("rec-import-review", { data: shown });
    });
  }

  function later(first, second) { return (first || 0) >= (second || 0); }

  function seconds(milliseconds) { return milliseconds ? Math.round(milliseconds / 1000) : null; }

  /* What is kept already, by film, so that a whole export is added in one go. */
  function sheet(parts) {
    const byMovie = (list) => new Map(list.map((entry) => [entry.movie, entry]));
    return {
      ratings: byMovie(parts.ratings), hidden: byMovie(parts.hidden), watched: byMovie(parts.watched),
      kept: Object.assign({}, parts.kept)
    };
  }

  /* The later stars count; a film without stars is kept as watched, never rated. */
  function take(next, film, movie) {
    const former = next.ratings.get(movie);
    if (film.stars) {
      const time = seconds(film.rated_at);
      if (!former || (time || 0) >= (former.time || 0)) {
        next.ratings.set(movie, { movie: movie, rating: film.stars, time: time });
      }
      next.hidden.delete(movie);
      next.watched.delete(movie);
      delete next.kept[movie];
      return;
    }
    if (film.watched && !former) {
      const seen = next.watched.get(movie);
      const time = Math.max(seconds(film.watched_at) || 0, (seen && seen.time) || 0) || null;
      next.watched.set(movie, { movie: movie, time: time });
    }
    if (film.hidden && !former) {
      const away = next.hidden.get(movie);
      const time = Math.max(seconds(film.hidden_at) || 0, (away && away.time) || 0) || null;
      next.hidden.set(movie, { movie: movie, time: time });
    }
    if (film.watchlist && !former) {
      next.kept[movie] = Math.max(film.kept_at || 0, next.kept[movie] || 0);
    }
  }

  function inOrder(entries) {
    return Array.from(entries.values()).sort((one, other) => (one.time || 0) - (other.time || 0));
  }

  function add() {
    let count = 0;
    const next = sheet(window.cinematchOwnFilms.read());
    review.matched.forEach((film) => { take(next, film, film.movies[0].movie_id); count += 1; });
    Object.keys(chosen).forEach((place) => { take(next, review.doubtful[place], Number(chosen[place])); count += 1; });
    window.cinematchOwnFilms.change(`Added ${count} films.`, (parts) => {
      parts.ratings = inOrder(next.ratings);
      parts.hidden = inOrder(next.hidden);
      parts.watched = inOrder(next.watched);
      parts.kept = next.kept;
    });
    window.dash_clientside.set_props("rec-import-review", { data: { done: "Added " + count + " films." } });
  }

  function forget() {
    if (!window.confirm("Delete all your ratings, watched films and your watchlist from this browser?")) { return; }
    window.cinematchOwnFilms.change("All your films are deleted.", (parts) => {
      Object.assign(parts, { ratings: [], hidden: [], watched: [], kept: {} });
    });
    window.dash_clientside.set_props("rec-import-review", { data: { done: "All your films are deleted." } });
  }

  function undo() {
    window.cinematchOwnFilms.undo();
    window.dash_clientside.set_props("rec-import-review", { data: null });
    say("Everything is as it was before.");
  }

  function choose(button) {
    var place = button.dataset.choose;
    var movie = button.dataset.movie;
    if (chosen[place] === movie) { delete chosen[place]; } else { chosen[place] = movie; }
    document.querySelectorAll('[data-choose="' + place + '"]').forEach(function (other) {
      other.setAttribute("aria-pressed", String(other.dataset.movie === chosen[place]));
    });
    var count = review.matched.length + Object.keys(chosen).length;
    document.querySelectorAll("[data-import-add]").forEach(function (other) {
      other.textContent = "Add " + count + (count === 1 ? " film" : " films");
      other.disabled = !count;
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-choose], [data-import-add], [data-import-undo], [data-forget-films], [data-import-paste]");
    if (!button) { return; }
    var data = button.dataset;
    if (data.choose) { choose(button); }
    if (data.importAdd) { add(); }
    if (data.importUndo) { undo(); }
    if (data.forgetFilms) { forget(); }
    if (data.importPaste) {
      var field = document.getElementById("rec-import-paste");
      if (field.value.trim()) { send([{ name: "pasted text", body: field.value }]); } else { say("Paste a table first."); }
    }
  });

  /* The upload component gives its field no name, which screen readers need. */
  new MutationObserver(function () {
    var field = document.querySelector("#rec-import input[type=file]:not([aria-label])");
    if (field) { field.setAttribute("aria-label", "Files with your films"); }
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
    send_films: function (contents, names) {
      if (contents && contents.length) {
        send(contents.map(function (content, place) { return { name: names[place], body: bytesOf(content) }; }));
      }
      return window.dash_clientside.no_update;
    }
  });
})();
