/* Films to keep for later live in this browser only (the store "watchlist": when which film was kept, in `films`). */
(function () {
  "use strict";
  var kept = {};
  var others = {};
  var planned = false;

  function save(next) {
    kept = next;
    paint();
    window.dash_clientside.set_props("watchlist", {
      data: { dataset: window.cinematchDataset(), films: next, others: others }
    });
  }

  window.cinematchWatchlist = { read: function () { return kept; }, save: save };

  function keep(movie, wanted) {
    if (wanted === movie in kept) { return; }
    var next = Object.assign({}, kept);
    if (wanted) { next[movie] = Date.now(); } else { delete next[movie]; }
    save(next);
  }

  function paint() {
    planned = false;
    document.querySelectorAll("[data-keep]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.keep in kept));
    });
  }

  function plan() {
    if (!planned) { planned = true; window.requestAnimationFrame(paint); }
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-keep], [data-unkeep], [data-empty-watchlist]");
    if (!button) { return; }
    var data = button.dataset;
    if (data.keep) { keep(data.keep, !(data.keep in kept)); }
    if (data.unkeep) { keep(data.unkeep, false); }
    if (data.emptyWatchlist) { save({}); }
  });

  document.addEventListener("cinematch:seen", function (event) { keep(String(event.detail), false); });

  new MutationObserver(plan).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-keep"]
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
    /* The store has been read from the browser, or another tab changed it. */
    remember_watchlist: function (data) {
      var found = window.cinematchOwn(data && data.films ? data : { films: data || {} }, ["films"]);
      kept = found.own.films || {};
      others = found.others;
      plan();
      return window.dash_clientside.no_update;
    }
  });
})();
