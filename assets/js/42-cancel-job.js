/* Cancel of a job. Not a click that Dash counts: the list is told anew each second, and with it the count of its buttons. */
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-cancel-job]");
    if (!button) { return; }
    window.dash_clientside.set_props("jobs-cancel", { data: { key: button.dataset.cancelJob, at: Date.now() } });
  });
})();
