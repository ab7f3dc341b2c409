/* Two data sets number their films differently: what a browser keeps belongs to the one it was given for. Several may
   be served from one address, one after the other or below different paths, so each keeps its own part of a store. */
(function () {
  "use strict";

  window.cinematchDataset = function () {
    var mark = document.querySelector("[data-dataset]");
    return mark ? mark.dataset.dataset : "";
  };

  /* Split a store: the named parts that belong to the data set that is served now, and those of all others. */
  window.cinematchOwn = function (data, names) {
    var stored = data || {};
    var now = window.cinematchDataset();
    var others = Object.assign({}, stored.others || {});
    var own = {};
    names.forEach(function (name) { own[name] = stored[name] || {}; });
    if (stored.dataset && stored.dataset !== now) {
      others[stored.dataset] = own;
      own = others[now] || {};
    }
    delete others[now];
    return { own: own, others: others };
  };
})();
