/* What a person rates or waves away lives in this browser only (the store "visitor"). Stars are painted from it. */
(function () {
  "use strict";
  var visitor = { ratings: {}, hidden: {} };
  var others = {};
  var planned = false;

  function save(change) {
    var next = { ratings: Object.assign({}, visitor.ratings), hidden: Object.assign({}, visitor.hidden) };
    change(next);
    visitor = next;
    paint();
    window.dash_clientside.set_props("visitor", {
      data: { dataset: window.cinematchDataset(), ratings: next.ratings, hidden: next.hidden, others: others }
    });
  }

  /* A film that was rated or waved away is not one to keep for later. */
  function seen(movie) { document.dispatchEvent(new CustomEvent("cinematch:seen", { detail: movie })); }

  function rate(movie, stars) {
    if (stars > 0) { seen(movie); }
    save(function (next) {
      if (stars > 0) { next.ratings[movie] = stars; delete next.hidden[movie]; } else { delete next.ratings[movie]; }
    });
  }

  function paint() {
    planned = false;
    document.querySelectorAll("[data-rate]").forEach(function (field) {
      var given = visitor.ratings[field.dataset.rate] || 0;
      field.style.setProperty("--given", String(given / 5));
      field.setAttribute("aria-valuenow", String(given));
      field.setAttribute("aria-valuetext", given ? given + " of 5 stars" : "not rated");
    });
  }

  function starsAt(field, event) {
    var box = field.getBoundingClientRect();
    return Math.min(5, Math.max(0.5, Math.ceil(((event.clientX - box.left) / box.width) * 10) / 2));
  }

  document.addEventListener("pointermove", function (event) {
    var field = event.target.closest && event.target.closest("[data-rate]");
    document.querySelectorAll("[data-rate][data-hover]").forEach(function (other) {
      if (other !== field) { other.removeAttribute("data-hover"); other.style.removeProperty("--hover"); }
    });
    if (field && event.pointerType === "mouse") {
      field.dataset.hover = "1";
      field.style.setProperty("--hover", String(starsAt(field, event) / 5));
    }
  });

  document.addEventListener("click", function (event) {
    var field = event.target.closest("[data-rate]");
    if (field) {
      var stars = starsAt(field, event);
      field.style.removeProperty("--hover");
      rate(field.dataset.rate, visitor.ratings[field.dataset.rate] === stars ? 0 : stars);
      return;
    }
    var button = event.target.closest("[data-hide], [data-unrate], [data-forget], [data-unhide], [data-why]");
    if (!button) { return; }
    var data = button.dataset;
    if (data.hide) { seen(data.hide); save(function (next) { next.hidden[data.hide] = 1; delete next.ratings[data.hide]; }); }
    if (data.unrate) { rate(data.unrate, 0); }
    if (data.unhide) { save(function (next) { next.hidden = {}; }); }
    if (data.forget) { save(function (next) { next.ratings = {}; next.hidden = {}; }); }
    if (data.why) { askWhy(button); }
  });

  document.addEventListener("keydown", function (event) {
    var field = event.target.closest && event.target.closest("[data-rate]");
    var steps = { ArrowRight: 0.5, ArrowUp: 0.5, ArrowLeft: -0.5, ArrowDown: -0.5 };
    if (!field) { return; }
    var now = visitor.ratings[field.dataset.rate] || 0;
    if (event.key in steps) { rate(field.dataset.rate, Math.min(5, Math.max(0, now + steps[event.key]))); }
    else if (event.key === "Home" || event.key === "Delete" || event.key === "Backspace") { rate(field.dataset.rate, 0); }
    else if (event.key === "End") { rate(field.dataset.rate, 5); }
    else { return; }
    event.preventDefault();
  });

  /* Which list the button stands in says for whom and by which algorithm. */
  function askWhy(button) {
    var list = button.closest("[data-algorithm]");
    if (!list) { return; }
    var user = list.dataset.user;
    window.dash_clientside.set_props("ask-why", {
      data: {
        movie: Number(button.dataset.why),
        user: user ? Number(user) : null,
        films: list.dataset.films || null,
        algorithm: list.dataset.algorithm,
        love: list.dataset.love ? Number(list.dataset.love) : null,
        at: Date.now()
      }
    });
    window.dash_clientside.set_props("why-drawer", { opened: true });
  }

  function plan() {
    if (!planned) { planned = true; window.requestAnimationFrame(paint); }
  }

  new MutationObserver(plan).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-rate"]
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
    /* The store has been read from the browser, or another tab or page changed it. */
    remember: function (data) {
      var found = window.cinematchOwn(data, ["ratings", "hidden"]);
      visitor = { ratings: found.own.ratings || {}, hidden: found.own.hidden || {} };
      others = found.others;
      plan();
      return window.dash_clientside.no_update;
    }
  });
})();
