/* The header's field is a combobox (WAI-ARIA): arrows move among the films offered, Enter opens one, Escape closes. */
(function () {
  "use strict";
  function listOf(field) { return document.getElementById(field.getAttribute("aria-controls")); }
  function fieldOf(list) { return document.querySelector('[aria-controls="' + list.id + '"]'); }
  function options(list) { return Array.prototype.slice.call(list.querySelectorAll('[role="option"]')); }

  function mark(field, list, place) {
    options(list).forEach(function (option, number) { option.setAttribute("aria-selected", String(number === place)); });
    var chosen = options(list)[place];
    if (chosen) {
      field.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else { field.removeAttribute("aria-activedescendant"); }
  }

  function show(field, open) {
    var list = listOf(field);
    if (!list) { return; }
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    mark(field, list, -1);
  }

  function leave(field, option) {
    show(field, false);
    field.blur();
    window.cinematchGo(option.dataset.href);
  }

  /* New films have come for a field that is still being used. */
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      var list = change.target;
      if (!list.classList || !list.classList.contains("suggestions")) { return; }
      var field = fieldOf(list);
      if (field) { show(field, document.activeElement === field && options(list).length > 0); }
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (!field.dataset || !field.dataset.searchPage) { return; }
    var list = listOf(field);
    var found = options(list);
    var place = found.findIndex(function (option) { return option.getAttribute("aria-selected") === "true"; });
    if (event.key === "Escape" && !list.hidden) { show(field, false); event.preventDefault(); }
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      event.preventDefault();
      var down = event.key === "ArrowDown";
      if (list.hidden) { show(field, true); }
      mark(field, list, place < 0 ? (down ? 0 : found.length - 1) : (place + (down ? 1 : -1) + found.length) % found.length);
    }
    else if (event.key === "Enter") {
      if (!list.hidden && place >= 0) { leave(field, found[place]); return; }
      var words = field.value.trim();
      show(field, false);
      field.blur();
      window.cinematchGo(field.dataset.searchPage + (words ? "?q=" + encodeURIComponent(words) : ""));
    }
  });

  /* A press must not take the focus from the field before the click arrives. */
  document.addEventListener("mousedown", function (event) {
    if (event.target.closest(".suggestions")) { event.preventDefault(); }
  });
  document.addEventListener("click", function (event) {
    var option = event.target.closest('.suggestions [role="option"]');
    if (option) { leave(fieldOf(option.parentNode), option); }
  });
  document.addEventListener("focusout", function (event) {
    if (event.target.dataset && event.target.dataset.searchPage) { show(event.target, false); }
  });
})();
