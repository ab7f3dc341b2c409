/* Says that the server does not answer, for as long as it does not, and offers to look again: what a page shows is in its
   address, and one's own films are in the browser, so that nothing is lost. */
(function () {
  "use strict";
  const WAITS_MS = 5000;
  const STAYS_MS = 20000;
  const DOUBTED = [502, 503, 504]; // of a proxy whose server is not there, or of the server itself that lacks a part
  const fetchOnce = window.fetch.bind(window);
  const line = document.createElement("div");
  let looking = null; // what asks again, while the server does not answer

  line.className = "connection";
  line.setAttribute("role", "alert");

  function lost() {
    if (looking !== null) { return; }
    const text = document.createElement("span");
    text.textContent = navigator.onLine
      ? "The server does not answer. Your films are kept in this browser; what you see is as it was."
      : "You are offline. Your films are kept in this browser; what you see is as it was.";
    line.replaceChildren(text, button("Try again", look));
    looking = window.setInterval(look, WAITS_MS);
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "link-button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function back() {
    if (looking === null) { return; }
    window.clearInterval(looking);
    looking = null;
    const text = document.createElement("span");
    text.textContent = "The server answers again.";
    line.replaceChildren(text, button("Load the page anew", () => window.location.reload()));
    window.setTimeout(() => { if (text.isConnected) { line.replaceChildren(); } }, STAYS_MS);
  }

  function look() {
    const root = document.querySelector("[data-root]");
    fetchOnce(`${root ? root.dataset.root : "/"}healthz`, { cache: "no-store" })
      .then((answer) => { if (answer.ok) { back(); } else { lost(); } }, lost);
  }

  window.fetch = function (address, options) {
    return fetchOnce(address, options).then((answer) => {
      if (DOUBTED.includes(answer.status)) { look(); }
      return answer;
    }, (error) => {
      // A request that a page no longer waits for says nothing of the server.
      if (error.name !== "AbortError") { look(); }
      throw error;
    });
  };
  window.addEventListener("offline", lost);
  window.addEventListener("online", look);
  document.addEventListener("DOMContentLoaded", () => document.body.append(line));
})();
