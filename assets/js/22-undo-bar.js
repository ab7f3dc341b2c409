/* The bar that says what was just changed and takes it back. It stays while somebody is at it. */
(function () {
  "use strict";
  const STAYS_MS = 20000;
  const own = window.cinematchOwnFilms;
  const bar = document.createElement("div");
  const text = document.createElement("span");
  const button = document.createElement("button");
  let closing = null;
  let from = null;

  bar.className = "undo-bar";
  bar.setAttribute("role", "status");
  button.type = "button";
  button.className = "link-button";
  button.textContent = "Undo";
  button.title = "Ctrl+Z";
  button.setAttribute("aria-keyshortcuts", "Control+Z");

  function close() { bar.replaceChildren(); }

  function wait() {
    window.clearTimeout(closing);
    if (!bar.matches(":hover, :focus-within")) { closing = window.setTimeout(close, STAYS_MS); }
  }

  bar.addEventListener("focusin", (event) => { if (!bar.contains(event.relatedTarget)) { from = event.relatedTarget; } });
  button.addEventListener("click", () => {
    own.undo();
    if (from && from.isConnected && !window.cinematch.focusIsSought()) { from.focus(); }
  });
  ["pointerleave", "focusout"].forEach((name) => bar.addEventListener(name, () => window.setTimeout(wait)));
  ["pointerenter", "focusin"].forEach((name) => bar.addEventListener(name, () => window.clearTimeout(closing)));

  document.addEventListener("cinematch:said", (event) => {
    text.textContent = event.detail.text;
    text.title = event.detail.text;
    bar.replaceChildren(text, ...(event.detail.undo ? [button] : []));
    wait();
  });
  document.addEventListener("DOMContentLoaded", () => document.body.append(bar));
})();
