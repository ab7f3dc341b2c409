/* Functions that Mantine components call by name. */
window.dashMantineFunctions = window.dashMantineFunctions || {};
window.dashMantineFunctions.keepAll = function (input) { return input.options; };
/* A select with its options open is a combobox to screen readers; Mantine says only which list it has opened. */
new MutationObserver(function (changes) {
  changes.forEach(function (change) {
    var field = change.target, open = field.hasAttribute("aria-controls");
    if (field.tagName !== "INPUT" || field.dataset.searchPage || field.getAttribute("aria-haspopup") !== "listbox") { return; }
    if (open) { field.setAttribute("role", "combobox"); field.setAttribute("aria-expanded", "true"); }
    else { field.removeAttribute("role"); field.removeAttribute("aria-expanded"); }
  });
}).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["aria-controls"] });
/* A decade of years at once: Page Up and Page Down, or an arrow with Shift, on a slider with many steps. */
document.addEventListener("keydown", function (event) {
  var thumb = event.target.closest && event.target.closest('.mantine-RangeSlider-root [role="slider"]');
  var forward = event.key === "PageUp" || (event.shiftKey && (event.key === "ArrowRight" || event.key === "ArrowUp"));
  var back = event.key === "PageDown" || (event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowDown"));
  if (!thumb || !(forward || back)) { return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  var key = forward ? "ArrowRight" : "ArrowLeft";
  function now() { return Number(thumb.getAttribute("aria-valuenow")); }
  var start = now(), frames = 120, before = NaN;
  (function press() {
    /* React must have drawn one step before the next is asked. */
    if (now() !== before) {
      before = now();
      if (Math.abs(before - start) >= 10) { return; }
      thumb.dispatchEvent(new KeyboardEvent("keydown", { key: key, code: key, bubbles: true, cancelable: true }));
    }
    if (frames--) { window.requestAnimationFrame(press); }
  })();
}, true);
window.dashMantineFunctions.times = function (value) { return "×" + value; };
