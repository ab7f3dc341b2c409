/* Where the focus goes when what held it goes: in a list to the same control of the film that takes a film's place, else
   to the first control of what stood around it. */
(function () {
  "use strict";
  const React = window.React;
  let sought = null; // the control of a film that is on its way back

  function place(element) {
    const row = element.closest("[data-movie]");
    const control = element.closest("[data-control]");
    if (!row || !control) { return null; }
    return {
      movie: row.dataset.movie, control: control.dataset.control,
      index: Array.prototype.indexOf.call(row.parentNode.children, row)
    };
  }

  function controlOf(row, control) {
    return row && (row.querySelector(`[data-control="${control}"]`) || row.querySelector("[data-control]"));
  }

  function nobody() { return !document.activeElement || document.activeElement === document.body; }

  window.cinematch.useKeptFocus = function (ref, name) {
    const held = React.useRef(null);
    React.useEffect(() => {
      const list = ref.current;
      if (!list) { return undefined; }
      function into(event) { held.current = place(event.target); }
      function out(event) {
        const left = event.target;
        // Away to nothing while the control still stands: somebody clicked beside it.
        window.setTimeout(() => { if (left.isConnected && nobody()) { held.current = null; } });
      }
      list.addEventListener("focusin", into);
      list.addEventListener("focusout", out);
      return () => {
        list.removeEventListener("focusin", into);
        list.removeEventListener("focusout", out);
      };
    });
    React.useLayoutEffect(() => {
      const list = ref.current;
      if (!list || !nobody()) { return; }
      const back = sought && sought.name === name && controlOf(list.querySelector(`[data-movie="${sought.movie}"]`), sought.control);
      if (back) {
        sought = null;
        back.focus();
        return;
      }
      const last = held.current;
      if (!last || list.querySelector(`[data-movie="${last.movie}"]`)) { return; }
      const rows = list.querySelectorAll("[data-movie]");
      const next = controlOf(rows[Math.min(last.index, rows.length - 1)], last.control);
      sought = { ...last, name: name };
      if (next) { next.focus(); } else { list.focus({ preventScroll: true }); }
    });
  };

  /* Whether the focus waits for a film that comes back. */
  window.cinematch.focusIsSought = () => sought !== null;

  const LOOKS_MS = [150, 600, 1500]; // what is pressed goes at once, or when the server has answered
  const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), summary, [role=slider], [tabindex='0']";
  let around = []; // the element that had the focus last and all that it stood in

  function undoing() { return around.some((element) => element.classList.contains("undo-bar")); }

  function rescue(last) {
    if (!around.length || !nobody()) { return; }
    // Undo may have brought a film back, and the list that it is in is on its way; its button comes back, too.
    if (undoing() ? !last : around[0].isConnected) { return; }
    const page = document.getElementById("page");
    for (const standing of [...around.filter((element) => element.isConnected && !element.contains(page)), page]) {
      const found = [...standing.querySelectorAll(FOCUSABLE)].find((element) => element.checkVisibility());
      if (!found) { continue; }
      found.focus({ preventScroll: true });
      return;
    }
  }

  document.addEventListener("focusin", (event) => {
    around = [];
    for (let element = event.target; element; element = element.parentElement) { around.push(element); }
  });
  // Before whoever is pressed: what follows from it may seek anew.
  document.addEventListener("click", (event) => {
    if (!event.composedPath().includes(around[0])) { around = []; }
    if (!undoing()) { sought = null; }
    LOOKS_MS.forEach((wait, place) => window.setTimeout(() => rescue(place === LOOKS_MS.length - 1), wait));
  }, true);
})();
