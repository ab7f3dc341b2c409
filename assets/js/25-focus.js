/* Where the focus goes when the film that held it leaves a list: to the same control of the film that takes its place. */
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
})();
