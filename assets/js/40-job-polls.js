/* A background job outlives its server, so its polls must too: ask again while the server is away for a moment
   (a restart, a worker that was killed). Only polls are repeated; the server keeps a delivered result for 60 s. */
(function () {
  "use strict";
  var PAUSE_MS = 1000;
  var GIVE_UP_AFTER_MS = 50000;
  var AWAY = [502, 503, 504];
  var fetchOnce = window.fetch.bind(window);

  function isPoll(address) {
    return typeof address === "string" && /_dash-update-component\?(.*&)?cacheKey=/.test(address);
  }

  window.fetch = function (address, options) {
    if (!isPoll(address)) { return fetchOnce(address, options); }
    var giveUpAt = Date.now() + GIVE_UP_AFTER_MS;

    function pauseAndAsk() {
      return new Promise(function (resolve) { window.setTimeout(resolve, PAUSE_MS); }).then(ask);
    }

    function ask() {
      return fetchOnce(address, options).then(
        function (answer) {
          return AWAY.indexOf(answer.status) >= 0 && Date.now() < giveUpAt ? pauseAndAsk() : answer;
        },
        function (error) {
          if (Date.now() >= giveUpAt) { throw error; }
          return pauseAndAsk();
        }
      );
    }

    return ask();
  };
})();
